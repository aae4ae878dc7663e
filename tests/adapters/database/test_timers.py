"""Due timers: earliest first, one per participant, none twice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, text

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import event, task, timer
from coach.adapters.database.timers import claim_timers
from coach.core.events import StatusChanged, TimerSet
from coach.core.model import Lane, Status
from coach.ports import Cause, DueTimer
from tests.adapters.database.scene import PHONES, Scene
from tests.clocks import StoppedClock


def claimed(scene: Scene, limit: int = 10) -> Sequence[DueTimer]:
    """Claim and let go again, recording nothing."""
    with scene.store.begin() as tx:
        return tx.claim_timers(scene.now, limit)


def test_due_timers_come_earliest_first_with_their_conversation(scene: Scene) -> None:
    """As many as asked for, and none before its time."""
    rosa, walter, june = (scene.enrol(name) for name in ("Rosa", "Walter", "June"))
    scene.set_timer(rosa, scene.now - timedelta(minutes=1))
    scene.set_timer(walter, scene.now - timedelta(minutes=2))
    scene.set_timer(june, scene.now + timedelta(seconds=1))
    assert [due.conversation.participant.name for due in claimed(scene)] == ["Walter", "Rosa"]
    assert [due.conversation.participant.name for due in claimed(scene, 1)] == ["Walter"]


def test_a_timer_comes_back_as_it_was_set(scene: Scene) -> None:
    """Kind, key, time and payload."""
    rosa = scene.enrol("Rosa")
    scene.decide(rosa, TimerSet("prompt", "evening/3", scene.now, {"slot": "evening"}))
    (due,) = claimed(scene)
    assert (due.timer.kind, due.timer.key, due.timer.due_at) == ("prompt", "evening/3", scene.now)
    assert (due.timer.payload, due.timer.participant_id) == ({"slot": "evening"}, rosa)


def test_each_participant_has_one_turn_per_claim(scene: Scene) -> None:
    """The second timer is decided knowing what the first one did."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    for minutes in (3, 2):
        scene.set_timer(rosa, scene.now - timedelta(minutes=minutes))
    scene.set_timer(walter, scene.now - timedelta(minutes=1))
    found = [(due.timer.participant_id, due.timer.due_at) for due in claimed(scene)]
    assert found == [(rosa, scene.now - timedelta(minutes=3)), (walter, scene.now - timedelta(minutes=1))]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_idle_look_goes_to_the_due_timers_not_through_all_participants(scene: Scene) -> None:
    """Also when SQLite has counted how many people there are, which once led it through all of them."""
    for number in range(100):
        scene.set_timer(scene.enrol("Rosa", phone=f"+1555100{number:04}"), scene.now + timedelta(days=1))
    with scene.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    plans = scene.plans(lambda connection: claim_timers(connection, scene.now, 10))
    assert any("timer USING INDEX ix_timer_due" in plan for plan in plans), plans
    assert not any("SCAN participant" in plan for plan in plans), plans


def test_a_fired_timer_does_not_come_again(scene: Scene) -> None:
    """Its decision was recorded, with the timer as its cause."""
    rosa = scene.enrol("Rosa")
    scene.set_timer(rosa, scene.now)
    with scene.store.begin() as tx:
        (due,) = tx.claim_timers(scene.now, 10)
        tx.record(due.conversation, (StatusChanged(Status.PAUSED),), Cause(timer_id=due.timer.id), scene.now)
    assert list(claimed(scene)) == []
    (row,) = scene.rows(timer)
    assert (row["state"], row["fired_at"]) == ("fired", scene.now)
    assert scene.rows(event)[-1]["timer_id"] == row["id"]


def test_a_claim_that_raises_leaves_the_timer_due(scene: Scene) -> None:
    """A crash between claim and commit costs nothing."""
    scene.set_timer(scene.enrol("Rosa"), scene.now)
    with suppress(ZeroDivisionError), scene.store.begin() as tx:
        (due,) = tx.claim_timers(scene.now, 10)
        tx.record(due.conversation, (scene.message(Lane.PROMPT, "legs?"),), Cause(timer_id=due.timer.id), scene.now)
        raise ZeroDivisionError
    assert len(claimed(scene)) == 1


def test_a_postponed_timer_rests_and_is_then_parked_as_a_task(scene: Scene) -> None:
    """A decision that keeps raising holds up nobody, and somebody hears of it."""
    rosa = scene.enrol("Rosa")
    scene.set_timer(rosa, scene.now)
    for _ in range(2):
        with scene.store.begin() as tx:
            (due,) = tx.claim_timers(scene.now, 10)
            tx.postpone(due.timer, scene.now + timedelta(hours=1), "KeyError", 2)
        assert list(claimed(scene)) == []
        found_at = scene.now
        scene.clock.advance(hours=1)
    assert [(row["state"], row["tries"], row["error"]) for row in scene.rows(timer)] == [("parked", 2, "KeyError")]
    assert [(row["kind"], row["participant_id"], row["raised_at"]) for row in scene.rows(task)] == [
        ("parked_timer", rosa, found_at)
    ]
    assert list(claimed(scene)) == []


def test_two_schedulers_at_once_never_get_the_same_person(scene: Scene) -> None:
    """Twelve people, two threads: everybody is fired once."""
    people = [scene.enrol(f"person {n}", phone=f"+1555000{n:04d}") for n in range(12)]
    for person in people:
        scene.set_timer(person, scene.now)
    start, fired = Barrier(2), []

    def schedule() -> None:
        start.wait(10)
        while True:
            with scene.store.begin() as tx:
                due = tx.claim_timers(scene.now, 3)
                for item in due:
                    tx.record(item.conversation, (), Cause(timer_id=item.timer.id), scene.now)
                    fired.append(item.timer.participant_id)
            if not due:
                return

    threads = [Thread(target=schedule) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with scene.store.begin() as tx:
        leftover = [item.timer.participant_id for item in tx.claim_timers(scene.now, 50)]
    assert sorted(fired + leftover) == people


def test_on_postgresql_a_held_participant_is_passed_over(postgres_engine: Engine, postgres_url: str) -> None:
    """A long decision about Rosa does not hold up Walter."""
    del postgres_url
    scene = Scene(postgres_engine, SqlStore(postgres_engine), StoppedClock())
    people = [scene.enrol(name) for name in PHONES]
    for person in people:
        scene.set_timer(person, scene.now)
    with scene.store.begin() as one:
        one.conversation(people[0], scene.now)
        with scene.store.begin() as other:
            found = [due.timer.participant_id for due in other.claim_timers(scene.now, 10)]
    assert found == people[1:]
