"""A programme as a value: slots of the week, caps, and the limits that hold prompts back. All of it is data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from coach.core.model import Asked


class PromptKind(StrEnum):
    """What a prompt is for; the order is the priority when two compete."""

    CHECK_IN = "check_in"
    EXERCISE = "exercise"
    EDUCATION = "education"
    HYDRATION = "hydration"


PRIORITY = {kind: place for place, kind in enumerate(PromptKind)}


@dataclass(frozen=True, slots=True)
class Weeks:
    """Programme weeks, both ends included; week 1 begins on the enrolment day."""

    first: int
    last: int

    def __contains__(self, week: int) -> bool:
        return self.first <= week <= self.last


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the timetable. `group` names the texts it draws from; weekdays are 0 (Monday) to 6."""

    id: str
    kind: PromptKind
    group: str
    asked: Asked
    weeks: Weeks
    weekdays: frozenset[int]
    at: time
    useful: timedelta
    easy_group: str | None = None  # the texts for a day on which the legs are weaker
    stepped_up: bool = False  # only while something calls for daily check-ins
    then: tuple[Asked, ...] = ()  # to be asked one by one, each once the one before is answered


@dataclass(frozen=True, slots=True)
class Cap:
    """The most unsolicited texts in some weeks of the programme."""

    weeks: Weeks
    per_day: int
    per_week: int


@dataclass(frozen=True, slots=True)
class Limits:
    """When prompts are held back, and when check-ins become daily. Reasons stand beside each in the programme file."""

    merge: timedelta
    move: timedelta
    after_emergency: timedelta
    score_high: int
    easy_from: int
    score_fresh: timedelta
    fall: timedelta
    fall_codes: frozenset[str]
    sick: timedelta
    sick_codes: frozenset[str]
    crash: timedelta
    crash_longer: timedelta
    crash_codes: frozenset[str]
    crash_conditions: frozenset[str]
    clearance_codes: frozenset[str]
    step_up_rise: float
    step_up: timedelta
    step_up_codes: frozenset[str]
    step_up_longer: timedelta


@dataclass(frozen=True, slots=True)
class Programme:
    """A whole timetable."""

    id: str
    version: str
    slots: tuple[Slot, ...]
    caps: tuple[Cap, ...]
    limits: Limits

    def slot(self, slot_id: str) -> Slot | None:
        """The slot of this id, if the programme has it."""
        return next((slot for slot in self.slots if slot.id == slot_id), None)

    def cap(self, week: int) -> Cap | None:
        """The cap of a week."""
        return next((cap for cap in self.caps if week in cap.weeks), None)
