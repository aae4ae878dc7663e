"""One machine or several: everything queued is sent once, whatever runs beside it and whatever is killed.

Every test runs over the embedded clockwork on SQLite and over the cluster's on PostgreSQL. What was sent is judged by
the phone network's own ledger.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from coach.adapters.clock import system_clock
from coach.adapters.database.tables import attempt, outbox, timer
from coach.core.events import StatusChanged
from coach.core.model import Lane, Status
from coach.ports import Cause
from coach.sandbox.faults import RestFault, RestRule
from coach.sending import Options
from tests.chaos.street import A_LESSON, open_street, phone, until
from tests.clockworks import Yard

PEOPLE = 40
DUE = int(os.environ.get("COACH_TEST_CHAOS_SENDS", "10000"))
GIVEN_UP = timedelta(minutes=20)
"""Longer than a lease and than the patience with a doubt about a lesson."""


@pytest.fixture(params=["embedded", "cluster"])
def yard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Yard]:
    """Nothing runs yet; each of forty people has a lesson waiting."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "embedded" else "postgres_url")
    with open_street(tmp_path, url, ("worker",)) as street:
        street.enrol(PEOPLE)
        made = Yard(street, url)
        try:
            yield made
        finally:
            for worker in made.workers:
                worker.kill()


def everything_was_sent_once(yard: Yard) -> None:
    """By the ledger, not by our own tables."""
    messages = {row.id for row in yard.street.rows(outbox)}
    assert yard.street.sent() == dict.fromkeys(messages, 1)
    assert set(yard.street.at_carrier().values()) == {1}


@pytest.mark.parametrize("clockworks", [1, 3])
def test_everything_queued_is_sent_once(yard: Yard, clockworks: int) -> None:
    """However many clockworks there are, and in every lane."""
    for number in range(20):
        yard.queue(Lane(number % 5), number)
    with yard.running(clockworks):
        yard.all_is("accepted")
    everything_was_sent_once(yard)


def test_what_is_due_is_planned_and_sent_once_however_many_plan_it(yard: Yard) -> None:
    """Three clockworks find the same timers at the same moment."""
    planned_and_sent(yard, clockworks=3, due=60)


@pytest.mark.nightly
@pytest.mark.parametrize("clockworks", [2, 4, 8])
def test_ten_thousand_due_prompts_are_planned_and_sent_once(yard: Yard, clockworks: int) -> None:
    """Fewer: COACH_TEST_CHAOS_SENDS."""
    planned_and_sent(yard, clockworks, DUE)


def planned_and_sent(yard: Yard, clockworks: int, due: int) -> None:
    """So many prompts are due at once."""
    yard.street.plan([system_clock()] * due, after=PEOPLE)
    with yard.running(clockworks):
        until(lambda: left(yard) == 0, "everything sent", seconds=60 + due / 10)
    assert len(yard.street.rows(outbox)) == PEOPLE + due
    everything_was_sent_once(yard)


def left(yard: Yard) -> int:
    """Prompts that are not planned or not sent yet; asked seldom, for asking takes its time too."""
    time.sleep(0.5)
    with yard.street.engine.connect() as connection:
        waiting = select(func.count()).select_from(timer).where(timer.c.state == "pending", timer.c.key == A_LESSON)
        unsent = select(func.count()).select_from(outbox).where(outbox.c.state != "accepted")
        return (connection.scalar(waiting) or 0) + (connection.scalar(unsent) or 0)


def test_what_is_queued_while_it_runs_is_sent_too(yard: Yard) -> None:
    """Woken in its own process, found by the next look in another."""
    with yard.running(2) as coach:
        yard.all_is("accepted")
        yard.queue(Lane.REPLY, 3, "Noted.")
        coach.wake()
        until(lambda: len(yard.street.sent()) == PEOPLE + 1, "the reply")
        yard.queue(Lane.PROMPT, 4, "Tomorrow's lesson")
        until(lambda: len(yard.street.sent()) == PEOPLE + 2, "the prompt")
        yard.all_is("accepted")
    everything_was_sent_once(yard)


def test_what_must_arrive_does_not_wait_behind_slow_lessons(yard: Yard) -> None:
    """Every sender has a lesson that takes two seconds, and more lessons wait; the alarm goes first."""
    yard.street.network.faults.add_rule(RestRule(RestFault.SLOW, seconds=2.0, times=20))
    with yard.running(senders=3) as coach:
        until(lambda: len(yard.street.sent()) >= 3, "the first lessons")
        yard.street.network.faults.clear()
        yard.queue(Lane.EMERGENCY, 5, "Call 911.")
        coach.wake()
        until(lambda: "Call 911." in [entry.text for entry in yard.street.network.ledger.entries("message")], "it")
        assert len(yard.street.sent()) < 3 + 1 + 3, "no second round of lessons came first"
        yard.all_is("accepted")
    everything_was_sent_once(yard)


def test_after_stop_nothing_more_is_sent(yard: Yard) -> None:
    """The carrier is slow, most lessons wait; those of people who stop meanwhile are dropped."""
    yard.street.network.faults.add_rule(RestRule(RestFault.SLOW, seconds=0.5, times=8))
    last = range(PEOPLE - 6, PEOPLE)
    with yard.running(senders=2) as coach:
        until(lambda: len(yard.street.sent()) >= 1, "the first lesson")
        for number in last:
            now = system_clock()
            with coach.store.begin() as tx:
                person = tx.conversation_of_number(phone(number), "US", now)
                tx.record(person, (StatusChanged(Status.OPTED_OUT),), Cause(staff="ana"), now)
        yard.all_is("accepted", "cancelled")
    reached = {entry.recipient for entry in yard.street.network.ledger.entries("message")}
    assert reached == {phone(number) for number in range(PEOPLE - 6)}


def test_a_worker_killed_in_the_middle_of_its_work_leaves_nothing_undone_and_nothing_doubled(yard: Yard) -> None:
    """What it had claimed is in doubt: looked up at the carrier, and a lesson that is not there is given up."""
    yard.street.network.faults.add_rule(RestRule(RestFault.SLOW, seconds=0.3))
    doomed = yard.worker()
    doomed.start()
    until(lambda: len(yard.street.sent()) >= 6, "the first lessons")
    doomed.kill()
    claimed = sum(row.state == "sending" for row in yard.street.rows(outbox))
    assert 0 < claimed <= 3 * Options().senders, "little is claimed ahead"
    yard.street.network.faults.clear()
    yard.time_goes_by(GIVEN_UP)
    with yard.running():
        yard.all_is("accepted", "failed")
        until(lambda: yard.batches() == 0, "the dead worker's batches are removed")
    assert set(yard.street.sent().values()) == {1}
    assert set(yard.street.at_carrier().values()) == {1}
    lost = [row for row in yard.street.rows(outbox) if row.state == "failed"]
    assert len(lost) <= claimed, "only what may have been sent is given up"
    assert not {row.id for row in lost} & set(yard.street.sent()), "what the carrier has is known"


def test_several_workers_share_the_work(yard: Yard) -> None:
    """Two processes at once; nobody sends what the other has."""
    for number in range(PEOPLE):
        yard.queue(Lane.REPLY, number)
    yard.street.network.faults.add_rule(RestRule(RestFault.SLOW, share=0.3, seconds=0.1))
    for worker in [yard.worker() for _ in range(2)]:
        worker.start()
    yard.all_is("accepted")
    everything_was_sent_once(yard)


@pytest.mark.parametrize("yard", ["cluster"], indirect=True)
def test_sending_goes_on_after_the_database_was_away(yard: Yard) -> None:
    """Every connection to it breaks, those of the engine too. A file is never away."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with yard.running(2):
        yard.all_is("accepted")
        with yard.street.engine.begin() as connection:
            broken = connection.scalars(text(f"SELECT pg_terminate_backend(pid) {others}")).all()
        assert len(broken) >= 4
        yard.queue(Lane.PROMPT, 1)
        yard.queue(Lane.URGENT, 2)
        yard.all_is("accepted")
    everything_was_sent_once(yard)


def test_no_batch_is_left_behind(yard: Yard) -> None:
    """The engine's tables hold nothing once everything is sent, and no attempt is open."""
    with yard.running(2):
        yard.all_is("accepted")
    with yard.street.engine.begin() as connection:
        still_open = select(func.count()).select_from(attempt).where(attempt.c.outcome.is_(None))
        assert connection.scalar(still_open) == 0
    assert yard.batches() == 0
