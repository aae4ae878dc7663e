"""messages/prices.toml → what texts and calls are taken to cost until the carrier has said.

Amounts are in millionths of the currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Annotated

from pydantic import Field

from coach.adapters.library.problems import Problem, Strict, raise_if_any, read

FILE = "prices.toml"
MICROS = 1_000_000
_SECONDS = 60

_Amount = Annotated[float, Field(ge=0, le=10)]


@dataclass(frozen=True, slots=True)
class Priced:
    """The carrier's word on one message."""

    carrier_id: str
    micros: int
    currency: str


@dataclass(frozen=True, slots=True)
class CountryPrices:
    """Of one country, in millionths of the currency."""

    sms_segment: int
    sms_failed: int
    sms_received_segment: int
    voice_minute: int
    voice_call: int

    def texts(self, segments: int) -> int:
        """Texts of so many segments together."""
        return segments * self.sms_segment

    def call(self, seconds: float) -> int:
        """A call that was taken; each minute begun counts."""
        return self.voice_call + minutes(seconds) * self.voice_minute


@dataclass(frozen=True, slots=True)
class Prices:
    """The table, with where it comes from and from when."""

    currency: str
    as_of: str
    source: str
    countries: Mapping[str, CountryPrices]

    def of(self, country: str) -> CountryPrices | None:
        """Those of a country; None when it is not in the table."""
        return self.countries.get(country)


def minutes(seconds: float) -> int:
    """Minutes begun, as calls are billed: at least one."""
    return max(1, ceil(seconds / _SECONDS))


class _Country(Strict):
    sms_segment: _Amount
    sms_failed: _Amount
    sms_received_segment: _Amount
    voice_minute: _Amount
    voice_call: _Amount


class _File(Strict):
    currency: str = Field(pattern="^[A-Z]{3}$")
    as_of: str = Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")
    source: str = Field(min_length=10)
    country: dict[Annotated[str, Field(pattern="^[A-Z]{2}$")], _Country]


def load_prices(folder: Path) -> Prices:
    """The price table.

    Raises:
        LibraryError: naming the file and what to mend.
    """
    problems: list[Problem] = []
    file = read(folder / FILE, _File, problems)
    raise_if_any(problems)
    if file is None:
        raise AssertionError
    countries = {name: _in_millionths(entry) for name, entry in file.country.items()}
    return Prices(file.currency, file.as_of, file.source, countries)


def _in_millionths(entry: _Country) -> CountryPrices:
    return CountryPrices(**{name: round(amount * MICROS) for name, amount in entry.model_dump().items()})
