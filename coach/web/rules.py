"""Which texts were kept back from a person, and by which rule, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from coach.core.content import Library
from coach.core.model import PassedOver

NAMED = 2
"""How many texts of one rule are named; the others are counted."""


def passed_over_in_words(passed_over: Sequence[PassedOver], library: Library) -> list[str]:
    """A sentence for each rule that kept texts back."""
    kept_back = defaultdict[str, list[str]](list)
    for one in passed_over:
        kept_back[one.gate].append(one.template)
    return [f"Not sent because of rule {_rule(gate, library)}: {_some(texts)}." for gate, texts in kept_back.items()]


def _rule(gate: str, library: Library) -> str:
    known = library.gates.get(gate)
    return f"{gate} ({known.title})" if known else gate


def _some(texts: Sequence[str]) -> str:
    named = ", ".join(texts[:NAMED])
    more = len(texts) - NAMED
    return f"{named} and {more} more" if more > 0 else named
