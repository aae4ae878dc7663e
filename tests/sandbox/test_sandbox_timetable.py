"""Jobs run when due, in order within their lane, and not after closing."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from coach.sandbox.timetable import Timetable

START = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


class StandingClock:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Read the clock."""
        return self.now


def test_a_job_waits_for_its_time() -> None:
    """Nothing runs early; pumping after the time runs it."""
    clock, done = StandingClock(), list[str]()
    timetable = Timetable(clock, background=False)
    timetable.after(60, "rosa", lambda: done.append("rang"))
    early = timetable.pump()
    clock.now += timedelta(minutes=1)
    assert (early, timetable.pump(), done) == (0, 1, ["rang"])


def test_jobs_due_at_once_run_in_the_order_they_were_put_down() -> None:
    """Ties keep their order."""
    done = list[int]()
    timetable = Timetable(StandingClock(), background=False)
    for number in range(20):
        timetable.after(0, "rosa", lambda number=number: done.append(number))  # type: ignore[misc]
    timetable.pump()
    assert done == list(range(20))


def test_jobs_of_one_lane_never_overlap() -> None:
    """A slow job holds up its own lane alone."""
    timetable, inside, overlaps = Timetable(StandingClock(), background=True), threading.Lock(), list[bool]()

    def job() -> None:
        overlaps.append(not inside.acquire(blocking=False))
        time.sleep(0.005)
        inside.release()

    for _ in range(10):
        timetable.after(0, "rosa", job)
    settled = timetable.settle()
    timetable.close()
    assert (settled, overlaps) == (True, [False] * 10)


def test_settling_does_not_wait_for_a_person() -> None:
    """A patient job may wait as long as it likes."""
    timetable = Timetable(StandingClock(), background=True)
    timetable.after(3600, "rosa", lambda: None, patient=True)
    settled = timetable.settle(0.5)
    timetable.close()
    assert settled


def test_a_held_job_runs_only_once_released() -> None:
    """An answer goes out before what follows from it."""
    done = list[str]()
    timetable = Timetable(StandingClock(), background=False)
    timetable.hold("rosa", lambda: done.append("left"))
    before = (timetable.pump(), timetable.settle(0.01))
    timetable.release("rosa")
    timetable.pump()
    assert (before, done) == ((0, False), ["left"])


def test_a_failing_job_stops_neither_the_others_nor_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The failure is logged and the next job runs."""
    done = list[str]()
    timetable = Timetable(StandingClock(), background=False)
    timetable.after(0, "rosa", lambda: (_ for _ in ()).throw(RuntimeError("broken")))
    timetable.after(0, "rosa", lambda: done.append("next"))
    timetable.pump()
    assert (done, "A job of the phone network failed." in caplog.text) == (["next"], True)


def test_nothing_runs_after_closing() -> None:
    """Jobs left over are forgotten, new ones refused."""
    clock, done = StandingClock(), list[str]()
    timetable = Timetable(clock, background=False)
    timetable.after(60, "rosa", lambda: done.append("late"))
    timetable.close()
    timetable.after(0, "rosa", lambda: done.append("new"))
    clock.now += timedelta(hours=1)
    assert (timetable.pump(), done) == (0, [])
