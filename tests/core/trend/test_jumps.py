"""The jump family: a score far above the days before."""

from collections.abc import Callable

import pytest

from coach.core.trend import Person

Told = Callable[..., list[str]]


def test_first_score_of_ten_is_an_emergency(told: Told) -> None:
    """Ada cannot stand and nothing is known of her usual state."""
    assert told("10") == ["day 1: escalate emergency J3"]


@pytest.mark.parametrize(
    ("scores", "level"),
    [("7 7 7 7 - 10", "emergency"), ("8 8 8 8 - 10", "urgent"), ("9 9 9 9 - 10", "urgent")],
    ids=["usual 7", "usual 8", "usual 9"],
)
def test_cannot_stand_is_an_emergency_up_to_a_usual_seven_then_urgent(told: Told, scores: str, level: str) -> None:
    """Bela could hardly stand before: the message is urgent, not an emergency."""
    assert told(scores)[-1] == f"day 6: escalate {level} J3"


def test_long_standing_ten_is_no_new_loss(told: Told) -> None:
    """Carla scores ten every day: after three days it is her usual, and only severe weakness that lasts is told."""
    assert told("10 10 10 10 10 10 10") == [
        "day 1: escalate emergency J3",
        "day 2: escalate emergency J3",
        "day 3: escalate emergency J3",
        "day 6: escalate urgent P3",
    ]


def test_ten_of_a_person_who_does_not_walk_is_only_asked_about(told: Told) -> None:
    """Dora uses a wheelchair: ten is a high early score, not a loss of standing."""
    assert told("10", person=Person(non_ambulatory=True)) == ["day 1: recheck J0"]


@pytest.mark.parametrize(
    ("scores", "rule"),
    [
        ("2 2 2 6", "day 4: recheck J1"),
        ("2 2 2 7", "day 4: escalate urgent J2"),
        ("6 6 6 9", "day 4: escalate urgent J2"),
        ("5 5 5 8", "day 4: recheck J1"),
        ("2 2 2 5", "day 4: recheck J1"),
        ("1 1 1 4", None),
        ("2 2 4 5", None),
        ("7 7 7 9", None),
    ],
    ids=[
        "4 above is a question",
        "5 above is urgent",
        "9 after a usual 6 is urgent",
        "8 is not 9",
        "3 above is enough to ask",
        "under 5 nobody asks",
        "inside the own range",
        "9 after a usual 7 rises too little",
    ],
)
def test_size_of_a_jump_decides_between_nothing_a_question_and_urgent(
    told: Told, scores: str, rule: str | None
) -> None:
    """Ewa's jump is judged by its rise over the median and over the highest score before."""
    assert [d for d in told(scores) if d.startswith("day 4: ") and "task" not in d] == ([rule] if rule else [])


def test_scores_older_than_ten_days_are_no_comparison(told: Told) -> None:
    """Femi scored 2 long ago; eight days without a score leave too few to compare, so the question is the early one."""
    assert told("2 2 2 - - - - - - - - - - 8") == ["day 14: recheck J0"]


@pytest.mark.parametrize(("weakness", "expected"), [(7.5, ["day 1: recheck J0"]), (7.4, []), (10.4, []), (-1, [])])
def test_halves_go_up_and_what_lies_outside_the_scale_is_no_score(
    told: Told, weakness: float, expected: list[str]
) -> None:
    """Gita says seven and a half, which counts as eight; an eleven or a minus one counts as nothing."""
    assert told(str(weakness)) == expected
