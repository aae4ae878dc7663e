"""Answers to the questions of SARC-F: a figure of 0, 1 or 2, or words for none, some and a lot."""

from __future__ import annotations

from collections.abc import Iterable

from coach.core.model import SARC_F_ITEMS, Asked
from coach.core.reading.denial import denial
from coach.core.reading.matching import Hit
from coach.core.reading.numbers import Number
from coach.core.reading.scan import Scan

PLACES = range(3)
_NONE, _SOME, _LOT = (float(place) for place in PLACES)


def is_of_three(asked: Asked) -> bool:
    """True for the questions whose menu is 0, 1 or 2."""
    return asked in SARC_F_ITEMS


def place_in_words(scan: Scan, asked: Asked) -> float | None:
    """The place in the menu that the words come to, the hardest of several; “hard” alone is a lot."""
    kind = _kind(asked)
    if kind not in scan.hits:
        return None
    some, none = _said(scan, f"{kind}:some"), _said(scan, f"{kind}:none")
    less = _words(some + none)
    if _words(_said(scan, f"{kind}:lot")) - less:
        return _LOT
    if some or none:
        return _SOME if some else _NONE
    return _LOT if _said(scan, f"{kind}:hard") else None


def places(numbers: Iterable[Number], scan: Scan, asked: Asked) -> list[Number]:
    """The numbers that can be a place in the menu: not the 2 of “2 times”."""
    counted = {scan.raw[word] for hit in scan.hits.get(_kind(asked), ()) for word in hit.words}
    return [n for n in numbers if n.value in PLACES and counted.isdisjoint(range(n.start, n.end))]


def _words(hits: Iterable[Hit]) -> frozenset[int]:
    return frozenset(word for hit in hits for word in hit.words)


def _said(scan: Scan, label: str) -> list[Hit]:
    """Where something is said, and neither denied nor a way of speaking."""
    return [hit for hit in scan.of(label) if not hit.words & scan.idioms and not _is_denied(hit, scan)]


def _is_denied(hit: Hit, scan: Scan) -> bool:
    return hit.words.isdisjoint(scan.negators) and denial(hit, scan) is not None


def _kind(asked: Asked) -> str:
    return "year_falls" if asked is Asked.SARC_F_FALLS else "degree"
