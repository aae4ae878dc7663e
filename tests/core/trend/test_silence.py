"""The silence ladder: when hearing nothing becomes a coordinator's work."""

import datetime as dt
from collections.abc import Callable

import pytest

from coach.core.model import Asked
from coach.core.trend import Answers, Person, Row

Told = Callable[..., list[str]]


def ok(day: int, at: dt.time = dt.time(9, 30)) -> Row:
    """A bare OK."""
    return Row(day=day, at=at, asked=Asked.NOTHING, texted=True)


def test_four_missed_check_ins_are_a_task(told: Told) -> None:
    """Rosa is well and falls silent: the fourth missed day counts, and only once."""
    assert told("3 3 3 ? ? ?") == []
    assert told("3 3 3 ? ? ? ? ? ? ? ?") == ["day 7: task silence-4"]


def test_days_without_a_check_in_are_not_missed_but_seven_quiet_days_are_enough(told: Told) -> None:
    """Sami missed one check-in of a quiet week: a task after seven days. Without any check-in there is none."""
    assert told("3 3 3 - - - ? - - -") == []
    assert told("3 3 3 - - - ? - - ?") == ["day 10: task silence-7d"]
    assert told("3 3 3 - - - - - - -") == []


def test_several_reasons_on_one_day_share_one_task(told: Told) -> None:
    """Tess: the fourth missed check-in falls on the seventh quiet day."""
    assert told("3 3 3 ? - ? - ? - ?") == ["day 10: task silence-4 silence-7d"]


def test_unanswered_follow_up_is_no_missed_check_in(told: Told) -> None:
    """Uma leaves other questions open, which says nothing about her check-ins."""
    follow_ups = [Row(day=day, asked=Asked.SEEN) for day in range(2, 9)]

    assert told("3", *follow_ups) == []


@pytest.mark.parametrize(
    ("scores", "also", "person"),
    [
        ("7 7 7 ? ?", (), Person()),
        ("4 4 5 ? ?", (), Person(lives_alone=True)),
        ("3 3 3 ? ?", (Row(day=1, at=dt.time(18, 0), asked=Asked.FALLS, answers=Answers(falls=1)),), Person()),
        ("3 3 3 ? ?", (Row(day=1, at=dt.time(18, 0), texted=True, codes=("fall_no_injury",)),), Person()),
    ],
    ids=["high level", "lives alone", "told a fall", "a fall in a text"],
)
def test_forty_eight_hours_of_silence_are_a_task_at_high_risk(
    told: Told, scores: str, also: tuple[Row, ...], person: Person
) -> None:
    """Vera is at risk: two quiet days are enough."""
    assert told(scores, *also, person=person) == ["day 5: task silence-48h"]


def test_open_question_without_any_answer_is_high_risk(told: Told) -> None:
    """Will's jump was asked about; then he is silent."""
    assert told("2 2 2 6 ? ?") == ["day 4: recheck J1", "day 5: task J1", "day 6: task silence-48h"]


def test_anything_heard_starts_the_count_anew(told: Told) -> None:
    """Xenia sends an OK between, so neither stretch is long enough; later a second task may come."""
    assert told("3 3 3 ? ? ? ? ? ? ?", ok(6)) == ["day 10: task silence-4"]
    assert told("3 3 3 ? ? ? ? ? ? ? ? ?", ok(8)) == ["day 7: task silence-4", "day 12: task silence-4"]


@pytest.mark.parametrize(
    ("heard_at", "expected"),
    [(dt.time(17, 39), []), (dt.time(17, 40), []), (dt.time(17, 41), ["day 5: task silence-urgent"])],
    ids=["a minute before", "at that very minute", "a minute too late"],
)
def test_twelve_waking_hours_of_silence_after_an_urgent_message_are_a_task(
    told: Told, heard_at: dt.time, expected: list[str]
) -> None:
    """Yara's urgent message went out at 16:40; twelve waking hours end at 17:40 on the next day."""
    assert told("2 2 2 7", ok(5, heard_at))[1:] == expected


def test_silence_after_an_emergency_is_not_this_task(told: Told) -> None:
    """Zoe's emergency has its own, quicker follow-up elsewhere."""
    assert told("3 3 3 10 - ?") == ["day 4: escalate emergency J3"]


def test_one_silence_task_is_enough_until_something_is_heard(told: Told) -> None:
    """Ada is silent after an urgent message: the ladder adds nothing on later days."""
    assert told("2 2 2 7 ? ? ? ? ? ? ?") == ["day 4: escalate urgent J2", "day 5: task silence-urgent"]


def test_silence_counts_from_enrolment(told: Told) -> None:
    """Bela never answers at all."""
    assert told("? ? ? ?") == ["day 4: task silence-4"]
