"""`coach costs`: what a month's texts and calls cost, by the carrier's word and by estimate."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import typer
from rich.console import Console
from rich.table import Table

from coach.adapters.clock import system_clock
from coach.adapters.database.costs import Cost
from coach.adapters.database.engine import open_engine
from coach.adapters.database.ledger import Ledger
from coach.adapters.database.maintenance import version_problem
from coach.adapters.library.prices import MICROS, Prices, load_prices
from coach.adapters.twilio.prices import told_prices
from coach.bootstrap import carrier_options
from coach.cli.problems import WORK_FOUND_PROBLEMS, WRONG_USE, Problem
from coach.resources import folder
from coach.settings import Use, environment, read_settings

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_HEADS = ("channel", "way", "country", "messages", "units", "currency", "carrier", "estimate", "unpriced")


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in UTC, as the carrier bills."""

    name: str
    begin: datetime
    end: datetime

    @property
    def last_day(self) -> date:
        """The last day of it."""
        return (self.end - timedelta(days=1)).date()


def month_of(text: str, now: datetime) -> Month:
    """The month that is written as 2026-11; the present one for nothing. Raises Problem when it is none."""
    name = text.strip() or f"{now:%Y-%m}"
    found = _MONTH.fullmatch(name)
    if found is None:
        raise Problem("Write the month as year and month, such as 2026-11.", WRONG_USE)
    begin = datetime(int(found[1]), int(found[2]), 1, tzinfo=UTC)
    return Month(name, begin, (begin + timedelta(days=32)).replace(day=1))


def costs(
    month: str = typer.Option("", metavar="YYYY-MM", help="The month, in UTC; the present one when left out."),
    as_csv: bool = typer.Option(False, "--csv", help="Print comma-separated values."),
    ask: bool = typer.Option(False, "--ask", help="First ask the carrier for the month's prices and keep them."),
) -> None:
    """Say what a month's texts and calls cost, by channel, way and country.

    Examples: coach costs · coach costs --month 2026-11 --ask --csv
    """
    settings = read_settings(environment(), Use.LIVE if ask else Use.DATA)
    asked, prices = month_of(month, system_clock()), load_prices(folder("messages"))
    outdated = version_problem(settings.database_url)
    if outdated:
        raise Problem(outdated, WRONG_USE)
    engine = open_engine(settings.database_url)
    try:
        ledger = Ledger(engine)
        if ask:
            priced = ledger.keep(told_prices(carrier_options(settings), asked.begin.date(), asked.last_day))
            print(f"The carrier told the price of {priced} of our messages.", file=sys.stderr)
        found = ledger.costs(asked.begin, asked.end, prices)
    except ConnectionError as away:
        raise Problem(str(away), WORK_FOUND_PROBLEMS) from None
    finally:
        engine.dispose()
    _print_csv(asked, found) if as_csv else _print_table(asked, found, prices)


def _row(cost: Cost) -> tuple[str, ...]:
    counts = (cost.channel, cost.way, cost.country, str(cost.messages), str(cost.units), cost.currency)
    return (*counts, _money(cost.told), _money(cost.estimated), str(cost.unpriced))


def _money(micros: int) -> str:
    return f"{micros / MICROS:.4f}"


def _print_csv(month: Month, found: Sequence[Cost]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(("month", *_HEADS))
    writer.writerows((month.name, *_row(cost)) for cost in found)


def _print_table(month: Month, found: Sequence[Cost], prices: Prices) -> None:
    table = Table(
        *_HEADS, title=f"{month.name} (UTC). Units: segments of texts, minutes of calls.", title_justify="left"
    )
    for cost in found:
        table.add_row(*_row(cost))
    console = Console()
    console.print(table)
    for line in _totals(found):
        console.print(line)
    console.print(f"Estimates: messages/prices.toml, as of {prices.as_of}. {prices.source}")


def _totals(found: Iterable[Cost]) -> Iterator[str]:
    """Currencies are not added to each other."""
    costs_found = tuple(found)
    for currency in dict.fromkeys(cost.currency for cost in costs_found):
        mine = [cost for cost in costs_found if cost.currency == currency]
        told, estimated = sum(cost.told for cost in mine), sum(cost.estimated for cost in mine)
        yield f"{_money(told + estimated)} {currency}: {_money(told)} by the carrier, {_money(estimated)} estimated."
    unpriced = sum(cost.unpriced for cost in costs_found)
    if unpriced:
        yield f"{unpriced} messages have no price: their country is not in messages/prices.toml."
