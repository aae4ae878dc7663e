"""The life of a case in the tables: its state, its trail, and the messages that belong to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from coach.adapters.database.tables import escalation, escalation_step, outbox, task, timer
from coach.core.escalation import case_timer
from coach.core.events import (
    CaseStepped,
    EscalationAcknowledged,
    EscalationClosed,
    EscalationContacted,
    EscalationPassed,
    EscalationRaised,
    EscalationRelevelled,
    EscalationReopened,
    Event,
    PageQueued,
    PagesCleared,
    TaskRaised,
)
from coach.core.model import CaseStepKind, Channel, Disposition, Escalation, EscalationState, Fate, Lane, Language
from coach.core.rota import OnCall
from coach.ports import Cause, Outcome
from tests.adapters.database.scene import Scene

RAISED = EscalationRaised(Disposition.EMERGENCY, ("chest_pain",), "chest pain now", "chest pain")
MINUTES = timedelta(minutes=15)


def ana(scene: Scene) -> OnCall:
    """Ana is on call."""
    person = OnCall(0, "ana", "Ana Ruiz", "+15550002001", Language.ES, "America/Chicago")
    with scene.store.begin() as tx:
        tx.add_on_call(person, "admin", scene.now)
        return tx.rota().people[0]


def live(scene: Scene, person: int, *facts: Event) -> Escalation:
    """The only case after some more facts, a minute later each."""
    for fact in facts:
        scene.clock.advance(minutes=1)
        scene.decide(person, fact, cause=Cause(staff="ana"))
    with scene.store.begin() as tx:
        return tx.conversation(person, scene.now).escalations[0]


def trail(scene: Scene) -> list[str]:
    """The steps of all cases in order."""
    return [row["step"] for row in scene.rows(escalation_step)]


def test_a_case_lives_in_the_tables_as_its_rules_say(scene: Scene) -> None:
    """Each fact changes the state, and the trail keeps them all."""
    rosa = scene.enrol("Rosa")
    case = live(scene, rosa, RAISED, EscalationAcknowledged(1, "ana", scene.now + MINUTES))
    assert (case.state, case.owner, case.contact_by) == (EscalationState.ACKNOWLEDGED, "ana", case.contact_by)
    case = live(scene, rosa, EscalationPassed(1, "ana"))
    assert (case.state, case.owner, case.contact_by) == (EscalationState.RAISED, None, None)
    case = live(scene, rosa, EscalationContacted(1, "ben", "well"), EscalationRelevelled(1, Disposition.URGENT, "mild"))
    assert (case.state, case.owner, case.level) == (EscalationState.CONTACTED, "ben", Disposition.URGENT)
    case = live(scene, rosa, EscalationClosed(1, "ana", "seen", ""))
    assert (case.state, case.owner, case.outcome) == (EscalationState.CLOSED, "ben", "seen")
    case = live(scene, rosa, EscalationReopened(1, None, "was not seen"))
    assert (case.state, case.owner, case.outcome, case.clock) == (EscalationState.RAISED, None, None, scene.now)
    assert [step.kind.value for step in case.steps] == trail(scene)
    assert trail(scene) == ["raised", "acknowledged", "passed", "contacted", "level", "closed", "reopened"]
    (row,) = scene.rows(escalation)
    assert (row["closed_at"], row["contacted_at"], row["acknowledged_at"]) == (None, None, None)


def test_a_case_is_taken_once_until_its_promise_has_passed(scene: Scene) -> None:
    """Whatever order two people's facts are written in."""
    rosa = scene.enrol("Rosa")
    case = live(
        scene,
        rosa,
        RAISED,
        EscalationAcknowledged(1, "ana", scene.now + MINUTES),
        EscalationAcknowledged(1, "ben", scene.now + MINUTES),
    )
    assert case.owner == "ana"
    scene.clock.advance(MINUTES)
    assert live(scene, rosa, EscalationAcknowledged(1, "ben", scene.now + MINUTES)).owner == "ben"


def test_a_case_keeps_when_it_was_caused_and_by_which_rules(scene: Scene) -> None:
    """Never later than it was decided, whatever the carrier's clock says."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    said = scene.now - MINUTES
    early = EscalationRaised(Disposition.URGENT, ("a",), "b", "c", said, "1-abc", {"nearest": "a score of 5"})
    late = EscalationRaised(Disposition.URGENT, ("a",), "b", "c", scene.now + MINUTES)
    scene.decide(rosa, early)
    scene.decide(walter, late)
    assert scene.column(escalation, "caused_at") == [said, scene.now]
    assert scene.column(escalation, "rules_version") == ["1-abc", ""]
    assert scene.column(escalation, "explanation") == [{"nearest": "a score of 5"}, None]


def test_a_message_of_the_same_decision_belongs_to_its_case(scene: Scene) -> None:
    """The case gets its number in that very transaction; the message names it, and the trail names the message."""
    rosa = scene.enrol("Rosa")
    told = scene.message(Lane.EMERGENCY, "Call 911 now.", tells=True)
    fever = EscalationRaised(Disposition.URGENT, ("fever",), "fever", "hot")
    scene.decide(
        rosa, RAISED, told, fever, scene.message(Lane.URGENT, "today", tells=True), scene.message(Lane.REPLY, "x")
    )
    assert scene.column(outbox, "escalation_id") == [1, 2, None]
    steps = [(row["escalation_id"], row["outbox_id"]) for row in scene.rows(escalation_step, step="told")]
    assert steps == [(1, 1), (2, 2)]


def test_cases_of_many_people_in_one_batch_each_get_their_own_message(scene: Scene) -> None:
    """They are written in few statements."""
    people = [scene.enrol("Rosa"), scene.enrol("Walter"), scene.enrol("June")]
    with scene.store.begin() as tx:
        for person in people:
            told = scene.message(Lane.EMERGENCY, "Call 911 now.", tells=True)
            tx.record(tx.conversation(person, scene.now), (RAISED, told), Cause(), scene.now)
    whose = {row["id"]: row["participant_id"] for row in scene.rows(escalation)}
    assert [whose[row["escalation_id"]] for row in scene.rows(outbox)] == [
        r["participant_id"] for r in scene.rows(outbox)
    ]


def test_a_later_message_about_a_case_is_a_step_of_its_own(scene: Scene) -> None:
    """A question after it, or its full text."""
    rosa = scene.enrol("Rosa")
    scene.decide(rosa, RAISED)
    scene.decide(rosa, scene.message(Lane.REPLY, "Were you seen?", escalation_id=1))
    scene.decide(rosa, scene.message(Lane.URGENT, "Call today.", escalation_id=1, tells=True))
    assert trail(scene) == ["raised", "followed_up", "told"]


def test_pages_of_a_case_are_cancelled_unless_a_sender_has_them(scene: Scene) -> None:
    """Those of other cases go out, what the same decision says too, and so does the word to the person."""
    rosa, on_call = scene.enrol("Rosa"), ana(scene)
    scene.decide(rosa, RAISED, RAISED)
    scene.decide(rosa, page(scene, on_call))
    claimed = scene.claim_one()
    told = scene.message(Lane.EMERGENCY, "Call 911.", escalation_id=1)
    other = replace(page(scene, on_call), escalation_id=2)
    scene.decide(rosa, page(scene, on_call), other, told)
    scene.decide(rosa, page(scene, on_call), PagesCleared(1, "somebody sees to the case"))
    states = [(row["escalation_id"], row["lane"], row["state"]) for row in scene.rows(outbox)]
    assert states == [
        (1, Lane.PAGE, "sending"),
        (1, Lane.PAGE, "cancelled"),
        (2, Lane.PAGE, "pending"),
        (1, Lane.EMERGENCY, "pending"),
        (1, Lane.PAGE, "pending"),
    ]
    scene.finish(claimed, Outcome.ACCEPTED, carrier_id="SM1", status="queued")
    assert scene.column(outbox, "state")[0] == "accepted"


def test_a_page_belongs_to_staff_and_is_a_step_of_the_case(scene: Scene) -> None:
    """It never shows among the person's messages."""
    rosa, on_call = scene.enrol("Rosa"), ana(scene)
    scene.decide(rosa, RAISED)
    scene.decide(rosa, page(scene, on_call))
    (row,) = scene.rows(outbox)
    assert (row["participant_id"], row["recipient"], row["lane"]) == (on_call.id, on_call.phone, Lane.PAGE)
    with scene.store.begin() as tx:
        known = tx.conversation(rosa, scene.now)
    assert known.sent == ()
    (step,) = [step for step in known.escalations[0].steps if step.kind is CaseStepKind.PAGED]
    assert (step.to, step.channel, step.outbox_id) == (on_call.id, Channel.SMS, row["id"])


def page(scene: Scene, on_call: OnCall) -> PageQueued:
    """A page to somebody."""
    until = scene.now + MINUTES
    return PageQueued(on_call.id, on_call.phone, Channel.SMS, "page.new", "Case", until, "a case is open", 1)


def test_a_page_that_failed_is_a_step_with_the_number_it_went_to(scene: Scene) -> None:
    """So that the next turn can begin."""
    rosa, on_call = scene.enrol("Rosa"), ana(scene)
    failed = CaseStepped(1, CaseStepKind.PAGE_FAILED, note="unreachable", to=on_call.id, channel=Channel.VOICE)
    case = live(scene, rosa, RAISED, failed)
    assert (case.steps[-1].kind, case.steps[-1].to, case.steps[-1].note) == (
        CaseStepKind.PAGE_FAILED,
        on_call.id,
        "unreachable",
    )


def test_a_task_that_time_causes_is_raised_once(scene: Scene) -> None:
    """However often its timer comes; tasks without a key all count."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    for person in (rosa, rosa, walter):
        scene.decide(person, TaskRaised("J1", "no answer for four hours", "J1/3"), TaskRaised("human", "asked"))
    assert [row["kind"] for row in scene.rows(task, participant_id=rosa)] == ["J1", "human", "human"]
    assert len(scene.rows(task, participant_id=walter)) == 2


def test_a_look_that_was_made_does_not_stand_in_the_way_of_the_next(scene: Scene) -> None:
    """A case that changes in the very moment of a look needs another."""
    rosa = scene.enrol("Rosa")
    scene.decide(rosa, case_timer(scene.now))
    with scene.store.begin() as tx:
        (due,) = tx.claim_timers(scene.now, 5)
        tx.record(due.conversation, (), Cause(timer_id=due.timer.id), scene.now)
    assert scene.column(timer, "state") == ["fired"]
    scene.decide(rosa, RAISED, case_timer(scene.now))
    assert scene.column(timer, "state") == ["pending"]


def test_what_became_of_a_message_is_remembered(scene: Scene) -> None:
    """By the carrier's last word, and for calls by who took them."""
    rosa = scene.enrol("Rosa")
    fates = []
    for number, (channel, status, answered_by, talked) in enumerate(
        [
            (Channel.SMS, "undelivered", None, False),
            (Channel.SMS, "delivered", None, False),
            (Channel.VOICE, "no-answer", None, False),
            (Channel.VOICE, "busy", None, False),
            (Channel.VOICE, "failed", None, False),
            (Channel.VOICE, "completed", "machine_start", False),
            (Channel.VOICE, "completed", "human", False),
            (Channel.VOICE, "completed", "human", True),
        ]
    ):
        scene.queue(rosa, channel=channel)
        message = scene.claim_one()
        scene.finish(message, Outcome.ACCEPTED, carrier_id=f"SM{number}", status="queued")
        scene.callback(message.attempt_id, status, f"SM{number}")
        scene.store.note_call(message.attempt_id, answered_by=answered_by, talked_at=scene.now if talked else None)
        with scene.store.begin() as tx:
            fates.append(tx.conversation(rosa, scene.now).sent[-1].fate)
    untaken = [Fate.NO_ANSWER] * 3
    assert fates == [Fate.NOT_DELIVERED, Fate.DELIVERED, *untaken, Fate.MACHINE, Fate.HUNG_UP, Fate.TALKED]
