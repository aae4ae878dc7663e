"""What the trend rules take in and give out: rows of one participant, and the decisions they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from coach.core.model import Asked, Assessment, Disposition, Onset, TrendAnswer

MINUTES_A_DAY = 1440


class Seen(StrEnum):
    """The answer to "were you seen by a clinician?". Only `yes` is a visit."""

    YES = "yes"
    BOOKED = "booked"
    NOT_YET = "not_yet"


class Action(StrEnum):
    """What a decision does, in the order in which the decisions of a day are listed."""

    ESCALATE = "escalate"  # a message to the participant, with a level
    RECHECK = "recheck"  # the question whether a jump is new
    TASK = "task"  # a coordinator's work item
    RECOVERY = "recovery"  # the positive note


class Rule(StrEnum):
    """The rules of this package, in the order in which they are named. Signs and combinations come before them."""

    J3 = "J3"
    J2 = "J2"
    J1 = "J1"
    J0 = "J0"
    W = "W"
    P3 = "P3"
    P1 = "P1"
    P2 = "P2"
    G = "G"
    SILENCE_URGENT = "silence-urgent"
    SILENCE_48H = "silence-48h"
    SILENCE_4 = "silence-4"
    SILENCE_7D = "silence-7d"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Person:
    """The two facts of the profile that the trend rules look at."""

    non_ambulatory: bool = False
    lives_alone: bool = False


@dataclass(frozen=True, slots=True)
class Answers:
    """What a row answers besides the score; None where it does not."""

    onset: Onset | None = None
    seen: Seen | None = None
    trend: TrendAnswer | None = None
    stairs: int | None = None  # 0 easy to 3 cannot
    falls: int | None = None
    chair_stands: int | None = None  # in 30 seconds


@dataclass(frozen=True, slots=True)
class Row:
    """One check-in, follow-up question or text. Rows count by day, then in the order given."""

    day: int  # 1 = enrolment, local calendar days
    at: time = time(16, 30)  # local
    asked: Asked | None = None
    texted: bool = False  # a text came, whatever it said
    weakness: float | None = None
    answers: Answers = Answers()
    codes: tuple[str, ...] = ()  # signs found in the text
    assessment: Assessment | None = None  # what those signs call for

    @property
    def heard(self) -> bool:
        """Anything at all came from the participant."""
        return self.texted or self.weakness is not None or self.answers != NO_ANSWERS

    @property
    def is_check_in(self) -> bool:
        """The regular weakness question, as against a follow-up: only this one can be missed."""
        return self.asked in {None, Asked.WEAKNESS}

    @property
    def moment(self) -> int:
        """Minutes since the start of day 0, local wall time."""
        return self.day * MINUTES_A_DAY + self.at.hour * 60 + self.at.minute


NO_ANSWERS = Answers()


@dataclass(frozen=True, slots=True)
class Result:
    """A rule that holds now, before it is known whether it may be said."""

    rule: Rule
    level: Disposition
    because: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing to do on one day."""

    day: int
    action: Action
    level: Disposition | None  # None for all but an escalation
    rules: tuple[str, ...]
    because: str
    base: float | None = None  # recheck: the usual level a later score is compared with
    need: float | None = None  # recheck: the rise over `base` that confirms
    version: str = ""  # of the rules that led to it


def plain(number: float) -> str:
    """A figure for a sentence: 4, 4.5 or 1.41."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def reaches(value: float, threshold: float) -> bool:
    """`value` is at least `threshold`; a billionth short is reached, because S is a square root."""
    return value >= threshold - 1e-9
