"""Words spelled by ear or mistyped, brought back to a word the lexicon knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MIN_SOUND = 4
MIN_TYPED = 6
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


def sound(word: str) -> str:
    """Roughly how a word sounds in Spanish, so that "inchado" meets "hinchado" and "medisina" meets "medicina"."""
    for pattern, into in _SOUNDS:
        word = pattern.sub(into, word)
    return word


def _without_one(word: str) -> Iterable[str]:
    """The word with one letter after the first left out."""
    return (word[:i] + word[i + 1 :] for i in range(1, len(word)))


@dataclass(frozen=True, slots=True)
class Speller:
    """Known words, and indexes by sound and by one letter left out."""

    known: frozenset[str]
    stems: frozenset[str]
    plain: frozenset[str]  # ordinary words that are never taken for another
    sounds: Mapping[str, str]
    stem_sounds: Mapping[str, str]
    left_out: Mapping[str, str]

    def mend(self, word: str, *, by_ear: bool) -> str:
        """The known word this one stands for, or the word itself; `by_ear` also tries how it sounds in Spanish."""
        if len(word) < MIN_SOUND or word in self.known or word in self.plain or self._stemmed(word):
            return word
        if word.endswith("s") and word[:-1] in self.known:
            return word[:-1]
        return (by_ear and self._by_sound(word)) or self._by_typing(word) or word

    def _stemmed(self, word: str) -> bool:
        return any(word[:n] in self.stems for n in range(MIN_SOUND, len(word) + 1))

    def _by_sound(self, word: str) -> str | None:
        heard = sound(word)
        if heard in self.sounds:
            return self.sounds[heard]
        for n in range(len(heard), MIN_SOUND - 1, -1):
            if heard[:n] in self.stem_sounds:
                return self.stem_sounds[heard[:n]]
        return None

    def _by_typing(self, word: str) -> str | None:
        if len(word) < MIN_TYPED or len(word) > 2 * MIN_TYPED + MIN_SOUND:
            return None
        if word in self.left_out:
            return self.left_out[word]
        for shorter in _without_one(word):
            if shorter in self.known and len(shorter) >= MIN_SOUND + 1:
                return shorter
            if shorter in self.left_out:
                return self.left_out[shorter]
        return None


def build_speller(known: Iterable[str], stems: Iterable[str], plain: frozenset[str]) -> Speller:
    """Index the words (`known`) and word beginnings (`stems`) of a lexicon."""
    words = sorted(w for w in known if w.isalpha())
    beginnings = sorted(s for s in stems if s.isalpha())
    long = [w for w in words if len(w) >= MIN_TYPED]
    return Speller(
        known=frozenset(words),
        stems=frozenset(beginnings),
        plain=plain,
        sounds={sound(w): w for w in words if len(w) >= MIN_SOUND},
        stem_sounds={sound(s): s for s in beginnings if len(sound(s)) >= MIN_SOUND},
        left_out={shorter: w for w in long for shorter in _without_one(w)},
    )
