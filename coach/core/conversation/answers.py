"""The answer to an open question: kept as a fact already, here closed and acknowledged."""

from __future__ import annotations

from datetime import timedelta

from coach.core.conversation import call_plan, sarc_f
from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import ASKED_IN_CALLS, Moment
from coach.core.conversation.question_sets import ends_set
from coach.core.escalation import telling
from coach.core.events import CheckInClosed, Event, TaskRaised
from coach.core.handbook import Word
from coach.core.model import (
    SARC_F_ITEMS,
    Asked,
    Channel,
    Disposition,
    Intent,
    Kind,
    Lane,
    Reply,
    TrendAnswer,
)
from coach.core.programme import scores, week_of

_A_WEEK = timedelta(days=7)
_PATIENCE = 2
_ONCE_MORE = ("unclear.first", "score.again", "function.again")
_AGAIN = {**ASKED_IN_CALLS, Asked.WEAKNESS: "voice.score_again", Asked.RED_FLAG: "voice.red_flag_again"}
_NO_ANSWER = (Intent.UNCLEAR.value, Intent.ANSWER.value)
"""What was heard while a question stays open: nothing that could be read, or a figure that is none of its choices."""
_SILENT_IN_CALLS = ASKED_IN_CALLS.keys() - {Asked.SEEN, Asked.REACHED}
"""What is followed by the next question in a call, without a word of its own."""


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
        case Asked.SAFE | Asked.RED_FLAG | Asked.IDENTITY | Asked.SYMPTOM | Asked.SIDE_EFFECTS | Asked.REACHED:
            return reply.yes is not None
        case Asked.HYDRATION | Asked.EXERCISE:
            return reply.yes is not None or reply.amount is not None
        case Asked.FALLS | Asked.STAIRS | Asked.CHAIR_STANDS:
            return any(fact.kind.value == heard.asked.value for fact in heard.observations)
        case asked if asked in SARC_F_ITEMS:
            return any(fact.kind is Kind.SARC_F for fact in heard.observations)
        case _:
            return False


def close_question(heard: Heard) -> tuple[Event, ...]:
    """The question is answered."""
    return (CheckInClosed(heard.question.id, answered=True),) if heard.question else ()


def acknowledge(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """One short line that answers what the person told, or the week's summary after the last of Sunday's questions."""
    if heard.asked is Asked.SAFE and heard.reply.yes is False:
        because = "said that nobody is with them after words of self-harm"
        return (TaskRaised("alone_and_unsafe", because), moment.alarm("escalation.alone", Lane.EMERGENCY, because))
    if moment.channel is Channel.VOICE and heard.asked in _SILENT_IN_CALLS:
        return _acknowledged_in_call(moment, heard)
    if heard.question is not None and ends_set(moment, heard.question) and not _must_be_answered(heard):
        return (summary(moment),)
    group = _group(moment, heard)
    if group is None:
        return ()
    amount = f"{heard.reply.amount:g}" if heard.reply.amount is not None else ""
    return (moment.chosen(group, "an answer to the question", amount=amount),)


def _acknowledged_in_call(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """A call is long enough: only a new medicine has words of its own."""
    if not _must_be_answered(heard):
        return ()
    return (moment.reply("voice.new_medicine", "told of a new medicine or dose"),)


def _must_be_answered(heard: Heard) -> bool:
    return heard.asked is Asked.SIDE_EFFECTS and heard.reply.yes is True


def tells_how_they_are(heard: Heard) -> bool:
    """Whether a text is a bare yes or no to “are you all right?”."""
    return heard.is_word(Word.FINE) or heard.is_word(Word.NOT_FINE)


def how_they_are(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """Somebody who fell silent says that they are all right, or that they are not: then a person looks into it."""
    if heard.is_word(Word.FINE):
        return (*close_question(heard), moment.reply("silence.fine", "said that they are all right"))
    return not_fine(moment)


def not_fine(moment: Moment) -> tuple[Event, ...]:
    """Not all right, or nothing that could be read as such: a person looks into it, and the number is named."""
    because = "asked whether they are all right, did not say that they are"
    return moment.for_staff("not_fine", because, "silence.not_fine")


def _group(moment: Moment, heard: Heard) -> str | None:
    """The answers to draw from. What a person did is answered as what they did, a figure as a figure."""
    match heard.asked:
        case Asked.WEAKNESS:
            return _for_score(moment, heard.reply.weakness or 0)
        case Asked.HYDRATION | Asked.EXERCISE:
            return f"ack.{_DEEDS[heard.asked]}_{_did(heard.reply)}"
        case Asked.TREND:
            return _FOR_TREND[heard.reply.trend] if heard.reply.trend else "ack.noted"
        case Asked.FALLS:
            return "ack.falls_some" if heard.reply.amount else "ack.falls_none"
        case Asked.SEEN:
            return _for_seen(heard)
        case Asked.SYMPTOM | Asked.RED_FLAG | Asked.SIDE_EFFECTS:
            return _for_yes_or_no(moment, heard)
        case asked if asked in SARC_F_ITEMS:
            return "ack.sarc_f" if sarc_f.items(moment, heard.question, heard.reply) else "ack.noted"
    return _PLAIN.get(heard.asked, "ack.noted")


_FOR_TREND = {
    TrendAnswer.BETTER: "ack.better",
    TrendAnswer.SAME: "ack.same",
    TrendAnswer.WORSE: "ack.worse",
    TrendAnswer.MUCH_WORSE: "ack.worse",
}
_DEEDS = {Asked.HYDRATION: "water", Asked.EXERCISE: "exercise"}
_PLAIN = {Asked.STAIRS: "ack.stairs", Asked.CHAIR_STANDS: "ack.chair", Asked.ONSET: "ack.onset"}


def _did(reply: Reply) -> str:
    if reply.amount:
        return "count"
    return "done" if reply.yes and reply.amount is None else "not"


def _for_score(moment: Moment, score: int) -> str:
    limits = moment.handbook.limits
    if score >= limits.score_high:
        return "ack.score_high"
    before = scores(moment.conversation.observations)
    if before and (before[-1].value or 0) - score >= limits.score_drop:
        return "ack.score_down"
    return "ack.score_mid" if score >= limits.score_middle else "ack.score_low"


def _for_yes_or_no(moment: Moment, heard: Heard) -> str | None:
    if heard.asked is Asked.RED_FLAG:
        return None if heard.reply.yes else "ack.screened"
    if heard.asked is Asked.SIDE_EFFECTS and heard.reply.yes:
        return "ack.medicine_new"
    return group_for_told(moment, heard) if heard.reply.yes else "ack.symptom_no"


def group_for_told(moment: Moment, heard: Heard) -> str:
    """The texts that answer what was told and calls for no care."""
    codes, profile = heard.reply.codes, moment.participant.profile
    return telling(moment.handbook.tellings, Disposition.SELF_CARE, codes, profile, now=False)


def _for_seen(heard: Heard) -> str:
    seen = next(fact.code for fact in heard.observations if fact.kind is Kind.SEEN)
    return {"yes": "ack.seen", "booked": "ack.booked"}.get(str(seen), "ack.not_yet")


def summary(moment: Moment) -> Event:
    """The week in figures: how many scores, the lowest and the highest, and how often the person moved."""
    since = moment.today - _A_WEEK
    week = [fact for fact in moment.conversation.observations if fact.day > since]
    values = [score.value or 0 for score in scores(week)]
    moves = sum(fact.kind is Kind.DONE and fact.asked is Asked.EXERCISE and bool(fact.value) for fact in week)
    figures = {"week": str(week_of(moment.participant, moment.today)), "moves": str(moves)}
    because = "the week's summary after its last question"
    if not values:
        return moment.chosen("summary.weekly_none", because, **figures)
    figures |= {"scores": str(len(values)), "lowest": f"{min(values):g}", "highest": f"{max(values):g}"}
    return moment.chosen("summary.weekly", because, **figures)


def not_understood(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """Ask again once; then a person reads it."""
    if moment.channel is Channel.VOICE:
        return _not_understood_in_call(moment, heard)
    if any(moment.already_sent(once, timedelta(hours=24)) for once in _ONCE_MORE):
        task = TaskRaised("unread_text", "two texts in a row could not be read")
        if moment.already_sent("unclear.second", timedelta(hours=24)):
            return (task,)  # an answering machine must not be talked to for ever
        return (task, moment.reply("unclear.second", "the text could not be read twice"))
    return (moment.reply(_once_more(heard), "the text could not be read"),)


def _once_more(heard: Heard) -> str:
    if heard.asked in SARC_F_ITEMS:
        return "function.again"
    return "score.again" if heard.asked is Asked.WEAKNESS and _has_digit(heard) else "unclear.first"


def _has_digit(heard: Heard) -> bool:
    return any(c.isdigit() for c in heard.message.body[:200])


def _not_understood_in_call(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    since = heard.question.opened_at if heard.question else moment.now
    heard_since = (o for o in moment.conversation.observations if o.at >= since and o.kind is Kind.HEARD)
    missed = [o for o in heard_since if o.code in _NO_ANSWER and o.asked is heard.asked]
    if len(missed) + 1 >= _PATIENCE:
        task = TaskRaised("unread_call", "the answers in a call could not be understood")
        given_up = (CheckInClosed(heard.question.id, answered=False),) if heard.question else ()
        return (task, *given_up, *call_plan.gives_up(moment, heard))
    again = _AGAIN.get(heard.asked, "voice.score_again")
    return (moment.reply(again, "the answer could not be understood"),)
