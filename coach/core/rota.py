"""Who is on call when, as values: shifts by layer, leave with cover, and the hours that nobody covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import TypeAlias

from coach.core.model import Language
from coach.core.schedule import local, to_utc

FIRST, SECOND, BACKUP = 1, 2, 9
"""Layers of a shift, paged in this order; the backup covers no hour."""

LOOK_AHEAD = timedelta(days=14)
"""How far ahead every hour should be covered."""

_COVERING = frozenset({FIRST, SECOND})
_DAY, _MOMENT = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class OnCall:
    """A number of staff that may be paged."""

    id: int  # of its row of `participant`, whose status is ON_CALL
    handle: str  # the name in trails and texts; the account's username when there is one
    name: str
    phone: str  # E.164
    language: Language
    zone: str  # IANA
    texts: bool = True
    calls: bool = True
    active: bool = True
    operator: bool = False  # hears of alarms about the program


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours that repeat each week, by the wall clock of the person; `end` <= `start` crosses midnight."""

    id: int
    person: int  # an OnCall.id
    layer: int  # FIRST, SECOND or BACKUP
    weekdays: frozenset[int]  # on which it starts, 0 Monday to 6
    start: time
    end: time  # equal to `start`: the whole day
    first_day: date
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Local dates, both included, on which a person is away."""

    id: int
    person: int
    first_day: date
    last_day: date
    cover: int | None = None  # the OnCall.id that takes their shifts


@dataclass(frozen=True, slots=True)
class Rota:
    """All that is not ended."""

    people: tuple[OnCall, ...] = ()
    shifts: tuple[Shift, ...] = ()
    leaves: tuple[Leave, ...] = ()

    def person(self, person_id: int) -> OnCall | None:
        """The one with this id, active or not."""
        return next((one for one in self.people if one.id == person_id), None)

    def named(self, handle: str) -> OnCall | None:
        """The one with this handle, active or not."""
        return next((one for one in self.people if one.handle == handle), None)

    @property
    def active(self) -> tuple[OnCall, ...]:
        """Everybody who may be paged at all."""
        return tuple(one for one in self.people if one.active)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time that no shift of the first or second layer covers."""

    start: datetime
    end: datetime


Stretch: TypeAlias = tuple[datetime, datetime]


def on_duty(rota: Rota, at: datetime) -> tuple[OnCall, ...]:
    """Who is on duty, by layer and then id, leave replaced by its cover (once, no chains), without the backup."""
    return _serving(rota, at, _COVERING)


def backups(rota: Rota, at: datetime) -> tuple[OnCall, ...]:
    """Who may be paged once everybody on duty was."""
    return _serving(rota, at, frozenset({BACKUP}))


def operators(rota: Rota) -> tuple[OnCall, ...]:
    """Who hears of alarms: the active operators, else the active backups, else everybody active."""
    reserve = {shift.person for shift in rota.shifts if shift.layer == BACKUP}
    chosen = [one for one in rota.active if one.operator]
    return tuple(chosen or [one for one in rota.active if one.id in reserve] or rota.active)


def gaps(rota: Rota, start: datetime, end: datetime) -> tuple[Gap, ...]:
    """The exact stretches within [start, end) that nobody covers; a backup covers none."""
    shifts = [shift for shift in rota.shifts if shift.layer in _COVERING]
    covered = [part for shift in shifts for _, part in _served(rota, shift, start, end)]
    return tuple(Gap(*part) for part in _without((start, end), covered))


def problems(rota: Rota, now: datetime) -> tuple[str, ...]:
    """What is wrong with a rota, a sentence each; nothing when every hour of the next 14 days is covered."""
    if not rota.active:
        return ("Nobody is on call: nobody would be paged. Add people and their shifts.",)
    return tuple(
        chain(
            _uncovered(gaps(rota, now, now + LOOK_AHEAD)),
            _named_in_vain(rota),
            _covers_away(rota, now),
            (f"{one.name} can be paged neither by text nor by call." for one in rota.active if not _reachable(one)),
            () if _reserve(rota, now) else ("There is no backup for when those on duty do not answer.",),
        )
    )


def _serving(rota: Rota, at: datetime, layers: frozenset[int]) -> tuple[OnCall, ...]:
    found = {
        (shift.layer, one.id): one
        for shift in rota.shifts
        if shift.layer in layers
        for one, _ in _served(rota, shift, at, at + _MOMENT)
    }
    return tuple({one.id: one for _, one in sorted(found.items(), key=lambda pair: pair[0])}.values())


def _served(rota: Rota, shift: Shift, start: datetime, end: datetime) -> Iterator[tuple[OnCall, Stretch]]:
    """Who really serves a shift within a time: its person, and whoever covers their leave."""
    owner = rota.person(shift.person)
    if owner is None or not owner.active:
        return
    leaves = [leave for leave in rota.leaves if leave.person == owner.id]
    for hours in _hours(shift, owner.zone, start, end):
        for part in _without(hours, [_away(leave, owner.zone) for leave in leaves]):
            yield owner, part
        for leave in leaves:
            cover = rota.person(leave.cover) if leave.cover is not None else None
            both = _common(hours, _away(leave, owner.zone))
            if cover is None or not cover.active or both is None:
                continue
            own = [_away(other, cover.zone) for other in rota.leaves if other.person == cover.id]
            for part in _without(both, own):
                yield cover, part


def _hours(shift: Shift, zone: str, start: datetime, end: datetime) -> Iterator[Stretch]:
    """The times of a shift that fall within [start, end), each cut to it."""
    first, last = local(start, zone).date() - _DAY, local(end, zone).date()
    for offset in range((last - first).days + 1):
        day = first + offset * _DAY
        if day < shift.first_day or (shift.last_day and day > shift.last_day) or day.weekday() not in shift.weekdays:
            continue
        ends_on = day if shift.start < shift.end else day + _DAY
        hours = (to_utc(day, shift.start, zone), to_utc(ends_on, shift.end, zone))
        both = _common(hours, (start, end))
        if both is not None:
            yield both


def _away(leave: Leave, zone: str) -> Stretch:
    return to_utc(leave.first_day, time(0), zone), to_utc(leave.last_day + _DAY, time(0), zone)


def _common(one: Stretch, other: Stretch) -> Stretch | None:
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def _without(whole: Stretch, taken: Iterable[Stretch]) -> Iterator[Stretch]:
    """What is left of a stretch, in the order of time."""
    at, end = whole
    for begins, ends in sorted(taken):
        if at < begins and at < end:
            yield at, min(begins, end)
        at = max(at, ends)
    if at < end:
        yield at, end


def _uncovered(found: tuple[Gap, ...]) -> Iterator[str]:
    if found:
        first = found[0]
        times = "once" if len(found) == 1 else f"{len(found)} times"
        until = f"{first.start:%a %d %b %H:%M} to {first.end:%a %d %b %H:%M} UTC"
        yield f"Nobody is on call {times} in the next {LOOK_AHEAD.days} days, first from {until}."


def _named_in_vain(rota: Rota) -> Iterator[str]:
    active = {one.id for one in rota.active}
    lost = sum(shift.person not in active for shift in rota.shifts)
    if lost:
        belong = "shift belongs" if lost == 1 else "shifts belong"
        yield f"{lost} {belong} to nobody who is active: give it to somebody or end it."


def _covers_away(rota: Rota, now: datetime) -> Iterator[str]:
    for leave in rota.leaves:
        away = rota.person(leave.person)
        cover = rota.person(leave.cover) if leave.cover is not None else None
        if away is None or cover is None or _away(leave, away.zone)[1] <= now:
            continue
        dates = f"{leave.first_day:%d %b} to {leave.last_day:%d %b}"
        if not cover.active:
            yield f"{cover.name} is to cover for {away.name} from {dates} and is not active."
        own = (_away(other, cover.zone) for other in rota.leaves if other.person == cover.id)
        if any(_common(_away(leave, away.zone), other) for other in own):
            yield f"{cover.name} is to cover for {away.name} from {dates} and is away then too."


def _reachable(one: OnCall) -> bool:
    return one.texts or one.calls


def _reserve(rota: Rota, now: datetime) -> bool:
    shifts = (shift for shift in rota.shifts if shift.layer == BACKUP)
    return any(True for shift in shifts for _ in _served(rota, shift, now, now + LOOK_AHEAD))
