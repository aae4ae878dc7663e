"""What a failure that the carrier reports calls for: again later, a bad number, or a line that must stop.

What each code means is data (messages/carrier.toml); here is what follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from coach.core.model import Lane


class FailureClass(StrEnum):
    """What a carrier's error code means for us (Twilio error pages; table in messages/carrier.toml)."""

    NUMBER = "number"  # this number cannot take texts
    SUPPRESSED = "suppressed"  # opted out at the carrier
    ACCOUNT = "account"  # our account: everything waits, the operator is told
    LINE = "line"  # the number or service that messages leave from: it stops, the operator is told
    THROTTLE = "throttle"
    RETRY = "retry"
    CONTENT = "content"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    FAULT = "fault"  # ours: posting or recording it raised


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one code stands for."""

    failure: FailureClass
    pauses: tuple[timedelta, ...] = ()  # before each repeat; without any it is not repeated by this rule
    days: int | None = None  # on so many different days it makes the number a bad one; None: never
    people: int = 1  # so many people must meet with it before the line stops
    known: bool = True  # False: the code stands in no table

    @property
    def is_of_the_line(self) -> bool:
        """Whether one case of it proves that the line is at fault; else it may be the number that was written to."""
        return self.failure is FailureClass.LINE and self.people == 1


@dataclass(frozen=True, slots=True)
class Failed:
    """A message of which the carrier says that it failed, and what was seen before."""

    lane: Lane
    now: datetime
    expires_at: datetime
    before: int = 0  # attempts at this very message that failed earlier
    days: int = 1  # local dates on which the person's number failed so, since anything arrived there
    people: int = 1  # who met with it within the last hour, if nothing arrived at anybody meanwhile


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows."""

    again_at: datetime | None = None  # None: it has failed for good
    number_is_bad: bool = False
    line_stops: bool = False


def decide(meaning: Meaning, failed: Failed) -> Verdict:
    """What a failure calls for.

    What must arrive is never put off: its case, or a coordinator, takes another way at once. No message goes again when
    it would come too late to be of use.
    """
    stops = meaning.failure is FailureClass.LINE and failed.people >= meaning.people
    again = _again_at(meaning, failed)
    if failed.lane.must_arrive or again is None or again >= failed.expires_at:
        again = None
    bad = again is None and meaning.days is not None and failed.days >= meaning.days
    return Verdict(again, bad, stops)


def _again_at(meaning: Meaning, failed: Failed) -> datetime | None:
    """What waits for its line or the account stands in the queue as if it had never left."""
    if meaning.is_of_the_line or meaning.failure is FailureClass.ACCOUNT:
        return failed.now
    if failed.before < len(meaning.pauses):
        return failed.now + meaning.pauses[failed.before]
    return None
