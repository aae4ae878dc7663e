"""Looks at cases go first, and their cases know of pages and words to the person that are lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coach.adapters.database.tables import escalation_step, outbox, task, timer
from coach.core.escalation import case_timer
from coach.core.events import EscalationRaised, MessageQueued, PageQueued
from coach.core.failures import FailureClass
from coach.core.model import Channel, Disposition, Lane, Language, TimerKind
from coach.core.rota import OnCall
from coach.ports import Cause, Outcome
from tests.adapters.database.scene import Scene

MINUTE = timedelta(minutes=1)
ANA = OnCall(0, "ana", "Ana Ruiz", "+15550001090", Language.EN, "America/Chicago")


def paged(scene: Scene, channel: Channel = Channel.SMS, *, of_case: bool = True) -> int:
    """Rosa has a case and Ana is paged about it; gives Rosa's id."""
    rosa = scene.enrol("Rosa")
    with scene.store.begin() as tx:
        ana = tx.add_on_call(ANA, "admin", scene.now)
    scene.decide(rosa, EscalationRaised(Disposition.EMERGENCY, ("chest_pain",), "a sign", "it hurts"))
    until = scene.now + 10 * MINUTE
    page = PageQueued(ana, ANA.phone, channel, "page.new", "a case", until, "a case is open", 1 if of_case else None)
    scene.decide(rosa, page)
    return rosa


def failures(scene: Scene) -> list[tuple[int, str, int]]:
    """To whom, by which way and with which message a page failed."""
    rows = scene.rows(escalation_step, step="page_failed")
    return [(row["to_id"], row["channel"], row["outbox_id"]) for row in rows]


def looks(scene: Scene) -> list[object]:
    """When the next looks at cases are."""
    return [row["due_at"] for row in scene.rows(timer, kind="case", state="pending")]


def check_told(scene: Scene, channel: str = "sms") -> None:
    """The case knows once, is looked at now, and no coordinator is asked to write to staff."""
    (page,) = scene.rows(outbox)
    assert failures(scene) == [(page["participant_id"], channel, page["id"])]
    assert looks(scene) == [scene.now]
    assert scene.rows(task) == []


@pytest.mark.parametrize("word", ["undelivered", "failed", "canceled"])
def test_a_page_that_the_carrier_could_not_deliver_is_a_step_of_its_case(scene: Scene, word: str) -> None:
    """With a look at it right now, however often the carrier says so."""
    paged(scene)
    message = scene.claim_one()
    scene.callback(message.attempt_id, word)
    scene.callback(message.attempt_id, "failed")
    check_told(scene)


@pytest.mark.parametrize("word", ["busy", "no-answer", "failed"])
def test_so_is_a_call_that_nobody_took(scene: Scene, word: str) -> None:
    """The policy says what it means while a text is with them."""
    paged(scene, Channel.VOICE)
    scene.callback(scene.claim_one().attempt_id, word)
    check_told(scene, "voice")


def test_a_page_that_is_delivered_changes_nothing(scene: Scene) -> None:
    """Only an answer does."""
    paged(scene)
    scene.callback(scene.claim_one().attempt_id, "delivered")
    assert (failures(scene), looks(scene)) == ([], [])


def test_a_page_that_the_carrier_refuses_is_a_step_of_its_case(scene: Scene) -> None:
    """Its number takes no texts."""
    paged(scene)
    scene.finish(scene.claim_one(), Outcome.REJECTED, failure=FailureClass.NUMBER)
    check_told(scene)


def test_a_page_that_waits_for_three_minutes_counts_as_lost(scene: Scene) -> None:
    """It is tried on, and the next person does not wait for that."""
    paged(scene)
    for wait in (0, 2, 2, 1):
        scene.clock.advance(minutes=wait)
        scene.finish(scene.claim_one(), Outcome.NOT_SENT)
        scene.clock.advance(seconds=30)
    assert len(failures(scene)) == 1
    assert scene.rows(task) == []
    assert len(scene.claim()) == 1


def test_a_page_that_comes_too_late_is_not_sent(scene: Scene) -> None:
    """Newer ones have followed it; the case is told."""
    paged(scene)
    scene.clock.advance(minutes=10)
    assert list(scene.claim()) == []
    assert scene.column(outbox, "state") == ["expired"]
    check_told(scene)


def test_a_page_in_doubt_that_is_given_up_is_a_step_of_its_case(scene: Scene) -> None:
    """Nobody knows whether it came."""
    paged(scene)
    message = scene.claim_one()
    scene.finish(message, Outcome.IN_DOUBT)
    scene.store.settle(message, None, send_again=False, now=scene.now)
    check_told(scene)


def test_a_text_to_staff_about_no_case_is_let_go(scene: Scene) -> None:
    """Who has a case, how to answer: it is no loss that anybody must mend."""
    paged(scene, of_case=False)
    scene.callback(scene.claim_one().attempt_id, "undelivered")
    assert (failures(scene), looks(scene), scene.rows(task)) == ([], [], [])


def test_an_alarm_to_a_participant_that_is_lost_is_still_a_task(scene: Scene) -> None:
    """A person gets in touch with Rosa."""
    scene.queue(scene.enrol("Rosa"), Lane.EMERGENCY)
    scene.callback(scene.claim_one().attempt_id, "undelivered")
    assert scene.column(task, "kind") == ["undelivered"]


def told(scene: Scene, level: Disposition = Disposition.EMERGENCY) -> int:
    """Rosa has a case and is told of it in the same decision; gives her id."""
    rosa = scene.enrol("Rosa")
    lane = Lane.EMERGENCY if level is Disposition.EMERGENCY else Lane.URGENT if level.is_serious else Lane.REPLY
    until = scene.now + timedelta(hours=12)
    words = MessageQueued("escalation.emergency", "Call 911 now.", lane, until, "a sign", tells=True)
    scene.decide(rosa, EscalationRaised(level, ("chest_pain",), "a sign", "it hurts"), words)
    return rosa


@pytest.mark.parametrize("level", [Disposition.EMERGENCY, Disposition.URGENT])
@pytest.mark.parametrize("word", ["undelivered", "failed", "canceled"])
def test_a_message_to_a_participant_about_a_case_is_a_step_too(scene: Scene, level: Disposition, word: str) -> None:
    """With its template and one look right now, however often the carrier says so; there it is decided what to do."""
    told(scene, level)
    message = scene.claim_one()
    for said in (word, word, "failed"):
        scene.callback(message.attempt_id, said)
    (step,) = scene.rows(escalation_step, step="not_delivered")
    assert (step["note"], step["channel"], step["outbox_id"]) == ("escalation.emergency", "sms", message.outbox_id)
    assert step["to_id"] is None
    assert looks(scene) == [scene.now]
    assert scene.column(task, "kind") == ["undelivered"]


def test_so_is_one_that_the_carrier_refuses_or_that_a_fault_keeps_back(scene: Scene) -> None:
    """Nothing of it reached them either."""
    told(scene)
    scene.finish(scene.claim_one(), Outcome.REJECTED, failure=FailureClass.NUMBER)
    assert len(scene.rows(escalation_step, step="not_delivered")) == 1


def test_a_routine_text_that_is_lost_is_no_step(scene: Scene) -> None:
    """Nothing has to happen tonight."""
    told(scene, Disposition.ROUTINE)
    scene.finish(scene.claim_one(), Outcome.REJECTED, failure=FailureClass.NUMBER)
    assert scene.rows(escalation_step, step="not_delivered") == []
    assert scene.column(task, "kind") == ["undelivered"]


@pytest.mark.parametrize(("word", "confirmed"), [("sent", False), ("delivered", True), ("read", True)])
def test_only_a_word_of_arrival_confirms_a_text(scene: Scene, word: str, *, confirmed: bool) -> None:
    """Sent is on its way."""
    rosa = told(scene)
    scene.callback(scene.claim_one().attempt_id, word)
    with scene.store.begin() as tx:
        known = tx.conversation(rosa, scene.now)
    assert [sent.confirmed for sent in known.sent] == [confirmed]


def test_a_look_of_this_very_moment_is_made_again_after_it_was_made(scene: Scene) -> None:
    """The page failed within the same second."""
    rosa = paged(scene)
    scene.decide(rosa, case_timer(scene.now))
    with scene.store.begin() as tx:
        (due,) = tx.claim_timers(scene.now, 10)
        tx.record(due.conversation, (), Cause(timer_id=due.timer.id), scene.now)
    assert looks(scene) == []
    scene.callback(scene.claim_one().attempt_id, "failed")
    check_told(scene)


# --- looks go first ---


def test_a_look_at_cases_goes_before_everything_that_is_overdue(scene: Scene) -> None:
    """After an outage thousands of prompts are due; the emergency that came in last is paged first."""
    for number in range(30):
        late = scene.enrol(f"person {number}", phone=f"+1555000{number:04d}")
        scene.set_timer(late, scene.now - timedelta(hours=3))
    rosa = scene.enrol("Rosa")
    scene.set_timer(rosa, scene.now - timedelta(hours=4))
    scene.set_timer(rosa, scene.now, TimerKind.CASE)
    with scene.store.begin() as tx:
        (first,) = tx.claim_timers(scene.now, 1)
    assert (first.timer.participant_id, first.timer.kind) == (rosa, TimerKind.CASE)


def test_a_look_that_is_not_yet_due_holds_up_nothing(scene: Scene) -> None:
    """Rosa's other timers come in their order."""
    rosa = scene.enrol("Rosa")
    scene.set_timer(rosa, scene.now + MINUTE, TimerKind.CASE)
    scene.set_timer(rosa, scene.now - MINUTE)
    scene.set_timer(rosa, scene.now - 2 * MINUTE)
    with scene.store.begin() as tx:
        (first,) = tx.claim_timers(scene.now, 10)
    assert (first.timer.kind, first.timer.due_at) == ("prompt", scene.now - 2 * MINUTE)


def test_each_person_still_has_one_turn_per_claim(scene: Scene) -> None:
    """First the look; the rest of Rosa's work when that is done."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    scene.set_timer(rosa, scene.now - 3 * MINUTE)
    scene.set_timer(rosa, scene.now - MINUTE, TimerKind.CASE)
    scene.set_timer(walter, scene.now - 2 * MINUTE)
    with scene.store.begin() as tx:
        found = [(due.timer.participant_id, due.timer.kind) for due in tx.claim_timers(scene.now, 10)]
    assert found == [(rosa, "case"), (walter, "prompt")]
