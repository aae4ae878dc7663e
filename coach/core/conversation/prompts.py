"""A timer came due: send the prompt with the next one set, or say why not."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from coach.core import escalation, schedule
from coach.core.content import Choice, Template
from coach.core.conversation import (
    ask_first,
    call_back,
    call_plan,
    enrolment,
    follow_up,
    function_waits,
    onboarding,
    silence,
    standing_watch,
    timetable,
)
from coach.core.conversation.moment import SCREEN, Moment
from coach.core.events import CheckInOpened, Event, MessageQueued, PromptSkipped, StatusChanged, TaskRaised
from coach.core.handbook import Handbook
from coach.core.model import Asked, Channel, Conversation, Lane, Status, Timer, TimerKind
from coach.core.programme import (
    MOVE,
    SHORT,
    Due,
    Programme,
    PromptKind,
    SkipReason,
    displaced,
    due_on,
    group_for,
    next_due,
    screens,
    suppression,
)


def fire(conversation: Conversation, timer: Timer, handbook: Handbook, now: datetime) -> tuple[Event, ...]:
    """Decide what a due timer causes. A timer that no longer applies causes nothing.

    A look at cases is none of this: it needs the rota, and is in coach.core.paging.
    """
    moment = Moment(conversation, handbook, now)
    facts = escalation.watch(_caused(moment, timer), now)
    return (*facts, *standing_watch.following(moment, facts))


def _caused(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    match timer.kind:
        case TimerKind.PROMPT:
            return _prompt(moment, timer)
        case TimerKind.INVITE:
            return enrolment.invite_when_due(moment)
        case TimerKind.ZONE_UNANSWERED:
            return _zone_unanswered(moment)
        case TimerKind.ONBOARDING:
            return onboarding.remind(moment, timer)
        case TimerKind.REMIND:
            return silence.remind(moment, timer)
        case TimerKind.PROGRAMME_END:
            return timetable.next_programme(moment)
    return _wished_for(moment, timer)


def _wished_for(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    match timer.kind:
        case TimerKind.RESUME:
            return _resume(moment)
        case TimerKind.CALL_BACK:
            return call_back.due(moment)
    return _caused_by_cases(moment, timer)


def _caused_by_cases(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    match timer.kind:
        case TimerKind.FOLLOW:
            return follow_up.step(moment, timer)
        case TimerKind.TREND:
            return standing_watch.due(moment, timer)
        case TimerKind.HELD:
            return ask_first.unanswered(moment, timer)
        case TimerKind.CASE:
            return ()
    return (TaskRaised("unknown_timer", f"a timer of the unknown kind {timer.kind} came due"),)


def following(conversation: Conversation, timer: Timer, handbook: Handbook, now: datetime) -> tuple[Event, ...]:
    """The next firing of a prompt whose own decision failed, so that one fault does not end its chain."""
    moment = Moment(conversation, handbook, now)
    due = _due(moment, timer) if timer.kind == TimerKind.PROMPT else None
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
    return (timetable.prompt_timer(later),)


def _send_or_skip(moment: Moment, due: Due) -> tuple[Event, ...]:
    programme = moment.handbook.programmes[moment.participant.programme]
    held = suppression(programme, due, moment.conversation, moment.now) or function_waits.held(moment, due.slot.asked)
    if held is not None and held.reason is SkipReason.NOT_SCREENED and _screens(moment, programme, due):
        return _screen(moment, due)
    if held is not None and held.reason is SkipReason.NOT_NEEDED:
        return ()  # an extra that nothing called for was never promised
    if held is not None:
        rule = f" (rule {held.gate})" if held.gate else ""
        return (PromptSkipped(due.slot.id, due.day, held.reason, held.because + rule),)
    if moment.participant.is_called:
        return (*_by_voice(due), *silence.after_check_in(moment, due))
    group = group_for(programme, due, moment.conversation)
    choice = moment.choose(group, due.day)
    if choice.template is None:
        return (_nothing_safe(due, group, choice),)
    because = f"scheduled {due.slot.kind.value.replace('_', '-')} prompt of {due.day}"
    because += f": {choice.because}" if choice.because else ""
    message = moment.prompt(choice, due.useful_until, because)
    return (*_question(due, choice.template, group), message, *silence.after_check_in(moment, due))


def _screens(moment: Moment, programme: Programme, due: Due) -> bool:
    known, now = moment.conversation, moment.now
    return screens(programme, due, known, now) and displaced(programme, due, known, now) is None


def _screen(moment: Moment, due: Due) -> tuple[Event, ...]:
    """In place of the first moves, the list of warning signs. Whoever says no gets moves from the next time on."""
    choice = moment.choose("red_flag", due.day)
    if choice.template is None:
        return (_nothing_safe(due, "red_flag", choice),)
    question = CheckInOpened(Asked.RED_FLAG, due.day, about=SCREEN)
    because = "the list of warning signs comes before the first moves (rule D5)"
    return (question, moment.prompt(choice, due.useful_until, because))


def _nothing_safe(due: Due, group: str, choice: Choice) -> PromptSkipped:
    rules = ", ".join(sorted({text.gate for text in choice.passed_over}))
    because = f"no {group} text is safe for this person (rules {rules})" if rules else f"no {group} text is for them"
    return PromptSkipped(due.slot.id, due.day, SkipReason.BLOCKED_BY_GATE, because, choice.passed_over)


def _by_voice(due: Due) -> tuple[Event, ...]:
    if due.slot.asked not in call_plan.FIRST:
        return (
            PromptSkipped(due.slot.id, due.day, SkipReason.NO_TEXT_CHANNEL, "this person is reached by calls only"),
        )
    because = f"scheduled check-in call of {due.day}"
    call = MessageQueued("voice.check_in", "", Lane.PROMPT, due.useful_until, because, Channel.VOICE)
    return (*_question(due), call)


def _question(due: Due, picked: Template | None = None, group: str = "") -> tuple[Event, ...]:
    """The question that a prompt puts: the one sign that a text asks about, else the slot's."""
    sign = picked.yes_means if picked else None
    if sign is not None and due.slot.kind is not PromptKind.CHECK_IN:
        return (CheckInOpened(Asked.SYMPTOM, due.day, scheduled=False, about=sign),)
    if due.slot.asked is Asked.NOTHING:
        return ()
    about = MOVE if picked and picked.step else SHORT if group == SHORT else sign
    return (CheckInOpened(due.slot.asked, due.day, about=about),)
