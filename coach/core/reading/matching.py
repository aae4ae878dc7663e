"""The matcher: finds every pattern of a lexicon in one pass over a text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import NamedTuple

from coach.core.reading.board import Board, Line, OfWord, Rule, Sequenced, Spans

ANYWHERE = "&&&"
Needs = tuple[int, frozenset[int], int]
"""What a rule needs beside the element it is listed under: the next rarest (the same again where it needs no other),
and all others; with its place in the order of rules. A plain tuple, for texts take apart thousands of them a second.
"""


class Hit(NamedTuple):
    """A pattern found: the words used are `words`; `start` and `end` frame them (end is one past).

    Words are counted without fillers.
    """

    label: str
    start: int
    end: int
    words: frozenset[int]
    source: str
    code: str = ""  # the label after its colon: for `sign:chest_pain` the sign


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules in the order in which their hits are wanted, and where to look for each: under its rarest element."""

    ordered: Sequence[Rule]
    under: Mapping[int, Sequence[Needs]]

    def fitting(self, board: Board) -> list[Rule]:
        """The rules all of whose elements stand somewhere, in order."""
        under, where, present = self.under, board.where, board.where.keys()
        places = [
            place
            for element in under.keys() & board.listed
            for second, others, place in under[element]
            if second in where and (not others or present >= others)
        ]
        places.sort()
        return [*map(self.ordered.__getitem__, places)]


@dataclass(frozen=True, slots=True)
class Matcher:
    """All patterns of a lexicon, ready to search. Values are element numbers."""

    elements_of: Callable[[str], OfWord]
    parents: Mapping[int, tuple[int, ...]]
    layers: tuple[Rules, ...]  # the wording of concepts
    rules: Rules

    def find(self, line: Line) -> list[Hit]:
        """Every pattern found in the words, each place once, in the order of the rules."""
        board = Board(line, self.elements_of)
        for layer in self.layers:
            self._concepts(layer, board)
        hits: list[Hit] = []
        for rule in self.rules.fitting(board):
            if rule.alone is None:
                hits += [_hit(rule, words, line) for words in _places(rule, board)]
            else:
                hits += [_hit_alone(rule, start, end, line) for start, end in board.where[rule.alone].items()]
        return hits

    def _concepts(self, layer: Rules, board: Board) -> None:
        """Add where the concepts of a layer stand."""
        for rule in layer.fitting(board):
            for words in _places(rule, board):
                for parent in self.parents[rule.concept]:
                    board.add(parent, words[0], words[-1] + 1)


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


def _hit_alone(rule: Rule, start: int, end: int, line: Line) -> Hit:
    if end > start + 1 or line.fillers[start]:
        return _hit(rule, range(start, end), line)
    place = line.counts[start]
    return Hit(rule.label, place, place + 1, frozenset((place,)), rule.source, rule.code)


def _hit(rule: Rule, words: Sequence[int], line: Line) -> Hit:
    counts, fillers = line.counts, line.fillers
    counted = [counts[n] for n in words if not fillers[n]]
    start = counted[0] if counted else counts[words[0]]
    end = counted[-1] + 1 if counted else start
    return Hit(rule.label, start, end, frozenset(counted), rule.source, rule.code)


def _places(rule: Rule, board: Board) -> list[Sequence[int]]:
    """The words of each place where all parts of a rule stand together, in the order of the text."""
    runs = _runs(rule, board)
    if len(rule.parts) == 1:
        return runs
    return [words for run in runs if (words := _with_others(run, rule, board.where, board.line))]


def _with_others(run: Sequence[int], rule: Rule, where: Mapping[int, Spans], line: Line) -> Sequence[int]:
    """The words of the first part with those of the others nearest to it; none where one is missing."""
    chosen = [run]
    for part in rule.parts[1:]:
        near = _nearest(part, where, line, chosen, rule)
        if near is None:
            return ()
        chosen.append(near)
    return sorted({w for words in chosen for w in words})


def _runs(rule: Rule, board: Board) -> list[Sequence[int]]:
    """The words of each place where the first part of a rule stands."""
    part, where, line = rule.parts[0], board.where, board.line
    starts: Iterable[int] = where[part.first]
    if board.is_long and (part.further or len(rule.parts) > 1):
        together = board.sentences_with(part.elements if rule.reach == ANYWHERE else rule.needs)
        numbers = map(line.sentences.__getitem__, starts)
        starts = [*compress(starts, map(together.__contains__, numbers))] if together else ()
    if not (part.further or part.at_start or part.at_end):
        spans = where[part.first]
        return [range(start, spans[start]) for start in starts]
    if part.at_start:
        starts = [start for start in starts if start <= line.first]
    return [words for start in starts if (words := _follow(part, where, line, start))]


def _follow(part: Sequenced, where: Mapping[int, Spans], line: Line, start: int) -> Sequence[int]:
    """The words of a sequence that begins at `start`, taking the nearest word for each element; none if it breaks."""
    end = where[part.first][start]
    words = [*range(start, end)]
    sentence = line.sentences[start]
    for element, gap in part.further:
        spans = where[element]
        begin = end if end in spans else _next(spans, line, end, gap)
        if begin is None or line.sentences[begin] != sentence:
            return ()
        end = spans[begin]
        words.extend(range(begin, end))
    if part.at_end and line.counts[end] != line.counts[-1]:
        return ()
    return words


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
    part: Sequenced, where: Mapping[int, Spans], line: Line, chosen: Sequence[Sequence[int]], rule: Rule
) -> Sequence[int] | None:
    """The words of a further part, nearest to those chosen and apart from them, within the rule's span."""
    low, high = min([words[0] for words in chosen]), max([words[-1] for words in chosen])
    same = _units(rule.reach, line)
    taken = {*chain.from_iterable(chosen)}
    best: Sequence[int] | None = None
    best_distance = rule.span + 1
    for start in _within(where[part.first], _around(low, high, rule.span, line)):
        if same[start] != same[low] or start in taken:
            continue
        words = _follow(part, where, line, start)
        if not words or taken.intersection(words) or same[words[-1]] != same[low]:
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
    counts = line.counts
    first = max(0, low - 2 * span, bisect_left(counts, counts[high] - span))
    last = min(len(line.words) - 1, high + 2 * span, bisect_right(counts, counts[low] + span) - 1)
    return range(min(low, first), max(high, last) + 1)


def _within(spans: Spans, around: range) -> Iterable[int]:
    """Where an element begins in a stretch, in the order of the text."""
    if len(spans) > len(around):
        return (start for start in around if start in spans)
    return sorted([start for start in spans if start in around])
