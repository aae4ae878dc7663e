"""No forbidden advice reaches anybody: every text that could be chosen for crowds of people, against plain words.

The words stand in vectors/gates.toml. They know nothing of how texts are marked, so that a mark left out is found.
"""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

import pytest

from coach.core.content import Library, Situation, Template, fitting
from coach.core.conversation.rehearsal import rehearse
from coach.core.events import MessageQueued
from coach.core.model import Language, Profile
from coach.core.programme import Slot, week_of
from tests.core.crowd import DAYS, PROGRAMME, Person, mostly, one_of_many
from tests.core.plain_words import Today, load
from tests.core.talking import HANDBOOK

VECTORS = Path(__file__).parent / "vectors" / "gates.toml"
RULES = {rule.id: rule for rule in load(VECTORS)}
EACH = 200
OFTEN = sorted({sign for rule in RULES.values() for sign in rule.whom.get("told", ())})
LIBRARY = HANDBOOK.library
ANSWERS = sorted(
    group for group in LIBRARY.groups if group.startswith(("ack.", "told.", "silence_", "summary.", "voice.tips"))
)
AT_ANY_TIME = (*ANSWERS, "check_in_short", "red_flag", "chair_stands", "recovery.note")
HIGHEST_STEP = len(PROGRAMME.progression.first_weeks)
Wrong = Iterator[tuple[str, str, str]]


# --- the rules themselves ---


def test_every_safety_rule_has_its_plain_words() -> None:
    """D1 to D18, and no standing moves for those who do not walk."""
    assert list(RULES) == [*(f"D{n}" for n in range(1, 19)), "seated_only"]


def _spoilt() -> Iterator[tuple[str, str, str, str]]:
    for entry in tomllib.loads(VECTORS.read_text("utf-8"))["gate"]:
        for wrong in entry["wrong"]:
            yield from ((entry["id"], wrong["in"], lang.value, wrong[lang.value]) for lang in Language)


@pytest.mark.parametrize(("rule", "group", "language", "text"), tuple(_spoilt()))
def test_a_text_that_breaks_a_rule_is_found(rule: str, group: str, language: str, text: str) -> None:
    """Each rule of the file can fail, in both languages."""
    found = list(RULES[rule].faults(text, Language(language), frozenset({group}), Today(hot=True)))
    assert found


# --- every text that anybody of a crowd could get, whatever they got before ---


@pytest.mark.parametrize("rule", RULES)
def test_no_forbidden_advice_can_be_chosen_for_200_people_over_84_days(rule: str) -> None:
    """People with this rule and few others, so that the texts written for it come."""
    chance = random.Random(f"few facts beside {rule}")
    people = [mostly(chance, number, RULES[rule]) for number in range(EACH)]
    concerned = [person for person in people if rule in _rules_about(person)]
    assert len(concerned) == EACH
    assert sorted({fault for person in concerned for fault in _could_get(person, (rule,))}) == []


def test_no_forbidden_advice_can_be_chosen_for_people_with_many_troubles() -> None:
    """Where rules meet, each of them still holds; every rule has its 200 people in the crowd."""
    chance = random.Random("many facts")
    people = [one_of_many(chance, number, OFTEN) for number in range(450)]
    count = Counter(rule for person in people for rule in _rules_about(person))
    few = {rule: count[rule] for rule in RULES if count[rule] < EACH}
    assert few == {}
    assert sorted({fault for person in people for fault in _could_get(person, tuple(RULES))}) == []


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("language", Language)
def test_texts_that_nobody_is_kept_from_break_no_rule(rule: str, language: Language) -> None:
    """Answers to questions, alarms and the like go to whoever writes."""
    chosen = {text.id for group in _groups_in_use() for text in LIBRARY.group(group)}
    others = [text for text in LIBRARY.templates.values() if text.id not in chosen and not text.gates | text.only]
    wrong = [
        (text.id, fault)
        for text in others
        for fault in RULES[rule].forbidden(text.wording(language), language, frozenset({"*"}))
        if "more than one thing" not in fault
    ]
    assert others
    assert wrong == []


@pytest.mark.parametrize("group", ["check_in", "trend", "falls", "stairs", "side_effects", "red_flag", *ANSWERS])
def test_everybody_is_asked_and_answered(group: str) -> None:
    """No meeting of rules may silence a question that the rules on scores need, nor leave an answer without words."""
    chance = random.Random("many facts")
    people = [one_of_many(chance, number) for number in range(60)] + [_who_has_told_nothing()]
    without = [
        person.participant.profile
        for person in people
        for day, today in person.todays()
        if not _texts(person, group, day, today)
    ]
    assert without == []


def _who_has_told_nothing() -> Person:
    person = one_of_many(random.Random("nothing told"), 0)
    facts = frozenset(fact for gate in LIBRARY.gates.values() for fact in gate.conditions | gate.medicines)
    return replace(person, participant=replace(person.participant, profile=Profile(untold=facts)))


# --- whole programmes, as they would be sent ---


@pytest.mark.parametrize("rule", RULES)
def test_no_forbidden_advice_is_sent_in_whole_programmes(rule: str) -> None:
    """The same with the real choice, its memory of what was sent, and what people tell and answer."""
    assert _rehearsed(rule, 1) == []


@pytest.mark.nightly
@pytest.mark.parametrize("rule", RULES)
def test_no_forbidden_advice_is_sent_in_200_whole_programmes(rule: str) -> None:
    """The same for longer."""
    assert _rehearsed(rule, EACH) == []


def _rehearsed(rule: str, people: int) -> list[tuple[str, str, str]]:
    chance = random.Random(f"whole programmes for {rule}")
    crowd = [mostly(chance, number, RULES[rule]) for number in range(1, people + 1)]
    return sorted({fault for person in crowd for fault in _was_sent(person, rule)})


def _was_sent(person: Person, rule: str) -> Wrong:
    todays = dict(person.todays())
    sent = 0
    for one in rehearse(HANDBOOK, person.conversation, person.begin, DAYS, person.habits):
        day = person.day(one.at)
        if isinstance(one.outcome, MessageQueued) and day in todays:
            sent += 1
            concerned = _concerned(person, todays[day], (rule,))
            yield from _faults(person, LIBRARY.templates[one.outcome.template], concerned, todays[day])
    assert sent > 0


def _rules_about(person: Person) -> frozenset[str]:
    profile, days = person.participant.profile, _days_alike(person)
    return frozenset(name for name, rule in RULES.items() if any(rule.holds_for(profile, today) for today in days))


def _days_alike(person: Person) -> dict[Today, list[date]]:
    """The days on which the same weather and the same told signs bear on their texts."""
    days: dict[Today, list[date]] = {}
    for day, today in person.todays():
        days.setdefault(today, []).append(day)
    return days


def _could_get(person: Person, rules: Iterable[str]) -> Wrong:
    """What is wrong with any text that could come on any day, whatever came before it."""
    for today, days in _days_alike(person).items():
        concerned = _concerned(person, today, rules)
        if concerned:
            for text in _texts_of(person, days, today):
                yield from _faults(person, text, concerned, today)


def _texts_of(person: Person, days: Sequence[date], today: Today) -> Collection[Template]:
    """Every text of the groups that come on these days or at any time, once."""
    wanted = tuple(slot for slot in PROGRAMME.slots if _wanted(slot, person, today))
    groups = dict.fromkeys(((group, 0) for group in AT_ANY_TIME), days[0])
    for day in days:
        week = week_of(person.participant, day)
        groups.update(((group, week), day) for group in _planned(wanted, day, week))
    return {text.id: text for (group, _), day in groups.items() for text in _texts(person, group, day, today)}.values()


def _texts(person: Person, group: str, day: date, today: Today) -> tuple[Template, ...]:
    week = week_of(person.participant, day)
    situation = Situation(person.participant, day, week=week, step=HIGHEST_STEP, hot=today.hot, reported=today.reported)
    return fitting(REMEMBERING, group, situation)[0]


class _Remembering(Library):
    """The same library; which rules hold for a person on a day is worked out once, not for every group."""

    def applying(
        self, profile: Profile, *, hot: bool = False, reported: frozenset[str] = frozenset()
    ) -> frozenset[str]:
        return _held(profile, hot, reported)[0]

    def blocking(
        self, profile: Profile, *, hot: bool = False, reported: frozenset[str] = frozenset()
    ) -> frozenset[str]:
        return _held(profile, hot, reported)[1]


@lru_cache(maxsize=1024)
def _held(profile: Profile, hot: bool, reported: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:  # noqa: FBT001  # a fact
    applying = LIBRARY.applying(profile, hot=hot, reported=reported)
    return applying, LIBRARY.blocking(profile, hot=hot, reported=reported)


REMEMBERING = _Remembering(**{one.name: getattr(LIBRARY, one.name) for one in fields(LIBRARY) if one.init})


def _planned(wanted: Iterable[Slot], day: date, week: int) -> Iterator[str]:
    """The groups from which a text may be taken on a day: those of its slots, and what these ask next."""
    for slot in wanted:
        if day.weekday() in slot.weekdays and slot.comes_in(week):
            yield from (slot.group, slot.easy_group or slot.group, *(asked.value for asked in slot.followed_by))


def _wanted(slot: Slot, person: Person, today: Today) -> bool:
    who = person.participant
    told, heat = bool(slot.only_after & today.reported), slot.only_in_heat and today.hot
    called_for = (not slot.only_after and not slot.only_in_heat) or told or heat
    is_theirs = not slot.only_for or who.profile.has(*slot.only_for)
    return called_for and is_theirs and slot.density.rank <= who.density.rank


def _groups_in_use() -> frozenset[str]:
    planned = {group for slot in PROGRAMME.slots for group in (slot.group, slot.easy_group or slot.group)}
    asked = {asked.value for slot in PROGRAMME.slots for asked in slot.followed_by}
    return frozenset(planned | asked | set(AT_ANY_TIME))


def _faults(person: Person, text: Template, concerned: Iterable[tuple[str, bool]], today: Today) -> Wrong:
    language = person.participant.language
    wording = text.wording(language, person.participant.country)
    for rule, known in concerned:
        found = _wrong(rule, text.id, language, wording, today.hot, known=known)
        yield from ((rule, text.id, fault) for fault in found)


def _concerned(person: Person, today: Today, rules: Iterable[str]) -> list[tuple[str, bool]]:
    """The rules that hold for somebody on a day; false beside those of which it is only not known."""
    profile = person.participant.profile
    known = [rule for rule in rules if RULES[rule].holds_for(profile, today)]
    doubted = [rule for rule in rules if rule not in known and RULES[rule].in_doubt_for(profile, today)]
    return [*((rule, True) for rule in known), *((rule, False) for rule in doubted)]


@cache
def _wrong(rule: str, text_id: str, language: Language, wording: str, hot: bool, *, known: bool) -> tuple[str, ...]:  # noqa: FBT001  # a fact
    groups, check = LIBRARY.templates[text_id].groups, RULES[rule]
    if not known:
        return tuple(check.forbidden(wording, language, groups))
    return tuple(check.faults(wording, language, groups, Today(hot)))
