"""The silence ladder towards the person: one reminder, less and less is asked, one try by the other channel.

Why nothing was heard is kept apart: a text that never arrived is work about the number; a call that nobody or a machine
took is made again some times, and then, as one that somebody ended, followed by a text. When a coordinator finds out is
in coach.core.trend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from coach.core import schedule
from coach.core.conversation.moment import Moment
from coach.core.events import Event, MessageQueued, PromptSkipped, TaskRaised, TimerSet
from coach.core.model import Asked, Channel, CheckIn, Fate, Intent, Kind, Lane, Status, Timer, TimerKind
from coach.core.policy import SilenceStep
from coach.core.programme import Due, SkipReason, has_room, missed_in_a_row, offer_group

_CALL = "voice.check_in"
_LOOK = "look"
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
    """What a check-in sets going: a look, some time later, at what became of it. Of Sunday's set, only after a call."""
    by_voice = moment.participant.is_called
    if due.slot.asked is not Asked.WEAKNESS and not by_voice:
        return ()
    missed = missed_in_a_row(moment.conversation) + (due.slot.asked is Asked.WEAKNESS)
    wait = moment.handbook.policy.call_pause if by_voice else moment.handbook.limits.remind
    payload = {"day": due.day.isoformat()}
    if due.slot.asked is not Asked.WEAKNESS:
        payload["asked"] = due.slot.asked.value
    return (_look(moment, payload, moment.now + wait, missed),)


def after_promised_call(moment: Moment) -> tuple[Event, ...]:
    """The look that a call sets going which the person has put off to this hour."""
    put = [c for c in moment.conversation.check_ins if c.scheduled and moment.is_open(c)]
    first = next((c for c in put if c.asked in (Asked.WEAKNESS, Asked.TREND)), None)
    if first is None:
        return ()
    payload = {"day": first.day.isoformat()}
    if first.asked is not Asked.WEAKNESS:
        payload["asked"] = first.asked.value
    missed = missed_in_a_row(moment.conversation) + (first.asked is Asked.WEAKNESS)
    return (_look(moment, payload, moment.now + moment.handbook.policy.call_pause, missed),)


def _look(moment: Moment, payload: Mapping[str, str], at: datetime, missed: int) -> TimerSet:
    """A look at what became of a check-in. The one at which a text offers a pause waits for the morning, if need be."""
    person = moment.participant
    if missed == _OTHER_CHANNEL_AT and "asked" not in payload and person.zone is not None:
        at = schedule.first_allowed(at, person.zone, person.quiet)
    name = "/".join((TimerKind.REMIND, *payload.values()))
    return TimerSet(TimerKind.REMIND, name, at, payload)


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
    asked = timer.payload.get("asked", Asked.WEAKNESS.value)
    return same and question.asked.value == asked and question.closed_at is None


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
    by_voice = moment.participant.is_called
    if by_voice and _is_called_again(moment, question, missed):
        return _called_again(moment, timer, zone, missed)
    if missed == _OTHER_CHANNEL_AT and question.asked is Asked.WEAKNESS:
        return _by_text(moment, offer_group(moment.conversation), zone) if by_voice else (_call(moment, zone),)
    if missed > 1:
        return ()
    return _after_calls(moment, question, zone) if by_voice else _reminder(moment, zone)


def _is_called_again(moment: Moment, question: CheckIn, missed: int) -> bool:
    """Whether a check-in call that nobody or a machine took is made once more: that day, and not to who is silent."""
    step = _step(moment, question)
    tries = sum(s.template == _CALL and s.at >= question.opened_at for s in moment.conversation.sent)
    may_help = question.day == moment.today and missed < moment.handbook.limits.silent_from
    return step is not None and may_help and tries <= step.calls_again


def _called_again(moment: Moment, timer: Timer, zone: str, missed: int) -> tuple[Event, ...]:
    payload = {**timer.payload, _LOOK: str(int(timer.payload.get(_LOOK, "1")) + 1)}
    look = _look(moment, payload, moment.now + moment.handbook.policy.call_pause, missed)
    return (_call(moment, zone), look)


def _after_calls(moment: Moment, question: CheckIn, zone: str) -> tuple[Event, ...]:
    """The text after calls, where texts arrive: for Sunday's set its first question, else the one reminder."""
    step = _step(moment, question)
    if step is None or step.ask_by is not Channel.SMS or not _takes_texts(moment):
        return ()
    is_score = question.asked is Asked.WEAKNESS
    return _by_text(moment, "silence_reminder" if is_score else question.asked.value, zone)


def _takes_texts(moment: Moment) -> bool:
    """Whether texts arrive, as far as it is known: a landline takes none."""
    texts = (s for s in reversed(moment.conversation.sent) if s.channel is Channel.SMS and s.fate is not Fate.UNKNOWN)
    return next((text.fate is not Fate.NOT_DELIVERED for text in texts), True)


def _reminder(moment: Moment, zone: str) -> tuple[Event, ...]:
    """The one reminder, if the caps leave room."""
    programme = moment.handbook.programmes[moment.participant.programme]
    if not has_room(programme, moment.conversation, moment.today):
        because = "the day or the week has as many texts as it may"
        return (PromptSkipped(TimerKind.REMIND, moment.today, SkipReason.DAILY_CAP, because),)
    return _by_text(moment, "silence_reminder", zone)


def _by_text(moment: Moment, group: str, zone: str) -> tuple[Event, ...]:
    choice = moment.choose(group)
    if choice.template is None:
        return ()
    return (moment.prompt(choice, _until(moment, zone), _because(moment, "a text")),)


def _call(moment: Moment, zone: str) -> Event:
    because = _because(moment, "a call")
    return MessageQueued(_CALL, "", Lane.PROMPT, _until(moment, zone), because, Channel.VOICE)


def _because(moment: Moment, what: str) -> str:
    missed = max(missed_in_a_row(moment.conversation), 1)
    of_them = "the check-in was not answered" if missed == 1 else f"{missed} check-ins in a row were not answered"
    return " ".join([f"{what}, because {of_them}.", *in_words(moment)])


def _until(moment: Moment, zone: str) -> datetime:
    return schedule.quiet_starts_after(moment.now, zone, moment.participant.quiet) - schedule.SECOND
