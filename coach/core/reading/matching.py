"""The matcher: finds every pattern of a lexicon in one pass over a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Spans = dict[int, int]  # first word → one past the last word


@dataclass(frozen=True, slots=True)
class Sequenced:
    """Elements in order; `gaps[i]` is how many words may stand before element i."""

    elements: tuple[int, ...]
    gaps: tuple[int, ...]
    at_start: bool
    at_end: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern, compiled: every part must be found, all within `span` words and within `reach`."""

    label: str
    parts: tuple[Sequenced, ...]
    needs: frozenset[int]
    span: int
    reach: str  # "&" one clause, "&&" one sentence, "&&&" anywhere
    source: str


class Hit(NamedTuple):
    """A pattern found: the words used are `words`; `start` and `end` frame them (end is one past)."""

    label: str
    start: int
    end: int
    words: frozenset[int]
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """The words to search, each with the numbers of its clause and sentence, and whether it is a filler.

    `counts[i]` is how many words that are no fillers stand before word i, with one more entry for the whole line;
    `first` is the first word that is not merely a hesitation.
    """

    words: Sequence[str]
    clauses: Sequence[int]
    sentences: Sequence[int]
    fillers: Sequence[bool]
    counts: Sequence[int]
    first: int = 0
    whole: Sequence[int] = ()  # the same number for every word


@dataclass(frozen=True, slots=True)
class Matcher:
    """All patterns of a lexicon, ready to search. Values are element numbers."""

    elements_of: Callable[[str], tuple[int, ...]]  # the elements a single word belongs to
    parents: Mapping[int, tuple[int, ...]]
    layers: tuple[Mapping[int, tuple[tuple[int, Rule], ...]], ...]
    rules: Mapping[int, tuple[Rule, ...]]

    def find(self, line: Line) -> list[Hit]:
        """Every pattern found in the words, each place once."""
        where = self._where(line.words)
        for layer in self.layers:
            self._concepts(layer, where, line)
        hits: list[Hit] = []
        present = where.keys()
        for element in present & self.rules.keys():
            for rule in self.rules[element]:
                if rule.needs <= present:
                    hits.extend(_places(rule, where, line))
        return hits

    def _where(self, words: Sequence[str]) -> dict[int, Spans]:
        """Where each element stands that a single word belongs to."""
        positions: dict[str, Spans] = {}
        for position, word in enumerate(words):
            positions.setdefault(word, {})[position] = position + 1
        where: dict[int, Spans] = {}
        for word, spans in positions.items():
            for element in self.elements_of(word):
                where.setdefault(element, {}).update(spans)
        return where

    def _concepts(self, layer: Mapping[int, tuple[tuple[int, Rule], ...]], where: dict[int, Spans], line: Line) -> None:
        present = where.keys()
        for element in present & layer.keys():
            for number, rule in layer[element]:
                if rule.needs <= present:
                    for hit in _places(rule, where, line):
                        for parent in self.parents[number]:
                            spans = where.setdefault(parent, {})
                            spans[hit.start] = max(hit.end, spans.get(hit.start, 0))


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Elements by whole word, by beginning of a word, and by range of numbers."""

    exact: Mapping[str, tuple[int, ...]]
    prefix: Mapping[str, tuple[int, ...]]
    ranges: tuple[tuple[float, float, tuple[int, ...]], ...]

    def elements_of(self, word: str) -> tuple[int, ...]:
        """The elements a single word belongs to."""
        found = set(self.exact.get(word, ()))
        if word[:1].isdigit():
            value = _value(word)
            found.update(e for low, high, elements in self.ranges if low <= value <= high for e in elements)
        for length in range(2, len(word) + 1):
            found.update(self.prefix.get(word[:length], ()))
        return tuple(found)


def _value(word: str) -> float:
    """The number a word of digits stands for; -1 for times, fractions and the like."""
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return -1


def _places(rule: Rule, where: Mapping[int, Spans], line: Line) -> Iterator[Hit]:
    """Each place where all parts of a rule stand together."""
    first, *others = rule.parts
    if not others:
        yield from (
            Hit(rule.label, words[0], words[-1] + 1, frozenset(words), rule.source)
            for words in _runs(first, where, line)
        )
        return
    for words in _runs(first, where, line):
        chosen = [words]
        for part in others:
            near = _nearest(part, where, line, chosen, rule)
            if near is None:
                break
            chosen.append(near)
        else:
            used = frozenset(w for words in chosen for w in words)
            yield Hit(rule.label, min(used), max(used) + 1, used, rule.source)


def _runs(part: Sequenced, where: Mapping[int, Spans], line: Line) -> Iterator[tuple[int, ...]]:
    for start in where[part.elements[0]]:
        if part.at_start and start > line.first:
            continue
        words = _follow(part, where, line, start)
        if words is not None:
            yield words


def _follow(part: Sequenced, where: Mapping[int, Spans], line: Line, start: int) -> tuple[int, ...] | None:
    """The words of a sequence that begins at `start`, taking the nearest word for each element."""
    end = where[part.elements[0]][start]
    words = list(range(start, end))
    sentence = line.sentences[start]
    for element, gap in zip(part.elements[1:], part.gaps[1:], strict=True):
        begin = _next(where[element], line, end, gap)
        if begin is None or line.sentences[begin] != sentence:
            return None
        end = where[element][begin]
        words.extend(range(begin, end))
    if part.at_end and line.counts[end] != line.counts[-1]:
        return None
    return tuple(words)


def _next(spans: Spans, line: Line, place: int, gap: int) -> int | None:
    """The next place where an element begins, passing over fillers and at most `gap` other words."""
    while place < len(line.words):
        if place in spans:
            return place
        if not line.fillers[place]:
            gap -= 1
            if gap < 0:
                return None
        place += 1
    return None


def _nearest(
    part: Sequenced, where: Mapping[int, Spans], line: Line, chosen: list[tuple[int, ...]], rule: Rule
) -> tuple[int, ...] | None:
    """The words of a further part, nearest to those chosen and apart from them, within the rule's span."""
    low = min(w[0] for w in chosen)
    high = max(w[-1] for w in chosen)
    same = _units(rule.reach, line)
    taken = {w for words in chosen for w in words}
    best: tuple[int, ...] | None = None
    best_distance = rule.span + 1
    spans = where[part.elements[0]]
    for start in _around(low, high, rule.span, line):
        if start not in spans or same[start] != same[low] or start in taken:
            continue
        words = _follow(part, where, line, start)
        if words is None or taken.intersection(words) or same[words[-1]] != same[low]:
            continue
        distance = line.counts[max(high, words[-1])] - line.counts[min(low, words[0])]
        if distance < best_distance:
            best, best_distance = words, distance
    return best


def _units(reach: str, line: Line) -> Sequence[int]:
    """The number of the unit each word belongs to, within which a rule's parts must stand."""
    if reach == "&":
        return line.clauses
    return line.sentences if reach == "&&" else line.whole


def _around(low: int, high: int, span: int, line: Line) -> range:
    """The places not further than `span` counting words from a stretch."""
    first, last = low, high
    while first > 0 and line.counts[high] - line.counts[first - 1] <= span and low - first < 2 * span:
        first -= 1
    while last + 1 < len(line.words) and line.counts[last + 1] - line.counts[low] <= span and last - high < 2 * span:
        last += 1
    return range(first, last + 1)
