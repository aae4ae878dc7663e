"""messages/wording.toml and needed.toml → the rules that texts are held to."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

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


class WordingRules(Strict):
    """What every text is held to."""

    carrier_words: list[str] = Field(min_length=1)
    invites: list[str] = Field(min_length=1)
    most_parts: dict[str, Parts]
    highest_grade: int = Field(ge=1, le=18)
    longest: dict[str, str | PerLanguage]
    banned: _Banned

    def longest_values(self, language: Language) -> dict[str, str]:
        """A long but real value for every placeholder."""
        return {
            name: value if isinstance(value, str) else getattr(value, language.value)
            for name, value in self.longest.items()
        }

    def banned_in(self, language: Language) -> list[str]:
        """Phrases that no text of the language may have."""
        return self.banned.en if language is Language.EN else self.banned.es


class _Needed(Strict):
    texts: list[str]


def read_wording(folder: Path, problems: list[Problem]) -> WordingRules | None:
    """The rules of wording; None when they cannot be used."""
    return read(folder / "wording.toml", WordingRules, problems)


def read_needed(folder: Path, problems: list[Problem]) -> list[str]:
    """Ids of the texts that the program names by itself."""
    file = read(folder / "needed.toml", _Needed, problems)
    return file.texts if file else []
