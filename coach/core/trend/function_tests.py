"""What the function tests call for by themselves: chair stands, stairs, SARC-F, and up and go with a helper.

The numbers are those of `function_tests` in the rules file. The rows of `coach assess` are not judged by this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coach.core.model import Disposition, Onset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coach.core.trend.rules import ChairStandsNorm, FunctionTestRules, TrendRules

CHAIR_STANDS = "chair_stands"
STAIRS = "stairs"
SARC_F = "sarc_f"
UP_AND_GO = "up_and_go"
NO_CHAIR_STAND = "proximal_weakness"  # the sign that a newly impossible chair stand is
_ITEM_MOST = 2  # points of one SARC-F answer
_ITEMS = 5


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """What one function test calls for, named by the test or by the sign it amounts to."""

    name: str
    level: Disposition
    because: str
    fall_risk: bool = False  # the person is told how to avoid falls as well


def chair_stands(
    counts: Sequence[int], age: int | None, sex: str | None, onset: Onset | None, rules: TrendRules
) -> FunctionResult | None:
    """What the latest of a person's chair-stand counts calls for; the gravest only, None when it calls for nothing.

    `counts` are oldest first. What is not known counts as the careful side: without the age that from which up and go
    counts, without the `sex` ("f" or "m") the higher norm, and without the `onset`, since when there is no chair stand
    at all, as new.
    """
    if not counts:
        return None
    if counts[-1] == 0 and 0 not in counts[-2:-1]:
        return _no_chair_stand(onset)
    return _below_average(counts[-1], age, sex, rules.function_tests) or _clearly_fewer(counts, rules)


def stairs(answers: Sequence[int], rules: FunctionTestRules) -> FunctionResult | None:
    """What the weekly stairs answers (0 easy to 3 cannot, oldest first) call for."""
    if not answers:
        return None
    before = answers[: -rules.stairs_times]
    if answers[-1] >= rules.stairs_cannot and not any(a >= rules.stairs_cannot for a in answers[-2:-1]):
        return FunctionResult(STAIRS, Disposition.URGENT, "stairs are newly impossible")
    if before and min(answers[-rules.stairs_times :]) >= before[-1] + rules.stairs_rise:
        because = f"stairs were harder than before in {rules.stairs_times} answers running"
        return FunctionResult(STAIRS, Disposition.ROUTINE, because)
    return None


def sarc_f(items: Sequence[int], rules: FunctionTestRules) -> FunctionResult | None:
    """What the five SARC-F answers (strength, walking, rising, stairs, falls; each 0 to 2) call for.

    Raises ValueError when it is not five answers of 0 to 2.
    """
    if len(items) != _ITEMS or not all(0 <= item <= _ITEM_MOST for item in items):
        message = f"SARC-F has five answers of 0, 1 or 2, not {list(items)}"
        raise ValueError(message)
    points = sum(items)
    if points < rules.sarc_f_points:
        return None
    return FunctionResult(SARC_F, Disposition.ROUTINE, f"SARC-F gives {points} points", fall_risk=True)


def up_and_go(seconds: float, age: int | None, rules: FunctionTestRules) -> FunctionResult | None:
    """What the seconds to stand up, walk 3 m and sit down again call for. An unknown age counts as old enough."""
    if seconds < rules.up_and_go_seconds or (age is not None and age < rules.up_and_go_from_age):
        return None
    return FunctionResult(UP_AND_GO, Disposition.ROUTINE, f"up and go took {seconds:g} seconds", fall_risk=True)


def _no_chair_stand(onset: Onset | None) -> FunctionResult:
    level = Disposition.ROUTINE if onset is Onset.LONGER else Disposition.URGENT
    return FunctionResult(NO_CHAIR_STAND, level, "no chair stand without the arms any more", fall_risk=True)


def _below_average(count: int, age: int | None, sex: str | None, rules: FunctionTestRules) -> FunctionResult | None:
    norm = _norm(age, rules)
    if norm is None or count >= _least(norm, sex):
        return None
    unknown = "" if age is not None else ", the age not being known"
    because = (
        f"{count} chair stands, below the {_least(norm, sex)} usual from {norm.from_age} to {norm.to_age}{unknown}"
    )
    return FunctionResult(CHAIR_STANDS, Disposition.ROUTINE, because, fall_risk=True)


def _clearly_fewer(counts: Sequence[int], rules: TrendRules) -> FunctionResult | None:
    lost = max(counts[: rules.worsening.chair_stands_first]) - counts[-1]
    if lost < rules.worsening.chair_stands_lost:
        return None
    return FunctionResult(CHAIR_STANDS, Disposition.ROUTINE, f"{lost} chair stands fewer than at first")


def _norm(age: int | None, rules: FunctionTestRules) -> ChairStandsNorm | None:
    years = rules.up_and_go_from_age if age is None else age
    return next((norm for norm in rules.chair_stands if norm.from_age <= years <= norm.to_age), None)


def _least(norm: ChairStandsNorm, sex: str | None) -> int:
    return {"m": norm.men, "f": norm.women}.get(sex or "", max(norm.men, norm.women))
