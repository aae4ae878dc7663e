"""How large the database grows: rows and bytes of five weeks of people who answer everything."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tests.benchmarks.figures import Found, at_most
from tests.benchmarks.place import KINDS, Place, say
from tests.benchmarks.seeding import seed, sizes
from tests.benchmarks.template import TABLES

_YEAR = 365
_MOST_A_YEAR = 10.0  # MB for each person: a million people then fill one large disk

_MB = 1e6


def run(place: Place) -> Found:
    """Both databases; rows are the same in both."""
    days, people = (1, 20) if place.quick else (35, 1000)
    found = {}
    for kind in KINDS:
        say(f"size: {kind}")
        url = place.database(kind)
        seed(url, place.template(days), people)
        with place.opened(url) as engine:
            found[kind] = sizes(engine)
        place.drop(url)
    rows = [_row(table.name, [found[kind][table.name] for kind in KINDS], people * days) for table in TABLES]
    totals = [_total(found[kind].values()) for kind in KINDS]
    rows.append(_row("all", totals, people * days))
    a_year = {kind: total[1] / people / days * _YEAR / _MB for kind, total in zip(KINDS, totals, strict=True)}
    targets = [at_most(f"{kind}, a person and year", size, _MOST_A_YEAR, " MB") for kind, size in a_year.items()]
    about = (
        f"{people:,} people with {days} days each, who answer all that they are asked, every text sent and delivered. "
        "Rows and bytes for one person and day, indexes included; nothing has been removed by age."
    )
    head = ("table", "rows", *(f"bytes, {kind}" for kind in KINDS))
    return Found("Size: how large does the database grow?", about, head, rows, targets)


def _total(tables: Collection[tuple[int, int]]) -> tuple[int, int]:
    return sum(rows for rows, _ in tables), sum(size for _, size in tables)


def _row(name: str, found: Sequence[tuple[int, int]], person_days: int) -> tuple[str, ...]:
    return (name, f"{found[0][0] / person_days:.2f}", *(f"{size / person_days:,.0f}" for _, size in found))
