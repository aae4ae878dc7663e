"""Qualities of the signs that change their level: sudden, both legs, as always, and so on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from coach.core.model import Finding
from coach.core.reading.denial import denial
from coach.core.reading.matching import Hit
from coach.core.reading.scan import Scan

NEW, USUAL = "fact:new_week", "fact:usual"


def told_facts(scan: Scan) -> list[Hit]:
    """Where facts are told, and not denied; the "new" of "nothing new" tells of nothing new."""
    hits = scan.hits.get("fact", ())
    old = [hit.words for hit in scan.labelled[USUAL]] if scan.has(NEW) and scan.has(USUAL) else []
    return [
        hit
        for hit in hits
        if hit.words.isdisjoint(scan.idioms)
        and not (old and hit.label == NEW and any(hit.words < words for words in old))
        and denial(hit, scan) is None
    ]


def facts_of(told: Iterable[Hit], present: Sequence[Finding], scan: Scan) -> frozenset[str]:
    """The names of facts; each also as `fact:code` for the signs told in the same sentence."""
    names: dict[int, set[str]] = {}
    for hit in told:
        names.setdefault(scan.line.sentences[hit.start], set()).add(hit.code)
    facts = set(chain.from_iterable(names.values()))
    for number in names if present else ():
        low, high = scan.sentences[number]
        codes = [found.code for found in present if found.start < high and low < found.end]
        facts.update([f"{name}:{code}" for code in codes for name in names[number]])
    return frozenset(facts)
