"""The one question before the full text, where the level of a case depends on when it began."""

from __future__ import annotations

from coach.core.conversation.moment import Moment
from coach.core.events import Event
from coach.core.model import Timer


def unanswered(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    """A HELD timer came due: without an answer the full text goes out; the case is there already."""
    del moment, timer
    return ()
