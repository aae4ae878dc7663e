"""The network's clock can be hurried and moved, but never back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.sandbox.clock import AdjustableClock, next_morning

START = datetime(2026, 3, 3, 22, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


class Stopwatch:
    """Real seconds under the test's control."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        """Read the stopwatch."""
        return self.seconds


@pytest.fixture
def watch() -> Stopwatch:
    """A stopwatch standing still."""
    return Stopwatch()


@pytest.mark.parametrize("rate", [1, 60, 3600])
def test_time_runs_at_the_rate_set(watch: Stopwatch, rate: int) -> None:
    """Ten real seconds are ten times the rate."""
    clock = AdjustableClock(START, watch, rate)
    watch.seconds += 10
    assert clock() == START + timedelta(seconds=10 * rate)


def test_changing_the_rate_does_not_move_the_time(watch: Stopwatch) -> None:
    """What has passed has passed at the old rate."""
    clock = AdjustableClock(START, watch, 60)
    watch.seconds += 10
    clock.set_rate(1)
    watch.seconds += 5
    assert clock() == START + timedelta(seconds=605)


def test_the_clock_jumps_forward_and_keeps_its_rate(watch: Stopwatch) -> None:
    """A jump changes the time alone."""
    clock = AdjustableClock(START, watch, 60)
    clock.jump_to(START + timedelta(hours=5))
    watch.seconds += 1
    assert clock() == START + timedelta(hours=5, minutes=1)


def test_the_clock_never_jumps_back(watch: Stopwatch) -> None:
    """Timers that fired must not fire again."""
    clock = AdjustableClock(START, watch)
    with pytest.raises(ValueError, match="only goes forward"):
        clock.jump_to(START - timedelta(seconds=1))


def test_a_time_without_a_zone_is_refused(watch: Stopwatch) -> None:
    """Nobody knows when a naive time is."""
    with pytest.raises(ValueError, match="time zone"):
        AdjustableClock(START.replace(tzinfo=None), watch)


@pytest.mark.parametrize("rate", [-1, 1_000_000])
def test_a_rate_out_of_range_is_refused(watch: Stopwatch, rate: float) -> None:
    """Time stands still at least and a day a second at most."""
    with pytest.raises(ValueError, match="rate"):
        AdjustableClock(START, watch).set_rate(rate)


def test_running_to_the_morning_passes_through_the_night(watch: Stopwatch) -> None:
    """The hours in between are seen, an hour a second."""
    clock = AdjustableClock(START, watch)
    clock.run_to_next_morning(NEW_YORK)
    watch.seconds += 1
    assert clock() == START + timedelta(hours=1)


def test_after_running_to_the_morning_time_is_normal_again(watch: Stopwatch) -> None:
    """08:55 is reached exactly, and from there a second is a second."""
    clock = AdjustableClock(START, watch)
    morning = clock.run_to_next_morning(NEW_YORK)
    watch.seconds += (morning - START).total_seconds() / 3600 + 7
    assert abs(clock() - morning - timedelta(seconds=7)) < timedelta(milliseconds=1)


def test_the_rate_tells_when_the_morning_is_reached(watch: Stopwatch) -> None:
    """Fast on the way, normal after it."""
    clock = AdjustableClock(START, watch)
    clock.run_to_next_morning(NEW_YORK)
    on_the_way = (clock.rate, clock.running_until is not None)
    watch.seconds += 3600
    assert (on_the_way, (clock.rate, clock.running_until)) == ((3600.0, True), (1.0, None))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-03T13:54:00+00:00", "2026-03-03T13:55:00+00:00"),  # the same morning
        ("2026-03-03T13:55:00+00:00", "2026-03-04T13:55:00+00:00"),  # 08:55 itself has come
        ("2026-03-07T15:00:00+00:00", "2026-03-08T12:55:00+00:00"),  # summer time begins in the night
        ("2026-10-31T15:00:00+00:00", "2026-11-01T13:55:00+00:00"),  # summer time ends in the night
    ],
)
def test_the_next_morning_is_local(now: str, expected: str) -> None:
    """08:55 where the people live, whatever the offset that day."""
    assert next_morning(datetime.fromisoformat(now), NEW_YORK) == datetime.fromisoformat(expected)


@given(st.lists(st.tuples(st.sampled_from(["rate", "jump", "morning"]), st.floats(0, 5000), st.floats(0, 5000))))
def test_time_never_runs_backwards(steps: list[tuple[str, float, float]]) -> None:
    """Whatever is done to the clock."""
    watch = Stopwatch()
    clock = AdjustableClock(START, watch)
    seen = [clock()]
    for change, amount, wait in steps:
        if change == "rate":
            clock.set_rate(amount)
        elif change == "jump":
            clock.jump_to(clock() + timedelta(seconds=amount))
        else:
            clock.run_to_next_morning(NEW_YORK)
        seen.append(clock())
        watch.seconds += wait
        seen.append(clock())
    assert seen == sorted(seen)
