"""A programme as a value: slots of the week, caps, and the limits that hold prompts back. All of it is data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from coach.core.model import Asked, Density, Weeks


class PromptKind(StrEnum):
    """What a prompt is for; the order is the priority when two compete."""

    CHECK_IN = "check_in"
    EXERCISE = "exercise"
    EDUCATION = "education"
    HYDRATION = "hydration"


PRIORITY = {kind: place for place, kind in enumerate(PromptKind)}


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
    followed_by: tuple[Asked, ...] = ()  # to be asked one by one, each once the one before is answered
    density: Density = Density.USUAL  # for people who want at least so many
    only_after: frozenset[str] = frozenset()  # only in the days after one of these signs was told
    only_in_heat: bool = False  # only on days with a heat alert
    every: int = 1  # only every so many weeks, from the first on
    only_for: frozenset[str] = frozenset()  # only for people with one of these conditions or medicines

    def comes_in(self, week: int) -> bool:
        """Whether it fires in that programme week."""
        return week in self.weeks and (week - self.weeks.first) % self.every == 0

    @property
    def is_extra(self) -> bool:
        """Whether something must call for it, so that no calendar can foretell it."""
        return self.stepped_up or bool(self.only_after) or self.only_in_heat


@dataclass(frozen=True, slots=True)
class Cap:
    """The most unsolicited texts in some weeks of the programme."""

    weeks: Weeks
    per_day: int
    per_week: int
    density: Density = Density.USUAL  # a cap for MORE stands beside the usual one


@dataclass(frozen=True, slots=True)
class Progression:
    """When the moves become harder: one step after so many good sessions, never before its week."""

    first_weeks: tuple[int, ...]  # the first programme week of each step, step 1 first
    sessions: int  # done, and not followed by a rise of the score
    rise: float  # a score this far above the one before the session holds the step
    within: timedelta  # how long after a session a score counts as its consequence


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers that all programmes share. What each is good for stands beside it in messages/programmes/limits.toml.

    The names are those of the file; times have lost their unit there (`merge_minutes` is `merge`).
    """

    merge: timedelta
    move: timedelta
    after_emergency: timedelta
    one_picture: timedelta  # signs told so close together count as one
    alarm_again: timedelta  # the same emergency so soon gets the short version
    score_high: int
    score_middle: int
    score_drop: float
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
    step_up_rise: float  # above the median of the scores before
    usual_scores_least: int
    usual_scores_most: int
    step_up: timedelta
    step_up_codes: frozenset[str]
    step_up_longer: timedelta
    screen_again: timedelta  # the list of warning signs, when it was not answered
    reported: timedelta  # how long a told sign brings texts and extra prompts forward
    repeat: timedelta  # the same text comes back no sooner while there are others
    remind: timedelta  # after a check-in without an answer
    short_from: int  # missed check-ins in a row, from which only a short question is put
    offer_from: int  # … from which a pause or fewer texts are offered
    silent_from: int  # … from which nothing but check-ins is sent and a coordinator finds out
    silent: timedelta  # … the same after so long without a word
    earliest_hour: int  # local, that people may choose for their check-ins
    latest_hour: int


@dataclass(frozen=True, slots=True)
class Programme:
    """A whole timetable."""

    id: str
    version: str
    slots: tuple[Slot, ...]
    caps: tuple[Cap, ...]
    limits: Limits
    progression: Progression
    ask_at: time  # when check-ins come; those of people who chose another hour move by the difference
    next_programme: str | None = None  # the one that follows

    def slot(self, slot_id: str) -> Slot | None:
        """The slot of this id, if the programme has it."""
        return next((slot for slot in self.slots if slot.id == slot_id), None)

    def cap(self, week: int, density: Density = Density.USUAL) -> Cap | None:
        """The cap of a week: the usual one, or that for MORE where there is one and the person wants more."""
        wanted = max(density.rank, Density.USUAL.rank)
        fitting = [cap for cap in self.caps if week in cap.weeks and cap.density.rank <= wanted]
        return max(fitting, key=lambda cap: cap.density.rank, default=None)

    @property
    def last_week(self) -> int:
        """The last week in which anything is planned."""
        return max(slot.weeks.last for slot in self.slots)
