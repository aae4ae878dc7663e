"""From the recorded observations back to the rows that the trend rules read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

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
_ANSWERS = frozenset({Kind.ONSET, Kind.TREND, Kind.SEEN, Kind.STAIRS, Kind.FALLS, Kind.CHAIR_STANDS})
_NO_ANSWERS = Answers()
_MINUTES_A_DAY = 1440
_BEGINNINGS = 2000  # two for each person; most texts come from somebody who wrote not long ago
_GROWS_BY = 8  # rows; a beginning grows when so many have come
_LONG = 64  # rows, a multiple of those; it is folded anew when so many have come


@dataclass(frozen=True, slots=True)
class Course:
    """Where the trend rules stand after everything that was heard, and what time alone brought up to then.

    `passed` holds the minute (see `minute`) that had to begin for each decision.
    """

    state: State
    passed: tuple[tuple[int, Decision], ...]


def course(conversation: Conversation, rules: TrendRules) -> Course:
    """The rules over all rows. Folding is what costs, so what was folded of the same rows lately is taken up again."""
    known = rows(conversation)
    begun = len(known) - len(known) % _GROWS_BY
    return _fold_on(_beginning(known[:begun], person_of(conversation.participant), rules), known[begun:])


@lru_cache(maxsize=_BEGINNINGS)
def _beginning(known: tuple[Row, ...], person: Person, rules: TrendRules) -> Course:
    """A long one grows out of its own beginning, so that a few more rows do not cost a fold of all."""
    begun = len(known) - len(known) % _LONG
    if 0 < begun < len(known):
        return _fold_on(_beginning(known[:begun], person, rules), known[begun:])
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
    zone = conversation.participant.zone or "UTC"
    since = [fact for fact in conversation.observations if first is None or fact.day >= first]
    heard = [row(at, facts, zone=zone, day_one=first) for at, facts in groupby(since, key=attrgetter("at"))]
    missed = [_missed_row(one, zone, first) for one in conversation.check_ins if _was_missed(one)]
    return tuple(sorted(heard + missed, key=attrgetter("day", "at")))


def _was_missed(check_in: CheckIn) -> bool:
    return check_in.scheduled and check_in.asked is Asked.WEAKNESS and check_in.answered_at is None


def _missed_row(check_in: CheckIn, zone: str, first: date | None) -> Row:
    opened = schedule.local(check_in.opened_at, zone)
    return Row(day=programme_day(opened.date(), first), at=opened.time(), asked=check_in.asked)


def row(at: datetime, facts: Iterable[Observation], *, zone: str, day_one: date | None) -> Row:
    """One heard moment as the trend rules read it."""
    known = tuple(facts)
    last = {fact.kind: fact for fact in known}
    signs = [(fact.code, int(fact.value or 0)) for fact in known if fact.kind is Kind.SIGN and fact.code]
    moment = schedule.local(at, zone)
    return Row(
        day=programme_day(moment.date(), day_one),
        at=moment.time(),
        asked=known[0].asked if known else None,
        texted=True,
        weakness=_value(last, Kind.WEAKNESS),
        answers=_answers(last),
        codes=tuple(sorted(code for code, _ in signs)),
        assessment=_assessment(signs),
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
    """The answers besides the score; most texts have none."""
    if _ANSWERS.isdisjoint(facts):
        return _NO_ANSWERS
    onset, trend, seen = _code(facts, Kind.ONSET), _code(facts, Kind.TREND), _code(facts, Kind.SEEN)
    return Answers(
        onset=Onset(onset) if onset else None,
        seen=Seen(seen) if seen else None,
        trend=TrendAnswer(trend) if trend else None,
        stairs=_count(facts, Kind.STAIRS),
        falls=_count(facts, Kind.FALLS),
        chair_stands=_count(facts, Kind.CHAIR_STANDS),
    )


def _assessment(signs: Iterable[tuple[str, int]]) -> Assessment | None:
    """What the signs of that moment called for, with the ranks of the levels given to them then."""
    reasons = tuple(Reason(code, _LEVELS[rank], "") for code, rank in signs)
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
