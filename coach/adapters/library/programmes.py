"""messages/programmes/*.toml → timetables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from coach.adapters.library.limits import FILE as LIMITS_FILE
from coach.adapters.library.limits import read_limits
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
    followed_by: list[str] = Field(default_factory=list)
    days: Literal["daily"] | list[_Day] = Field(min_length=1)
    at: str = Field(pattern=_CLOCK)
    useful_hours: float = Field(gt=0, le=24, strict=False)
    stepped_up: bool = False
    density: Density = Field(default=Density.USUAL, strict=False)
    only_after: list[str] = Field(default_factory=list)
    only_in_heat: bool = False
    every: int = Field(default=1, ge=1, le=52)
    only_for: list[str] = Field(default_factory=list)

    @field_validator("followed_by")
    @classmethod
    def _questions(cls, followed_by: list[str]) -> list[str]:
        return [Asked(name).value for name in followed_by]


class _Cap(_WithWeeks):
    per_day: int = Field(ge=1)
    per_week: int = Field(ge=1)
    density: Density = Field(default=Density.USUAL, strict=False)


class _Progression(Strict):
    first_weeks: list[int] = Field(min_length=1, max_length=4)
    sessions: int = Field(ge=1)
    rise: float = Field(gt=0, strict=False)
    within_hours: int = Field(ge=1)


class _File(Strict):
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    version: str = Field(min_length=1)
    next_programme: str | None = None
    ask_at: str = Field(pattern=_CLOCK)
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
    files = programme_files(folder)
    if not files:
        problems.append(Problem("programmes", "", "There is no programme; put a TOML file into this folder."))
        return {}
    limits = read_limits(folder, problems)
    found: dict[str, Programme] = {}
    for path in files:
        file = read(path, _File, problems)
        if file is None or limits is None:
            continue
        problems += repeated(path, "slot", [slot.id for slot in file.slot], "slot id")
        if file.id in found:
            problems.append(Problem(path.name, file.id, "This programme id is used twice; give one of them another."))
        found[file.id] = _programme(file, limits)
    return found


def programme_files(folder: Path) -> list[Path]:
    """The file of every programme: all in their folder but that of the limits they share."""
    return sorted(path for path in (folder / "programmes").glob("*.toml") if path.name != LIMITS_FILE)


def _programme(file: _File, limits: Limits) -> Programme:
    return Programme(
        id=file.id,
        version=file.version,
        slots=tuple(_slot(entry) for entry in file.slot),
        caps=tuple(Cap(Weeks(*entry.weeks), entry.per_day, entry.per_week, entry.density) for entry in file.cap),
        limits=limits,
        progression=_progression(file.progression),
        ask_at=time.fromisoformat(file.ask_at),
        next_programme=file.next_programme,
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
        followed_by=tuple(Asked(name) for name in entry.followed_by),
        density=entry.density,
        only_after=frozenset(entry.only_after),
        only_in_heat=entry.only_in_heat,
        every=entry.every,
        only_for=frozenset(entry.only_for),
    )


def _progression(entry: _Progression) -> Progression:
    return Progression(tuple(entry.first_weeks), entry.sessions, entry.rise, timedelta(hours=entry.within_hours))
