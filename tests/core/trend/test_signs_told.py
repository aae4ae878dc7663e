"""Signs in a text: what they raise, and when the same sign raises nothing again."""

import datetime as dt
from collections.abc import Callable

import pytest

from coach.core.model import Assessment, Disposition, Reason
from coach.core.trend import Row

Told = Callable[..., list[str]]
NOON = dt.time(12, 0)


def text(day: int, at: dt.time = NOON, **levels: str) -> Row:
    """A text in which these signs were found, each with the level it calls for."""
    reasons = [Reason(sign, Disposition(level), f"told {sign}") for sign, level in levels.items()]
    reasons.sort(key=lambda reason: -reason.level.rank)
    highest = reasons[0].level if reasons else Disposition.SELF_CARE
    codes = tuple(sorted(sign for sign in levels if not sign.startswith("X")))
    return Row(day=day, at=at, texted=True, codes=codes, assessment=Assessment(highest, tuple(reasons)))


def test_message_names_every_sign_that_calls_for_care_and_combinations_first(told: Told) -> None:
    """Carla writes of three things; the one that is only kept is not named."""
    row = text(1, brown_urine="urgent", X4="urgent", foot_sore="routine", weakness_general="self_care")

    assert told("", row) == ["day 1: escalate urgent X4 brown_urine foot_sore"]


@pytest.mark.parametrize(("day", "again"), [(2, False), (14, False), (15, True)])
def test_same_routine_sign_waits_fourteen_days(told: Told, day: int, *, again: bool) -> None:
    """Dora's back hurts as before."""
    decisions = told("", text(1, back_or_shooting_pain="routine"), text(day, back_or_shooting_pain="routine"))

    assert len(decisions) == 1 + again


def test_routine_sign_told_again_and_again_does_not_prolong_its_silence(told: Told) -> None:
    """Ewa mentions her back every day; after fourteen days she is told once more."""
    rows = [text(day, back_or_shooting_pain="routine") for day in range(1, 16)]

    assert [d.split(":")[0] for d in told("", *rows)] == ["day 1", "day 15"]


@pytest.mark.parametrize(
    ("day", "at", "again"),
    [(2, dt.time(11, 59), False), (2, NOON, True)],
    ids=["a minute within a day", "after a day"],
)
def test_same_urgent_sign_waits_twenty_four_hours(told: Told, day: int, at: dt.time, *, again: bool) -> None:
    """Femi fainted, and says so once more."""
    decisions = told("", text(1, faint="urgent"), text(day, at, faint="urgent"))

    assert len([d for d in decisions if "faint" in d]) == 1 + again


@pytest.mark.parametrize(("day", "level"), [(1, None), (2, "urgent"), (14, "urgent"), (15, "routine")])
def test_second_fall_within_fourteen_days_is_urgent(told: Told, day: int, level: str | None) -> None:
    """Femi fell without harm, and again some days later; told twice on one day it is the same fall."""
    rows = (text(1, fall_no_injury="routine"), text(day, dt.time(18, 0), fall_no_injury="routine"))

    second = [f"day {day}: escalate {level} fall_no_injury"] if level else []
    assert told("", *rows, text(day + 1)) == ["day 1: escalate routine fall_no_injury", *second]


def test_near_fall_before_makes_no_second_fall(told: Told) -> None:
    """Gita nearly fell, which is only kept, and fell a day later."""
    rows = (text(1, fall_no_injury="self_care"), text(2, fall_no_injury="routine"))

    assert told("", *rows) == ["day 2: escalate routine fall_no_injury"]


def test_emergency_sign_is_answered_every_time(told: Told) -> None:
    """Gita writes of chest pain on the next day again."""
    assert told("", text(1, chest_pain="emergency"), text(2, chest_pain="emergency")) == [
        "day 1: escalate emergency chest_pain",
        "day 2: escalate emergency chest_pain",
    ]


def test_sign_that_got_more_serious_is_no_repeat(told: Told) -> None:
    """Hana's numb foot was routine and is urgent now."""
    rows = (text(1, numbness_tingling="routine"), text(1, dt.time(13, 0), numbness_tingling="urgent"))

    assert told("", *rows) == [
        "day 1: escalate urgent numbness_tingling",
        "day 1: escalate routine numbness_tingling",
    ]


def test_new_sign_beside_a_repeated_one_is_named_alone(told: Told) -> None:
    """Ivan's old sign is kept in the record; the new one is told."""
    rows = (text(1, faint="urgent"), text(1, dt.time(13, 0), faint="urgent", palpitations="urgent"))

    assert told("", *rows) == ["day 1: escalate urgent faint palpitations"]


def test_signs_neither_start_nor_obey_the_cool_down_of_the_scores(told: Told) -> None:
    """Jun's urgent sign on day 13 does not hold back the lasting weakness of day 14."""
    fives = " ".join(["5"] * 14)

    assert told(fives, text(13, faint="urgent"))[-1] == "day 14: escalate routine P1"
    assert told(fives, text(14, dt.time(18, 0), foot_sore="routine")) == ["day 14: escalate routine foot_sore P1"]


def test_worsening_with_a_new_urgent_sign_is_urgent(told: Told) -> None:
    """Kofi's sign came within the last week; a sign from the first day would not count."""
    scores = "3 3 3 3 3 3 3 5 5 5 5"

    assert told(scores, text(9, faint="urgent"))[-1] == "day 11: escalate urgent W"
    assert told(scores, text(1, faint="urgent"), text(9, faint="urgent"))[-1] == "day 11: escalate routine W"


def test_assessment_that_is_an_emergency_is_told_whatever_its_reasons(told: Told) -> None:
    """Lena's text is judged an emergency without a named sign: it must not get lost."""
    row = Row(day=1, texted=True, assessment=Assessment(Disposition.EMERGENCY))

    assert told("", row) == ["day 1: escalate emergency "]
