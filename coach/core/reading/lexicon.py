"""The lexicon: every word and pattern the reader knows, as one frozen value built from data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from coach.core.reading.likeness import Likeness
from coach.core.reading.matching import Matcher
from coach.core.reading.normalise import Words, tokenise
from coach.core.reading.patterns import Compiler
from coach.core.reading.spelling import Mend, build_speller, remembered

_NONE = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Entry:
    """Patterns that all mean `label`, for instance `sign:chest_pain` or `cue:negator`."""

    label: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The content of the lexicon files, not yet compiled."""

    concepts: Mapping[str, tuple[str, ...]]
    entries: tuple[Entry, ...]
    words: Mapping[str, frozenset[str]]  # sets of single words by name: fillers, breakers, first_person…
    short_forms: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, float]
    heard_numbers: Mapping[str, float]  # homophones, only trusted in speech or alone
    severe: frozenset[str] = frozenset()  # codes whose denial must be beyond doubt
    persists: frozenset[str] = frozenset()  # codes that stay when "gone again"
    firm: frozenset[str] = frozenset()  # codes that count even when only imagined or asked about
    absorbs: Mapping[str, frozenset[str]] = field(default_factory=dict)  # drops these when they share words with it
    replaces: Mapping[str, frozenset[str]] = field(default_factory=dict)  # drops these anywhere in the text


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A compiled vocabulary. Build it once with `build_lexicon`; it never changes."""

    vocabulary: Vocabulary
    matcher: Matcher
    mend: Mend  # a word as the lexicon spells it
    known: frozenset[str]
    likeness: Likeness | None = None  # the second reader

    def set_of(self, name: str) -> frozenset[str]:
        """A named set of single words."""
        return self.vocabulary.words.get(name, _NONE)

    def tokens(self, text: str) -> Words:
        """The words of a text, short forms spelled out."""
        return tokenise(text, self.vocabulary.short_forms, self.set_of("breakers"), self.known)


def _cleaner(vocabulary: Vocabulary) -> Compiler:
    fillers = vocabulary.words.get("fillers", frozenset())

    @cache
    def clean(word: str, keep: bool) -> tuple[str, ...]:  # noqa: FBT001 - the compiler's own callback
        found = tokenise(word, vocabulary.short_forms, frozenset(), frozenset())
        return tuple(t.word for t in found.tokens if keep or t.word not in fillers)

    return Compiler(clean)


def _plain(vocabulary: Vocabulary) -> frozenset[str]:
    names = ("fillers", "plain", "first_person", "english", "spanish", "breakers")
    sets = (vocabulary.words.get(name, frozenset()) for name in names)
    return frozenset(vocabulary.numbers).union(*sets)


def _fixed(vocabulary: Vocabulary) -> frozenset[str]:
    """Words that no slip may turn another word into: they deny, or count."""
    denying = (p for e in vocabulary.entries if e.label == "cue:negator" for p in e.patterns)
    return frozenset(vocabulary.numbers) | frozenset(denying)


def build_lexicon(vocabulary: Vocabulary) -> Lexicon:
    """Compile a vocabulary; raises ValueError naming a pattern or concept that cannot be used."""
    compiler = _cleaner(vocabulary)
    for name, members in vocabulary.concepts.items():
        compiler.concept(name, members)
    for entry in vocabulary.entries:
        for pattern in entry.patterns:
            compiler.pattern(entry.label, pattern)
    _refuse(compiler.unknown_concepts())
    speller = build_speller(compiler.exact, compiler.prefix, _plain(vocabulary), _fixed(vocabulary))
    known = frozenset(compiler.exact) | _plain(vocabulary)
    return Lexicon(vocabulary, compiler.finish(), remembered(speller), known)


def _refuse(unknown: Iterable[str]) -> None:
    names = ", ".join(unknown)
    if names:
        message = f"patterns use concepts that are not defined: {names}"
        raise ValueError(message)
