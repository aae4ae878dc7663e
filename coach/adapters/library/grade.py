"""How many years of school an English text asks for: the Flesch-Kincaid grade, syllables counted by vowel groups."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z']+")
_SENTENCE_END = re.compile(r"[.!?:](?:\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")


def grade(text: str) -> float:
    """The grade of an English text, about 0 to 18 (Kincaid and others, 1975). Rough for texts of a few words."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def _syllables(word: str) -> int:
    low = word.lower()
    count = len(_VOWELS.findall(low))
    silent_e = low.endswith("e") and not low.endswith("le")
    silent_ed = low.endswith("ed") and not low.endswith(("ted", "ded"))
    return max(1, count - (silent_e or silent_ed))
