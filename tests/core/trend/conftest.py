"""Courses of weakness in one line of text, and what the rules decide about them."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from coach.adapters.library.trend import load_trend_rules
from coach.core.model import Asked
from coach.core.trend import Decision, Person, Row, TrendRules, decide

ROOT = Path(__file__).parents[3]
ANSWERED_AT = dt.time(16, 40)

Course = Callable[[str], list[Row]]
Told = Callable[..., list[str]]


@pytest.fixture(scope="session")
def rules() -> TrendRules:
    """The rules as they are delivered."""
    return load_trend_rules(ROOT / "messages" / "triage" / "rules.toml")


def rows_of(scores: str) -> list[Row]:
    """One row a day from day 1: a score, "?" for no answer, "-" for no check-in planned."""
    return [
        Row(day=day, at=ANSWERED_AT, asked=Asked.WEAKNESS, weakness=None if mark == "?" else float(mark))
        for day, mark in enumerate(scores.split(), start=1)
        if mark != "-"
    ]


def in_words(decision: Decision) -> str:
    """A decision as the course files write it."""
    level = f"{decision.level.value} " if decision.level else ""
    return f"day {decision.day}: {decision.action.value} {level}{' '.join(decision.rules)}"


@pytest.fixture(scope="session")
def course() -> Course:
    """Turns a line of scores into rows."""
    return rows_of


@pytest.fixture(scope="session")
def told(rules: TrendRules) -> Told:
    """What is decided about a line of scores and any further rows, in words."""

    def decided(scores: str, *also: Row, person: Person | None = None) -> list[str]:
        rows = [*rows_of(scores), *also]
        rows.sort(key=lambda row: (row.day, row.at))
        return [in_words(decision) for decision in decide(rows, person or Person(), rules)]

    return decided
