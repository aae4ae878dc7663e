"""What the answer to a function question calls for by itself (clinical rules B, “Function by SMS”).

Stairs, chair stands and SARC-F count as reasons of the text, beside its signs: one case, with the same rule for
repeats. No chair stand any more is a sign, which is asked about first. A count of falls is a sign already when read.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from coach.core.conversation import sarc_f
from coach.core.conversation.asked_signs import answered_since
from coach.core.conversation.moment import CORRECTION, Moment
from coach.core.events import CaseStepped, CheckInClosed, EscalationRaised, Event
from coach.core.model import (
    SARC_F_ITEMS,
    Asked,
    Assessment,
    CaseStepKind,
    Channel,
    CheckIn,
    Disposition,
    Escalation,
    Finding,
    Kind,
    Reason,
    Reply,
)
from coach.core.trend import answers_of, function_tests
from coach.core.trend.function_tests import NO_CHAIR_STAND, FunctionResult

if TYPE_CHECKING:
    from coach.core.conversation.hearing import Heard

_TESTED = {Asked.STAIRS: Kind.STAIRS, Asked.CHAIR_STANDS: Kind.CHAIR_STANDS}
_KINDS = {**_TESTED, Asked.FALLS: Kind.FALLS, **dict.fromkeys(SARC_F_ITEMS, Kind.SARC_F)}


# --- what it calls for ------------------------------------------------------------------------------------------------


def result(moment: Moment, reply: Reply, question: CheckIn | None) -> FunctionResult | None:
    """What the answer calls for, seen with those before it; None for other questions, and for who does not walk."""
    profile, rules = moment.participant.profile, moment.handbook.trend
    if question is None or profile.has("non_ambulatory"):
        return None
    asked, given, tasks = question.asked, answers_of(reply, question.asked), sarc_f.items(moment, question, reply)
    if tasks is not None:
        return function_tests.sarc_f(tasks, rules.function_tests)
    now = given.stairs if asked is Asked.STAIRS else given.chair_stands
    if now is None:
        return None
    answers = _answers(moment, asked, now)
    if asked is Asked.STAIRS:
        return function_tests.stairs(answers, rules.function_tests)
    return function_tests.chair_stands(answers, profile.age, profile.sex, reply.onset, rules)


def _answers(moment: Moment, asked: Asked, now: int) -> Sequence[int]:
    """The answer to each putting of a question, oldest first; of several to one the last, which corrects the others."""
    opened = [question.opened_at for question in moment.conversation.check_ins if question.asked is asked]
    kept = (fact for fact in moment.conversation.observations if fact.kind is _TESTED[asked])
    last = {bisect_right(opened, fact.at): int(fact.value or 0) for fact in kept}
    return tuple((last | {bisect_right(opened, moment.now): now}).values())


def with_sign(moment: Moment, question: CheckIn | None, reply: Reply) -> Reply:
    """The reply with the sign that its answer amounts to, which no word of it may have told."""
    found = result(moment, reply, question)
    if found is None or found.name != NO_CHAIR_STAND or NO_CHAIR_STAND in reply.codes:
        return reply
    sign = Finding(NO_CHAIR_STAND, 0, 0, rule="answer/chair_stands")
    return replace(reply, signs=(*reply.signs, sign))


def with_result(moment: Moment, question: CheckIn | None, reply: Reply, found: Assessment) -> Assessment:
    """What the text calls for, its answer included: the gravest first, and of equals what the words say."""
    test = result(moment, reply, question)
    if test is None or test.name == NO_CHAIR_STAND:
        return found
    reasons = sorted(
        (*found.reasons, Reason(test.name, test.level, test.because)), key=lambda reason: -reason.level.rank
    )
    top = reasons[0].level
    return Assessment(top, tuple(reasons), now=found.now and found.disposition is top)


def fall_note(moment: Moment, heard: Heard, told: Sequence[Event]) -> tuple[Event, ...]:
    """How to avoid a fall, for whoever was just told of a result that is a risk of one; not beside an emergency."""
    test = result(moment, heard.reply, heard.question)
    cases = [fact for fact in told if isinstance(fact, EscalationRaised)]
    if test is None or not test.fall_risk or not any(test.name in case.rules for case in cases):
        return ()
    grave = any(case.level is Disposition.EMERGENCY for case in cases)
    if grave or moment.channel is Channel.VOICE or not moment.participant.status.talks:
        return ()
    return (moment.reply("function.fall_risk", f"the answer is a risk of falls: {test.because}"),)


# --- what takes an answer back ----------------------------------------------------------------------------------------


def given_just_now(moment: Moment, newest: CheckIn | None) -> CheckIn | None:
    """The function question whose answer may still be taken back: for some minutes, until another is answered.

    `newest` is the question that a text would answer; one that was put before or with the answer does not shut it out.
    """
    given = [c for c in moment.conversation.check_ins if c.asked in _KINDS and c.answered_at is not None]
    last = max(given, key=lambda question: question.answered_at or question.opened_at, default=None)
    if last is None or last.answered_at is None or moment.channel is Channel.VOICE:
        return None
    is_over = moment.now - last.answered_at > CORRECTION or answered_since(moment, last)
    other = newest is not None and newest.opened_at > last.opened_at and newest.opened_at != last.answered_at
    return None if is_over or other else last


def corrected(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The facts of a new answer in place of one that had raised a case: staff decide about that. Empty without one."""
    question = heard.question
    if question is None or question.closed_at is None or question.asked not in _KINDS:
        return ()
    cases = _cases_of(moment, question)
    if not cases:
        return ()
    now = next((fact.value for fact in heard.observations if fact.kind is _KINDS[question.asked]), None)
    asked = question.asked.value.replace("sarc_f", "SARC-F").replace("_", " ")
    note = f"gave another answer: {asked} {now:g}"
    steps = (CaseStepped(case.id, CaseStepKind.ANSWERED, note=note) for case in cases)
    word = moment.reply("function.corrected", "took an answer back that had opened a case")
    return (*steps, *_questions_settled(moment, cases), word)


def _cases_of(moment: Moment, question: CheckIn) -> tuple[Escalation, ...]:
    """The open cases that answers to this putting of a question raised."""
    kind = _KINDS[question.asked]
    given = {f.at for f in moment.conversation.observations if f.kind is kind and f.at > question.opened_at}
    return tuple(case for case in moment.conversation.escalations if case.is_open and case.raised_at in given)


def _questions_settled(moment: Moment, cases: Sequence[Escalation]) -> Iterator[Event]:
    """When it began is asked no more of what is no more said, and no urgent text follows for want of an answer."""
    raised = {case.raised_at for case in cases}
    for question in moment.open_questions():
        if question.asked is Asked.ONSET and question.opened_at in raised:
            yield CheckInClosed(question.id, answered=True)
