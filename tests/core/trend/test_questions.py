"""The question whether a jump is new: when it is asked, and what becomes of it."""

import datetime as dt
from collections.abc import Callable

import pytest

from coach.core.model import Asked, Assessment, Disposition, Onset, Reason, TrendAnswer
from coach.core.trend import Answers, Row

Told = Callable[..., list[str]]


def says(day: int, onset: Onset, at: dt.time = dt.time(17, 10)) -> Row:
    """An answer to the question when it began."""
    return Row(day=day, at=at, asked=Asked.ONSET, answers=Answers(onset=onset))


def score(day: int, weakness: float, at: dt.time, onset: Onset | None = None) -> Row:
    """A score at a time of its own, perhaps with the answer in the same text."""
    return Row(day=day, at=at, asked=Asked.WEAKNESS, weakness=weakness, answers=Answers(onset=onset))


@pytest.mark.parametrize("onset", [Onset.TODAY, Onset.THIS_WEEK])
def test_jump_that_is_new_is_urgent_at_once(told: Told, onset: Onset) -> None:
    """Vera answers that it is new, today or this week."""
    assert told("2 2 2 6", says(4, onset)) == ["day 4: escalate urgent J1", "day 4: recheck J1"]


def test_usual_bad_day_spares_the_task_and_the_next_score_still_confirms(told: Told) -> None:
    """Will calls it a usual bad day; the same score on the next day is urgent all the same."""
    assert told("2 2 2 6 2", says(4, Onset.LONGER)) == ["day 4: recheck J1"]
    assert told("2 2 2 6 6", says(4, Onset.LONGER)) == ["day 4: recheck J1", "day 5: escalate urgent J1"]


@pytest.mark.parametrize(
    ("scores", "confirmed"),
    [
        ("2 2 2 6 5", True),
        ("2 2 2 6 4", False),
        ("2 2 2 6 - 5", True),
        ("2 2 2 6 - - 5", False),
        ("2 2 2 6 4 6", False),
    ],
    ids=["next day", "too low", "second day", "third day is too late", "only the first score counts"],
)
def test_first_score_within_two_days_confirms_or_closes(told: Told, scores: str, *, confirmed: bool) -> None:
    """Xenia gives no answer; her next score decides."""
    urgent = [d for d in told(scores) if "urgent J1" in d]

    assert bool(urgent) is confirmed


def test_second_score_on_the_same_day_withdraws_but_never_confirms(told: Told) -> None:
    """Yara mistyped: her correction takes the question back. Repeating the score confirms nothing on that day."""
    assert told("2 2 2 6", score(4, 2, dt.time(16, 50))) == ["day 4: recheck J1"]
    assert told("2 2 2 6 2", score(4, 2, dt.time(16, 50))) == ["day 4: recheck J1"]
    assert told("2 2 2 6", score(4, 6, dt.time(16, 50))) == ["day 4: recheck J1"]


@pytest.mark.parametrize(
    ("asked_at", "answered_at", "task"),
    [
        (dt.time(16, 0), None, "day 4: task J1"),
        (dt.time(16, 1), None, "day 5: task J1"),
        (dt.time(10, 0), dt.time(14, 0), None),
        (dt.time(10, 0), dt.time(14, 1), "day 4: task J1"),
        (dt.time(6, 0), dt.time(12, 59), None),
    ],
    ids=["by four o'clock", "a minute later", "answer in the last minute", "answer too late", "asked before nine"],
)
def test_question_without_answer_for_four_waking_hours_is_a_task(
    told: Told, asked_at: dt.time, answered_at: dt.time | None, task: str | None
) -> None:
    """Zoe's question waits; the night does not count, and an answer in the very last minute is in time."""
    answers = (says(4, Onset.LONGER, answered_at),) if answered_at else ()
    rows = (score(4, 6, asked_at), *answers, Row(day=6, asked=Asked.NOTHING, texted=True))

    assert [d for d in told("2 2 2", *rows) if "task" in d] == ([task] if task else [])


def test_answer_in_the_same_text_is_used_and_nothing_is_asked(told: Told) -> None:
    """Ada writes the score and that it is new in one text; Bela that it is an old story."""
    assert told("2 2 2", score(4, 6, dt.time(16, 40), Onset.TODAY)) == ["day 4: escalate urgent J1"]
    assert told("2 2 2", score(4, 6, dt.time(16, 40), Onset.LONGER)) == []
    assert told("2 2 2 - 6", score(4, 6, dt.time(16, 40), Onset.LONGER)) == ["day 5: escalate urgent J1"]


@pytest.mark.parametrize(
    ("onset", "level"), [(Onset.LONGER, "routine"), (Onset.TODAY, "urgent"), (Onset.THIS_WEEK, "urgent")]
)
def test_early_high_score_is_routine_when_long_standing_and_urgent_when_new(
    told: Told, onset: Onset, level: str
) -> None:
    """Carla's very first score is 8."""
    assert told("8", says(1, onset)) == [f"day 1: escalate {level} J0", "day 1: recheck J0"]


def test_early_question_is_asked_once_in_two_weeks(told: Told) -> None:
    """Dora scores high on her first two days: one question is enough."""
    assert told("8 8") == ["day 1: recheck J0", "day 2: task J0"]


def test_late_answer_changes_nothing(told: Told) -> None:
    """Ewa answers three days after the question."""
    assert told("2 2 2 6 - -", says(7, Onset.TODAY)) == ["day 4: recheck J1", "day 5: task J1"]


def test_urgent_message_for_any_reason_closes_the_question(told: Told) -> None:
    """Femi reports a dangerous sign while the question is open: no task and no second urgent message follow."""
    level = Disposition.URGENT
    sign = Row(
        day=4,
        at=dt.time(17, 0),
        texted=True,
        codes=("faint",),
        assessment=Assessment(level, (Reason("faint", level, "fainted"),)),
    )

    assert told("2 2 2 6 6", sign) == ["day 4: escalate urgent faint", "day 4: recheck J1"]


def test_much_worse_than_last_week_is_asked_about_but_no_score_confirms_it(told: Told) -> None:
    """Gita answers the weekly comparison with "much worse"."""
    weekly = Row(day=4, at=dt.time(16, 50), asked=Asked.TREND, answers=Answers(trend=TrendAnswer.MUCH_WORSE))

    assert told("2 2 2 2 4", weekly) == ["day 4: recheck G", "day 5: task G"]
    assert told("2 2 2 2", weekly, says(4, Onset.TODAY)) == ["day 4: escalate urgent G", "day 4: recheck G"]
    assert told("2 2 2 2 2", weekly, says(4, Onset.LONGER)) == ["day 4: recheck G"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({7: "worse", 14: "worse"}, ["day 14: escalate routine G"]),
        ({7: "worse", 21: "worse"}, ["day 21: escalate routine G"]),
        ({7: "worse", 22: "worse"}, []),
        ({7: "worse", 14: "same", 21: "worse"}, []),
        (
            {7: "worse", 14: "worse", 21: "worse", 28: "worse"},
            ["day 14: escalate routine G", "day 28: escalate routine G"],
        ),
    ],
    ids=["a week apart", "two weeks apart", "too far apart", "not running", "counted anew"],
)
def test_twice_running_worse_than_last_week_is_routine(
    told: Told, answers: dict[int, str], expected: list[str]
) -> None:
    """Hana answers the weekly comparison."""
    rows = [
        Row(day=day, asked=Asked.TREND, answers=Answers(trend=TrendAnswer(answer))) for day, answer in answers.items()
    ]

    assert told("", *rows) == expected
