"""Which number of a text rates the weakness."""

from __future__ import annotations

from coach.core.model import Asked, Channel, Language
from coach.core.reading.beside import (
    CUE_REACH,
    after_correction,
    alone,
    corrected_away,
    ends,
    is_pronoun,
    sounds_meant,
    word_after,
    word_at,
    word_before,
)
from coach.core.reading.numbers import TEN, Number, half_up, numbers_in
from coach.core.reading.scan import Scan

SURE = 4  # points a rating needs when no rating was asked for


def said_numbers(scan: Scan, channel: Channel) -> list[Number]:
    """All numbers of a text."""
    english = scan.language is Language.EN
    return numbers_in(scan.words.tokens, scan.lexicon, spoken=channel is Channel.VOICE, english=english)


def weakness_rating(scan: Scan, numbers: list[Number], asked: Asked) -> tuple[int | None, Number | None]:
    """The 0 to 10 rating of weakness, if the text gives one, and the number that gives it."""
    if not numbers:
        return (0 if asked is Asked.WEAKNESS and scan.has("number:none") else None), None
    rated = [(points, n) for n in numbers if (points := _points(n, scan, numbers)) is not None]
    if asked is not Asked.WEAKNESS:
        rated = [(points, n) for points, n in rated if points >= SURE and _named_beside(n, scan)]
    elif not rated:
        return (0 if scan.has("number:none") else None), None
    best = max(rated, key=lambda pair: pair[0], default=None)
    if best is None or best[0] < 0:
        return None, None
    return half_up(best[1].value), best[1]


def _named_beside(number: Number, scan: Scan) -> bool:
    """Legs or weakness are named in the very clause of the number."""
    tokens = scan.words.tokens
    named = scan.lexicon.set_of("rated")
    clause = tokens[number.start].clause
    near = tokens[max(0, number.start - CUE_REACH) : number.end + CUE_REACH + 1]
    return any(t.word in named and t.clause == clause for t in near)


def _points(number: Number, scan: Scan, numbers: list[Number]) -> int | None:
    """How much a number looks like a rating of weakness; None when it cannot be one."""
    before, after = word_before(number, scan), word_after(number, scan)
    words = scan.lexicon.set_of
    if not 0 <= number.value <= TEN or number.clock or half_up(number.value) > TEN:
        return None
    if after in words("unit_other") or after in words("any_unit") or _other_scale(number, scan):
        return None
    if before in words("not_before_rating") and not number.of_ten:
        return None
    if corrected_away(number, scan) or is_pronoun(number, scan):
        return None
    if number.heard and not sounds_meant(number, scan, numbers):
        return None
    points = 2 * number.of_ten + 3 * _about_legs(number, scan)
    points += 2 * (number.start <= scan.first or alone(number, scan)) + (before in words("rating_lead"))
    points += 5 * after_correction(number, scan)
    follows = words("after_rating") | words("restart")
    loose = not ends(number, scan) and after not in follows and not _leads(number, scan)
    return points - 3 * loose


def _leads(number: Number, scan: Scan) -> bool:
    """A typed number at the very beginning is the answer, whatever is told after it: "8 much worse since lunch"."""
    counts = word_after(number, scan) in scan.lexicon.set_of("counts")
    return number.start == scan.first and word_at(scan, number.start).isdigit() and not counts


def _about_legs(number: Number, scan: Scan) -> bool:
    """Legs, weakness or a score are named close by, in the same sentence."""
    tokens = scan.words.tokens
    named = scan.lexicon.set_of("rated")
    near = tokens[max(0, number.start - CUE_REACH) : number.end + CUE_REACH]
    sentence = tokens[number.start].sentence
    return any(t.word in named and t.sentence == sentence for t in near)


def _other_scale(number: Number, scan: Scan) -> bool:
    """A rating of something else: "0 pain", "pain is a 7"."""
    tokens = scan.words.tokens
    other = scan.lexicon.set_of("other_scale")
    if word_after(number, scan) in other or (
        word_after(number, scan) in ("for", "de") and word_at(scan, number.end + 1) in other
    ):
        return True
    clause = tokens[number.start].clause
    before = [t.word for t in tokens[max(0, number.start - CUE_REACH) : number.start] if t.clause == clause]
    return any(w in other for w in before) and not any(w in scan.lexicon.set_of("rated") for w in before)
