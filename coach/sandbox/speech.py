"""What a Say sounds like, SSML inside: the words as they are spoken, and how long they take. Speeds are rough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.5}
_BREAKS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1.0}
_ONE_BY_ONE = frozenset({"characters", "digits", "spell-out", "telephone", "verbatim"})
LONGEST_BREAK = 10.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as it is heard: its length in words of normal speed, and the seconds of silence within."""

    text: str
    words: float
    rest: float


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    rate: float = 1.0
    rest: float = 0.0


def spoken(say: ET.Element) -> Spoken:
    """Return what a `<Say>` sounds like: `say-as` takes figures one by one, `prosody` sets the speed."""
    parts = list(_parts(say, 1.0))
    text = " ".join("".join(part.text for part in parts).split())
    words = sum(len(part.text.split()) / part.rate for part in parts)
    return Spoken(text, words, sum(part.rest for part in parts))


def _parts(element: ET.Element, rate: float) -> Iterator[_Part]:
    yield _Part(element.text or "", rate)
    for child in element:
        yield from _child(child, rate)
        yield _Part(child.tail or "", rate)


def _child(child: ET.Element, rate: float) -> Iterator[_Part]:
    if child.tag == "break":
        yield _Part(" ", rest=_silence(child))
    elif child.tag == "sub":
        yield _Part(child.get("alias", ""), rate)
    elif child.tag == "say-as" and child.get("interpret-as") in _ONE_BY_ONE:
        yield _Part(" ".join("".join(child.itertext()).replace(" ", "")), rate)
    else:
        yield from _parts(child, rate * _speed(child.get("rate", "")) if child.tag == "prosody" else rate)


def _speed(rate: str) -> float:
    """Return a prosody rate as a factor; what is not understood changes nothing."""
    if rate.endswith("%") and rate[:-1].isdigit():
        return max(int(rate[:-1]), 20) / 100
    return _RATES.get(rate, 1.0)


def _silence(pause: ET.Element) -> float:
    """Return the seconds of a break, at most ten."""
    time = pause.get("time", "")
    number, factor = (time[:-2], 0.001) if time.endswith("ms") else (time.removesuffix("s"), 1.0)
    try:
        return min(max(float(number) * factor, 0.0), LONGEST_BREAK)
    except ValueError:
        return _BREAKS.get(pause.get("strength", "medium"), 0.5)
