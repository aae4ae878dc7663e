"""Every fact becomes its rows, and every fact is in `event`."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import get_args

import pytest

from coach.adapters.database.recording import note
from coach.adapters.database.rows import Recorded, Rows
from coach.adapters.database.tables import (
    check_in,
    consent,
    escalation,
    escalation_step,
    event,
    inbound,
    observation,
    outbox,
    participant,
    task,
    timer,
)
from coach.core import events
from coach.core.events import (
    CheckInClosed,
    CheckInOpened,
    ConsentRecorded,
    DetailsChanged,
    EscalationAcknowledged,
    EscalationClosed,
    EscalationRaised,
    Observed,
    PromptSkipped,
    ReplyRead,
    Said,
    TaskRaised,
    TimersCleared,
    TimerSet,
)
from coach.core.model import (
    Asked,
    Assessment,
    Channel,
    Density,
    Disposition,
    Finding,
    Intent,
    Kind,
    Lane,
    Language,
    Observation,
    Onset,
    Participant,
    PassedOver,
    Profile,
    Reason,
    Reply,
    Status,
)
from coach.ports import Cause
from tests.adapters.database.scene import PHONES, Scene

READ = ReplyRead(
    Reply(Intent.REPORT, 7, onset=Onset.TODAY, signs=(Finding("fall", 2, 6, "fell"),), facts=frozenset({"b", "a"})),
    Assessment(Disposition.URGENT, (Reason("fall", Disposition.URGENT, "fell"),)),
    Asked.WEAKNESS,
)


def test_every_kind_of_fact_has_its_rows() -> None:
    """A new kind of fact that nobody records would be lost in silence."""
    kinds = get_args(events.Event)
    assert kinds
    assert [kind.__name__ for kind in kinds if note.dispatch(kind) is note.dispatch(object)] == []


def test_something_that_is_no_fact_is_refused(scene: Scene) -> None:
    """Better no transaction than half a record."""
    rosa = Participant(1, PHONES["Rosa"], Status.ACTIVE, Language.EN, "US")
    with pytest.raises(TypeError):
        note("a word", Rows(), Recorded(rosa, Cause(), scene.now))


def test_facts_are_kept_with_their_names_and_cause(scene: Scene) -> None:
    """In the order they happened."""
    rosa = scene.enrol("Rosa")
    inbound_id = scene.receive("Rosa", "fell, 7")
    scene.decide(rosa, READ, TaskRaised("asked_for_help", "asked for a person"), cause=Cause(inbound_id=inbound_id))
    kept = scene.rows(event)
    assert [(row["kind"], row["inbound_id"]) for row in kept] == [("ReplyRead", inbound_id), ("TaskRaised", inbound_id)]
    task = {"kind": "asked_for_help", "because": "asked for a person", "key": None, "explanation": None}
    assert kept[1]["data"] == task
    assert kept[0]["at"] == scene.now


def test_what_a_text_was_read_as_stands_beside_it(scene: Scene) -> None:
    """Signs with their evidence, sets in order, the level and its reasons."""
    rosa = scene.enrol("Rosa")
    inbound_id = scene.receive("Rosa", "I fell, 7")
    scene.decide(rosa, READ, cause=Cause(inbound_id=inbound_id))
    (row,) = scene.rows(inbound)
    assert row["participant_id"] == rosa
    assert row["decided_at"] == scene.now
    read = row["reply"]
    assert (read["intent"], read["weakness"], read["onset"], read["disposition"]) == ("report", 7, "today", "urgent")
    assert read["signs"] == [{"code": "fall", "start": 2, "end": 6, "rule": "fell", "cue": None}]
    assert (read["facts"], read["asked"]) == (["a", "b"], "weakness")


def test_an_observation_leads_back_to_its_text(scene: Scene) -> None:
    """A coordinator can always see the words."""
    rosa = scene.enrol("Rosa")
    inbound_id = scene.receive("Rosa", "3 cups")
    seen = Observation(Kind.CUPS, scene.now, scene.now.date(), value=3.0, asked=Asked.HYDRATION)
    scene.decide(rosa, Observed(seen), cause=Cause(inbound_id=inbound_id))
    (row,) = scene.rows(observation)
    assert (row["kind"], row["value"], row["asked"], row["inbound_id"]) == ("cups", 3.0, "hydration", inbound_id)


def test_a_queued_message_waits_with_its_length(scene: Scene) -> None:
    """Segments are what the send rate counts: 161 plain characters are two."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa, Lane.REPLY, "x" * 161)
    scene.decide(rosa, scene.message(Lane.PROMPT, "call.script", channel=Channel.VOICE))
    text, call = scene.rows(outbox)
    assert (text["state"], text["segments"], text["recipient"]) == ("pending", 2, PHONES["Rosa"])
    assert (call["channel"], call["segments"]) == ("voice", 1)


def test_what_is_said_in_a_call_can_be_said_again(scene: Scene) -> None:
    """A repeated webhook gets the same sentences, and nothing is sent."""
    rosa = scene.enrol("Rosa")
    inbound_id = scene.receive("Rosa", "seven")
    scene.decide(rosa, Said("a", "Thank you."), Said("b", "Goodbye."), cause=Cause(inbound_id=inbound_id))
    scene.decide(rosa, Said("c", "Something else."))
    assert list(scene.store.said_for(inbound_id)) == ["Thank you.", "Goodbye."]
    assert list(scene.claim()) == []


def test_a_question_replaces_an_open_one_that_asked_the_same(scene: Scene) -> None:
    """In the table, and within one decision."""
    rosa = scene.enrol("Rosa")
    day = scene.now.date()
    scene.decide(rosa, CheckInOpened(Asked.WEAKNESS, day), CheckInOpened(Asked.HYDRATION, day))
    scene.decide(rosa, CheckInOpened(Asked.WEAKNESS, day), CheckInOpened(Asked.WEAKNESS, day))
    still_open = [row["id"] for row in scene.rows(check_in) if row["closed_at"] is None]
    assert still_open == [2, 4]


def test_a_question_is_closed_with_or_without_an_answer(scene: Scene) -> None:
    """And once closed stays as it is."""
    rosa = scene.enrol("Rosa")
    day = scene.now.date()
    scene.decide(rosa, CheckInOpened(Asked.WEAKNESS, day), CheckInOpened(Asked.FALLS, day))
    scene.decide(rosa, CheckInClosed(1, answered=True), CheckInClosed(2, answered=False))
    closed_at = scene.now
    scene.clock.advance(hours=1)
    scene.decide(rosa, CheckInClosed(2, answered=True))
    found = [(row["answered_at"], row["closed_at"]) for row in scene.rows(check_in)]
    assert found == [(closed_at, closed_at), (None, closed_at)]


def test_a_case_keeps_each_step_with_who_and_when(scene: Scene) -> None:
    """Raised by a text, acknowledged by Tom, closed by Ines."""
    rosa = scene.enrol("Rosa")
    inbound_id = scene.receive("Rosa", "chest pain")
    raised = EscalationRaised(Disposition.EMERGENCY, ("chest_pain",), "chest pain now", "chest pain")
    scene.decide(rosa, raised, raised, cause=Cause(inbound_id=inbound_id))
    scene.decide(rosa, EscalationAcknowledged(1, "tom"), cause=Cause(staff="tom"))
    scene.decide(rosa, EscalationClosed(1, "ines", "ambulance", "taken to hospital"), cause=Cause(staff="ines"))
    case, other = scene.rows(escalation)
    assert (case["state"], case["owner"], case["outcome"]) == ("closed", "tom", "ambulance")
    assert (case["inbound_id"], case["rules"], other["state"]) == (inbound_id, ["chest_pain"], "raised")
    steps = [(row["step"], row["staff"], row["note"]) for row in scene.rows(escalation_step, escalation_id=1)]
    assert steps == [
        ("raised", None, "chest pain now"),
        ("acknowledged", "tom", ""),
        ("closed", "ines", "taken to hospital"),
    ]


def test_a_case_of_somebody_else_is_not_touched(scene: Scene) -> None:
    """A wrong id must not close a stranger's emergency."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    scene.decide(rosa, EscalationRaised(Disposition.EMERGENCY, ("chest_pain",), "a", "b"))
    scene.decide(walter, EscalationClosed(1, "tom", "seen", ""))
    assert scene.column(escalation, "state") == ["raised"]


def test_consent_names_the_text_that_gave_it(scene: Scene) -> None:
    """Proof: which words, in which version, in which message, or by whom."""
    rosa = scene.enrol("Rosa", Status.INVITED)
    inbound_id = scene.receive("Rosa", "YES", "SM-yes")
    invited = ConsentRecorded("invited", "join", "3", "Reply Y to join.", Channel.SMS)
    confirmed = ConsentRecorded("confirmed", "join", "3", "YES", Channel.SMS)
    scene.decide(rosa, invited, cause=Cause(staff="tom"))
    scene.decide(rosa, confirmed, cause=Cause(inbound_id=inbound_id))
    found = [(row["step"], row["carrier_id"], row["staff"], row["at"]) for row in scene.rows(consent)]
    assert found == [("invited", None, "tom", scene.now), ("confirmed", "SM-yes", None, scene.now)]


def test_changed_details_leave_the_others(scene: Scene) -> None:
    """None means: as it was."""
    rosa = scene.enrol("Rosa")
    profile = Profile(frozenset({"stroke"}), lives_alone=False)
    scene.decide(rosa, DetailsChanged(language=Language.ES, profile=profile))
    (row,) = scene.rows(participant)
    assert (row["name"], row["language"], row["zone"]) == ("Rosa", "es", "America/Chicago")
    with scene.store.begin() as tx:
        assert tx.conversation(rosa, scene.now).participant.profile == profile


def test_what_a_person_chose_is_changed_field_by_field(scene: Scene) -> None:
    """The hour, how many messages, the programme and the country."""
    rosa = scene.enrol("Rosa", ask_at=time(10))
    scene.decide(rosa, DetailsChanged(density=Density.LESS))
    scene.decide(rosa, DetailsChanged(country="MX", programme="second-12-weeks", programme_on=date(2026, 11, 30)))
    scene.decide(rosa, DetailsChanged(ask_at=time(17, 15)))
    with scene.store.begin() as tx:
        found = tx.conversation(rosa, scene.now).participant
    assert (found.density, found.ask_at, found.country) == (Density.LESS, time(17, 15), "MX")
    assert (found.programme, found.programme_on) == ("second-12-weeks", date(2026, 11, 30))


def test_a_timer_is_set_once_per_key(scene: Scene) -> None:
    """A repeat is harmless, also after it fired."""
    rosa = scene.enrol("Rosa")
    scene.set_timer(rosa, scene.now, key="evening/2026-11-24")
    with scene.store.begin() as tx:
        (due,) = tx.claim_timers(scene.now, 10)
        tx.record(due.conversation, (), Cause(timer_id=due.timer.id), scene.now)
    scene.set_timer(rosa, scene.now + timedelta(hours=1), key="evening/2026-11-24")
    assert [(row["state"], row["due_at"]) for row in scene.rows(timer)] == [("fired", scene.now)]


def test_a_cancelled_timer_can_be_set_again(scene: Scene) -> None:
    """PAUSE and RESUME on one day must not end the programme in silence."""
    rosa = scene.enrol("Rosa")
    scene.set_timer(rosa, scene.now, key="evening/2026-11-24")
    scene.decide(rosa, TimersCleared(("prompt",)))
    later = scene.now + timedelta(hours=1)
    scene.set_timer(rosa, later, key="evening/2026-11-24")
    assert [(row["state"], row["due_at"]) for row in scene.rows(timer)] == [("pending", later)]


def test_cleared_timers_are_those_of_the_kinds_named(scene: Scene) -> None:
    """Also those the same decision had set before, not those it sets after."""
    rosa = scene.enrol("Rosa")
    scene.set_timer(rosa, scene.now, "prompt", "a")
    scene.set_timer(rosa, scene.now, "resume", "b")
    early = TimerSet("prompt", "c", scene.now)
    late = TimerSet("prompt", "d", scene.now)
    scene.decide(rosa, early, TimersCleared(("prompt",)), late)
    assert {row["key"]: row["state"] for row in scene.rows(timer)} == {"a": "cancelled", "b": "pending", "d": "pending"}


def test_clearing_one_persons_timers_leaves_those_set_for_others_in_the_same_batch(scene: Scene) -> None:
    """Rosa's STOP must not silence Walter."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    with scene.store.begin() as tx:
        conversations = [tx.conversation(person, scene.now) for person in (walter, rosa)]
        tx.record(conversations[0], (TimerSet("prompt", "b", scene.now),), Cause(), scene.now)
        tx.record(conversations[1], (TimersCleared(("prompt",)),), Cause(), scene.now)
    assert [(row["participant_id"], row["state"]) for row in scene.rows(timer)] == [(walter, "pending")]


def test_a_skipped_prompt_is_a_fact_with_its_reason(scene: Scene) -> None:
    """Why did I hear nothing? The record answers."""
    rosa = scene.enrol("Rosa")
    over = (PassedOver("hydration.glass", "D1"),)
    scene.decide(rosa, PromptSkipped("evening", scene.now.date(), "cap", "two messages went out today", over))
    (kept,) = scene.rows(event)
    assert kept["data"] == {
        "slot": "evening",
        "day": "2026-11-24",
        "reason": "cap",
        "because": "two messages went out today",
        "passed_over": [{"template": "hydration.glass", "gate": "D1"}],
    }


def test_a_task_is_finished_once(scene: Scene) -> None:
    """The second person to try learns that it is done."""
    rosa = scene.enrol("Rosa")
    scene.decide(rosa, TaskRaised("asked_for_help", "asked for a person"))
    assert scene.store.finish_task(1, "tom", scene.now)
    assert not scene.store.finish_task(1, "ines", scene.now)
    assert not scene.store.finish_task(4711, "ines", scene.now)
    assert [(row["done_by"], row["done_at"]) for row in scene.rows(task)] == [("tom", scene.now)]


def test_many_decisions_of_one_transaction_are_written_together(scene: Scene) -> None:
    """Each with its own cause and person."""
    people = [scene.enrol(name) for name in PHONES]
    for person in people:
        scene.set_timer(person, scene.now)
    with scene.store.begin() as tx:
        for due in tx.claim_timers(scene.now, 10):
            said = scene.message(Lane.PROMPT, f"for {due.conversation.participant.name}")
            tx.record(due.conversation, (said,), Cause(timer_id=due.timer.id), scene.now)
    assert [(row["participant_id"], row["body"], row["timer_id"]) for row in scene.rows(outbox)] == [
        (person, f"for {name}", number) for number, (person, name) in enumerate(zip(people, PHONES, strict=True), 1)
    ]
    assert set(scene.column(timer, "state")) == {"fired"}
