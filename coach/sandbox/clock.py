"""A clock that can be sped up or moved forward, for demonstrations and tests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

FAST = 3600.0
"""Network seconds per real second while running to the next morning: an hour a second."""
MAXIMUM_RATE = 86_400.0
MORNING = time(8, 55)
"""Five minutes before the first prompts of a day."""


@dataclass(frozen=True, slots=True)
class _Course:
    """How time runs since the last change: from `begin` at `rate`, but never fast beyond `until`."""

    real: float
    begin: datetime
    rate: float
    until: datetime | None = None

    def at(self, real: float) -> datetime:
        now = self.begin + timedelta(seconds=(real - self.real) * self.rate)
        if self.until is None or now < self.until:
            return now
        fast_seconds = (self.until - self.begin).total_seconds() / self.rate
        return self.until + timedelta(seconds=real - self.real - fast_seconds)


class AdjustableClock:
    """Callable giving the network's time as an aware UTC datetime; it never runs backwards.

    `real` is a source of real seconds that never goes back, such as `time.monotonic`.
    """

    def __init__(self, start: datetime, real: Callable[[], float], rate: float = 1.0) -> None:
        """Begin at `start` (aware), running `rate` network seconds per real second; 0 stands still."""
        _require_aware(start)
        self._real = real
        self._lock = threading.Lock()
        self._course = _Course(real(), start.astimezone(UTC), _checked(rate))

    def __call__(self) -> datetime:
        """Return the network's time now."""
        with self._lock:
            return self._course.at(self._real())

    @property
    def rate(self) -> float:
        """Network seconds per real second at this moment."""
        with self._lock:
            course = self._course
            arrived = course.until is not None and course.at(self._real()) >= course.until
            return 1.0 if arrived else course.rate

    @property
    def running_until(self) -> datetime | None:
        """The moment a fast run falls back to normal speed, or None when no such run is on."""
        with self._lock:
            until = self._course.until
            return until if until is not None and self._course.at(self._real()) < until else None

    def set_rate(self, rate: float) -> None:
        """Run at `rate` from now on and forget a run to the morning."""
        self._change(lambda real, now: _Course(real, now, _checked(rate)))

    def jump_to(self, at: datetime) -> None:
        """Be at `at` at once, keeping the rate. Raises ValueError for a moment that has passed."""
        _require_aware(at)

        def jump(real: float, now: datetime) -> _Course:
            if at < now:
                message = "The clock only goes forward."
                raise ValueError(message)
            return _Course(real, at.astimezone(UTC), self._course.rate if self._course.until is None else 1.0)

        self._change(jump)

    def run_until(self, at: datetime, rate: float = FAST) -> None:
        """Run fast, seeing all the time in between, and fall back to normal speed at `at`."""
        _require_aware(at)
        self._change(lambda real, now: _Course(real, now, _checked(rate) or FAST, max(at.astimezone(UTC), now)))

    def run_to_next_morning(self, zone: ZoneInfo) -> datetime:
        """Run fast until 08:55 in `zone` and return that moment (UTC)."""
        morning = next_morning(self(), zone)
        self.run_until(morning)
        return morning

    def _change(self, change: Callable[[float, datetime], _Course]) -> None:
        with self._lock:
            real = self._real()
            self._course = change(real, self._course.at(real))


def next_morning(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the first 08:55 of `zone` after `now`, in UTC."""
    local_day = now.astimezone(zone).date()
    today = datetime.combine(local_day, MORNING, zone).astimezone(UTC)
    if today > now:
        return today
    return datetime.combine(local_day + timedelta(days=1), MORNING, zone).astimezone(UTC)


def _checked(rate: float) -> float:
    if not 0 <= rate <= MAXIMUM_RATE:
        message = f"The rate must lie between 0 and {MAXIMUM_RATE:.0f}."
        raise ValueError(message)
    return rate


def _require_aware(at: datetime) -> None:
    if at.tzinfo is None:
        message = "The clock needs a time with a time zone."
        raise ValueError(message)
