"""Working time: minutes that count only within the working hours of a person, by their own clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from math import ceil

from coach.core.policy import WorkingHours
from coach.core.schedule import DAY, local, to_utc


def first_working(at: datetime, hours: WorkingHours | None, zone: str) -> datetime:
    """The moment itself within the hours, else when they begin next. Without hours every moment counts."""
    return later(at, timedelta(0), hours, zone)


def later(at: datetime, span: timedelta, hours: WorkingHours | None, zone: str) -> datetime:
    """So much working time after a moment; always a moment within the hours."""
    if hours is None:
        return at + span
    for start, end in _open(at, hours, zone):
        begins = max(start, at)
        if begins < end and span < end - begins:
            return begins + span
        span -= max(end - begins, timedelta(0))
    raise AssertionError  # days come for ever


def _open(at: datetime, hours: WorkingHours, zone: str) -> Iterator[tuple[datetime, datetime]]:
    today = local(at, zone).date()
    for offset in count():
        day = today + offset * DAY
        if day.weekday() in hours.days:
            yield to_utc(day, hours.start, zone), to_utc(day, hours.end, zone)


def days_later(at: datetime, span: timedelta, hours: WorkingHours | None) -> datetime:
    """The same for somebody whose clock nobody knows: whole working days, at the hour it is now."""
    if hours is None:
        return at + span
    seconds = _seconds(hours)
    left = ceil(span / timedelta(seconds=seconds))
    while left:
        at += DAY
        left -= at.weekday() in hours.days
    return at


def _seconds(hours: WorkingHours) -> int:
    start, end = hours.start, hours.end
    return (end.hour - start.hour) * 3600 + (end.minute - start.minute) * 60 + end.second - start.second
