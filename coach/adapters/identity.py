"""What a call asks for before it speaks of anybody's health, as staff type it: the year of birth, or a PIN."""

from __future__ import annotations

import re
from itertools import pairwise

EARLIEST = 1900
YOUNGEST = 18
"""The coach is for adults (years)."""
FEWEST_DIGITS, MOST_DIGITS = 4, 8
NOTHING_TO_ASK = "Give the year of birth or a PIN: a call asks for it before it says anything about their health."

_ONE_YEAR = 1  # an age is told before or after this year's birthday
_EASY = "Choose a PIN that is harder to guess: not one digit over and over, and not digits in a row such as 1234."


def checked_year(value: str, this_year: int) -> str:
    """The year of birth, or "" when none was typed.

    Raises:
        ValueError: in one plain sentence, why it cannot be one.
    """
    latest = this_year - YOUNGEST
    if value and not (re.fullmatch(r"[0-9]{4}", value) and EARLIEST <= int(value) <= latest):
        message = f"Write the year of birth as four digits, {EARLIEST} to {latest}, or leave it empty."
        raise ValueError(message)
    return value


def checked_pin(value: str) -> str:
    """The PIN, or "" when none was typed.

    Raises:
        ValueError: in one plain sentence, why it cannot be one; never with the PIN.
    """
    if value and not re.fullmatch(rf"[0-9]{{{FEWEST_DIGITS},{MOST_DIGITS}}}", value):
        message = f"Write the PIN as {FEWEST_DIGITS} to {MOST_DIGITS} digits, or leave it empty."
        raise ValueError(message)
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(value)}
    if value and steps in ({0}, {1}, {9}):
        raise ValueError(_EASY)
    return value


def disagreement(age: int | None, year: int | None, this_year: int) -> str | None:
    """What is wrong with an age and a year of birth that cannot both be right; None when they can."""
    if age is None or year is None or abs(this_year - year - age) <= _ONE_YEAR:
        return None
    return f"Somebody born in {year} is not {age} years old; correct the age or the year of birth."
