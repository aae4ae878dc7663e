"""A conversation after a decision, as the store would load it again: for rehearsals, where nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta

from coach.core.escalation import may_be_taken_over
from coach.core.events import (
    CaseStepped,
    CheckInClosed,
    CheckInOpened,
    DetailsChanged,
    EscalationAcknowledged,
    EscalationClosed,
    EscalationContacted,
    EscalationPassed,
    EscalationRaised,
    EscalationRelevelled,
    EscalationReopened,
    Event,
    MessageQueued,
    Observed,
    PageQueued,
    Said,
    StatusChanged,
)
from coach.core.model import (
    CaseStep,
    CaseStepKind,
    Channel,
    CheckIn,
    Conversation,
    Escalation,
    EscalationState,
    Lane,
    Language,
    Participant,
    Sent,
)

_OF_A_CASE = (
    EscalationAcknowledged,
    EscalationPassed,
    EscalationContacted,
    EscalationClosed,
    EscalationReopened,
    EscalationRelevelled,
    CaseStepped,
    PageQueued,
)

_STEP_OF: Mapping[type[Event], CaseStepKind] = {
    EscalationAcknowledged: CaseStepKind.ACKNOWLEDGED,
    EscalationPassed: CaseStepKind.PASSED,
    EscalationContacted: CaseStepKind.CONTACTED,
    EscalationClosed: CaseStepKind.CLOSED,
}

REMEMBERED = timedelta(days=35)
"""How far back closed cases and sent messages belong to a conversation; of older prompts only the last of each text."""


def recalled(known: Conversation, now: datetime) -> Conversation:
    """What of it still belongs to the conversation at a moment."""
    since = now - REMEMBERED
    cases = tuple(c for c in known.escalations if c.state is not EscalationState.CLOSED or c.raised_at >= since)
    return replace(known, escalations=cases, sent=_recalled(known.sent, since))


def _recalled(sent: tuple[Sent, ...], since: datetime) -> tuple[Sent, ...]:
    last = {message.template: message for message in sent if message.at < since and message.lane is Lane.PROMPT}
    earlier = sorted(last.values(), key=lambda message: message.at)
    return (*earlier, *(message for message in sent if message.at >= since))


def after(known: Conversation, events: Iterable[Event], now: datetime) -> Conversation:
    """What is known once the facts of a decision are kept; ids are given in their order.

    Questions are closed before others are put, so that one which was answered is not taken for replaced.
    """
    for event in sorted(events, key=lambda event: not isinstance(event, CheckInClosed)):
        known = _with(known, event, now)
    return known


def _with(known: Conversation, event: Event, now: datetime) -> Conversation:
    match event:
        case Observed():
            return replace(known, observations=(*known.observations, event.observation))
        case CheckInOpened():
            return _opened(known, event, now)
        case CheckInClosed():
            return replace(known, check_ins=tuple(_closed(c, event, now) for c in known.check_ins))
        case EscalationRaised():
            return replace(known, escalations=(*known.escalations, _case(known, event, now)))
        case event if isinstance(event, _OF_A_CASE):
            return _with_case(known, event, now)
        case StatusChanged() | DetailsChanged():
            return replace(known, participant=_changed(known.participant, event))
        case MessageQueued() | Said():
            return _with_case(replace(known, sent=(*known.sent, _sent(event, now))), event, now)
    return known


def _sent(event: MessageQueued | Said, now: datetime) -> Sent:
    if isinstance(event, MessageQueued):
        return Sent(event.template, event.lane, now, event.channel)
    return Sent(event.template, Lane.REPLY, now, Channel.VOICE)


def _opened(known: Conversation, event: CheckInOpened, now: datetime) -> Conversation:
    replaced = (
        replace(c, closed_at=now) if c.closed_at is None and c.asked is event.asked else c for c in known.check_ins
    )
    question = CheckIn(
        id=len(known.check_ins) + 1,
        asked=event.asked,
        opened_at=now,
        day=event.day,
        scheduled=event.scheduled,
        base=event.base,
        need=event.need,
        about=event.about,
    )
    return replace(known, check_ins=(*replaced, question))


def _closed(question: CheckIn, event: CheckInClosed, now: datetime) -> CheckIn:
    """An answer that is corrected stays the answer of its first moment."""
    if question.id != event.check_in_id or question.closed_at is not None:
        return question
    return replace(question, closed_at=now, answered_at=now if event.answered else None)


def _case(known: Conversation, event: EscalationRaised, now: datetime) -> Escalation:
    number = max((case.id for case in known.escalations), default=0) + 1
    return Escalation(
        id=number,
        participant_id=known.participant.id,
        level=event.level,
        rules=event.rules,
        because=event.because,
        quote=event.quote,
        raised_at=now,
        caused_at=min(event.clock or now, now),
        rules_version=event.rules_version,
        steps=(CaseStep(CaseStepKind.RAISED, now, note=event.because),),
    )


def _with_case(known: Conversation, event: Event, now: datetime) -> Conversation:
    """The case that a fact is about, changed and with its step. What tells of a case tells of the newest one."""
    number: int | None = getattr(event, "escalation_id", None)
    if number is None and isinstance(event, MessageQueued) and event.tells:
        number = max((case.id for case in known.escalations if case.raised_at == now), default=None)
    if number is None:
        return known
    step = _step(event, now)
    cases = (_seen_to(case, event, step) if case.id == number else case for case in known.escalations)
    return replace(known, escalations=tuple(cases))


def _step(event: Event, now: datetime) -> CaseStep:
    staff: str | None = getattr(event, "staff", None)
    match event:
        case MessageQueued():
            kind = CaseStepKind.TOLD if event.tells else CaseStepKind.FOLLOWED_UP
            return CaseStep(kind, now, channel=event.channel, note=event.template)
        case PageQueued():
            return CaseStep(CaseStepKind.PAGED, now, to=event.to, channel=event.channel, note=event.template)
        case CaseStepped():
            return CaseStep(event.kind, now, staff, event.to, event.channel, event.note)
        case EscalationRelevelled():
            return CaseStep(CaseStepKind.LEVEL, now, note=f"{event.level}: {event.because}")
        case EscalationReopened():
            return CaseStep(CaseStepKind.REOPENED, now, staff, note=event.because)
    words: str = getattr(event, "note", "")
    return CaseStep(_STEP_OF[type(event)], now, staff, note=words)


def _seen_to(case: Escalation, event: Event, step: CaseStep) -> Escalation:
    """The trail only grows; the state changes where the life of a case allows it."""
    after_it = replace(case, steps=(*case.steps, step))
    match event:
        case EscalationReopened() if not case.is_open:
            return replace(_nobodys(after_it), outcome=None)
        case _ if not case.is_open:
            return after_it
        case EscalationAcknowledged() if case.state is EscalationState.RAISED or may_be_taken_over(case, step.at):
            taken = EscalationState.ACKNOWLEDGED
            return replace(after_it, state=taken, owner=event.staff, contact_by=event.contact_by)
        case EscalationPassed():
            return _nobodys(after_it)
        case EscalationContacted():
            return replace(after_it, state=EscalationState.CONTACTED, owner=case.owner or event.staff)
        case EscalationClosed():
            owner = case.owner or event.staff
            return replace(after_it, state=EscalationState.CLOSED, owner=owner, outcome=event.outcome)
        case EscalationRelevelled():
            return replace(after_it, level=event.level)
    return after_it


def _nobodys(case: Escalation) -> Escalation:
    return replace(case, state=EscalationState.RAISED, owner=None, contact_by=None)


def _changed(person: Participant, event: StatusChanged | DetailsChanged) -> Participant:
    if isinstance(event, StatusChanged):
        return replace(person, status=event.status)
    given = {field.name: getattr(event, field.name) for field in fields(event)}
    told = {name: value for name, value in given.items() if value is not None}
    if event.language is not None:
        told["language"] = Language(event.language)
    return replace(person, **told)
