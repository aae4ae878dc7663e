"""One text looked at once: its words, what was found in them, and small questions about places in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from coach.core.model import Language
from coach.core.reading.lexicon import Lexicon
from coach.core.reading.matching import Hit, Line
from coach.core.reading.normalise import Token, Words

AND, OR, COMMA = "and", "or", "comma"
_COMMA, _NO_LINK = frozenset({COMMA}), frozenset[str]()
_NONE = frozenset[int]()
BUCKET = 32  # words; what is further apart than one bucket's length does not bear on each other
LONG = 2 * BUCKET
MENDED = 2_000  # words of a text whose spelling is mended


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
    clauses: dict[int, tuple[int, int]]
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

    def of(self, *labels: str) -> list[Hit]:
        """The hits with one of these labels, in the order of the text."""
        found = [h for label in labels for h in self.labelled.get(label, ())]
        return sorted(found, key=lambda h: (h.start, h.end)) if len(found) > 1 else found

    def has(self, *labels: str) -> bool:
        """True when one of the labels was found."""
        return any(label in self.labelled for label in labels)

    def near(self, label: str, hit: Hit) -> Sequence[Hit]:
        """The hits with a label, or of a kind, close enough to bear on a hit."""
        if not self.places:
            return self.labelled.get(label, self.hits.get(label, ()))
        buckets = range(hit.start // BUCKET - 1, hit.end // BUCKET + 2)
        return [h for bucket in buckets for h in self.places.get((label, bucket), ())]

    def names(self, kind: str) -> frozenset[str]:
        """The names found of one kind: for `fact`, those after `fact:`."""
        return frozenset(h.label.partition(":")[2] for h in self.hits.get(kind, ()))

    def links(self, left: int) -> frozenset[str]:
        """What joins a word with the next one that counts: "and", "or", a comma."""
        first, last = self.raw[left] + 1, self.raw[left + 1]
        commas = self.words.commas
        comma = _COMMA if any(n in commas for n in range(first, last + 1)) else _NO_LINK
        if first == last:
            return comma
        between = {token.word for token in self.words.tokens[first:last]}
        joined = ((AND, self.lexicon.set_of("and")), (OR, self.lexicon.set_of("or")))
        return comma.union(link for link, words in joined if not words.isdisjoint(between))

    def between(self, start: int, end: int) -> Iterable[str]:
        """All words, fillers too, from one counting word to before another."""
        last = self.raw[end] if end < len(self.raw) else len(self.words.tokens)
        return (t.word for t in self.words.tokens[self.raw[start] : last])

    def offsets(self, hit: Hit) -> tuple[int, int]:
        """Where a hit stands in the original text."""
        tokens = self.words.tokens
        return tokens[self.raw[hit.start]].start, tokens[self.raw[hit.end - 1]].end


def scan(text: str, lexicon: Lexicon, language: Language) -> Scan:
    """Look a text over."""
    words = lexicon.tokens(text)
    spoken = guess_language(words.tokens, lexicon, language)
    whole = _whole(words, lexicon, spoken)
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
        sentences=_extents(whole.sentences, words.tokens),
        clauses=_extents(whole.clauses, words.tokens),
        corrections=corrections,
        language=spoken,
        light=_words(labelled, "cue:light"),
        covered=frozenset(w for kind in ("sign", "hint") for h in hits.get(kind, ()) for w in h.words),
        negators=_words(labelled, "cue:negator") - pseudo,
        idioms=_words(labelled, "cue:idiom"),
        pseudo=pseudo,
        body=_words(labelled, "cue:body") - _words(labelled, "cue:private"),
        first=whole.first,
        spelled=whole.words,
    )


def _buckets(named: Mapping[str, list[Hit]]) -> Mapping[tuple[str, int], list[Hit]]:
    places: dict[tuple[str, int], list[Hit]] = {}
    for name, found in named.items():
        for hit in found:
            places.setdefault((name, hit.start // BUCKET), []).append(hit)
    return places


def _extents(numbers: Iterable[int], tokens: Iterable[Token]) -> dict[int, tuple[int, int]]:
    """Where each clause or sentence begins and ends, by its number."""
    found: dict[int, tuple[int, int]] = {}
    for number, token in zip(numbers, tokens, strict=True):
        begun = found.get(number)
        found[number] = (begun[0] if begun else token.start, token.end)
    return found


def _words(labelled: Mapping[str, list[Hit]], label: str) -> frozenset[int]:
    found = labelled.get(label)
    return frozenset(w for h in found for w in range(h.start, h.end)) if found else _NONE


def guess_language(tokens: Iterable[Token], lexicon: Lexicon, preferred: Language) -> Language:
    """The language that words are mostly in; `preferred` when it does not show."""
    english, spanish = lexicon.set_of("english"), lexicon.set_of("spanish")
    balance = sum((t.word in english) - (t.word in spanish) for t in tokens)
    if balance == 0:
        return preferred
    return Language.EN if balance > 0 else Language.ES


def _whole(words: Words, lexicon: Lexicon, language: Language) -> Line:
    """All words, mended, with what a search needs to know of them."""
    fillers = lexicon.set_of("fillers")
    is_filler = [t.word in fillers for t in words.tokens]
    soft = lexicon.set_of("soft")
    first = next((n for n, t in enumerate(words.tokens) if t.word not in soft), 0)
    counts = [0]
    for filler in is_filler:
        counts.append(counts[-1] + (not filler))
    return Line(
        _spelled(words.tokens, lexicon, language),
        [t.clause for t in words.tokens],
        [t.sentence for t in words.tokens],
        is_filler,
        counts,
        first,
        [0] * len(words.tokens),
    )


def _spelled(tokens: Sequence[Token], lexicon: Lexicon, language: Language) -> list[str]:
    """The words as the lexicon spells them; in each sentence those only of the other language are set aside."""
    spelled: list[str] = []
    for _, group in groupby(tokens, key=lambda token: token.sentence):
        sentence = list(group)
        spoken = guess_language(sentence, lexicon, language)
        foreign = lexicon.set_of("only_spanish" if spoken is Language.EN else "only_english")
        by_ear = spoken is Language.ES
        mend = lexicon.mend if len(spelled) < MENDED else _as_typed
        spelled.extend(f"{t.word}~" if t.word in foreign else mend(t.word, by_ear) for t in sentence)
    return spelled


def _as_typed(word: str, by_ear: bool) -> str:  # noqa: FBT001 - stands in for the speller
    del by_ear
    return word


def _counting(whole: Line) -> tuple[Line, tuple[int, ...]]:
    """The words that are no fillers, and where they stand among all."""
    raw = tuple(n for n, filler in enumerate(whole.fillers) if not filler)
    line = Line(
        [whole.words[n] for n in raw],
        [whole.clauses[n] for n in raw],
        [whole.sentences[n] for n in raw],
        [False] * len(raw),
        range(len(raw) + 1),
    )
    return line, raw
