"""The texts of the reading benchmark: labelled replies, and long ones made of them."""

from __future__ import annotations

import random
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, repeat
from pathlib import Path

from coach.adapters.lines.read import ReplyLine, parse_line

ALARMS = (
    "my chest hurts and the arm too",
    "I can't pee since last night",
    "me falta el aire",
    "my face is drooping on one side",
    "left calf is swollen and hot",
    "no siento nada entre las piernas",
)
REPEATED = "we had a lovely walk and the legs were tired and my foot hurts a bit"
UNKNOWN_LETTERS = 7  # of a word that nobody knows


@dataclass(frozen=True, slots=True)
class Case:
    """One reply as a line and as its parts, with the signs it was labelled with."""

    line: str
    parts: ReplyLine
    present: frozenset[str]
    denied: frozenset[str]


def load_cases(files: Iterable[Path], most: int) -> list[Case]:
    """The replies of JSON-Lines files; where there are more than `most`, as many of them spread over all files."""
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    picked = [lines[n * len(lines) // most] for n in range(most)] if len(lines) > most else lines
    return [case_of(line) for line in picked]


def case_of(line: str) -> Case:
    """A line with its labels, where it has any; raises LineError when the line cannot be used."""
    parts = parse_line(line)
    labels = parts.expect or {}
    return Case(line, parts, frozenset(labels.get("signs", ())), frozenset(labels.get("denied", ())))


def long_texts(texts: Sequence[str], length: int, seed: int = 0) -> dict[str, str]:
    """Texts of exactly so many characters, by what they are made of. The same for the same seed.

    Only "one sentence, repeated" says anything twice, so that a reader that skips repeated sentences is timed reading.
    """
    chance = random.Random(f"{length} {seed}")
    varied = [*texts]
    chance.shuffle(varied)
    return {
        "varied replies": _filled(_numbered(varied), ". ", length),
        "one sentence, repeated": _filled(repeat(REPEATED), ". ", length),
        "one sentence, numbered": _filled(_numbered([REPEATED]), ". ", length),
        "unknown words": _filled(_unknown(chance), " ", length),
        "alarms": _filled(_numbered(ALARMS), ". ", length),
    }


def _numbered(parts: Sequence[str]) -> Iterator[str]:
    """The parts again and again, each time with another day."""
    return (f"day {day} {part}" for day, part in enumerate(cycle(parts)))


def _unknown(chance: random.Random) -> Iterator[str]:
    while True:
        yield "".join(chance.choices(string.ascii_lowercase, k=UNKNOWN_LETTERS))


def _filled(parts: Iterable[str], between: str, length: int) -> str:
    """Parts until the text is long enough; the last one may be cut."""
    written = 0
    taken: list[str] = []
    for part in parts:
        taken.append(part + between)
        written += len(taken[-1])
        if written >= length:
            break
    return "".join(taken)[:length]
