"""What a check-in call asks, one question after the other, and how it ends.

A call has no memory of its own: what was put and answered since its first question tells where it is. So one that was
cut off goes on where it stopped, whoever rings.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import ASKED_IN_CALLS, QUESTION_OPEN, Moment
from coach.core.conversation.question_sets import set_of
from coach.core.events import CheckInOpened, Event, Said
from coach.core.model import Asked, CheckIn, Intent, Kind, TrendAnswer
from coach.core.programme import had_emergency, unfit

FIRST = (Asked.WEAKNESS, Asked.TREND)
"""The questions that a check-in call may begin with: the day's score, or on Sundays how the week went."""

_OF_A_CHECK_IN = (*FIRST, Asked.ONSET, Asked.RED_FLAG, Asked.FALLS, Asked.STAIRS, Asked.SIDE_EFFECTS)
_WORSE = (TrendAnswer.WORSE.value, TrendAnswer.MUCH_WORSE.value)


def goes_on(moment: Moment, heard: Heard, *, told: bool) -> tuple[Event, ...]:
    """After an answer: the next question, or a tip and the goodbye.

    Whoever was told of a case in this call is only asked about the warning signs, and gets no tip.
    """
    following = _following(moment, heard, told=told)
    if following is not None:
        return _put(moment, heard, following)
    line = () if told else _last_line(moment, heard)
    return (*line, goodbye(moment))


def gives_up(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """After a question that could not be answered: the next one, or the goodbye."""
    following = _following(moment, heard, told=False)
    return _put(moment, heard, following) if following is not None else (goodbye(moment),)


def goodbye(moment: Moment) -> Said:
    """The last words of a call."""
    return Said("voice.goodbye", moment.text("voice.goodbye"))


# --- the next question ---


def _following(moment: Moment, heard: Heard, *, told: bool) -> Asked | None:
    """The first question of the call that has not had its turn; None when it is over, or is no check-in."""
    if heard.asked not in _OF_A_CHECK_IN:
        return None
    had_a_turn = {heard.asked, *_settled(moment, _since(moment, heard))}
    left = (asked for asked in _plan(moment, heard) if asked not in had_a_turn)
    if told or _told_since(moment, heard):
        left = (asked for asked in left if asked is Asked.RED_FLAG)
    return next((asked for asked in left if _may_ask(moment, asked)), None)


def _plan(moment: Moment, heard: Heard) -> tuple[Asked, ...]:
    """The first question if it still waits, then the warning signs, then the other questions of the week.

    It waits when something came between, such as a call for help.
    """
    first = _first(moment, heard)
    order = set_of(moment, first) if first is not None else ()
    waiting = (first.asked,) if first is not None and moment.is_open(first) else ()
    return (*waiting, Asked.RED_FLAG, *(asked for asked in order[1:] if asked in ASKED_IN_CALLS))


def _first(moment: Moment, heard: Heard) -> CheckIn | None:
    """The question that the call began with, also when that was in an earlier call of the day."""
    if heard.asked in FIRST:
        return heard.question
    lately = (c for c in moment.conversation.check_ins if moment.now - c.opened_at <= QUESTION_OPEN)
    return next((c for c in reversed([*lately]) if c.asked in FIRST), None)


def _since(moment: Moment, heard: Heard) -> datetime:
    """When the first question was put; the first time, should it have been put again before it was answered."""
    first = _first(moment, heard) or heard.question
    if first is None:
        return moment.now
    same = (c for c in moment.conversation.check_ins if (c.asked, c.day) == (first.asked, first.day))
    return min((c.opened_at for c in same if c.answered_at is None), default=first.opened_at)


def _settled(moment: Moment, since: datetime) -> set[Asked]:
    """What was answered or given up; a list of warning signs only where it was read out in a call."""
    over = (c for c in moment.conversation.check_ins if c.opened_at >= since and c.closed_at is not None)
    return {c.asked for c in over if c.asked is not Asked.RED_FLAG or c.about is None}


def _may_ask(moment: Moment, asked: Asked) -> bool:
    """Whether the same question by text would be safe for the person."""
    return asked in (Asked.RED_FLAG, *FIRST) or moment.choose(asked.value).template is not None


def _put(moment: Moment, heard: Heard, asked: Asked) -> tuple[Event, ...]:
    """A question that waited is put anew, for the newest one is the one that is answered."""
    first = _first(moment, heard)
    if first is None:
        return moment.ask_by_voice(asked)
    again = first.scheduled and asked is first.asked
    said, question = moment.ask_by_voice(asked, first.day)
    return (said, replace(question, scheduled=again) if isinstance(question, CheckInOpened) else question)


# --- the last line ---


def _last_line(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """One line before the goodbye: what a hard day calls for, else a tip; nothing where more than that was told."""
    over = _first(moment, heard) is None or heard.asked not in _OF_A_CHECK_IN
    if over or _told_since(moment, heard) or heard.reply.codes or _called_for_help(moment, heard):
        return ()
    if had_emergency(moment.handbook.limits, moment.conversation, moment.now):
        return ()
    if _is_hard(moment, heard):
        return (Said("voice.hard_day", moment.text("voice.hard_day")),)
    held = unfit(moment.handbook.limits, moment.conversation, moment.now)
    tip = moment.choose("voice.tips" if held is None else "voice.tips_still").template
    return (Said(tip.id, moment.text(tip.id)),) if tip is not None else ()


def _told_since(moment: Moment, heard: Heard) -> bool:
    since = _since(moment, heard)
    return any(case.raised_at >= since for case in moment.conversation.escalations)


def _called_for_help(moment: Moment, heard: Heard) -> bool:
    since = _since(moment, heard)
    said = (fact for fact in moment.conversation.observations if fact.kind is Kind.HEARD and fact.at >= since)
    return any(fact.code == Intent.HELP.value for fact in said)


def _is_hard(moment: Moment, heard: Heard) -> bool:
    """A high score, or a week that was worse."""
    since = _since(moment, heard)
    told = [fact for fact in moment.conversation.observations if fact.at >= since]
    high = any(f.kind is Kind.WEAKNESS and (f.value or 0) >= moment.handbook.limits.score_high for f in told)
    return high or any(f.kind is Kind.TREND and f.code in _WORSE for f in told)
