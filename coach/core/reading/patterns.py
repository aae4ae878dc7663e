"""Patterns that combine words and concepts, compiled for the matcher.

How a pattern is written (all of it in lower case, accents allowed):

- `chest pain`           the words follow each other; fillers such as "my" or "la" between them do not count
- `<leg> .. <swollen>`   up to three other words may stand between; `...` allows six
- `<leg> & <swollen>`    both in one clause, in any order, not far apart; `&&` allows one sentence, `&&&` the text
- `swell*`               any word that begins so
- `hot|warm|<red>`       one of these words or concepts
- `(go away|eases off)`  one of these phrases
- `?left leg`            the marked word may be missing
- `=not =me`             a filler that counts here (others are dropped from patterns and passed over in texts)
- `#38-42`               a number in digits from 38 to 42; `#1.5-3.9` as well
- `^ stop $`             from the beginning of the text, to its end
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise

from coach.core.reading.matching import Matcher, Rule, Sequenced, WordIndex

NEAR = 3
FAR = 6
CLAUSE_SPAN = 9
SENTENCE_SPAN = 18
TEXT_SPAN = 30
WORDS_KEPT = 65_536  # words whose elements are remembered
_ITEM = re.compile(r"\??\([^)]*\)|\S+")
_GAPS = {"..": NEAR, "...": FAR}
_SPANS = {"&": CLAUSE_SPAN, "&&": SENTENCE_SPAN, "&&&": TEXT_SPAN}
START, END = "^", "$"
_MARKS = frozenset({START, END, *_GAPS})

Clean = Callable[[str, bool], tuple[str, ...]]


class Compiler:
    """Collects elements and rules while the lexicon is being built."""

    def __init__(self, clean: Clean) -> None:
        """`clean` turns the words of a pattern into those a text would have; its flag says whether fillers stay."""
        self._clean = clean
        self._names = cache(self._names_of)
        self._ids: dict[str, int] = {}
        self.exact: dict[str, set[int]] = defaultdict(set)
        self.prefix: dict[str, set[int]] = defaultdict(set)
        self.parents: dict[int, set[int]] = defaultdict(set)
        self.ranges: list[tuple[float, float, int]] = []
        self.rules: list[Rule] = []
        self.concept_rules: list[tuple[int, Rule]] = []

    def element(self, name: str) -> int:
        """The number of an element, made when it is new."""
        if name in self._ids:
            return self._ids[name]
        number = self._ids[name] = len(self._ids)
        if name.startswith("("):
            self._define(number, name, name[1:-1].split("|"))
        elif "|" in name:
            for member in name.split("|"):
                self._nest(member, number)
        elif name.startswith("#"):
            low, _, high = name[1:].partition("-")
            self.ranges.append((float(low), float(high), number))
        elif not name.startswith("<"):
            table, word = (self.prefix, name[:-1]) if name.endswith("*") else (self.exact, name)
            table[word].add(number)
        return number

    def _nest(self, member: str, parent: int) -> None:
        self.parents[self.element(member)].add(parent)

    def concept(self, name: str, members: Iterable[str]) -> None:
        """Define a concept by words, phrases and other concepts."""
        self._define(self.element(f"<{name}>"), name, members)

    def _define(self, number: int, name: str, members: Iterable[str]) -> None:
        for member in members:
            for rule in self._compile(name, member):
                only = rule.parts[0]
                if len(rule.parts) == 1 and not (only.further or only.at_start or only.at_end):
                    self.parents[only.first].add(number)
                else:
                    self.concept_rules.append((number, rule))

    def pattern(self, label: str, text: str) -> None:
        """Add one pattern under a label."""
        self.rules.extend(self._compile(label, text))

    def _compile(self, label: str, text: str) -> Iterator[Rule]:
        items = _ITEM.findall(text) if "(" in text else text.split()
        for wording in _optional(items) if "?" in text else (items,):
            yield self._rule(label, wording, text)

    def _rule(self, label: str, wording: list[str], source: str) -> Rule:
        joints = [place for place, word in enumerate(wording) if word in _SPANS]
        reach = max((wording[place] for place in joints), key=len, default="&")
        groups = [wording[a + 1 : b] for a, b in pairwise([-1, *joints, len(wording)])] if joints else [wording]
        parts = tuple([self._sequence(group, source) for group in groups])
        needs = frozenset(parts[0].elements).union(*(part.elements for part in parts[1:]))
        return Rule(label, parts, needs, _SPANS[reach], reach, source)

    def _sequence(self, group: list[str], source: str) -> Sequenced:
        """One part; where dropping fillers would leave a phrase only one word, its fillers count after all."""
        words = [word for word in group if word not in _MARKS]
        bare = sum([len(self._names(word, False)) for word in words])
        keep = bare == 0 or bare == 1 < len(words)
        elements: list[int] = []
        gaps: list[int] = []
        gap = 0
        for item in group:
            if item not in _MARKS:
                names = self._names(item, keep)
                elements += [self.element(name) for name in names]
                gaps += [gap, *[0] * len(names)][: len(names)]
                gap = 0 if names else gap
            elif item in _GAPS:
                gap = _GAPS[item]
        if not elements:
            message = f"the pattern {source!r} has a part without any word that counts"
            raise ValueError(message)
        further = tuple(zip(elements[1:], gaps[1:], strict=True))
        return Sequenced(elements[0], further, START in group, END in group)

    def _names_of(self, item: str, keep: bool) -> list[str]:  # noqa: FBT001 - remembered by its two values
        """The elements an item of a pattern stands for; `keep` keeps fillers."""
        if item.startswith("(") or (item.startswith("#") and "|" not in item):
            return [item]
        if "|" in item:
            members = (name for member in item.split("|") for name in self._names(member, keep))
            joined = "|".join(members)
            return [joined] if joined else []
        if item.startswith("<"):
            return [item]
        star, keep = item.endswith("*"), keep or item.startswith("=")
        cleaned = self._clean(item.removesuffix("*").removeprefix("="), keep)
        return [cleaned[0] + "*"] if star and cleaned else list(cleaned)

    def unknown_concepts(self) -> list[str]:
        """Concepts that patterns mention and nothing defines."""
        defined = {n for n, _ in self.concept_rules} | {p for ps in self.parents.values() for p in ps}
        return sorted(n for n, i in self._ids.items() if n.startswith("<") and "|" not in n and i not in defined)

    def closed(self, elements: Iterable[int]) -> tuple[int, ...]:
        """The elements and all that contain them."""
        seen = set(elements)
        todo = list(seen)
        while todo:
            for parent in self.parents.get(todo.pop(), ()):
                if parent not in seen:
                    seen.add(parent)
                    todo.append(parent)
        return tuple(sorted(seen))

    def finish(self) -> Matcher:
        """The matcher for everything added so far."""
        every = [*self.rules, *(rule for _, rule in self.concept_rules)]
        wanted = frozenset(element for rule in every for element in rule.needs)

        def kept(elements: Iterable[int]) -> tuple[int, ...]:
            return tuple(e for e in self.closed(elements) if e in wanted)

        index = WordIndex(
            exact={w: kept(e) for w, e in self.exact.items()},
            prefix={w: kept(e) for w, e in self.prefix.items()},
            ranges=tuple((low, high, kept([e])) for low, high, e in self.ranges),
        )
        return Matcher(
            elements_of=lru_cache(WORDS_KEPT)(index.elements_of),
            parents={e: kept([e]) for e in {n for n, _ in self.concept_rules}},
            layers=self._layers(),
            rules=_indexed(self.rules),
        )

    def _layers(self) -> tuple[Mapping[int, tuple[tuple[int, Rule], ...]], ...]:
        """Concept phrases in an order in which each finds the concepts it is made of already found."""
        waiting = list(self.concept_rules)
        layers: list[Mapping[int, tuple[tuple[int, Rule], ...]]] = []
        while waiting:
            open_ = {e for n, _ in waiting for e in self.closed([n])}
            ready = [(n, r) for n, r in waiting if not (r.needs & open_)] or waiting
            layers.append(_indexed_concepts(ready))
            done = {id(r) for _, r in ready}
            waiting = [(n, r) for n, r in waiting if id(r) not in done]
        return tuple(layers)


def _optional(words: list[str]) -> list[list[str]]:
    """All wordings of a pattern with `?marked` words present or missing."""
    for i, word in enumerate(words):
        if word.startswith("?"):
            head, tail = words[:i], _optional(words[i + 1 :])
            return [[*head, *kept, *rest] for rest in tail for kept in ([word[1:]], [])]
    return [words]


def _rarest(rules: Iterable[Rule]) -> Callable[[Rule], int]:
    uses: dict[int, int] = defaultdict(int)
    for rule in rules:
        for element in rule.needs:
            uses[element] += 1
    return lambda rule: min(rule.needs, key=lambda e: (uses[e], e))


def _indexed(rules: list[Rule]) -> Mapping[int, tuple[Rule, ...]]:
    key = _rarest(rules)
    index: dict[int, list[Rule]] = defaultdict(list)
    for rule in rules:
        index[key(rule)].append(rule)
    return {e: tuple(r) for e, r in index.items()}


def _indexed_concepts(rules: list[tuple[int, Rule]]) -> Mapping[int, tuple[tuple[int, Rule], ...]]:
    key = _rarest(r for _, r in rules)
    index: dict[int, list[tuple[int, Rule]]] = defaultdict(list)
    for number, rule in rules:
        index[key(rule)].append((number, rule))
    return {e: tuple(r) for e, r in index.items()}
