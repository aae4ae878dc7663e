"""Made-up courses of weakness, in the plain form, made so that every rule comes up."""

import datetime as dt
from collections.abc import Callable
from random import Random
from typing import Any

from coach.core.model import Asked, Assessment, Disposition, Onset, Reason, TrendAnswer
from coach.core.trend import Answers, Decision, Person, Row, Seen

Plain = dict[str, Any]
Level = Callable[[int], float]
CODES = ["faint", "numbness_tingling", "fall_no_injury", "fall_serious", "muscle_pain"]
LEVELS = ["self_care", "routine", "routine", "urgent", "urgent", "emergency"]


def a_course(rng: Random) -> tuple[list[Plain], bool, bool]:
    """Rows of one person, whether they walk, and whether they live alone."""
    last_day = rng.choice([10, 20, 35, 50, 70])
    level, noise = _level(rng, last_day), rng.choice([0.0, 0.4, 0.7, 1.3, 2.2])
    cadence, answering, busy = rng.choice([1.0, 1.0, 0.75, 0.5]), rng.choice([1.0, 0.9, 0.7, 0.5]), rng.random()
    silent = range(begin := rng.randint(2, last_day), begin + rng.choice([0, 0, 3, 6, 10, 18]))
    if rng.random() < 0.15:
        return _slow_worsening(rng), True, False
    rows: list[Plain] = []
    for day in range(1, last_day + 1):
        if rng.random() < cadence:
            told = day not in silent and rng.random() < answering
            rows.append(_row(day, _minute(rng), "weakness", _score(rng, level(day), noise) if told else None))
            if told and rng.random() < 0.06:
                rows.append(_row(day, 1010, None, _score(rng, level(day), noise)))
        if day not in silent and rng.random() < 0.35 * busy:
            rows.append(_extra(rng, day, level(day)))
        if day in silent and rng.random() < 0.15:
            rows.append(_row(day, 600, rng.choice(["seen", "onset", "trend"]), None))
    if rng.random() < 0.9:
        rows.sort(key=lambda row: (row["day"], row["at"]))
    return rows, rng.random() < 0.9, rng.random() < 0.3


def _slow_worsening(rng: Random) -> list[Plain]:
    """A calm start, a step of two or three, and about then a sign or a function test: what makes it urgent or not."""
    start, step, height, back = rng.choice([2, 3]), rng.randint(8, 12), rng.choice([2, 2, 2, 3]), rng.randint(12, 30)
    near, again = start + rng.choice([0, 1, 1]), back + rng.randint(5, 14)
    rows = []
    for day in range(1, back + rng.choice([0, 12, 25])):
        better = day < step or back <= day < again
        usual = start if day < step else near
        rows.append(_row(day, 1000, "weakness", usual if better else start + height))
    what, times = rng.choice(["stairs", "chair_stands", "chair_stands", "sign"]), rng.randint(1, 4)
    values = [rng.choice([0, 1, 2, 3]) if what == "stairs" else rng.randint(6, 12) for _ in range(times)]
    days = sorted(rng.randint(max(1, step - 8), step + 6) for _ in range(times))
    for day, value in zip(days, sorted(values, reverse=what != "stairs"), strict=True):
        extra = _row(day, _minute(rng), "nothing" if what == "sign" else what, None)
        if what == "sign":
            extra |= {"texted": True, "codes": {rng.choice(CODES[:2]): rng.choice(["routine", "urgent", "urgent"])}}
        else:
            extra["answers"] = {what: value}
        rows.append(extra)
    return sorted(rows, key=lambda row: (row["day"], row["at"]))


def _level(rng: Random, last_day: int) -> Level:
    """How weak the person is on each day, before the noise."""
    start, end, turn = rng.uniform(0, 9), rng.uniform(0, 10), rng.randint(4, max(5, last_day - 5))
    again = turn + rng.randint(4, 20)
    courses: list[Level] = [
        lambda _: start,
        lambda day: start if day < turn else end,
        lambda day: start + (end - start) * min(1, day / turn),
        lambda day: start if day < turn or day >= again else end,
        lambda day: 8 if day >= turn else min(start, 7),
        lambda day: max(2, 8 - day / 3) if day < again else 6,
        lambda day: 2 if day < turn else min(10, 2 + (day - turn) / 3),
    ]
    return rng.choice(courses)


def _minute(rng: Random) -> int:
    return rng.choice([990, 1000, 1000, 1000, 540, 720, 960, 961, rng.randrange(1440)])


def _score(rng: Random, level: float, noise: float) -> float:
    if rng.random() < 0.03:
        return rng.choice([10, 9, 0, 11, -1, 7.5])
    return min(10, max(0, round(rng.gauss(level, noise))))


def _row(day: int, at: int, asked: str | None, score: float | None) -> Plain:
    return {"day": day, "at": at, "asked": asked, "texted": False, "score": score, "answers": {}, "codes": {}}


def _extra(rng: Random, day: int, level: float) -> Plain:
    """An answer or a text at some time of the day, perhaps with a score."""
    row = _row(day, _minute(rng), None, _score(rng, level, 1) if rng.random() < 0.25 else None)
    what = rng.choice(["onset", "onset", "onset", "seen", "trend", "trend", "stairs", "chair_stands", "falls", "text"])
    row["asked"] = "nothing" if what == "text" else what
    choices = {
        "onset": ["today", "this_week", "longer", "longer"],
        "seen": ["yes", "yes", "booked", "not_yet"],
        "trend": ["better", "same", "worse", "worse", "worse", "much_worse"],
        "stairs": [0, 1, 2, 3],
        "chair_stands": [8, 10, 11, 12],
        "falls": [0, 1],
    }
    if what in choices:
        row["answers"][what] = rng.choice(choices[what])
    if what == "text" or rng.random() < 0.1:
        row["texted"] = True
        row["codes"] = {rng.choice(CODES): rng.choice(LEVELS)} if rng.random() < 0.6 else {}
    return row


def as_row(plain: Plain) -> Row:
    """The same row as the rules take it."""
    told = plain["answers"]
    reasons = tuple(Reason(code, Disposition(level), f"told {code}") for code, level in plain["codes"].items())
    highest = max((r.level for r in reasons), key=lambda level: level.rank, default=Disposition.SELF_CARE)
    return Row(
        day=plain["day"],
        at=dt.time(plain["at"] // 60, plain["at"] % 60),
        asked=Asked(plain["asked"]) if plain["asked"] else None,
        texted=plain["texted"],
        weakness=plain["score"],
        answers=Answers(
            onset=Onset(told["onset"]) if "onset" in told else None,
            seen=Seen(told["seen"]) if "seen" in told else None,
            trend=TrendAnswer(told["trend"]) if "trend" in told else None,
            stairs=told.get("stairs"),
            falls=told.get("falls"),
            chair_stands=told.get("chair_stands"),
        ),
        codes=tuple(plain["codes"]),
        assessment=Assessment(highest, reasons) if plain["texted"] else None,
    )


def as_person(*, walks: bool, alone: bool) -> Person:
    """The same person as the rules take them."""
    return Person(non_ambulatory=not walks, lives_alone=alone)


def as_entries(decisions: tuple[Decision, ...]) -> list[tuple[int, str, str | None, tuple[str, ...]]]:
    """Decisions in the plain form."""
    return [(d.day, d.action.value, d.level.value if d.level else None, d.rules) for d in decisions]
