"""The answer to when a sign began: what becomes of the case that waited for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coach.core import triage
from coach.core.conversation.alarms import Told, tell
from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import QUESTION_OPEN, Moment
from coach.core.conversation.waiting_case import about, asks, by_weight, case_of, is_told
from coach.core.events import CaseStepped, CheckInClosed, EscalationRelevelled, Event
from coach.core.model import (
    Asked,
    Assessment,
    CaseStepKind,
    CheckIn,
    Disposition,
    Escalation,
    Finding,
    Intent,
    Kind,
    Onset,
    Reason,
    Reply,
)
from coach.core.trend import Action, Decision


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to when it began: the case that waits, and what it calls for now."""

    case: Escalation
    question: CheckIn
    onset: Onset
    assessment: Assessment

    @property
    def level(self) -> Disposition:
        """What the case calls for by the answer."""
        return self.assessment.disposition


def answered(moment: Moment, heard: Heard) -> Answered | None:
    """What a case calls for, once it is told when it began."""
    onset = next((fact.code for fact in heard.observations if fact.kind is Kind.ONSET), None)
    question = next((c for c in reversed(moment.open_questions()) if _waits(moment, c)), None)
    case = case_of(moment, question) if question is not None else None
    if onset is None or question is None or case is None:
        return None
    return Answered(case, question, Onset(onset), _assessed(moment, case, Onset(onset)))


def as_emergency(given: Answered, decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """A case of its own for an answer that makes it an emergency, with whatever else the same text calls for."""
    cases = [one for one in decisions if one.action is Action.ESCALATE]
    grave = {reason.rule for reason in given.assessment.reasons if reason.level is Disposition.EMERGENCY}
    before = sorted(given.case.rules, key=lambda rule: rule not in grave)
    rules = dict.fromkeys([*before, *(rule for one in cases for rule in one.rules)])
    why = "; ".join(reason.because for reason in given.assessment.reasons)
    because = " ".join([f"{why[:1].upper()}{why[1:]}.", *(one.because for one in cases)])
    day = decisions[0].day if decisions else 1
    emergency = Decision(day, Action.ESCALATE, Disposition.EMERGENCY, tuple(rules), because)
    return (emergency, *(one for one in decisions if one.action not in (Action.ESCALATE, Action.RECHECK)))


def settled(moment: Moment, heard: Heard, given: Answered, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    """What becomes of the case that waited: its step, its level, its text, and the question is closed."""
    case, words = given.case, given.onset.value.replace("_", " ")
    facts: list[Event] = [CaseStepped(case.id, CaseStepKind.ANSWERED, note=f"when it began: {words}")]
    if heard.question != given.question or not moment.participant.status.talks:
        facts.append(CheckInClosed(given.question.id, answered=True))
    told_before = is_told(moment, case)
    if not given.level.is_serious and case.level is Disposition.URGENT and not told_before:
        facts.append(EscalationRelevelled(case.id, given.level, f"when it began: {words}"))
    if any(one.action is Action.ESCALATE for one in decisions):
        return tuple(facts)  # one text, about the graver
    if told_before:
        return (*facts, moment.chosen("ack.onset", "said when it began"))
    because = f"said when it began ({words}): {case.because}"
    told = Told(given.level, case.rules, because, given.assessment)
    return (*facts, *about(case, tell(moment, told, heard)))


def _waits(moment: Moment, question: CheckIn) -> bool:
    recent = moment.now - question.opened_at <= QUESTION_OPEN
    return question.asked is Asked.ONSET and question.about is not None and recent


def _assessed(moment: Moment, case: Escalation, onset: Onset) -> Assessment:
    """The signs of the case judged anew with the answer; what raised one of them before still does."""
    rules, profile = moment.handbook.triage, moment.participant.profile
    codes = [rule for rule in case.rules if rule in rules.signs]
    long = codes if onset is Onset.LONGER else []
    usual = frozenset(f"usual:{code}" for code in long if asks(moment, code, Asked.ONSET))
    findings = tuple(Finding(code, 0, 0, rule="answer/onset") for code in codes)
    found = triage.assess(Reply(Intent.ANSWER, onset=onset, signs=findings, facts=usual), profile, rules)
    reasons = by_weight(moment, (_no_less(moment, case, reason) for reason in found.reasons))
    top = max((reason.level for reason in reasons), key=lambda level: level.rank, default=Disposition.ROUTINE)
    return Assessment(max(top, Disposition.ROUTINE, key=lambda level: level.rank), reasons, now=found.now)


def _no_less(moment: Moment, case: Escalation, reason: Reason) -> Reason:
    """A reason at the level its sign was told with, where that was above the sign's own.

    A sign that does not depend on when it began keeps that level in any case, unless the answer raises it.
    """
    signs, before = moment.handbook.triage.signs, _told_level(moment, case, reason.rule)
    if before is None or reason.rule not in signs:
        return reason
    own = signs[reason.rule].level
    stays = not asks(moment, reason.rule, Asked.ONSET) and reason.level.rank <= own.rank
    raised = before.rank > max(own.rank, reason.level.rank)
    return replace(reason, level=before) if stays or raised else reason


def _told_level(moment: Moment, case: Escalation, rule: str) -> Disposition | None:
    """The level that a sign was told with when its case was raised."""
    told = (
        Disposition(list(Disposition)[int(fact.value or 0)])
        for fact in moment.conversation.observations
        if fact.kind is Kind.SIGN and fact.code == rule and fact.at == case.raised_at
    )
    return next(told, None)
