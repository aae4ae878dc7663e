"""Why a change of the rota is refused: hours that nobody would cover, days that are over, people who are away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from coach.core.rota import BACKUP, FIRST, LOOK_AHEAD, SECOND, Gap, Leave, OnCall, Rota, Shift, gaps
from coach.core.schedule import local

NOBODY = "There is nobody on call with this number."
SHIFT_OVER = "This shift has already ended."
_OTHERS_FIRST = "Give these hours to somebody else first."


def newly_open(before: Rota, after: Rota, now: datetime) -> Gap | None:
    """The first stretch of the next 14 days that is covered before a change and by nobody after it."""
    was = gaps(before, now, now + LOOK_AHEAD)
    return next((part for gap in gaps(after, now, now + LOOK_AHEAD) if (part := _beyond(gap, was))), None)


def _beyond(gap: Gap, was: tuple[Gap, ...]) -> Gap | None:
    at = gap.start
    for old in was:
        if old.start > at:
            break
        at = max(at, old.end)
    ends = min((old.start for old in was if at < old.start < gap.end), default=gap.end)
    return Gap(at, ends) if at < ends else None


def gap_in_words(gap: Gap, zone: str) -> str:
    """Such as "Tue 24 Nov 20:00 to Wed 25 Nov 08:00 (America/Chicago)", by the clock of a zone."""
    start, end = local(gap.start, zone), local(gap.end, zone)
    return f"{start:%a %d %b %H:%M} to {end:%a %d %b %H:%M} ({zone.replace('_', ' ')})"


def _open_refusal(before: Rota, after: Rota, now: datetime, zone: str, advice: str) -> str | None:
    gap = newly_open(before, after, now)
    return f"Then nobody would be on call from {gap_in_words(gap, zone)}. {advice}" if gap else None


def unreachable(person: OnCall) -> str | None:
    """Whether somebody could be paged at all."""
    return None if person.texts or person.calls else "Choose texts, calls or both; else they could not be paged."


def change_refusal(rota: Rota, person: OnCall, now: datetime) -> str | None:
    """Other details of somebody: hours may go with them, and the last one on call stays."""
    known = rota.person(person.id)
    if known is None:
        return NOBODY
    if known.active and not person.active and rota.active == (known,):
        return f"{known.name} is the last one on call: nobody would be paged. Add somebody else first."
    after = replace(rota, people=tuple(person if one.id == person.id else one for one in rota.people))
    return unreachable(person) or _open_refusal(rota, after, now, person.zone, _OTHERS_FIRST)


def back_refusal(rota: Rota, person_id: int, now: datetime) -> str | None:
    """Somebody is to be paged again."""
    known = rota.person(person_id)
    return change_refusal(rota, replace(known, active=True), now) if known else NOBODY


def off_refusal(rota: Rota, person_id: int, now: datetime) -> str | None:
    """Somebody is to be paged no more."""
    known = rota.person(person_id)
    if known is not None and not known.active:
        return f"{known.name} is not on call any more."
    return change_refusal(rota, replace(known, active=False), now) if known else NOBODY


def shift_refusal(rota: Rota, shift: Shift, now: datetime) -> str | None:
    """A shift more; never for what it leaves open."""
    who = rota.person(shift.person)
    if who is None or not who.active:
        return "Nobody who is on call has this name; add them first."
    if shift.layer not in (FIRST, SECOND, BACKUP) or not shift.weekdays:
        return "Choose at least one day of the week, and first, second or backup."
    if shift.last_day is not None and shift.last_day < max(shift.first_day, local(now, who.zone).date()):
        return "The last day is over, or lies before the first; choose a later one, or none."
    if any(replace(shift, id=one.id) == one for one in rota.shifts):
        return f"{who.name} has this shift already."
    return None


def end_refusal(rota: Rota, shift_id: int, now: datetime) -> str | None:
    """A shift less."""
    shift = next((one for one in rota.shifts if one.id == shift_id), None)
    if shift is None:
        return SHIFT_OVER
    who = rota.person(shift.person)
    after = replace(rota, shifts=tuple(one for one in rota.shifts if one.id != shift_id))
    return _open_refusal(rota, after, now, who.zone if who else "UTC", _OTHERS_FIRST)


def leave_refusal(rota: Rota, leave: Leave, now: datetime) -> str | None:
    """A leave, with or without somebody who covers it."""
    who = rota.person(leave.person)
    if who is None or not who.active:
        return "Nobody who is on call has this name."
    if leave.last_day < leave.first_day:
        return "The last day lies before the first; choose the same day or a later one."
    if leave.last_day < local(now, who.zone).date():
        return "These days are over; choose today or later."
    cover = rota.person(leave.cover) if leave.cover is not None else None
    wrong = _wrong_cover(rota, leave, cover) or _away_already(rota, leave, who)
    advice = f"{cover.name} cannot cover all of it." if cover else "Name somebody to cover."
    after = replace(rota, leaves=(*rota.leaves, leave))
    return wrong or _open_refusal(rota, after, now, who.zone, advice)


def _wrong_cover(rota: Rota, leave: Leave, cover: OnCall | None) -> str | None:
    if leave.cover is None:
        return None
    if cover is None or not cover.active:
        return "Whoever covers must be on call too; add them first."
    if cover.id == leave.person:
        return "Nobody can cover for themselves; choose somebody else."
    if any(_overlap(leave, other) for other in rota.leaves if other.person == cover.id):
        return f"{cover.name} is away then too; choose somebody else."
    return None


def _away_already(rota: Rota, leave: Leave, who: OnCall) -> str | None:
    away = any(_overlap(leave, other) for other in rota.leaves if other.person == who.id)
    return f"{who.name} is away on some of these days already; end that leave first." if away else None


def _overlap(one: Leave, other: Leave) -> bool:
    return one.first_day <= other.last_day and other.first_day <= one.last_day
