"""Which texts a person must not get, and by which rule, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from coach.core.content import Library
from coach.core.model import PassedOver

NAMED = 2
"""How many texts of one rule are named; the others are counted."""


def passed_over_in_words(passed_over: Sequence[PassedOver], library: Library) -> list[str]:
    """A sentence for each rule: those that kept a text back first, then those a text is reserved for."""
    kept_back, reserved = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for one in passed_over:
        (reserved if _is_reserved(one, library) else kept_back)[one.gate].append(one.template)
    return [
        *(f"Not sent because of rule {_rule(gate, library)}: {_some(texts)}." for gate, texts in kept_back.items()),
        *(f"Only for people under rule {_rule(gate, library)}: {_some(texts)}." for gate, texts in reserved.items()),
    ]


def _is_reserved(one: PassedOver, library: Library) -> bool:
    """Whether the text was written for people under the rule, and this person is not."""
    template = library.templates.get(one.template)
    return template is not None and one.gate in template.only


def _rule(gate: str, library: Library) -> str:
    known = library.gates.get(gate)
    return f"{gate} ({known.title})" if known else gate


def _some(texts: Sequence[str]) -> str:
    named = ", ".join(texts[:NAMED])
    more = len(texts) - NAMED
    return f"{named} and {more} more" if more > 0 else named
