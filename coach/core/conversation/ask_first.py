"""The one question before the full text, where what a case calls for depends on its answer (rule A5).

When it began: the case is there at once, urgent and paged, and the person gets the emergency line with the question;
the answer, or half an hour without one, settles which text follows. Low mood: whether they think of harming themselves.
Weak legs without a figure: the figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from coach.core import triage
from coach.core.conversation import distress
from coach.core.conversation.alarms import Told, sign, tell, text
from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import DISTRESS, QUESTION_OPEN, Moment
from coach.core.events import (
    CaseStepped,
    CheckInClosed,
    CheckInOpened,
    EscalationRelevelled,
    Event,
    MessageQueued,
    TimerSet,
)
from coach.core.model import (
    Asked,
    Assessment,
    CaseStepKind,
    Channel,
    CheckIn,
    Disposition,
    Escalation,
    EscalationState,
    Finding,
    Intent,
    Kind,
    Lane,
    Onset,
    Reason,
    Reply,
    Status,
    Timer,
    TimerKind,
)
from coach.core.trend import Action, Decision

HARM = "self_harm"
"""The sign that the question after low mood is about."""

_ONSET_TEXT = "ask_first.onset"
_SAFE_TEXT = "ask_first.safe"
_SAFE_AGAIN_TEXT = "ask_first.safe_again"
_UNKNOWN = "When it began is not known, so it counts as urgent until the answer."
_OVER = (EscalationState.CONTACTED, EscalationState.CLOSED)
_SAYS_NEITHER = (Intent.UNCLEAR.value, Intent.REPORT.value)


@dataclass(frozen=True, slots=True)
class Held:
    """A case that waits for an answer: its level until then, and the question. Without facts the text goes at once."""

    level: Disposition
    because: str
    facts: tuple[Event, ...] = ()
    assessment: Assessment | None = None  # for the text that goes at once, where it is another than that of the words


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


# --- asking -----------------------------------------------------------------------------------------------------------


def held(moment: Moment, heard: Heard, decision: Decision, decisions: tuple[Decision, ...]) -> Held | None:
    """What a case waits for before its full text; None when it is told at once at its own level."""
    if asks_onset(moment, heard, decision, decisions) and _may_wait(moment, decision):
        return _held_for_onset(moment, heard, decision, decisions)
    if _asks_only(moment, decision, Asked.SAFE) and _asks_of_harm(moment, heard, decisions):
        return _held_for_harm(moment, decision)
    return None


def asks_onset(moment: Moment, heard: Heard, decision: Decision, decisions: tuple[Decision, ...]) -> bool:
    """Whether the level of one sign of a case depends on when it began, and that was neither said nor asked."""
    if _is_grave(decisions) or not _of_onset(moment, heard, decision):
        return False
    before = _asked_lately(moment)
    return before is None or before.answered_at is None


def _of_onset(moment: Moment, heard: Heard, decision: Decision) -> tuple[str, ...]:
    """The signs of a case that the question is about, unless the text answers it or something lowered them."""
    if decision.action is not Action.ESCALATE or heard.reply.onset is not None:
        return ()
    signs = moment.handbook.triage.signs
    levels = {reason.rule: reason.level.rank for reason in heard.assessment.reasons}
    asking = (rule for rule in decision.rules if _depends(moment, rule))
    return tuple(rule for rule in asking if levels.get(rule, signs[rule].level.rank) >= signs[rule].level.rank)


def _depends(moment: Moment, rule: str) -> bool:
    """Whether the level of a sign depends on when it began."""
    signs = moment.handbook.triage.signs
    return rule in signs and signs[rule].ask is Asked.ONSET


def _may_wait(moment: Moment, decision: Decision) -> bool:
    """Whether the full text may wait: not where anything else is part of what is urgent already."""
    return decision.level is not Disposition.URGENT or _asks_only(moment, decision, Asked.ONSET)


def _puts_onset(moment: Moment, heard: Heard, decision: Decision, decisions: tuple[Decision, ...]) -> bool:
    """Whether the question goes out now: once a day, and to nobody who has left."""
    may_ask = not moment.participant.status.has_left and _asked_lately(moment) is None
    return may_ask and asks_onset(moment, heard, decision, decisions)


def _held_for_onset(moment: Moment, heard: Heard, decision: Decision, decisions: tuple[Decision, ...]) -> Held:
    if not _puts_onset(moment, heard, decision, decisions):
        return Held(Disposition.URGENT, _UNKNOWN, assessment=_unknown(moment, heard, decision))
    harm = _question_of_harm(moment) if _asks_of_harm(moment, heard, decisions) else ()
    question, words = _question_of_onset(moment, heard, decision, decisions)
    if moment.channel is Channel.VOICE:
        facts = (question, moment.spoken_question(Asked.ONSET), _timer(moment))
    else:
        facts = (question, replace(words, tells=True), _timer(moment))
    return Held(Disposition.URGENT, _UNKNOWN, (*harm, *facts))  # the last question put is the one a figure answers


def _question_of_onset(
    moment: Moment, heard: Heard, decision: Decision, decisions: tuple[Decision, ...]
) -> tuple[CheckInOpened, MessageQueued]:
    """The question about the sign that depends on it, whatever else the case is about."""
    rules = _of_onset(moment, heard, decision)
    told = Told(Disposition.URGENT, rules, decision.because, heard.assessment)
    recheck = next((other for other in decisions if other.action is Action.RECHECK), None)
    question = CheckInOpened(
        Asked.ONSET,
        moment.today,
        scheduled=False,
        base=recheck.base if recheck else None,
        need=recheck.need if recheck else None,
        about=rules[0],
    )
    because = f"asked when it began before more is said: {decision.because}"
    return question, moment.alarm(_ONSET_TEXT, Lane.URGENT, because, sign=sign(moment, told))


def _unknown(moment: Moment, heard: Heard, decision: Decision) -> Assessment:
    """The words as they count while it is not known when it began, the signs that depend on it first."""
    asking = _of_onset(moment, heard, decision)
    urgent = [
        replace(reason, level=max(reason.level, Disposition.URGENT, key=lambda level: level.rank))
        if reason.rule in asking
        else reason
        for reason in heard.assessment.reasons
    ]
    return replace(heard.assessment, reasons=_by_weight(moment, urgent))


def _by_weight(moment: Moment, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The gravest first; of equals those that depend on when it began."""
    return tuple(sorted(reasons, key=lambda reason: (-reason.level.rank, not _depends(moment, reason.rule))))


def _held_for_harm(moment: Moment, decision: Decision) -> Held | None:
    """By text only: the routine text waits. A call tells it at once, and the question comes as a text."""
    if moment.channel is Channel.VOICE or moment.participant.status.has_left:
        return None
    because = "Asked whether they think of harming themselves."
    return Held(decision.level or Disposition.ROUTINE, because, (*_question_of_harm(moment), _timer(moment)))


def besides(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    """The questions that come without holding up a case: of self-harm, when a sign began, and for the score."""
    if moment.participant.status.has_left:
        return ()
    asked = (*_harm_besides(moment, heard, decisions), *_onset_besides(moment, heard, decisions))
    return asked or _score_wanted(moment, heard, decisions)


def _onset_besides(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    """After the full text about something that is urgent already; by text, as a call has ended with that."""
    asking = (one for one in decisions if _puts_onset(moment, heard, one, decisions) and not _may_wait(moment, one))
    decision = next(asking, None)
    return _question_of_onset(moment, heard, decision, decisions) if decision is not None else ()


def _harm_besides(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    held_for_it = moment.channel is Channel.SMS and any(_asks_only(moment, one, Asked.SAFE) for one in decisions)
    with_onset = any(_puts_onset(moment, heard, one, decisions) and _may_wait(moment, one) for one in decisions)
    if held_for_it or with_onset or not _asks_of_harm(moment, heard, decisions):
        return ()
    told_in_call = any(one.action is Action.ESCALATE for one in decisions)
    return _question_of_harm(moment) if moment.channel is Channel.SMS or told_in_call else ()


def _asks_only(moment: Moment, decision: Decision, asked: Asked) -> bool:
    """Whether a case is about signs alone whose level that question settles."""
    signs = moment.handbook.triage.signs
    known = [signs[rule].ask if rule in signs else None for rule in decision.rules]
    return decision.action is Action.ESCALATE and bool(known) and all(one is asked for one in known)


def _is_grave(decisions: tuple[Decision, ...]) -> bool:
    return any(decision.level is Disposition.EMERGENCY for decision in decisions)


def _asked_lately(moment: Moment) -> CheckIn | None:
    """The last question when something began, within a day."""
    asked = (c for c in reversed(moment.conversation.check_ins) if c.asked is Asked.ONSET)
    return next((c for c in asked if moment.now - c.opened_at <= QUESTION_OPEN), None)


def _asks_of_harm(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> bool:
    signs, reply = moment.handbook.triage.signs, heard.reply
    low = any(signs[code].ask is Asked.SAFE for code in reply.codes if code in signs)
    if not low or HARM in (*reply.codes, *reply.denied_codes) or _is_grave(decisions):
        return False
    return all(moment.now - question.opened_at > QUESTION_OPEN for question in _questions_of_harm(moment))


def _question_of_harm(moment: Moment) -> tuple[Event, ...]:
    question = CheckInOpened(Asked.SYMPTOM, moment.today, scheduled=False, about=HARM)
    because = "feeling low: asked whether they think of harming themselves"
    return (question, moment.alarm(_SAFE_TEXT, Lane.URGENT, because))


def _questions_of_harm(moment: Moment) -> list[CheckIn]:
    return [c for c in moment.conversation.check_ins if c.asked is Asked.SYMPTOM and c.about == HARM]


def _score_wanted(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    """Weak legs told without a figure on a day that has none: the figure, by which the rules on scores can judge."""
    idle = moment.participant.status is Status.ACTIVE and moment.channel is Channel.SMS and heard.question is None
    if heard.reply.ask is not Asked.WEAKNESS or decisions or not idle or _has_score_today(moment):
        return ()
    question = CheckInOpened(Asked.WEAKNESS, moment.today, scheduled=False)
    return (question, moment.reply("check_in.weakness", "told of weak legs without a score"))


def _has_score_today(moment: Moment) -> bool:
    facts = moment.conversation.observations
    return any(fact.kind is Kind.WEAKNESS and fact.day == moment.today for fact in facts)


def _timer(moment: Moment) -> TimerSet:
    at = moment.now.isoformat()
    return TimerSet(TimerKind.HELD, f"{TimerKind.HELD}/{at}", moment.now + moment.handbook.policy.hold, {"at": at})


# --- the answer -------------------------------------------------------------------------------------------------------


def answered(moment: Moment, heard: Heard) -> Answered | None:
    """What a case calls for, once it is told when it began."""
    onset = next((fact.code for fact in heard.observations if fact.kind is Kind.ONSET), None)
    question = next((c for c in reversed(moment.open_questions()) if _waits_for_onset(moment, c)), None)
    case = _case_of(moment, question) if question is not None else None
    if onset is None or question is None or case is None:
        return None
    return Answered(case, question, Onset(onset), _assessed(moment, case, Onset(onset)))


def _waits_for_onset(moment: Moment, question: CheckIn) -> bool:
    recent = moment.now - question.opened_at <= QUESTION_OPEN
    return question.asked is Asked.ONSET and question.about is not None and recent


def _case_of(moment: Moment, question: CheckIn) -> Escalation | None:
    """The case that was raised with a question, while it is open."""
    same = (c for c in moment.conversation.escalations if c.raised_at == question.opened_at and c.is_open)
    return next(same, None)


def _assessed(moment: Moment, case: Escalation, onset: Onset) -> Assessment:
    """The signs of the case judged anew with the answer; what raised one of them before still does."""
    rules, profile = moment.handbook.triage, moment.participant.profile
    codes = [rule for rule in case.rules if rule in rules.signs]
    long = onset is Onset.LONGER
    usual = frozenset(f"usual:{code}" for code in codes if long and _depends(moment, code))
    findings = tuple(Finding(code, 0, 0, rule="answer/onset") for code in codes)
    found = triage.assess(Reply(Intent.ANSWER, onset=onset, signs=findings, facts=usual), profile, rules)
    reasons = _by_weight(moment, (_no_less(moment, case, reason) for reason in found.reasons))
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
    stays = not _depends(moment, reason.rule) and reason.level.rank <= own.rank
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


def as_emergency(answered: Answered, decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """A case of its own for an answer that makes it an emergency, with whatever else the same text calls for."""
    cases = [one for one in decisions if one.action is Action.ESCALATE]
    grave = {reason.rule for reason in answered.assessment.reasons if reason.level is Disposition.EMERGENCY}
    before = sorted(answered.case.rules, key=lambda rule: rule not in grave)
    rules = dict.fromkeys([*before, *(rule for one in cases for rule in one.rules)])
    why = "; ".join(reason.because for reason in answered.assessment.reasons)
    because = " ".join([f"{why[:1].upper()}{why[1:]}.", *(one.because for one in cases)])
    day = decisions[0].day if decisions else 1
    emergency = Decision(day, Action.ESCALATE, Disposition.EMERGENCY, tuple(rules), because)
    return (emergency, *(one for one in decisions if one.action not in (Action.ESCALATE, Action.RECHECK)))


def settled(moment: Moment, heard: Heard, answered: Answered, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    """What becomes of the case that waited: its step, its level, its text, and the question is closed."""
    case, words = answered.case, answered.onset.value.replace("_", " ")
    facts: list[Event] = [CaseStepped(case.id, CaseStepKind.ANSWERED, note=f"when it began: {words}")]
    if heard.question != answered.question or not moment.participant.status.talks:
        facts.append(CheckInClosed(answered.question.id, answered=True))
    told_before = _is_told(moment, case)
    if not answered.level.is_serious and case.level is Disposition.URGENT and not told_before:
        facts.append(EscalationRelevelled(case.id, answered.level, f"when it began: {words}"))
    if any(one.action is Action.ESCALATE for one in decisions):
        return tuple(facts)  # one text, about the graver
    if told_before:
        return (*facts, moment.chosen("ack.onset", "said when it began"))
    because = f"said when it began ({words}): {case.because}"
    told = Told(answered.level, case.rules, because, answered.assessment)
    return (*facts, *_about(case, tell(moment, told, heard)))


def _about(case: Escalation, facts: Iterator[Event]) -> Iterator[Event]:
    for fact in facts:
        yield replace(fact, escalation_id=case.id) if isinstance(fact, MessageQueued) else fact


def _is_told(moment: Moment, case: Escalation) -> bool:
    """Whether the person got the full text about a case, not only the question or who plans to phone."""
    texts = {telling.group for telling in moment.handbook.tellings}
    return any(step.kind is CaseStepKind.TOLD and step.note in texts for step in case.steps)


def denied_harm(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """No to the question of self-harm: the routine text that waited for it."""
    question = heard.question
    asked = question is not None and question.asked is Asked.SYMPTOM and question.about == HARM
    if question is None or not asked or heard.reply.yes is not False:
        return ()
    case = _case_of(moment, question)
    if case is None or _is_told(moment, case):
        return ()
    told = Told(case.level, case.rules, f"does not think of self-harm: {case.because}", Assessment(case.level))
    return tuple(_about(case, tell(moment, told, heard)))


def unclear_about_harm(moment: Moment, heard: Heard) -> Iterator[Decision]:
    """A second text that is neither yes nor no to the question of self-harm counts as yes."""
    if _says_neither(heard) and _unclear_before(moment, heard):
        because = "Asked whether they think of harming themselves, gave no clear answer twice."
        yield Decision(1, Action.ESCALATE, Disposition.EMERGENCY, (HARM,), because)


def _says_neither(heard: Heard) -> bool:
    question, reply = heard.question, heard.reply
    if question is None or question.asked is not Asked.SYMPTOM or question.about != HARM:
        return False
    return reply.yes is None and reply.weakness is None and reply.intent.value in _SAYS_NEITHER


def _unclear_before(moment: Moment, heard: Heard) -> bool:
    opened = heard.question.opened_at if heard.question else moment.now
    said = (fact for fact in moment.conversation.observations if fact.kind is Kind.HEARD and fact.at > opened)
    return any(fact.code in _SAYS_NEITHER and fact.asked is Asked.SYMPTOM for fact in said)


def harm_again(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    """The question of self-harm once more, after a first text that is neither yes nor no."""
    if _is_grave(decisions) or not _says_neither(heard) or _unclear_before(moment, heard):
        return ()
    return (moment.alarm(_SAFE_AGAIN_TEXT, Lane.URGENT, "the answer about self-harm was not clear"),)


# --- no answer --------------------------------------------------------------------------------------------------------


def unanswered(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    """A HELD timer came due: without an answer the full text goes out; the case is there already."""
    if timer.payload.get("about") == DISTRESS:
        return distress.unanswered(moment, timer)
    put_at = datetime.fromisoformat(timer.payload["at"])
    put = [c for c in moment.conversation.check_ins if c.opened_at == put_at and c.about is not None]
    question = min(put, key=lambda c: c.asked is not Asked.ONSET, default=None)
    case = _case_of(moment, question) if question is not None else None
    if question is None or case is None or question.answered_at is not None or _needs_no_text(moment, case):
        return ()
    because = f"did not say when it began, so it counts as urgent: {case.because}"
    if question.asked is not Asked.ONSET:
        because = f"did not answer the question of self-harm: {case.because}"
    rules = tuple(sorted(case.rules, key=lambda rule: not _depends(moment, rule)))
    told = Told(case.level, rules, because, Assessment(case.level))
    return (replace(text(moment, told), escalation_id=case.id),)


def _needs_no_text(moment: Moment, case: Escalation) -> bool:
    """Told already, spoken with, gone, or told something graver meanwhile."""
    if case.state in _OVER or _is_told(moment, case) or moment.participant.status.has_left:
        return True
    since = (other for other in moment.conversation.escalations if other.raised_at >= case.raised_at)
    return any(other.level.rank > case.level.rank for other in since)
