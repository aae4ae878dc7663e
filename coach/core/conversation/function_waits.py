"""What holds a function test back beside what holds all moves back: a fall of these days, or a question of a case."""

from __future__ import annotations

from datetime import timedelta

from coach.core.conversation.moment import CASE_QUESTIONS, DISTRESS, HARM, Moment
from coach.core.model import SARC_F_ITEMS, Asked, CheckIn, Kind
from coach.core.programme import SkipReason, Suppression
from coach.core.programme.lately import shows, since

TESTS = (Asked.CHAIR_STANDS, *SARC_F_ITEMS)
"""What the timetable asks for as a test; stairs and falls are part of every week, whatever happened in it."""


def held(moment: Moment, asked: Asked) -> Suppression | None:
    """Why a test is not asked for now, or None; None for all other questions too."""
    if asked not in TESTS:
        return None
    if waits_for_case(moment):
        return Suppression(SkipReason.OPEN_CASE, "a question about a case may still be answered")
    if _fell_lately(moment):
        return Suppression(SkipReason.RECENT_FALL, "there was a fall in the last days, too recent for a test")
    return None


def waits_for_case(moment: Moment) -> bool:
    """Whether a question of a case is open: a bare figure must not go to another one meanwhile."""
    return any(_is_of_case(question) and moment.is_open(question) for question in moment.conversation.check_ins)


def _is_of_case(question: CheckIn) -> bool:
    return question.asked in CASE_QUESTIONS or question.about in (DISTRESS, HARM)


def _fell_lately(moment: Moment) -> bool:
    codes = moment.handbook.limits.fall_codes
    recent = since(moment.conversation, moment.now - timedelta(days=moment.handbook.trend.function_tests.fall_days))
    return any((fact.kind is Kind.FALLS and fact.value) or shows(fact, codes) for fact in recent)
