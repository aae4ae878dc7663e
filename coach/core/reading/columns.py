"""The words of a text column by column: as they are spelled, in which language, and which of them count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, compress, pairwise
from operator import not_
from typing import NamedTuple

from coach.core.model import Language
from coach.core.reading.board import Line
from coach.core.reading.lexicon import SET_ASIDE, Lexicon
from coach.core.reading.normalise import Words

MENDED = 2_000  # words of a text whose spelling is mended


class Columns(NamedTuple):
    """The tokens of a text, column by column."""

    words: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    clauses: Sequence[int]
    sentences: Sequence[int]


_EMPTY = Columns((), (), (), (), ())


def columns_of(words: Words) -> Columns:
    """The tokens turned into columns."""
    return Columns(*zip(*words.tokens, strict=True)) if words.tokens else _EMPTY


def stretches_of(sentences: Sequence[int]) -> list[tuple[int, int]]:
    """Each sentence by its first word and one past its last."""
    if not sentences or sentences[0] == sentences[-1]:
        return [(0, len(sentences))] if sentences else []
    begins = [n for n, (before, number) in enumerate(pairwise(sentences), start=1) if number != before]
    return [*pairwise([0, *begins, len(sentences)])]


def guess_language(words: Sequence[str], lexicon: Lexicon, preferred: Language) -> Language:
    """The language that words are mostly in; `preferred` when it does not show."""
    english, spanish = lexicon.set_of("english"), lexicon.set_of("spanish")
    balance = sum(map(english.__contains__, words)) - sum(map(spanish.__contains__, words))
    if balance == 0:
        return preferred
    return Language.EN if balance > 0 else Language.ES


def spelled(
    words: Sequence[str], stretches: Sequence[tuple[int, int]], lexicon: Lexicon, language: Language
) -> list[str]:
    """The words as the lexicon spells them; in each sentence those only of the other language are set aside."""
    mended: list[str] = []
    for begin, end in stretches:
        sentence = words[begin:end]
        spoken = guess_language(sentence, lexicon, language) if len(stretches) > 1 else language
        spell = lexicon.spell[spoken] if begin < MENDED else _as_typed(lexicon.set_aside(spoken))
        mended.extend(map(spell, sentence))
    return mended


def _as_typed(foreign: frozenset[str]) -> Callable[[str], str]:
    """Stands in for the speller."""
    return lambda word: word + SET_ASIDE if word in foreign else word


def lines_of(columns: Columns, mended: Sequence[str], lexicon: Lexicon) -> tuple[Line, Line, tuple[int, ...]]:
    """All words with what a search needs to know of them; those that are no fillers; where these stand among all."""
    fillers = [*map(lexicon.set_of("fillers").__contains__, columns.words)]
    counted = [*map(not_, fillers)]
    soft = lexicon.set_of("soft")
    whole = Line(
        words=mended,
        clauses=columns.clauses,
        sentences=columns.sentences,
        fillers=fillers,
        counts=[*accumulate(counted, initial=0)],
        first=next((n for n, word in enumerate(columns.words) if word not in soft), 0),
        whole=[0] * len(fillers),
    )
    raw = tuple(compress(range(len(fillers)), counted))
    line = Line(
        words=[*compress(mended, counted)],
        clauses=[*compress(columns.clauses, counted)],
        sentences=[*compress(columns.sentences, counted)],
        fillers=[False] * len(raw),
        counts=range(len(raw) + 1),
    )
    return whole, line, raw
