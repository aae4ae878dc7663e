"""Costs over a database: the carrier's prices are kept with the attempts, and sums are read. Threads may share it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import Engine

from coach.adapters.database.costs import Cost, keep_prices, read_costs
from coach.adapters.database.engine import for_reading
from coach.adapters.library.prices import Priced, Prices

_AT_ONCE = 500


class Ledger:
    """What messages cost."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, priced: Iterable[Priced]) -> int:
        """Keep the carrier's prices, a batch in each transaction. Returns how many of our attempts were priced."""
        kept, left = 0, iter(priced)
        while batch := tuple(islice(left, _AT_ONCE)):
            with self._engine.begin() as connection:
                kept += keep_prices(connection, batch)
        return kept

    def costs(self, begin: datetime, end: datetime, prices: Prices) -> Sequence[Cost]:
        """What everything sent and received from `begin` until `end` cost, by channel, way and country."""
        with for_reading(self._engine).connect() as connection:
            return read_costs(connection, begin, end, prices)
