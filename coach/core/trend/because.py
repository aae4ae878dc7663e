"""Why an entry came, in plain words: the replies it rests on, the rules' version, and what would have changed it.

Whether a change would have kept a rule silent is never argued, but tried: the record is heard once more with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coach.core.model import Onset, TrendAnswer
from coach.core.trend import evidence
from coach.core.trend.fold import hear, start
from coach.core.trend.quantities import day_score
from coach.core.trend.values import Action, Decision, Person, Row, Rule

if TYPE_CHECKING:
    from coach.core.trend.evidence import Change
    from coach.core.trend.rules import TrendRules
    from coach.core.trend.state import State

NameDay = Callable[[int], str]
"""How a day is named to the reader: its number, or a date."""

_ANSWERED = {Rule.J1, Rule.J0, Rule.G}
_TASKS = {
    Rule.J1: "Had the question been answered in time, this task would not have come.",
    Rule.J0: "Had the question been answered in time, this task would not have come.",
    Rule.G: "Had the question been answered in time, this task would not have come.",
    Rule.SILENCE_URGENT: "Had anything been heard within these hours, this task would not have come.",
}


@dataclass(frozen=True, slots=True)
class _Record:
    """The rows by day, the state before each of them, and what each led to."""

    rows: tuple[Row, ...]
    before: tuple[State, ...]
    led_to: tuple[tuple[Decision, ...], ...]
    rules: TrendRules


def explained(
    entries: Sequence[Decision],
    rows: Sequence[Row],
    person: Person,
    rules: TrendRules,
    name_day: NameDay = "day {}".format,
) -> tuple[Decision, ...]:
    """The entries that `decide` made of these rows, each with a fuller `because`."""
    record = _heard(sorted(rows, key=lambda row: row.day), person, rules)
    return tuple(replace(entry, because=_because(entry, record, name_day)) for entry in entries)


def _heard(rows: Sequence[Row], person: Person, rules: TrendRules) -> _Record:
    state = start(person, rules)
    before: list[State] = []
    led_to: list[tuple[Decision, ...]] = []
    for row in rows:
        before.append(state)
        state, decisions = hear(state, row)
        led_to.append(decisions)
    return _Record(tuple(rows), tuple(before), tuple(led_to), rules)


def _because(entry: Decision, record: _Record, name_day: NameDay) -> str:
    own = [Rule(name) for name in entry.rules if name in set(Rule)]
    replies = () if entry.action is Action.TASK else _replies(entry, own, record, name_day)
    version = f"Rules version {entry.version}: {', '.join(entry.rules)}."
    return " ".join([entry.because, *replies, *_changes(entry, own, record, name_day), version])


def _replies(entry: Decision, own: list[Rule], record: _Record, name_day: NameDay) -> Iterator[str]:
    days = {one for rule in own for one in evidence.days_used(rule, entry.day, record.rows, record.rules)}
    scores = evidence.day_scores(record.rows, entry.day)
    used = [f"{score} ({name_day(one)})" for one, score in scores.items() if one in days]
    if used:
        yield f"Scores used: {', '.join(used)}."
    told = [one for rule in own for one in evidence.answers_used(rule, entry.day, record.rows, record.rules)]
    if told and entry.action is Action.ESCALATE:
        yield f"Answers used: {', '.join(f'{words} ({name_day(day)})' for day, words in dict.fromkeys(told))}."


def _changes(entry: Decision, own: list[Rule], record: _Record, name_day: NameDay) -> Iterator[str]:
    if entry.action is Action.TASK:
        quiet = f"Had anything been heard on {name_day(entry.day)}, this task would not have come."
        yield from dict.fromkeys(_TASKS.get(rule, quiet) for rule in own)
        return
    for rule in own:
        yield _with_other_answer(rule, entry, record, name_day) or _with_other_replies(rule, entry, record, name_day)


def _with_other_answer(rule: Rule, entry: Decision, record: _Record, name_day: NameDay) -> str:
    """What a change in an answer beside the score would have done."""
    if rule not in _ANSWERED:
        return ""
    for place, row in enumerate(record.rows):
        for instead, words in _other_answers(row) if row.day == entry.day else ():
            if _silent(rule, entry, record, {place: instead}):
                return f"Had the answer of {name_day(row.day)} been “{words}”, {_named(rule)} would not have come."
    return ""


def _other_answers(row: Row) -> Iterator[tuple[Row, str]]:
    if row.answers.onset not in {None, Onset.LONGER}:
        yield replace(row, answers=replace(row.answers, onset=Onset.LONGER)), "no, a usual bad day"
    if row.answers.trend in {TrendAnswer.WORSE, TrendAnswer.MUCH_WORSE}:
        yield replace(row, answers=replace(row.answers, trend=TrendAnswer.SAME)), "the same"


def _with_other_replies(rule: Rule, entry: Decision, record: _Record, name_day: NameDay) -> str:
    """The smallest change of a score that would have kept the rule silent, else the smallest of several together."""
    for change in evidence.changes(rule, entry.day, record.rows, record.rules):
        if _silent(rule, entry, record, _applied(change, record.rows)):
            return f"Had {_in_words(change, record.rows, name_day)}, {_named(rule)} would not have come."
    return f"No change of one reply would have changed {_named(rule)}."


def _named(rule: Rule) -> str:
    return "this note" if rule is Rule.RECOVERY else rule.value


def _applied(change: Change, rows: Sequence[Row]) -> dict[int, Row]:
    return {place: replace(rows[place], weakness=float(score)) for place, score in change.items()}


def _silent(rule: Rule, entry: Decision, record: _Record, instead: dict[int, Row]) -> bool:
    """Heard with these rows instead, the rule says nothing that day, and not because it or another spoke before."""
    first = min(*instead, next(i for i, row in enumerate(record.rows) if row.day == entry.day))
    state = record.before[first]
    now: list[Decision] = []
    then: list[Decision] = []
    for place in range(first, len(record.rows)):
        row = instead.get(place, record.rows[place])
        if row.day > entry.day:
            break
        state, decisions = hear(state, row)
        now += decisions
        then += record.led_to[place]
    fired = any(d.day == entry.day and d.action is entry.action and rule.value in d.rules for d in now)
    return not fired and _messages(now, entry.day) == _messages(then, entry.day)


def _messages(decisions: list[Decision], day: int) -> list[tuple[int, tuple[str, ...]]]:
    """What was said to the person before this day."""
    return [(d.day, d.rules) for d in decisions if d.day < day and d.action is Action.ESCALATE]


def _in_words(change: Change, rows: Sequence[Row], name_day: NameDay) -> str:
    if len(change) == 1:
        ((place, score),) = change.items()
        return f"the reply of {name_day(rows[place].day)} been {score} instead of {day_score(rows[place].weakness)}"
    days = [name_day(rows[place].day) for place in sorted(change)]
    score = max(change.values())
    return f"the replies of {', '.join(days[:-1])} and {days[-1]} been {score} or less"
