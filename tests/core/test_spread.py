"""Prompts of one minute leave within the minutes after it, each person's at a place that is theirs for the day."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coach.core.schedule import spread, staggered

NINE = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
FIVE = timedelta(minutes=5)
NOON = NINE + timedelta(hours=3)


def test_ten_thousand_people_are_spread_evenly_over_five_minutes() -> None:
    """No minute has more than its fifth and a few."""
    minutes = Counter(
        (spread(NINE, NOON, person, TODAY, FIVE) - NINE) // timedelta(minutes=1) for person in range(10_000)
    )
    assert set(minutes) == set(range(5))
    assert all(1_800 <= many <= 2_200 for many in minutes.values())


def test_all_of_a_persons_day_moves_by_the_same() -> None:
    """So prompts that are planned an hour apart stay an hour apart."""
    later = NINE + timedelta(hours=1)
    moved = spread(NINE, NOON, 7, TODAY, FIVE) - NINE
    assert spread(later, NOON + timedelta(hours=1), 7, TODAY, FIVE) - later == moved


def test_the_place_is_another_on_another_day() -> None:
    """Nobody is always the last."""
    assert len({spread(NINE, NOON, 7, date(2026, 11, day), FIVE) for day in range(1, 31)}) > 20


def test_without_a_span_all_leave_at_once() -> None:
    """As before."""
    assert spread(NINE, NOON, 7, TODAY, timedelta(0)) == NINE


@given(
    person=st.integers(1, 2**31),
    useful=st.integers(-3600, 8 * 3600).map(lambda seconds: timedelta(seconds=seconds)),
    within=st.integers(0, 1800).map(lambda seconds: timedelta(seconds=seconds)),
)
def test_it_never_leaves_early_nor_late_nor_when_it_is_hardly_of_use(
    person: int, useful: timedelta, within: timedelta
) -> None:
    """Its time of use never reaches into quiet hours, so neither does the spread."""
    leaves = spread(NINE, NINE + useful, person, TODAY, within)
    assert NINE <= leaves <= NINE + max(min(within, useful / 4), timedelta(0))


@given(name=st.text(), seconds=st.floats(0, 600))
def test_what_was_put_off_together_comes_back_up_to_a_quarter_later(name: str, seconds: float) -> None:
    """Never sooner than it was to."""
    wait = timedelta(seconds=seconds)
    assert wait <= staggered(wait, name) <= wait * 1.25 + timedelta(microseconds=1)


def test_a_thousand_that_were_put_off_together_come_back_apart() -> None:
    """Evenly over the quarter."""
    waits = [staggered(timedelta(seconds=40), f"attempt {number}").total_seconds() for number in range(1000)]
    assert {int(wait) for wait in waits} == set(range(40, 50))
