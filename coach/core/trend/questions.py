"""The question "is this new?" (J1, J0, G): asked, answered, confirmed by a later score, withdrawn, closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coach.core.model import Disposition, Onset
from coach.core.trend.values import Action, Decision, Result, Rule, plain, reaches
from coach.core.trend.waking import after_waking_hours

if TYPE_CHECKING:
    from coach.core.trend.jumps import Jump
    from coach.core.trend.rules import TrendRules


@dataclass(frozen=True, slots=True)
class Question:
    """An open question. `task_due` is the moment of the coordinator's task, None when there will be none (any more)."""

    rule: Rule
    asked_on: int
    base: float
    need: float
    task_due: int | None
    answered: bool = False  # with "longer"; the next score can still confirm


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that a row gives cause to ask."""

    rule: Rule
    because: str
    base: float = 0.0
    need: float = 0.0


def open_question(asked: Candidate, day: int, moment: int, rules: TrendRules) -> Question:
    """The question as asked on `day` at `moment`."""
    due = after_waking_hours(moment, rules.question.waking_hours, rules.waking)
    return Question(asked.rule, day, asked.base, asked.need, due)


def open_answered(jump: Jump, day: int) -> Question:
    """The question of a jump whose own row said "longer": never put, but a later score can still confirm it."""
    return Question(jump.rule, day, jump.base, jump.need, task_due=None, answered=True)


def ask_again_days(rule: Rule, rules: TrendRules) -> int:
    """Days after a question of this rule in which it is not put again."""
    again = {
        Rule.J1: rules.jump.ask_again_days,
        Rule.J0: rules.early.ask_again_days,
        Rule.G: rules.comparison.ask_again_days,
    }
    return again[rule]


def answer_result(rule: Rule, onset: Onset, because: str = "") -> Result | None:
    """What an answer calls for: new is urgent, long-standing is routine for J0 and nothing for the others."""
    if onset is not Onset.LONGER:
        return Result(rule, Disposition.URGENT, f"{because} The person says that this is new.".lstrip())
    if rule is Rule.J0:
        said = "The person says that this high score is long-standing."
        return Result(rule, Disposition.ROUTINE, f"{because} {said}".lstrip())
    return None


def answer(question: Question, onset: Onset) -> tuple[Question | None, Result | None]:
    """The question after the answer, None when it closed, and what the answer calls for."""
    result = answer_result(question.rule, onset)
    if result is not None:
        return None, result
    return replace(question, answered=True, task_due=None), None


def meet_score(question: Question, day: int, score: int, jump: Jump | None) -> tuple[Question | None, Result | None]:
    """The question after a further score: withdrawn on its own day, J1 confirmed or closed on a later one."""
    if question.rule is Rule.G:
        return question, None
    if day == question.asked_on:
        return (question if jump is not None else None), None
    if question.rule is Rule.J0:
        return question, None
    if not reaches(score - question.base, question.need):
        return None, None
    because = (
        f"Score {score} confirms the jump of day {question.asked_on}: still {plain(score - question.base)} above the "
        f"usual {plain(question.base)} before it."
    )
    return None, Result(Rule.J1, Disposition.URGENT, because)


def unanswered(question: Question, day: int) -> tuple[Question, Decision]:
    """The coordinator's task for a question without an answer, once."""
    because = f"The question asked on day {question.asked_on} has no answer after the waiting time."
    return replace(question, task_due=None), Decision(day, Action.TASK, None, (question.rule.value,), because)
