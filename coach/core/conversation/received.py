"""A text as it came in: perhaps late, perhaps with pictures, perhaps longer than anybody can be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from coach.core.conversation.moment import Moment
from coach.core.conversation.respond import respond
from coach.core.events import (
    CheckInClosed,
    CheckInOpened,
    ConsentRecorded,
    DetailsChanged,
    Event,
    MessageQueued,
    Observed,
    OutboxCleared,
    Said,
    StatusChanged,
    TaskRaised,
    TimersCleared,
    TimerSet,
)
from coach.core.handbook import Handbook
from coach.core.model import BODY_SHOWN, Channel, Conversation, InboundMessage, Intent, Kind, Lane, TimerKind

LATE = timedelta(minutes=2)
"""A text decided so long after it came in is late: questions put since then are not what it answers."""

UNSEEN = "picture.unseen"
"""The template that asks for words in place of a picture."""

_AGAIN = timedelta(hours=1)
_NOT_UNDERSTOOD = ("unclear.first", "score.again")
_CAME_BACK = (Intent.START.value, Intent.RESUME.value)
_SLACK = timedelta(minutes=1)
"""By which the carrier's clock may differ from ours."""

_ONLY_IN_ITS_PLACE = (
    CheckInClosed,
    CheckInOpened,
    ConsentRecorded,
    DetailsChanged,
    OutboxCleared,
    Said,
    StatusChanged,
    TimersCleared,
)
_OF_CASES = (TimerKind.CASE, TimerKind.HELD)


def receive(
    conversation: Conversation, message: InboundMessage, handbook: Handbook, now: datetime
) -> tuple[Event, ...]:
    """Decide about one text or spoken answer, with what its way to us calls for."""
    late = message.channel is Channel.SMS and now - message.received_at > LATE
    known = _as_asked_then(conversation, message) if late else conversation
    decided = respond(known, message, handbook, now)
    if late and _is_overtaken(conversation, message):
        decided = _out_of_place(conversation, message, decided)
    shown = _with_pictures(Moment(known, handbook, now, message.channel), message, decided)
    return (*shown, *_too_long(message))


# --- late ---


def _as_asked_then(conversation: Conversation, message: InboundMessage) -> Conversation:
    """Without the questions that were put after it was written."""
    put = tuple(asked for asked in conversation.check_ins if asked.opened_at <= message.received_at + _SLACK)
    return replace(conversation, check_ins=put)


def _heard_since(conversation: Conversation, message: InboundMessage) -> list[str | None]:
    """What later texts meant, by their intents."""
    heard = (fact for fact in conversation.observations if fact.kind is Kind.HEARD)
    return [fact.code for fact in heard if fact.at > message.received_at + _SLACK]


def _is_overtaken(conversation: Conversation, message: InboundMessage) -> bool:
    return bool(_heard_since(conversation, message))


def _out_of_place(conversation: Conversation, message: InboundMessage, decided: tuple[Event, ...]) -> tuple[Event, ...]:
    """What a text still counts for once later ones were dealt with: its signs, and the wish to be left alone.

    Scores, answers, and the wish to come back count only in their place. A coordinator reads the text.
    """
    task = TaskRaised("late_text", "a text came in late, after later ones: only its warning signs were acted upon")
    leaves = any(isinstance(event, StatusChanged) and event.status.has_left for event in decided)
    if leaves and not any(code in _CAME_BACK for code in _heard_since(conversation, message)):
        return (*decided, task)
    return (*(event for event in decided if _counts_late(event)), task)


def _counts_late(event: Event) -> bool:
    match event:
        case MessageQueued():
            return event.lane <= Lane.URGENT
        case Observed():
            return event.observation.kind in (Kind.SIGN, Kind.HEARD)
        case TimerSet():
            return event.kind in _OF_CASES
        case _:
            return not isinstance(event, _ONLY_IN_ITS_PLACE)


# --- pictures ---


def _with_pictures(moment: Moment, message: InboundMessage, decided: tuple[Event, ...]) -> tuple[Event, ...]:
    """Ask for words in place of a picture, at most once an hour; never beside a message about an emergency.

    It takes the place of the answer to a text that could not be understood. Nobody is asked who does not take part, or
    who leaves with this text.
    """
    leaves = any(isinstance(event, StatusChanged) for event in decided)
    takes_part = moment.participant.status.talks and message.channel is Channel.SMS and not leaves
    grave = any(isinstance(event, MessageQueued) and event.lane <= Lane.URGENT for event in decided)
    if not message.media or not takes_part or grave or moment.already_sent(UNSEEN, _AGAIN):
        return decided
    kept = (event for event in decided if not (isinstance(event, MessageQueued) and event.template in _NOT_UNDERSTOOD))
    return (*kept, moment.reply(UNSEEN, "sent a picture or a file"))


# --- too long ---


def _too_long(message: InboundMessage) -> tuple[Event, ...]:
    if len(message.body) <= BODY_SHOWN:
        return ()
    because = f"a text of {len(message.body):,} characters: the text was cut to be shown here, all of it was read"
    return (TaskRaised("cut_text", because),)
