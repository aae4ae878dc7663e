"""Housekeeping: the clockwork removes what has served its purpose, as the content says and no sooner."""

from __future__ import annotations

from datetime import timedelta

from coach.adapters.database.store import SqlStore
from coach.bootstrap import make_silent_coach, open_house
from coach.jobs import HOUSEKEEP, TICKED, drain
from coach.ports import Forgotten
from coach.service import Coach
from coach.settings import Settings
from tests.carriers import SilentCarrier
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK


def coach(store: SqlStore, clock: StoppedClock, **kept: timedelta) -> Coach:
    """A coach that keeps these kinds so long."""
    ages = {Forgotten(name): age for name, age in kept.items()}
    return Coach(store, SilentCarrier(), HANDBOOK, clock, retention=ages)


def test_what_is_older_than_it_is_kept_goes_at_the_next_look(store: SqlStore, clock: StoppedClock) -> None:
    """And nothing that is younger."""
    tidy = coach(store, clock, alarms=timedelta(days=10))
    store.raise_alarm("rota", "rota", "an hour is uncovered", clock())
    store.end_alarm("rota", clock())
    assert drain(HOUSEKEEP, tidy) == 0
    clock.advance(days=11)
    assert [drain(HOUSEKEEP, tidy), drain(HOUSEKEEP, tidy)] == [1, 0]
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
