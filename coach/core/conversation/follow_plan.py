"""When what is asked after a case: the FOLLOW timers, computed from the case, the policy and the person's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from coach.core import schedule
from coach.core.conversation.case_answers import rounds
from coach.core.conversation.moment import Moment
from coach.core.events import TimerSet
from coach.core.model import CaseStepKind, Disposition, Escalation, Timer, TimerKind

_SET_WITHIN = timedelta(hours=2)
"""The first looks at a case set its timers, again and again in case one failed; later looks need not."""
_A_NIGHT = timedelta(hours=6)
"""The next morning is at least so long after the case."""
_TO_ANSWER = timedelta(minutes=30)
"""A question has at least so long before a coordinator asks instead."""


def timers(moment: Moment, case: Escalation) -> Iterator[TimerSet]:
    """All that will be asked after a case as it stands, each under a key of its own."""
    if moment.now - _changed(case) > _SET_WITHIN:
        return
    for step, due in _silence(moment, case):
        yield _timer(case, step, step, due)
    if not moment.participant.status.talks:
        return  # a number that does not take part has agreed to no question
    yield from _serious(moment, case) if case.level.is_serious else _routine(moment, case)


def reached(case: Escalation, promise: datetime, due: datetime) -> TimerSet:
    """The question whether somebody phoned as promised."""
    name = f"reached/{promise.isoformat()}"
    return _timer(case, "reached", name, due, promise=promise.isoformat())


def told(case: Escalation, promise: datetime, who: str, due: datetime) -> TimerSet:
    """The word who plans to phone, put off to the morning."""
    return _timer(case, "told", f"told/{promise.isoformat()}", due, promise=promise.isoformat(), who=who)


def case_of(moment: Moment, timer: Timer) -> Escalation | None:
    """The case a timer is about; None when it is not known any more or was opened again since."""
    same = (c for c in moment.conversation.escalations if str(c.id) == timer.payload["case"])
    return next((case for case in same if str(rounds(case)) == timer.payload["round"]), None)


def _timer(case: Escalation, step: str, name: str, due: datetime, **more: str) -> TimerSet:
    again = rounds(case)
    key = f"{TimerKind.FOLLOW}/{case.id}.{again}/{name}"
    return TimerSet(TimerKind.FOLLOW, key, due, {"case": str(case.id), "round": str(again), "step": step, **more})


def _changed(case: Escalation) -> datetime:
    """When the case last became what it is."""
    changes = (CaseStepKind.REOPENED, CaseStepKind.LEVEL)
    return max([case.raised_at, *(step.at for step in case.steps if step.kind in changes)])


def _silence(moment: Moment, case: Escalation) -> Iterator[tuple[str, datetime]]:
    """From the alarm, which a person cannot answer before it is sent; a case opened again had no new one."""
    if case.level is not Disposition.EMERGENCY or rounds(case):
        return
    after = moment.handbook.policy.follow_up.emergency
    if after.unconfirmed_call is not None:
        yield "unconfirmed", case.raised_at + after.unconfirmed_call
    yield "silent", case.raised_at + after.silent
    yield "silent_call", case.raised_at + after.silent_call
    yield "silent_human", case.raised_at + after.silent_human


def _serious(moment: Moment, case: Escalation) -> Iterator[TimerSet]:
    after = moment.handbook.policy.follow_up
    hour = after.emergency.next_morning if case.level is Disposition.EMERGENCY else after.urgent.next_morning
    morning = _next_morning(moment, case, hour)
    yield _timer(case, "seen", "seen", morning)
    yield _timer(case, "seen_task", "seen_task", max(case.clock + after.urgent.task_after, morning + _TO_ANSWER))


def _routine(moment: Moment, case: Escalation) -> Iterator[TimerSet]:
    after = moment.handbook.policy.follow_up.routine
    last = case.clock
    for days in after.days:
        last = _on_day(moment, case, days, after.hour)
        yield _timer(case, "booked", f"booked{days}", last)
    yield _timer(case, "booked_task", "booked_task", max(case.clock + after.task_after, last + schedule.DAY))


def _next_morning(moment: Moment, case: Escalation, hour: time) -> datetime:
    """The first such hour after a night; a day later at the same hour while the zone is not known."""
    zone, earliest = moment.participant.zone, case.clock + _A_NIGHT
    if zone is None:
        return case.clock + schedule.DAY
    day = schedule.local(earliest, zone).date()
    found = schedule.to_utc(day, hour, zone)
    return found if found >= earliest else schedule.to_utc(day + schedule.DAY, hour, zone)


def _on_day(moment: Moment, case: Escalation, days: int, hour: time) -> datetime:
    """So many days later at that hour, or once the person's night is over."""
    person = moment.participant
    if person.zone is None:
        return case.clock + days * schedule.DAY
    day = schedule.local(case.clock, person.zone).date() + days * schedule.DAY
    return schedule.first_allowed(schedule.to_utc(day, hour, person.zone), person.zone, person.quiet)
