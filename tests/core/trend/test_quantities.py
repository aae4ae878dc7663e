"""The quantities of one day: current level, baseline, recovered level, reference, noise."""

from collections.abc import Callable
from math import sqrt

import pytest

from coach.core.trend import Answers, Person, Row, Seen, State, TrendRules, hear, start
from coach.core.trend.quantities import Score, baseline, current, need, noise, recovered
from coach.core.trend.record import look_back

Course = Callable[[str], list[Row]]


def scores(line: str) -> tuple[Score, ...]:
    """Day scores from day 1; "-" for a day without one."""
    return tuple(Score(day, int(mark)) for day, mark in enumerate(line.split(), start=1) if mark != "-")


def after(rows: list[Row], rules: TrendRules) -> State:
    """The state after hearing these rows."""
    state = start(Person(), rules)
    for row in rows:
        state, _ = hear(state, row)
    return state


def test_current_level_is_the_median_of_the_last_five_scores(rules: TrendRules) -> None:
    """Rosa's oldest score no longer counts; with four scores the middle two are averaged and not rounded."""
    assert current(scores("9 1 2 3 4 5"), 6, rules) == 3
    assert current(scores("1 2 3 4"), 4, rules) == 2.5


def test_current_level_needs_three_scores_of_the_last_fourteen_days(rules: TrendRules) -> None:
    """Sami's gap empties the level by itself; the day asked about need not be scored."""
    assert current(scores("4 4"), 2, rules) is None
    assert current(scores("4 4 4"), 15, rules) == 4
    assert current(scores("4 4 4"), 16, rules) is None


def test_baseline_is_the_first_seven_scores_of_the_first_two_weeks(rules: TrendRules) -> None:
    """Tess's eighth score changes nothing; five scores are the least, and only those of two weeks count."""
    assert baseline(scores("1 2 3 4 5 6 7 0 0"), 9, rules) == 4
    assert baseline(scores("1 2 3 4"), 4, rules) is None
    assert baseline(scores("- 1 2 3 4 - - - - - - - - - 5"), 15, rules) == 3
    assert baseline(scores("1 2 3 4 - - - - - - - - - - 5"), 15, rules) is None


def test_recovered_level_looks_one_to_four_weeks_back(rules: TrendRules) -> None:
    """Uma's last week is left out; without enough scores the level known before stays."""
    line = scores("9 2 2 2 2 2 2 7 7 7 7 7 7 7")

    assert recovered(line, 14, 0, None, rules) == 2
    assert recovered(line, 40, 0, 2.0, rules) == 2.0
    assert recovered(line, 14, 3, None, rules) is None


def test_noise_is_one_until_six_scores_older_than_two_days_are_known(rules: TrendRules) -> None:
    """Vera's newest scores do not hide themselves: on day 8 only those up to day 5 count."""
    assert noise(scores("1 3 1 3 1 9 9 9"), 8, rules) == 1.0
    assert noise(scores("1 3 1 3 1 3 9 9 9"), 9, rules) == pytest.approx(sqrt(2))


def test_needed_rise_lies_between_three_and_five(rules: TrendRules) -> None:
    """A calm person's jump is 3, a restless one's never needs to be more than 5."""
    assert [need(own, rules) for own in (0.0, 1.2, 4.0)] == [3, pytest.approx(3.6), 5]


def test_look_back_takes_the_nearest_scored_day_up_to_three_days_earlier(course: Course, rules: TrendRules) -> None:
    """Will has no score exactly a week ago."""
    record = after(course("2 2 2 4 4 4 - - - - 4"), rules).record

    assert look_back(record, 12, 7, rules) == 2
    assert look_back(record, 16, 7, rules) == 4
    assert look_back(record, 17, 7, rules) is None


def test_reference_is_the_lower_of_baseline_and_recovered_level(course: Course, rules: TrendRules) -> None:
    """Xenia recovered from 6 to 2 and is judged from 2."""
    state = after(course("6 6 6 6 6 6 6 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2 2"), rules)

    assert (state.baseline, state.reference, state.current) == (6, 2, 2)


def test_visit_replaces_the_baseline_and_forgets_older_levels(course: Course, rules: TrendRules) -> None:
    """Yara was seen at 5: from then on 5 is her reference, though she had been at 2."""
    visit = Row(day=15, answers=Answers(seen=Seen.YES))
    state = after([*course("2 2 2 2 2 2 2 5 5 5 5 5 5 5"), visit, Row(day=16, weakness=5)], rules)

    assert (state.reference, state.last_visit) == (5, 15)


def test_visit_without_a_known_level_leaves_the_reference_alone(course: Course, rules: TrendRules) -> None:
    """Zoe was seen after a long silence."""
    visit = Row(day=40, answers=Answers(seen=Seen.YES))
    state = after([*course("3 3 3 3 3 3 3"), visit, Row(day=41, weakness=6)], rules)

    assert state.reference == 3


def test_rows_must_come_in_the_order_of_their_days(course: Course, rules: TrendRules) -> None:
    """A row for a day that has ended would be answered too late, so it is an error."""
    state = after(course("3 3 3"), rules)

    with pytest.raises(ValueError, match="day 1 came after day 3"):
        hear(state, Row(day=1, weakness=5))
