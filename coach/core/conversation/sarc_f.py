"""SARC-F by text: five questions on daily tasks, once a month and one at a time (clinical rules B, “Function by SMS”).

A run begins when the timetable puts its first question. It goes on with each answer, may be left off, and is taken up
again with a later score for some days; then it lapses, and its answers come to nothing. While something speaks against
tests none of its questions is put.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from coach.core.conversation import function_waits
from coach.core.conversation.moment import Moment
from coach.core.events import CheckInClosed, Event
from coach.core.model import (
    SARC_F_ITEMS,
    Asked,
    Channel,
    CheckIn,
    Intent,
    Kind,
    Onset,
    Reply,
    Status,
)
from coach.core.onboarding import Meaning
from coach.core.programme.fitness import unfit
from coach.core.programme.holding import had_emergency
from coach.core.reading import THESE_DAYS

_ANSWERING = (Intent.ANSWER, Intent.REPORT, Intent.UNCLEAR)
_MOST = 2
_FALL = "fall_no_injury"


# --- answers ----------------------------------------------------------------------------------------------------------


def place(reply: Reply, asked: Asked) -> int | None:
    """The answer to one of the questions, 0 to 2; a cry for help is none, whatever figure it comes to."""
    told = reply.amount if asked in SARC_F_ITEMS and reply.intent in _ANSWERING else None
    return int(told) if told is not None and 0 <= told <= _MOST else None


def of_the_year(question: CheckIn | None, reply: Reply) -> Reply:
    """A fall told to the question about the last twelve months is no fall of these days, unless its day is told."""
    if question is None or question.asked is not Asked.SARC_F_FALLS or reply.codes != (_FALL,):
        return reply
    lately = THESE_DAYS in reply.facts or reply.onset not in (None, Onset.LONGER)
    if reply.amount is None or lately:
        return reply
    return replace(reply, signs=(), hypothetical=(*reply.hypothetical, *reply.signs))


def given(moment: Moment, question: CheckIn | None, reply: Reply) -> Mapping[Asked, int]:
    """The answers of the run, that of this reply included; of several to one question the last."""
    begun = _begun(moment)
    if begun is None or question is None or question.asked not in SARC_F_ITEMS:
        return {}
    answer = place(reply, question.asked)
    now = {question.asked: answer} if answer is not None and question.opened_at >= begun.opened_at else {}
    return _told(moment, begun) | now


def items(moment: Moment, question: CheckIn | None, reply: Reply) -> tuple[int, ...] | None:
    """All five answers in their order, once this reply has given one and none is missing."""
    known = given(moment, question, reply)
    answered = question is not None and place(reply, question.asked) is not None
    return tuple(known[asked] for asked in SARC_F_ITEMS) if answered and len(known) == len(SARC_F_ITEMS) else None


def observed(moment: Moment, question: CheckIn | None, reply: Reply) -> Iterable[tuple[Kind, float]]:
    """What is recorded: the answer, and with the last of the five the points they add up to."""
    answer = place(reply, question.asked) if question is not None else None
    if answer is not None:
        yield Kind.SARC_F, float(answer)
    known = items(moment, question, reply)
    if known is not None:
        yield Kind.SARC_F_POINTS, float(sum(known))


# --- the next question ------------------------------------------------------------------------------------------------


def following(moment: Moment, question: CheckIn, reply: Reply) -> Asked | None:
    """The question to put after an answer; None after the last one, and while none may be put."""
    return _next(moment, given(moment, question, reply))


def left_off_at(moment: Moment, question: CheckIn | None, reply: Reply) -> Asked | None:
    """The question to put after a score, where a run was left off; a high score is no time for it."""
    begun = _begun(moment)
    if begun is None or question is None or question.asked is not Asked.WEAKNESS or _is_over(moment, begun):
        return None
    known, high = _told(moment, begun), (reply.weakness or 0) >= moment.handbook.limits.score_high
    return _next(moment, known) if known and not high else None


def left_out(moment: Moment, question: CheckIn | None, said: str) -> tuple[Event, ...]:
    """Somebody skips a question: the run is over, as its answers count only together. `said` is in plain form."""
    if question is None or question.asked not in SARC_F_ITEMS or question.closed_at is not None:
        return ()
    if moment.handbook.onboarding.phrases.get(said) is not Meaning.SKIP:
        return ()
    return (CheckInClosed(question.id, answered=True), moment.reply("function.left", "left a question on tasks out"))


def _next(moment: Moment, known: Mapping[Asked, int]) -> Asked | None:
    asked = next((asked for asked in SARC_F_ITEMS if asked not in known), None)
    return asked if asked is not None and _may_be_put(moment, asked) else None


# --- how far a run is -------------------------------------------------------------------------------------------------


def _begun(moment: Moment) -> CheckIn | None:
    """The first question of the present run; None when none is going on any more."""
    firsts = [c for c in moment.conversation.check_ins if c.scheduled and c.asked in SARC_F_ITEMS]
    lasts = timedelta(days=moment.handbook.trend.function_tests.sarc_f_days)
    return firsts[-1] if firsts and moment.now - firsts[-1].opened_at <= lasts else None


def _told(moment: Moment, begun: CheckIn) -> dict[Asked, int]:
    facts = (fact for fact in moment.conversation.observations if fact.kind is Kind.SARC_F)
    return {fact.asked: int(fact.value or 0) for fact in facts if fact.at >= begun.opened_at}


def _put(moment: Moment, begun: CheckIn) -> list[CheckIn]:
    known = moment.conversation.check_ins
    return [c for c in known if c.asked in SARC_F_ITEMS and c.opened_at >= begun.opened_at]


def _is_over(moment: Moment, begun: CheckIn) -> bool:
    """Whether a question was left out on purpose, closed as answered without an answer, or the run rests by now."""
    facts = moment.conversation.observations
    told = {fact.at for fact in facts if fact.kind is Kind.SARC_F}
    scored = {fact.at for fact in facts if fact.kind is Kind.WEAKNESS}
    put = _put(moment, begun)
    again = sum(c.opened_at in scored for c in put)  # a question that was taken up came with the score
    left_out = any(c.answered_at is not None and c.answered_at not in told for c in put)
    return left_out or again >= moment.handbook.trend.function_tests.sarc_f_again


def _may_be_put(moment: Moment, asked: Asked) -> bool:
    person = moment.participant
    by_text = person.status is Status.ACTIVE and not person.is_called and moment.channel is not Channel.VOICE
    known = (moment.handbook.limits, moment.conversation, moment.now)
    if _begun(moment) is None or not by_text or had_emergency(*known):
        return False
    return (function_waits.held(moment, asked) or unfit(*known)) is None
