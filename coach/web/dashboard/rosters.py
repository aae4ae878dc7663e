"""Everybody on call with their hours and leave, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from coach.adapters.database.reports_values import RotaPage
from coach.adapters.rota_entry import DAYS
from coach.core.rota import BACKUP, FIRST, SECOND, Leave, OnCall, Shift
from coach.web.text import day_in_words

LAYER_NAMES: Mapping[int, str] = {FIRST: "First", SECOND: "Second", BACKUP: "Backup"}


@dataclass(frozen=True, slots=True)
class Roster:
    """One person on call with what is theirs."""

    who: OnCall
    shifts: tuple[tuple[int, str], ...]  # id and words
    leaves: tuple[tuple[Leave, OnCall | None], ...]  # with whoever covers


def people_of(found: RotaPage) -> tuple[Roster, ...]:
    """Everybody, those on call first, each with shifts and leave."""
    rota = found.rota
    order: Sequence[OnCall] = sorted(rota.people, key=lambda one: (not one.active, one.name.casefold(), one.id))
    return tuple(
        Roster(
            one,
            tuple((shift.id, shift_in_words(shift, found.at)) for shift in rota.shifts if shift.person == one.id),
            tuple((leave, _cover(found, leave)) for leave in rota.leaves if leave.person == one.id),
        )
        for one in order
    )


def _cover(found: RotaPage, leave: Leave) -> OnCall | None:
    return found.rota.person(leave.cover) if leave.cover is not None else None


def shift_in_words(shift: Shift, now: datetime) -> str:
    """Such as "First: Mon to Fri, 08:00 to 20:00"; with its first day when that is to come, and its last."""
    hours = "all day" if shift.start == shift.end else f"{shift.start:%H:%M} to {shift.end:%H:%M}"
    if shift.end < shift.start:
        hours += " next morning"
    first = f", from {day_in_words(shift.first_day, now.date())}" if shift.first_day > now.date() else ""
    last = f", until {day_in_words(shift.last_day, now.date())}" if shift.last_day else ""
    return f"{LAYER_NAMES.get(shift.layer, 'Backup')}: {days_in_words(shift.weekdays)}, {hours}{first}{last}"


def days_in_words(weekdays: frozenset[int]) -> str:
    """Such as "every day", "Mon to Fri" or "Mon, Wed, Sat"."""
    days = sorted(weekdays)
    names = [DAYS[day].capitalize() for day in days]
    if len(days) == len(DAYS):
        return "every day"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:  # noqa: PLR2004 - two days are named both
        return f"{names[0]} to {names[-1]}"
    return ", ".join(names)
