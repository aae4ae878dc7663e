"""Wall time in a named zone to UTC and back, and quiet hours, right on every day a clock is changed.

Rules: a wall time that a spring change skips happens at the first moment after the gap; one that an autumn change
repeats happens the first time. A date that a zone never had (Apia, 30 December 2011) has no occurrence at all.
Zones are names of the IANA time-zone data, read through zoneinfo as constant data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from coach.core.model import QuietHours

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MOVE_AT_MOST = timedelta(hours=3)
"""A prompt inside quiet hours may be moved this far, to their end; further and it is left out that day."""
FAR = datetime.max.replace(tzinfo=UTC)
"""Answers "when do quiet hours start" for somebody who has none."""
_REMEMBERED = 8192  # answers kept; people of one zone share most of them


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One firing of a daily or weekly time: the local date it belongs to and its moment in UTC."""

    day: date
    at: datetime


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones()) - {"Factory", "localtime"}


def known_zone(name: str) -> bool:
    """Whether the time-zone data has this name, letter for letter."""
    return name in _zone_names()


def local(at: datetime, zone: str | None) -> datetime:
    """The same moment as the wall clock of the zone shows it; UTC while the zone is not known."""
    return at.astimezone(ZoneInfo(zone) if zone else UTC)


def to_utc(day: date, at: time, zone: str) -> datetime:
    """The moment a wall clock shows this time on this date: the first of two, or the first after a gap."""
    wall = datetime.combine(day, at.replace(fold=0), ZoneInfo(zone))
    moment = wall.astimezone(UTC)
    if _shows(moment, wall):
        return moment
    before = wall.replace(fold=1).astimezone(UTC)
    return _first(before, moment, lambda m: _naive(m, zone) >= wall.replace(tzinfo=None))


def exists(day: date, zone: str) -> bool:
    """Whether the zone had this date at all."""
    return local(to_utc(day, time(0), zone), zone).date() == day


def _shows(moment: datetime, wall: datetime) -> bool:
    return moment.astimezone(wall.tzinfo).replace(tzinfo=None, fold=0) == wall.replace(tzinfo=None, fold=0)


def _naive(moment: datetime, zone: str) -> datetime:
    return local(moment, zone).replace(tzinfo=None)


def _first(low: datetime, high: datetime, true: Callable[[datetime], bool]) -> datetime:
    """The first whole second in (low, high] from which `true` holds; it must hold at `high` and not at `low`."""
    below, above = 0, int((high - low) / SECOND)
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if true(low + middle * SECOND) else (middle, above)
    return low + above * SECOND


def covers(quiet: QuietHours, at: time) -> bool:
    """Whether a wall time lies in the quiet hours; equal start and end mean there are none."""
    if quiet.start <= quiet.end:
        return quiet.start <= at < quiet.end
    return at >= quiet.start or at < quiet.end


def is_quiet(at: datetime, zone: str, quiet: QuietHours) -> bool:
    """Whether it is the person's night at this moment, by the wall clock of the zone."""
    return covers(quiet, local(at, zone).time())


def quiet_starts_after(at: datetime, zone: str, quiet: QuietHours) -> datetime:
    """The next moment strictly after `at` at which quiet hours begin; FAR when there are none."""
    return _quiet_starts_after(at, zone, quiet)


@lru_cache(maxsize=_REMEMBERED)
def _quiet_starts_after(at: datetime, zone: str, quiet: QuietHours) -> datetime:
    edges = (m for m in _edges(at, quiet.start, zone) if m > at)
    begins = (m for m in edges if is_quiet(m, zone, quiet) and not is_quiet(m - SECOND, zone, quiet))
    return min(begins, default=FAR)


def first_allowed(at: datetime, zone: str, quiet: QuietHours) -> datetime:
    """`at` itself outside quiet hours, else the moment they end."""
    if not is_quiet(at, zone, quiet):
        return at
    return min(m for m in _edges(at, quiet.end, zone) if m > at and not is_quiet(m, zone, quiet))


def _edges(at: datetime, wall: time, zone: str) -> Iterator[datetime]:
    """Moments near `at` where the wall clock reaches `wall`, both times in autumn, or is changed."""
    today = local(at, zone).date()
    for offset in range(4):
        moment = to_utc(today + offset * DAY, wall, zone)
        yield moment
        again = local(moment, zone).replace(fold=1).astimezone(UTC)
        if again > moment:
            yield again
    yield from _changes(at, at + 2 * DAY, zone)


def _changes(low: datetime, high: datetime, zone: str) -> Iterator[datetime]:
    """The moment within (low, high] at which the zone's clock is changed, if it is."""
    after = local(high, zone).utcoffset()
    if local(low, zone).utcoffset() != after:
        yield _first(low, high, lambda m: local(m, zone).utcoffset() == after)


def allowed_time(at: time, quiet: QuietHours, move: timedelta = MOVE_AT_MOST) -> time | None:
    """The wall time a prompt may use: as planned, or the end of quiet hours the same date if near enough, else None."""
    if not covers(quiet, at):
        return at
    wait = _since_midnight(quiet.end) - _since_midnight(at)
    return quiet.end if timedelta(0) <= wait <= move else None


def spread(at: datetime, until: datetime, person: int, day: date, within: timedelta) -> datetime:
    """A moment of this person's own for what falls due at `at`, so that a crowd does not leave in one minute.

    It lies less than `within` after `at`, in the first quarter of the time until `until`, and is the same for all that
    the person gets on a date, so that the distances of the day stay as they are planned.
    """
    room = max(min(within, (until - at) / 4), timedelta(0))
    return at + timedelta(seconds=int(room.total_seconds() * _share_of(f"{person}/{day.isoformat()}")))


def staggered(wait: timedelta, name: str) -> timedelta:
    """A wait up to a quarter longer, each name's own: what was put off together does not come back together."""
    return wait * (1 + _share_of(name) / 4)


def _share_of(name: str) -> float:
    """Between 0 and 1, evenly over names, and the same for a name everywhere."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest()) / 2**32


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


def occurrence(
    day: date, at: time, zone: str, quiet: QuietHours | None = None, move: timedelta = MOVE_AT_MOST
) -> Occurrence | None:
    """The firing that belongs to a date, or None: the date does not exist, or quiet hours leave no room for it."""
    return _occurrence(day, at, zone, quiet, move)


@lru_cache(maxsize=_REMEMBERED)
def _occurrence(day: date, at: time, zone: str, quiet: QuietHours | None, move: timedelta) -> Occurrence | None:
    wall = at if quiet is None else allowed_time(at, quiet, move)
    if wall is None or not exists(day, zone):
        return None
    moment = to_utc(day, wall, zone)
    if quiet is not None and is_quiet(moment, zone, quiet):  # a gap can push a late time into the night
        return None
    return Occurrence(day, moment)
