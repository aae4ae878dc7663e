"""Qualities of the signs that change their level: sudden, both legs, as always, and so on."""

from __future__ import annotations

from collections.abc import Iterable

from coach.core.model import Finding
from coach.core.reading.denial import denial
from coach.core.reading.matching import Hit
from coach.core.reading.scan import Scan


def facts_of(scan: Scan, present: Iterable[Finding]) -> frozenset[str]:
    """The facts of a text; each also as `fact:code` for the signs told in the same sentence."""
    facts: set[str] = set()
    for hit in scan.hits.get("fact", ()):
        if denial(hit, scan) is not None or hit.words & scan.idioms:
            continue
        name = hit.label.partition(":")[2]
        facts.add(name)
        facts.update(f"{name}:{found.code}" for found in present if _together(hit, found, scan))
    return frozenset(facts)


def _together(hit: Hit, found: Finding, scan: Scan) -> bool:
    low, high = scan.sentences[scan.line.sentences[hit.start]]
    return found.start < high and low < found.end
