"""The silence ladder towards the person: one reminder, then less and less is asked; then a coordinator finds out.

What silence means for the rules on scores is in coach.core.trend.
"""

from __future__ import annotations

from coach.core import schedule
from coach.core.conversation.moment import Moment
from coach.core.events import Event, PromptSkipped, TaskRaised, TimerSet
from coach.core.model import Asked, Channel, CheckIn, Status, Timer, TimerKind
from coach.core.programme import Due, SkipReason, has_room, missed_in_a_row, silent_for


def after_check_in(moment: Moment, due: Due) -> tuple[Event, ...]:
    """What a check-in sets going: a reminder when it is the first unanswered, a task once the silence is long."""
    if due.slot.asked is not Asked.WEAKNESS:
        return ()
    task = _task(moment)
    if task or missed_in_a_row(moment.conversation) or moment.participant.channel is Channel.VOICE:
        return task
    at = moment.now + moment.handbook.limits.remind
    return (TimerSet(TimerKind.REMIND, f"{TimerKind.REMIND}/{due.day}", at, {"day": due.day.isoformat()}),)


def _task(moment: Moment) -> tuple[Event, ...]:
    """Once in a silence: with the check-in at which enough are missed, or enough time has passed."""
    limits, known = moment.handbook.limits, moment.conversation
    missed = missed_in_a_row(known)
    if not missed:
        return ()
    asked = (q.opened_at for q in known.check_ins if q.scheduled and q.asked is Asked.WEAKNESS)
    before = moment.now - max(asked)
    silent = silent_for(known, moment.now)
    is_long = missed >= limits.silent_from or silent >= limits.silent
    was_long = missed > limits.silent_from or silent - before >= limits.silent
    if not is_long or was_long:
        return ()
    because = f"{missed} check-ins in a row were not answered, nothing was heard for {silent.days} days"
    return (TaskRaised("silence-4", because),)


def remind(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    """The one reminder, if the question still waits, the caps leave room and it is not the person's night."""
    person, question = moment.participant, moment.question()
    if person.status is not Status.ACTIVE or person.zone is None or question is None:
        return ()
    if not _still_waits(question, timer) or schedule.is_quiet(moment.now, person.zone, person.quiet):
        return ()
    programme = moment.handbook.programmes[person.programme]
    if not has_room(programme, moment.conversation, moment.today):
        because = "the day or the week has as many texts as it may"
        return (PromptSkipped(TimerKind.REMIND, moment.today, SkipReason.DAILY_CAP, because),)
    return _reminder(moment, person.zone)


def _still_waits(question: CheckIn, timer: Timer) -> bool:
    same = question.day.isoformat() == timer.payload["day"]
    return same and question.asked is Asked.WEAKNESS and question.closed_at is None


def _reminder(moment: Moment, zone: str) -> tuple[Event, ...]:
    choice = moment.choose("silence_reminder")
    if choice.template is None:
        return ()
    expires_at = schedule.quiet_starts_after(moment.now, zone, moment.participant.quiet) - schedule.SECOND
    return (moment.prompt(choice, expires_at, "one reminder, because the check-in was not answered"),)
