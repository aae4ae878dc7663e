"""What a search works with: rules, a line of words, and where each element of the rules stands in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Spans = dict[int, int]  # first word → one past the last word
LONG = 200  # words of a line in which a pattern is only looked for in the sentences that have all of its elements


class Sequenced(NamedTuple):
    """Elements in order: the first, and each further one with how many words may stand before it."""

    first: int
    further: tuple[tuple[int, int], ...]  # element, gap
    at_start: bool
    at_end: bool

    @property
    def elements(self) -> tuple[int, ...]:
        """All elements in order."""
        return (self.first, *(element for element, _ in self.further))


class Rule(NamedTuple):
    """One pattern, compiled: every part must be found, all within `span` words and within `reach`."""

    label: str
    code: str  # the label after its colon
    parts: tuple[Sequenced, ...]
    needs: frozenset[int]
    span: int
    reach: str  # "&" one clause, "&&" one sentence, "&&&" anywhere
    source: str
    alone: int | None  # the element that is all of it
    concept: int  # the concept that it is a wording of; -1 for a pattern


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


class OfWord(NamedTuple):
    """The elements a single word belongs to, and those of them that rules are listed under."""

    elements: tuple[int, ...]
    listed: tuple[int, ...]


class Board:
    """Where each element stands in a line; filled while one text is searched, and then thrown away."""

    def __init__(self, line: Line, elements_of: Callable[[str], OfWord]) -> None:
        """Begin with the elements that single words belong to."""
        self.line = line
        self.where: dict[int, Spans] = {}
        self._merged: set[int] = set()  # the elements with a table of their own, not that of a word
        self._sentences: dict[int, set[int]] = {}
        self.is_long = len(line.words) > LONG
        self.listed: set[int] = set()  # the elements that rules may be listed under
        positions: dict[str, Spans] = {}
        for position, word in enumerate(line.words):
            if word in positions:
                positions[word][position] = position + 1
            else:
                positions[word] = {position: position + 1}
        where, merged = self.where, self._merged
        for word, spans in positions.items():
            elements, listed = elements_of(word)
            self.listed.update(listed)
            for element in elements:
                if element not in where:
                    where[element] = spans
                elif element in merged:
                    where[element].update(spans)
                else:
                    where[element] = {**where[element], **spans}
                    merged.add(element)

    def add(self, element: int, start: int, end: int) -> None:
        """An element stands at some words; of those that begin at one word the longest counts."""
        self.listed.add(element)
        if element not in self._merged:
            self.where[element] = {**self.where.get(element, {})}
            self._merged.add(element)
        spans = self.where[element]
        spans[start] = max(end, spans.get(start, 0))
        if element in self._sentences:
            self._sentences[element].add(self.line.sentences[start])

    def sentences_with(self, elements: Iterable[int]) -> set[int]:
        """The sentences in which all of these elements begin."""
        return set.intersection(*[self._sentences_of(element) for element in elements])

    def _sentences_of(self, element: int) -> set[int]:
        if element not in self._sentences:
            numbers = self.line.sentences
            self._sentences[element] = {*map(numbers.__getitem__, self.where[element])}
        return self._sentences[element]
