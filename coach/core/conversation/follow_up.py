"""Asking after a case: while nothing is heard, the next morning, some days later, and whether somebody got through."""

from __future__ import annotations

from coach.core.conversation.moment import Moment
from coach.core.events import Event
from coach.core.model import Timer


def step(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    """A FOLLOW timer came due: its payload names the case and the step, its key is unique for both."""
    del moment, timer
    return ()


def begin(moment: Moment, *, staffed: bool) -> tuple[Event, ...]:
    """The FOLLOW timers of the person's open cases; asked at each look at them, and a timer that is there stays.

    `staffed` says whether somebody is on duty now, so that a text may promise a call.
    """
    del moment, staffed
    return ()
