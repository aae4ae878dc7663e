"""Twelve weeks as sent to invented people: when nothing may come, what may not come back, and how much may."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest

from coach.core.content import Situation, Template, fitting
from coach.core.conversation.rehearsal import Rehearsed, rehearse
from coach.core.events import MessageQueued
from coach.core.model import Disposition, Escalation, Lane, Sent
from coach.core.programme import PromptKind, week_of
from coach.core.schedule import is_quiet
from tests.core.crowd import DAYS, PROGRAMME, Person, one_of_many, telling
from tests.core.plain_words import Today
from tests.core.talking import HANDBOOK

LIBRARY, LIMITS = HANDBOOK.library, PROGRAMME.limits
MOVES = frozenset({"exercise", "exercise_easy"})
PEOPLE = 12
NO_MOVES_AFTER = (  # rule D5
    "fever",
    "vomiting_diarrhea",
    "low_blood_sugar",
    "one_leg_swelling",
    "rest_pain_leg",
    "fall_no_injury",
)


# --- D5: days without moves ---


@pytest.mark.parametrize("sign", NO_MOVES_AFTER)
def test_no_moves_come_within_48_hours_of_a_told_sign(sign: str) -> None:
    """Fever, vomiting, low sugar, what may be a clot, pain at rest, or a fall; and then they come again."""
    person = telling(random.Random(sign), sign)
    told = [line.at for line in person.habits.lines]
    moves = [one.at for one in _rehearsed(person) if _groups(one) & MOVES]
    assert told
    assert moves
    assert [at for at in moves if any(timedelta(0) <= at - when <= timedelta(hours=48) for when in told)] == []


@pytest.mark.parametrize("score", [7, 8, 9, 10])
def test_no_moves_come_to_somebody_whose_legs_are_very_weak(score: int) -> None:
    """From a score of 7 on; from 5 on the seated ones only."""
    person = replace(telling(random.Random(score), None), scores=(5, *([score] * 11)))
    weak = [one for one in _rehearsed(person) if week_of(person.participant, person.day(one.at)) > 2]
    seated = [one for one in _rehearsed(person) if _groups(one) & MOVES]
    assert [one for one in weak if _groups(one) & MOVES] == []
    assert all("exercise_easy" in _groups(one) for one in seated)


@pytest.mark.parametrize("level", [Disposition.URGENT, Disposition.EMERGENCY])
def test_no_moves_come_while_a_serious_case_is_open(level: Disposition) -> None:
    """However good the scores are."""
    person = telling(random.Random(level.value), None)
    case = Escalation(1, person.participant.id, level, (), "", "", person.begin)
    known = replace(person.conversation, escalations=(case,))
    sent = tuple(rehearse(HANDBOOK, known, person.begin, DAYS, person.habits))
    assert any("check_in" in _groups(one) for one in sent)
    assert [one for one in sent if _groups(one) & MOVES] == []


def test_moves_come_to_somebody_who_is_well() -> None:
    """So that the rules above hold something back."""
    person = telling(random.Random("well"), None)
    assert sum(bool(_groups(one) & MOVES) for one in _rehearsed(person)) >= 12


# --- every prompt ---


@pytest.mark.parametrize("number", range(PEOPLE))
def test_no_prompt_comes_in_quiet_hours(number: int) -> None:
    """By the person's own wall, through changes of the clock."""
    person = _anybody(number)
    zone = person.participant.zone or "UTC"
    prompts = _prompts(person)
    assert len(prompts) > 50
    assert [one.at for one in prompts if is_quiet(one.at, zone, person.participant.quiet)] == []


@pytest.mark.parametrize("number", range(PEOPLE))
def test_prompts_keep_within_the_caps_of_day_and_week(number: int) -> None:
    """Check-ins that a case or a higher score calls for come all the same, and nothing else does beyond the cap."""
    person = _anybody(number)
    days, weeks = Counter[object](), Counter[int]()
    above = []
    for one in _prompts(person):
        day = person.day(one.at)
        week = week_of(person.participant, day)
        cap = PROGRAMME.cap(week, person.participant.density)
        days[day], weeks[week] = days[day] + 1, weeks[week] + 1
        if cap and not _is_check_in(one) and (days[day] > cap.per_day or weeks[week] > cap.per_week):
            above.append((one.slot, day))
    assert above == []


@pytest.mark.parametrize("number", range(PEOPLE))
def test_no_two_prompts_come_within_an_hour(number: int) -> None:
    """Near ones become one: the more important."""
    prompts = _prompts(_anybody(number))
    near = [(a.slot, b.slot) for a, b in pairwise(prompts) if b.at - a.at < timedelta(minutes=60)]
    assert near == []


@pytest.mark.parametrize("number", range(PEOPLE))
def test_no_text_comes_back_within_21_days_while_another_could_have_come(number: int) -> None:
    """Of the texts that are safe for the person; moves that may be too hard for them yet are left out of account."""
    person = _anybody(number)
    sent: list[Sent] = []
    too_soon: list[tuple[str, str]] = []
    for one in _rehearsed(person):
        if isinstance(one.outcome, MessageQueued):
            group = _group(one)
            if group is not None:
                too_soon += _came_back_too_soon(person, group, one, sent)
            sent.append(Sent(one.outcome.template, one.outcome.lane, one.at))
    assert too_soon == []


def _came_back_too_soon(person: Person, group: str, one: Rehearsed, sent: list[Sent]) -> Iterator[tuple[str, str]]:
    day = person.day(one.at)
    lately = {message.template for message in sent if day - message.at.date() < timedelta(days=21)}
    if isinstance(one.outcome, MessageQueued) and one.outcome.template in lately:
        others = {text.id for text in _texts(person, group, one.at)} - lately
        yield from ((one.outcome.template, other) for other in sorted(others))


def _texts(person: Person, group: str, at: datetime) -> tuple[Template, ...]:
    day = person.day(at)
    today = dict(person.todays()).get(day, Today())
    week = week_of(person.participant, day)
    situation = Situation(person.participant, day, week=week, hot=today.hot, reported=today.reported)
    return fitting(LIBRARY, group, situation)[0]


def _group(one: Rehearsed) -> str | None:
    """The group that a slot drew its text from; None when it was another text, such as the list of warning signs."""
    slot = PROGRAMME.slot(one.slot or "")
    groups = _groups(one)
    if slot is None or slot.easy_group in groups:
        return None
    return slot.group if slot.group in groups else None


def _groups(one: Rehearsed) -> frozenset[str]:
    if not isinstance(one.outcome, MessageQueued) or one.outcome.template not in LIBRARY.templates:
        return frozenset()
    return LIBRARY.templates[one.outcome.template].groups


def _is_check_in(one: Rehearsed) -> bool:
    slot = PROGRAMME.slot(one.slot or "")
    return slot is not None and slot.kind is PromptKind.CHECK_IN


def _prompts(person: Person) -> list[Rehearsed]:
    return [
        one for one in _rehearsed(person) if isinstance(one.outcome, MessageQueued) and one.outcome.lane is Lane.PROMPT
    ]


@cache
def _anybody(number: int) -> Person:
    return one_of_many(random.Random(number), number)


@cache
def _rehearsed(person: Person) -> tuple[Rehearsed, ...]:
    return tuple(rehearse(HANDBOOK, person.conversation, person.begin, DAYS, person.habits))
