"""Whether a text tells of the last two weeks, where falls of a whole year were asked about."""

from __future__ import annotations

from collections.abc import Iterable

from coach.core.reading.denial import denial
from coach.core.reading.matching import Hit
from coach.core.reading.numbers import Number
from coach.core.reading.scan import Scan

THESE_DAYS = "these_days"
"""The fact that it does."""

DAYS, WEEKS = 15, 2  # "quince días" are two weeks
_TODAY = ("onset:today", "fact:today")
_DAYS = ("onset:this_week", "onset_asked:this_week", "fact:day_or_more")
_ON_A_DAY = ("number:on_a_day", "number:fell_on_a_day")
_NOW, _SUDDEN = "onset_asked:today", "fact:suddenly"
_IN_WEEKS = frozenset({"weeks", "semanas"})
_OF_LATE = frozenset({"lately", "recently", "fortnight", "ultimamente", "recientemente", "quincena"})


def tells_these_days(scan: Scan, numbers: Iterable[Number]) -> bool:
    """A day or a span within two weeks is told and not denied: "today", "in ten days", "la semana pasada"."""
    counted = {number.end: number.value for number in numbers}
    near = (hit for hit in scan.of(*_DAYS) if _is_near(hit, scan, counted))
    if any(denial(hit, scan) is None for hit in (*scan.of(*_TODAY, *_ON_A_DAY), *near, *_just_now(scan))):
        return True
    weeks = (counted.get(place) for place, word in enumerate(scan.spelled) if word in _IN_WEEKS)
    return not _OF_LATE.isdisjoint(scan.said) or any(number is not None and number <= WEEKS for number in weeks)


def _is_near(hit: Hit, scan: Scan, counted: dict[int, float]) -> bool:
    """Not the days of "in 30 days"."""
    places = range(scan.raw[hit.start], scan.raw[hit.end - 1] + 1) if hit.words else range(0)
    return all(counted.get(place, 0) <= DAYS for place in places)


def _just_now(scan: Scan) -> Iterable[Hit]:
    """The now of "just now", and not of "I use a cane now"."""
    sudden = frozenset(word for hit in scan.of(_SUDDEN) for word in hit.words)
    return (hit for hit in scan.of(_NOW) if hit.words & sudden)
