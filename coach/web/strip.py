"""The next days of the rota as bars: who is on call in which hours, and where nobody is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from markupsafe import Markup

from coach.core.rota import LOOK_AHEAD, OnCall, Rota, backups, on_duty
from coach.core.schedule import exists, local, to_utc

_DAY = timedelta(days=1)
_WIDE = 1440  # units of a bar: one a minute on a day of 24 hours
_HIGH = 20
_BACKUP_HIGH = 4
_FRAME = Markup(
    '<svg class="cover" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg>'
)
_RECT = Markup('<rect class="{}" x="{}" y="{:g}" width="{}" height="{:g}"/>')


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of one day in which the same people are on call."""

    start: datetime
    end: datetime
    on_duty: tuple[OnCall, ...]  # in the order they are paged
    backups: tuple[OnCall, ...]


@dataclass(frozen=True, slots=True)
class StripDay:
    """One local day; today begins now."""

    day: date
    zone: str
    hours: tuple[Hours, ...]
    bar: Markup

    @property
    def backups(self) -> tuple[OnCall, ...]:
        """The backup of most of the day, to be told once."""
        lengths = Counter[tuple[OnCall, ...]]()
        for one in self.hours:
            lengths[one.backups] += int((one.end - one.start).total_seconds())
        return lengths.most_common(1)[0][0] if lengths else ()

    def clock(self, at: datetime) -> str:
        """A moment of this day on its clock; its end is "24:00"."""
        there = local(at, self.zone)
        return "24:00" if there.date() > self.day else f"{there:%H:%M}"


def strip_zone(rota: Rota, otherwise: str = "UTC") -> str:
    """The time zone most of those on call live in."""
    zones = Counter(one.zone for one in rota.active).most_common(1)
    return zones[0][0] if zones else otherwise


def short_names(people: Iterable[OnCall]) -> dict[int, str]:
    """First names by OnCall.id; the whole name where two share the first."""
    everybody = tuple(people)
    first = {one.id: (one.name.split() or [one.handle])[0] for one in everybody}
    often = Counter(first.values())
    return {one.id: first[one.id] if often[first[one.id]] == 1 else one.name for one in everybody}


def strip(rota: Rota, now: datetime, zone: str) -> tuple[StripDay, ...]:
    """The days from now on, as far ahead as every hour should be covered, by the clock of a zone."""
    today = local(now, zone).date()
    days = (today + n * _DAY for n in range(LOOK_AHEAD.days))
    return tuple(_day(rota, day, now, zone) for day in days if exists(day, zone))


def _day(rota: Rota, day: date, now: datetime, zone: str) -> StripDay:
    start, end = to_utc(day, time(0), zone), to_utc(day + _DAY, time(0), zone)
    hours = tuple(_joined(_hours(rota, max(start, now), end)))
    return StripDay(day, zone, hours, _bar(hours, start, end))


def _hours(rota: Rota, start: datetime, end: datetime) -> Iterator[Hours]:
    changes = sorted({start, end, *(at for at in _changes(rota, start, end) if start < at < end)})
    for begins, ends in pairwise(changes):
        yield Hours(begins, ends, on_duty(rota, begins), backups(rota, begins))


def _changes(rota: Rota, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every moment near a day at which somebody's shift, leave or day begins or ends."""
    zones = {one.id: one.zone for one in rota.people}
    first, last = start.date() - _DAY, end.date() + _DAY
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    for zone in set(zones.values()):
        yield from (to_utc(day, time(0), zone) for day in days)
    for shift in rota.shifts:
        zone = zones.get(shift.person, "UTC")
        yield from (to_utc(day, at, zone) for day in days for at in (shift.start, shift.end))


def _joined(hours: Iterable[Hours]) -> Iterator[Hours]:
    """Neighbours with the same people as one."""
    last: Hours | None = None
    for one in hours:
        if last and (last.on_duty, last.backups) == (one.on_duty, one.backups):
            last = Hours(last.start, one.end, one.on_duty, one.backups)
            continue
        if last:
            yield last
        last = one
    if last:
        yield last


def _bar(hours: Sequence[Hours], start: datetime, end: datetime) -> Markup:
    def place(at: datetime) -> float:
        return round((at - start) / (end - start) * _WIDE, 1)

    parts = [Markup('<rect class="past" x="0" y="0" width="{}" height="{}"/>').format(place(hours[0].start), _HIGH)]
    for one in hours:
        x, width = place(one.start), round(place(one.end) - place(one.start), 1)
        kind = "none" if not one.on_duty else "one" if len(one.on_duty) == 1 else "more"
        parts.append(_rect(f"cover-{kind}", x, 0, width, _HIGH))
        if not one.on_duty:
            parts.append(_rect("cover-cross", x, _HIGH / 2 - 1, width, 2))
        if one.backups:
            parts.append(_rect("cover-backup", x, _HIGH - _BACKUP_HIGH, width, _BACKUP_HIGH))
        parts.append(Markup('<path class="cover-edge" d="M{} 0V{}"/>').format(x, _HIGH))
    return _FRAME.format(_WIDE, _HIGH, Markup("").join(parts))


def _rect(name: str, x: float, y: float, width: float, height: float) -> Markup:
    return _RECT.format(name, x, y, width, height)
