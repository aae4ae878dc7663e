"""Limits of the rules, each on the last value that counts and on the first that does not."""

import datetime as dt
from collections.abc import Callable
from math import sqrt

import pytest

from coach.core.model import Asked, Assessment, Disposition, Reason, TrendAnswer
from coach.core.trend import Answers, Row, Rule, Seen, TrendRules
from coach.core.trend.function import Function, lost
from coach.core.trend.quantities import Score, noise, recovered
from coach.core.trend.record import Figures, Record
from coach.core.trend.standing import rearms, standing_results

Told = Callable[..., list[str]]


def line(*parts: tuple[str, int]) -> str:
    """A line of scores from (mark, how often) pairs."""
    return " ".join(mark for mark, times in parts for _ in range(times))


def on_days(scores: dict[int, int]) -> str:
    """A line of scores on these days, with no check-in on the others."""
    return " ".join(str(scores.get(day, "-")) for day in range(1, max(scores) + 1))


def test_recovered_level_needs_five_scores_from_at_most_twenty_eight_days_back(rules: TrendRules) -> None:
    """Ada's five scores are just within reach on day 29."""
    scores = tuple(Score(day, 2) for day in range(1, 6))

    assert recovered(scores, 29, 0, None, rules) == 2
    assert recovered(scores, 30, 0, None, rules) is None


def test_noise_looks_at_twenty_scores(rules: TrendRules) -> None:
    """Bela's one wild day is the twentieth score back, and a day later the twenty-first."""
    wild = (Score(1, 9), *(Score(day, 2) for day in range(2, 22)))

    assert noise(wild, 23, rules) == pytest.approx(sqrt(49 / 19 / 2))
    assert noise(wild, 24, rules) == 0


def test_big_jump_of_a_restless_person_needs_four_times_the_noise(told: Told) -> None:
    """Carla's noise is 1.1: five points above her usual are urgent."""
    assert told("1 2 1 3 1 2 1 3 1 2 1 7")[-1] == "day 12: escalate urgent J2"


def test_jump_may_be_asked_about_on_each_day(told: Told) -> None:
    """Dora took back her jump of day 4; that of day 5 is asked about anew."""
    correction = Row(day=4, at=dt.time(16, 50), weakness=2)

    assert told("2 2 2 6 6", correction) == ["day 4: recheck J1", "day 5: recheck J1"]


@pytest.mark.parametrize(("day", "asked"), [(14, False), (15, True)])
def test_early_question_may_be_asked_again_after_fourteen_days(told: Told, day: int, *, asked: bool) -> None:
    """Ewa's second high score comes after a gap."""
    assert (f"day {day}: recheck J0" in told(on_days({1: 8, day: 8}))) is asked


def test_worsening_of_a_restless_person_needs_at_most_three_and_a_half(told: Told) -> None:
    """Femi's noise is 2: three and a half above the reference are told, three are not."""
    gap = line(("-", 13))

    assert told(f"1 4 1 4 1 4 {gap} 6 6 6 6") == ["day 23: escalate routine W"]
    assert told(f"1 4 1 4 1 4 1 {gap} 4 4 4 4") == []


def test_worsening_needs_three_high_scores_running(told: Told) -> None:
    """Gita's mild day 11 interrupts; the third high score after it is on day 14, the second such day is 15."""
    assert told("3 3 3 3 3 3 3 5 5 5 3 5 5 5") == []
    assert told("3 3 3 3 3 3 3 5 5 5 3 5 5 5 5") == ["day 15: escalate routine W"]


def _risen(own_noise: float, before: float, now: float) -> Record:
    """A person who worsened on two days running, with the level of a week before."""
    figures = [Figures(3, 1, before, 1.0, None, own_noise)]
    figures += [Figures(day, 5, now, 1.0, None, own_noise, worse=True) for day in (9, 10)]
    return Record(tuple(Score(f.day, f.score) for f in figures), tuple(figures))


@pytest.mark.parametrize(
    ("own_noise", "before", "now", "level"),
    [
        (1.2, 2.0, 5.0, "urgent"),
        (1.2, 2.5, 5.0, "routine"),
        (2.0, 2.0, 5.0, "routine"),
        (1.75, 1.5, 5.0, "urgent"),
        (2.5, 1.0, 5.0, "urgent"),
        (2.5, 1.5, 5.0, "routine"),
        (1.0, 8.0, 8.0, "urgent"),
        (1.0, 7.5, 7.5, "routine"),
    ],
    ids=["3", "under 3", "noisy, 3", "noisy, 3.5", "very noisy, 4", "very noisy, 3.5", "level 8", "level 7.5"],
)
def test_worsening_is_urgent_by_its_speed_or_its_level(
    rules: TrendRules, own_noise: float, before: float, now: float, level: str
) -> None:
    """Hana's rise within a week, against her own noise."""
    (result,) = standing_results(_risen(own_noise, before, now), None, rules)

    assert (result.rule, result.level) == (Rule.W, Disposition(level))


def test_loss_of_function_counts_for_six_days(rules: TrendRules) -> None:
    """Ivan needs the rail since day 5; two chair stands fewer are chance, three are not."""
    stairs = Function(stairs=((1, 0), (5, 1)))

    assert lost(stairs, 11, rules.worsening) is not None
    assert lost(stairs, 12, rules.worsening) is None
    assert lost(Function(chair_stands=((1, 10), (2, 12), (9, 9))), 9, rules.worsening) is not None
    assert lost(Function(chair_stands=((1, 10), (2, 12), (9, 10))), 9, rules.worsening) is None


@pytest.mark.parametrize(("day", "level"), [(5, "urgent"), (4, "routine")])
def test_new_urgent_sign_counts_for_six_days(told: Told, day: int, level: str) -> None:
    """Jun fainted some days before the worsening of day 11 is told."""
    assessment = Assessment(Disposition.URGENT, (Reason("faint", Disposition.URGENT, "fainted"),))
    fainted = Row(day=day, texted=True, codes=("faint",), assessment=assessment)

    assert told("3 3 3 3 3 3 3 5 5 5 5", fainted)[-1] == f"day 11: escalate {level} W"


@pytest.mark.parametrize(
    ("gaps", "again"),
    [((2, 1, 1, 1, 1, 1), True), ((2, 1, 1, 1, 1), False), ((1, 1, 1.5, 1, 1), False), ((1, 1, 1, 1), False)],
    ids=["five near days", "four near days", "one day too far", "too few days known"],
)
def test_worsening_rearms_after_five_scored_days_near_the_reference(
    rules: TrendRules, gaps: tuple[float, ...], *, again: bool
) -> None:
    """Kofi's level came back to within one point."""
    figures = tuple(Figures(day, 3, 2 + gap, 2.0, None, 1.0) for day, gap in enumerate(gaps, start=10))

    assert rearms(Rule.W, 1, Record(figures=figures), rules) is again


@pytest.mark.parametrize(
    ("scores", "again"),
    [
        ({14: 3, 16: 3, 20: 3}, True),
        ({16: 3, 20: 3}, False),
        ({13: 4, 16: 3, 18: 4, 20: 3}, True),
        ({15: 4, 16: 3, 18: 4, 20: 3}, False),
        ({10: 3, 11: 3, 12: 3, 20: 3}, False),
    ],
    ids=["three low", "only two", "older than a week", "half are high", "too long ago"],
)
def test_lasting_weakness_rearms_when_most_scores_of_a_week_are_low(
    rules: TrendRules, scores: dict[int, int], *, again: bool
) -> None:
    """Lena was told on day 1 that her weakness lasts."""
    record = Record(
        tuple(Score(day, score) for day, score in scores.items()),
        tuple(Figures(day, score, None, None, None, 1.0) for day, score in scores.items()),
    )

    assert rearms(Rule.P1, 1, record, rules) is again
    assert not rearms(Rule.P1, 18, record, rules)


@pytest.mark.parametrize(("first", "level"), [(31, "routine"), (32, "urgent")])
def test_visit_calms_severe_weakness_for_thirty_days(told: Told, first: int, level: str) -> None:
    """Mira was seen on day 3 at a level of 7 and scores three eights a month later."""
    visit = Row(day=3, at=dt.time(18, 0), asked=Asked.SEEN, answers=Answers(seen=Seen.YES))
    eights = {first + i: 8 for i in range(3)}

    assert told(on_days({1: 7, 2: 7, 3: 7} | eights), visit)[-1] == f"day {first + 2}: escalate {level} P3"


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        (dict.fromkeys(range(1, 29, 3), 2), True),
        (dict.fromkeys((1, 4, 7, 10, 16, 19, 22, 25, 28), 2), False),
        (dict.fromkeys((3, 6, 9, 12, 15, 18, 21, 24, 27, 31), 2), False),
        (dict.fromkeys(range(5, 29), 2), True),
        (dict.fromkeys(range(6, 29), 2), False),
        (dict.fromkeys((1, 3, 5, 8, 10, 12, 15, 17, 19, 22, 24, 28), 2) | dict.fromkeys((3, 10, 17), 1), True),
        (dict.fromkeys((1, 3, 5, 8, 10, 12, 15, 17, 19, 22, 28), 2) | dict.fromkeys((3, 10, 17), 1), False),
    ],
    ids=["ten scores", "nine", "the tenth too old", "24 days wide", "23 days wide", "three of four", "8 of 11"],
)
def test_mild_weakness_is_lasting_by_number_width_and_share(
    told: Told, scores: dict[int, int], *, expected: bool
) -> None:
    """Nils scores two on most days of four weeks."""
    assert told(on_days(scores)) == ([f"day {max(scores)}: escalate routine P2"] if expected else [])


def test_much_worse_is_asked_about_once_a_day(told: Told) -> None:
    """Olga says it twice on day 4 and again on day 5: the first question of a day sets when the task is due."""
    said = [
        Row(day=day, at=dt.time(*at), asked=Asked.TREND, answers=Answers(trend=TrendAnswer.MUCH_WORSE))
        for day, at in ((4, (15, 0)), (4, (16, 30)), (5, (10, 0)))
    ]

    assert told("", *said[:2], Row(day=5, asked=Asked.SEEN)) == ["day 4: recheck G", "day 4: task G"]
    assert told("", *said) == ["day 4: recheck G", "day 4: task G", "day 5: recheck G", "day 5: task G"]


@pytest.mark.parametrize(("last_heard", "task"), [(13, True), (14, False)])
def test_fall_makes_silence_worrying_for_fourteen_days(told: Told, last_heard: int, *, task: bool) -> None:
    """Pia fell on day 1 and falls silent two weeks later."""
    fell = Row(day=1, at=dt.time(18, 0), asked=Asked.FALLS, answers=Answers(falls=1))

    assert (
        bool(told(line(("3", last_heard), ("?", 2)), fell)[-1:] == [f"day {last_heard + 2}: task silence-48h"]) is task
    )


@pytest.mark.parametrize(("sixes", "notes"), [(9, [12, 26]), (8, [12])])
def test_second_recovery_note_waits_fourteen_days(told: Told, sixes: int, notes: list[int]) -> None:
    """Quim recovers, falls back, and recovers again: the third better day decides, and the fourth is too late."""
    decisions = told(line(("6", 7), ("4", 5), ("6", sixes), ("4", 6)))

    assert [d for d in decisions if "recovery" in d] == [f"day {day}: recovery recovery" for day in notes]
