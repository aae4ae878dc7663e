"""A timer came due: send the prompt with the next one set, or say why not."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from coach.core import schedule
from coach.core.content import Template, choose
from coach.core.conversation import enrolment
from coach.core.conversation.commands import RESUME
from coach.core.conversation.moment import Moment
from coach.core.events import CheckInOpened, Event, MessageQueued, PromptSkipped, StatusChanged, TaskRaised, TimerSet
from coach.core.handbook import Handbook
from coach.core.model import Asked, Channel, Conversation, Lane, Status, Timer
from coach.core.programme import Due, SkipReason, due_on, group_for, next_due, suppression


def fire(conversation: Conversation, timer: Timer, handbook: Handbook, now: datetime) -> tuple[Event, ...]:
    """Decide what a due timer causes. A timer that no longer applies causes nothing."""
    moment = Moment(conversation, handbook, now)
    match timer.kind:
        case enrolment.PROMPT:
            return _prompt(moment, timer)
        case enrolment.INVITE:
            return enrolment.invite_when_due(moment)
        case enrolment.ZONE_UNANSWERED:
            return _zone_unanswered(moment)
        case _ if timer.kind == RESUME:
            return _resume(moment)
    return (TaskRaised("unknown_timer", f"a timer of the unknown kind {timer.kind} came due"),)


def following(conversation: Conversation, timer: Timer, handbook: Handbook, now: datetime) -> tuple[Event, ...]:
    """The next firing of a prompt whose own decision failed, so that one fault does not end its chain."""
    moment = Moment(conversation, handbook, now)
    due = _due(moment, timer) if timer.kind == enrolment.PROMPT else None
    return _next(moment, due) if due is not None else ()


def _zone_unanswered(moment: Moment) -> tuple[Event, ...]:
    if moment.participant.zone is not None or moment.participant.status is not Status.ACTIVE:
        return ()
    return (TaskRaised("zone_unknown", "has not said which time zone they live in, so nothing is sent"),)


def _resume(moment: Moment) -> tuple[Event, ...]:
    if moment.participant.status is not Status.PAUSED:
        return ()
    if moment.participant.zone is None:
        because = "the pause is over, but it is not known which time zone they live in, so nothing is sent"
        return (StatusChanged(Status.ACTIVE), TaskRaised("zone_unknown", because))
    return (StatusChanged(Status.ACTIVE), *enrolment.restart(moment))


def _prompt(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    due = _due(moment, timer)
    return (*_send_or_skip(moment, due), *_next(moment, due)) if due is not None else ()


def _due(moment: Moment, timer: Timer) -> Due | None:
    """The firing a timer stands for; None when the programme has no such slot any more."""
    programme = moment.handbook.programmes[moment.participant.programme]
    slot = programme.slot(timer.payload["slot"])
    if moment.participant.zone is None or slot is None:
        return None
    return due_on(slot, moment.participant, date.fromisoformat(timer.payload["day"]), timer.due_at)


def _next(moment: Moment, due: Due) -> tuple[Event, ...]:
    programme = moment.handbook.programmes[moment.participant.programme]
    later = next_due(programme, due.slot, moment.participant, max(moment.now, due.at))
    if later is not None and later.day <= due.day:  # the zone changed meanwhile; that date has had its firing
        end_of_day = schedule.to_utc(due.day + timedelta(days=1), time(0), moment.participant.zone or "UTC")
        later = next_due(programme, due.slot, moment.participant, end_of_day)
    if later is None:
        return ()
    payload = {"slot": later.slot.id, "day": later.day.isoformat()}
    return (TimerSet(enrolment.PROMPT, f"{later.slot.id}/{later.day}", later.at, payload),)


def _send_or_skip(moment: Moment, due: Due) -> tuple[Event, ...]:
    programme = moment.handbook.programmes[moment.participant.programme]
    held = suppression(programme, due, moment.conversation, moment.now)
    if held is not None:
        return (PromptSkipped(due.slot.id, due.day, held.reason, held.because),)
    if moment.participant.channel is Channel.VOICE:
        return _by_voice(due)
    person, library = moment.participant, moment.handbook.library
    group = group_for(programme, due, moment.conversation)
    picked = choose(library, group, person, moment.conversation.sent, due.day)
    if not isinstance(picked, Template):
        because = f"no {group} text is safe for this profile (rule {picked.gate})"
        return (PromptSkipped(due.slot.id, due.day, SkipReason.BLOCKED_BY_GATE, because),)
    because = f"scheduled {due.slot.kind.value.replace('_', '-')} prompt of {due.day}"
    message = MessageQueued(picked.id, moment.text(picked.id), Lane.PROMPT, due.useful_until, because)
    return (*_question(due), message)


def _by_voice(due: Due) -> tuple[Event, ...]:
    if due.slot.asked is not Asked.WEAKNESS:
        return (
            PromptSkipped(due.slot.id, due.day, SkipReason.NO_TEXT_CHANNEL, "this person is reached by calls only"),
        )
    because = f"scheduled check-in call of {due.day}"
    call = MessageQueued("voice.check_in", "", Lane.PROMPT, due.useful_until, because, Channel.VOICE)
    return (*_question(due), call)


def _question(due: Due) -> tuple[Event, ...]:
    return (CheckInOpened(due.slot.asked, due.day),) if due.slot.asked is not Asked.NOTHING else ()
