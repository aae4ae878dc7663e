"""messages/wording.toml and needed.toml → the rules that texts are held to."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import Field, field_validator

from coach.adapters.library.problems import Problem, Strict, read
from coach.core.model import Language


class PerLanguage(Strict):
    """One value for each language."""

    en: str
    es: str


class Parts(Strict):
    """The most parts of a text in each language."""

    en: int = Field(ge=1)
    es: int = Field(ge=1)

    def of(self, language: Language) -> int:
        """The most parts in one language."""
        return self.en if language is Language.EN else self.es


class _Banned(Strict):
    en: list[str]
    es: list[str]


class Never(Strict):
    """Patterns that no text may match; `why` names what they catch and what to write instead."""

    why: str = Field(min_length=1)
    both: list[str] = Field(default_factory=list)
    en: list[str] = Field(default_factory=list)
    es: list[str] = Field(default_factory=list)

    @field_validator("both", "en", "es")
    @classmethod
    def _are_patterns(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                sentence = f"“{pattern}” is no regular expression ({error}); mend it"
                raise ValueError(sentence) from None
        return patterns

    def hit(self, words: str, language: Language) -> str | None:
        """The first words that a pattern of the language catches."""
        for pattern in (*self.both, *getattr(self, language.value)):
            found = re.search(pattern, words, re.IGNORECASE)
            if found is not None:
                return found[0].strip()
        return None


class WordingRules(Strict):
    """What every text is held to."""

    carrier_words: list[str] = Field(min_length=1)
    invites: list[str] = Field(min_length=1)
    number_words: list[str] = Field(min_length=1)
    most_parts: dict[str, Parts]
    highest_grade: int = Field(ge=1, le=18)
    lowest_ease: int = Field(ge=0, le=100)
    longest: dict[str, str | PerLanguage]
    banned: _Banned
    never: list[Never] = Field(default_factory=list)

    def longest_values(self, language: Language) -> dict[str, str]:
        """A long but real value for every placeholder."""
        return {
            name: value if isinstance(value, str) else getattr(value, language.value)
            for name, value in self.longest.items()
        }

    def banned_in(self, language: Language) -> list[str]:
        """Phrases that no text of the language may have."""
        return self.banned.en if language is Language.EN else self.banned.es


class Needed(Strict):
    """What the program names by itself, and what is written ahead of its use."""

    texts: list[str] = Field(default_factory=list)
    groups: list[str] = Field(default_factory=list)
    not_yet: list[str] = Field(default_factory=list)


def read_wording(folder: Path, problems: list[Problem]) -> WordingRules | None:
    """The rules of wording; None when they cannot be used."""
    return read(folder / "wording.toml", WordingRules, problems)


def read_needed(folder: Path, problems: list[Problem]) -> Needed:
    """Ids and groups that the program names by itself; nothing when the file cannot be used."""
    return read(folder / "needed.toml", Needed, problems) or Needed()
