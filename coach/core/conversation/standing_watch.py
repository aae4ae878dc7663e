"""The moments at which the rules on scores decide by time alone."""

from __future__ import annotations

from coach.core.conversation.moment import Moment
from coach.core.events import Event
from coach.core.model import Timer


def due(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    """A TREND timer came due: the tasks of exactly that minute, each under a key of its own, and the next timer."""
    del moment, timer
    return ()


def following(moment: Moment, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The TREND timer that a decision with these facts leads to, for people who take part."""
    del moment, events
    return ()
