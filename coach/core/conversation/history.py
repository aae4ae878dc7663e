"""From the recorded observations back to the rows that the trend rules read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby

from coach.core import schedule, trend
from coach.core.conversation.moment import Moment
from coach.core.model import (
    Asked,
    Assessment,
    CheckIn,
    Conversation,
    Disposition,
    Kind,
    Observation,
    Onset,
    Participant,
    Reason,
    TrendAnswer,
)
from coach.core.trend import Answers, Decision, Person, Row, Rule, Seen, State, TrendRules

_LEVELS = tuple(Disposition)
_RULES = frozenset(rule.value for rule in Rule)
_MINUTES_A_DAY = 1440
_KEPT = 16  # courses; a decision about somebody needs theirs twice
_BEGINNINGS = 1000  # people's; most texts come from somebody who wrote not long ago
_GROWS_BY = 8  # rows; a beginning is folded anew when so many have come


@dataclass(frozen=True, slots=True)
class Course:
    """Where the trend rules stand after everything that was heard, and what time alone brought up to then.

    `passed` holds the minute (see `minute`) that had to begin for each decision.
    """

    state: State
    passed: tuple[tuple[int, Decision], ...]


def course(conversation: Conversation, rules: TrendRules) -> Course:
    """The rules over all rows. Folding is what costs, so what was folded of the same rows lately is taken up again."""
    return _folded(rows(conversation), person_of(conversation.participant), rules)


@lru_cache(maxsize=_KEPT)
def _folded(known: tuple[Row, ...], person: Person, rules: TrendRules) -> Course:
    begun = len(known) - len(known) % _GROWS_BY
    return _fold_on(_beginning(known[:begun], person, rules), known[begun:])


@lru_cache(maxsize=_BEGINNINGS)
def _beginning(known: tuple[Row, ...], person: Person, rules: TrendRules) -> Course:
    return _fold_on(Course(trend.start(person, rules), ()), known)


def _fold_on(course: Course, coming: Iterable[Row]) -> Course:
    state, found = course.state, list(course.passed)
    for one in coming:
        state, earlier = trend.passed(state, one.moment)
        state, _ = trend.hear(state, one)
        found += earlier
    return Course(state, tuple(found))


def person_of(participant: Participant) -> Person:
    """The facts of a profile that the trend rules look at."""
    profile = participant.profile
    return Person(non_ambulatory=profile.has("non_ambulatory"), lives_alone=bool(profile.lives_alone))


def minute(conversation: Conversation, at: datetime) -> int:
    """A moment as the trend rules count: minutes of wall time since the start of day 0."""
    wall = schedule.local(at, conversation.participant.zone)
    day = programme_day(wall.date(), day_one(conversation))
    return day * _MINUTES_A_DAY + wall.hour * 60 + wall.minute


def moment_of(conversation: Conversation, minute: int) -> datetime:
    """The moment at which such a minute begins."""
    day, left = divmod(minute, _MINUTES_A_DAY)
    wall = time(left // 60, left % 60)
    return schedule.to_utc(date_of(conversation, day), wall, conversation.participant.zone or "UTC")


def date_of(conversation: Conversation, day: int) -> date:
    """The local date of a programme day.

    Raises:
        ValueError: nothing was ever heard of the person, so there is no day 1.
    """
    first = day_one(conversation)
    if first is None:
        message = "nothing was heard yet, so no day is the first"
        raise ValueError(message)
    return first + timedelta(days=day - 1)


def day_one(conversation: Conversation) -> date | None:
    """The day the rules count from: enrolment, else the first day anything was heard; None before that."""
    first_heard = conversation.observations[0].day if conversation.observations else None
    return conversation.participant.enrolled_on or first_heard


def programme_day(day: date, first: date | None) -> int:
    """1 on the first day."""
    return max(1, (day - first).days + 1) if first else 1


def rows(conversation: Conversation) -> tuple[Row, ...]:
    """Everything heard and every check-in missed since the first day, in the order it happened."""
    first = day_one(conversation)
    since = [fact for fact in conversation.observations if first is None or fact.day >= first]
    heard = [_heard_row(conversation, at, list(facts)) for at, facts in groupby(since, key=lambda fact: fact.at)]
    missed = [_missed_row(conversation, check_in) for check_in in conversation.check_ins if _was_missed(check_in)]
    return tuple(sorted(heard + missed, key=lambda row: (row.day, row.at)))


def _was_missed(check_in: CheckIn) -> bool:
    return check_in.scheduled and check_in.asked is Asked.WEAKNESS and check_in.answered_at is None


def _missed_row(conversation: Conversation, check_in: CheckIn) -> Row:
    person = conversation.participant
    opened = schedule.local(check_in.opened_at, person.zone or "UTC")
    return Row(day=programme_day(opened.date(), day_one(conversation)), at=opened.time(), asked=check_in.asked)


def _heard_row(conversation: Conversation, at: datetime, facts: list[Observation]) -> Row:
    person = conversation.participant
    return row(at, facts, zone=person.zone or "UTC", day_one=day_one(conversation))


def row(at: datetime, facts: Iterable[Observation], *, zone: str, day_one: date | None) -> Row:
    """One heard moment as the trend rules read it."""
    known = list(facts)
    last = {fact.kind: fact for fact in known}
    moment = schedule.local(at, zone)
    return Row(
        day=programme_day(moment.date(), day_one),
        at=moment.time(),
        asked=known[0].asked if known else None,
        texted=True,
        weakness=_value(last, Kind.WEAKNESS),
        answers=_answers(last),
        codes=tuple(sorted(fact.code for fact in known if fact.kind is Kind.SIGN and fact.code)),
        assessment=assessment(known),
    )


def now_row(moment: Moment, facts: Iterable[Observation], state: State) -> Row:
    """What is heard at this moment as a row; a clock that was set back must not silence the rules."""
    zone, first = moment.participant.zone or "UTC", day_one(moment.conversation)
    heard = row(moment.now, facts, zone=zone, day_one=first)
    return replace(heard, day=max(heard.day, state.day))


def explanation(
    conversation: Conversation, decision: Decision, rules: TrendRules, now: Row | None = None
) -> Mapping[str, object]:
    """What to keep of why a decision came: the replies used, the rules' version, and what would have changed it.

    `now` is the row that caused it, when it is not recorded yet. It costs several folds where scores are behind it.
    """
    by_scores = not _RULES.isdisjoint(decision.rules)
    heard = (*rows(conversation), *(() if now is None else (now,))) if by_scores else ()
    named = _dates(conversation)
    (entry,) = trend.explained((decision,), heard, person_of(conversation.participant), rules, named)
    return {"because": entry.because, "rules": list(decision.rules), "version": decision.version}


def _dates(conversation: Conversation) -> Callable[[int], str]:
    if day_one(conversation) is None:
        return "day {}".format
    return lambda day: f"{date_of(conversation, day):%A %d %B}".replace(" 0", " ")


def _answers(facts: Mapping[Kind, Observation]) -> Answers:
    """The answers besides the score."""
    onset, trend, seen = _code(facts, Kind.ONSET), _code(facts, Kind.TREND), _code(facts, Kind.SEEN)
    return Answers(
        onset=Onset(onset) if onset else None,
        seen=Seen(seen) if seen else None,
        trend=TrendAnswer(trend) if trend else None,
        stairs=_count(facts, Kind.STAIRS),
        falls=_count(facts, Kind.FALLS),
        chair_stands=_count(facts, Kind.CHAIR_STANDS),
    )


def assessment(facts: Iterable[Observation]) -> Assessment | None:
    """What the signs of that moment called for, with the levels given to them then."""
    reasons = tuple(
        Reason(fact.code, _LEVELS[int(fact.value or 0)], "") for fact in facts if fact.kind is Kind.SIGN and fact.code
    )
    if not reasons:
        return None
    return Assessment(max((r.level for r in reasons), key=lambda level: level.rank), reasons)


def _value(facts: Mapping[Kind, Observation], kind: Kind) -> float | None:
    found = facts.get(kind)
    return None if found is None else found.value


def _count(facts: Mapping[Kind, Observation], kind: Kind) -> int | None:
    found = _value(facts, kind)
    return None if found is None else int(found)


def _code(facts: Mapping[Kind, Observation], kind: Kind) -> str | None:
    found = facts.get(kind)
    return None if found is None else found.code
