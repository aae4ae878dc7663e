"""The silence ladder towards the person: one reminder, then less and less is asked; then a coordinator finds out.

What silence means for the rules on scores is in coach.core.trend.
"""

from __future__ import annotations

from coach.core import schedule
from coach.core.conversation.moment import Moment
from coach.core.events import Event, MessageQueued, PromptSkipped, TaskRaised, TimerSet
from coach.core.model import Asked, CheckIn, Lane, Status, Timer
from coach.core.programme import Due, SkipReason, has_room, missed_in_a_row

REMIND = "remind"


def after_check_in(moment: Moment, due: Due) -> tuple[Event, ...]:
    """What a check-in sets going: a reminder when it is the first unanswered, a task after too many."""
    if due.slot.asked is not Asked.WEAKNESS:
        return ()
    limits = moment.handbook.programmes[moment.participant.programme].limits
    missed = missed_in_a_row(moment.conversation)
    if missed == limits.silent_from:
        because = f"{missed} check-ins in a row were not answered; only check-ins go on"
        return (TaskRaised("silence-4", because),)
    if missed:
        return ()
    at = moment.now + limits.remind
    return (TimerSet(REMIND, f"{REMIND}/{due.day}", at, {"day": due.day.isoformat()}),)


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
        return (PromptSkipped(REMIND, moment.today, SkipReason.DAILY_CAP, because),)
    return _reminder(moment, person.zone)


def _still_waits(question: CheckIn, timer: Timer) -> bool:
    same = question.day.isoformat() == timer.payload["day"]
    return same and question.asked is Asked.WEAKNESS and question.closed_at is None


def _reminder(moment: Moment, zone: str) -> tuple[Event, ...]:
    choice = moment.choose("silence_reminder")
    if choice.template is None:
        return ()
    expires_at = schedule.quiet_starts_after(moment.now, zone, moment.participant.quiet) - schedule.SECOND
    because = "one reminder, because the check-in was not answered"
    body = moment.text(choice.template.id)
    return (MessageQueued(choice.template.id, body, Lane.PROMPT, expires_at, because),)
