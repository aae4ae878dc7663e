"""What each rule looks at, and which changes of a reply could have kept it silent, the smallest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from coach.core.model import Onset
from coach.core.trend.quantities import WORST, day_score
from coach.core.trend.values import Row, Rule, Seen, reaches

if TYPE_CHECKING:
    from coach.core.trend.rules import PersistingRules, TrendRules

Change = dict[int, int]
"""Other scores for some rows, by their place in the record."""

_JUMPS = {Rule.J3, Rule.J2, Rule.J1, Rule.J0}
_BEGAN = {Onset.TODAY: "new today", Onset.THIS_WEEK: "new this week", Onset.LONGER: "not new"}


def day_scores(rows: Iterable[Row], last: int) -> dict[int, int]:
    """The last score of each day up to `last`."""
    found = ((row.day, day_score(row.weakness)) for row in rows if row.day <= last)
    return {day: score for day, score in found if score is not None}


def days_used(rule: Rule, day: int, rows: Sequence[Row], rules: TrendRules) -> list[int]:
    """The days whose scores the rule looked at on `day`, without those that only make up the reference."""
    known = list(day_scores(rows, day))
    if rule in _JUMPS:
        return [one for one in known if one >= day - rules.prior.days]
    if rule in {Rule.P1, Rule.P2}:
        return [one for one in known if one > day - _lasting(rule, rules).days]
    latest = {
        Rule.W: rules.current.last + rules.worsening.scored_days - 1,
        Rule.P3: rules.severe.scores,
        Rule.RECOVERY: rules.current.last + rules.recovery.scored_days - 1,
    }
    return known[-latest[rule] :] if rule in latest else []


def answers_used(rule: Rule, day: int, rows: Sequence[Row], rules: TrendRules) -> list[tuple[int, str]]:
    """The answers beside the score that the rule looked at on `day`, as (day, words)."""
    past = [row for row in rows if row.day <= day]
    if rule is Rule.W:
        function = [(row.day, words) for row in past for words in _function(row)]
        return [one for one in function if day - one[0] <= rules.worsening.function_days]
    if rule is Rule.P3:
        visits = [row.day for row in past if row.answers.seen is Seen.YES]
        return [(v, "seen by a clinician") for v in visits[-1:] if day - v <= rules.severe.seen_days]
    if rule not in {Rule.J1, Rule.J0, Rule.G}:
        return []
    began = [(row.day, _BEGAN[row.answers.onset]) for row in past if row.day == day and row.answers.onset is not None]
    return [*began, *(_comparisons(past) if rule is Rule.G and not began else ())]


def _function(row: Row) -> Iterator[str]:
    if row.answers.stairs is not None:
        yield f"stairs {row.answers.stairs}"
    if row.answers.chair_stands is not None:
        yield f"chair stands {row.answers.chair_stands}"


def _comparisons(past: Sequence[Row]) -> list[tuple[int, str]]:
    answers = [(row.day, row.answers.trend) for row in past if row.answers.trend is not None]
    return [(day, f"compared with last week {answer.replace('_', ' ')}") for day, answer in answers[-2:]]


def changes(rule: Rule, day: int, rows: Sequence[Row], rules: TrendRules) -> Iterator[Change]:
    """Changes worth trying. A nearer score comes first, of two as near the later reply."""
    used = {*days_used(rule, day, rows, rules)}
    scored = [(i, day_score(row.weakness)) for i, row in enumerate(rows) if row.day in used]
    places = {i: score for i, score in scored if score is not None}
    if rule in {Rule.P1, Rule.P2}:
        yield from _of_lasting(_lasting(rule, rules), places, rules)
    else:
        up = rule is Rule.RECOVERY
        yield from _nearest_first(((i, s) for i in places for s in _other_scores(places[i], up=up)), places)


def _lasting(rule: Rule, rules: TrendRules) -> PersistingRules:
    return rules.persisting if rule is Rule.P1 else rules.mild_persisting


def _other_scores(score: int, *, up: bool = False) -> range:
    return range(score + 1, WORST + 1) if up else range(score)


def _nearest_first(found: Iterable[tuple[int, int]], places: Change) -> Iterator[Change]:
    for place, score in sorted(found, key=lambda one: (abs(one[1] - places[one[0]]), -one[0])):
        yield {place: score}


def _of_lasting(wanted: PersistingRules, places: Change, rules: TrendRules) -> Iterator[Change]:
    """One lower reply among the last ones; else as many as it takes for most to be low, those nearest to low first."""
    latest = sorted(places)[-rules.current.last :]
    yield from _nearest_first(((i, s) for i in latest for s in _other_scores(places[i])), places)
    high = sorted((i for i in places if places[i] >= wanted.score), key=lambda i: (places[i], -i))
    few = next(n for n in range(1, len(high) + 1) if not reaches((len(high) - n) / len(places), wanted.share))
    yield dict.fromkeys(high[:few], wanted.score - 1)
