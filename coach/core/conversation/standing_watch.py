"""The moments at which the rules on scores decide by time alone: a question without an answer, days of silence.

Every moment has a timer, and every task a key of its own. So a timer that comes twice raises nothing twice, one that
comes late still finds what fell due at its minute, and one that was lost is set again by whatever happens next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import takewhile

from coach.core import schedule, trend
from coach.core.conversation import history, silence
from coach.core.conversation.history import Course
from coach.core.conversation.moment import Moment
from coach.core.events import CaseStepped, CheckInOpened, Event, Observed, StatusChanged, TaskRaised, TimerSet
from coach.core.model import Asked, CaseStepKind, Disposition, Escalation, Kind, Status, Timer, TimerKind
from coach.core.trend import Decision, Rule

_LOOKS_BACK = 2 * 24 * 60
"""Minutes: so far back what fell due is raised all the same, where its own timer was lost."""

_LADDER = frozenset({Rule.SILENCE_48H.value, Rule.SILENCE_4.value, Rule.SILENCE_7D.value})
_SILENCE = _LADDER | {Rule.SILENCE_URGENT.value}
_DAY = "day"


def due(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    """A TREND timer came due: the tasks of its minute, each under a key of its own, and the next timer."""
    known = moment.conversation
    if not moment.participant.status.talks or history.day_one(known) is None or _was_heard(moment, timer):
        return ()
    course = history.course(known, moment.handbook.trend)
    state, found = trend.passed(course.state, history.minute(known, moment.now))
    since = history.minute(known, min(timer.due_at, moment.now)) - _LOOKS_BACK
    fallen_due = [(minute, decision) for minute, decision in (*course.passed, *found) if minute > since]
    tasks = [fact for minute, decision in fallen_due for fact in _raise(moment, minute, decision)]
    coming = trend.next_moment(state)
    return (*tasks, *(() if coming is None else _timers(moment, [coming])))


def following(moment: Moment, events: tuple[Event, ...], course: Course | None = None) -> tuple[Event, ...]:
    """The TREND timers that a decision with these facts leads to, for people who take part.

    `course` is the person's before these facts, where it was worked out already.
    """
    if not moment.participant.status.talks or any(_leaves(event) for event in events):
        return ()
    if any(isinstance(event, Observed) for event in events):
        return _after_words(moment, events, course or history.course(moment.conversation, moment.handbook.trend))
    if any(isinstance(e, CheckInOpened) and e.scheduled and e.asked is Asked.WEAKNESS for e in events):
        return (_end_of(moment, moment.today),)
    return ()


def _leaves(event: Event) -> bool:
    return isinstance(event, StatusChanged) and event.status.has_left


def _after_words(moment: Moment, events: tuple[Event, ...], course: Course) -> tuple[Event, ...]:
    """By the rules over everything heard, these words included. Only this row is heard anew."""
    known = moment.conversation
    row = history.now_row(moment, [event.observation for event in events if isinstance(event, Observed)], course.state)
    state, found = trend.passed(course.state, row.moment)
    state, _ = trend.hear(state, row)
    fallen_due = (minute for minute, _ in (*course.passed, *found) if minute > row.moment - _LOOKS_BACK)
    coming = trend.next_moment(state)
    if history.day_one(known) is None:
        return ()
    return _timers(moment, [*fallen_due, *(() if coming is None else (coming,))])


def _timers(moment: Moment, minutes: Iterable[int]) -> tuple[Event, ...]:
    """A timer for each minute. One that has fired already stays as it is."""
    return tuple(_timer(moment, minute) for minute in dict.fromkeys(minutes))


def _timer(moment: Moment, minute: int) -> TimerSet:
    day, left = divmod(minute, 24 * 60)
    if left == 0:  # the end of the day before
        return _end_of(moment, history.date_of(moment.conversation, day - 1))
    return _at(history.moment_of(moment.conversation, minute), {})


def _end_of(moment: Moment, day: date) -> TimerSet:
    at = schedule.to_utc(day + timedelta(days=1), time(0), moment.participant.zone or "UTC")
    return _at(at, {_DAY: day.isoformat()})


def _at(at: datetime, payload: dict[str, str]) -> TimerSet:
    return TimerSet(TimerKind.TREND, f"{TimerKind.TREND}/{at.isoformat()}", at, payload)


def _was_heard(moment: Moment, timer: Timer) -> bool:
    """Whether a timer at the end of a day concerns one on which something was heard: nothing falls due at its end."""
    day = timer.payload.get(_DAY)
    if day is None:
        return False
    at = (fact.at for fact in reversed(moment.conversation.observations) if fact.kind is Kind.HEARD)
    dates = (schedule.local(one, moment.participant.zone).date().isoformat() for one in at)
    return day in takewhile(lambda one: one >= day, dates)


def _raise(moment: Moment, minute: int, decision: Decision) -> Iterator[Event]:
    rules = frozenset(decision.rules)
    if moment.participant.status is Status.PAUSED and rules <= _LADDER:
        return  # a pause was wished for; nobody is asked anything meanwhile
    day = history.date_of(moment.conversation, decision.day)
    name = "silence" if rules <= _SILENCE else decision.rules[0]  # the reasons for silence of one day share a task
    because = " ".join((decision.because, *silence.in_words(moment))) if rules <= _LADDER else decision.because
    explanation = history.explanation(moment.conversation, decision, moment.handbook.trend)
    yield TaskRaised(decision.rules[0], because, f"{TimerKind.TREND}/{name}/{day}", explanation)
    if Rule.SILENCE_URGENT.value in rules:
        yield from _silent(moment, history.moment_of(moment.conversation, minute), decision.because)


def _silent(moment: Moment, since: datetime, because: str) -> Iterator[Event]:
    """Nothing was heard after an urgent message: whoever has the case is paged, not only tasked."""
    waiting = [case for case in moment.conversation.escalations if case.is_open and case.level is Disposition.URGENT]
    if waiting and not _is_marked(waiting[-1], since):
        yield CaseStepped(waiting[-1].id, CaseStepKind.SILENT, note=because)


def _is_marked(case: Escalation, since: datetime) -> bool:
    return any(step.kind is CaseStepKind.SILENT and step.at >= since for step in case.steps)
