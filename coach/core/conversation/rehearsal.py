"""Weeks of one person's life with the coach without a store, a carrier or a clock: what is sent when, and why not.

For authors and clinicians who want to see what a profile gets, and for tests of whole programmes.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias

from coach.core import schedule
from coach.core.conversation.memory import after, recalled
from coach.core.conversation.moment import Moment
from coach.core.conversation.prompts import fire
from coach.core.conversation.respond import respond
from coach.core.conversation.timetable import timers
from coach.core.events import (
    CheckInOpened,
    EscalationClosed,
    EscalationRaised,
    Event,
    MessageQueued,
    PromptSkipped,
    TaskRaised,
    TimersCleared,
    TimerSet,
)
from coach.core.handbook import Handbook
from coach.core.model import OF_CASES, Asked, CheckIn, Conversation, EscalationState, InboundMessage, Timer

_ANSWERS_AFTER = timedelta(minutes=10)
_TEAM = "team"
_TOLD = "seen_by_clinician"


@dataclass(frozen=True, slots=True)
class Line:
    """What the person writes of their own accord."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Habits:
    """What the person of a rehearsal writes; every text is read and answered as a real one would be."""

    scores: Mapping[date, int] = field(default_factory=dict)  # by local date; on a day without one nothing is answered
    answers: Mapping[Asked, str] = field(default_factory=dict)  # to all other questions; the rest is left open
    lines: tuple[Line, ...] = ()
    closings: tuple[datetime, ...] = ()  # when staff close the cases that are open then

    def answer(self, question: CheckIn, day: date) -> str | None:
        """What they write to a question put on that date; None for nothing."""
        if day not in self.scores:
            return None
        return str(self.scores[day]) if question.asked is Asked.WEAKNESS else self.answers.get(question.asked)


@dataclass(frozen=True, slots=True)
class Wrote:
    """A text of the person; what follows it at the same moment answers it."""

    text: str


Outcome: TypeAlias = MessageQueued | PromptSkipped | EscalationRaised | EscalationClosed | TaskRaised | Wrote


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One thing that happens: a message that would go, why none does, or what the person or the staff do."""

    at: datetime
    slot: str | None  # the slot that fired, or the kind of timer; None for what the person or the staff cause
    outcome: Outcome


@dataclass(frozen=True, slots=True, order=True)
class _Coming:
    """Something that will happen. A question among the causes is one that the person will answer then."""

    at: datetime
    key: str
    cause: Timer | Line | CheckIn | None = field(compare=False)  # None: staff close the open cases


def rehearse(
    handbook: Handbook, known: Conversation, begin: datetime, days: int, habits: Habits | None = None
) -> Iterator[Rehearsed]:
    """All that happens from a moment on for so many days; without habits the person never writes."""
    habits = habits or Habits()
    coming = [*_timers(timers(Moment(known, handbook, begin), known.participant)), *_of_their_own(habits)]
    heapq.heapify(coming)
    used: set[str] = set()  # keys of timers and tasks; each comes once
    while coming and coming[0].at < begin + timedelta(days=days):
        now = heapq.heappop(coming)
        known = recalled(known, now.at)
        told, events = _happens(known, handbook, habits, now)
        known = after(known, events, now.at)
        cleared = {kind for event in events if isinstance(event, TimersCleared) for kind in event.kinds} - OF_CASES
        coming = [c for c in coming if not (isinstance(c.cause, Timer) and c.cause.kind in cleared)]
        events = _without_used(events, used)
        coming += (*_timers(events), *_answers(known, habits, events, now.at))
        heapq.heapify(coming)
        yield from (Rehearsed(now.at, _slot(now.cause), outcome) for outcome in (*told, *_outcomes(events)))


def _happens(
    known: Conversation, handbook: Handbook, habits: Habits, now: _Coming
) -> tuple[tuple[Wrote, ...], tuple[Event, ...]]:
    """What the person writes at a moment, if they do, and the facts that follow."""
    match now.cause:
        case Timer() as timer:
            return (), fire(known, timer, handbook, now.at)
        case None:
            is_open = (case for case in known.escalations if case.state is not EscalationState.CLOSED)
            return (), tuple(EscalationClosed(case.id, _TEAM, _TOLD, "") for case in is_open)
        case Line(text=text):
            return _written(known, handbook, text, now.at)
        case question:
            still = Moment(known, handbook, now.at).question()
            answer = habits.answer(question, _day(known, question.opened_at))
            waits = still is not None and still.id == question.id
            return _written(known, handbook, answer, now.at) if answer and waits else ((), ())


def _written(
    known: Conversation, handbook: Handbook, text: str, at: datetime
) -> tuple[tuple[Wrote, ...], tuple[Event, ...]]:
    person = known.participant
    message = InboundMessage(f"{person.id}/{at.isoformat()}", person.phone, "", text, at)
    return (Wrote(text),), respond(known, message, handbook, at)


def _without_used(events: tuple[Event, ...], used: set[str]) -> tuple[Event, ...]:
    """As the store keeps them: a timer of the person or a task whose key was there before changes nothing.

    Timers that were cancelled may be set again, so a clearing frees their keys.
    """
    kept: list[Event] = []
    for event in events:
        if isinstance(event, TimersCleared):
            used.difference_update({key for key in used if key.split("/")[0] in event.kinds})
        key = event.key if isinstance(event, TaskRaised | TimerSet) and not _is_look(event) else None
        if key is None or key not in used:
            kept.append(event)
            used |= {key} if key else set()
    return tuple(kept)


def _is_look(event: TaskRaised | TimerSet) -> bool:
    return isinstance(event, TimerSet) and event.kind in OF_CASES


def _timers(events: tuple[Event, ...]) -> Iterator[_Coming]:
    for event in events:
        if isinstance(event, TimerSet):
            yield _Coming(event.due_at, event.key, Timer(0, 0, event.kind, event.key, event.due_at, event.payload))


def _of_their_own(habits: Habits) -> Iterator[_Coming]:
    yield from (_Coming(line.at, "line", line) for line in habits.lines)
    yield from (_Coming(at, "closing", None) for at in habits.closings)


def _answers(known: Conversation, habits: Habits, events: tuple[Event, ...], at: datetime) -> Iterator[_Coming]:
    """The answer to the question that was just put, if the person will give one."""
    if not any(isinstance(event, CheckInOpened) for event in events):
        return
    question = known.check_ins[-1]
    if habits.answer(question, _day(known, at)) is not None:
        yield _Coming(at + _ANSWERS_AFTER, f"answer/{question.id}", question)


def _day(known: Conversation, at: datetime) -> date:
    return schedule.local(at, known.participant.zone or "UTC").date()


def _slot(cause: Timer | Line | CheckIn | None) -> str | None:
    return cause.payload.get("slot", cause.kind) if isinstance(cause, Timer) else None


def _outcomes(events: tuple[Event, ...]) -> Iterator[Outcome]:
    for event in events:
        if isinstance(event, MessageQueued | PromptSkipped | EscalationRaised | EscalationClosed | TaskRaised):
            yield event
