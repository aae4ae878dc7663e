"""The trend rules: a fold over one participant's rows, from which escalations, questions, tasks and good news follow.

    state = start(person, rules)
    state, decisions = hear(state, row)   # for every row, by day

`decide` does the whole of it for a finished record.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coach.core.trend.answering import answers_of
from coach.core.trend.hearing import hear_row
from coach.core.trend.listing import merged
from coach.core.trend.passing import advance, end_of_day
from coach.core.trend.rules import TrendRules
from coach.core.trend.state import State
from coach.core.trend.values import Action, Answers, Decision, Person, Row, Rule, Seen

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Action",
    "Answers",
    "Decision",
    "Person",
    "Row",
    "Rule",
    "Seen",
    "State",
    "TrendRules",
    "advance",
    "answers_of",
    "decide",
    "end_of_day",
    "finish",
    "hear",
    "merged",
    "start",
]


def start(person: Person, rules: TrendRules) -> State:
    """The state on the morning of day 1, the day of enrolment."""
    return State(person, rules)


def hear(state: State, row: Row) -> tuple[State, tuple[Decision, ...]]:
    """Take in one row: first what fell due strictly before it, then the row itself.

    Raises ValueError when the row lies before a day that has ended, because its decisions would come too late.
    """
    if row.day < state.day:
        message = f"rows come in the order of their days: day {row.day} came after day {state.day}"
        raise ValueError(message)
    state, earlier = advance(state, row.moment)
    if not row.heard:
        missed = state.silence.missed_today or row.is_check_in
        return replace(state, silence=replace(state.silence, missed_today=missed)), earlier
    state, decisions = hear_row(state, row)
    return state, earlier + decisions


def finish(state: State, last_day: int) -> tuple[State, tuple[Decision, ...]]:
    """End every day up to and including `last_day`."""
    done: tuple[Decision, ...] = ()
    while state.day <= last_day:
        state, decisions = end_of_day(state)
        done += decisions
    return state, done


def decide(rows: Sequence[Row], person: Person, rules: TrendRules) -> tuple[Decision, ...]:
    """The entries of a whole record, merged by day. The record ends with its last listed day."""
    state = start(person, rules)
    done: list[Decision] = []
    for row in sorted(rows, key=lambda one: one.day):
        state, decisions = hear(state, row)
        done += decisions
    _, last = finish(state, max((row.day for row in rows), default=0))
    return merged([*done, *last])
