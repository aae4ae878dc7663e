"""One text looked at once: its words, what was found in them, and small questions about places in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress, groupby

from coach.core.model import Language
from coach.core.reading.board import Line
from coach.core.reading.columns import Columns, columns_of, guess_language, lines_of, spelled, stretches_of
from coach.core.reading.lexicon import Lexicon
from coach.core.reading.matching import Hit
from coach.core.reading.memory import Memory
from coach.core.reading.normalise import Token, Words

AND, OR, COMMA = "and", "or", "comma"
_COMMA, _NO_LINK = frozenset({COMMA}), frozenset[str]()
_NONE = frozenset[int]()
_NO_HITS: list[Hit] = []
BUCKET = 32  # words; what is further apart than one bucket's length does not bear on each other
LONG = 2 * BUCKET
DENIES = ("cue:denied_after", "cue:resolved")  # what denies a sign, beside negators
TURNS = ("cue:jest", "cue:past", "cue:other", "cue:imagined")  # what makes a sign one that is only spoken of
OPENS = ("question_openers", "if")  # words that may do so too


@dataclass(frozen=True, slots=True)
class Scan:
    """The words that count (`line`), where each stands among all words (`raw`), and the hits by kind."""

    lexicon: Lexicon
    words: Words
    columns: Columns
    line: Line
    raw: tuple[int, ...]
    hits: Mapping[str, list[Hit]]  # by kind, the part of a label before the colon
    labelled: Mapping[str, list[Hit]]  # by label
    buckets: Mapping[str, Mapping[int, list[Hit]]] | None  # by kind or label, and by bucket of words; for long texts
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
    denying: frozenset[int]  # sentences in which something may deny a sign
    turning: frozenset[int]  # sentences in which something may tell of the past, of others, of what is not so
    spelled: Sequence[str]  # all words as the lexicon spells them
    said: frozenset[str]  # all words as they were written

    def of(self, *labels: str) -> list[Hit]:
        """The hits with one of these labels, in the order of the text."""
        found = [h for label in labels for h in self.labelled.get(label, ())]
        return sorted(found, key=_place) if len(found) > 1 else found

    def has(self, *labels: str) -> bool:
        """True when one of the labels was found."""
        return not self.labelled.keys().isdisjoint(labels)

    def near(self, label: str, hit: Hit) -> Sequence[Hit]:
        """The hits with a label, or of a kind, close enough to bear on a hit."""
        if self.buckets is None:
            return self.labelled.get(label) or self.hits.get(label, _NO_HITS)
        of_label = self.buckets[label]
        near = range(hit.start // BUCKET - 1, hit.end // BUCKET + 2)
        return [h for bucket in near if bucket in of_label for h in of_label[bucket]]

    def touches(self, sentences: frozenset[int], hit: Hit) -> bool:
        """True when a hit, or the word it stands before where it is all fillers, is in one of these sentences."""
        return not sentences.isdisjoint(self.line.sentences[hit.start : max(hit.end, hit.start + 1)])

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
    columns = columns_of(words)
    spoken = guess_language(columns.words, lexicon, language)
    stretches = stretches_of(columns.sentences)
    whole, line, raw = lines_of(columns, spelled(columns.words, stretches, lexicon, spoken), lexicon)
    labelled, hits = _grouped(lexicon.matcher.find(whole))
    pseudo = _words(labelled, "cue:pseudo")
    negators = _words(labelled, "cue:negator") - pseudo
    said = frozenset(columns.words)
    return Scan(
        lexicon=lexicon,
        words=words,
        columns=columns,
        line=line,
        raw=raw,
        hits=hits,
        labelled=labelled,
        buckets=Memory(lambda name: _buckets(labelled.get(name) or hits.get(name, _NO_HITS)))
        if len(raw) > LONG
        else None,
        sentences={columns.sentences[a]: (columns.starts[a], columns.ends[b - 1]) for a, b in stretches},
        corrections=frozenset([raw[h.end - 1] for h in labelled.get("cue:correction", ()) if h.words]),
        language=spoken,
        light=_words(labelled, "cue:light"),
        covered=_NONE.union(*[hit.words for kind in ("sign", "hint") for hit in hits.get(kind, ())]),
        negators=negators,
        idioms=_words(labelled, "cue:idiom"),
        pseudo=pseudo,
        body=_words(labelled, "cue:body") - _words(labelled, "cue:private"),
        first=whole.first,
        denying=_sentences(labelled, DENIES, line).union([line.sentences[place] for place in negators]),
        turning=_sentences(labelled, TURNS, line) | words.asked | _opened(columns, said, lexicon),
        spelled=whole.words,
        said=said,
    )


def _grouped(found: Iterable[Hit]) -> tuple[dict[str, list[Hit]], dict[str, list[Hit]]]:
    """Hits by label, and by kind."""
    labelled: dict[str, list[Hit]] = {}
    for hit in found:
        labelled.setdefault(hit.label, []).append(hit)
    hits: dict[str, list[Hit]] = {}
    for label, of_label in labelled.items():
        hits.setdefault(label.partition(":")[0], []).extend(of_label)
    return labelled, hits


def _buckets(found: Iterable[Hit]) -> Mapping[int, list[Hit]]:
    places: dict[int, list[Hit]] = {}
    for hit in found:
        places.setdefault(hit.start // BUCKET, []).append(hit)
    return places


def _words(labelled: Mapping[str, list[Hit]], label: str) -> frozenset[int]:
    found = labelled.get(label)
    return _NONE.union(*[range(hit.start, hit.end) for hit in found]) if found else _NONE


def _sentences(labelled: Mapping[str, list[Hit]], labels: Iterable[str], line: Line) -> frozenset[int]:
    """The sentences in which one of some labels was found."""
    starts = [hit.start for label in labels for hit in labelled.get(label, ())]
    return frozenset([line.sentences[start] for start in starts if start < len(line.sentences)]) if starts else _NONE


def _opened(columns: Columns, said: frozenset[str], lexicon: Lexicon) -> frozenset[int]:
    """The sentences with a word that may open a question or a condition."""
    opening = [words for words in map(lexicon.set_of, OPENS) if not words.isdisjoint(said)]
    found = [compress(columns.sentences, map(words.__contains__, columns.words)) for words in opening]
    return frozenset(chain.from_iterable(found)) if found else _NONE
