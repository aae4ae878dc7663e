"""Housekeeping: the clockwork removes what has served its purpose, as the content says and no sooner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import Engine, insert

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import alarm
from coach.bootstrap import make_silent_coach, open_house
from coach.jobs import HOUSEKEEP, TICKED, drain
from coach.ports import Forgotten
from coach.service import Coach
from coach.settings import Settings
from tests.carriers import SilentCarrier
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK


def coach(store: SqlStore, clock: StoppedClock, elapsed: Callable[[], float] = lambda: 0.0, **kept: timedelta) -> Coach:
    """A coach that keeps these kinds so long, in its own time."""
    ages = {Forgotten(name): age for name, age in kept.items()}
    return Coach(store, SilentCarrier(), HANDBOOK, clock, elapsed=elapsed, retention=ages)


def test_what_is_older_than_it_is_kept_goes_at_the_next_look(store: SqlStore, clock: StoppedClock) -> None:
    """And nothing that is younger."""
    tidy = coach(store, clock, alarms=timedelta(days=10))
    store.raise_alarm("rota", "rota", "an hour is uncovered", clock())
    store.end_alarm("rota", clock())
    assert drain(HOUSEKEEP, tidy) == 0
    clock.advance(days=11)
    assert [drain(HOUSEKEEP, tidy), drain(HOUSEKEEP, tidy)] == [1, 0]
    tidy.close()


def old_alarms(engine: Engine, clock: StoppedClock, number: int) -> None:
    """So many alarms that are over, and eleven days ago."""
    row = {"kind": "rota", "because": "an hour is uncovered", "raised_at": clock(), "ended_at": clock()}
    with engine.begin() as connection:
        connection.execute(insert(alarm), [row | {"key": f"rota/{n}"} for n in range(number)])
    clock.advance(days=11)


def test_a_look_goes_on_while_there_is_more(engine: Engine, store: SqlStore, clock: StoppedClock) -> None:
    """So that what many people leave behind is removed as fast as it comes."""
    tidy = coach(store, clock, alarms=timedelta(days=10))
    old_alarms(engine, clock, 1700)
    assert [drain(HOUSEKEEP, tidy), drain(HOUSEKEEP, tidy)] == [1700, 0]
    tidy.close()


def test_a_look_ends_when_its_time_is_up(engine: Engine, store: SqlStore, clock: StoppedClock) -> None:
    """The rest goes at the next looks; somebody else may want the database."""
    seconds = count(step=0.6)
    tidy = coach(store, clock, elapsed=lambda: next(seconds), alarms=timedelta(days=10))
    old_alarms(engine, clock, 1700)
    assert [drain(HOUSEKEEP, tidy), drain(HOUSEKEEP, tidy)] == [1000, 700]
    tidy.close()


class Held(SqlStore):
    """Somebody else holds what should go."""

    def forget(self, what: Forgotten, before: datetime, now: datetime, limit: int) -> int:
        """Nothing can be removed."""
        del what, before, now, limit
        raise TimeoutError


def test_room_is_made_for_the_coming_months_also_when_nothing_can_be_removed(
    engine: Engine, clock: StoppedClock
) -> None:
    """The failure is told all the same."""
    asked: list[datetime] = []

    def make_room(now: datetime) -> int:
        asked.append(now)
        return 0

    tidy = coach(Held(engine), clock, alarms=timedelta(days=10))
    tidy.make_room = make_room
    with pytest.raises(TimeoutError):
        drain(HOUSEKEEP, tidy)
    assert asked == [clock()]
    tidy.close()


def test_a_coach_that_is_told_nothing_keeps_everything(store: SqlStore, clock: StoppedClock) -> None:
    """Removing has to be asked for."""
    careful = coach(store, clock)
    store.raise_alarm("rota", "rota", "an hour is uncovered", clock())
    store.end_alarm("rota", clock())
    clock.advance(days=4000)
    assert drain(HOUSEKEEP, careful) == 0
    careful.close()


def test_an_installation_keeps_house_as_its_content_says(sqlite_url: str, clock: StoppedClock) -> None:
    """Every kind has its time, and the clockwork calls the job."""
    house = open_house(Settings(database_url=sqlite_url), clock)
    installed = make_silent_coach(house)
    assert set(installed.retention) == set(Forgotten)
    assert HOUSEKEEP in TICKED
    assert drain(HOUSEKEEP, installed) == 0
    installed.close()
    house.close()
