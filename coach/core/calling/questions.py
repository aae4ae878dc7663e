"""The answer to a question: decided at once where it cannot wait, else read back before it counts."""

from __future__ import annotations

from dataclasses import replace

from coach.core.call_rules import WordList
from coach.core.calling.confirming import confirm
from coach.core.calling.following import follow
from coach.core.calling.menu import back_later, decide, missed
from coach.core.calling.saying import OF_FIGURES, again, asks_again
from coach.core.calling.speech import (
    as_pending,
    body_of,
    heard_as,
    in_language,
    is_sure,
    means,
    other_language,
    says_something,
    wants_repeat,
)
from coach.core.calling.values import Step, Turn
from coach.core.conversation import distress
from coach.core.conversation.answers import answers_question
from coach.core.conversation.hearing import Heard
from coach.core.conversation.respond import cannot_wait
from coach.core.events import DetailsChanged, Event
from coach.core.model import Asked, Conversation, Disposition, InboundMessage, Intent

_YES_IS_GRAVE = (Asked.RED_FLAG, Asked.SIDE_EFFECTS)
_SAY_LITTLE = (Intent.ANSWER, Intent.REPORT, Intent.THANKS, Intent.UNCLEAR, Intent.START)


def answer(turn: Turn) -> Step:
    """Take what came after a question."""
    message = turn.message
    chosen = other_language(turn)
    if chosen is not None:
        turn = in_language(turn, chosen)
        return asks_again(turn, DetailsChanged(language=chosen))
    if wants_repeat(turn, zero=turn.state.asked not in OF_FIGURES):
        return again(turn)
    if message is None:
        return missed(turn)
    heard = heard_as(turn, message, body_of(turn), turn.given.confidence)
    by_key = turn.given.keys and not is_grave(turn, message)
    if means(turn, WordList.LATER) and heard.asked not in _YES_IS_GRAVE:
        step = back_later(turn)
        return replace(step, events=(*heard.facts(), *step.events))
    return _by_key(turn, message, heard) if by_key else _by_word(turn, message, heard)


def _by_key(turn: Turn, message: InboundMessage, heard: Heard) -> Step:
    if not answers_question(heard):
        return _unread(turn, heard)
    if heard.asked is Asked.WEAKNESS or (heard.asked is Asked.FALLS and turn.given.keys != "0"):
        return confirm(turn, heard, as_pending(turn))
    return follow(turn, decide(turn, message, turn.given.keys))


def _by_word(turn: Turn, message: InboundMessage, heard: Heard) -> Step:
    """Whatever is grave is decided at once, surely heard or not; what was not heard surely is read back."""
    given = turn.given
    grave_yes = heard.asked in _YES_IS_GRAVE and heard.reply.yes is True
    if _is_grave_answer(turn, message, heard) or grave_yes or heard.reply.intent is Intent.HELP:
        return follow(turn, decide(turn, message, given.speech, given.confidence))
    pending = as_pending(turn)
    if answers_question(heard):
        return confirm(turn, heard, pending)
    if not says_something(heard) or _mumbles(heard):
        return _unread(turn, heard)
    if is_sure(turn) and not heard.reply.signs:
        return follow(turn, decide(turn, message, given.speech, given.confidence))
    return confirm(turn, heard, pending)


def _mumbles(heard: Heard) -> bool:
    """“Okay” and its kin are neither yes nor no to the warning signs."""
    return heard.asked is Asked.RED_FLAG and not heard.reply.signs and heard.reply.intent in _SAY_LITTLE


def is_grave(turn: Turn, message: InboundMessage) -> bool:
    """Whether words must be taken at once: a warning sign however badly heard, and a wish to be left alone."""
    return bool(turn.given.speech) and _cannot_wait(turn, message, turn.moment.conversation)


def _cannot_wait(turn: Turn, message: InboundMessage, known: Conversation) -> bool:
    said = replace(message, body=turn.given.speech, confidence=turn.given.confidence)
    return cannot_wait(known, said, turn.moment.handbook, turn.moment.now)


def _is_grave_answer(turn: Turn, message: InboundMessage, heard: Heard) -> bool:
    """Whether more was said that cannot wait than a mere figure, which may have been heard wrong and is read back."""
    is_figure = heard.asked in OF_FIGURES and answers_question(heard)
    if is_figure and heard.assessment.disposition is not Disposition.EMERGENCY:
        return _cannot_wait(turn, message, replace(turn.moment.conversation, check_ins=()))
    return is_grave(turn, message)


def _unread(turn: Turn, heard: Heard) -> Step:
    """What nobody could read is kept as it came; a person reads it when it happens again and again.

    Twice at the warning signs is held like a call for help: should nothing clear follow, somebody is paged.
    """
    step = missed(turn)
    unclear: tuple[Event, ...] = ()
    if heard.question is not None and heard.asked is Asked.RED_FLAG and turn.given.speech and turn.state.misses:
        unclear = distress.unclear(turn.moment, heard.question)
    return replace(step, events=(*heard.facts(), *unclear, *step.events))
