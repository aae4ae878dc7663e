"""What time alone brings: tasks that fall due, the silence ladder at the end of a day, questions that close."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coach.core.trend.questions import unanswered
from coach.core.trend.silence import RiskFacts, ladder_task, urgent_task
from coach.core.trend.values import MINUTES_A_DAY

if TYPE_CHECKING:
    from coach.core.trend.state import State
    from coach.core.trend.values import Decision

Step = tuple["State", "tuple[Decision, ...]"]


def advance(state: State, moment: int) -> Step:
    """Perform what fell due strictly before `moment` (minutes since the start of day 0), day ends included."""
    done: tuple[Decision, ...] = ()
    while state.day < moment // MINUTES_A_DAY:
        state, decisions = end_of_day(state)
        done += decisions
    state, decisions = _due_before(state, moment)
    return state, done + decisions


def next_moment(state: State) -> int | None:
    """The minute that must have begun for time alone to decide next, if nothing is heard before it; None when none.

    An answer in the very minute in which something falls due is in time, so that minute must be over.
    """
    silence = state.silence
    waits = (silence.missed > 0 or silence.missed_today) and silence.heard_on != state.day
    may_speak = waits and silence.told_on in {None, state.day}
    end_of_day = (state.day + 1) * MINUTES_A_DAY if may_speak else None
    due = None if state.next_due is None else state.next_due + 1
    return min((moment for moment in (due, end_of_day) if moment is not None), default=None)


def end_of_day(state: State) -> Step:
    """End the day the fold stands in: what fell due by midnight, the ladder, then questions close."""
    state, due = _due_before(state, (state.day + 1) * MINUTES_A_DAY)
    state, silent = _ladder(state)
    question = state.question
    if question is not None and state.day >= question.asked_on + state.rules.question.open_days:
        question = None
    return replace(state, question=question, day=state.day + 1), due + silent


def _due_before(state: State, moment: int) -> Step:
    done: tuple[Decision, ...] = ()
    while state.next_due is not None and state.next_due < moment:
        state, decisions = _perform(state, state.next_due)
        done += decisions
    return state, done


def _perform(state: State, due: int) -> Step:
    day = due // MINUTES_A_DAY
    if state.question is not None and state.question.task_due == due:
        question, task = unanswered(state.question, day)
        return replace(state, question=question), (task,)
    silence = replace(state.silence, urgent_due=None, told_on=day)
    return replace(state, silence=silence), (urgent_task(day, state.rules),)


def _ladder(state: State) -> Step:
    silence = state.silence
    if silence.heard_on == state.day:
        return replace(state, silence=replace(silence, missed_today=False)), ()
    silence = replace(silence, missed=silence.missed + silence.missed_today, missed_today=False)
    facts = RiskFacts(state.person, state.record, state.function.fell_on, state.question)
    task = ladder_task(silence, state.day, facts, state.rules)
    told = state.day if task is not None else silence.told_on
    return replace(state, silence=replace(silence, told_on=told)), (task,) if task else ()
