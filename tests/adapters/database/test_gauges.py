"""Figures for the operator, read from the tables: what waits, what was sent lately, what nobody has taken."""

from __future__ import annotations

from sqlalchemy import update

from coach.adapters.database.figures import (
    CaseFigures,
    Figures,
    JobFigures,
    LaneFigures,
    ProcessFigures,
    SendFigures,
)
from coach.adapters.database.reports import Reports
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import outbox
from coach.core.events import EscalationAcknowledged, EscalationRaised
from coach.core.model import Disposition, Lane
from coach.ports import Cause, Outcome
from tests.adapters.database.scene import Scene

RAISED = EscalationRaised(Disposition.URGENT, ("a",), "b", "c")


def figures(scene: Scene) -> Figures:
    """As they are now."""
    return Reports(scene.engine).gauges(scene.now)


def answer(scene: Scene, name: str, person: int, seconds: float, lane: Lane = Lane.REPLY) -> None:
    """Somebody writes, and so many seconds later the carrier takes the answer."""
    inbound_id = scene.receive(name, "4")
    scene.queue(person, lane, cause=Cause(inbound_id=inbound_id))
    message = scene.claim_one()
    scene.clock.advance(seconds=seconds)
    scene.finish(message, Outcome.ACCEPTED, carrier_id=f"SM{message.attempt_id}", status="queued")


def test_an_empty_practice_has_nothing_to_tell(scene: Scene) -> None:
    """Every lane and level is there, with nothing in it."""
    told = figures(scene)
    assert told.lanes == tuple(LaneFigures(lane.name.lower(), 0, 0.0) for lane in Lane)
    assert told.cases == tuple(CaseFigures(level, 0, 0, 0.0) for level in Disposition)
    assert (told.sends, told.answers, told.jobs, told.in_doubt, told.oldest_due_seconds) == ((), (), (), 0, 0.0)


def test_a_lane_tells_how_many_wait_and_how_long_the_first_has(scene: Scene) -> None:
    """A prompt does not hide behind a young page."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa)
    scene.clock.advance(seconds=40)
    scene.queue(rosa)
    scene.queue(rosa, Lane.EMERGENCY)
    scene.clock.advance(seconds=2)
    lanes = {lane.lane: (lane.waiting, lane.oldest_seconds) for lane in figures(scene).lanes}
    assert (lanes["prompt"], lanes["emergency"], lanes["reply"]) == ((2, 42.0), (1, 2.0), (0, 0.0))


def test_what_was_handed_to_the_workers_waits_until_somebody_begins_it(scene: Scene) -> None:
    """It is counted with what nobody has taken yet, and as old."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa)
    with scene.engine.begin() as connection:
        connection.execute(update(outbox).values(state=OutboxState.RELEASED))
    scene.clock.advance(seconds=40)
    scene.queue(rosa)
    lanes = {lane.lane: (lane.waiting, lane.oldest_seconds) for lane in figures(scene).lanes}
    assert lanes["prompt"] == (2, 40.0)


def test_sends_are_told_by_channel_and_outcome_while_they_are_fresh(scene: Scene) -> None:
    """Nobody knows yet how the third one ended."""
    rosa = scene.enrol("Rosa")
    for number, outcome in enumerate((Outcome.ACCEPTED, Outcome.REJECTED, None)):
        scene.queue(rosa)
        message = scene.claim_one()
        if outcome is not None:
            scene.finish(message, outcome, carrier_id=f"SM{number}" if outcome is Outcome.ACCEPTED else None)
    ended = {(one.outcome, one.attempts) for one in figures(scene).sends}
    assert ended == {("accepted", 1), ("rejected", 1), ("open", 1)}
    assert figures(scene).sends[0] == SendFigures("sms", "accepted", 1)
    scene.clock.advance(minutes=16)
    assert figures(scene).sends == ()


def test_a_doubt_is_told_with_its_age(scene: Scene) -> None:
    """From when its attempt began."""
    scene.queue(scene.enrol("Rosa"))
    scene.finish(scene.claim_one(), Outcome.IN_DOUBT)
    scene.clock.advance(seconds=75)
    told = figures(scene)
    assert (told.in_doubt, told.in_doubt_oldest_seconds) == (1, 75.0)


def test_an_answer_is_measured_from_the_text_to_the_first_one_taken(scene: Scene) -> None:
    """What more was sent about it counts for nothing, nor does a prompt that nobody asked for."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    answer(scene, "Rosa", rosa, 4)
    answer(scene, "Walter", walter, 1.5, Lane.EMERGENCY)
    scene.queue(rosa, cause=Cause(inbound_id=1))
    scene.queue(rosa, Lane.REPLY, cause=Cause(inbound_id=1))
    for message in scene.claim():
        scene.clock.advance(seconds=9)
        scene.finish(message, Outcome.ACCEPTED, carrier_id=f"SM{message.attempt_id}", status="queued")
    assert figures(scene).answers == (1.5, 4.0)


def test_a_case_is_told_as_nobodys_until_somebody_takes_it(scene: Scene) -> None:
    """By level, with the age of the oldest that nobody has."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    scene.decide(rosa, RAISED)
    scene.clock.advance(minutes=3)
    scene.decide(walter, RAISED)
    scene.clock.advance(minutes=1)
    urgent = {case.level: case for case in figures(scene).cases}["urgent"]
    assert (urgent.open, urgent.unowned, urgent.unowned_oldest_seconds) == (2, 2, 240.0)
    for person, case in ((rosa, 1), (walter, 2)):
        scene.decide(person, EscalationAcknowledged(case, "ana"))
    urgent = {case.level: case for case in figures(scene).cases}["urgent"]
    assert (urgent.open, urgent.unowned, urgent.unowned_oldest_seconds) == (2, 0, 0.0)


def test_each_process_tells_when_it_was_last_seen(scene: Scene) -> None:
    """Whoever did the job since."""
    scene.store.mark_job("plan", scene.now, None, "one/11")
    later = scene.clock.advance(seconds=30)
    scene.store.mark_job("plan", later, None, "two/22")
    assert figures(scene).processes == (ProcessFigures("two/22", 0.0), ProcessFigures("one/11", 30.0))


def test_a_job_tells_when_it_last_worked_and_whether_it_fails(scene: Scene) -> None:
    """It fails no more once it has worked again."""
    scene.store.mark_job("plan", scene.now, None, "worker")
    later = scene.clock.advance(seconds=30)
    scene.store.mark_job("plan", later, "OperationalError", "worker")
    scene.store.mark_job("watch", later, "OperationalError", "worker")
    assert figures(scene).jobs == (JobFigures("plan", 30.0, failing=True), JobFigures("watch", None, failing=True))
    scene.store.mark_job("plan", scene.clock.advance(seconds=1), None, "worker")
    assert figures(scene).jobs[0] == JobFigures("plan", 0.0, failing=False)
