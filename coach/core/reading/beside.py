"""What stands beside a number, and what that makes of it."""

from __future__ import annotations

from coach.core.reading.numbers import Number
from coach.core.reading.scan import Scan

CUE_REACH = 6


def word_at(scan: Scan, place: int) -> str:
    """The word at a place among all words; empty beyond them."""
    return scan.words.tokens[place].word if 0 <= place < len(scan.words.tokens) else ""


def word_after(number: Number, scan: Scan) -> str:
    """The word after a number, in the same sentence."""
    tokens = scan.words.tokens
    beside = number.end < len(tokens) and tokens[number.end].sentence == tokens[number.end - 1].sentence
    return tokens[number.end].word if beside else ""


def word_before(number: Number, scan: Scan) -> str:
    """The word before a number, in the same sentence."""
    tokens = scan.words.tokens
    beside = number.start > 0 and tokens[number.start - 1].sentence == tokens[number.start].sentence
    return tokens[number.start - 1].word if beside else ""


def ends(number: Number, scan: Scan) -> bool:
    """The number ends its clause."""
    tokens = scan.words.tokens
    return number.end >= len(tokens) or tokens[number.end].clause != tokens[number.end - 1].clause


def alone(number: Number, scan: Scan) -> bool:
    """The number is all its clause says, apart from words such as "a" or "about"."""
    tokens = scan.words.tokens
    small = scan.lexicon.set_of("rating_lead") | scan.lexicon.set_of("fillers")
    clause = tokens[number.start].clause
    place = number.start - 1
    while place >= 0 and tokens[place].clause == clause:
        if tokens[place].word not in small:
            return False
        place -= 1
    return ends(number, scan)


def is_pronoun(number: Number, scan: Scan) -> bool:
    """The "one" of "the good one", "which one"."""
    before = word_before(number, scan)
    return word_at(scan, number.start) in ("one", "uno", "una") and before in scan.lexicon.set_of("before_pronoun")


def corrected_away(number: Number, scan: Scan) -> bool:
    """The wrong one of two: "3 not 8", "no era 8"."""
    return word_before(number, scan) in ("not", "no") and number.start > 1 and bool(scan.corrections)


def after_correction(number: Number, scan: Scan) -> bool:
    """The number stands where a correction leads to: "3, no wait, 4"."""
    return any(number.start - reach in scan.corrections for reach in range(CUE_REACH + 1))


def sounds_meant(number: Number, scan: Scan, numbers: list[Number]) -> bool:
    """A homophone counts only when no plain number was said and it stands where a number would."""
    if any(not n.heard and _stands_alone(n, scan) for n in numbers):
        return False
    led = number.start == scan.first or word_before(number, scan) in scan.lexicon.set_of("rating_lead")
    after = word_after(number, scan)
    follows = scan.lexicon.set_of("restart") | scan.lexicon.vocabulary.heard_numbers.keys()
    return led and (ends(number, scan) or after in follows)


def _stands_alone(number: Number, scan: Scan) -> bool:
    return ends(number, scan) or number.start <= scan.first
