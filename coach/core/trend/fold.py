"""The fold over one participant's rows, row by row and day by day; every decision bears the version of the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coach.core.trend import passing
from coach.core.trend.hearing import hear_row
from coach.core.trend.listing import merged
from coach.core.trend.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coach.core.trend.passing import Step
    from coach.core.trend.rules import TrendRules
    from coach.core.trend.values import Decision, Person, Row


def start(person: Person, rules: TrendRules) -> State:
    """The state on the morning of day 1, the day of enrolment."""
    return State(person, rules)


def advance(state: State, moment: int) -> Step:
    """Perform what fell due strictly before `moment` (minutes since the start of day 0), day ends included."""
    return _stamped(passing.advance(state, moment))


def passed(state: State, moment: int) -> tuple[State, tuple[tuple[int, Decision], ...]]:
    """The same as `advance`, with the moment of each decision: the minute that had to begin for it to come."""
    found: list[tuple[int, Decision]] = []
    while (coming := passing.next_moment(state)) is not None and coming <= moment:
        state, decisions = advance(state, coming)
        found += [(coming, decision) for decision in decisions]
    return advance(state, moment)[0], tuple(found)


def end_of_day(state: State) -> Step:
    """End the day the fold stands in: what fell due by midnight, the silence ladder, then questions close."""
    return _stamped(passing.end_of_day(state))


def hear(state: State, row: Row) -> Step:
    """Take in one row: first what fell due strictly before it, then the row itself.

    Raises ValueError when the row lies before a day that has ended, because its decisions would come too late.
    """
    if row.day < state.day:
        message = f"rows come in the order of their days: day {row.day} came after day {state.day}"
        raise ValueError(message)
    state, earlier = passing.advance(state, row.moment)
    if not row.heard:
        missed = state.silence.missed_today or row.is_check_in
        return _stamped((replace(state, silence=replace(state.silence, missed_today=missed)), earlier))
    state, decisions = hear_row(state, row)
    return _stamped((state, earlier + decisions))


def finish(state: State, last_day: int) -> Step:
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


def _stamped(step: Step) -> Step:
    state, decisions = step
    return state, tuple(replace(decision, version=state.rules.version) for decision in decisions)
