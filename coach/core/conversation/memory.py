"""A conversation after a fact, as the store would load it again: for rehearsals, where nothing is stored."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

from coach.core.events import (
    CheckInClosed,
    CheckInOpened,
    DetailsChanged,
    EscalationRaised,
    Event,
    MessageQueued,
    Observed,
    Said,
    StatusChanged,
)
from coach.core.model import CheckIn, Conversation, Escalation, Lane, Language, Participant, Sent


def after(known: Conversation, event: Event, now: datetime) -> Conversation:
    """What is known once a fact is kept; ids are given in their order."""
    match event:
        case Observed():
            return replace(known, observations=(*known.observations, event.observation))
        case CheckInOpened():
            return _opened(known, event, now)
        case CheckInClosed():
            closed = tuple(_closed(c, event, now) if c.id == event.check_in_id else c for c in known.check_ins)
            return replace(known, check_ins=closed)
        case EscalationRaised():
            return replace(known, escalations=(*known.escalations, _case(known, event, now)))
        case StatusChanged():
            return replace(known, participant=replace(known.participant, status=event.status))
        case DetailsChanged():
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
    return replace(question, closed_at=now, answered_at=now if event.answered else None)


def _case(known: Conversation, event: EscalationRaised, now: datetime) -> Escalation:
    number = len(known.escalations) + 1
    return Escalation(number, known.participant.id, event.level, event.rules, event.because, event.quote, now)


def _changed(person: Participant, event: DetailsChanged) -> Participant:
    given = {field.name: getattr(event, field.name) for field in fields(event)}
    told = {name: value for name, value in given.items() if value is not None}
    if event.language is not None:
        told["language"] = Language(event.language)
    return replace(person, **told)
