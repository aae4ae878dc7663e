"""One received text, answered. This file is the only place where the order of policy stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from coach.core.conversation import answers, commands, enrolment
from coach.core.conversation.hearing import Heard, hear
from coach.core.conversation.moment import Moment
from coach.core.conversation.safety import emergency_line, raised, safety
from coach.core.events import CheckInOpened, Event, MessageQueued, Said, TaskRaised
from coach.core.handbook import Handbook, Word
from coach.core.model import Asked, Channel, Conversation, InboundMessage, Intent, Status

_STRANGER_AGAIN = timedelta(days=30)
_WE_WRITE_TO = (Status.INVITED, Status.ACTIVE, Status.PAUSED)


def respond(
    conversation: Conversation, message: InboundMessage, handbook: Handbook, now: datetime
) -> tuple[Event, ...]:
    """Decide about one received text or spoken answer.

    The order: safety of the raw text, always; then opt-out; the open question; commands and questions; unclear.
    """
    moment = Moment(conversation, handbook, now, message.channel)
    heard = hear(moment, message)
    alarm = safety(moment, heard)
    asked_about = () if raised(alarm) else emergency_line(moment, heard)
    return (*heard.facts(), *alarm, *asked_about, *_answer(moment, heard, quiet=bool(alarm or asked_about)))


def _answer(moment: Moment, heard: Heard, *, quiet: bool) -> tuple[Event, ...]:
    """What follows after safety. `quiet`: the person has been told what matters; only facts are added."""
    if heard.reply.intent is Intent.STOP or heard.is_word(Word.CARRIER_STOP):
        return commands.stop(moment, heard)
    if heard.reply.intent is Intent.WRONG_PERSON and moment.participant.status in _WE_WRITE_TO:
        return commands.wrong_person(moment, heard)
    if moment.participant.status is not Status.ACTIVE:
        return _not_active(moment, heard, quiet=quiet)
    facts = _active(moment, heard)
    return _without_replies(facts) if quiet else facts


def _not_active(moment: Moment, heard: Heard, *, quiet: bool) -> tuple[Event, ...]:
    status = moment.participant.status
    if status is Status.INVITED and heard.asked is Asked.JOIN and not quiet:
        return enrolment.answer_invitation(moment, heard)
    if enrolment.wants_to_join(heard) and heard.keyword and status is not Status.PAUSED:
        return _join_or_return(moment, heard)
    if heard.reply.intent in (Intent.START, Intent.RESUME) and status is not Status.STRANGER:
        return commands.start(moment, heard)
    if status is Status.PAUSED:
        facts = _active(moment, heard)
        return _without_replies(facts) if quiet else facts
    if quiet or status in (Status.OPTED_OUT, Status.WRONG_PERSON):
        return ()
    return _stranger(moment, heard)


def _join_or_return(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    if moment.participant.enrolled_on is not None:
        return commands.start(moment, heard)
    language = heard.keyword.language if heard.keyword else moment.language
    return enrolment.join_by_text(moment, language)


def _stranger(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    if heard.reply.intent is Intent.HELP:
        return commands.COMMANDS[Intent.HELP](moment, heard)
    if moment.participant.status is not Status.STRANGER:
        return (TaskRaised("invitation_unclear", "wrote before answering the invitation"),)
    task = TaskRaised("unknown_sender", "a number that is not enrolled wrote in")
    if moment.already_sent("stranger.hello", _STRANGER_AGAIN):
        return (task,)
    return (task, moment.reply("stranger.hello", "the number is not enrolled"))


def _active(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    if heard.asked is Asked.ZONE and heard.reply.intent not in commands.COMMANDS:
        return enrolment.answer_zone(moment, heard)
    if answers.answers_question(heard):
        following = answers.next_of_set(moment, heard) or answers.acknowledge(moment, heard)
        return (*answers.close_question(heard), *following, *_next_in_call(moment, heard))
    by_word = commands.keyword(moment, heard)
    if by_word is not None:
        return by_word
    if heard.reply.intent in commands.COMMANDS:
        return commands.COMMANDS[heard.reply.intent](moment, heard)
    if heard.reply.intent is Intent.START:
        return commands.start(moment, heard)
    return _report_or_unclear(moment, heard)


def _report_or_unclear(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    told_something = heard.reply.intent is Intent.REPORT or bool(heard.reply.signs or heard.reply.denied)
    if told_something or heard.reply.weakness is not None:
        return (moment.reply("ack.noted", "told how it is"),)
    return answers.not_understood(moment, heard)


def _next_in_call(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The next step of a call: score, then warning signs, then goodbye."""
    if moment.channel is not Channel.VOICE:
        return ()
    if heard.asked is Asked.WEAKNESS:
        return moment.ask_by_voice(Asked.RED_FLAG)
    return (Said("voice.goodbye", moment.text("voice.goodbye")),)


def _without_replies(events: tuple[Event, ...]) -> tuple[Event, ...]:
    return tuple(event for event in events if not isinstance(event, Said | MessageQueued | CheckInOpened))
