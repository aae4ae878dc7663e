"""Which number of a text rates the weakness, and which number answers another question."""

from __future__ import annotations

from coach.core.model import Asked, Channel, Language
from coach.core.reading.numbers import TEN, Number, half_up, numbers_in
from coach.core.reading.scan import Scan

CUE_REACH = 6
SURE = 4  # points a rating needs when no rating was asked for
MINUTES = 60.0
_UNITS = {
    Asked.HYDRATION: "unit_cups",
    Asked.EXERCISE: "unit_exercise",
    Asked.FALLS: "unit_falls",
    Asked.CHAIR_STANDS: "unit_stands",
}


def said_numbers(scan: Scan, channel: Channel) -> list[Number]:
    """All numbers of a text."""
    english = scan.language is Language.EN
    return numbers_in(scan.words.tokens, scan.lexicon, spoken=channel is Channel.VOICE, english=english)


def weakness_rating(scan: Scan, numbers: list[Number], asked: Asked) -> tuple[int | None, Number | None]:
    """The 0 to 10 rating of weakness, if the text gives one, and the number that gives it."""
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
    before, after = _before(number, scan), _after(number, scan)
    words = scan.lexicon.set_of
    if not 0 <= number.value <= TEN or number.clock or half_up(number.value) > TEN:
        return None
    if after in words("unit_other") or after in words("any_unit") or _other_scale(number, scan):
        return None
    if before in words("not_before_rating") and not number.of_ten:
        return None
    if _corrected_away(number, scan) or _is_pronoun(number, scan):
        return None
    if number.heard and not _sounds_meant(number, scan, numbers):
        return None
    points = 2 * number.of_ten + 3 * _about_legs(number, scan)
    points += 2 * (number.start <= scan.first or _alone(number, scan)) + (before in words("rating_lead"))
    points += 5 * _after_correction(number, scan)
    follows = words("after_rating") | words("restart")
    loose = not _ends(number, scan) and after not in follows and not _leads(number, scan)
    return points - 3 * loose


def _leads(number: Number, scan: Scan) -> bool:
    """A typed number at the very beginning is the answer, whatever is told after it: "8 much worse since lunch"."""
    counts = _after(number, scan) in scan.lexicon.set_of("counts")
    return number.start == scan.first and _word(scan, number.start).isdigit() and not counts


def _word(scan: Scan, place: int) -> str:
    return scan.words.tokens[place].word if 0 <= place < len(scan.words.tokens) else ""


def _after(number: Number, scan: Scan) -> str:
    """The word after a number, in the same sentence."""
    tokens = scan.words.tokens
    beside = number.end < len(tokens) and tokens[number.end].sentence == tokens[number.end - 1].sentence
    return tokens[number.end].word if beside else ""


def _before(number: Number, scan: Scan) -> str:
    """The word before a number, in the same sentence."""
    tokens = scan.words.tokens
    beside = number.start > 0 and tokens[number.start - 1].sentence == tokens[number.start].sentence
    return tokens[number.start - 1].word if beside else ""


def _ends(number: Number, scan: Scan) -> bool:
    tokens = scan.words.tokens
    return number.end >= len(tokens) or tokens[number.end].clause != tokens[number.end - 1].clause


def _alone(number: Number, scan: Scan) -> bool:
    """The number is all its clause says, apart from words such as "a" or "about"."""
    tokens = scan.words.tokens
    small = scan.lexicon.set_of("rating_lead") | scan.lexicon.set_of("fillers")
    clause = tokens[number.start].clause
    place = number.start - 1
    while place >= 0 and tokens[place].clause == clause:
        if tokens[place].word not in small:
            return False
        place -= 1
    return _ends(number, scan)


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
    if _after(number, scan) in other or (
        _after(number, scan) in ("for", "de") and _word(scan, number.end + 1) in other
    ):
        return True
    clause = tokens[number.start].clause
    before = [t.word for t in tokens[max(0, number.start - CUE_REACH) : number.start] if t.clause == clause]
    return any(w in other for w in before) and not any(w in scan.lexicon.set_of("rated") for w in before)


def _is_pronoun(number: Number, scan: Scan) -> bool:
    """The "one" of "the good one", "which one"."""
    before = _before(number, scan)
    return _word(scan, number.start) in ("one", "uno", "una") and before in scan.lexicon.set_of("before_pronoun")


def _corrected_away(number: Number, scan: Scan) -> bool:
    """The wrong one of two: "3 not 8", "no era 8"."""
    return _before(number, scan) in ("not", "no") and number.start > 1 and bool(scan.corrections)


def _after_correction(number: Number, scan: Scan) -> bool:
    return any(number.start - reach in scan.corrections for reach in range(CUE_REACH + 1))


def _sounds_meant(number: Number, scan: Scan, numbers: list[Number]) -> bool:
    """A homophone counts only when no plain number was said and it stands where a number would."""
    if any(not n.heard and _stands_alone(n, scan) for n in numbers):
        return False
    led = number.start == scan.first or _before(number, scan) in scan.lexicon.set_of("rating_lead")
    after = _after(number, scan)
    follows = scan.lexicon.set_of("restart") | scan.lexicon.vocabulary.heard_numbers.keys()
    return led and (_ends(number, scan) or after in follows)


def _stands_alone(number: Number, scan: Scan) -> bool:
    return _ends(number, scan) or number.start <= scan.first


def amount_for(scan: Scan, numbers: list[Number], asked: Asked) -> float | None:
    """The number that answers a question other than the weakness one."""
    if asked in (Asked.TREND, Asked.ONSET, Asked.SEEN):
        return _menu_choice(numbers, scan)
    if asked is Asked.FALLS and scan.has("number:none", "number:no", "number:no_falls"):
        return 0.0
    if asked is Asked.EXERCISE and (minutes := _hours(scan, numbers)) is not None:
        return minutes
    units = scan.lexicon.set_of(_UNITS.get(asked, ""))
    with_unit = [n for n in numbers if _has_unit(n, units, scan) and not n.clock]
    if with_unit:
        return (_corrected(with_unit, scan) or with_unit[0]).value
    plain = [n for n in numbers if _could_answer(n, scan, numbers)]
    if plain:
        return (_corrected(plain, scan) or plain[0]).value
    if asked is Asked.FALLS:
        return next((float(h.label[-1]) for h in scan.hits.get("times", ())), None)
    return 0.0 if asked in (Asked.CHAIR_STANDS, Asked.HYDRATION) and scan.has("number:none") else None


def _corrected(numbers: list[Number], scan: Scan) -> Number | None:
    return next((n for n in numbers if _after_correction(n, scan)), None)


def _menu_choice(numbers: list[Number], scan: Scan) -> float | None:
    """A digit typed first, or alone."""
    for number in numbers:
        typed = _word(scan, number.start).isdigit()
        if typed and 1 <= number.value <= 4 and (number.start <= scan.first or _alone(number, scan)):  # noqa: PLR2004 - menus have four choices
            return number.value
    return None


def _has_unit(number: Number, units: frozenset[str], scan: Scan) -> bool:
    return any(_word(scan, number.end + n) in units for n in (0, 1)) and number.value >= 0


def _could_answer(number: Number, scan: Scan, numbers: list[Number]) -> bool:
    words = scan.lexicon.set_of
    after = _after(number, scan)
    if number.clock or number.value < 0 or after in words("unit_other") or after in words("any_unit"):
        return False
    if _corrected_away(number, scan) or _before(number, scan) in words("not_before_rating"):
        return False
    if _is_pronoun(number, scan):
        return False
    if number.heard and not _sounds_meant(number, scan, numbers):
        return False
    return (
        _ends(number, scan)
        or number.start <= scan.first
        or after in words("after_rating")
        or _after_correction(number, scan)
    )


def _hours(scan: Scan, numbers: list[Number]) -> float | None:
    """Hours said, as minutes: "half an hour", "hora y media", "2 hours"."""
    if scan.has("number:half_hour"):
        return MINUTES / 2
    if scan.has("number:hour_and_half"):
        return MINUTES * 1.5
    hours = next((n for n in numbers if _word(scan, n.end) in scan.lexicon.set_of("unit_hours")), None)
    return None if hours is None else hours.value * MINUTES
