"""Text and time as pages show them. Everything here escapes what it is given."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta

from markupsafe import Markup

from coach.core.schedule import local

_HIDING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_HARMLESS = frozenset("\n\u200d\u200c\ufe0f")  # line ends, and the joiners inside emoji and some scripts
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def visible(text: str) -> str:
    """The text with every character that hides or turns things around shown by its number, such as [U+202E]."""
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(f"[U+{ord(c):04X}]" if _hides(c) else c for c in unix)


def _hides(character: str) -> bool:
    return character not in _HARMLESS and unicodedata.category(character) in _HIDING


def day_in_words(day: date, today: date | None = None) -> str:
    """Such as "22 Nov"; with the year when it is not this one; "today" and "yesterday" when `today` is given."""
    if today is not None and timedelta() <= today - day <= timedelta(days=1):
        return "today" if day == today else "yesterday"
    year = f" {day.year}" if today is not None and day.year != today.year else ""
    return f"{day.day} {_MONTHS[day.month - 1]}{year}"


def clock_time(at: datetime, zone: str | None) -> Markup:
    """The time of day on the person's clock as a `time` element that also says the exact moment."""
    shown = local(at, zone).strftime("%H:%M") + ("" if zone else " UTC")
    return _time_element(at, shown)


def full_time(at: datetime, zone: str | None, today: date | None = None) -> Markup:
    """Day and time on the person's clock as a `time` element that also says the exact moment."""
    there = local(at, zone)
    shown = f"{day_in_words(there.date(), today)}, {there:%H:%M}" + ("" if zone else " UTC")
    return _time_element(at, shown)


def _time_element(at: datetime, shown: str) -> Markup:
    exact = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}">{}</time>').format(exact, shown)


def age(since: datetime, now: datetime) -> str:
    """How long ago, in its two largest useful units: "4 min", "2 h 10 min", "3 d 4 h"."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 1:
        return "just now"
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h" if hours and days < 10 else f"{days} d"  # noqa: PLR2004 - hours no longer matter
    if hours:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{minutes} min"


def zone_in_words(zone: str) -> str:
    """An IANA name without its underscores, such as "America/New York"."""
    return zone.replace("_", " ")


def score_in_words(score: float) -> str:
    """A score without a needless decimal."""
    return f"{score:g}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"
