"""The check-in call: neutral first words, then the questions, each answer decided like a text."""

from __future__ import annotations

from datetime import datetime

from coach.core.conversation import unheard
from coach.core.conversation.moment import ASKED_IN_CALLS, Moment
from coach.core.events import Event, Said
from coach.core.handbook import Handbook
from coach.core.model import Asked, Channel, Conversation
from coach.core.spelling import spelled_phone

_AFTER_A_CASE = (Asked.SEEN, Asked.REACHED)


def greeting(conversation: Conversation, handbook: Handbook, now: datetime) -> Said:
    """The first words of any call: they name us and the emergency number, and nothing about health."""
    moment = Moment(conversation, handbook, now, Channel.VOICE)
    template = _first_words(moment)
    support = spelled_phone(handbook.support_phone or "") or handbook.organisation
    return Said(template, moment.text(template, em=moment.spoken_number(), support=support))


def _first_words(moment: Moment) -> str:
    question = moment.question()
    if not moment.participant.status.talks:
        return "voice.unknown_caller"
    if unheard.case_of(moment) is not None:
        return "voice.alarm"
    return "voice.follow_up" if question is not None and question.asked in _AFTER_A_CASE else "voice.greeting"


def open_call(conversation: Conversation, handbook: Handbook, now: datetime) -> tuple[Event, ...]:
    """A person is there: say again an alarm after which nothing was heard, else put the open question, or open one."""
    if not conversation.participant.status.talks:
        return (greeting(conversation, handbook, now),)
    moment = Moment(conversation, handbook, now, Channel.VOICE)
    case = unheard.case_of(moment)
    if case is not None:
        return unheard.spoken(moment, case)
    question = moment.question()
    if question is not None and question.asked in ASKED_IN_CALLS:
        return (moment.spoken_question(question.asked),)
    return moment.ask_by_voice(Asked.WEAKNESS)
