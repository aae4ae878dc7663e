"""A clock that stands still until it is told to move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class StoppedClock:
    """Called, it gives the time it stands at: `StoppedClock(at)()`."""

    at: datetime = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time it stands at, in UTC."""
        return self.at.astimezone(UTC)

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Move on by a duration, or by its parts: `advance(minutes=5)`."""
        self.at += by if by is not None else timedelta(**parts)
        return self()

    def set(self, at: datetime) -> None:
        """Move to a time, also back."""
        self.at = at
