"""From the recorded observations back to the rows that the trend rules read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby

from coach.core import schedule
from coach.core.model import (
    Asked,
    Assessment,
    CheckIn,
    Conversation,
    Disposition,
    Kind,
    Observation,
    Onset,
    Reason,
    TrendAnswer,
)
from coach.core.trend import Answers, Row, Seen

_LEVELS = tuple(Disposition)


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
    moment = schedule.local(at, zone)
    return Row(
        day=programme_day(moment.date(), day_one),
        at=moment.time(),
        asked=known[0].asked if known else None,
        texted=True,
        weakness=_value(known, Kind.WEAKNESS),
        answers=answers(known),
        codes=tuple(sorted(fact.code for fact in known if fact.kind is Kind.SIGN and fact.code)),
        assessment=assessment(known),
    )


def answers(facts: list[Observation]) -> Answers:
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


def _value(facts: Iterable[Observation], kind: Kind) -> float | None:
    found = [fact.value for fact in facts if fact.kind is kind]
    return found[-1] if found else None


def _count(facts: Iterable[Observation], kind: Kind) -> int | None:
    found = _value(facts, kind)
    return None if found is None else int(found)


def _code(facts: Iterable[Observation], kind: Kind) -> str | None:
    found = [fact.code for fact in facts if fact.kind is kind]
    return found[-1] if found else None
