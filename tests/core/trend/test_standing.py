"""W, P1, P2 and P3: what a course of days says."""

import datetime as dt
from collections.abc import Callable

import pytest

from coach.core.model import Asked
from coach.core.trend import Answers, Row, Seen

Told = Callable[..., list[str]]


def seen(day: int) -> Row:
    """A visit to a clinician, told at noon."""
    return Row(day=day, at=dt.time(12, 0), asked=Asked.SEEN, answers=Answers(seen=Seen.YES))


def test_worsening_needs_two_scored_days_running(told: Told) -> None:
    """Hana's level reaches 5 over a reference of 3 on day 10; the message goes out on the next scored day."""
    assert told("3 3 3 3 3 3 3 5 5 5") == []
    assert told("3 3 3 3 3 3 3 5 5 5 5") == ["day 11: escalate routine W"]


def test_worsening_under_a_level_of_four_is_not_told(told: Told) -> None:
    """Ivan rose from 1 to 3: two points, but still mild."""
    assert told("1 1 1 1 1 1 1 3 3 3 3 3 3") == []


def test_quick_worsening_is_urgent(told: Told) -> None:
    """Jun rose by 3 in a week."""
    assert told("3 3 3 3 3 3 3 4 5 6 6 6") == ["day 12: escalate urgent W"]


@pytest.mark.parametrize(
    "loss",
    [
        (Answers(stairs=1), Answers(stairs=2)),
        (Answers(chair_stands=12), Answers(chair_stands=9)),
    ],
    ids=["stairs a step down", "three chair stands fewer"],
)
def test_worsening_with_a_fresh_loss_of_function_is_urgent(told: Told, loss: tuple[Answers, Answers]) -> None:
    """Kofi's legs got weaker and an everyday task went with them."""
    before, after = (Row(day=day, asked=Asked.STAIRS, answers=a) for day, a in zip((2, 9), loss, strict=True))

    assert told("3 3 3 3 3 3 3 5 5 5 5", before, after) == ["day 11: escalate urgent W"]


def test_loss_of_function_older_than_six_days_does_not_count(told: Told) -> None:
    """Lena's stairs answer is a week old when her level rises."""
    before, after = (Row(day=day, asked=Asked.STAIRS, answers=Answers(stairs=day)) for day in (1, 2))

    assert told("3 3 3 3 3 3 3 5 5 5 5", before, after) == ["day 11: escalate routine W"]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ("8 - 8 - 8", True),
        ("8 - - 8 - 8", False),
        ("8 8 7 8 8", False),
    ],
    ids=["within five days", "over six days", "a milder day between"],
)
def test_three_severe_scores_within_five_days_are_urgent(told: Told, scores: str, *, expected: bool) -> None:
    """Mira scores eight or more, and the days between decide."""
    assert bool([d for d in told(scores) if d.endswith("urgent P3")]) is expected


def test_severe_weakness_seen_lately_and_not_worse_is_routine(told: Told) -> None:
    """Nils was seen on day 4; three more eights are no news, but not nothing."""
    decisions = told("8 8 8 8 - - - - - - - - - - - - - 8 8 8", seen(4))

    assert decisions[-1] == "day 20: escalate routine P3"


def test_severe_weakness_worse_than_at_the_visit_is_urgent(told: Told) -> None:
    """Olga was seen at a level of 7: a level of 8 since then is stable, 9 is not."""
    assert told("7 7 7 7 7 7 7 8 8 8", seen(7)) == ["day 10: escalate routine P3"]
    assert told("7 7 7 7 7 7 7 9 9 9", seen(7)) == ["day 10: escalate urgent P3"]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ("5 5 5 5 5 5 5 5 5 5 5 5 5 5", ["day 14: escalate routine P1"]),
        ("5 5 5 5 5 5 5 5 5 5 5 5 5", []),
        ("- - - 5 5 5 5 5 5 5 5 5 5 5", ["day 14: escalate routine P1"]),
        ("- - - - 5 5 5 5 5 5 5 5 5 5", []),
        ("5 5 3 5 5 3 5 5 - 5 - 5 3 5", ["day 14: escalate routine P1"]),
        ("5 5 3 5 5 3 5 5 - 5 - 3 3 5", []),
    ],
    ids=["two weeks", "a day short", "eleven days wide", "ten days wide", "three of four high", "fewer high"],
)
def test_weakness_that_lasts_two_weeks_is_routine(told: Told, scores: str, expected: list[str]) -> None:
    """Pia's weakness stays; enough scores, wide enough apart, most of them 4 or more."""
    assert told(scores) == expected


def test_improving_weakness_is_not_called_lasting(told: Told) -> None:
    """Quim is still above 4 on most days, but a point better than a week ago."""
    assert told("6 6 6 6 6 6 6 5 5 5 5 5 5 5") == []


def test_mild_weakness_that_lasts_four_weeks_is_routine(told: Told) -> None:
    """Rosa scores 2 for four weeks."""
    assert told(" ".join(["2"] * 28)) == ["day 28: escalate routine P2"]
    assert told(" ".join(["1"] * 40)) == []


def test_visit_mutes_lasting_weakness_for_four_weeks(told: Told) -> None:
    """Sami was seen on day 10: silence up to day 37, then both rules speak once."""
    fives = " ".join(["5"] * 38)

    assert told(fives, seen(10)) == ["day 38: escalate routine P1 P2"]


def test_visit_makes_the_level_of_that_day_the_reference(told: Told) -> None:
    """Tess was seen at a level of 5: going on at 5 is no worsening, and 3 from then on is better than the visit."""
    assert "W" not in " ".join(told("3 3 3 3 3 3 3 5 5 5 5 5 5 5", seen(10)))
    assert told("3 3 3 3 3 3 3 5 5 5 3 3 3 3 3 3", seen(10)) == ["day 15: recovery recovery"]


def test_booked_or_not_yet_changes_nothing(told: Told) -> None:
    """Uma has an appointment next week: nothing is muted."""
    booked = Row(day=10, asked=Asked.SEEN, answers=Answers(seen=Seen.BOOKED))

    assert told(" ".join(["5"] * 14), booked) == ["day 14: escalate routine P1"]
