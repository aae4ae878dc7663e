"""A conversation after a decision, as the store would load it again: for rehearsals, where nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime, timedelta

from coach.core.events import (
    CheckInClosed,
    CheckInOpened,
    DetailsChanged,
    EscalationAcknowledged,
    EscalationClosed,
    EscalationRaised,
    Event,
    MessageQueued,
    Observed,
    Said,
    StatusChanged,
)
from coach.core.model import (
    CheckIn,
    Conversation,
    Escalation,
    EscalationState,
    Lane,
    Language,
    Participant,
    Sent,
)

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
        case EscalationAcknowledged() | EscalationClosed():
            return replace(known, escalations=tuple(_seen_to(case, event) for case in known.escalations))
        case StatusChanged() | DetailsChanged():
            return replace(known, participant=_changed(known.participant, event))
        case MessageQueued() | Said():
            lane = event.lane if isinstance(event, MessageQueued) else Lane.REPLY
            return replace(known, sent=(*known.sent, Sent(event.template, lane, now)))
    return known


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
    return Escalation(number, known.participant.id, event.level, event.rules, event.because, event.quote, now)


def _seen_to(case: Escalation, event: EscalationAcknowledged | EscalationClosed) -> Escalation:
    if case.id != event.escalation_id or case.state is EscalationState.CLOSED:
        return case
    if isinstance(event, EscalationClosed):
        owner = case.owner or event.staff
        return replace(case, state=EscalationState.CLOSED, owner=owner, outcome=event.outcome)
    taken = case.state is EscalationState.RAISED
    return replace(case, state=EscalationState.ACKNOWLEDGED, owner=event.staff) if taken else case


def _changed(person: Participant, event: StatusChanged | DetailsChanged) -> Participant:
    if isinstance(event, StatusChanged):
        return replace(person, status=event.status)
    given = {field.name: getattr(event, field.name) for field in fields(event)}
    told = {name: value for name, value in given.items() if value is not None}
    if event.language is not None:
        told["language"] = Language(event.language)
    return replace(person, **told)
