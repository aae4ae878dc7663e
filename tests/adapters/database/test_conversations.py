"""A conversation is everything known of one participant, and holds them until the transaction ends."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time, timedelta
from threading import Event, Thread

import pytest

from coach.adapters.database.tables import outbox, participant
from coach.core.events import (
    CheckInClosed,
    CheckInOpened,
    EscalationClosed,
    EscalationRaised,
    Observed,
    OutboxCleared,
    Said,
    StatusChanged,
)
from coach.core.model import (
    Asked,
    Channel,
    Conversation,
    Density,
    Disposition,
    EscalationState,
    Kind,
    Lane,
    Language,
    Observation,
    Participant,
    Profile,
    QuietHours,
    Status,
)
from coach.ports import Cause, Duplicate
from tests.adapters.database.scene import PHONES, Scene

ROSA = Participant(
    id=0,
    phone=PHONES["Rosa"],
    status=Status.INVITED,
    language=Language.ES,
    country="MX",
    name="Rosa Delgado",
    zone="America/Mexico_City",
    quiet=QuietHours(time(21, 30), time(8, 15)),
    channel=Channel.VOICE,
    programme="second-12-weeks",
    enrolled_on=date(2026, 8, 10),
    programme_on=date(2026, 11, 2),
    density=Density.MORE,
    ask_at=time(10, 45),
    profile=Profile(
        frozenset({"diabetes", "copd"}),
        frozenset({"statin"}),
        3,
        lives_alone=True,
        age=71,
        sex="f",
        untold=frozenset({"carer"}),
    ),
)


def of(scene: Scene, person: int) -> Conversation:
    """What is known of a person now."""
    with scene.store.begin() as tx:
        return tx.conversation(person, scene.now)


def test_a_participant_comes_back_as_enrolled(scene: Scene) -> None:
    """Every field, also sets, times and unknowns."""
    with scene.store.begin() as tx:
        person = tx.enrol(ROSA, scene.now)
        found = tx.conversation(person, scene.now).participant
    assert found == Participant(**{name: getattr(ROSA, name) for name in ROSA.__slots__} | {"id": person})


def test_a_known_number_cannot_be_enrolled_again(scene: Scene) -> None:
    """Also not when they have opted out: that would undo their STOP."""
    for name, status in (("Rosa", Status.ACTIVE), ("Walter", Status.OPTED_OUT), ("June", Status.WRONG_PERSON)):
        scene.enrol(name, status)
        with pytest.raises(Duplicate):
            scene.enrol(name)
    assert scene.column(participant, "status") == ["active", "opted_out", "wrong_person"]


def test_a_stranger_becomes_the_person_who_is_enrolled(scene: Scene) -> None:
    """What they wrote before stays theirs."""
    with scene.store.begin() as tx:
        stranger = tx.conversation_of_number(PHONES["Rosa"], "US", scene.now).participant
    assert stranger.status is Status.STRANGER
    assert scene.enrol("Rosa", Status.INVITED) == stranger.id
    assert of(scene, stranger.id).participant.name == "Rosa"


def test_an_unknown_number_is_met_once(scene: Scene) -> None:
    """A second text finds the same stranger."""
    with scene.store.begin() as tx:
        first = tx.conversation_of_number(PHONES["Sam"], "ES", scene.now).participant
    with scene.store.begin() as tx:
        second = tx.conversation_of_number(PHONES["Sam"], "US", scene.now).participant
    assert (first.id, first.country) == (second.id, second.country)


def test_nobody_is_a_key_error(scene: Scene) -> None:
    """For a participant and for a case."""
    with scene.store.begin() as tx, pytest.raises(KeyError):
        tx.conversation(4711, scene.now)
    with scene.store.begin() as tx, pytest.raises(KeyError):
        tx.conversation_of_escalation(4711, scene.now)


def test_facts_come_back_oldest_first_and_only_of_this_person(scene: Scene) -> None:
    """Check-ins, observations, cases and messages, all as they were recorded."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    seen = Observation(Kind.WEAKNESS, scene.now, scene.now.date(), value=6.0, asked=Asked.WEAKNESS)
    sign = Observation(Kind.SIGN, scene.now - timedelta(hours=2), scene.now.date(), code="fall")
    raised = EscalationRaised(Disposition.URGENT, ("W", "fall"), "fell and is weaker", "fell in the bath")
    opened = CheckInOpened(Asked.WEAKNESS, scene.now.date(), base=3.0, need=5.5)
    asked = CheckInOpened(Asked.SYMPTOM, scene.now.date(), about="heart_failure_weight_gain")
    scene.decide(rosa, opened, asked, Observed(seen), Observed(sign), raised, scene.message(Lane.URGENT, "Call today."))
    scene.decide(walter, CheckInOpened(Asked.FALLS, scene.now.date()), Observed(seen))
    found = of(scene, rosa)
    assert [(c.asked, c.base, c.need, c.about, c.closed_at) for c in found.check_ins] == [
        (Asked.WEAKNESS, 3.0, 5.5, None, None),
        (Asked.SYMPTOM, None, None, "heart_failure_weight_gain", None),
    ]
    assert found.observations == (sign, seen)
    assert [(e.level, e.rules, e.quote) for e in found.escalations] == [
        (Disposition.URGENT, ("W", "fall"), "fell in the bath")
    ]
    assert [(s.template, s.lane, s.at) for s in found.sent] == [("legs.today", Lane.URGENT, scene.now)]


def test_sent_messages_are_remembered_for_35_days_and_cancelled_ones_never(scene: Scene) -> None:
    """What was not sent does not count when the next message is chosen."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa, Lane.REPLY, "long ago")
    scene.clock.advance(days=35, seconds=1)
    scene.queue(rosa, Lane.PROMPT, "cancelled")
    scene.decide(rosa, OutboxCleared((Lane.PROMPT,), "test"), Said("call.thanks", "Thank you."))
    assert [s.template for s in of(scene, rosa).sent] == ["call.thanks"]


def test_open_cases_are_remembered_for_ever_and_closed_ones_for_35_days(scene: Scene) -> None:
    """A case is never forgotten before it has an outcome."""
    rosa = scene.enrol("Rosa")
    for quote in ("numb foot", "cannot get up"):
        scene.decide(rosa, EscalationRaised(Disposition.URGENT, ("a",), "b", quote))
    first, second = of(scene, rosa).escalations
    scene.decide(rosa, EscalationClosed(second.id, "tom", "seen", ""))
    assert [case.state for case in of(scene, rosa).escalations] == [EscalationState.RAISED, EscalationState.CLOSED]
    scene.clock.advance(days=36)
    assert [case.id for case in of(scene, rosa).escalations] == [first.id]


def test_the_conversation_of_a_case_holds_that_case_however_old(scene: Scene) -> None:
    """A coordinator may open last year's case."""
    rosa = scene.enrol("Rosa")
    scene.decide(rosa, EscalationRaised(Disposition.URGENT, ("a",), "b", "numb foot"))
    (case,) = of(scene, rosa).escalations
    scene.decide(rosa, EscalationClosed(case.id, "tom", "seen", "went to the clinic"))
    scene.clock.advance(days=400)
    with scene.store.begin() as tx:
        found = tx.conversation_of_escalation(case.id, scene.now)
    assert [(c.id, c.outcome) for c in found.escalations] == [(case.id, "seen")]
    assert found.participant.id == rosa


def test_the_newest_open_question_is_the_one_that_is_answered(scene: Scene) -> None:
    """Once it is answered, the one before is open again."""
    rosa = scene.enrol("Rosa")
    day = scene.now.date()
    scene.decide(rosa, CheckInOpened(Asked.WEAKNESS, day), CheckInOpened(Asked.ONSET, day, scheduled=False))
    newest = of(scene, rosa).open_check_in
    assert newest is not None
    assert newest.asked is Asked.ONSET
    scene.decide(rosa, CheckInClosed(newest.id, answered=True))
    before = of(scene, rosa).open_check_in
    assert before is not None
    assert before.asked is Asked.WEAKNESS


def test_no_open_question_is_none(scene: Scene) -> None:
    """Nobody asked anything yet."""
    assert of(scene, scene.enrol("Rosa")).open_check_in is None


def test_two_decisions_about_one_person_wait_for_each_other(scene: Scene) -> None:
    """The second sees what the first recorded."""
    rosa = scene.enrol("Rosa")
    held, seen = Event(), []

    def second() -> None:
        held.wait(10)
        seen.append(of(scene, rosa).participant.status)

    thread = Thread(target=second)
    thread.start()
    with scene.store.begin() as tx:
        conversation = tx.conversation(rosa, scene.now)
        held.set()
        thread.join(0.2)
        tx.record(conversation, (StatusChanged(Status.PAUSED),), Cause(), scene.now)
    thread.join(10)
    assert seen == [Status.PAUSED]


def test_a_transaction_reads_what_it_recorded(scene: Scene) -> None:
    """Also before it is committed."""
    rosa = scene.enrol("Rosa")
    with scene.store.begin() as tx:
        before = tx.conversation(rosa, scene.now)
        tx.record(before, (StatusChanged(Status.PAUSED),), Cause(), scene.now)
        assert tx.conversation(rosa, scene.now).participant.status is Status.PAUSED


def test_a_transaction_that_raises_leaves_nothing(scene: Scene) -> None:
    """Not even the stranger it met."""
    with suppress(ZeroDivisionError), scene.store.begin() as tx:
        stranger = tx.conversation_of_number(PHONES["Sam"], "US", scene.now)
        tx.record(stranger, (scene.message(Lane.REPLY, "Who is this?"),), Cause(), scene.now)
        raise ZeroDivisionError
    assert scene.rows(outbox) == []
    assert scene.rows(participant) == []
