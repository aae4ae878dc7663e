"""What every check of `coach check` works on: the content as read, one wording at a time, and how a find is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from coach.adapters.library.article import Item, read_article
from coach.adapters.library.cases import read_tellings
from coach.adapters.library.content import read_library
from coach.adapters.library.gates import Wording, read_gates
from coach.adapters.library.keywords import load_keywords
from coach.adapters.library.lexicon import load_lexicon
from coach.adapters.library.onboarding import FILE as ONBOARDING
from coach.adapters.library.onboarding import read_onboarding
from coach.adapters.library.problems import Problem
from coach.adapters.library.programmes import programme_files, read_programmes
from coach.adapters.library.templates import Text, read_texts
from coach.adapters.library.wording import Needed, WordingRules, read_needed, read_wording
from coach.core.content import Library, ZoneChoice
from coach.core.escalation import Telling
from coach.core.handbook import Keyword
from coach.core.model import Language
from coach.core.onboarding import Onboarding
from coach.core.programme import Programme
from coach.core.reading import Lexicon
from coach.core.sms import numbered, tidy

BRACED = re.compile(r"\{([^{}]*)\}")
SPAIN = "es-ES"


@dataclass(frozen=True, slots=True)
class Said:
    """One wording of a text: in a language, or as one country says it."""

    text: Text
    name: str  # en, es or es-ES
    language: Language
    words: str

    @property
    def placeholders(self) -> frozenset[str]:
        """The names in braces."""
        return frozenset(BRACED.findall(self.words))


@dataclass(frozen=True, slots=True)
class Desk:
    """All content, as far as it can be used; what the lexicon says is None when it cannot be."""

    library: Library
    texts: tuple[Text, ...]
    wordings: tuple[Wording, ...]  # rules of gates on phrases
    rules: WordingRules
    needed: Needed
    programmes: Mapping[str, Programme]
    items: tuple[Item, ...]  # of article.toml
    lexicon: Lexicon | None
    keywords: Mapping[str, Keyword]
    onboarding: Onboarding
    tellings: tuple[Telling, ...]  # of escalation.toml
    is_whole: bool  # every file of texts and programmes could be used, so what is missing is really missing

    @property
    def signs(self) -> frozenset[str]:
        """The codes of all signs that a text can show."""
        entries = self.lexicon.vocabulary.entries if self.lexicon else ()
        return frozenset(e.label.removeprefix("sign:") for e in entries if e.label.startswith("sign:"))

    def filled(self, said: Said) -> str:
        """A wording as its longest real version would be sent."""
        values = self.rules.longest_values(said.language) | {"choices": self._choices(said)}
        return tidy(BRACED.sub(lambda match: values.get(match[1], match[0]), said.words))

    def _choices(self, said: Said) -> str:
        """The options of an onboarding question; the longest list of time zones in every other text."""
        own = [q for q in self.onboarding.questions.values() if q.options and q.text == said.text.template.id]
        lists = [question.choices(said.language) for question in own]
        return max(lists or self._zones(said.language), key=len, default="")

    def _zones(self, language: Language) -> list[str]:
        return [listed(zones, language) for zones in self.library.zones.values()]


def listed(zones: tuple[ZoneChoice, ...], language: Language) -> str:
    """Time zones with their reply numbers, as a text lists them."""
    return numbered(zone.label(language) for zone in zones)


_OTHER = {Language.EN: Language.ES, Language.ES: Language.EN}


def wordings_of(text: Text) -> Iterator[Said]:
    """Every wording of a text, English first."""
    for language in Language:
        spoken = _OTHER[language] if text.in_other_language else language
        yield Said(text, language.value, spoken, text.template.text[language])
    for name, words in text.template.regional.items():
        yield Said(text, name, Language(name[:2]), words)


def of_text(text: Text, sentence: str) -> Problem:
    """A problem of a text, with its place."""
    return Problem(text.file, text.template.id, sentence, text.line)


def read_desk(folder: Path, problems: list[Problem]) -> Desk | None:
    """Everything the checks need; None when there are no rules of wording. What cannot be used goes to `problems`."""
    library = read_library(folder, problems)
    _, wordings = read_gates(folder, [])
    rules = read_wording(folder, problems)
    needed = read_needed(folder, problems)
    programmes = read_programmes(folder, problems)
    items = read_article(folder, problems)
    if rules is None:
        return None
    lexicon, keywords = _reading(folder)
    texts = tuple(read_texts(folder, []))
    whole = _files(folder, "templates") == len({text.file for text in texts})
    whole = whole and len(programme_files(folder)) == len(programmes)
    asked = read_onboarding(folder, problems) if _files(folder, ".", ONBOARDING) else Onboarding()
    return Desk(
        library=library,
        texts=texts,
        wordings=tuple(wordings),
        rules=rules,
        needed=needed,
        programmes=programmes,
        items=items,
        lexicon=lexicon,
        keywords=keywords,
        onboarding=asked,
        tellings=read_tellings(folder, []),
        is_whole=whole,
    )


def _files(folder: Path, name: str, pattern: str = "*.toml") -> int:
    return len(list((folder / name).glob(pattern)))


def _reading(folder: Path) -> tuple[Lexicon | None, Mapping[str, Keyword]]:
    """The words the coach knows; its own loaders say what is wrong with them."""
    try:
        return load_lexicon(folder), load_keywords(folder)
    except (ValueError, OSError):
        return None, {}
