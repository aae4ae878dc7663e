"""The silence ladder as far as it makes work for a coordinator. Silence is never read as "stable"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from coach.core.trend.values import Action, Decision, Person, Rule, plain

if TYPE_CHECKING:
    from coach.core.trend.questions import Question
    from coach.core.trend.record import Record
    from coach.core.trend.rules import TrendRules


@dataclass(frozen=True, slots=True)
class Silence:
    """How long nothing was heard. Anything heard starts it anew."""

    heard_on: int = 0  # last day on which anything was heard; 0 = enrolment
    missed: int = 0  # missed check-in days since
    told_on: int | None = None  # day of the one silence task since
    urgent_due: int | None = None  # moment at which silence after an urgent message becomes a task
    missed_today: bool = False  # today has an unanswered check-in


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What decides who counts as high risk."""

    person: Person
    record: Record
    fell_on: int | None
    question: Question | None


def urgent_task(day: int, rules: TrendRules) -> Decision:
    """The task for silence after an urgent message."""
    hours = plain(rules.silence.urgent_waking_hours)
    because = f"Nothing was heard for {hours} waking hours after an urgent message."
    return Decision(day, Action.TASK, None, (Rule.SILENCE_URGENT.value,), because)


def ladder_task(silence: Silence, day: int, facts: RiskFacts, rules: TrendRules) -> Decision | None:
    """The task that falls due at the end of `day`. Several reasons on one day share one task."""
    if silence.missed == 0 or silence.told_on not in {None, day}:
        return None
    quiet, s = day - silence.heard_on, rules.silence
    risk = high_risk(day, facts, rules) if quiet >= s.risk_days else None
    reasons = {
        Rule.SILENCE_48H: f"Nothing heard for {quiet} days, and {risk}." if risk else None,
        Rule.SILENCE_4: f"{silence.missed} check-in days missed in a row." if silence.missed >= s.missed_days else None,
        Rule.SILENCE_7D: f"Nothing heard for {quiet} days." if quiet >= s.long_days else None,
    }
    held = {rule.value: because for rule, because in reasons.items() if because}
    if not held:
        return None
    return Decision(day, Action.TASK, None, tuple(held), " ".join(held.values()))


def high_risk(day: int, facts: RiskFacts, rules: TrendRules) -> str | None:
    """In words why silence is worrying sooner for this person, or None."""
    s, latest = rules.silence, facts.record.latest
    if latest is not None and latest.current is not None and latest.current >= s.risk_current:
        return f"the last known level is {plain(latest.current)}"
    if facts.person.lives_alone and latest is not None and latest.score >= s.risk_alone_score:
        return f"the person lives alone and last scored {latest.score}"
    if facts.fell_on is not None and day - facts.fell_on <= s.risk_fall_days:
        return f"there was a fall on day {facts.fell_on}"
    if facts.question is not None and facts.question.rule is not Rule.G and not facts.question.answered:
        return "a question about a jump is open"
    return None
