"""How attempts end: known, put back, in doubt, settled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coach.adapters.database.rate import pause_after
from coach.adapters.database.tables import attempt, outbox, task
from coach.core.failures import FailureClass
from coach.core.model import Lane, OutboundMessage
from coach.core.schedule import local
from coach.ports import Outcome
from tests.adapters.database.scene import LEASE, Scene

IMPORTANT = [Lane.EMERGENCY, Lane.URGENT]


def sending(scene: Scene, lane: Lane = Lane.PROMPT) -> OutboundMessage:
    """A message to Rosa that is just being sent."""
    scene.queue(scene.enrol("Rosa"), lane)
    return scene.claim_one()


def state(scene: Scene) -> str:
    """The state of the one message."""
    (only,) = scene.column(outbox, "state")
    return str(only)


def test_an_accepted_attempt_has_its_carrier_id_and_status(scene: Scene) -> None:
    """And its message is done."""
    scene.finish(sending(scene), Outcome.ACCEPTED, carrier_id="SM1", status="queued")
    (row,) = scene.rows(attempt)
    assert (row["outcome"], row["carrier_id"], row["status"]) == ("accepted", "SM1", "queued")
    assert (row["finished_at"], state(scene)) == (scene.now, "accepted")


@pytest.mark.parametrize("outcome", [Outcome.THROTTLED, Outcome.NOT_SENT])
def test_what_was_not_created_goes_again_after_a_growing_pause(scene: Scene, outcome: Outcome) -> None:
    """Four seconds, eight, sixteen, each up to a quarter longer."""
    scene.queue(scene.enrol("Rosa"))
    for seconds in (4, 8, 16):
        scene.finish(scene.claim_one(), outcome)
        scene.clock.advance(seconds=seconds - 0.01)
        assert list(scene.claim()) == []
        scene.clock.advance(seconds=seconds / 4 + 0.01)
    assert scene.claim_one().body == "How are your legs?"
    assert len(set(scene.column(attempt, "id"))) == 4


def test_the_pause_ends_growing_at_ten_minutes() -> None:
    """However long the trouble lasts."""
    assert [pause_after(tries).total_seconds() for tries in (1, 2, 8, 9, 10, 5000)] == [4, 8, 512, 600, 600, 600]


def test_a_pause_the_carrier_names_is_kept(scene: Scene) -> None:
    """Retry-After is the carrier's word; a little later keeps those it named together apart."""
    pause = timedelta(seconds=77)
    scene.finish(sending(scene), Outcome.THROTTLED, retry_after=pause)
    (later,) = scene.column(outbox, "not_before")
    assert pause <= local(later, None) - scene.now <= pause * 1.25


def test_a_message_put_back_still_expires(scene: Scene) -> None:
    """It is not sent when it no longer makes sense."""
    scene.finish(sending(scene), Outcome.NOT_SENT)
    scene.clock.advance(hours=1)
    assert list(scene.claim()) == []
    assert state(scene) == "expired"


@pytest.mark.parametrize("failure", [FailureClass.CONTENT, FailureClass.SUPPRESSED, FailureClass.UNKNOWN, None])
def test_a_refused_prompt_has_failed_and_nobody_is_called(scene: Scene, failure: FailureClass | None) -> None:
    """The attempt keeps the code."""
    scene.finish(sending(scene), Outcome.REJECTED, failure=failure, code=21617)
    assert (state(scene), scene.column(attempt, "code")) == ("failed", [21617])
    assert scene.rows(task) == []


@pytest.mark.parametrize("lane", IMPORTANT)
def test_a_refused_important_message_becomes_a_task(scene: Scene, lane: Lane) -> None:
    """Somebody must ring instead."""
    scene.finish(sending(scene, lane), Outcome.REJECTED, failure=FailureClass.CONTENT)
    assert scene.column(task, "kind") == ["undelivered"]


def test_a_number_that_takes_no_texts_becomes_one_task(scene: Scene) -> None:
    """Not one a day while the first is open."""
    rosa = scene.enrol("Rosa")
    for _ in range(2):
        scene.queue(rosa)
        scene.finish(scene.claim_one(), Outcome.REJECTED, failure=FailureClass.NUMBER, code=21614)
    assert scene.column(task, "kind") == ["undelivered"]
    scene.store.finish_task(1, "tom", scene.now)
    scene.queue(rosa)
    scene.finish(scene.claim_one(), Outcome.REJECTED, failure=FailureClass.NUMBER, code=21614)
    assert len(scene.rows(task)) == 2


def test_an_attempt_without_answer_is_in_doubt_and_not_repeated(scene: Scene) -> None:
    """Twice is worse than late."""
    message = sending(scene)
    scene.finish(message, Outcome.IN_DOUBT)
    later = scene.clock.advance(minutes=10)
    assert list(scene.claim()) == []
    assert list(scene.store.in_doubt(later, 10)) == [message]
    assert list(scene.store.in_doubt(later - timedelta(minutes=10), 10)) == []


def test_a_sender_that_vanished_leaves_its_attempt_in_doubt(scene: Scene) -> None:
    """Killed between claim and finish."""
    message = sending(scene)
    scene.clock.advance(LEASE)
    assert scene.store.expire_leases(scene.now) == 0
    scene.clock.advance(seconds=1)
    assert scene.store.expire_leases(scene.now) == 1
    assert scene.store.expire_leases(scene.now) == 0
    assert state(scene) == "in_doubt"
    assert list(scene.store.in_doubt(scene.now, 10)) == [message]


@pytest.mark.parametrize(("lane", "leaves"), [(Lane.EMERGENCY, 1), (Lane.PAGE, 1), (Lane.REPLY, 0), (Lane.PROMPT, 0)])
def test_after_the_clock_was_set_back_only_what_must_arrive_leaves_before_its_time(
    scene: Scene, lane: Lane, leaves: int
) -> None:
    """A prompt waits until its time has come again."""
    scene.queue(scene.enrol("Rosa"), lane)
    scene.clock.advance(hours=-2)
    assert list(scene.claim()) == []
    scene.store.expire_leases(scene.now)
    assert len(scene.claim()) == leaves


def test_a_sender_that_vanished_before_the_clock_was_set_back_is_not_waited_for(scene: Scene) -> None:
    """Its lease ends, and its attempt is looked for from now on."""
    message = sending(scene, Lane.EMERGENCY)
    scene.clock.advance(hours=-2)
    scene.store.expire_leases(scene.now)
    scene.clock.advance(seconds=1)
    assert scene.store.expire_leases(scene.now) == 1
    (doubtful,) = scene.store.in_doubt(scene.now, 10)
    assert (doubtful.attempt_id, doubtful.begun_at) == (message.attempt_id, scene.now - timedelta(seconds=1))


@pytest.mark.parametrize("outcome", [Outcome.NOT_SENT, Outcome.THROTTLED, Outcome.REJECTED, Outcome.IN_DOUBT])
def test_a_late_sender_changes_nothing(scene: Scene, outcome: Outcome) -> None:
    """Its lease ran out; somebody else looks after the doubt."""
    message = sending(scene, Lane.EMERGENCY)
    scene.clock.advance(minutes=5)
    scene.store.expire_leases(scene.now)
    before = scene.rows(attempt)
    scene.finish(message, outcome, code=1)
    assert (scene.rows(attempt), state(scene), scene.rows(task)) == (before, "in_doubt", [])


def test_a_late_sender_with_a_carrier_id_ends_the_doubt(scene: Scene) -> None:
    """What is known to exist is not sent again."""
    message = sending(scene, Lane.EMERGENCY)
    scene.clock.advance(minutes=5)
    scene.store.expire_leases(scene.now)
    scene.finish(message, Outcome.ACCEPTED, carrier_id="SM1", status="queued")
    assert (state(scene), scene.column(attempt, "carrier_id")) == ("accepted", ["SM1"])
    assert list(scene.store.in_doubt(scene.now, 10)) == []


def test_a_found_message_is_bound(scene: Scene) -> None:
    """Its id then belongs to this attempt."""
    message = sending(scene)
    scene.finish(message, Outcome.IN_DOUBT)
    scene.store.settle(message, "SM-found", send_again=False, now=scene.now)
    assert (state(scene), scene.column(attempt, "outcome")) == ("accepted", ["accepted"])
    assert scene.store.bound_carrier_ids(["SM-found", "SM-other"]) == {"SM-found"}
    assert scene.store.bound_carrier_ids([]) == frozenset()


def test_a_prompt_in_doubt_is_given_up(scene: Scene) -> None:
    """At most once."""
    message = sending(scene)
    scene.finish(message, Outcome.IN_DOUBT)
    scene.store.settle(message, None, send_again=False, now=scene.now)
    assert state(scene) == "failed"
    assert list(scene.store.in_doubt(scene.now + timedelta(days=1), 10)) == []
    assert scene.rows(task) == []


def test_an_important_message_given_up_becomes_a_task(scene: Scene) -> None:
    """It may not have arrived."""
    message = sending(scene, Lane.URGENT)
    scene.finish(message, Outcome.IN_DOUBT)
    scene.store.settle(message, None, send_again=False, now=scene.now)
    assert scene.column(task, "kind") == ["undelivered"]


def test_a_message_sent_again_has_a_new_attempt_and_the_old_doubt_is_over(scene: Scene) -> None:
    """Also when the second is in doubt as well."""
    first = sending(scene, Lane.EMERGENCY)
    scene.finish(first, Outcome.IN_DOUBT)
    scene.store.settle(first, None, send_again=True, now=scene.now)
    second = scene.claim_one()
    assert (second.outbox_id, second.attempt_id != first.attempt_id) == (first.outbox_id, True)
    scene.finish(second, Outcome.IN_DOUBT)
    later = scene.clock.advance(minutes=1)
    assert list(scene.store.in_doubt(later, 10)) == [second]


def test_a_doubt_settled_after_the_callback_changes_nothing(scene: Scene) -> None:
    """The carrier's word came first."""
    message = sending(scene, Lane.EMERGENCY)
    scene.finish(message, Outcome.IN_DOUBT)
    scene.callback(message.attempt_id, "sent")
    scene.store.settle(message, None, send_again=True, now=scene.now)
    assert (state(scene), list(scene.claim())) == ("accepted", [])


def test_an_id_that_belongs_to_another_attempt_is_not_bound(scene: Scene) -> None:
    """Each message at the carrier answers for one attempt."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa)
    scene.queue(rosa)
    first, second = scene.claim()
    scene.finish(first, Outcome.ACCEPTED, carrier_id="SM1")
    scene.finish(second, Outcome.IN_DOUBT)
    scene.store.settle(second, "SM1", send_again=False, now=scene.now)
    assert [row["state"] for row in scene.rows(outbox)] == ["accepted", "in_doubt"]


def test_a_crowd_of_older_doubts_does_not_hide_an_emergency(scene: Scene) -> None:
    """What must arrive is looked up first."""
    rosa = scene.enrol("Rosa")
    for lane in (Lane.PROMPT, Lane.REPLY, Lane.PROMPT, Lane.EMERGENCY):
        scene.queue(rosa, lane)
        scene.finish(scene.claim_one(), Outcome.IN_DOUBT)
        scene.clock.advance(seconds=1)
    assert [message.lane for message in scene.store.in_doubt(scene.now, 2)] == [Lane.EMERGENCY, Lane.PROMPT]
