"""What somebody who calls us may choose, and the ways out of a call: later, a person, no more calls."""

from __future__ import annotations

from dataclasses import replace

from coach.core.call_rules import WordList
from coach.core.calling.following import follow
from coach.core.calling.saying import again, asks, ends, question_words, says, text, waits
from coach.core.calling.speech import (
    heard_as,
    in_language,
    is_sure,
    means,
    other_language,
    says_something,
    wants_repeat,
)
from coach.core.calling.values import Ear, Stage, Step, Turn
from coach.core.conversation import ASKED_IN_CALLS, respond
from coach.core.conversation.call_back import call_back, last_advice
from coach.core.events import (
    DetailsChanged,
    EscalationRaised,
    EscalationRelevelled,
    Event,
    Said,
    StatusChanged,
    TaskRaised,
    TimersCleared,
)
from coach.core.model import Asked, Channel, InboundMessage, TimerKind

_QUESTIONS = frozenset(ASKED_IN_CALLS.values())
_CHOICES = {"1": WordList.CHECK_IN, "2": WordList.ADVICE, "3": WordList.PERSON, "4": WordList.STOP_CALLS}


def welcome(turn: Turn) -> Step:
    """Go on with a check-in that was left off; else the choices."""
    question = turn.moment.question()
    if question is not None and question.asked in ASKED_IN_CALLS and turn.moment.is_open(question):
        return asks(turn, question.asked, (*says(turn, "call.resume"), question_words(turn, question.asked)))
    return _choices(turn)


def _choices(turn: Turn, *before: str) -> Step:
    menu = says(turn, "call.menu")
    return waits(turn, Stage.MENU, (*before, *menu), Ear(), question=menu)


def menu(turn: Turn) -> Step:
    """Take a choice."""
    other = other_language(turn)
    if other is not None:
        return replace(_choices(in_language(turn, other)), events=(DetailsChanged(language=other),))
    chosen = turn.given.keys or next((key for key, words in _CHOICES.items() if means(turn, words)), "")
    match chosen:
        case "1":
            return follow(turn, turn.moment.ask_by_voice(Asked.WEAKNESS))
        case "2":
            return _advice(turn)
        case "3":
            return person(turn)
        case "4":
            return waits(turn, Stage.LEAVING, says(turn, "call.stop_calls"), Ear())
    return again(turn) if wants_repeat(turn) else _told(turn) or missed(turn)


def _told(turn: Turn) -> Step | None:
    """What was told instead of a choice, taken like a text; None when nothing was read in it."""
    message, speech = turn.message, turn.given.speech
    bare = not speech or means(turn, WordList.YES) or means(turn, WordList.NO)
    if (
        message is None
        or bare
        or not is_sure(turn)
        or not says_something(heard_as(turn, message, speech, turn.given.confidence))
    ):
        return None
    return _then_choices(turn, decide(turn, message, speech, turn.given.confidence))


def _then_choices(turn: Turn, facts: tuple[Event, ...]) -> Step:
    """The choices again after words that ask nothing and send nobody away."""
    step = follow(turn, facts)
    sends_away = any(isinstance(fact, StatusChanged | EscalationRaised | EscalationRelevelled) for fact in facts)
    if step.state.stage is not Stage.OVER or sends_away:
        return step
    lines = tuple(fact.body for fact in facts if isinstance(fact, Said))
    return replace(_choices(turn, *lines), events=facts)


def _advice(turn: Turn) -> Step:
    said = last_advice(turn.moment)
    if not any(isinstance(event, Said) for event in said):
        return _choices(turn, *says(turn, "call.no_advice"))
    return _then_choices(turn, said)


def leaving(turn: Turn) -> Step:
    """Texts instead of calls, nothing at all, or back."""
    match turn.given.keys:
        case "1":
            no_calls = (DetailsChanged(channel=Channel.SMS), TimersCleared((TimerKind.CALL_BACK,)))
            return ends(turn, says(turn, "call.texts_instead"), *no_calls)
        case "2":
            return as_words(turn, turn.moment.handbook.calls.stop[turn.state.language])
        case "3":
            return _choices(turn)
    return again(turn) if wants_repeat(turn) else _told(turn) or missed(turn)


def person(turn: Turn) -> Step:
    """The wish for a person, as if it had been texted. It ends the call: no question is put once more."""
    if turn.message is None:
        return missed(turn)
    facts = decide(turn, turn.message, turn.moment.handbook.calls.person[turn.state.language])
    kept = tuple(fact for fact in facts if not (isinstance(fact, Said) and fact.template in _QUESTIONS))
    lines = tuple(fact.body for fact in kept if isinstance(fact, Said))
    return ends(turn, (*lines, *says(turn, "voice.goodbye")), *kept)


def as_words(turn: Turn, body: str) -> Step:
    """Decide about a key as about these words."""
    if turn.message is None:
        return missed(turn)
    return follow(turn, decide(turn, turn.message, body))


def decide(turn: Turn, message: InboundMessage, body: str, confidence: float | None = None) -> tuple[Event, ...]:
    """The one decision about words, whatever way they came."""
    said = replace(message, body=body, confidence=confidence)
    return respond(turn.moment.conversation, said, turn.moment.handbook, turn.moment.now)


# --- what was not heard ---


def missed(turn: Turn) -> Step:
    """Kinder words, then the keys, then the offer to call back. Words are heard all the while: help may be meant."""
    misses, patience = turn.state.misses + 1, turn.moment.handbook.calls.patience
    if misses >= patience:
        return offer_back(turn)
    turn = replace(turn, state=replace(turn.state, misses=misses))
    return again(turn, text(turn.moment, "call.keys_only" if misses == patience - 1 else "call.not_heard"))


def offer_back(turn: Turn) -> Step:
    """The end of patience: to call again, or a person."""
    task: tuple[Event, ...] = ()
    if turn.message is not None:
        task = (TaskRaised("unread_call", "the answers in a call could not be understood"),)
    offer = says(turn, "call.offer_back")
    return waits(turn, Stage.CALL_BACK, offer, Ear(), events=task, pending=turn.state.pending)


def back(turn: Turn) -> Step:
    """Take what was chosen; silence ends the call."""
    match turn.given.keys:
        case "1":
            return back_later(turn)
        case "2":
            return person(turn)
    if means(turn, WordList.PERSON):
        return person(turn)
    if wants_repeat(turn):
        return again(turn)
    return _told(turn) or ends(turn, says(turn, "call.silent_goodbye"))


def back_later(turn: Turn) -> Step:
    """Call again after a while, if that is still inside the person's hours."""
    planned = call_back(turn.moment, turn.moment.handbook.calls.call_back)
    return ends(turn, says(turn, "call.back_soon" if planned else "call.back_another_day"), *planned)
