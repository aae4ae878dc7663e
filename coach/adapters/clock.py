"""The clock: the only place that reads the time of day."""

from datetime import UTC, datetime


def system_clock() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  # this is the clock
