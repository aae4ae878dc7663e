"""One invented person's weeks with the coach, lived through by the real service: the rows that seeding multiplies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from coach.adapters.clock import system_clock
from coach.adapters.database.engine import open_engine
from coach.adapters.database.migrations import upgrade
from coach.adapters.database.tables import (
    attempt,
    check_in,
    consent,
    event,
    inbound,
    observation,
    outbox,
    participant,
    status_callback,
    task,
    timer,
)
from coach.bootstrap import open_house
from coach.cli.progress import with_progress
from coach.core.model import Asked, Language, Participant, Profile, Status
from coach.demo.cast import Player
from coach.demo.history import Past, SteppedClock
from coach.settings import Use, read_settings

TABLES = (
    participant, consent, inbound, event, check_in, observation, task, timer, outbox, attempt, status_callback,
)  # fmt: skip
"""In the order in which their rows may be added."""

BEGIN = datetime(2026, 10, 5, 14, 0, 5, tzinfo=UTC)
_STEP = timedelta(minutes=30)
_PHONE, _LINE = "+12025550123", "+12025550100"
_SCORES = ("2", "1", "2", "3", "1", "2", "2")
_ANSWERS = {
    Asked.TREND: "2", Asked.FALLS: "0", Asked.STAIRS: "1", Asked.SIDE_EFFECTS: "N", Asked.SYMPTOM: "N",
    Asked.PROFILE: "skip", Asked.ONSET: "3", Asked.HYDRATION: "5", Asked.EXERCISE: "8", Asked.CHAIR_STANDS: "9",
}  # fmt: skip

Row = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """All rows of one person, by table, and the moment after the last of them."""

    rows: Mapping[str, Sequence[Row]]
    until: datetime
    days: int

    def step(self, table: str) -> int:
        """How far the ids of two people lie apart."""
        ids = [row["id"] for row in self.rows[table] if isinstance(row["id"], int)]
        return max(ids, default=0)

    def moved_to_now(self) -> Template:
        """The same life, ended today: whole days later, with hours of the day kept."""
        by = timedelta(days=(system_clock() - self.until).days)
        rows = {table: [_moved(row, by) for row in rows] for table, rows in self.rows.items()}
        return Template(rows, self.until + by, self.days)

    def pending(self) -> list[Row]:
        """The timers that wait, the one due first first."""
        return sorted((row for row in self.rows["timer"] if row["state"] == "pending"), key=lambda row: row["due_at"])


def live_through(folder: Path, days: int) -> Template:
    """Let Ruth take part for so many days: she answers all that she is asked, and every text arrives."""
    url = f"sqlite:///{folder}/template-{days}.db"
    upgrade(url)
    clock = SteppedClock(BEGIN)
    given = {"COACH_DATABASE_URL": url, "COACH_SPOOL": str(folder / "spool")}
    house = open_house(read_settings(given, Use.DATA, None), clock)
    past, players = Past(house, clock, _LINE), [_ruth(days)]
    past.enrol(players)
    steps = list(_steps(days))
    for at in with_progress(steps, len(steps), f"living through {days} days"):
        past.step(at, players)
    past.close()
    house.close()
    return Template(_rows(url), steps[-1], days)


def _steps(days: int) -> Iterator[datetime]:
    """Until four in the morning by UTC, which is the evening in New York."""
    end = (BEGIN + timedelta(days=days)).replace(hour=3, minute=45)
    at = BEGIN
    while at < end:
        yield at
        at += _STEP


def _ruth(days: int) -> Player:
    facts = Profile(baseline=2, lives_alone=True, age=71, walking_aid="none", fluid_limit=False)
    who = Participant(0, _PHONE, Status.INVITED, Language.EN, "US", name="Ruth", zone="America/New_York", profile=facts)
    return Player(who, tuple(_SCORES[day % 7] for day in range(days + 1)), _ANSWERS, ())


def _rows(url: str) -> dict[str, list[Row]]:
    engine = open_engine(url)
    with engine.begin() as connection:
        rows = {table.name: _of(table, connection.execute(select(table)).mappings().all()) for table in TABLES}
    engine.dispose()
    return rows


def _moved(row: Row, by: timedelta) -> Row:
    return {name: value + by if isinstance(value, date) else value for name, value in row.items()}


def _of(table: Table, rows: Sequence[Any]) -> list[Row]:
    return [{column.name: row[column.name] for column in table.columns} for row in rows]
