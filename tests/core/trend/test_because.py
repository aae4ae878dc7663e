"""Why an entry came: the replies it rests on, the rules' version, and the nearest change that would have kept it."""

import datetime as dt
import re
from collections.abc import Callable
from random import Random

import pytest

from coach.core.model import Asked, Onset, TrendAnswer
from coach.core.trend import Answers, Person, Row, Seen, TrendRules, decide, explained
from tests.core.trend.plain_rules import plain_decisions, score_of
from tests.core.trend.random_courses import Plain, a_course, as_person, as_row

NAMED = re.compile(r"Had the reply of day (\d+) been (\d+) instead of (\d+), (\w+) would not have come")
Course = Callable[[str], list[Row]]
Why = Callable[..., str]


@pytest.fixture
def why(course: Course, rules: TrendRules) -> Why:
    """The last entry about a line of scores and any further rows, explained."""

    def last_entry(scores: str, *also: Row) -> str:
        rows = sorted([*course(scores), *also], key=lambda row: (row.day, row.at))
        return explained(decide(rows, Person(), rules), rows, Person(), rules)[-1].because

    return last_entry


def says(day: int, **answers: object) -> Row:
    """An answer in the evening."""
    return Row(day=day, at=dt.time(17, 10), asked=Asked.ONSET, answers=Answers(**answers))  # type: ignore[arg-type]


def test_big_jump_names_its_replies_and_the_score_that_would_have_been_no_big_jump(why: Why, rules: TrendRules) -> None:
    """Ada's seven comes after three twos; a six would have been asked about only."""
    assert why("2 2 2 7") == (
        "Score 7 is 5 above the usual 2 of the 10 days before, whose highest was 2. "
        "Scores used: 2 (day 1), 2 (day 2), 2 (day 3), 7 (day 4). "
        f"Had the reply of day 4 been 6 instead of 7, J2 would not have come. Rules version {rules.version}: J2."
    )


@pytest.mark.parametrize(
    ("scores", "change"),
    [
        ("10", "Had the reply of day 1 been 9 instead of 10, J3"),
        ("2 2 4 7", "Had the reply of day 4 been 6 instead of 7, J2"),
        ("3 3 3 3 3 3 3 5 5 5 5", "Had the reply of day 10 been 4 instead of 5, W"),
        ("8 8 - 9", "Had the reply of day 2 been 7 instead of 8, P3"),
        ("4 4 4 4 4 4 4 4 3 3 3 4 4 4", "Had the reply of day 14 been 3 instead of 4, P1"),
        (" ".join(["5"] * 14), "Had the replies of day 11, day 12, day 13 and day 14 been 3 or less, P1"),
        ("6 6 6 6 6 6 4 4 4 4 4", "Had the reply of day 9 been 5 instead of 4, this note"),
    ],
)
def test_nearest_change_is_named(why: Why, scores: str, change: str) -> None:
    """Bela's course would have been judged otherwise with one reply changed, or with as few as it takes."""
    assert f"{change} would not have come." in why(scores)


def test_answer_that_made_it_urgent_is_named_before_any_score(course: Course, rules: TrendRules) -> None:
    """Carla said that the jump is new."""
    rows = [*course("2 2 2 6"), says(4, onset=Onset.THIS_WEEK)]
    urgent, asked = explained(decide(rows, Person(), rules), rows, Person(), rules)

    assert "Answers used: new this week (day 4)." in urgent.because
    assert "Had the answer of day 4 been “no, a usual bad day”, J1 would not have come." in urgent.because
    assert "Had the reply of day 4 been 4 instead of 6, J1 would not have come." in asked.because


def test_comparison_with_last_week_names_both_answers(why: Why) -> None:
    """Dora answered "worse" twice running."""
    said = why("", says(7, trend=TrendAnswer.WORSE), says(14, trend=TrendAnswer.WORSE))

    assert "Answers used: compared with last week worse (day 7), compared with last week worse (day 14)." in said
    assert "Had the answer of day 14 been “the same”, G would not have come." in said


def test_lost_function_and_visit_are_named_where_they_count(why: Why) -> None:
    """Ewa needs the rail since day 9; Femi's eights are known to her doctor."""
    worse = why("3 3 3 3 3 3 3 5 5 5 5", says(2, stairs=0), says(9, stairs=1))
    seen = why("7 8 7 - 8 8 8", says(3, seen=Seen.YES))

    assert "Answers used: stairs 1 (day 9)." in worse
    assert "Answers used: seen by a clinician (day 3)." in seen


@pytest.mark.parametrize(
    ("scores", "ending"),
    [
        ("3 3 3 ? ? ? ?", "Had anything been heard on day 7, this task would not have come."),
        ("2 2 2 7 - ?", "Had anything been heard within these hours, this task would not have come."),
        ("2 2 2 6 ?", "Had the question been answered in time, this task would not have come."),
    ],
)
def test_task_says_what_would_have_spared_it(why: Why, scores: str, ending: str) -> None:
    """Gita was not heard of."""
    assert ending in why(scores)


def test_days_are_named_as_the_reader_wishes(course: Course, rules: TrendRules) -> None:
    """Hana's desk shows dates."""
    rows = course("2 2 2 7")
    began = dt.date(2024, 4, 30)
    (entry,) = explained(
        decide(rows, Person(), rules),
        rows,
        Person(),
        rules,
        lambda day: f"{began + dt.timedelta(days=day - 1):%d %B}".lstrip("0"),
    )

    assert "Had the reply of 3 May been 6 instead of 7, J2 would not have come." in entry.because


def test_entries_are_explained_without_being_changed(rules: TrendRules) -> None:
    """Only the words are fuller, and every entry bears the version it was decided under."""
    for number in range(60):
        plain, walks, alone = a_course(Random(number))
        rows, person = [as_row(row) for row in plain], as_person(walks=walks, alone=alone)
        entries = decide(rows, person, rules)
        for entry, fuller in zip(entries, explained(entries, rows, person, rules), strict=True):
            assert (entry.day, entry.action, entry.level, entry.rules) == (
                fuller.day,
                fuller.action,
                fuller.level,
                fuller.rules,
            )
            assert fuller.because.startswith(entry.because)
            assert fuller.because.endswith(f"Rules version {rules.version}: {', '.join(entry.rules)}.")
            assert entry.version == rules.version


def test_named_change_of_a_score_holds_by_the_plain_rules_too(rules: TrendRules) -> None:
    """What is said to keep a rule silent does so when the slow and plain rules judge the changed record."""
    told = 0
    for number in range(60):
        plain, walks, alone = a_course(Random(number))
        rows, person = [as_row(row) for row in plain], as_person(walks=walks, alone=alone)
        for entry in explained(decide(rows, person, rules), rows, person, rules):
            for day, score, instead, rule in NAMED.findall(entry.because):
                told += 1
                others = _with_change(plain, int(day), int(score), int(instead))
                decided = [plain_decisions(other, walks=walks, alone=alone) for other in others]
                place = (entry.day, entry.action.value)
                fired = [any((d, a) == place and rule in names for d, a, _, names in course) for course in decided]
                assert not all(fired), f"course {number}: {entry.because}"

    assert told > 80


def _with_change(plain: list[Plain], day: int, score: int, instead: int) -> list[list[Plain]]:
    """The record with another score that day; one for each row of the day that it may be."""
    places = [i for i, row in enumerate(plain) if row["day"] == day and score_of(row) == instead]
    return [[*plain[:i], plain[i] | {"score": score}, *plain[i + 1 :]] for i in places]
