"""Which number of a text answers a question other than the weakness one."""

from __future__ import annotations

from coach.core.model import Asked
from coach.core.reading.beside import (
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
from coach.core.reading.menu import is_of_three, place_in_words, places
from coach.core.reading.numbers import Number
from coach.core.reading.scan import Scan
from coach.core.reading.weekly import (
    counted_at_all,
    fell_on_a_day,
    in_place,
    numbers_now,
    on_a_day,
    stairs_in_words,
    still_said,
    summed,
)

LINKED = 4  # words
ADULT = 18  # years
MINUTES = 60.0
_NONE_NOW = "number:none_now"
_UNITS = {
    Asked.HYDRATION: "unit_cups",
    Asked.EXERCISE: "unit_exercise",
    Asked.FALLS: "unit_falls",
    Asked.CHAIR_STANDS: "unit_stands",
}
_TIMES = frozenset({Asked.FALLS, Asked.CHAIR_STANDS})
_MAY_BE_NONE = frozenset({Asked.CHAIR_STANDS, Asked.HYDRATION})


def amount_for(scan: Scan, numbers: list[Number], asked: Asked) -> float | None:
    """The number that answers a question other than the weakness one."""
    if asked in (Asked.TREND, Asked.ONSET, Asked.SEEN):
        return _menu_choice(numbers, scan, asked)
    if (none := _none(scan, numbers, asked)) is not None:
        return none
    if asked in _MAY_BE_NONE:
        numbers = counted_at_all(numbers, scan)
    if asked is Asked.EXERCISE and (minutes := _hours(scan, numbers)) is not None:
        return minutes
    if asked is Asked.STAIRS or is_of_three(asked):
        return _place(scan, numbers, asked)
    found = _counted(scan, still_said(numbers, scan), asked)
    if found is not None:
        return found.value
    if asked in _TIMES and "times" in scan.hits:
        return float(scan.hits["times"][0].label[-1])
    return 0.0 if asked in _MAY_BE_NONE and scan.has("number:none") else None


def _none(scan: Scan, numbers: list[Number], asked: Asked) -> float | None:
    """None at all, or as many falls as another day had; None where the text does not say so."""
    now = scan.has(_NONE_NOW)
    if asked is Asked.FALLS and scan.has("number:none", "number:no", "number:no_falls"):
        return next((n.value for n in on_a_day(numbers, scan)), float(fell_on_a_day(scan)))
    if asked is Asked.FALLS and now and not numbers and fell_on_a_day(scan):
        return 1.0
    return 0.0 if asked in _MAY_BE_NONE and now and not numbers_now(numbers, scan) else None


def _place(scan: Scan, numbers: list[Number], asked: Asked) -> float | None:
    """A place in a menu: the number first, unless it is one of before, then the words."""
    of_three = is_of_three(asked)
    in_menu = places(numbers, scan, asked) if of_three else in_place(numbers, scan)
    in_words = place_in_words(scan, asked) if of_three else stairs_in_words(scan)
    found = _counted(scan, still_said(in_menu, scan), asked)
    return found.value if found is not None and (numbers_now(in_menu, scan) or in_words is None) else in_words


def _counted(scan: Scan, numbers: list[Number], asked: Asked) -> Number | None:
    """The number that counts what was asked: the sum of several, a corrected one, one with its unit, or a plain one."""
    units = scan.lexicon.set_of(_UNITS.get(asked, ""))
    with_unit = [n for n in numbers if _has_unit(n, units, scan) and not n.clock]
    found = with_unit or [n for n in numbers if _could_answer(n, scan, numbers)]
    return summed(numbers, scan) or _corrected(found, scan) or next(iter(found), None)


def _corrected(numbers: list[Number], scan: Scan) -> Number | None:
    return next((n for n in numbers if after_correction(n, scan)), None)


def _menu_choice(numbers: list[Number], scan: Scan, asked: Asked) -> float | None:
    """A digit typed first, or alone; where the time was asked for, none that tells it: "3 hours ago", "at 3"."""
    for number in numbers:
        typed = word_at(scan, number.start).isdigit() and not (asked is Asked.ONSET and _tells_time(number, scan))
        if typed and 1 <= number.value <= 4 and (number.start <= scan.first or alone(number, scan)):  # noqa: PLR2004 - menus have four choices
            return number.value
    return None


def _tells_time(number: Number, scan: Scan) -> bool:
    """A unit follows the number, or it belongs to words that tell a time; "2 hous" may mean one too."""
    units = scan.lexicon.set_of("any_unit") | scan.lexicon.set_of("unit_other")
    hits = (hit for kind in ("onset", "onset_asked") for hit in scan.hits.get(kind, ()))
    said = {scan.raw[word] for hit in hits for word in hit.words}
    after, follows = word_after(number, scan), scan.lexicon.set_of("after_rating") | scan.lexicon.set_of("restart")
    adjoins = _apart(scan, number.end) <= 1
    unknown = adjoins and not (said or ends(number, scan) or after in follows)
    return unknown or after in units or not said.isdisjoint(range(number.start, number.end))


def _apart(scan: Scan, place: int) -> int:
    """Characters between a word and the one before it."""
    tokens = scan.words.tokens
    return tokens[place].start - tokens[place - 1].end if place < len(tokens) else 0


def _has_unit(number: Number, units: frozenset[str], scan: Scan) -> bool:
    first = number.start <= scan.first or _led(number, scan)
    if number.value < 0 or (number.heard and not first):
        return False
    counted = units | scan.lexicon.set_of("unit_times") if first and units else units
    return any(word_at(scan, number.end + n) in counted for n in (0, 1))


def _could_answer(number: Number, scan: Scan, numbers: list[Number]) -> bool:
    words = scan.lexicon.set_of
    after = word_after(number, scan)
    if number.clock or number.value < 0 or after in words("unit_other") or after in words("any_unit"):
        return False
    led = _led(number, scan)
    if corrected_away(number, scan) or not (led or _may_follow(number, scan)):
        return False
    if is_pronoun(number, scan) or _is_age(number, scan):
        return False
    if number.heard and not sounds_meant(number, scan, numbers):
        return False
    return (
        led
        or ends(number, scan)
        or number.start <= scan.first
        or after in words("after_rating")
        or after_correction(number, scan)
    )


def _is_age(number: Number, scan: Scan) -> bool:
    """As in "I'm 84, and yes I took my walk"."""
    return number.value >= ADULT and word_before(number, scan) in scan.lexicon.set_of("age_lead")


def _may_follow(number: Number, scan: Scan) -> bool:
    """The number is no time, dose or age by the word before it; the week of "last week, 10" is not that of the 10."""
    before, tokens = word_before(number, scan), scan.words.tokens
    if before not in scan.lexicon.set_of("not_before_rating"):
        return True
    apart = tokens[number.start - 1].clause != tokens[number.start].clause
    return apart and before in scan.lexicon.set_of("any_unit")


def _led(number: Number, scan: Scan) -> bool:
    """The number is what was reached: "did 12", "made it to 5", "llegué a 8"."""
    links, place = scan.lexicon.set_of("count_link"), number.start - 1
    while place > max(0, number.start - LINKED) and word_at(scan, place) in links:
        place -= 1
    beside = place >= 0 and scan.words.tokens[place].sentence == scan.words.tokens[number.start].sentence
    return beside and word_at(scan, place) in scan.lexicon.set_of("count_lead")


def _hours(scan: Scan, numbers: list[Number]) -> float | None:
    """Hours said, as minutes: "half an hour", "hora y media", "2 hours"."""
    if scan.has("number:half_hour"):
        return MINUTES / 2
    if scan.has("number:hour_and_half"):
        return MINUTES * 1.5
    hours = next((n for n in numbers if word_at(scan, n.end) in scan.lexicon.set_of("unit_hours")), None)
    return None if hours is None else hours.value * MINUTES
