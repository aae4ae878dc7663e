"""Invented people by seeded chance: what they have, where they live, what the weather does and what they tell."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from coach.adapters.profile_facts import CONDITION_LABELS, MEDICINE_LABELS
from coach.core.conversation.rehearsal import Habits, Line
from coach.core.model import SARC_F_ITEMS, Asked, Conversation, Density, Language, Participant, Profile, Status
from coach.core.schedule import local, to_utc
from tests.core.plain_words import Today, Vector
from tests.core.talking import HANDBOOK

DAYS = 84
PROGRAMME = HANDBOOK.programmes["legs-12-weeks"]
TOLD_FOR = 2  # days after the day itself on which a told sign counts as told lately
_DAY = timedelta(days=1)
_PLACES = (  # country, zone, languages; in all but the last but one the clock is changed within the weeks
    ("US", "America/New_York", (Language.EN, Language.ES)),
    ("US", "America/Los_Angeles", (Language.EN, Language.ES)),
    ("ES", "Europe/Madrid", (Language.ES,)),
    ("MX", "America/Mexico_City", (Language.ES,)),
    ("CL", "America/Santiago", (Language.ES,)),
)
_BEGINNINGS = (date(2026, 1, 26), date(2026, 9, 7))  # twelve weeks from here hold a change of the clock
_VECTORS = Path(__file__).parent / "vectors"
_PHRASES = {
    sign: phrases
    for name in ("urgent", "routine", "everyday")
    for sign, phrases in tomllib.loads((_VECTORS / f"signs_{name}.toml").read_text("utf-8")).items()
}
_SIGNS = sorted({code for text in HANDBOOK.library.templates.values() for code in text.after} & _PHRASES.keys())
_TEAM_CLOSES_AFTER = timedelta(days=2, hours=4)
_ANSWERS = {
    Language.EN: {
        Asked.EXERCISE: "DONE",
        Asked.HYDRATION: "Y",
        Asked.RED_FLAG: "N",
        Asked.SYMPTOM: "N",
        Asked.TREND: "2",
        Asked.FALLS: "0",
        Asked.STAIRS: "1",
        Asked.SIDE_EFFECTS: "N",
        Asked.CHAIR_STANDS: "8",
        Asked.ONSET: "3",
        Asked.SEEN: "1",
        **dict.fromkeys(SARC_F_ITEMS, "1"),
    }
}
_ANSWERS[Language.ES] = _ANSWERS[Language.EN] | {Asked.EXERCISE: "LISTO", Asked.HYDRATION: "S"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with twelve weeks before them."""

    participant: Participant
    scores: tuple[int, ...]  # by week
    told: tuple[tuple[date, str, str], ...]  # the day, the sign and their own words for it
    hot_days: frozenset[date]

    @property
    def first(self) -> date:
        """The day of enrolment."""
        return self.participant.enrolled_on or date.min

    @property
    def conversation(self) -> Conversation:
        """What is known of them at the start."""
        return Conversation(self.participant, hot_days=self.hot_days)

    @property
    def begin(self) -> datetime:
        """The morning of the first day."""
        return to_utc(self.first, time(7), self.participant.zone or "UTC").astimezone(UTC)

    @property
    def habits(self) -> Habits:
        """Signs are told in the morning; staff close what is open two days later. One in four answers every question.

        The others give their scores, and say that they did their moves: more talk makes rehearsals slow.
        """
        zone = self.participant.zone or "UTC"
        answers = _ANSWERS[self.participant.language]
        talks = self.participant.id % 4 == 0
        lines = tuple(Line(to_utc(day, time(7, 30), zone), words) for day, _, words in self.told)
        return Habits(
            scores={self.first + n * _DAY: self.scores[n // 7] for n in range(DAYS)},
            answers=answers if talks else {asked: answers[asked] for asked in (Asked.EXERCISE, Asked.RED_FLAG)},
            lines=lines,
            closings=tuple(line.at + _TEAM_CLOSES_AFTER for line in lines),
        )

    def day(self, at: datetime) -> date:
        """The date on their wall."""
        return local(at, self.participant.zone or "UTC").date()

    def todays(self) -> Iterator[tuple[date, Today]]:
        """Each of the 84 days, with the weather and what was told in the days before it."""
        for day in (self.first + n * _DAY for n in range(DAYS)):
            lately = frozenset(code for on, code, _ in self.told if 0 <= (day - on).days <= TOLD_FOR)
            yield day, Today(day in self.hot_days, lately)


def one_of_many(chance: random.Random, number: int, often: Collection[str] = ()) -> Person:
    """Anybody: each fact that a safety rule names is there by the toss of a coin, and so are the signs told `often`."""
    gates = HANDBOOK.library.gates.values()
    facts = frozenset(f for gate in gates for f in sorted(gate.conditions | gate.medicines) if chance.random() < 0.5)
    return _person(chance, number, facts, None, tuple(sign for sign in often if chance.random() < 0.6))


def mostly(chance: random.Random, number: int, rule: Vector) -> Person:
    """Somebody to whom one rule applies and few others."""
    labels = sorted({*CONDITION_LABELS, *MEDICINE_LABELS})
    facts = {*chance.sample(labels, chance.randrange(4))}
    if rule.facts:
        facts.add(chance.choice(rule.facts))
    return _person(chance, number, frozenset(facts), rule, tuple(rule.whom.get("told", ())))


def telling(chance: random.Random, sign: str | None) -> Person:
    """Somebody without troubles and with a low score, who tells one sign some time, or none."""
    person = _person(chance, 1, frozenset(), None, ())
    healthy = replace(person.participant, density=Density.USUAL, profile=Profile(age=50, fluid_limit=False))
    told = _told(chance, (sign,) if sign else (), healthy)
    return replace(person, participant=healthy, scores=(3,) * (DAYS // 7), told=told, hot_days=frozenset())


def _person(
    chance: random.Random, number: int, facts: frozenset[str], rule: Vector | None, told: tuple[str, ...]
) -> Person:
    country, zone, languages = chance.choice(_PLACES)
    first = chance.choice(_BEGINNINGS) + chance.randrange(28) * _DAY
    participant = Participant(
        id=number,
        phone=f"+1202555{number:04d}",
        status=Status.ACTIVE,
        language=chance.choice(languages),
        country=country,
        zone=zone,
        enrolled_on=first,
        density=chance.choice(tuple(Density)),
        profile=_profile(chance, facts, rule),
    )
    hot = frozenset(first + chance.randrange(DAYS) * _DAY for _ in range(chance.choice((1, 3, 12))))
    signs = (*told, *chance.choices(_SIGNS, k=chance.randrange(4)))
    return Person(participant, _scores(chance), _told(chance, signs, participant), hot)


def _scores(chance: random.Random) -> tuple[int, ...]:
    usual = chance.randrange(7)
    return tuple(chance.randrange(7) if chance.random() < 0.2 else usual for _ in range(DAYS // 7))


def _profile(chance: random.Random, facts: Collection[str], rule: Vector | None) -> Profile:
    asked = sorted((CONDITION_LABELS.keys() | MEDICINE_LABELS.keys()) - set(facts))
    untold = frozenset(chance.sample(asked, 3)) if chance.random() < 0.2 else frozenset()
    old = rule is not None and "age_from" in rule.whom and chance.random() < 0.5
    return Profile(
        conditions=frozenset(facts).intersection(CONDITION_LABELS),
        medicines=frozenset(facts).intersection(MEDICINE_LABELS),
        age=chance.randrange(65, 99) if old else chance.choice((None, *range(18, 99))),
        fluid_limit=chance.choice((False, False, False, True, None)),
        untold=untold,
    )


def _told(chance: random.Random, signs: Collection[str], participant: Participant) -> tuple[tuple[date, str, str], ...]:
    days = (participant.enrolled_on or date.min) + _DAY
    words = {sign: chance.choice(_PHRASES[sign][participant.language.value]) for sign in signs}
    return tuple(sorted((days + chance.randrange(DAYS - 5) * _DAY, sign, words[sign]) for sign in signs))
