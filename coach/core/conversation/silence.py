"""The silence ladder towards the person: one reminder, less and less is asked, one try by the other channel.

Why nothing was heard is kept apart: a text that never arrived is work about the number, a call that a machine took is
made again, one that somebody ended is followed by a text. When a coordinator finds out is in coach.core.trend.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from coach.core import schedule
from coach.core.conversation.moment import Moment
from coach.core.events import Event, MessageQueued, PromptSkipped, TaskRaised, TimerSet
from coach.core.model import Asked, Channel, CheckIn, Fate, Intent, Kind, Lane, Status, Timer, TimerKind
from coach.core.policy import SilenceStep
from coach.core.programme import Due, SkipReason, has_room, missed_in_a_row, offer_group

_CALL_IS_OVER = timedelta(minutes=30)
_SECOND_CALL = "again"
_OTHER_CHANNEL_AT = 3  # missed in a row
_WORDS = {
    Fate.NOT_DELIVERED: "The last check-in could not be delivered.",
    Fate.DELIVERED: "The last check-in was delivered and not answered.",
    Fate.NO_ANSWER: "Nobody took the last call.",
    Fate.MACHINE: "A machine answered the last call.",
    Fate.HUNG_UP: "The last call was ended without a word.",
    Fate.TALKED: "The last call was taken, and the question was not answered.",
}
_NOT_UNDERSTOOD = "What came since the last check-in could not be understood."


def after_check_in(moment: Moment, due: Due) -> tuple[Event, ...]:
    """What a check-in sets going: a look, some time later, at what became of it."""
    if due.slot.asked is not Asked.WEAKNESS:
        return ()
    person = moment.participant
    at = moment.now + (_CALL_IS_OVER if person.channel is Channel.VOICE else moment.handbook.limits.remind)
    if missed_in_a_row(moment.conversation) + 1 == _OTHER_CHANNEL_AT and person.zone is not None:
        at = schedule.first_allowed(at, person.zone, person.quiet)
    return (TimerSet(TimerKind.REMIND, f"{TimerKind.REMIND}/{due.day}", at, {"day": due.day.isoformat()}),)


def in_words(moment: Moment) -> tuple[str, ...]:
    """Why the newest check-in was not answered, as far as it is known: for whoever reads the task."""
    question = _newest_missed(moment)
    if question is None:
        return ()
    if _was_not_understood(moment, question):
        return (_NOT_UNDERSTOOD,)
    fate = _fate(moment, question)
    return (_WORDS[fate],) if fate in _WORDS else ()


def remind(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    """A check-in still waits: the step of the ladder that its reason calls for."""
    person, question = moment.participant, moment.question()
    if person.status is not Status.ACTIVE or person.zone is None or question is None:
        return ()
    if not _still_waits(question, timer):
        return ()
    step = _step(moment, question)
    work = tuple(_work(moment, question, step)) if step else ()
    if (step and not step.call) or schedule.is_quiet(moment.now, person.zone, person.quiet):
        return work
    return (*work, *_next_try(moment, timer, question, person.zone))


def _still_waits(question: CheckIn, timer: Timer) -> bool:
    same = question.day.isoformat() == timer.payload["day"]
    return same and question.asked is Asked.WEAKNESS and question.closed_at is None


# --- the reason ---


def _newest_missed(moment: Moment) -> CheckIn | None:
    asked = [c for c in moment.conversation.check_ins if c.scheduled and c.asked is Asked.WEAKNESS]
    return asked[-1] if asked and asked[-1].answered_at is None else None


def _fate(moment: Moment, question: CheckIn) -> Fate:
    """What the carrier told last of the check-in and the tries after it."""
    since = [s for s in moment.conversation.sent if s.lane is Lane.PROMPT and s.at >= question.opened_at]
    return next((s.fate for s in reversed(since) if s.fate is not Fate.UNKNOWN), Fate.UNKNOWN)


def _was_not_understood(moment: Moment, question: CheckIn, before: datetime | None = None) -> bool:
    """Whether words came after a question that could not be read."""
    return any(
        fact.kind is Kind.HEARD
        and fact.code == Intent.UNCLEAR.value
        and question.opened_at < fact.at <= (before or moment.now)
        for fact in moment.conversation.observations
    )


def _step(moment: Moment, question: CheckIn) -> SilenceStep | None:
    """The first step of the policy whose reason holds; None while no reason is known."""
    holds: set[Fate | None] = {_fate(moment, question)}
    if _was_not_understood(moment, question):
        holds.add(None)
    return next((step for step in moment.handbook.policy.silence if step.fate in holds), None)


# --- work for a coordinator ---


def _work(moment: Moment, question: CheckIn, step: SilenceStep) -> Iterator[Event]:
    because = " ".join(in_words(moment))
    if step.task is not None and step.at_once:
        first = _first_missed(moment) or question
        yield TaskRaised(step.task, because, f"{step.task}/{first.day}")
    if step.task_after is not None and _not_understood_in_a_row(moment) >= step.task_after:
        yield TaskRaised("not_understood", because, f"not_understood/{question.day}")


def _first_missed(moment: Moment) -> CheckIn | None:
    """The check-in with which the silence began: one that never arrived is one task, not one a day."""
    missed = missed_in_a_row(moment.conversation)
    asked = [c for c in moment.conversation.check_ins if c.scheduled and c.asked is Asked.WEAKNESS]
    return asked[-missed] if missed else None


def _not_understood_in_a_row(moment: Moment) -> int:
    """How many check-ins in a row, the newest included, were answered by nothing but unreadable words."""
    count, until = 0, moment.now
    for question in reversed([c for c in moment.conversation.check_ins if c.scheduled and c.asked is Asked.WEAKNESS]):
        if question.answered_at is not None or not _was_not_understood(moment, question, until):
            break
        count, until = count + 1, question.opened_at
    return count


# --- the next try ---


def _next_try(moment: Moment, timer: Timer, question: CheckIn, zone: str) -> tuple[Event, ...]:
    missed = max(missed_in_a_row(moment.conversation), 1)
    by_voice = moment.participant.channel is Channel.VOICE
    if missed == _OTHER_CHANNEL_AT:
        return _by_text(moment, offer_group(moment.conversation), zone) if by_voice else (_call(moment, zone),)
    if missed > 1:
        return ()
    return _after_call(moment, timer, question, zone) if by_voice else _reminder(moment, zone)


def _reminder(moment: Moment, zone: str) -> tuple[Event, ...]:
    """The one reminder, if the caps leave room."""
    programme = moment.handbook.programmes[moment.participant.programme]
    if not has_room(programme, moment.conversation, moment.today):
        because = "the day or the week has as many texts as it may"
        return (PromptSkipped(TimerKind.REMIND, moment.today, SkipReason.DAILY_CAP, because),)
    return _by_text(moment, "silence_reminder", zone)


def _after_call(moment: Moment, timer: Timer, question: CheckIn, zone: str) -> tuple[Event, ...]:
    """A call that somebody ended is followed by a text; one that nobody or a machine took is made once more."""
    step, fate = _step(moment, question), _fate(moment, question)
    if step is not None and step.ask_by is Channel.SMS:
        return _by_text(moment, "silence_reminder", zone)
    wait = step.call_again if step is not None else moment.handbook.limits.remind if fate is Fate.NO_ANSWER else None
    if wait is None:
        return ()
    if _SECOND_CALL in timer.payload:
        return (_call(moment, zone),)
    at = schedule.first_allowed(question.opened_at + wait, zone, moment.participant.quiet)
    payload = {**timer.payload, _SECOND_CALL: "1"}
    return (TimerSet(TimerKind.REMIND, f"{TimerKind.REMIND}/{timer.payload['day']}/{_SECOND_CALL}", at, payload),)


def _by_text(moment: Moment, group: str, zone: str) -> tuple[Event, ...]:
    choice = moment.choose(group)
    if choice.template is None:
        return ()
    return (moment.prompt(choice, _until(moment, zone), _because(moment, "a text")),)


def _call(moment: Moment, zone: str) -> Event:
    because = _because(moment, "a call")
    return MessageQueued("voice.check_in", "", Lane.PROMPT, _until(moment, zone), because, Channel.VOICE)


def _because(moment: Moment, what: str) -> str:
    missed = max(missed_in_a_row(moment.conversation), 1)
    of_them = "the check-in was not answered" if missed == 1 else f"{missed} check-ins in a row were not answered"
    return " ".join([f"{what}, because {of_them}.", *in_words(moment)])


def _until(moment: Moment, zone: str) -> datetime:
    return schedule.quiet_starts_after(moment.now, zone, moment.participant.quiet) - schedule.SECOND
