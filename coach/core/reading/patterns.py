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
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from coach.core.reading.board import OfWord, Rule, Sequenced
from coach.core.reading.matching import Matcher, Needs, Rules, WordIndex
from coach.core.reading.memory import Memory

NEAR = 3
FAR = 6
CLAUSE_SPAN = 9
SENTENCE_SPAN = 18
TEXT_SPAN = 30
_ITEM = re.compile(r"\??\([^)]*\)|\S+")
_GAPS = {"..": NEAR, "...": FAR}
_SPANS = {"&": CLAUSE_SPAN, "&&": SENTENCE_SPAN, "&&&": TEXT_SPAN}
START, END = "^", "$"
NO_CONCEPT = -1
_MARKS = frozenset({START, END, *_GAPS})
_OF_SIGNS = ("sign:", "hint:")

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
        self.concept_rules: list[Rule] = []

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
            for rule in self._compile(name, member, number):
                if rule.alone is None:
                    self.concept_rules.append(rule)
                else:
                    self.parents[rule.alone].add(number)

    def pattern(self, label: str, text: str) -> None:
        """Add one pattern under a label."""
        self.rules.extend(self._compile(label, text))

    def _compile(self, label: str, text: str, concept: int = NO_CONCEPT) -> Iterator[Rule]:
        items = _ITEM.findall(text) if "(" in text else text.split()
        for wording in _optional(items) if "?" in text else (items,):
            yield self._rule(label, wording, text, concept)

    def _rule(self, label: str, wording: list[str], source: str, concept: int) -> Rule:
        joints = [place for place, word in enumerate(wording) if word in _SPANS] if "&" in source else []
        reach = max([wording[place] for place in joints], key=len, default="&")
        groups = [wording[a + 1 : b] for a, b in pairwise([-1, *joints, len(wording)])] if joints else [wording]
        parts = tuple([self._sequence(group, source) for group in groups])
        needs = frozenset([element for part in parts for element in part.elements])
        only = parts[0]
        alone = len(parts) == 1 and not (only.further or only.at_start or only.at_end)
        code = label.partition(":")[2]
        return Rule(label, code, parts, needs, _SPANS[reach], reach, source, only.first if alone else None, concept)

    def _sequence(self, group: list[str], source: str) -> Sequenced:
        """One part; where dropping fillers would leave a phrase only one word, its fillers count after all."""
        named = self._named(group, keep=False)
        words = len(group) - sum([item in _MARKS for item in group])
        bare = sum([len(names) for _, names in named])
        if bare == 0 or bare == 1 < words:
            named = self._named(group, keep=True)
        elements: list[int] = []
        gaps: list[int] = []
        gap = 0
        for item, names in named:
            if names:
                elements += [self.element(name) for name in names]
                gaps += [gap, *[0] * (len(names) - 1)]
                gap = 0
            elif item in _GAPS:
                gap = _GAPS[item]
        if not elements:
            message = f"the pattern {source!r} has a part without any word that counts"
            raise ValueError(message)
        further = tuple(zip(elements[1:], gaps[1:], strict=True))
        return Sequenced(elements[0], further, START in group, END in group)

    def _named(self, group: list[str], *, keep: bool) -> list[tuple[str, Sequence[str]]]:
        """Each item of a part with the elements it stands for; marks stand for none."""
        return [(item, () if item in _MARKS else self._names(item, keep)) for item in group]

    def _names_of(self, item: str, keep: bool) -> Sequence[str]:  # noqa: FBT001 - remembered by its two values
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
        defined = {rule.concept for rule in self.concept_rules} | {p for ps in self.parents.values() for p in ps}
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

    def finish(self, common: Mapping[str, float]) -> Matcher:
        """The matcher for everything added so far; `common` as for `build_lexicon`."""
        wanted = frozenset(element for rule in (*self.rules, *self.concept_rules) for element in rule.needs)

        def kept(elements: Iterable[int]) -> tuple[int, ...]:
            return tuple(e for e in self.closed(elements) if e in wanted)

        index = WordIndex(
            exact={w: kept(e) for w, e in self.exact.items()},
            prefix={w: kept(e) for w, e in self.prefix.items()},
            ranges=tuple((low, high, kept([e])) for low, high, e in self.ranges),
        )
        elements_of = Memory(index.elements_of).__getitem__
        shares: dict[int, float] = defaultdict(float)
        for word, share in common.items():
            for element in elements_of(word):
                shares[element] += share
        layers = tuple([_indexed(rules, shares) for rules in self._layers()])
        rules = _indexed(_in_order(self.rules), shares)
        listed = frozenset[int]().union(*[some.under for some in (*layers, rules)])

        def of_word(word: str) -> OfWord:
            elements = elements_of(word)
            return OfWord(elements, tuple([element for element in elements if element in listed]))

        parents = {e: kept([e]) for e in {rule.concept for rule in self.concept_rules}}
        return Matcher(Memory(of_word).__getitem__, parents, layers, rules)

    def _layers(self) -> Iterator[list[Rule]]:
        """Concept phrases in an order in which each finds the concepts it is made of already found."""
        waiting = self.concept_rules
        while waiting:
            open_ = {e for rule in waiting for e in self.closed([rule.concept])}
            ready = [rule for rule in waiting if not (rule.needs & open_)] or waiting
            yield ready
            done = {id(rule) for rule in ready}
            waiting = [rule for rule in waiting if id(rule) not in done]


def _optional(words: list[str]) -> list[list[str]]:
    """All wordings of a pattern with `?marked` words present or missing."""
    for i, word in enumerate(words):
        if word.startswith("?"):
            head, tail = words[:i], _optional(words[i + 1 :])
            return [[*head, *kept, *rest] for rest in tail for kept in ([word[1:]], [])]
    return [words]


def _in_order(rules: Sequence[Rule]) -> list[Rule]:
    """The order of the lexicon's files, but of one sign the rules with most elements first: they tell a reader most."""
    labels = {label: place for place, label in enumerate(dict.fromkeys([rule.label for rule in rules]))}
    return sorted(rules, key=lambda rule: (labels[rule.label], -_told(rule)))


def _told(rule: Rule) -> int:
    """The number of elements of a rule for a sign; 0 for any other."""
    return sum([1 + len(part.further) for part in rule.parts]) if rule.label.startswith(_OF_SIGNS) else 0


def _indexed(rules: Sequence[Rule], shares: Mapping[int, float]) -> Rules:
    """Each rule under the element that fewest texts have, as far as known, or else that fewest rules need."""
    uses: Counter[int] = Counter()
    for rule in rules:
        uses.update(rule.needs)
    rarity = {element: (shares.get(element, 0), used, element) for element, used in uses.items()}
    under: dict[int, list[Needs]] = defaultdict(list)
    for place, rule in enumerate(rules):
        first, *others = sorted(rule.needs, key=rarity.__getitem__)
        under[first].append((others[0] if others else first, frozenset(others[1:]), place))
    return Rules(tuple(rules), {element: tuple(found) for element, found in under.items()})
