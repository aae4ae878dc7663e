"""Cool-downs and latches: enough is said, and not too often."""

import datetime as dt
from collections.abc import Callable

from coach.core.model import Asked
from coach.core.trend import Answers, Row, Seen

Told = Callable[..., list[str]]


def test_lasting_weakness_is_told_once_by_each_rule(told: Told) -> None:
    """Ivan scores 5 for twelve weeks: two weeks, four weeks, then it is left to the follow-ups."""
    assert told(" ".join(["5"] * 84)) == ["day 14: escalate routine P1", "day 28: escalate routine P2"]


def test_visit_makes_lasting_weakness_speak_again(told: Told) -> None:
    """Jun was seen on day 40 and is no better four weeks later."""
    visit = Row(day=40, asked=Asked.SEEN, answers=Answers(seen=Seen.YES))

    assert told(" ".join(["5"] * 84), visit)[2:] == ["day 68: escalate routine P1 P2"]


def test_every_score_that_means_cannot_stand_is_answered(told: Told) -> None:
    """Kofi cannot stand on two days running: an emergency is never held back."""
    assert told("3 3 3 3 3 3 10 10") == ["day 7: escalate emergency J3", "day 8: escalate emergency J3"]


def test_same_emergency_twice_on_a_day_is_one_entry(told: Told) -> None:
    """Lena repeats her ten an hour later; the day lists it once."""
    again = Row(day=4, at=dt.time(17, 40), weakness=10)

    assert told("3 3 3 10", again) == ["day 4: escalate emergency J3"]


def test_urgent_course_waits_three_days_after_an_urgent_message(told: Told) -> None:
    """Mira's big jump is urgent on day 4; the third severe score on day 6 is held and told on day 7."""
    assert told("2 2 2 9 9 9 9") == ["day 4: escalate urgent J2", "day 7: escalate urgent P3"]


def test_routine_message_waits_two_weeks_after_any_trend_message(told: Told) -> None:
    """Nils is told of a worsening on day 11; the lasting weakness would be news on day 20, but waits until day 25."""
    decisions = told("3 3 3 3 3 3 3 5 5 5 5 " + " ".join(["5"] * 15))

    assert decisions == ["day 11: escalate routine W", "day 25: escalate routine P1"]


def test_worsening_told_as_routine_may_be_told_once_more_as_urgent(told: Told) -> None:
    """Olga goes on getting worse: urgent passes the cool-down of the routine message."""
    assert told("3 3 3 3 3 3 3 5 5 5 5 6 6 6 6 6 7 7") == ["day 11: escalate routine W", "day 14: escalate urgent W"]


def test_worsening_speaks_again_after_five_days_near_the_reference(told: Told) -> None:
    """Pia's level came back for more than five scored days and rose a second time."""
    scores = "3 3 3 3 3 3 3 5 5 5 5 3 3 3 3 3 3 3 3 3 3 3 5 5 5 5"

    assert told(scores) == ["day 11: escalate routine W", "day 26: escalate routine W"]


def test_two_levels_on_one_day_are_two_entries_highest_first(told: Told) -> None:
    """Quim's big jump is urgent, and an hour later he cannot stand."""
    worse = Row(day=4, at=dt.time(17, 40), weakness=10)

    assert told("2 2 2 9", worse) == ["day 4: escalate emergency J3", "day 4: escalate urgent J2"]
