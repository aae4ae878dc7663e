"""Chair stands, stairs, SARC-F, and up and go: what each calls for by itself."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from coach.core.model import Onset
from coach.core.trend import TrendRules
from coach.core.trend.function_tests import FunctionResult, chair_stands, sarc_f, stairs, up_and_go

CASES = tomllib.loads((Path(__file__).parents[1] / "vectors" / "function_tests.toml").read_text("utf-8"))


def in_words(result: FunctionResult | None) -> str:
    """A result as the file writes it."""
    return f"{result.level.value} {result.name}" if result else "nothing"


@pytest.mark.parametrize("case", CASES["chair_stands"], ids=str)
def test_chair_stands_are_compared_with_the_age_and_with_the_first_tries(
    case: dict[str, Any], rules: TrendRules
) -> None:
    """Ada counts how often she stands up within half a minute."""
    onset = Onset(case["onset"]) if "onset" in case else None
    result = chair_stands(case["counts"], case.get("age"), case.get("sex"), onset, rules)

    assert in_words(result) == case["expect"]


@pytest.mark.parametrize("case", CASES["stairs"], ids=str)
def test_stairs_count_when_harder_twice_running_or_newly_impossible(case: dict[str, Any], rules: TrendRules) -> None:
    """Bela is asked once a week."""
    assert in_words(stairs(case["answers"], rules.function_tests)) == case["expect"]


@pytest.mark.parametrize("case", CASES["sarc_f"], ids=str)
def test_four_points_of_sarc_f_are_routine(case: dict[str, Any], rules: TrendRules) -> None:
    """Carla answers five questions once a month."""
    assert in_words(sarc_f(case["items"], rules.function_tests)) == case["expect"]


@pytest.mark.parametrize("items", [[1, 1, 1, 1], [0, 0, 0, 0, 3], [0, 0, 0, 0, -1]])
def test_sarc_f_refuses_what_is_not_five_answers(items: list[int], rules: TrendRules) -> None:
    """A sum of the wrong answers would look like a result."""
    with pytest.raises(ValueError, match="SARC-F has five answers of 0, 1 or 2"):
        sarc_f(items, rules.function_tests)


@pytest.mark.parametrize("case", CASES["up_and_go"], ids=str)
def test_twelve_seconds_for_up_and_go_are_routine_from_sixty_five(case: dict[str, Any], rules: TrendRules) -> None:
    """Dora's helper has a watch."""
    assert in_words(up_and_go(case["seconds"], case.get("age"), rules.function_tests)) == case["expect"]


def test_low_results_come_with_advice_on_falls(rules: TrendRules) -> None:
    """Ewa's legs are weaker than others' of her age; a loss within the norm is no fall risk by itself."""
    low = chair_stands([5], 70, "f", None, rules)
    fewer = chair_stands([20, 20, 15], 70, "f", None, rules)

    assert (low is not None and low.fall_risk, fewer is not None and fewer.fall_risk) == (True, False)
