"""What must hold for every participant, whatever they send."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.model import Asked, Assessment, Disposition, Onset, Reason, TrendAnswer
from coach.core.trend import Action, Answers, Decision, Person, Row, Seen, TrendRules, decide

LAST_DAY = 45

_answers = st.builds(
    Answers,
    onset=st.none() | st.sampled_from(Onset),
    seen=st.none() | st.sampled_from(Seen),
    trend=st.none() | st.sampled_from(TrendAnswer),
    stairs=st.none() | st.integers(0, 3),
    falls=st.none() | st.integers(0, 2),
    chair_stands=st.none() | st.integers(0, 20),
)


def _told(sign: tuple[str, Disposition] | None) -> tuple[tuple[str, ...], Assessment | None]:
    if sign is None:
        return (), None
    return (sign[0],), Assessment(sign[1], (Reason(sign[0], sign[1], "told"),))


def _row(  # noqa: PLR0917
    day: int,
    minute: int,
    asked: Asked | None,
    weakness: int | None,
    answers: Answers,
    sign: tuple[str, Disposition] | None,
) -> Row:
    codes, assessment = _told(sign)
    at = dt.time(minute // 60, minute % 60)
    return Row(day, at, asked, sign is not None, weakness, answers, codes, assessment)


_rows = st.lists(
    st.builds(
        _row,
        day=st.integers(1, LAST_DAY),
        minute=st.integers(0, 1439),
        asked=st.none() | st.sampled_from([Asked.WEAKNESS, Asked.ONSET, Asked.SEEN, Asked.NOTHING]),
        weakness=st.none() | st.integers(0, 10),
        answers=st.just(Answers()) | _answers,
        sign=st.none() | st.tuples(st.sampled_from(["faint", "fall_no_injury"]), st.sampled_from(Disposition)),
    ),
    max_size=70,
).map(lambda rows: sorted(rows, key=lambda row: (row.day, row.at)))
_people = st.builds(Person, non_ambulatory=st.booleans(), lives_alone=st.booleans())


@settings(max_examples=150, deadline=None)
@given(rows=_rows, person=_people, day=st.integers(1, LAST_DAY))
def test_what_is_decided_up_to_a_day_does_not_depend_on_later_days(
    rules: TrendRules, rows: list[Row], person: Person, day: int
) -> None:
    """The rules know nothing of the future."""
    until_then = [*(row for row in rows if row.day <= day), Row(day=day, at=dt.time(23, 59), asked=Asked.SEEN)]
    later = [row for row in rows if row.day > day]
    decided = decide([*until_then, *later], person, rules)

    assert tuple(d for d in decided if d.day <= day) == decide(until_then, person, rules)


def _entries(decisions: tuple[Decision, ...]) -> dict[tuple[int, Action, Disposition | None], set[str]]:
    """The rules of what was said to the person; a coordinator's task may well fall away."""
    return {(d.day, d.action, d.level): set(d.rules) for d in decisions if d.action is not Action.TASK}


@settings(max_examples=150, deadline=None)
@given(rows=_rows, person=_people, correction=st.integers(0, 10))
def test_correction_never_takes_back_what_was_said(
    rules: TrendRules, rows: list[Row], person: Person, correction: int
) -> None:
    """A second score on the last day may add to what was said, but not undo it."""
    rows = [*rows, Row(day=LAST_DAY, at=dt.time(23, 58), weakness=7)]
    corrected = [*rows, Row(day=LAST_DAY, at=dt.time(23, 59), weakness=correction)]
    said = _entries(decide(rows, person, rules))
    after = _entries(decide(corrected, person, rules))

    assert all(said[place] <= after.get(place, set()) for place in said)


@settings(max_examples=150, deadline=None)
@given(rows=_rows, person=_people)
def test_each_day_has_at_most_one_entry_per_action_and_level_in_order(
    rules: TrendRules, rows: list[Row], person: Person
) -> None:
    """The list of decisions is tidy, and every entry says which rules and why."""
    decisions = decide(rows, person, rules)
    places = [(d.day, list(Action).index(d.action), -(d.level.rank if d.level else 0)) for d in decisions]

    assert places == sorted(set(places))
    assert all(d.rules and d.because for d in decisions)
    assert all((d.level is not None) == (d.action is Action.ESCALATE) for d in decisions)


@settings(max_examples=150, deadline=None)
@given(rows=_rows, person=_people)
def test_cannot_stand_without_a_comparison_is_always_an_emergency(
    rules: TrendRules, rows: list[Row], person: Person
) -> None:
    """Whatever came before, a ten after two silent weeks is answered with the emergency line."""
    day = max((row.day for row in rows), default=0) + 12
    decisions = decide([*rows, Row(day=day, weakness=10)], Person(lives_alone=person.lives_alone), rules)

    assert Disposition.EMERGENCY in {d.level for d in decisions if d.day == day}
