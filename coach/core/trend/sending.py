"""What may be said now: cool-downs after a trend message, and latches so that a lasting state is told once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coach.core.model import Disposition
from coach.core.trend.standing import SILENCED_BY_LATCH, rearms
from coach.core.trend.values import Result, Rule

if TYPE_CHECKING:
    from coach.core.trend.record import Record
    from coach.core.trend.rules import TrendRules

_COOLED_WHEN_URGENT = {Rule.J3, Rule.W, Rule.P3}


@dataclass(frozen=True, slots=True)
class Latch:
    """A lasting state that was told at `level` on day `since`."""

    rule: Rule
    level: Disposition
    since: int


@dataclass(frozen=True, slots=True)
class Sending:
    """When trend messages were sent last, and which states are told already."""

    any_on: int | None = None  # day of the last trend message
    strong_on: int | None = None  # day of the last urgent or emergency one
    latches: tuple[Latch, ...] = ()


def sendable(sending: Sending, day: int, results: tuple[Result, ...], rules: TrendRules) -> tuple[Result, ...]:
    """The results that go out now, together as one message."""
    return tuple(r for r in results if not _told(sending, r) and not _held(sending, day, r, rules))


def after_message(sending: Sending, day: int, sent: tuple[Result, ...]) -> Sending:
    """The cool-downs and latches after a message of these results."""
    if not sent:
        return sending
    fresh = tuple(Latch(r.rule, r.level, day) for r in sent if r.rule in SILENCED_BY_LATCH)
    renewed = {latch.rule for latch in fresh}
    kept = tuple(latch for latch in sending.latches if latch.rule not in renewed)
    strong = any(r.level.rank >= Disposition.URGENT.rank for r in sent)
    return Sending(day, day if strong else sending.strong_on, kept + fresh)


def after_visit(sending: Sending) -> Sending:
    """A visit to a clinician: every state may be told anew. Cool-downs stay."""
    return replace(sending, latches=())


def rearmed(sending: Sending, record: Record, rules: TrendRules) -> Sending:
    """Without the latches whose state has passed."""
    kept = tuple(latch for latch in sending.latches if not rearms(latch.rule, latch.since, record, rules))
    return replace(sending, latches=kept)


def _told(sending: Sending, result: Result) -> bool:
    """The state was told at this level or a higher one."""
    return any(latch.rule is result.rule and latch.level.rank >= result.level.rank for latch in sending.latches)


def _held(sending: Sending, day: int, result: Result, rules: TrendRules) -> bool:
    """A cool-down holds it back. Emergencies and answers to a fresh jump are never held."""
    if result.level is Disposition.ROUTINE:
        return sending.any_on is not None and day - sending.any_on < rules.cool_down.routine_days
    if result.level is Disposition.URGENT and result.rule in _COOLED_WHEN_URGENT:
        return sending.strong_on is not None and day - sending.strong_on < rules.cool_down.urgent_days
    return False
