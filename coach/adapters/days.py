"""Days as staff type them, in a form or at a terminal."""

from __future__ import annotations

from datetime import date

WRITE_DAY = "Choose a day, or write it as year, month and day, such as 2026-07-14."
"""What to say about a text that is no day."""


def read_day(text: str) -> date | None:
    """The day that is written as year, month and day (ISO 8601); None when it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
