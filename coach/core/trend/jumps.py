"""The jump family J3, J2, J1, J0: today's score against the days before. Only the first line that holds counts."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from coach.core.model import Disposition
from coach.core.trend import quantities
from coach.core.trend.values import Person, Rule, plain, reaches

if TYPE_CHECKING:
    from coach.core.trend.record import Figures, Record
    from coach.core.trend.rules import TrendRules


@dataclass(frozen=True, slots=True)
class Jump:
    """The line of the family that holds. Without a level it is a question first (J1, J0)."""

    rule: Rule
    level: Disposition | None
    because: str
    base: float = 0.0  # the usual level before the jump
    need: float = 0.0  # the rise over it that a later score must still show


@dataclass(frozen=True, slots=True)
class _Today:
    """Today's score beside what it is compared with."""

    score: int
    prior: tuple[int, ...]
    noise: float
    need: float

    @property
    def usual(self) -> float:
        return median(self.prior)

    @property
    def rise(self) -> float:
        return self.score - self.usual

    def above_highest(self, by: float) -> bool:
        return reaches(self.score, max(self.prior) + by)


def find_jump(record: Record, latest: Figures, person: Person, rules: TrendRules) -> Jump | None:
    """The jump that the score of the last scored day makes, if any."""
    prior = tuple(quantities.between(record.scores, latest.day - rules.prior.days, latest.day - 1))
    today = _Today(latest.score, prior, latest.noise, quantities.need(latest.noise, rules))
    if (cannot := _cannot_stand(today, person, rules)) is not None:
        return cannot
    if len(prior) < rules.prior.enough:
        return _early(today, rules)
    return _big_jump(today, rules) or _jump(today, rules)


def _cannot_stand(today: _Today, person: Person, rules: TrendRules) -> Jump | None:
    j3 = rules.cannot_stand
    if today.score < j3.score or person.non_ambulatory:
        return None
    said = f"Score {today.score} means that the person cannot stand"
    if len(today.prior) < rules.prior.enough:
        because = f"{said}, and there are too few scores in the {rules.prior.days} days before to call it usual."
        return Jump(Rule.J3, Disposition.EMERGENCY, because)
    usual = median(today.prior[-j3.last :])
    if usual >= j3.score:
        return None
    level = Disposition.EMERGENCY if usual <= j3.emergency_up_to else Disposition.URGENT
    return Jump(Rule.J3, level, f"{said}; the usual score in the days before was {plain(usual)}.")


def _big_jump(today: _Today, rules: TrendRules) -> Jump | None:
    j2 = rules.big_jump
    if not today.above_highest(j2.above_highest):
        return None
    far = reaches(today.rise, max(j2.rise, j2.noises * today.noise))
    severe = today.score >= j2.severe_score and today.usual <= j2.usual_up_to and reaches(today.rise, today.need)
    return Jump(Rule.J2, Disposition.URGENT, _sentence(today, rules)) if far or severe else None


def _jump(today: _Today, rules: TrendRules) -> Jump | None:
    j1 = rules.jump
    if not (today.above_highest(j1.above_highest) and today.score >= j1.score and reaches(today.rise, today.need)):
        return None
    return Jump(Rule.J1, None, _sentence(today, rules), today.usual, today.need)


def _early(today: _Today, rules: TrendRules) -> Jump | None:
    if today.score < rules.early.score:
        return None
    because = f"Score {today.score}, with fewer than {rules.prior.enough} scores in the {rules.prior.days} days before."
    return Jump(Rule.J0, None, because)


def _sentence(today: _Today, rules: TrendRules) -> str:
    return (
        f"Score {today.score} is {plain(today.rise)} above the usual {plain(today.usual)} "
        f"of the {rules.prior.days} days before, whose highest was {max(today.prior)}."
    )
