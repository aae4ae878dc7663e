"""The answer to an open question: kept as a fact already, here closed and acknowledged."""

from __future__ import annotations

from datetime import timedelta

from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import Moment
from coach.core.events import CheckInClosed, CheckInOpened, Event, TaskRaised
from coach.core.model import Asked, Channel, CheckIn, Intent, Kind, Lane, TrendAnswer
from coach.core.programme import week_of

_HIGH, _MIDDLE = 7, 4
_PATIENCE = 2
_AGAIN = {Asked.RED_FLAG: "voice.red_flag_again", Asked.ONSET: "recheck.j0"}


def answers_question(heard: Heard) -> bool:
    """True when the text gives what the open question asked for."""
    reply = heard.reply
    match heard.asked:
        case Asked.WEAKNESS:
            return reply.weakness is not None
        case Asked.TREND:
            return reply.trend is not None
        case Asked.ONSET | Asked.SEEN:
            return any(fact.kind.value == heard.asked.value for fact in heard.observations)
        case Asked.SAFE | Asked.RED_FLAG | Asked.IDENTITY:
            return reply.yes is not None
        case Asked.HYDRATION | Asked.EXERCISE:
            return reply.yes is not None or reply.amount is not None
        case Asked.FALLS | Asked.STAIRS | Asked.CHAIR_STANDS:
            return any(fact.kind.value == heard.asked.value for fact in heard.observations)
        case _:
            return False


def close_question(heard: Heard) -> tuple[Event, ...]:
    """The question is answered."""
    return (CheckInClosed(heard.question.id, answered=True),) if heard.question else ()


def acknowledge(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """One short line that shows the answer was understood."""
    if heard.asked is Asked.SAFE and heard.reply.yes is False:
        because = "said that nobody is with them after words of self-harm"
        return (TaskRaised("alone_and_unsafe", because), moment.alarm("escalation.alone", Lane.EMERGENCY, because))
    template = _acknowledgement(heard)
    return (moment.reply(template, "an answer to the question"),) if template else ()


def next_of_set(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The next question of a set that is asked one by one, such as Sunday's; empty when there is none."""
    if moment.channel is Channel.VOICE or heard.question is None:
        return ()
    following = _following(moment, heard.question)
    if following is None:
        return ()
    question = CheckInOpened(following, heard.question.day, scheduled=False)
    return (question, moment.reply(f"check_in.{following.value}", "the next question of the set"))


def _following(moment: Moment, answered: CheckIn) -> Asked | None:
    programme = moment.handbook.programmes[moment.participant.programme]
    week = week_of(moment.participant, answered.day)
    for slot in programme.slots:
        order = (slot.asked, *slot.then)
        if week in slot.weeks and answered.day.weekday() in slot.weekdays and answered.asked in order[:-1]:
            return order[order.index(answered.asked) + 1]
    return None


def _acknowledgement(heard: Heard) -> str | None:
    reply = heard.reply
    match heard.asked:
        case Asked.WEAKNESS:
            return _for_score(reply.weakness or 0)
        case Asked.HYDRATION | Asked.EXERCISE if reply.amount is None:
            return "ack.done" if reply.yes else "ack.not_done"
        case Asked.HYDRATION | Asked.EXERCISE | Asked.FALLS | Asked.STAIRS | Asked.CHAIR_STANDS:
            return "ack.amount"
        case Asked.TREND if reply.trend is TrendAnswer.BETTER:
            return "ack.better"
        case Asked.ONSET:
            return "ack.onset"
        case Asked.SEEN:
            return _for_seen(heard)
        case Asked.RED_FLAG:
            return None
    return "ack.noted"


def _for_score(score: int) -> str:
    if score >= _HIGH:
        return "ack.score_high"
    return "ack.score_mid" if score >= _MIDDLE else "ack.score_low"


def _for_seen(heard: Heard) -> str:
    seen = next(fact.code for fact in heard.observations if fact.kind is Kind.SEEN)
    return {"yes": "ack.seen", "booked": "ack.booked"}.get(str(seen), "ack.not_yet")


def not_understood(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """Ask again once; then a person reads it."""
    if moment.channel is Channel.VOICE:
        return _not_understood_in_call(moment, heard)
    if moment.already_sent("unclear.first", timedelta(hours=24)) or moment.already_sent(
        "score.again", timedelta(hours=24)
    ):
        task = TaskRaised("unread_text", "two texts in a row could not be read")
        if moment.already_sent("unclear.second", timedelta(hours=24)):
            return (task,)  # an answering machine must not be talked to for ever
        return (task, moment.reply("unclear.second", "the text could not be read twice"))
    template = "score.again" if heard.asked is Asked.WEAKNESS and _has_digit(heard) else "unclear.first"
    return (moment.reply(template, "the text could not be read"),)


def _has_digit(heard: Heard) -> bool:
    return any(c.isdigit() for c in heard.message.body[:200])


def _not_understood_in_call(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    since = heard.question.opened_at if heard.question else moment.now
    missed = [o for o in moment.conversation.observations if o.at >= since and o.code == Intent.UNCLEAR.value]
    if len(missed) + 1 >= _PATIENCE:
        task = TaskRaised("unread_call", "the answers in a call could not be understood")
        given_up = (CheckInClosed(heard.question.id, answered=False),) if heard.question else ()
        if heard.asked is Asked.ONSET:
            return (task, *given_up, *moment.ask_by_voice(Asked.RED_FLAG))
        return (task, *given_up, moment.reply("voice.goodbye", "the call ended without an answer"))
    again = _AGAIN.get(heard.asked, "voice.score_again")
    return (moment.reply(again, "the answer could not be understood"),)
