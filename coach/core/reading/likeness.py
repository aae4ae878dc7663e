"""The second reader: how much a text is like texts whose meaning was labelled.

A linear model over words, word parts, neighbours and what the first reader found. It stands behind the concept grammar:
it may add a sign, never take one away, and it names the known phrasing that is nearest. See docs/decisions/0005.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain
from operator import add, itemgetter
from struct import Struct
from typing import NamedTuple

from coach.core.model import Asked, Disposition, Intent, Language, Onset, TrendAnswer
from coach.core.reading.memory import Memory
from coach.core.reading.phrasings import Phrasings, phrasings_of

PART = 4  # letters of a word part
RUN = 5  # letters and spaces of a run across words
EDGE = "^"
LETTERS = 15  # of a word whose features are added together, also in a long sentence
INTENT, LEVEL = "intent:", "level:"  # before labels that name an intent or a level; those without a colon name a sign
ZERO = 128  # what a label's counter stands at for each feature added, so that no weight takes it below nought

Share = int
"""What a few features add to the counters of a model, which stand side by side in one whole number.

The lowest counter counts the features, the next holds the squared length, then comes one for each label.
So that shares add up as plain numbers do, as long as they are shares of at most `AT_ONCE` features.
"""
Counts = tuple[int, ...]
"""The counters of a share, or the sums of several."""
_HEAD = 2  # counters before those of the labels
_BYTES = 2  # of a counter of a share
_MOST_OF_BYTE = 255
AT_ONCE = (256**_BYTES - 1) // _MOST_OF_BYTE  # features whose shares can be added and no counter runs over


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
        """Lay the counters out; raises ValueError for a length that no counter has room for."""
        if max(self.lengths, default=0) > _MOST_OF_BYTE:
            raise ValueError(f"the squared length of a feature is more than {_MOST_OF_BYTE}")
        object.__setattr__(self, "_counters", Struct(f"<{_HEAD + len(self.labels)}H"))

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

    def counts(self, share: Share) -> Counts:
        """The counters of a share of not more than `AT_ONCE` features."""
        return self._counters.unpack(share.to_bytes(self._counters.size, "little"))

    def scores(self, counts: Counts) -> list[float]:
        """How likely each label is, as log odds: 0 is as likely as not."""
        return scores_of(counts, self.bias)


def scores_of(counts: Counts, biases: Iterable[float]) -> list[float]:
    """Log odds from counters with the number of features and the squared length before them."""
    features, length, *of_labels = counts
    start, scale = features * ZERO, 1 / math.sqrt(length) if length else 0.0
    return [(count - start) * scale + bias for count, bias in zip(of_labels, biases, strict=True)]


def added(several: Sequence[Counts]) -> Counts:
    """The sums of the counters of one or more."""
    total = several[0]
    for some in several[1:]:
        total = tuple(map(add, total, some))
    return total


class Whole(NamedTuple):
    """What was asked, and what the first reader made of a whole text: these tell of the intent."""

    language: Language
    asked: Asked
    intent: Intent
    trend: TrendAnswer | None
    onset: Onset | None
    yes: bool | None
    weakness: bool  # whether a text has one, as for the amount
    amount: bool
    asks: bool  # whether something is asked in it

    def features(self) -> Iterable[str]:
        """It as features."""
        language, asked, intent = self.language, self.asked, self.intent
        yield from (f"l:{language}", f"a:{asked}", f"i:{intent}", f"a:{asked}:{intent}")
        values = (("t", self.trend), ("s", self.onset), ("y", self.yes))
        yield from (f"{name}:{value}" for name, value in values if value)
        said = (("weakness", self.weakness), ("amount", self.amount), ("?", self.asks))
        yield from (name for name, there in said if there)


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
    of_whole: Callable[[Whole], Counts] = field(init=False)
    intents: Mapping[str, float] = field(init=False)  # labels of intents in the order of these, with their biases
    of_intents: Callable[[Counts], Counts] = field(init=False)  # the counters of these, with what stands before them
    least: float = field(init=False)  # what a sign needs at the least to be believed

    def __post_init__(self) -> None:
        """Remember what features and words add: most texts use the same few thousand."""
        object.__setattr__(self, "of_feature", _Shares(self.weights).__getitem__)
        object.__setattr__(self, "of_word", Memory(self._share_of_word).__getitem__)
        object.__setattr__(self, "nearest", Memory(self._phrasings_of).__getitem__)
        object.__setattr__(self, "of_whole", Memory(self._counts_of_whole).__getitem__)
        places = {label: place for place, label in enumerate(self.weights.labels)}
        intents = [label for label in (INTENT + intent.value for intent in Intent) if label in places]
        object.__setattr__(self, "intents", {label: self.weights.bias[places[label]] for label in intents})
        object.__setattr__(self, "of_intents", itemgetter(*range(_HEAD), *(_HEAD + places[label] for label in intents)))
        trust = self.trust
        least = min(trust.denied, trust.spoken_of, trust.hinted, *trust.signs.values())
        object.__setattr__(self, "least", least)

    def _phrasings_of(self, code: str) -> Phrasings:
        return phrasings_of(self.phrasings.get(code, ()))

    def _share_of_word(self, marked: str) -> Share:
        return self.sum_of({*word_features(marked)})

    def _counts_of_whole(self, whole: Whole) -> Counts:
        return self.weights.counts(self.sum_of({*whole.features()}))

    def likely_intents(self, several: Iterable[Counts], whole: Whole) -> dict[str, float]:
        """How likely each intent is, as log odds, by what all sentences add and what the whole text does."""
        counts = added([*map(self.of_intents, [*several, self.of_whole(whole)])])
        return dict(zip(self.intents, scores_of(counts, self.intents.values()), strict=True))

    def sum_of(self, features: AbstractSet[str]) -> Share:
        """What a few features add together; those never learnt add nothing."""
        return sum(map(self.of_feature, features))

    def counts(self, words: Sequence[str], further: Iterable[str]) -> Counts:
        """What a sentence of marked words adds, with further features. Said twice counts once."""
        distinct, of_text = {*words}, {*text_features(words), *further}
        most = sum(map(len, distinct)) + len(distinct) + len(of_text)  # at most, a word one more than letters
        if most <= AT_ONCE:
            return self.weights.counts(sum(map(self.of_word, distinct)) + self.sum_of(of_text))
        return self._counts_of_many(distinct, of_text)

    def _counts_of_many(self, words: Iterable[str], features: Iterable[str]) -> Counts:
        """What more features add than can be added as shares; long words feature by feature."""
        counts = self.weights.counts
        short = [word for word in words if len(word) <= LETTERS]
        singly = [*features, *chain.from_iterable({*word_features(word)} for word in words if len(word) > LETTERS)]
        of_words = [counts(sum(map(self.of_word, some))) for some in _parts(short, AT_ONCE // (LETTERS + 1))]
        return added([*of_words, *(counts(sum(map(self.of_feature, some))) for some in _parts(singly, AT_ONCE))])


def _parts(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (items[begin : begin + size] for begin in range(0, len(items), size))


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
