"""Time zones a person can live in: checking a typed name and suggesting those of a country."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from coach.adapters.phones import Problem

_NOT_PLACES = ("Etc/", "SystemV/", "posix/", "right/", "US/Pacific-New")


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A zone to offer, with what the tz database says about it, such as "Eastern (most areas)"."""

    name: str
    about: str


def normalise_zone(text: str) -> str | Problem:
    """Give the IANA name as the tz database writes it, or say in one sentence what is wrong."""
    wanted = text.strip().replace(" ", "_").casefold()
    name = _places_by_folded_name().get(wanted)
    if name:
        return name
    shown = text.strip()[:40]
    return Problem(f"“{shown}” is no time zone; write a name such as America/New_York, or leave it empty.")


@cache
def zones_of(country: str) -> tuple[ZoneRow, ...]:
    """The zones of a country (ISO 3166 alpha-2), in the order of the tz database: the largest part first."""
    return tuple(choice for code, choice in _table() if code == country)


@cache
def all_zones() -> tuple[ZoneRow, ...]:
    """Every zone of the table of countries, by name."""
    return tuple(sorted({choice.name: choice for _, choice in _table()}.values(), key=lambda c: c.name))


@cache
def _table() -> tuple[tuple[str, ZoneRow], ...]:
    text = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    cells = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple((row[0], ZoneRow(row[2], row[3] if len(row) > 3 else "")) for row in cells)  # noqa: PLR2004 - column


@cache
def _places_by_folded_name() -> dict[str, str]:
    names = (name for name in available_timezones() if "/" in name and not name.startswith(_NOT_PLACES))
    return {name.casefold(): name for name in names}
