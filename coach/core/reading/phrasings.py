"""Known phrasings of a sign, to name the one that is nearest to a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True, slots=True)
class Phrasings:
    """Texts known to tell of one sign, and in which of them a word is."""

    texts: Sequence[str]
    lengths: Sequence[int]  # of each text, in words that differ
    with_word: Mapping[str, Sequence[int]]

    def to(self, said: AbstractSet[str]) -> str:
        """The first of the texts that share most of their words with what was said; empty where there is none."""
        shared = Counter(chain.from_iterable([self.with_word.get(word, ()) for word in said]))
        if not shared:
            return self.texts[0] if self.texts else ""
        nearest = max(shared, key=lambda n: (shared[n] / (len(said) + self.lengths[n] - shared[n]), -n))
        return self.texts[nearest]


def phrasings_of(texts: Iterable[str]) -> Phrasings:
    """Index some texts by their words."""
    texts = tuple(texts)
    words = [frozenset(text.split()) for text in texts]
    with_word: dict[str, list[int]] = {}
    for number, some in enumerate(words):
        for word in some:
            with_word.setdefault(word, []).append(number)
    return Phrasings(texts, [len(some) for some in words], with_word)
