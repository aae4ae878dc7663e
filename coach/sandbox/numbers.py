"""Telephone numbers: what the network takes for one, and where it is at home."""

from __future__ import annotations

import re

_E164 = re.compile(r"\+(1[2-9]\d{9}|(?!1)[2-9]\d{6,13})\Z")


def is_number(text: str) -> bool:
    """True for a plausible E.164 number; North American ones need ten digits behind +1."""
    return _E164.match(text) is not None


def country(number: str) -> str:
    """Return the country code used in webhook fields: `US` for +1, else empty."""
    return "US" if number.startswith("+1") else ""


def place_fields(prefix: str, number: str) -> tuple[tuple[str, str], ...]:
    """Return the home of a number as webhook fields; the network knows no more than the country."""
    empty = tuple((f"{prefix}{part}", "") for part in ("City", "State", "Zip"))
    return (*empty, (f"{prefix}Country", country(number)))
