"""The quantities of one day: current level, baseline, recovered level, reference, noise. None means undefined.

Each is a function of the day scores up to that day, so a missing day is never filled.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from math import floor, sqrt
from operator import attrgetter
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coach.core.trend.rules import TrendRules

WORST = 10
_by_day = attrgetter("day")


class Score(NamedTuple):
    """The last score received on a day so far."""

    day: int
    score: int


def day_score(weakness: float | None) -> int | None:
    """A rating as a score: halves go up, and what lies outside 0 to 10 is no score."""
    if weakness is None or not 0 <= weakness <= WORST:
        return None
    return floor(weakness + 0.5)


def between(scores: Sequence[Score], first: int, last: int) -> list[int]:
    """The scores on days `first` to `last`, oldest first."""
    start = bisect_left(scores, first, key=_by_day)
    stop = bisect_left(scores, last + 1, key=_by_day)
    return [s.score for s in scores[start:stop]]


def current(scores: Sequence[Score], day: int, rules: TrendRules) -> float | None:
    """C: where the person stands. The day itself need not have a score."""
    latest = between(scores, day - rules.current.days_back, day)[-rules.current.last :]
    return median(latest) if len(latest) >= rules.current.least else None


def baseline(scores: Sequence[Score], day: int, rules: TrendRules) -> float | None:
    """B: where the person began."""
    if not scores:
        return None
    began = scores[0].day
    first = between(scores, began, min(day, began + rules.baseline.days - 1))[: rules.baseline.first]
    return median(first) if len(first) >= rules.baseline.least else None


def recovered(scores: Sequence[Score], day: int, since: int, older: float | None, rules: TrendRules) -> float | None:
    """L: where the person stood in the weeks before, from day `since` on; `older` is what L was before."""
    window = rules.recovered
    found = between(scores, max(since, day - window.from_days_back), day - window.to_days_back)
    return median(found) if len(found) >= window.least else older


def noise(scores: Sequence[Score], day: int, rules: TrendRules) -> float:
    """S: how much the person's scores jump about by themselves, leaving out the last days."""
    known = between(scores, 0, day - rules.noise.days_back)[-rules.noise.last :]
    if len(known) < rules.noise.least:
        return rules.noise.otherwise
    squares = sum((b - a) ** 2 for a, b in pairwise(known))
    return sqrt(squares / (len(known) - 1) / 2)


def need(own_noise: float, rules: TrendRules) -> float:
    """The rise over the usual that counts as a jump."""
    return min(rules.need.most, max(rules.need.least, rules.need.noises * own_noise))
