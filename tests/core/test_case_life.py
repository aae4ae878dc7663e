"""The life of a case: raised, taken, reached, closed, perhaps open again, with a trail that only grows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core import conversation as core
from coach.core import escalation
from coach.core.escalation import (
    NOT_REACHED,
    CaseOutcome,
    PageVerb,
    Refusal,
    acknowledge,
    case_ids_of,
    close,
    contacted,
    page_answer,
    page_code,
    pass_on,
    relevel,
    reopen,
    stage,
    watch,
)
from coach.core.events import (
    CaseStepped,
    EscalationAcknowledged,
    EscalationPassed,
    EscalationRaised,
    EscalationRelevelled,
    EscalationReopened,
    Event,
    MessageQueued,
    PageQueued,
    TaskRaised,
    TimerSet,
)
from coach.core.model import (
    OF_CASES,
    CaseStepKind,
    Channel,
    Disposition,
    Escalation,
    EscalationState,
    InboundMessage,
    Lane,
    Status,
    TimerKind,
)
from tests.core.talking import HANDBOOK, Talk, meet

MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OUTCOMES = (CaseOutcome("seen_by_clinician", "Seen by a clinician"),)


def ruth(**facts: object) -> Talk:
    """Ruth takes part since this morning."""
    known = {"status": Status.ACTIVE, "zone": "America/New_York", "enrolled_on": date(2026, 3, 2), "name": "Ruth Ames"}
    return meet(MORNING, **{**known, **facts})


def in_danger() -> Talk:
    """Ruth has just told of an emergency."""
    talk = ruth()
    talk.says("I can't breathe")
    return talk


def done(talk: Talk, fact: Event | Refusal) -> Escalation:
    """The case after a step that was possible."""
    assert not isinstance(fact, Refusal), fact.sentence
    talk.now += MINUTE
    talk.keep((fact,))
    return talk.case


def kinds(case: Escalation) -> list[CaseStepKind]:
    """Its trail in words."""
    return [step.kind for step in case.steps]


# --- from beginning to end ---


def test_a_case_is_raised_told_taken_reached_closed_and_opened_again() -> None:
    """Each step leaves one line of the trail and changes the state where it should."""
    talk = in_danger()
    assert (talk.case.state, stage(talk.case)) == (EscalationState.RAISED, "told")
    taken = done(talk, acknowledge(talk.case, "ana", talk.now + 15 * MINUTE))
    assert (taken.state, taken.owner, taken.contact_by) == (EscalationState.ACKNOWLEDGED, "ana", taken.contact_by)
    reached = done(talk, contacted(taken, "ana", "calm, ambulance is there"))
    assert (reached.state, reached.owner) == (EscalationState.CONTACTED, "ana")
    ended = done(talk, close(reached, "ana", "seen_by_clinician", "", OUTCOMES))
    assert (ended.state, ended.outcome, ended.is_open) == (EscalationState.CLOSED, "seen_by_clinician", False)
    again = done(talk, reopen(ended, None, "was not seen after all"))
    assert (again.state, again.owner, again.outcome, again.contact_by) == (EscalationState.RAISED, None, None, None)
    assert kinds(again) == [
        CaseStepKind.RAISED,
        CaseStepKind.TOLD,
        CaseStepKind.ACKNOWLEDGED,
        CaseStepKind.CONTACTED,
        CaseStepKind.CLOSED,
        CaseStepKind.REOPENED,
    ]


def test_the_message_of_the_same_decision_is_a_step_of_its_case() -> None:
    """Staff see when the person was told, and by which text."""
    (told,) = [step for step in in_danger().steps if step.kind is CaseStepKind.TOLD]
    assert (told.note, told.channel) == ("escalation.emergency", Channel.SMS)


def test_two_cases_of_one_decision_are_told_each_by_its_own_message() -> None:
    """The message that follows a case is the one about it."""
    talk = ruth()
    alarm = talk.moment().alarm("emergency.line", Lane.EMERGENCY, "because")
    facts: list[Event] = []
    for rule in ("chest_pain", "fever"):
        facts += [
            EscalationRaised(Disposition.EMERGENCY, (rule,), rule, rule),
            replace(alarm, template=rule, tells=True),
        ]
    talk.keep(tuple(facts))
    assert [[step.note for step in case.steps] for case in talk.conversation.escalations] == [
        ["chest_pain", "chest_pain"],
        ["fever", "fever"],
    ]


def test_the_trail_only_grows() -> None:
    """Also by steps that come when the case is closed; they change nothing else."""
    talk = in_danger()
    ended = done(talk, close(talk.case, "ana", "seen_by_clinician", "", OUTCOMES))
    talk.keep((EscalationAcknowledged(ended.id, "ben"), CaseStepped(ended.id, CaseStepKind.ANSWERED, note="seen")))
    assert talk.case.steps[: len(ended.steps)] == ended.steps
    assert kinds(talk.case)[-2:] == [CaseStepKind.ACKNOWLEDGED, CaseStepKind.ANSWERED]
    assert (talk.case.state, talk.case.owner) == (EscalationState.CLOSED, "ana")


def test_a_page_is_a_step_that_says_to_whom() -> None:
    """By which way, and that it is paged is what people see while nobody has it."""
    talk = in_danger()
    until = talk.now + 10 * MINUTE
    talk.keep((PageQueued(7, "+12025550107", Channel.VOICE, "page.new", "…", until, "a case", talk.case.id),))
    assert (talk.steps[-1].kind, talk.steps[-1].to, talk.steps[-1].channel) == (CaseStepKind.PAGED, 7, Channel.VOICE)
    assert stage(talk.case) == "paged"
    assert not [s for s in talk.conversation.sent if s.template == "page.new"], "it is no message to Ruth"


def test_an_answer_may_lower_or_raise_the_level() -> None:
    """It is a step of its own; nobody loses the case by it."""
    talk = in_danger()
    taken = done(talk, acknowledge(talk.case, "ana"))
    lower = done(talk, relevel(taken, Disposition.ROUTINE, "has been so for longer"))
    assert (lower.level, lower.owner, kinds(lower)[-1]) == (Disposition.ROUTINE, "ana", CaseStepKind.LEVEL)


# --- who may do what ---


def test_the_second_who_takes_a_case_learns_who_has_it() -> None:
    """And whoever has it, that they do."""
    talk = in_danger()
    taken = done(talk, acknowledge(talk.case, "ana", talk.now + 15 * MINUTE))
    assert acknowledge(taken, "ben", now=talk.now) == Refusal("ana has already taken this case.")
    assert acknowledge(taken, "ana", now=talk.now) == Refusal("You have this case already.")


def test_a_case_whose_promise_has_passed_may_be_taken_over() -> None:
    """Once: the new promise counts from then on."""
    talk = in_danger()
    taken = done(talk, acknowledge(talk.case, "ana", talk.now + 15 * MINUTE))
    assert taken.contact_by is not None
    talk.now = taken.contact_by + MINUTE
    over = done(talk, acknowledge(taken, "ben", talk.now + 15 * MINUTE, talk.now))
    assert over.owner == "ben"
    assert isinstance(acknowledge(over, "cora", now=talk.now), Refusal)


def test_a_case_of_which_the_person_was_reached_is_not_taken_over() -> None:
    """However long ago that was."""
    talk = in_danger()
    taken = done(talk, acknowledge(talk.case, "ana", talk.now + 15 * MINUTE))
    reached = done(talk, contacted(taken, "ana"))
    assert isinstance(acknowledge(reached, "ben", now=talk.now + timedelta(days=3)), Refusal)


def test_a_case_of_which_the_person_denies_the_call_may_be_taken_over() -> None:
    """Whatever was noted, and once: it is reached again only when somebody says so again."""
    talk = in_danger()
    taken = done(talk, acknowledge(talk.case, "ana", talk.now + 15 * MINUTE))
    reached = done(talk, contacted(taken, "ana"))
    denied = done(talk, CaseStepped(reached.id, CaseStepKind.ANSWERED, note=NOT_REACHED))
    assert acknowledge(denied, "ana", now=talk.now) == Refusal("You have this case already.")
    over = done(talk, acknowledge(denied, "ben", talk.now + 15 * MINUTE, talk.now))
    assert (over.state, over.owner) == (EscalationState.ACKNOWLEDGED, "ben")
    assert isinstance(acknowledge(over, "cora", now=talk.now), Refusal)


def test_only_whoever_has_a_case_passes_it_on() -> None:
    """Then nobody has it; somebody who was only asked may say no as well."""
    talk = in_danger()
    assert isinstance(pass_on(talk.case, "ben"), EscalationPassed)
    taken = done(talk, acknowledge(talk.case, "ana", talk.now + 15 * MINUTE))
    assert isinstance(pass_on(taken, "ben"), Refusal)
    free = done(talk, pass_on(taken, "ana"))
    assert (free.state, free.owner, free.contact_by) == (EscalationState.RAISED, None, None)


def test_who_reached_the_person_has_the_case() -> None:
    """Unless somebody has it already; the word of the person alone gives it to nobody."""
    talk = in_danger()
    assert isinstance(contacted(talk.case, None), Refusal)
    reached = done(talk, contacted(talk.case, "ben"))
    assert (reached.state, reached.owner) == (EscalationState.CONTACTED, "ben")
    assert isinstance(contacted(reached, "ana"), Refusal)


def test_a_closed_case_takes_no_step_but_to_open_again() -> None:
    """And an open one cannot be opened."""
    talk = in_danger()
    assert isinstance(reopen(talk.case, "ana", "why not"), Refusal)
    ended = done(talk, close(talk.case, "ana", "seen_by_clinician", "", OUTCOMES))
    steps = (
        acknowledge(ended, "ben"),
        pass_on(ended, "ben"),
        contacted(ended, "ben"),
        close(ended, "ben", "seen_by_clinician", "", OUTCOMES),
        relevel(ended, Disposition.ROUTINE, "b"),
        reopen(ended, "ana", "  "),
    )
    assert all(isinstance(step, Refusal) for step in steps)


def test_an_ended_case_has_an_outcome_of_the_list() -> None:
    """Nothing else ever ends one."""
    assert isinstance(close(in_danger().case, "ana", "gone", "", OUTCOMES), Refusal)


# --- its clock ---


def test_the_clock_of_a_case_starts_at_the_reply_also_when_decided_later() -> None:
    """A text that a crash held up for forty minutes has forty minutes behind it."""
    talk = ruth()
    received = talk.now
    late = received + 40 * MINUTE
    message = InboundMessage("SM1", "+12025550142", "+12025550100", "I can't breathe", received)
    talk.now = late
    talk.keep(core.respond(talk.known(), message, HANDBOOK, late))
    assert (talk.case.raised_at, talk.case.clock) == (late, received)


def test_a_reply_from_the_future_does_not_put_off_the_clock() -> None:
    """A carrier's clock may be ahead of ours."""
    talk = ruth()
    message = InboundMessage("SM1", "+12025550142", "+12025550100", "I can't breathe", talk.now + 9 * MINUTE)
    talk.keep(core.respond(talk.known(), message, HANDBOOK, talk.now))
    assert talk.case.clock == talk.now


def test_the_clock_starts_anew_when_a_case_is_opened_again() -> None:
    """Else every turn of the order would have begun at once."""
    talk = in_danger()
    ended = done(talk, close(talk.case, "ana", "seen_by_clinician", "", OUTCOMES))
    again = done(talk, reopen(ended, "ana", "came back"))
    assert again.clock == talk.now


def test_a_case_knows_the_rules_it_was_raised_by() -> None:
    """The author's version, and a mark that changes with every rule."""
    assert in_danger().case.rules_version == HANDBOOK.rules_version
    assert HANDBOOK.rules_version.startswith(f"{HANDBOOK.policy.version}-")


# --- its next look ---


@pytest.mark.parametrize(
    "fact",
    [
        EscalationRaised(Disposition.URGENT, ("fever",), "fever", "hot"),
        EscalationReopened(1, None, "not seen"),
        EscalationRelevelled(1, Disposition.ROUTINE, "longer"),
        EscalationPassed(1, "ana"),
        EscalationAcknowledged(1, "ana"),
        CaseStepped(1, CaseStepKind.PAGE_FAILED, to=7),
        CaseStepped(1, CaseStepKind.SILENT),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_what_changes_a_case_is_looked_at_at_once(fact: Event) -> None:
    """By one timer, whose key nobody else has."""
    assert watch((fact,), MORNING)[1:] == (TimerSet(TimerKind.CASE, f"case/{MORNING.isoformat()}", MORNING),)


def test_what_is_no_case_is_not_looked_at() -> None:
    """A look for nothing would cost, though it would do no harm."""
    facts = (TaskRaised("human", "asked"), CaseStepped(1, CaseStepKind.ANSWERED))
    assert watch(facts, MORNING) == facts


def test_an_emergency_is_looked_at_within_the_moment() -> None:
    """The timer is due when the text is."""
    talk = in_danger()
    assert [timer.due_at for timer in talk.timers.values() if timer.kind in OF_CASES] == [talk.now]


@pytest.mark.parametrize("words", ["STOP", "wrong number", "no me manden más mensajes"])
def test_an_emergency_is_looked_at_also_when_the_person_then_leaves(words: str) -> None:
    """STOP ends what is sent to them, never who is told of them."""
    talk = in_danger()
    talk.says(words)
    assert talk.conversation.participant.status.has_left
    assert [timer.kind for timer in talk.timers.values()] == [TimerKind.CASE]
    assert talk.case.is_open


# --- codes and answers ---


@given(st.integers(1, 10_000_000))
def test_a_code_leads_back_to_its_case(case_id: int) -> None:
    """And to no case that is newer."""
    code = page_code(case_id)
    assert len(code) == 4
    assert case_ids_of(code, case_id)[0] == case_id
    assert case_ids_of(code, case_id - 1)[:1] != (case_id,)


def test_neighbours_have_codes_that_lie_far_apart() -> None:
    """One slip of a finger names no case of the same day; nine thousand share none."""
    codes = [int(page_code(case_id)) for case_id in range(1, 9001)]
    assert len(set(codes)) == 9000
    for one, other in pairwise(codes):
        assert sum(a != b for a, b in zip(str(one), str(other), strict=True)) >= 2


@pytest.mark.parametrize("code", ["", "999", "0821", "10000", "48a1", "٤٨٢١", "-482"])
def test_what_is_no_code_names_no_case(code: str) -> None:
    """Four plain figures from 1000 on."""
    assert case_ids_of(code, 100_000) == ()


@pytest.mark.parametrize(
    ("words", "verb", "code"),
    [
        ("ACK 4821", PageVerb.ACK, "4821"),
        ("ack4821", PageVerb.ACK, "4821"),
        (" Ack: #4821. ", PageVerb.ACK, "4821"),
        ("TOMO 4821", PageVerb.ACK, "4821"),
        ("ack", PageVerb.ACK, None),
        ("pass 4821", PageVerb.PASS, "4821"),
        ("Paso 4821", PageVerb.PASS, "4821"),
        ("SPOKE 4821", PageVerb.SPOKE, "4821"),
        ("hablé 4821", PageVerb.SPOKE, "4821"),
        ("HABLE 4821", PageVerb.SPOKE, "4821"),
    ],
)
def test_an_answer_to_a_page_is_a_word_and_a_code(words: str, verb: PageVerb, code: str | None) -> None:
    """In either language, in any case."""
    said = page_answer(words)
    assert said is not None
    assert (said.verb, said.code) == (verb, code)


@pytest.mark.parametrize("words", ["", "4821", "ACK 482", "ACK 48211", "I ack 4821", "pass me the salt", "STOP", "ok"])
def test_nothing_else_is_an_answer_to_a_page(words: str) -> None:
    """A sentence is never taken for one."""
    assert page_answer(words) is None


# --- what is not yet decided here ---


def test_a_follow_up_text_is_a_step_of_its_case() -> None:
    """It names the case that was there before."""
    talk = in_danger()
    asked = MessageQueued(
        "followup.seen", "Were you seen?", Lane.REPLY, talk.now + MINUTE, "after a case", escalation_id=talk.case.id
    )
    talk.keep((asked,))
    assert kinds(talk.case)[-1] is CaseStepKind.FOLLOWED_UP


def test_the_words_of_a_stage_are_those_of_the_state_once_somebody_has_it() -> None:
    """Told and paged are steps, not states."""
    talk = in_danger()
    taken = done(talk, acknowledge(talk.case, "ana"))
    assert escalation.stage(taken) == "acknowledged"
