"""messages/programmes/limits.toml → the numbers that all programmes share."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from coach.adapters.library.problems import Problem, Strict, read
from coach.core.programme import Limits

FILE = "limits.toml"

_UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}


class _File(Strict):
    merge_minutes: int = Field(ge=0)
    move_hours: int = Field(ge=0, le=12)
    after_emergency_hours: int = Field(ge=0)
    one_picture_hours: int = Field(ge=0)
    alarm_again_hours: int = Field(ge=0)
    score_high: int = Field(ge=1, le=10)
    score_middle: int = Field(ge=1, le=10)
    score_drop: float = Field(gt=0, strict=False)
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
    usual_scores_least: int = Field(ge=1)
    usual_scores_most: int = Field(ge=1)
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
    earliest_hour: int = Field(ge=0, le=23)
    latest_hour: int = Field(ge=0, le=23)

    @field_validator("latest_hour")
    @classmethod
    def _in_order(cls, latest: int, info: ValidationInfo) -> int:
        if latest < info.data.get("earliest_hour", 0):
            sentence = "it must not lie before earliest_hour"
            raise ValueError(sentence)
        return latest


def read_limits(folder: Path, problems: list[Problem]) -> Limits | None:
    """The limits; None when they cannot be used, and then `problems` has grown."""
    file = read(folder / "programmes" / FILE, _File, problems)
    return Limits(**dict(_named(key, value) for key, value in file)) if file else None


def _named(key: str, value: float | list[str]) -> tuple[str, Any]:
    """A key of the file as the core names it: a time without its unit, a list as a set."""
    name, _, unit = key.rpartition("_")
    if unit in _UNITS and not isinstance(value, list):
        return name, value * _UNITS[unit]
    return key, frozenset(value) if isinstance(value, list) else value
