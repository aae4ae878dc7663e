"""Plain-word rules on texts, as vectors/gates.toml writes them: a star is any ending of a word, # a number."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from coach.core.model import Language, Profile

_NUMBER = (
    r"(?:\d+|one|two|three|four|five|six|eight|ten|twenty|thirty"
    r"|una|dos|tres|cuatro|cinco|seis|ocho|diez|veinte|treinta)"
)
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-ZÁÉÍÓÚÑ¿¡{])")
_ASKS_FOR = {
    Language.EN: re.compile(r"\breply\b", re.IGNORECASE),
    Language.ES: re.compile(r"\bresponda\b", re.IGNORECASE),
}
_Words = dict[Language, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Today:
    """What bears on a text for some days only."""

    hot: bool = False  # a heat alert where the person lives
    reported: frozenset[str] = frozenset()  # signs told in the last days


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that may not, or must, stand in the texts of some groups."""

    groups: tuple[str, ...]
    words: _Words = field(hash=False)
    when: _Words = field(hash=False)
    unless: _Words = field(hash=False)
    on_hot_days: bool = False

    def is_about(self, groups: frozenset[str]) -> bool:
        """Whether a text of these groups is meant."""
        return any(fnmatchcase(group, wanted) for wanted in self.groups for group in groups)


@dataclass(frozen=True, slots=True)
class Vector:
    """One safety rule in plain words: whom it is about, and what they must not, and must, be told."""

    id: str
    title: str
    whom: dict[str, Any] = field(hash=False)
    never: tuple[Rule, ...]
    must: tuple[Rule, ...]

    def holds_for(self, profile: Profile, today: Today) -> bool:
        """Whether a person is known to be one of those it is about, on a day."""
        if told := self.whom.get("told"):
            return bool(today.reported & set(told)) and self._has_a_fact(profile)
        hot = bool(self.whom.get("hot")) and today.hot
        return bool(self.whom.get("everybody")) or hot or self._has_a_fact(profile)

    def in_doubt_for(self, profile: Profile, today: Today) -> bool:
        """Whether nobody has told yet that a person is none of them."""
        waiting = bool(self.whom.get("told")) and not today.reported & set(self.whom["told"])
        return bool(self.whom.get("in_doubt")) and not waiting and not profile.untold.isdisjoint(self.facts)

    @property
    def facts(self) -> tuple[str, ...]:
        """The conditions and medicines of the people it is about."""
        return (*self.whom.get("conditions", ()), *self.whom.get("medicines", ()))

    def _has_a_fact(self, profile: Profile) -> bool:
        limited = bool(self.whom.get("fluid_limit")) and profile.fluid_limit is not False
        old = "age_from" in self.whom and (profile.age is None or profile.age >= self.whom["age_from"])
        return profile.has(*self.facts) or limited or old

    def faults(self, text: str, language: Language, groups: frozenset[str], today: Today) -> Iterator[str]:
        """What is wrong with a text for somebody it is about, in plain sentences."""
        yield from self.forbidden(text, language, groups)
        for rule in self.must:
            if rule.is_about(groups) and (today.hot or not rule.on_hot_days) and _lacks(rule, text, language):
                yield f"says none of: {', '.join(rule.words[language])}"

    def forbidden(self, text: str, language: Language, groups: frozenset[str]) -> Iterator[str]:
        """What must not stand in it."""
        for rule in self.never:
            if rule.is_about(groups):
                yield from (f"says “{found}”" for found in _said(rule, text, language))
        if self.whom.get("one_question") and _ASKS_FOR[language].search(text) and _questions(text, language) > 1:
            yield "asks for more than one thing"


def load(path: Path) -> tuple[Vector, ...]:
    """The rules of a file, in its order."""
    return tuple(_vector(entry) for entry in tomllib.loads(path.read_text("utf-8"))["gate"])


def _vector(entry: dict[str, Any]) -> Vector:
    never, must = (tuple(_rule(rule) for rule in entry.get(name, ())) for name in ("never", "must"))
    whom = {key: value for key, value in entry.items() if key not in {"id", "title", "never", "must", "wrong"}}
    return Vector(entry["id"], entry["title"], whom, never, must)


def _rule(entry: dict[str, Any]) -> Rule:
    words, when, unless = (
        {language: tuple(entry.get(f"{prefix}{language.value}", ())) for language in Language}
        for prefix in ("", "when_", "unless_")
    )
    return Rule(tuple(entry["in"]), words, when, unless, entry.get("on_hot_days", False))


def _said(rule: Rule, text: str, language: Language) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        hit = has(sentence, rule.words[language])
        if hit and not has(sentence, rule.unless[language]):
            yield hit


def _lacks(rule: Rule, text: str, language: Language) -> bool:
    meant = not rule.when[language] or has(text, rule.when[language])
    return bool(meant) and not has(text, rule.words[language])


def _questions(text: str, language: Language) -> int:
    """How many things an answer could be meant for: questions, and invitations to reply."""
    return max(text.count("?"), len(_ASKS_FOR[language].findall(text)))


def has(text: str, words: Sequence[str]) -> str | None:
    """The first of these words that stands in a text, as it stands there."""
    found = _pattern(tuple(words)).search(text) if words else None
    return found[0] if found else None


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    spelt = (re.escape(word).replace(r"\*", r"\w*").replace(r"\#", _NUMBER).replace(r"\ ", r"\s+") for word in words)
    return re.compile("|".join(f"(?<!\\w){word}(?!\\w)" for word in spelt), re.IGNORECASE)
