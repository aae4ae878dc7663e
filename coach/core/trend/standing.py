"""The rules about a course of days: W worsens, P3 severe, P1 and P2 persist. Judged at every score received."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coach.core.model import Disposition
from coach.core.trend.quantities import between, current
from coach.core.trend.record import Figures, Record, look_back
from coach.core.trend.values import Result, Rule, plain, reaches

if TYPE_CHECKING:
    from coach.core.trend.rules import PersistingRules, TrendRules

SILENCED_BY_LATCH = (Rule.W, Rule.P3, Rule.P1, Rule.P2)


def standing_results(record: Record, new_loss: str | None, rules: TrendRules) -> tuple[Result, ...]:
    """What holds on the last scored day. `new_loss`: in words, why a worsening is urgent whatever its speed."""
    found = (
        _worsening(record, new_loss, rules),
        _severe(record, rules),
        _persists(Rule.P1, record, rules.persisting, rules),
        _persists(Rule.P2, record, rules.mild_persisting, rules),
    )
    return tuple(result for result in found if result is not None)


def rearms(rule: Rule, since: int, record: Record, rules: TrendRules) -> bool:
    """True when a rule that spoke on day `since` may speak again."""
    if rule is Rule.W:
        latest = record.figures[-rules.worsening.rearm_scored_days :]
        return len(latest) == rules.worsening.rearm_scored_days and all(_near_reference(f, rules) for f in latest)
    day = record.figures[-1].day
    scores = between(record.scores, max(day - rules.rearm.days + 1, since + 1), day)
    high = sum(score >= _high_score(rule, rules) for score in scores)
    return len(scores) >= rules.rearm.scores and not reaches(high / len(scores), rules.rearm.share)


def _near_reference(figures: Figures, rules: TrendRules) -> bool:
    return figures.gap is not None and reaches(rules.worsening.rearm_gap, figures.gap)


def _high_score(rule: Rule, rules: TrendRules) -> int:
    high = {Rule.P1: rules.persisting.score, Rule.P2: rules.mild_persisting.score, Rule.P3: rules.severe.score}
    return high[rule]


def _worsening(record: Record, new_loss: str | None, rules: TrendRules) -> Result | None:
    days = rules.worsening.scored_days
    latest = record.figures[-days:]
    if len(latest) < days or not all(figures.worse for figures in latest):
        return None
    today = latest[-1]
    if today.current is None or today.reference is None or today.gap is None:
        return None
    because = (
        f"The current level is {plain(today.current)}, which is {plain(today.gap)} above the reference of "
        f"{plain(today.reference)}, and this is so on {days} scored days running."
    )
    urgent = _fast(record, today, rules) or new_loss
    if urgent:
        return Result(Rule.W, Disposition.URGENT, f"{because} {urgent}")
    return Result(Rule.W, Disposition.ROUTINE, because)


def _fast(record: Record, today: Figures, rules: TrendRules) -> str | None:
    """Why a worsening is urgent by its scores alone, or None."""
    w = rules.worsening
    if today.current is None:
        return None
    if reaches(today.current, w.urgent_current):
        return f"A level of {plain(w.urgent_current)} or more is severe."
    before = look_back(record, today.day, w.urgent_days_back, rules)
    limit = max(w.urgent_rise, min(w.urgent_rise_most, w.urgent_noises * today.noise))
    if before is None or not reaches(today.current - before, limit):
        return None
    return f"It rose by {plain(today.current - before)} within about {w.urgent_days_back} days."


def _severe(record: Record, rules: TrendRules) -> Result | None:
    p3 = rules.severe
    last = record.scores[-p3.scores :]
    day = last[-1].day
    if len(last) < p3.scores or last[0].day < day - p3.days_back or min(s.score for s in last) < p3.score:
        return None
    because = f"The last {p3.scores} scores are all {p3.score} or more."
    if _seen_and_stable(record, day, rules):
        return Result(Rule.P3, Disposition.ROUTINE, f"{because} A clinician saw it lately and it is not worse since.")
    return Result(Rule.P3, Disposition.URGENT, because)


def _seen_and_stable(record: Record, day: int, rules: TrendRules) -> bool:
    if not record.visits or day - record.visits[-1] > rules.severe.seen_days:
        return False
    then = current(record.scores, record.visits[-1], rules)
    now = record.figures[-1].current
    return then is not None and now is not None and reaches(then + rules.severe.stable_rise, now)


def _persists(rule: Rule, record: Record, wanted: PersistingRules, rules: TrendRules) -> Result | None:
    today = record.figures[-1]
    muted = bool(record.visits) and today.day - record.visits[-1] < rules.visit_mute_days
    if today.day < wanted.from_day or muted or not _covers(record, wanted):
        return None
    scores = between(record.scores, today.day - wanted.days + 1, today.day)
    high = sum(score >= wanted.score for score in scores)
    if not reaches(high / len(scores), wanted.share) or _improves(record, wanted, rules):
        return None
    because = (
        f"{high} of the {len(scores)} scores of the last {wanted.days} days are {wanted.score} or more, "
        "and the level is not falling."
    )
    return Result(rule, Disposition.ROUTINE, because)


def _covers(record: Record, wanted: PersistingRules) -> bool:
    """Enough scores, spread far enough over the window, and a current level."""
    today = record.figures[-1]
    days = [s.day for s in record.scores if s.day > today.day - wanted.days]
    wide = len(days) >= wanted.scores and days[-1] - days[0] + 1 >= wanted.span_days
    return wide and today.current is not None


def _improves(record: Record, wanted: PersistingRules, rules: TrendRules) -> bool:
    today = record.figures[-1]
    before = look_back(record, today.day, wanted.improving_days_back, rules)
    if before is None or today.current is None:
        return False
    return reaches(before - wanted.improving_drop, today.current)
