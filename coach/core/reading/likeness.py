"""The second reader: how much a text is like texts whose meaning was labelled.

A linear model over words, word parts, neighbours and what the first reader found. It stands behind the concept grammar:
it may add a sign, never take one away, and it names the known phrasing that is nearest. See docs/decisions/0005.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from struct import Struct

from coach.core.model import Disposition
from coach.core.reading.memory import Memory
from coach.core.reading.phrasings import Phrasings, phrasings_of

PART = 4  # letters of a word part
RUN = 5  # letters and spaces of a run across words
EDGE = "^"
INTENT, LEVEL = "intent:", "level:"  # before labels that name an intent or a level; those without a colon name a sign
ZERO = 128  # what a label's counter stands at for each feature added, so that no weight takes it below nought

Share = int
"""What words or sentences add to the counters of a model, which stand side by side in one whole number.

The lowest counter counts the features, the next holds the squared length, then comes one for each label.
So that shares add up as plain numbers do.
"""
_HEAD = 2  # counters before those of the labels
_BYTES = 4  # of a counter, so that a million features fit


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model as plain arrays.

    The feature with number n in `index` adds `lengths[n]` to the squared length of a text, and to each label its
    weight: row n of `rows`, which has one byte for each label, `ZERO` more than the weight.
    """

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    index: Mapping[str, int]
    lengths: Sequence[int]
    rows: bytes = field(repr=False)
    _counters: Struct = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay the counters out."""
        object.__setattr__(self, "_counters", Struct(f"<{_HEAD + len(self.labels)}I"))

    def share_of(self, feature: str) -> Share:
        """What one feature adds; nothing when it was never learnt."""
        number = self.index.get(feature)
        if number is None:
            return 0
        counters = bytearray(self._counters.size)
        counters[0] = 1
        counters[_BYTES : 2 * _BYTES] = self.lengths[number].to_bytes(_BYTES, "little")
        counters[_HEAD * _BYTES :: _BYTES] = self.row_of(number)
        return int.from_bytes(counters, "little")

    def row_of(self, number: int) -> bytes:
        """The weights of one feature, each with `ZERO` added."""
        width = len(self.labels)
        return self.rows[number * width : (number + 1) * width]

    def scores(self, share: Share) -> list[float]:
        """How likely each label is, as log odds: 0 is as likely as not."""
        features, length, *counts = self._counters.unpack(share.to_bytes(self._counters.size, "little"))
        scale = 1 / math.sqrt(length) if length else 0.0
        start = features * ZERO
        return [(count - start) * scale + bias for count, bias in zip(counts, self.bias, strict=True)]

    def scores_of(self, places: Iterable[int], share: Share) -> list[float]:
        """The scores of the labels at a few places only."""
        features, length, *counts = self._counters.unpack(share.to_bytes(self._counters.size, "little"))
        scale = 1 / math.sqrt(length) if length else 0.0
        start, bias = features * ZERO, self.bias
        return [(counts[place] - start) * scale + bias[place] for place in places]


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
    nearest: Callable[[str], Phrasings] = field(init=False)  # those of a sign, to find the nearest
    intents: Mapping[str, int] = field(init=False)  # labels of intents, with their places among all labels
    least: float = field(init=False)  # what a sign needs at the least to be believed

    def __post_init__(self) -> None:
        """Remember what features and words add: most texts use the same few thousand."""
        object.__setattr__(self, "of_feature", _Shares(self.weights).__getitem__)
        object.__setattr__(self, "of_word", Memory(self._share_of_word).__getitem__)
        object.__setattr__(self, "nearest", Memory(self._phrasings_of).__getitem__)
        places = {label: place for place, label in enumerate(self.weights.labels) if label.startswith(INTENT)}
        object.__setattr__(self, "intents", places)
        trust = self.trust
        least = min(trust.denied, trust.spoken_of, trust.hinted, *trust.signs.values())
        object.__setattr__(self, "least", least)

    def _phrasings_of(self, code: str) -> Phrasings:
        return phrasings_of(self.phrasings.get(code, ()))

    def _share_of_word(self, marked: str) -> Share:
        return self.sum_of({*word_features(marked)})

    def sum_of(self, features: AbstractSet[str]) -> Share:
        """What features add together; those never learnt add nothing."""
        return sum(map(self.of_feature, features))

    def share(self, words: Sequence[str], further: Iterable[str]) -> Share:
        """What a sentence of marked words adds, with further features. Said twice counts once."""
        of_words = sum(map(self.of_word, dict.fromkeys(words)))
        return of_words + self.sum_of({*text_features(words), *further})


class _Shares(Memory[str, Share]):
    """The shares of features. Of those never learnt, which any text is full of, nothing is remembered."""

    def __init__(self, weights: Weights) -> None:
        super().__init__(weights.share_of)
        self._known = weights.index

    def __missing__(self, feature: str) -> Share:
        return super().__missing__(feature) if feature in self._known else 0


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


def text_features(words: Sequence[str]) -> list[str]:
    """Features of marked words as they stand together: each with the next one, and runs of letters across words."""
    plain = [word.rpartition("/")[2] if "/" in word else word for word in words]
    neighbours = [f"b:{first}_{second}" for first, second in zip(words, (*plain[1:], EDGE), strict=False)]
    text = f" {' '.join(plain)} "
    return neighbours + [text[start : start + RUN] for start in range(len(text) - RUN + 1)]
