"""messages/programmes/*.toml → timetables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from coach.adapters.library.problems import Problem, Strict, raise_if_any, read, repeated
from coach.core.model import Asked, Density
from coach.core.programme import Cap, Limits, Programme, Progression, PromptKind, Slot, Weeks

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_LONGEST = 104  # weeks
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class _WithWeeks(Strict):
    weeks: list[int] = Field(min_length=2, max_length=2)

    @field_validator("weeks")
    @classmethod
    def _in_order(cls, weeks: list[int]) -> list[int]:
        if not 1 <= weeks[0] <= weeks[1] <= _LONGEST:
            sentence = f"write the first and the last week, between 1 and {_LONGEST}"
            raise ValueError(sentence)
        return weeks


class _Slot(_WithWeeks):
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    kind: PromptKind = Field(strict=False)
    group: str | None = None
    easy_group: str | None = None
    asked: Asked = Field(default=Asked.NOTHING, strict=False)
    then: list[str] = Field(default_factory=list)
    days: Literal["daily"] | list[_Day] = Field(min_length=1)
    at: str = Field(pattern=_CLOCK)
    useful_hours: float = Field(gt=0, le=24, strict=False)
    stepped_up: bool = False
    density: Density = Field(default=Density.USUAL, strict=False)
    after: list[str] = Field(default_factory=list)
    hot: bool = False
    every: int = Field(default=1, ge=1, le=52)
    facts: list[str] = Field(default_factory=list)

    @field_validator("then")
    @classmethod
    def _questions(cls, then: list[str]) -> list[str]:
        return [Asked(name).value for name in then]


class _Cap(_WithWeeks):
    per_day: int = Field(ge=1)
    per_week: int = Field(ge=1)
    density: Density = Field(default=Density.USUAL, strict=False)


class _Progression(Strict):
    first_weeks: list[int] = Field(min_length=1, max_length=4)
    sessions: int = Field(ge=1)
    rise: float = Field(gt=0, strict=False)
    within_hours: int = Field(ge=1)


class _Limits(Strict):
    merge_minutes: int = Field(ge=0)
    move_hours: int = Field(ge=0, le=12)
    after_emergency_hours: int = Field(ge=0)
    score_high: int = Field(ge=1, le=10)
    easy_from: int = Field(ge=1, le=10)
    score_fresh_days: int = Field(ge=1)
    fall_hours: int = Field(ge=0)
    fall_codes: list[str]
    sick_hours: int = Field(ge=0)
    sick_codes: list[str]
    crash_days: int = Field(ge=0)
    crash_longer_days: int = Field(ge=0)
    crash_codes: list[str]
    crash_conditions: list[str]
    clearance_codes: list[str]
    step_up_rise: float = Field(gt=0, strict=False)
    step_up_days: int = Field(ge=0)
    step_up_codes: list[str]
    step_up_longer_days: int = Field(ge=0)
    screen_again_days: int = Field(ge=1)
    reported_hours: int = Field(ge=0)
    repeat_days: int = Field(ge=1)
    remind_hours: int = Field(ge=1)
    short_from: int = Field(ge=1)
    offer_from: int = Field(ge=1)
    silent_from: int = Field(ge=1)
    silent_days: int = Field(ge=1)


class _File(Strict):
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    version: str = Field(min_length=1)
    then: str | None = None
    ask_at: str = Field(pattern=_CLOCK)
    limits: _Limits
    progression: _Progression
    cap: list[_Cap] = Field(default_factory=list)
    slot: list[_Slot] = Field(min_length=1)


def load_programmes(folder: Path) -> Mapping[str, Programme]:
    """Every timetable by id.

    Raises:
        LibraryError: naming every file and slot to mend.
    """
    problems: list[Problem] = []
    programmes = read_programmes(folder, problems)
    raise_if_any(problems, folder)
    return programmes


def read_programmes(folder: Path, problems: list[Problem]) -> dict[str, Programme]:
    """The same without raising: what cannot be used is left out and goes to `problems`."""
    found: dict[str, Programme] = {}
    for path in sorted((folder / "programmes").glob("*.toml")):
        file = read(path, _File, problems)
        if file is None:
            continue
        problems += repeated(path, "slot", [slot.id for slot in file.slot], "slot id")
        if file.id in found:
            problems.append(Problem(path.name, file.id, "This programme id is used twice; give one of them another."))
        found[file.id] = _programme(file)
    if not found:
        problems.append(Problem("programmes", "", "There is no programme; put a TOML file into this folder."))
    return found


def _programme(file: _File) -> Programme:
    return Programme(
        id=file.id,
        version=file.version,
        slots=tuple(_slot(entry) for entry in file.slot),
        caps=tuple(Cap(Weeks(*entry.weeks), entry.per_day, entry.per_week, entry.density) for entry in file.cap),
        limits=_limits(file.limits),
        progression=_progression(file.progression),
        ask_at=time.fromisoformat(file.ask_at),
        then=file.then,
    )


def _slot(entry: _Slot) -> Slot:
    days = _DAYS if entry.days == "daily" else entry.days
    return Slot(
        id=entry.id,
        kind=entry.kind,
        group=entry.group or entry.kind.value,
        asked=entry.asked,
        weeks=Weeks(*entry.weeks),
        weekdays=frozenset(_DAYS.index(day) for day in days),
        at=time.fromisoformat(entry.at),
        useful=timedelta(hours=entry.useful_hours),
        easy_group=entry.easy_group,
        stepped_up=entry.stepped_up,
        then=tuple(Asked(name) for name in entry.then),
        density=entry.density,
        after=frozenset(entry.after),
        hot=entry.hot,
        every=entry.every,
        facts=frozenset(entry.facts),
    )


def _progression(entry: _Progression) -> Progression:
    return Progression(tuple(entry.first_weeks), entry.sessions, entry.rise, timedelta(hours=entry.within_hours))


def _limits(entry: _Limits) -> Limits:
    return Limits(
        merge=timedelta(minutes=entry.merge_minutes),
        move=timedelta(hours=entry.move_hours),
        after_emergency=timedelta(hours=entry.after_emergency_hours),
        score_high=entry.score_high,
        easy_from=entry.easy_from,
        score_fresh=timedelta(days=entry.score_fresh_days),
        fall=timedelta(hours=entry.fall_hours),
        fall_codes=frozenset(entry.fall_codes),
        sick=timedelta(hours=entry.sick_hours),
        sick_codes=frozenset(entry.sick_codes),
        crash=timedelta(days=entry.crash_days),
        crash_longer=timedelta(days=entry.crash_longer_days),
        crash_codes=frozenset(entry.crash_codes),
        crash_conditions=frozenset(entry.crash_conditions),
        clearance_codes=frozenset(entry.clearance_codes),
        step_up_rise=entry.step_up_rise,
        step_up=timedelta(days=entry.step_up_days),
        step_up_codes=frozenset(entry.step_up_codes),
        step_up_longer=timedelta(days=entry.step_up_longer_days),
        screen_again=timedelta(days=entry.screen_again_days),
        reported=timedelta(hours=entry.reported_hours),
        repeat=timedelta(days=entry.repeat_days),
        remind=timedelta(hours=entry.remind_hours),
        short_from=entry.short_from,
        offer_from=entry.offer_from,
        silent_from=entry.silent_from,
        silent=timedelta(days=entry.silent_days),
    )
