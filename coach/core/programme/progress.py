"""How hard the moves may be for one person: a step higher after enough sessions that did no harm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from coach.core.model import Conversation, Kind, Observation
from coach.core.programme.lately import scores, shows
from coach.core.programme.plan import week_of
from coach.core.programme.timetable import Programme, Progression

MOVE = "move"
"""What an exercise question is about when its text has a step; rest and plans of others have none and train nothing."""


def step_of(programme: Programme, conversation: Conversation, day: date) -> int:
    """The person's step, from 1: so many good sessions each, never before the step's week, back to 1 after a crash.

    A session is good when the person said it was done and the next score, if one came soon after, was not much above
    the last one before it. Sessions from before a crash or a fall count no more (rules D5, D6).
    """
    rules, week = programme.progression, week_of(conversation.participant, day)
    given = scores(conversation.observations)
    good = sum(_did_no_harm(given, session, rules) for session in _sessions(programme, conversation))
    allowed = sum(first <= week for first in rules.first_weeks)
    return max(1, min(1 + good // rules.sessions, allowed))


def _sessions(programme: Programme, conversation: Conversation) -> list[Observation]:
    since = _last_setback(programme, conversation)
    done = (fact for fact in conversation.observations if fact.kind is Kind.DONE and fact.code == MOVE)
    return [fact for fact in done if fact.value and (since is None or fact.at > since)]


def _last_setback(programme: Programme, conversation: Conversation) -> datetime | None:
    setbacks = programme.limits.crash_codes | programme.limits.fall_codes
    return max((fact.at for fact in conversation.observations if shows(fact, setbacks)), default=None)


def _did_no_harm(given: Sequence[Observation], session: Observation, rules: Progression) -> bool:
    before = [score.value or 0 for score in given if score.at <= session.at]
    after = [score.value or 0 for score in given if session.at < score.at <= session.at + rules.within]
    return not before or not after or after[0] - before[-1] < rules.rise
