"""Decisions as they are listed: one entry per day, action and level, in a fixed order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coach.core.model import Disposition
from coach.core.trend.values import Action, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coach.core.trend.values import Decision

_RULE_ORDER = {rule.value: place for place, rule in enumerate(Rule)}
_ACTION_ORDER = {action: place for place, action in enumerate(Action)}


def in_order(rules: Iterable[str]) -> tuple[str, ...]:
    """Each id once: signs and combinations by the alphabet, then the rules in their own order."""
    return tuple(sorted(set(rules), key=lambda rule: (_RULE_ORDER.get(rule, -1), rule)))


def merged(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The entries of each day: what comes again with the same action and level adds its rules."""
    entries: dict[tuple[int, int, int], Decision] = {}
    for decision in decisions:
        rank = -1 if decision.level is None else decision.level.rank
        place = (decision.day, _ACTION_ORDER[decision.action], len(Disposition) - rank)
        entries[place] = _joined(entries[place], decision) if place in entries else _single(decision)
    return tuple(entries[place] for place in sorted(entries))


def _single(decision: Decision) -> Decision:
    return replace(decision, rules=in_order(decision.rules))


def _joined(first: Decision, second: Decision) -> Decision:
    said = first.because if second.because in first.because else f"{first.because} {second.because}"
    return replace(second, rules=in_order(first.rules + second.rules), because=said)
