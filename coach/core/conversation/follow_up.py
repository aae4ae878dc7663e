"""Asking after a case: while nothing is heard, the next morning, some days later, and whether somebody got through.

Nothing of it goes to whoever has left (decision 2), and none of it stands in the lane of emergencies: a question after
an emergency must not prolong the day on which no lesson or move is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from coach.core import schedule
from coach.core.conversation import aftercare, follow_plan, unheard
from coach.core.conversation.case_answers import about, has_told, not_seen
from coach.core.conversation.distress import unanswered as distress
from coach.core.conversation.moment import Moment
from coach.core.events import (
    CaseStepped,
    CheckInOpened,
    Event,
    MessageQueued,
    TaskRaised,
    TimerSet,
)
from coach.core.model import (
    Asked,
    CaseStepKind,
    Channel,
    Disposition,
    Escalation,
    EscalationState,
    Kind,
    Lane,
    Timer,
    TimerKind,
)
from coach.core.trend import Seen

__all__ = ["begin", "distress", "step"]

_QUESTION_USEFUL = timedelta(hours=6)
_TOGETHER = timedelta(hours=12)
"""Cases whose question would come within this time of each other are asked about once."""
_TOO_LATE = timedelta(days=1)
_AT_ITS_HOUR = timedelta(hours=1)


def begin(moment: Moment, *, staffed: bool) -> tuple[Event, ...]:
    """The FOLLOW timers of the person's cases; asked at each look at them, and a timer that is there stays.

    `staffed` says whether somebody is on duty now, so that a text may say that a person was asked to phone.
    """
    if moment.participant.status.has_left:
        return ()
    cases = [case for case in moment.conversation.escalations if not _is_over(moment, case)]
    timers = (timer for case in cases for timer in follow_plan.timers(moment, case))
    asked_to_phone = (_asked_to_phone(moment, case) for case in cases if staffed and _wants_that_word(case))
    return (*timers, *list(asked_to_phone)[-1:])


def _wants_that_word(case: Escalation) -> bool:
    """Once, to somebody in danger from themselves whom nobody has told yet who will phone."""
    if unheard.SELF_HARM not in case.rules or case.state is not EscalationState.RAISED:
        return False
    since = case.clock
    return not any(step.note == "follow_up.staffed" and step.at >= since for step in case.steps)


def _asked_to_phone(moment: Moment, case: Escalation) -> Event:
    because = "told of self-harm, and somebody is on duty"
    return replace(moment.alarm("follow_up.staffed", Lane.URGENT, because), escalation_id=case.id, tells=True)


def step(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    """A FOLLOW timer came due: its payload names the case and the step, its key is unique for both."""
    case = follow_plan.case_of(moment, timer)
    if case is None or moment.participant.status.has_left:
        return ()
    return _STEPS[timer.payload["step"]](moment, case, timer)


# --- were you seen, have you booked ---


def _seen(moment: Moment, case: Escalation, timer: Timer) -> tuple[Event, ...]:
    if not case.level.is_serious or not _still_asks(moment, case, timer, Seen.YES):
        return ()
    hour = moment.handbook.policy.follow_up.urgent.next_morning
    if case.level is Disposition.EMERGENCY:
        hour = moment.handbook.policy.follow_up.emergency.next_morning
    return _in_the_night(moment, timer, hour) or _ask(moment, case, Asked.SEEN, "followup.seen", "the day after a case")


def _seen_task(moment: Moment, case: Escalation, _timer: Timer) -> tuple[Event, ...]:
    if not case.level.is_serious or _is_over(moment, case) or _said(moment, case, Seen.YES):
        return ()
    hours = moment.handbook.policy.follow_up.urgent.task_after // timedelta(hours=1)
    return (not_seen(case, f"{hours} hours after the case they have not said that a clinician saw them"),)


def _booked(moment: Moment, case: Escalation, timer: Timer) -> tuple[Event, ...]:
    if case.level.is_serious or not _still_asks(moment, case, timer, Seen.YES, Seen.BOOKED):
        return ()
    return _in_the_night(moment, timer, None) or _ask(
        moment, case, Asked.SEEN, "followup.booked", "some days after a case"
    )


def _booked_task(moment: Moment, case: Escalation, _timer: Timer) -> tuple[Event, ...]:
    if case.level.is_serious or _is_over(moment, case) or _said(moment, case, Seen.YES, Seen.BOOKED):
        return ()
    days = moment.handbook.policy.follow_up.routine.task_after.days
    return (not_seen(case, f"{days} days after the case they have neither booked nor been seen, as far as they told"),)


def _still_asks(moment: Moment, case: Escalation, timer: Timer, *done: Seen) -> bool:
    late = moment.now - timer.due_at > _TOO_LATE
    wanted = moment.participant.status.talks and not late
    return wanted and not _is_over(moment, case) and not _said(moment, case, *done)


def _is_over(moment: Moment, case: Escalation) -> bool:
    """Whether staff closed it with an outcome after which nothing is asked any more."""
    outcomes = {outcome.id for outcome in moment.handbook.outcomes if outcome.ends_follow_up}
    return not case.is_open and case.outcome in outcomes


def _said(moment: Moment, case: Escalation, *what: Seen) -> bool:
    """Whether the person has said so of this case; once it is closed, of any."""
    if case.is_open:
        return has_told(case, *what)
    since = case.clock
    told = (o for o in moment.conversation.observations if o.kind is Kind.SEEN and o.at > since)
    return any(o.code in what for o in told)


def _in_the_night(moment: Moment, timer: Timer, hour: time | None) -> tuple[Event, ...]:
    """A question that comes late, or by another zone than planned, waits for the morning; at its own hour it goes."""
    person = moment.participant
    if person.zone is None or not schedule.is_quiet(moment.now, person.zone, person.quiet):
        return ()
    if hour is not None and timedelta(0) <= moment.now - _today_at(moment, hour, person.zone) < _AT_ITS_HOUR:
        return ()
    morning = schedule.first_allowed(moment.now, person.zone, person.quiet)
    return (TimerSet(TimerKind.FOLLOW, f"{timer.key}/{morning.date()}", morning, timer.payload),)


def _today_at(moment: Moment, hour: time, zone: str) -> datetime:
    return schedule.to_utc(moment.today, hour, zone)


# --- did somebody get through ---


def _told(moment: Moment, case: Escalation, timer: Timer) -> tuple[Event, ...]:
    """The word who plans to phone, which had waited for the morning."""
    promise = datetime.fromisoformat(timer.payload["promise"])
    if not _promise_waits(case, timer) or case.contact_by is None or promise <= moment.now:
        return ()
    return aftercare.this_word(moment, case, timer.payload["who"], promise)


def _reached(moment: Moment, case: Escalation, timer: Timer) -> tuple[Event, ...]:
    """Asked unless it is known, or another promise took the place of this one."""
    if not _promise_waits(case, timer):
        return ()
    if not case.level.is_serious:
        later = _in_the_night(moment, timer, None)
        if later:
            return later
    until = moment.now + moment.handbook.policy.follow_up.contact.unanswered
    key = f"{timer.key}_task"
    task = TimerSet(TimerKind.FOLLOW, key, until, {**timer.payload, "step": "reached_task"})
    return (*_ask(moment, case, Asked.REACHED, "followup.reached", "somebody was to phone by now"), task)


def _reached_task(moment: Moment, case: Escalation, timer: Timer) -> tuple[Event, ...]:
    since = datetime.fromisoformat(timer.payload["promise"])
    asked = [c for c in moment.conversation.check_ins if c.asked is Asked.REACHED and c.opened_at >= since]
    if not _promise_waits(case, timer) or any(question.answered_at for question in asked):
        return ()
    task = TaskRaised("contact_unknown", "has not said whether somebody phoned as planned", key=timer.key)
    return (task, CaseStepped(case.id, CaseStepKind.SILENT, note="did not say whether somebody phoned"))


def _promise_waits(case: Escalation, timer: Timer) -> bool:
    waits = case.state in (EscalationState.RAISED, EscalationState.ACKNOWLEDGED)
    return waits and (case.contact_by is None or case.contact_by.isoformat() == timer.payload["promise"])


# --- asking ---


def _ask(moment: Moment, case: Escalation, asked: Asked, template: str, because: str) -> tuple[Event, ...]:
    """One question for cases of about the same time; a call to whoever is reached by calls only."""
    if any(c.asked is asked and moment.now - c.opened_at < _TOGETHER for c in moment.open_questions()):
        return (CaseStepped(case.id, CaseStepKind.FOLLOWED_UP, note="asked together with another case"),)
    question = CheckInOpened(asked, moment.today, scheduled=False, about=about(case))
    until = moment.now + _useful(moment)
    if moment.participant.is_called:
        call = MessageQueued("voice.follow_up", "", Lane.REPLY, until, because, Channel.VOICE, escalation_id=case.id)
        return (question, call)
    return (question, MessageQueued(template, moment.text(template), Lane.REPLY, until, because, escalation_id=case.id))


def _useful(moment: Moment) -> timedelta:
    """Until the night at most, when it does not begin in the night."""
    person = moment.participant
    night = schedule.quiet_starts_after(moment.now, person.zone or "UTC", person.quiet) - schedule.SECOND
    return min(_QUESTION_USEFUL, night - moment.now)


_STEPS: Mapping[str, Callable[[Moment, Escalation, Timer], tuple[Event, ...]]] = {
    "unconfirmed": lambda moment, case, _timer: unheard.unconfirmed(moment, case),
    "silent": lambda moment, case, _timer: unheard.again(moment, case),
    "silent_call": lambda moment, case, _timer: unheard.call_again(moment, case),
    "silent_human": lambda moment, case, _timer: unheard.human(moment, case),
    "seen": _seen,
    "seen_task": _seen_task,
    "booked": _booked,
    "booked_task": _booked_task,
    "told": _told,
    "reached": _reached,
    "reached_task": _reached_task,
}
