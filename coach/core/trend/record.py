"""One participant's scores and visits, with the figures of every scored day as they were known on that day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coach.core.trend import quantities
from coach.core.trend.quantities import Score
from coach.core.trend.values import reaches

if TYPE_CHECKING:
    from coach.core.trend.rules import TrendRules


@dataclass(frozen=True, slots=True)
class Figures:
    """The quantities of one scored day. Final once the day is over; a correction on the day itself renews them."""

    day: int
    score: int
    current: float | None  # C
    baseline: float | None  # B, or C of the last visit
    recovered: float | None  # L
    noise: float  # S
    worse: bool = False  # clearly above the reference (half of rule W)
    better: bool = False  # clearly below the reference (a third of a recovery note)

    @property
    def reference(self) -> float | None:
        """Ref: the better of what is known of the start and of the weeks before."""
        return min((level for level in (self.baseline, self.recovered) if level is not None), default=None)

    @property
    def gap(self) -> float | None:
        """C - Ref."""
        if self.current is None or self.reference is None:
            return None
        return self.current - self.reference


@dataclass(frozen=True, slots=True)
class Record:
    """Scores and figures by day, oldest first, and the days of visits to a clinician."""

    scores: tuple[Score, ...] = ()
    figures: tuple[Figures, ...] = ()
    visits: tuple[int, ...] = ()

    @property
    def latest(self) -> Figures | None:
        """The figures of the last scored day."""
        return self.figures[-1] if self.figures else None


def with_score(record: Record, day: int, score: int, rules: TrendRules) -> Record:
    """The record after a score on `day`, which replaces an earlier one of the same day."""
    kept = record.scores[:-1] if record.scores and record.scores[-1].day == day else record.scores
    return _with_figures(replace(record, scores=(*kept, Score(day, score))), rules)


def with_visit(record: Record, day: int, rules: TrendRules) -> Record:
    """The record after a visit to a clinician on `day`."""
    visited = replace(record, visits=(*record.visits, day))
    scored_today = record.scores and record.scores[-1].day == day
    return _with_figures(visited, rules) if scored_today else visited


def look_back(record: Record, day: int, days: int, rules: TrendRules) -> float | None:
    """C on the nearest scored day `days` back or a little earlier, where it was defined."""
    for figures in reversed(record.figures):
        if figures.day < day - days - rules.look_back_days:
            return None
        if figures.day <= day - days and figures.current is not None:
            return figures.current
    return None


def _with_figures(record: Record, rules: TrendRules) -> Record:
    today = record.scores[-1].day
    renewed = record.figures and record.figures[-1].day == today
    earlier = record.figures[:-1] if renewed else record.figures
    return replace(record, figures=(*earlier, _figures(record, earlier, rules)))


def _figures(record: Record, earlier: tuple[Figures, ...], rules: TrendRules) -> Figures:
    scores, (day, score) = record.scores, record.scores[-1]
    seen_on, seen_at = _last_known_visit(record, rules)
    older = earlier[-1].recovered if earlier and earlier[-1].day >= seen_on else None
    figures = Figures(
        day=day,
        score=score,
        current=quantities.current(scores, day, rules),
        baseline=quantities.baseline(scores, day, rules) if seen_at is None else seen_at,
        recovered=quantities.recovered(scores, day, seen_on, older, rules),
        noise=quantities.noise(scores, day, rules),
    )
    return replace(figures, worse=_worse(figures, scores, rules), better=_better(figures, rules))


def _last_known_visit(record: Record, rules: TrendRules) -> tuple[int, float | None]:
    """Day and C of the last visit on which C was defined; day 0 and None without one."""
    for day in reversed(record.visits):
        level = quantities.current(record.scores, day, rules)
        if level is not None:
            return day, level
    return 0, None


def _worse(figures: Figures, scores: tuple[Score, ...], rules: TrendRules) -> bool:
    gap, w = figures.gap, rules.worsening
    if gap is None or figures.current is None or figures.reference is None:
        return False
    lowest = min(s.score for s in scores[-w.last_scores :])
    return (
        reaches(gap, min(w.rise_most, max(w.rise, w.noises * figures.noise)))
        and reaches(figures.current, w.current)
        and reaches(lowest, figures.reference + w.above_reference)
    )


def _better(figures: Figures, rules: TrendRules) -> bool:
    return figures.gap is not None and reaches(-figures.gap, rules.recovery.drop)
