"""What the operator's figures say, as frozen values without anything personal. Ages are in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

LATELY = timedelta(minutes=15)
"""How far back sends and answers are looked at: long enough for a rate, short enough that a stall shows and ends."""


@dataclass(frozen=True, slots=True)
class LaneFigures:
    """Messages of one lane that wait to be sent; the age of the one that could have left longest ago, 0 when none."""

    lane: str
    waiting: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """Open cases of one level; those nobody has, and the age of the oldest of them, 0 when somebody has each."""

    level: str
    open: int
    unowned: int
    unowned_oldest_seconds: float


@dataclass(frozen=True, slots=True)
class SendFigures:
    """Attempts of one channel begun lately that ended in one way; `open` while nobody knows."""

    channel: str
    outcome: str
    attempts: int


@dataclass(frozen=True, slots=True)
class JobFigures:
    """A recurring job: how long ago it last did its work (None: never), and whether its last run failed."""

    name: str
    ok_seconds: float | None
    failing: bool


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """A process seen in the last day: how long ago any job of it was last done."""

    name: str
    seen_seconds: float


@dataclass(frozen=True, slots=True)
class CostFigures:
    """What attempts of one channel begun in the last hour cost, and whether the carrier said so or a table did."""

    channel: str
    currency: str
    source: str
    amount: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that `/metrics` tells of the tables."""

    lanes: tuple[LaneFigures, ...]
    oldest_due_seconds: float  # of the timer, unread text or message that waits longest past its time; 0 when none does
    undecided: int  # received and not yet dealt with
    cases: tuple[CaseFigures, ...]
    tasks: int
    alarms: int
    sends: tuple[SendFigures, ...]
    in_doubt: int  # messages of which nobody knows whether the carrier has them
    in_doubt_oldest_seconds: float
    answers: tuple[float, ...]  # from a text received lately to its first answer taken by the carrier, shortest first
    jobs: tuple[JobFigures, ...]
    costs: tuple[CostFigures, ...] = ()
    processes: tuple[ProcessFigures, ...] = ()
