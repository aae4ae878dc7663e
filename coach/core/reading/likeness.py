"""The second reader: how much a text is like texts whose meaning was labelled.

A linear model over words, word parts, neighbours and what the first reader found. It stands behind the concept grammar:
it may add a sign, never take one away, and it names the known phrasing that is nearest. See docs/decisions/0005.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from coach.core.model import Disposition

PART = 4  # letters of a word part
RUN = 5  # letters and spaces of a run across words
KEPT = 16_384  # words and features whose share is remembered
EDGE = "^"
COUNTER, BYTES = "Q", 8  # each label has a counter of eight bytes
ZERO = 1 << 20  # what a counter stands at for each feature added, so that it never runs below nought


class Share(NamedTuple):
    """What words or sentences add: to the squared length, and to every label's counter.

    The counters stand side by side in one whole number, so that adding two rows of them is one addition.
    """

    features: int
    length: int
    counters: int


NOTHING = Share(0, 0, 0)


def together(shares: Iterable[Share]) -> Share:
    """What several add together."""
    features = length = counters = 0
    for share in shares:
        features += share.features
        length += share.length
        counters += share.counters
    return Share(features, length, counters)


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model as plain arrays.

    The feature with number n in `index` adds `lengths[n]` to the squared length of a text, and to the label
    `touched[i]` the weight `weights[i]`, for i from `first[n]` to before `first[n + 1]`.
    """

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    index: Mapping[str, int]
    lengths: Sequence[int]
    first: Sequence[int]
    touched: Sequence[int]
    weights: Sequence[int]

    def share_of(self, feature: str) -> Share:
        """What one feature adds; nothing when it was never learnt."""
        number = self.index.get(feature)
        if number is None:
            return NOTHING
        counters = array(COUNTER, [ZERO]) * len(self.labels)
        start, end = self.first[number], self.first[number + 1]
        for label, weight in zip(self.touched[start:end], self.weights[start:end], strict=True):
            counters[label] += weight
        return Share(1, self.lengths[number], int.from_bytes(counters.tobytes(), "little"))

    def scores(self, share: Share) -> list[float]:
        """How likely each label is, as log odds: 0 is as likely as not."""
        counters = array(COUNTER, share.counters.to_bytes(len(self.labels) * BYTES, "little"))
        scale = 1 / math.sqrt(share.length) if share.length else 0.0
        start = share.features * ZERO
        return [(count - start) * scale + bias for count, bias in zip(counters, self.bias, strict=True)]


@dataclass(frozen=True, slots=True)
class Trust:
    """From which log odds the second reader is believed; see messages/second_reader/trust.toml."""

    signs: Mapping[Disposition, float] = field(default_factory=dict)  # a sign, by its usual level
    denied: float = math.inf  # a sign that the first reader took as denied, or as a way of speaking
    spoken_of: float = math.inf  # a sign that it took as past, imagined or another person's
    hinted: float = math.inf  # a sign of which the lexicon has found a hint
    levels: Mapping[Disposition, float] = field(default_factory=dict)  # that a text calls for a level
    short: float = math.inf  # a sign of which there is no hint, in a text of few words
    intent: float = math.inf  # another intent than the first reader's, where none of the person's wishes is at stake
    wish: float = math.inf  # a wish, such as to stop, which something is done about at once
    unlike: float = -math.inf  # at most this likely, a worded wish to stop is none
    other_intent: float = math.inf  # the same, where the first reader found wording for its own


@dataclass(frozen=True, slots=True)
class Likeness:
    """The model with what it takes to use it: when a label is believed, and known phrasings to point to."""

    weights: Weights
    trust: Trust
    levels: Mapping[str, Disposition] = field(default_factory=dict)  # the usual level of each sign it knows
    phrasings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # texts known to tell of a sign
    of_feature: Callable[[str], Share] = field(init=False)
    of_word: Callable[[str], Share] = field(init=False)

    def __post_init__(self) -> None:
        """Remember what features and words add: most texts use the same few thousand."""
        of_feature = lru_cache(KEPT)(self.weights.share_of)
        object.__setattr__(self, "of_feature", of_feature)
        of_word = lru_cache(KEPT)(lambda marked: together(map(of_feature, word_features(marked))))
        object.__setattr__(self, "of_word", of_word)

    def share(self, words: Sequence[str], further: Iterable[str]) -> Share:
        """What a sentence of marked words adds, with further features. Said twice counts once."""
        distinct = dict.fromkeys(words)
        features = {*text_features(words), *further}
        return together([*map(self.of_word, distinct), *map(self.of_feature, features)])


def log_odds(probability: float) -> float:
    """A probability from 0 to 1 as log odds; certainty is more than any text reaches."""
    if probability <= 0 or probability >= 1:
        return math.copysign(math.inf, probability - 0.5)
    return math.log(probability / (1 - probability))


def word_features(marked: str) -> Iterable[str]:
    """The features of one marked word ("no/dolor"): itself, with and without its mark, and its parts."""
    mark, _, word = marked.rpartition("/")
    edged = f"{EDGE}{word}{EDGE}"
    yield f"w:{word}"
    if mark:
        yield f"m:{marked}"
    for start in range(max(1, len(edged) - PART + 1)):
        yield f"{mark}c:{edged[start : start + PART]}"


def text_features(words: Sequence[str]) -> Iterable[str]:
    """Features of marked words as they stand together: each with the next one, and runs of letters across words."""
    plain = [word.rpartition("/")[2] for word in words]
    yield from (f"b:{first}_{second}" for first, second in zip(words, (*plain[1:], EDGE), strict=False))
    text = f" {' '.join(plain)} "
    yield from (text[start : start + RUN] for start in range(len(text) - RUN + 1))
