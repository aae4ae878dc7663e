"""An invented person from a line such as “conditions=heart_failure,ckd age=82 language=es”, to try texts on."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from coach.adapters.profile_facts import CONDITION_LABELS, MEDICINE_LABELS
from coach.core.content import Situation
from coach.core.model import Language, Participant, Profile, Status

_T = TypeVar("_T")
_YES_NO = {"yes": True, "no": False}
_SEXES: Mapping[str, str | None] = {"f": "f", "m": "m"}
_COUNTRY = re.compile(r"[A-Z]{2}")
_LAST_WEEK = 104
_LAST_STEP = 4
_OLDEST = 120
KEYS = (
    "conditions", "medicines", "age", "sex", "fluid_limit", "lives_alone", "language", "country", "week", "step", "hot",
    "reported",
)  # fmt: skip
"""What may be said of the person."""


class WrongPerson(ValueError):
    """A key or value that cannot be used; the sentence names the key."""


@dataclass(frozen=True, slots=True)
class _Given:
    values: Mapping[str, str]

    def one_of(self, key: str, known: Mapping[str, _T], default: _T) -> _T:
        if key not in self.values:
            return default
        if self.values[key].lower() not in known:
            raise WrongPerson(f"{key} is “{self.values[key]}”; write one of: {', '.join(known)}.")
        return known[self.values[key].lower()]

    def codes(self, key: str, known: Collection[str]) -> frozenset[str]:
        codes = frozenset(filter(None, self.values.get(key, "").split(",")))
        unknown = sorted(codes - set(known))
        if unknown:
            raise WrongPerson(
                f"{key} has “{unknown[0]}”, which is not known; write some of: {', '.join(sorted(known))}."
            )
        return codes

    def number(self, key: str, least: int, most: int, default: _T) -> int | _T:
        if key not in self.values:
            return default
        text = self.values[key]
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise WrongPerson(f"{key} is “{text}”; write a whole number from {least} to {most}.")
        return int(text)

    def country(self) -> str:
        code = self.values.get("country", "US").upper()
        if not _COUNTRY.fullmatch(code):
            raise WrongPerson(f"country is “{code}”; write its two letters, such as US or ES.")
        return code


def situation_of(line: str, signs: Collection[str], day: date) -> Situation:
    """The person and the day that a line describes; what it does not say is not known, or as for most.

    Raises:
        WrongPerson: naming the key to mend.
    """
    given = _Given(_pairs(line))
    person = Participant(
        id=1,
        phone="+15550100001",
        status=Status.ACTIVE,
        language=given.one_of("language", {language.value: language for language in Language}, Language.EN),
        country=given.country(),
        profile=_profile(given),
    )
    hot, reported = given.one_of("hot", _YES_NO, default=False), given.codes("reported", signs)
    week, step = given.number("week", 1, _LAST_WEEK, 1), given.number("step", 1, _LAST_STEP, 1)
    return Situation(person, day, week=week, step=step, hot=hot, reported=reported)


def _profile(given: _Given) -> Profile:
    maybe: Mapping[str, bool | None] = _YES_NO
    return Profile(
        conditions=given.codes("conditions", CONDITION_LABELS),
        medicines=given.codes("medicines", MEDICINE_LABELS),
        age=given.number("age", 0, _OLDEST, None),
        sex=given.one_of("sex", _SEXES, None),
        fluid_limit=given.one_of("fluid_limit", maybe, None),
        lives_alone=given.one_of("lives_alone", maybe, None),
    )


def _pairs(line: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in line.split():
        key, equals, value = part.partition("=")
        if not equals or key not in KEYS:
            raise WrongPerson(f"“{part}” is not understood; write key=value with a key of: {', '.join(KEYS)}.")
        if key in found:
            raise WrongPerson(f"{key} is given twice; leave one of them out.")
        found[key] = value
    return found
