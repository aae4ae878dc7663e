"""How hard a text is to read, by the length of its sentences and words; English and Spanish have a measure each.

Figures and placeholders count for little in both: a number is not a word here. Rough for texts of a few words.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-zÁÉÍÓÚÜÑáéíóúüñ']+")
_SENTENCE_END = re.compile(r"[.!?:](?:\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_U = re.compile(r"(?<=[qg])u(?=[eiéí])")
_FINAL_Y = re.compile(r"y$")
_SPANISH_VOWELS = re.compile(r"[aeiouáéíóúü]+")
_STRONG = re.compile(r"[aeoáéóíú]")


def grade(text: str) -> float:
    """The school grade of an English text, about 0 to 18: Flesch-Kincaid (Kincaid and others, 1975)."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    return 0.39 * len(words) / _sentences(text) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def ease(text: str) -> float:
    """How easily a Spanish text reads, 0 to 100 and a little more; 70 is about school grade 6.

    Fernández Huerta, “Medidas sencillas de lecturabilidad”, Consigna 214 (1959): 206.84 - 60 P - 1.02 F, with P
    syllables to a word and F words to a sentence.
    """
    words = _WORD.findall(text)
    if not words:
        return 100.0
    return 206.84 - 60 * sum(map(spanish_syllables, words)) / len(words) - 1.02 * len(words) / _sentences(text)


def spanish_syllables(word: str) -> int:
    """The syllables of a Spanish word: a, e, o and accented vowels carry one each, plain i and u lean on them."""
    low = _FINAL_Y.sub("i", _SILENT_U.sub("", word.lower()))
    return max(1, sum(max(1, len(_STRONG.findall(run))) for run in _SPANISH_VOWELS.findall(low)))


def _sentences(text: str) -> int:
    return max(1, len(_SENTENCE_END.findall(text)))


def _syllables(word: str) -> int:
    low = word.lower()
    count = len(_VOWELS.findall(low))
    silent_e = low.endswith("e") and not low.endswith("le")
    silent_ed = low.endswith("ed") and not low.endswith(("ted", "ded"))
    return max(1, count - (silent_e or silent_ed))
