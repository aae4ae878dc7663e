"""Who leaves hears no more: what waits for them is cancelled, and what slips through is never claimed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from coach.adapters.database.tables import event, outbox, timer
from coach.core.events import OutboxCleared, StatusChanged, TimersCleared, TimerSet
from coach.core.model import OF_CASES, Lane, Status, TimerKind
from coach.ports import Cause, DueTimer, Outcome
from tests.adapters.database.scene import Scene

GONE = [Status.OPTED_OUT, Status.WRONG_PERSON]


def bodies(scene: Scene, state: str) -> list[str]:
    """Bodies of messages in a state, in order."""
    return [row["body"] for row in scene.rows(outbox, state=state)]


@pytest.mark.parametrize("status", [*GONE, Status.PAUSED])
def test_leaving_cancels_prompts_and_their_timers(scene: Scene, status: Status) -> None:
    """A timer of a kind that is not the programme's stays."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    for person in (rosa, walter):
        scene.queue(person)
        scene.set_timer(person, scene.now)
        scene.set_timer(person, scene.now, "follow_up")
    scene.decide(rosa, StatusChanged(status))
    assert [row["state"] for row in scene.rows(outbox)] == ["cancelled", "pending"]
    assert [row["state"] for row in scene.rows(timer, participant_id=rosa)] == ["cancelled", "pending"]
    assert {row["state"] for row in scene.rows(timer, participant_id=walter)} == {"pending"}


@pytest.mark.parametrize("status", GONE)
def test_whoever_is_gone_has_no_timer_any_more(scene: Scene, status: Status) -> None:
    """Also when staff took them out, without a word of theirs."""
    rosa = scene.enrol("Rosa")
    for kind in TimerKind:
        scene.set_timer(rosa, scene.now, kind)
    scene.decide(rosa, StatusChanged(status))
    left = {row["kind"] for row in scene.rows(timer) if row["state"] != "cancelled"}
    assert left == OF_CASES, "an open case is looked at all the same"


@pytest.mark.parametrize("status", GONE)
def test_an_emergency_before_leaving_is_still_looked_at(scene: Scene, status: Status) -> None:
    """Also when everything is cleared by name, and in the very decision that raised it."""
    rosa = scene.enrol("Rosa")
    look = TimerSet(TimerKind.CASE, "case/now", scene.now)
    scene.decide(rosa, look, TimersCleared(tuple(TimerKind)), StatusChanged(status))
    assert [item.timer.kind for item in due_now(scene)] == [TimerKind.CASE]


def due_now(scene: Scene) -> Sequence[DueTimer]:
    """The timers that fire now."""
    with scene.store.begin() as tx:
        return tx.claim_timers(scene.now, 10)


def test_a_pause_leaves_answers_waiting(scene: Scene) -> None:
    """Who pauses still gets the reply to what they wrote."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa, Lane.REPLY, "answer")
    scene.decide(rosa, StatusChanged(Status.PAUSED))
    assert [message.body for message in scene.claim()] == ["answer"]


@pytest.mark.parametrize("status", GONE)
def test_going_cancels_everything_but_what_the_same_cause_says(scene: Scene, status: Status) -> None:
    """The one confirmation still goes out, whichever fact comes first."""
    rosa = scene.enrol("Rosa")
    for lane in (Lane.URGENT, Lane.REPLY, Lane.PROMPT):
        scene.queue(rosa, lane, lane.name)
    cause = Cause(inbound_id=scene.receive("Rosa", "STOP"))
    before, after = scene.message(Lane.REPLY, "before"), scene.message(Lane.REPLY, "after")
    scene.decide(rosa, before, StatusChanged(status), after, cause=cause)
    assert bodies(scene, "cancelled") == ["URGENT", "REPLY", "PROMPT"]
    assert [message.body for message in scene.claim()] == ["before", "after"]


@pytest.mark.parametrize("status", GONE)
def test_an_emergency_answer_that_waits_outlives_a_stop(scene: Scene, status: Status) -> None:
    """It answers a text of a moment ago; a life may depend on it."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa, Lane.EMERGENCY, "call 911", cause=Cause(inbound_id=scene.receive("Rosa", "I can't breathe")))
    scene.clock.advance(seconds=1)
    scene.decide(rosa, StatusChanged(status), cause=Cause(inbound_id=scene.receive("Rosa", "STOP")))
    assert [message.body for message in scene.claim()] == ["call 911"]


def test_pages_about_somebody_who_left_still_go_out(scene: Scene) -> None:
    """They go to a coordinator; an emergency before a STOP stays one."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa, Lane.PAGE, "page")
    scene.decide(rosa, StatusChanged(Status.OPTED_OUT))
    assert [message.body for message in scene.claim()] == ["page"]


@pytest.mark.parametrize("status", GONE)
@pytest.mark.parametrize("lane", [Lane.EMERGENCY, Lane.URGENT, Lane.REPLY, Lane.PROMPT])
def test_nothing_is_claimed_for_somebody_who_left(scene: Scene, status: Status, lane: Lane) -> None:
    """A row that came in another way is dropped when it would be sent, and the record says why."""
    rosa = scene.enrol("Rosa", status)
    scene.queue(rosa, lane)
    assert list(scene.claim()) == []
    assert scene.column(outbox, "state") == ["cancelled"]
    dropped = scene.rows(event)[-1]
    assert dropped["kind"] == ("PromptSkipped" if lane is Lane.PROMPT else "MessageDropped")
    assert dropped["data"]["reason"] == status


def test_who_left_is_answered_when_they_write(scene: Scene) -> None:
    """HELP after STOP gets its answer."""
    rosa = scene.enrol("Rosa", Status.OPTED_OUT)
    scene.queue(rosa, Lane.REPLY, "help", cause=Cause(inbound_id=scene.receive("Rosa", "HELP")))
    assert [message.body for message in scene.claim()] == ["help"]


def test_an_answer_put_back_after_a_stop_is_not_sent(scene: Scene) -> None:
    """It answers a text from before they left."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa, Lane.REPLY, "old answer", cause=Cause(inbound_id=scene.receive("Rosa", "my knee?")))
    message = scene.claim_one()
    scene.clock.advance(seconds=1)
    scene.decide(rosa, StatusChanged(Status.OPTED_OUT))
    scene.finish(message, Outcome.NOT_SENT)
    scene.clock.advance(minutes=1)
    assert list(scene.claim()) == []


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.ACTIVE])
def test_only_active_people_are_prompted(scene: Scene, status: Status) -> None:
    """Whatever a prompt was queued by."""
    scene.queue(scene.enrol("Rosa", status))
    assert list(scene.claim()) == []


def test_dropped_rows_do_not_take_the_places_of_others(scene: Scene) -> None:
    """Two to drop, two to send, room for two."""
    rosa, walter = scene.enrol("Rosa", Status.PAUSED), scene.enrol("Walter")
    for number, person in enumerate((rosa, rosa, walter, walter)):
        scene.queue(person, Lane.PROMPT, str(number))
    assert [message.body for message in scene.claim(limit=2)] == ["2", "3"]


def test_cleared_lanes_are_those_named_and_only_while_waiting(scene: Scene) -> None:
    """A message that is being sent cannot be called back."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa, Lane.PROMPT, "under way")
    scene.claim_one()
    scene.queue(rosa, Lane.PROMPT, "prompt")
    scene.queue(rosa, Lane.REPLY, "reply")
    scene.decide(rosa, OutboxCleared((Lane.PROMPT,), "paused"))
    assert [row["state"] for row in scene.rows(outbox)] == ["sending", "cancelled", "pending"]


def test_a_later_decision_of_one_transaction_clears_what_an_earlier_one_queued(scene: Scene) -> None:
    """Only what the same cause says is spared."""
    rosa = scene.enrol("Rosa")
    with scene.store.begin() as tx:
        conversation = tx.conversation(rosa, scene.now)
        until = scene.now + timedelta(hours=1)
        tx.record(conversation, (scene.message(Lane.REPLY, "first", expires_at=until),), Cause(), scene.now)
        tx.record(conversation, (StatusChanged(Status.OPTED_OUT),), Cause(), scene.now)
    assert bodies(scene, "cancelled") == ["first"]
