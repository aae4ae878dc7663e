"""The signs as target rules of other pipelines: phrases word for word, and patterns of tokens with gaps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, permutations
from math import prod
from typing import Any, TypeVar

from coach.core.reading import Lexicon, Vocabulary

MOST_OF_PATTERN = 80  # phrases written for one pattern
MOST_VARIANTS = 24  # token patterns written for one pattern
MOST_PHRASES = 4  # phrases within one place of a token pattern
DEEPEST = 3  # concepts within concepts
_ITEM = re.compile(r"\??\([^)]*\)|\S+")
_GAPS = {"..": 3, "...": 6}
_EDGES = frozenset({"^", "$"})
_JOINED = re.compile(r"\s&{1,3}\s")
_SHORTENED = re.compile(r"\b(ai|are|ca|could|did|do|does|had|has|have|is|was|were|wo|would)nt\b")
_Choice = TypeVar("_Choice")

Token = dict[str, Any]
Step = tuple[int, list[str]]  # how many other words may stand before, and what may stand here


def phrases_of(lexicon: Lexicon) -> dict[str, list[str]]:
    """For each sign its phrases: gaps closed, concepts spelled out, at most MOST_OF_PATTERN of one pattern."""
    writer = _Writer(lexicon.vocabulary, sorted(lexicon.known), most_of_stem=6, most_of_concept=60)
    found: dict[str, dict[str, None]] = {}
    for code, pattern in _patterns(lexicon):
        found.setdefault(code, {}).update(dict.fromkeys(_spellings(writer.phrases(pattern))))
    return {code: [*phrases] for code, phrases in found.items()}


def token_patterns_of(lexicon: Lexicon) -> dict[str, list[list[Token]]]:
    """For each sign its patterns as spaCy writes them: with gaps, fillers passed over, all words of a stem."""
    writer = _Writer(lexicon.vocabulary, sorted(lexicon.known), most_of_stem=200, most_of_concept=2_000)
    filler = {"LOWER": {"IN": sorted(lexicon.set_of("fillers"))}, "OP": "?"}
    found: dict[str, list[list[Token]]] = {}
    for code, pattern in _patterns(lexicon):
        for steps in writer.orders(pattern):
            found.setdefault(code, []).extend(_variants(steps, filler))
    return found


def count(of_signs: Mapping[str, Sequence[object]]) -> int:
    """How many phrases or patterns there are."""
    return sum(map(len, of_signs.values()))


def _patterns(lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    for entry in lexicon.vocabulary.entries:
        kind, _, code = entry.label.partition(":")
        if kind == "sign":
            yield from ((code, pattern) for pattern in entry.patterns)


def _spellings(phrases: Sequence[str]) -> Iterator[str]:
    """Each phrase, and where it has "cant" also with "can't"."""
    for phrase in phrases:
        yield phrase
        if _SHORTENED.search(phrase):
            yield _SHORTENED.sub(r"\1n't", phrase)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes patterns out; what is cut off is cut the same way every time."""

    vocabulary: Vocabulary
    known: Sequence[str]
    most_of_stem: int  # words for "swell*"
    most_of_concept: int
    concepts: dict[str, list[str]] = field(default_factory=dict)

    def orders(self, pattern: str, depth: int = 0) -> list[list[Step]]:
        """The steps of a pattern; where its parts may come in any order, in each of them, near each other."""
        parts = [steps for part in _JOINED.split(pattern) if (steps := self._steps(part, depth))]
        near = _GAPS[".."]
        return [
            [step for n, part in enumerate(order) for step in ([(near, part[0][1]), *part[1:]] if n else part)]
            for order in permutations(parts)
        ]

    def phrases(self, pattern: str, depth: int = 0, most: int = MOST_OF_PATTERN) -> list[str]:
        """A pattern as phrases without gaps."""
        orders = self.orders(pattern, depth)
        each = most // (len(orders) or 1) + 1
        return [" ".join(words) for steps in orders if steps for words in _spread([o for _, o in steps], each)]

    def _steps(self, part: str, depth: int) -> list[Step]:
        steps: list[Step] = []
        gap = 0
        for item in _ITEM.findall(part):
            gap = _GAPS.get(item, gap)
            options = [] if item in _GAPS or item in _EDGES or item.startswith("?") else self._item(item, depth)
            if options:
                steps.append((gap, options))
                gap = 0
        return steps

    def _item(self, item: str, depth: int) -> list[str]:
        if item.startswith("("):
            members = item[1:-1].split("|")
            return [phrase for member in members for phrase in self.phrases(member, depth, self.most_of_stem)]
        return [word for member in item.split("|") for word in self._member(member, depth)]

    def _member(self, member: str, depth: int) -> list[str]:
        if member.startswith("<"):
            return self._concept(member[1:-1], depth)
        if member.startswith("#"):
            low, _, high = member[1:].partition("-")
            return [str(n) for n in islice(range(int(float(low)), int(float(high)) + 1), self.most_of_stem)]
        word = member.removeprefix("=")
        if not word.endswith("*"):
            return [word]
        stem = word[:-1]
        return [*islice((known for known in self.known if known.startswith(stem)), self.most_of_stem)] or [stem]

    def _concept(self, name: str, depth: int) -> list[str]:
        if depth > DEEPEST:
            return []
        if name not in self.concepts:
            members = self.vocabulary.concepts.get(name, ())
            phrases = [p for member in members for p in self.phrases(member, depth + 1, self.most_of_stem)]
            self.concepts[name] = phrases[: self.most_of_concept]
        return self.concepts[name]


def _variants(steps: Sequence[Step], filler: Token) -> Iterator[list[Token]]:
    """Steps as token patterns: single words share one token, each phrase takes a pattern of its own."""
    gaps = [[{"OP": "?"}] * gap or [filler] for gap, _ in steps]
    for chosen in _spread([_alternatives(options) for _, options in steps], MOST_VARIANTS):
        pattern = [token for gap, tokens in zip(gaps, chosen, strict=True) for token in (*gap, *tokens)]
        yield pattern[len(gaps[0]) :]


def _alternatives(options: Sequence[str]) -> list[list[Token]]:
    split = [_SHORTENED.sub(r"\1 n't", option).split() for option in options]  # as spaCy splits "can't"
    singles = sorted({words[0] for words in split if len(words) == 1})
    phrases = [words for words in split if len(words) > 1][:MOST_PHRASES]
    of_phrases = [[{"LOWER": word} for word in words] for words in phrases]
    return [[{"LOWER": {"IN": singles}}], *of_phrases] if singles else of_phrases


def _spread(choices: Sequence[Sequence[_Choice]], most: int) -> list[list[_Choice]]:
    """One of each choice, in all ways, or in `most` ways spread over them."""
    total = prod(map(len, choices))
    return [_nth(choices, n * total // most if total > most else n) for n in range(min(total, most))]


def _nth(choices: Sequence[Sequence[_Choice]], number: int) -> list[_Choice]:
    picked: list[_Choice] = []
    for options in reversed(choices):
        number, place = divmod(number, len(options))
        picked.append(options[place])
    return picked[::-1]
