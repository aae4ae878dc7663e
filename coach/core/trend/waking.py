"""Waking hours: waiting for an answer does not count the night."""

from __future__ import annotations

from datetime import time

from coach.core.trend.rules import WakingRules
from coach.core.trend.values import MINUTES_A_DAY


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def after_waking_hours(moment: int, hours: float, waking: WakingRules) -> int:
    """The moment (minutes since the start of day 0) at which `hours` waking hours after `moment` have passed."""
    start, end = _minutes(waking.start), _minutes(waking.end)
    day, minute = divmod(moment, MINUTES_A_DAY)
    minute = min(max(minute, start), end)
    left = round(hours * 60)
    while left > end - minute:
        left -= end - minute
        day, minute = day + 1, start
    return day * MINUTES_A_DAY + minute + left
