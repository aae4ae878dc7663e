"""The clock is the only place that reads the time of day."""

from __future__ import annotations

from datetime import UTC, datetime

from freezegun import freeze_time

from coach.adapters.clock import system_clock


def test_the_clock_gives_aware_utc() -> None:
    """The present, and never without its zone."""
    with freeze_time("2026-03-08T01:59:59Z"):
        assert system_clock() == datetime(2026, 3, 8, 1, 59, 59, tzinfo=UTC)
        assert system_clock().tzinfo is UTC
