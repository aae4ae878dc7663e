"""The check-in call: neutral first words, then the questions, each answer decided like a text."""

from __future__ import annotations

from datetime import datetime

from coach.core.conversation.moment import ASKED_IN_CALLS, Moment
from coach.core.events import Event, Said
from coach.core.handbook import Handbook
from coach.core.model import Asked, Channel, Conversation


def greeting(conversation: Conversation, handbook: Handbook, now: datetime) -> Said:
    """The first words of any call: they name us and the emergency number, and nothing about health."""
    moment = Moment(conversation, handbook, now, Channel.VOICE)
    known = conversation.participant.status.talks
    template = "voice.greeting" if known else "voice.unknown_caller"
    return Said(template, moment.text(template, em=moment.spoken_number()))


def open_call(conversation: Conversation, handbook: Handbook, now: datetime) -> tuple[Event, ...]:
    """A person is there: put the open question of the check-in, or open one."""
    if not conversation.participant.status.talks:
        return (greeting(conversation, handbook, now),)
    moment = Moment(conversation, handbook, now, Channel.VOICE)
    question = moment.question()
    if question is not None and question.asked in ASKED_IN_CALLS:
        return (moment.spoken_question(question.asked),)
    return moment.ask_by_voice(Asked.WEAKNESS)
