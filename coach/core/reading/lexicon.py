"""The lexicon: every word and pattern the reader knows, as one frozen value built from data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial

from coach.core.model import Language
from coach.core.reading.likeness import Likeness
from coach.core.reading.matching import Matcher
from coach.core.reading.memory import Memory
from coach.core.reading.normalise import Piece, Words, piece_of, tokenise
from coach.core.reading.patterns import Compiler
from coach.core.reading.spelling import Mend, build_speller, remembered

SET_ASIDE = "~"  # after a word that only the other language has
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
    set_of: Callable[[str], frozenset[str]] = field(init=False, compare=False)  # a named set of single words
    pieces: Callable[[str], Piece] = field(init=False, compare=False)  # what a stretch of a text stands for
    spell: Mapping[Language, Callable[[str], str]] = field(init=False, compare=False)  # words of a sentence
    absorbers: Mapping[str, frozenset[str]] = field(init=False, compare=False)  # for a sign those it is dropped for

    def __post_init__(self) -> None:
        """Remember what is asked for each word."""
        words, short_forms = self.vocabulary.words, self.vocabulary.short_forms
        breakers = words.get("breakers", _NONE)
        spell = {language: Memory(partial(self._spelled, language)).__getitem__ for language in Language}
        object.__setattr__(self, "set_of", Memory(lambda name: words.get(name, _NONE)).__getitem__)
        object.__setattr__(self, "pieces", Memory(lambda w: piece_of(w, short_forms, breakers, self.known)).__getitem__)
        object.__setattr__(self, "spell", spell)
        object.__setattr__(self, "absorbers", _turned(self.vocabulary.absorbs))

    def tokens(self, text: str) -> Words:
        """The words of a text, short forms spelled out."""
        return tokenise(text, self.pieces)

    def set_aside(self, language: Language) -> frozenset[str]:
        """The words that belong to the other language alone: in a sentence of this one they mean nothing known."""
        return self.set_of("only_spanish" if language is Language.EN else "only_english")

    def _spelled(self, language: Language, word: str) -> str:
        """A word as the lexicon spells it in a sentence of that language; marked when it is set aside."""
        if word in self.set_aside(language):
            return word + SET_ASIDE
        return self.mend(word, language is Language.ES)


def _turned(table: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """For each member of the sets, the keys of those it is in."""
    keys: dict[str, set[str]] = {}
    for key, members in table.items():
        for member in members:
            keys.setdefault(member, set()).add(key)
    return {member: frozenset(found) for member, found in keys.items()}


def _cleaner(vocabulary: Vocabulary) -> Compiler:
    fillers = vocabulary.words.get("fillers", frozenset())

    def piece(written: str) -> Piece:
        return piece_of(written, vocabulary.short_forms, _NONE, _NONE)

    pieces = Memory(piece).__getitem__

    @cache
    def clean(word: str, keep: bool) -> tuple[str, ...]:  # noqa: FBT001 - the compiler's own callback
        one = word.isascii() and word.isalpha() and word.islower()
        words = pieces(word).words if one else [token.word for token in tokenise(word, pieces).tokens]
        return tuple([w for w in words if keep or w not in fillers])

    return Compiler(clean)


def _plain(vocabulary: Vocabulary) -> frozenset[str]:
    names = ("fillers", "plain", "first_person", "english", "spanish", "breakers")
    sets = (vocabulary.words.get(name, frozenset()) for name in names)
    return frozenset(vocabulary.numbers).union(*sets)


def _fixed(vocabulary: Vocabulary) -> frozenset[str]:
    """Words that no slip may turn another word into: they deny, or count."""
    denying = (p for e in vocabulary.entries if e.label == "cue:negator" for p in e.patterns)
    return frozenset(vocabulary.numbers) | frozenset(denying)


def build_lexicon(vocabulary: Vocabulary, common: Mapping[str, float] | None = None) -> Lexicon:
    """Compile a vocabulary; raises ValueError naming a pattern or concept that cannot be used.

    `common` tells for common words in which share of texts they stand. It changes nothing that is read, only how fast:
    rules are looked for by the rarest of the words they need.
    """
    compiler = _cleaner(vocabulary)
    for name, members in vocabulary.concepts.items():
        compiler.concept(name, members)
    for entry in vocabulary.entries:
        for pattern in entry.patterns:
            compiler.pattern(entry.label, pattern)
    _refuse(compiler.unknown_concepts())
    speller = build_speller(compiler.exact, compiler.prefix, _plain(vocabulary), _fixed(vocabulary))
    known = frozenset(compiler.exact) | _plain(vocabulary)
    return Lexicon(vocabulary, compiler.finish(common or {}), remembered(speller), known)


def _refuse(unknown: Iterable[str]) -> None:
    names = ", ".join(unknown)
    if names:
        message = f"patterns use concepts that are not defined: {names}"
        raise ValueError(message)
