"""A case whose full text waits for the answer to one question: its level until then, and what it was told already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from coach.core.conversation.moment import QUESTION_OPEN, Moment
from coach.core.events import Event, MessageQueued, TimerSet
from coach.core.model import (
    Asked,
    Assessment,
    CaseStepKind,
    CheckIn,
    Disposition,
    Escalation,
    EscalationState,
    Reason,
    TimerKind,
)
from coach.core.trend import Action, Decision

_NONE = timedelta(0)
_OVER = (EscalationState.CONTACTED, EscalationState.CLOSED)


@dataclass(frozen=True, slots=True)
class Held:
    """A case that waits for an answer: its level until then, and the question. Without facts the text goes at once."""

    level: Disposition
    because: str
    facts: tuple[Event, ...] = ()
    assessment: Assessment | None = None  # for the text that goes at once, where it is another than that of the words


def timer(moment: Moment) -> TimerSet:
    """When the full text goes out without an answer; its payload names the moment at which the question was put."""
    at = moment.now.isoformat()
    return TimerSet(TimerKind.HELD, f"{TimerKind.HELD}/{at}", moment.now + moment.handbook.policy.hold, {"at": at})


def asks(moment: Moment, rule: str, asked: Asked) -> bool:
    """Whether the level of a sign depends on the answer to that question."""
    signs = moment.handbook.triage.signs
    return rule in signs and signs[rule].ask is asked


def asks_only(moment: Moment, decision: Decision, asked: Asked) -> bool:
    """Whether a case is about signs alone whose level that question settles."""
    about_it = all(asks(moment, rule, asked) for rule in decision.rules)
    return decision.action is Action.ESCALATE and bool(decision.rules) and about_it


def is_grave(decisions: Iterable[Decision]) -> bool:
    """Whether an emergency is among them, which nothing holds up."""
    return any(decision.level is Disposition.EMERGENCY for decision in decisions)


def by_weight(moment: Moment, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The gravest first; of equals those that depend on when it began."""
    return tuple(sorted(reasons, key=lambda reason: (-reason.level.rank, not asks(moment, reason.rule, Asked.ONSET))))


def case_of(moment: Moment, question: CheckIn) -> Escalation | None:
    """The case that was raised with a question, while it is open; also when the question was put again since."""
    first = min(c.opened_at for c in moment.conversation.check_ins if _is_same(c, question))
    raised = (c for c in moment.conversation.escalations if c.raised_at == first and c.is_open)
    return next(raised, None)


def _is_same(earlier: CheckIn, question: CheckIn) -> bool:
    before = question.opened_at - earlier.opened_at
    return (earlier.asked, earlier.about) == (question.asked, question.about) and _NONE <= before <= QUESTION_OPEN


def about(case: Escalation, facts: Iterable[Event]) -> Iterator[Event]:
    """The facts, their texts told of that case."""
    for fact in facts:
        yield replace(fact, escalation_id=case.id) if isinstance(fact, MessageQueued) else fact


def is_told(moment: Moment, case: Escalation) -> bool:
    """Whether the person got the full text about a case, not only the question or who plans to phone."""
    texts = {telling.group for telling in moment.handbook.tellings}
    return any(step.kind is CaseStepKind.TOLD and step.note in texts for step in case.steps)


def needs_no_text(moment: Moment, case: Escalation) -> bool:
    """Told already, spoken with, gone, or told something graver meanwhile."""
    if case.state in _OVER or is_told(moment, case) or moment.participant.status.has_left:
        return True
    since = (other for other in moment.conversation.escalations if other.raised_at >= case.raised_at)
    return any(other.level.rank > case.level.rank for other in since)
