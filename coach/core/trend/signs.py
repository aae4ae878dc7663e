"""Escalations that the signs in a text call for, with the rule for repeats, and what was logged of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coach.core.model import Disposition, Reason

if TYPE_CHECKING:
    from coach.core.trend.rules import RepeatRules
    from coach.core.trend.values import Row


@dataclass(frozen=True, slots=True)
class Told:
    """A sign or combination that was escalated."""

    rule: str
    level: Disposition
    day: int
    moment: int


@dataclass(frozen=True, slots=True)
class SignLog:
    """What was escalated because of signs, and when a sign first was urgent or worse."""

    told: tuple[Told, ...] = ()
    first_urgent: tuple[tuple[str, int], ...] = ()  # sign or combination, day
    fell_on: int | None = None  # last day with a fall that called for care


def reasons_of(log: SignLog, row: Row, rules: RepeatRules) -> tuple[Reason, ...]:
    """What in the row's text calls for care, a second fall within days raised to urgent."""
    if row.assessment is None:
        return ()
    return tuple(_raised(log, row, r, rules) for r in row.assessment.reasons if r.level is not Disposition.SELF_CARE)


def fresh(log: SignLog, row: Row, reasons: tuple[Reason, ...], rules: RepeatRules) -> tuple[Reason, ...]:
    """The reasons that raise an escalation now."""
    return tuple(r for r in reasons if not _repeats(log, row, r, rules))


def logged(
    log: SignLog, row: Row, reasons: tuple[Reason, ...], escalated: tuple[Reason, ...], rules: RepeatRules
) -> SignLog:
    """The log after the row. A repeat is logged too, but does not prolong its own silence."""
    known = {rule for rule, _ in log.first_urgent}
    strong = dict.fromkeys(r.rule for r in reasons if r.level.rank >= Disposition.URGENT.rank)
    first = tuple((rule, row.day) for rule in strong if rule not in known)
    told = tuple(Told(r.rule, r.level, row.day, row.moment) for r in escalated)
    fell = any(r.rule == rules.second_fall_code for r in reasons)
    return SignLog(log.told + told, log.first_urgent + first, row.day if fell else log.fell_on)


def new_urgent_sign(log: SignLog, day: int, days: int) -> str | None:
    """A sign that was urgent for the first time within the last `days` days, or None."""
    return next((rule for rule, first in reversed(log.first_urgent) if day - first <= days), None)


def _raised(log: SignLog, row: Row, reason: Reason, rules: RepeatRules) -> Reason:
    """The reason, urgent when it is a second fall; told twice on one day it is the same fall."""
    second = log.fell_on is not None and 0 < row.day - log.fell_on < rules.second_fall_days
    if reason.rule != rules.second_fall_code or reason.level is not Disposition.ROUTINE or not second:
        return reason
    return Reason(
        reason.rule, Disposition.URGENT, f"{reason.because}; a second fall within {rules.second_fall_days} days"
    )


def _repeats(log: SignLog, row: Row, reason: Reason, rules: RepeatRules) -> bool:
    """The same sign was escalated lately at this level or a higher one. Emergencies never count as repeats."""
    if reason.level is Disposition.EMERGENCY:
        return False
    before = [t for t in log.told if t.rule == reason.rule and t.level.rank >= reason.level.rank]
    if reason.level is Disposition.ROUTINE:
        return any(row.day - t.day < rules.routine_days for t in before)
    return any(row.moment - t.moment < rules.urgent_hours * 60 for t in before)
