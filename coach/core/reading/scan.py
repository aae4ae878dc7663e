"""One text looked at once: its words, what was found in them, and small questions about places in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from operator import not_
from typing import NamedTuple

from coach.core.model import Language
from coach.core.reading.board import Line
from coach.core.reading.lexicon import SET_ASIDE, Lexicon
from coach.core.reading.matching import Hit
from coach.core.reading.normalise import Token, Words

AND, OR, COMMA = "and", "or", "comma"
_COMMA, _NO_LINK = frozenset({COMMA}), frozenset[str]()
_NONE = frozenset[int]()
_NO_HITS: list[Hit] = []
BUCKET = 32  # words; what is further apart than one bucket's length does not bear on each other
LONG = 2 * BUCKET
MENDED = 2_000  # words of a text whose spelling is mended


class _Columns(NamedTuple):
    """The tokens of a text, column by column."""

    words: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    clauses: Sequence[int]
    sentences: Sequence[int]


_EMPTY = _Columns((), (), (), (), ())


@dataclass(frozen=True, slots=True)
class Scan:
    """The words that count (`line`), where each stands among all words (`raw`), and the hits by kind."""

    lexicon: Lexicon
    words: Words
    line: Line
    raw: tuple[int, ...]
    hits: Mapping[str, list[Hit]]  # by kind, the part of a label before the colon
    labelled: Mapping[str, list[Hit]]  # by label
    places: Mapping[tuple[str, int], list[Hit]]  # by kind or label, and bucket of words; only for long texts
    sentences: dict[int, tuple[int, int]]  # offsets in the text where each sentence begins and ends
    corrections: frozenset[int]  # where among all words a correction ("no wait") ends
    language: Language
    light: frozenset[int]  # words a denial passes over
    covered: frozenset[int]  # words that belong to some sign
    negators: frozenset[int]
    idioms: frozenset[int]
    pseudo: frozenset[int]  # words that look like a denial and deny nothing
    body: frozenset[int]
    first: int  # the first of all words that is not merely a hesitation
    spelled: Sequence[str]  # all words as the lexicon spells them
    said: frozenset[str]  # all words as they were written

    def of(self, *labels: str) -> list[Hit]:
        """The hits with one of these labels, in the order of the text."""
        found = [h for label in labels for h in self.labelled.get(label, ())]
        return sorted(found, key=_place) if len(found) > 1 else found

    def has(self, *labels: str) -> bool:
        """True when one of the labels was found."""
        return any(label in self.labelled for label in labels)

    def near(self, label: str, hit: Hit) -> Sequence[Hit]:
        """The hits with a label, or of a kind, close enough to bear on a hit."""
        if not self.places:
            return self.labelled.get(label) or self.hits.get(label, _NO_HITS)
        buckets = range(hit.start // BUCKET - 1, hit.end // BUCKET + 2)
        return [h for bucket in buckets for h in self.places.get((label, bucket), ())]

    def names(self, kind: str) -> frozenset[str]:
        """The names found of one kind: for `fact`, those after `fact:`."""
        return frozenset(h.code for h in self.hits.get(kind, ()))

    def links(self, left: int) -> frozenset[str]:
        """What joins a word with the next one that counts: "and", "or", a comma."""
        first, last = self.raw[left] + 1, self.raw[left + 1]
        commas = self.words.commas
        if first == last:
            return _COMMA if first in commas else _NO_LINK
        comma = _NO_LINK if commas.isdisjoint(range(first, last + 1)) else _COMMA
        between = {token.word for token in self.words.tokens[first:last]}
        joined = ((AND, self.lexicon.set_of("and")), (OR, self.lexicon.set_of("or")))
        return comma.union(link for link, words in joined if not words.isdisjoint(between))

    def between(self, start: int, end: int) -> Iterable[str]:
        """All words, fillers too, from one counting word to before another."""
        last = self.raw[end] if end < len(self.raw) else len(self.words.tokens)
        return (t.word for t in self.words.tokens[self.raw[start] : last])

    @property
    def clauses(self) -> dict[int, tuple[int, int]]:
        """Offsets in the text where each clause begins and ends."""
        grouped = groupby(self.words.tokens, key=_clause)
        return {clause: _extent([*tokens]) for clause, tokens in grouped}

    def clause_at(self, place: int) -> tuple[int, int]:
        """Where in the text the clause of a counting word begins and ends."""
        tokens, number = self.words.tokens, self.line.clauses[place]
        first = bisect_left(tokens, number, key=_clause)
        return _extent(tokens[first : bisect_right(tokens, number, lo=first, key=_clause)])

    def offsets(self, hit: Hit) -> tuple[int, int]:
        """Where a hit stands in the original text."""
        tokens = self.words.tokens
        return tokens[self.raw[hit.start]].start, tokens[self.raw[hit.end - 1]].end


def _place(hit: Hit) -> tuple[int, int]:
    return hit.start, hit.end


def _extent(tokens: Sequence[Token]) -> tuple[int, int]:
    return tokens[0].start, tokens[-1].end


def _clause(token: Token) -> int:
    return token.clause


def scan(text: str, lexicon: Lexicon, language: Language) -> Scan:
    """Look a text over."""
    words = lexicon.tokens(text)
    columns = _Columns(*zip(*words.tokens, strict=True)) if words.tokens else _EMPTY
    spoken = guess_language(columns.words, lexicon, language)
    stretches = _stretches(columns.sentences)
    whole = _whole(columns, _spelled(columns.words, stretches, lexicon, spoken), lexicon)
    line, raw = _counting(whole)
    labelled: dict[str, list[Hit]] = {}
    for found in lexicon.matcher.find(whole):
        labelled.setdefault(found.label, []).append(found)
    hits: dict[str, list[Hit]] = {}
    for label, of_label in labelled.items():
        hits.setdefault(label.partition(":")[0], []).extend(of_label)
    corrections = frozenset(raw[h.end - 1] for h in labelled.get("cue:correction", ()) if h.words)
    pseudo = _words(labelled, "cue:pseudo")
    return Scan(
        lexicon=lexicon,
        words=words,
        line=line,
        raw=raw,
        hits=hits,
        labelled=labelled,
        places=_buckets({**hits, **labelled}) if len(raw) > LONG else {},
        sentences={columns.sentences[a]: (columns.starts[a], columns.ends[b - 1]) for a, b in stretches},
        corrections=corrections,
        language=spoken,
        light=_words(labelled, "cue:light"),
        covered=_NONE.union(*[hit.words for kind in ("sign", "hint") for hit in hits.get(kind, ())]),
        negators=_words(labelled, "cue:negator") - pseudo,
        idioms=_words(labelled, "cue:idiom"),
        pseudo=pseudo,
        body=_words(labelled, "cue:body") - _words(labelled, "cue:private"),
        first=whole.first,
        spelled=whole.words,
        said=frozenset(columns.words),
    )


def _buckets(named: Mapping[str, list[Hit]]) -> Mapping[tuple[str, int], list[Hit]]:
    places: dict[tuple[str, int], list[Hit]] = {}
    for name, found in named.items():
        for hit in found:
            places.setdefault((name, hit.start // BUCKET), []).append(hit)
    return places


def _stretches(sentences: Sequence[int]) -> list[tuple[int, int]]:
    """Each sentence by its first word and one past its last."""
    if not sentences or sentences[0] == sentences[-1]:
        return [(0, len(sentences))] if sentences else []
    begins = [n for n, (before, number) in enumerate(pairwise(sentences), start=1) if number != before]
    return [*pairwise([0, *begins, len(sentences)])]


def _words(labelled: Mapping[str, list[Hit]], label: str) -> frozenset[int]:
    found = labelled.get(label)
    return frozenset(w for h in found for w in range(h.start, h.end)) if found else _NONE


def guess_language(words: Sequence[str], lexicon: Lexicon, preferred: Language) -> Language:
    """The language that words are mostly in; `preferred` when it does not show."""
    english, spanish = lexicon.set_of("english"), lexicon.set_of("spanish")
    balance = sum(map(english.__contains__, words)) - sum(map(spanish.__contains__, words))
    if balance == 0:
        return preferred
    return Language.EN if balance > 0 else Language.ES


def _whole(columns: _Columns, spelled: Sequence[str], lexicon: Lexicon) -> Line:
    """All words, mended, with what a search needs to know of them."""
    fillers = [*map(lexicon.set_of("fillers").__contains__, columns.words)]
    soft = lexicon.set_of("soft")
    return Line(
        words=spelled,
        clauses=columns.clauses,
        sentences=columns.sentences,
        fillers=fillers,
        counts=[*accumulate(map(not_, fillers), initial=0)],
        first=next((n for n, word in enumerate(columns.words) if word not in soft), 0),
        whole=[0] * len(fillers),
    )


def _spelled(
    words: Sequence[str], stretches: Sequence[tuple[int, int]], lexicon: Lexicon, language: Language
) -> list[str]:
    """The words as the lexicon spells them; in each sentence those only of the other language are set aside."""
    spelled: list[str] = []
    for begin, end in stretches:
        sentence = words[begin:end]
        spoken = guess_language(sentence, lexicon, language) if len(stretches) > 1 else language
        spell = lexicon.spell[spoken] if begin < MENDED else _as_typed(lexicon.set_aside(spoken))
        spelled.extend(map(spell, sentence))
    return spelled


def _as_typed(foreign: frozenset[str]) -> Callable[[str], str]:
    """Stands in for the speller."""
    return lambda word: word + SET_ASIDE if word in foreign else word


def _counting(whole: Line) -> tuple[Line, tuple[int, ...]]:
    """The words that are no fillers, and where they stand among all."""
    raw = tuple([n for n, filler in enumerate(whole.fillers) if not filler])
    line = Line(
        [whole.words[n] for n in raw],
        [whole.clauses[n] for n in raw],
        [whole.sentences[n] for n in raw],
        [False] * len(raw),
        range(len(raw) + 1),
    )
    return line, raw
