"""Read-only queries for pages. Each page is a fixed, small number of statements, in one short read transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from coach.adapters.database.engine import for_reading
from coach.adapters.database.figures import Figures
from coach.adapters.database.reports_gauges import read_gauges, read_oldest_due
from coach.adapters.database.reports_heat import read_heat
from coach.adapters.database.reports_people import read_people
from coach.adapters.database.reports_person import read_person
from coach.adapters.database.reports_rota import read_attention, read_rota_page
from coach.adapters.database.reports_values import (
    Attention,
    HeatPage,
    PeoplePage,
    PersonPage,
    RotaPage,
    Worklist,
)
from coach.adapters.database.reports_worklist import read_worklist
from coach.adapters.database.tables import escalation
from coach.adapters.library.prices import Prices


class Reports:
    """What the dashboard, the JSON interface and the metrics show. It never writes."""

    def __init__(self, engine: Engine, prices: Prices | None = None) -> None:
        """Without prices no figure of costs is told."""
        self._engine = for_reading(engine)
        self._prices = prices

    def worklist(self, now: datetime) -> Worklist:
        """Open cases by level and then age, and open tasks by age."""
        with self._engine.connect() as connection:
            return read_worklist(connection, now)

    def person(self, person_id: int, now: datetime, before: datetime | None = None) -> PersonPage | None:
        """The page of one person; `before` reads an earlier part of the conversation. None: no such person."""
        with self._engine.connect() as connection:
            return read_person(connection, person_id, now, before)

    def person_of_case(self, case_id: int) -> int | None:
        """Whose case it is; None: no such case."""
        with self._engine.connect() as connection:
            found: int | None = connection.scalar(select(escalation.c.participant_id).where(escalation.c.id == case_id))
            return found

    def people(self, query: str, now: datetime, number: int = 1) -> PeoplePage:
        """One page of the people whose name or number holds the query."""
        del now  # part of the seam: a search by silence needs it
        with self._engine.connect() as connection:
            return read_people(connection, query, number)

    def heat(self, now: datetime) -> HeatPage:
        """Heat alerts that are not over, and the time zones people live in."""
        with self._engine.connect() as connection:
            return read_heat(connection, now)

    def rota(self, now: datetime) -> RotaPage:
        """Who is on call when, and which hours nobody covers."""
        with self._engine.connect() as connection:
            return read_rota_page(connection, now)

    def attention(self, now: datetime) -> Attention:
        """What is wrong with the rota or the program itself; small, since every page asks."""
        with self._engine.connect() as connection:
            return read_attention(connection, now)

    def gauges(self, now: datetime) -> Figures:
        """Figures without anything personal."""
        with self._engine.connect() as connection:
            return read_gauges(connection, now, self._prices)

    def backlog_age(self, now: datetime) -> float:
        """Seconds by which the oldest due thing is late; for the readiness probe."""
        with self._engine.connect() as connection:
            return read_oldest_due(connection, now)
