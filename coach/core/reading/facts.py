"""Qualities of the signs that change their level: sudden, both legs, as always, and so on."""

from __future__ import annotations

from collections.abc import Iterable

from coach.core.model import Finding
from coach.core.reading.denial import denial
from coach.core.reading.matching import Hit
from coach.core.reading.scan import Scan


def told_facts(scan: Scan) -> list[Hit]:
    """Where facts are told, and not denied."""
    hits = scan.hits.get("fact", ())
    return [hit for hit in hits if denial(hit, scan) is None and hit.words.isdisjoint(scan.idioms)]


def facts_of(told: Iterable[Hit], present: Iterable[Finding], scan: Scan) -> frozenset[str]:
    """The names of facts; each also as `fact:code` for the signs told in the same sentence."""
    facts: set[str] = set()
    for name, number in {(hit.code, scan.line.sentences[hit.start]) for hit in told}:
        low, high = scan.sentences[number]
        facts.add(name)
        facts.update([f"{name}:{found.code}" for found in present if found.start < high and low < found.end])
    return frozenset(facts)
