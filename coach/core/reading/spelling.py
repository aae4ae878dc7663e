"""Words spelled by ear or mistyped, brought back to a word the lexicon knows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

MIN_SOUND = 4
MIN_SWAPPED = 4  # letters of a word that may have two neighbours swapped
MIN_TYPED = 6  # letters of a word that may have any one slip
MIN_TWO_SLIPS = 8
LONGEST = 20
WORDS_KEPT = 65_536  # words whose mending is remembered
_SOUNDS = (
    (re.compile(r"qu(?=[ei])|k"), "c"),
    (re.compile(r"c(?=[ei])|z"), "s"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"gu(?=[ei])"), "g"),
    (re.compile(r"g(?=[ei])|x"), "j"),
    (re.compile(r"(?<![cs])h"), ""),
    (re.compile(r"v"), "b"),
    (re.compile(r"ll"), "y"),
    (re.compile(r"([a-z])\1"), r"\1"),
)
_SWALLOWED_EN = {"in": "ing"}
_SWALLOWED_ES = {"ao": "ado", "aos": "ados", "io": "ido", **_SWALLOWED_EN}
_L_FOR_R = re.compile(r"l(?=[bcdfgmnpstvz]|$)")

Mend = Callable[[str, bool], str]


def sound(word: str) -> str:
    """Roughly how a word sounds in Spanish, so that "inchado" meets "hinchado" and "medisina" meets "medicina"."""
    for pattern, into in _SOUNDS:
        word = pattern.sub(into, word)
    return word


def _without_one(word: str) -> Iterable[str]:
    """The word with one letter after the first left out."""
    return (word[:i] + word[i + 1 :] for i in range(1, len(word)))


def _keys(word: str) -> frozenset[str]:
    """What two words share when they differ by one or two slips: themselves with one letter left out."""
    return frozenset((word, *_without_one(word)))


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What known words are found by when they are misspelt."""

    sounds: Mapping[str, str]
    stem_sounds: Mapping[str, str]
    alike: Mapping[str, tuple[str, ...]]  # words by themselves with one letter left out


@dataclass(frozen=True, slots=True)
class Speller:
    """Known words, and those near them, which are looked up when the first unknown word comes."""

    known: frozenset[str]
    stems: frozenset[str]
    plain: frozenset[str]  # ordinary words that are never taken for another
    fixed: frozenset[str]  # words that nothing is taken for: they deny, or count
    neighbours: Callable[[], Neighbours]

    def mend(self, word: str, by_ear: bool) -> str:  # noqa: FBT001 - called for every word
        """The known word this one stands for, or the word itself; `by_ear` also tries how it sounds in Spanish."""
        if len(word) < MIN_SOUND or word in self.known or word in self.plain:
            return word
        if (full := self._as_spoken(word, by_ear)) or self._stemmed(word):
            return full or word
        if word.endswith("s") and word[:-1] in self.known and word[:-1] not in self.fixed:
            return word[:-1]
        return (by_ear and self._by_sound(word)) or self._by_typing(word) or word

    def _stemmed(self, word: str) -> bool:
        return any(word[:n] in self.stems for n in range(MIN_SOUND, len(word) + 1))

    def _as_spoken(self, word: str, by_ear: bool) -> str | None:  # noqa: FBT001 - as above
        """With the letters that speech swallows: "stayin", "mareao", "caío"; in Spanish also r heard as l, "dolol"."""
        swallowed = _SWALLOWED_ES if by_ear else _SWALLOWED_EN
        full = next((word.removesuffix(cut) + whole for cut, whole in swallowed.items() if word.endswith(cut)), word)
        full = _L_FOR_R.sub("r", full) if by_ear else full
        if full == word or full in self.fixed:
            return None
        if self._stemmed(word):
            return full if by_ear and full in self.known else None
        return full if full in self.known or self._stemmed(full) else None

    def _by_sound(self, word: str) -> str | None:
        heard, near = sound(word), self.neighbours()
        if heard in near.sounds:
            return near.sounds[heard]
        for n in range(len(heard), MIN_SOUND - 1, -1):
            if heard[:n] in near.stem_sounds:
                return near.stem_sounds[heard[:n]]
        return None

    def _by_typing(self, word: str) -> str | None:
        """The one word nearest to a mistyped one; none when others are as near, for they may mean different signs."""
        if len(word) > LONGEST or not word.isalpha():
            return None
        alike = self.neighbours().alike
        near = {known for key in _keys(word) for known in alike.get(key, ()) if known[0] == word[0]}
        distances = {known: OSA.distance(word, known) for known in near if _a_slip(word, known)}
        least = min(distances.values(), default=0)
        nearest = sorted(known for known, distance in distances.items() if distance == least)
        one_word = nearest and all(known.startswith(nearest[0]) for known in nearest)  # "diarrea", "diarreas"
        return nearest[0] if one_word else None


def _a_slip(word: str, known: str) -> bool:
    """True when the two are near enough for their length: two neighbours swapped, one slip, or two in a long word."""
    longer = max(len(word), len(known))
    distance = OSA.distance(word, known)
    if longer < MIN_TYPED:
        return distance == 1 and sorted(word) == sorted(known)
    return distance <= 1 + (longer >= MIN_TWO_SLIPS)


def build_speller(known: Iterable[str], stems: Iterable[str], plain: frozenset[str], fixed: frozenset[str]) -> Speller:
    """Index the words (`known`) and word beginnings (`stems`) of a lexicon.

    Nothing is ever mended into one of `fixed`: numbers, and words that deny.
    """
    words = frozenset(w for w in known if w.isalpha())
    beginnings = frozenset(s for s in stems if s.isalpha())
    return Speller(words, beginnings, plain, fixed, cache(lambda: _neighbours(words, beginnings, fixed)))


def _neighbours(known: Iterable[str], stems: Iterable[str], fixed: frozenset[str]) -> Neighbours:
    words, beginnings = sorted(known), sorted(stems)
    alike: dict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) >= MIN_SWAPPED and word not in fixed:
            for key in _keys(word):
                alike[key].append(word)
    return Neighbours(
        sounds={sound(w): w for w in words if len(w) >= MIN_SOUND and w not in fixed},
        stem_sounds={heard: s for s in beginnings if len(heard := sound(s)) >= MIN_SOUND},
        alike={key: tuple(found) for key, found in alike.items()},
    )


def remembered(speller: Speller) -> Mend:
    """The speller's `mend`, which remembers the words it has seen."""
    return lru_cache(WORDS_KEPT)(speller.mend)
