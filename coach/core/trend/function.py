"""Loss of function: the stairs item or the chair stands got worse lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.core.trend.rules import WorseningRules
    from coach.core.trend.values import Answers


@dataclass(frozen=True, slots=True)
class Function:
    """The answers to the function items as (day, answer), oldest first, and the day of the last known fall."""

    stairs: tuple[tuple[int, int], ...] = ()
    chair_stands: tuple[tuple[int, int], ...] = ()
    fell_on: int | None = None


def noted(function: Function, day: int, answers: Answers, codes: tuple[str, ...], falls: tuple[str, ...]) -> Function:
    """What is known after a row; `falls` are the signs that mean a fall."""
    fell = bool(answers.falls) or any(code in falls for code in codes)
    return Function(
        stairs=function.stairs if answers.stairs is None else (*function.stairs, (day, answers.stairs)),
        chair_stands=(
            function.chair_stands
            if answers.chair_stands is None
            else (*function.chair_stands, (day, answers.chair_stands))
        ),
        fell_on=day if fell else function.fell_on,
    )


def lost(function: Function, day: int, rules: WorseningRules) -> str | None:
    """In words which function was lost lately, or None."""
    if _stairs_worse(function, day, rules):
        return "Stairs have become harder."
    if _fewer_chair_stands(function, day, rules):
        return "Clearly fewer chair stands than at first."
    return None


def _stairs_worse(function: Function, day: int, rules: WorseningRules) -> bool:
    last_two = function.stairs[-2:]
    if len(last_two) < 2:  # noqa: PLR2004
        return False
    (_, before), (answered_on, now) = last_two
    return now > before and day - answered_on <= rules.function_days


def _fewer_chair_stands(function: Function, day: int, rules: WorseningRules) -> bool:
    if not function.chair_stands:
        return False
    answered_on, now = function.chair_stands[-1]
    best = max(count for _, count in function.chair_stands[: rules.chair_stands_first])
    return best - now >= rules.chair_stands_lost and day - answered_on <= rules.function_days
