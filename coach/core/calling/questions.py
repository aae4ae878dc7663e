"""The answer to a question: decided at once where it cannot wait, else read back before it counts."""

from __future__ import annotations

from dataclasses import replace

from coach.core.call_rules import WordList
from coach.core.calling.following import follow
from coach.core.calling.menu import decide, missed
from coach.core.calling.saying import OF_FIGURES, again, asks, ends, says, text, waits
from coach.core.calling.speech import (
    heard_as,
    in_language,
    is_sure,
    is_sure_of,
    means,
    other_language,
    says_something,
    wants_repeat,
)
from coach.core.calling.values import Ear, Pending, Stage, Step, Turn
from coach.core.conversation.answers import answers_question
from coach.core.conversation.hearing import Heard
from coach.core.conversation.respond import cannot_wait
from coach.core.events import DetailsChanged, Event, Said, TaskRaised
from coach.core.model import Asked, Disposition, InboundMessage, Intent, Kind

_YES_IS_GRAVE = (Asked.RED_FLAG, Asked.SIDE_EFFECTS)
_LONGEST_WORDS, _LONGEST_LETTERS = 12, 120
_TEN = "10"


def answer(turn: Turn) -> Step:
    """Take what came after a question."""
    message = turn.message
    chosen = other_language(turn)
    if chosen is not None:
        turn = in_language(turn, chosen)
        return asks(turn, turn.state.asked, _question(turn), (DetailsChanged(language=chosen),))
    if wants_repeat(turn, zero=turn.state.asked not in OF_FIGURES):
        return again(turn)
    if message is None:
        return missed(turn)
    heard = heard_as(turn, message, _body(turn), turn.given.confidence)
    by_key = turn.given.keys and not is_grave(turn, message)
    return _by_key(turn, message, heard) if by_key else _by_word(turn, message, heard)


def _question(turn: Turn) -> tuple[str, ...]:
    spoken = turn.moment.spoken_question(turn.state.asked)
    return (spoken.body,) if isinstance(spoken, Said) else ()


def _body(turn: Turn) -> str:
    return turn.given.keys or turn.given.speech


def _by_key(turn: Turn, message: InboundMessage, heard: Heard) -> Step:
    if not answers_question(heard):
        return _unread(turn, heard)
    if heard.asked is Asked.WEAKNESS or (heard.asked is Asked.FALLS and turn.given.keys != "0"):
        return confirm(turn, heard, Pending(turn.given.keys))
    return follow(turn, decide(turn, message, turn.given.keys))


def _by_word(turn: Turn, message: InboundMessage, heard: Heard) -> Step:
    """Whatever is grave is decided at once, surely heard or not; what was not heard surely is read back."""
    given = turn.given
    grave_yes = heard.asked in _YES_IS_GRAVE and heard.reply.yes is True
    if _is_grave_answer(turn, message, heard) or grave_yes or heard.reply.intent is Intent.HELP:
        return follow(turn, decide(turn, message, given.speech, given.confidence))
    pending = Pending(given.speech, given.confidence if given.confidence is not None else 1.0)
    if answers_question(heard):
        return confirm(turn, heard, pending)
    if not says_something(heard):
        return _unread(turn, heard)
    if is_sure(turn):
        return follow(turn, decide(turn, message, given.speech, given.confidence))
    return confirm(turn, heard, pending)


def is_grave(turn: Turn, message: InboundMessage) -> bool:
    """Whether words must be taken at once: a warning sign however badly heard, and a wish to be left alone."""
    said = replace(message, body=turn.given.speech, confidence=turn.given.confidence)
    return bool(turn.given.speech) and cannot_wait(
        turn.moment.conversation, said, turn.moment.handbook, turn.moment.now
    )


def _is_grave_answer(turn: Turn, message: InboundMessage, heard: Heard) -> bool:
    """Whether more was said that cannot wait than a mere figure, which may have been heard wrong."""
    is_figure = heard.asked in OF_FIGURES and answers_question(heard) and len(heard.reply.signs) <= 1
    if is_figure and heard.assessment.disposition is not Disposition.EMERGENCY and not _leaves(heard):
        return False
    return is_grave(turn, message)


def _leaves(heard: Heard) -> bool:
    return heard.reply.intent in (Intent.STOP, Intent.WRONG_PERSON)


def _unread(turn: Turn, heard: Heard) -> Step:
    """What nobody could read is kept as it came; a person reads it when it happens again and again."""
    step = missed(turn)
    return replace(step, events=(*heard.facts(), *step.events))


# --- is that right? ---


def confirm(turn: Turn, heard: Heard, pending: Pending) -> Step:
    """Read the answer back."""
    one = heard.asked is Asked.WEAKNESS and pending.body == "1"
    line = text(turn.moment, "call.confirm_one" if one else "call.confirm", answer=read_back(turn, heard, pending.body))
    return waits(turn, Stage.CONFIRM, (line,), Ear(), pending=pending, asked=turn.state.asked)


def read_back(turn: Turn, heard: Heard, body: str) -> str:
    """An answer in the words of the question, else as it was heard."""
    figure = next((fact.value for fact in heard.observations if fact.kind in _FIGURES), None)
    if heard.asked in OF_FIGURES and figure is not None:
        return f"{figure:g}"
    name = _answer_name(heard)
    known = turn.moment.handbook.calls.answers.get(name) if name else None
    return known[turn.state.language] if known else " ".join(body.split()[:_LONGEST_WORDS])[:_LONGEST_LETTERS]


_FIGURES = (Kind.WEAKNESS, Kind.FALLS, Kind.STAIRS)


def _answer_name(heard: Heard) -> str:
    if not answers_question(heard):
        return ""
    codes = {fact.kind: fact.code for fact in heard.observations if fact.code}
    match heard.asked:
        case Asked.TREND:
            return str(heard.reply.trend.value) if heard.reply.trend else ""
        case Asked.ONSET:
            return codes.get(Kind.ONSET, "")
        case Asked.SEEN:
            return f"seen_{codes[Kind.SEEN]}" if Kind.SEEN in codes else ""
    return {True: "yes", False: "no", None: ""}[heard.reply.yes]


def confirmed(turn: Turn) -> Step:
    """Take what came after reading back."""
    pending, message, keys = turn.state.pending, turn.message, turn.given.keys
    if pending is None:
        return asks(turn, turn.state.asked, _question(turn))
    if message is not None and _cuts_in(turn, message):
        return _cut_in(turn, message, pending)
    if keys == "1" and message is not None:
        return follow(_without_pending(turn), decide(turn, message, pending.body, pending.confidence))
    if keys == "0" and pending.body == "1" and message is not None:
        return confirm(turn, heard_as(turn, message, _TEN), Pending(_TEN))
    chosen = other_language(turn)
    if chosen is not None and message is not None:
        turn = in_language(turn, chosen)
        step = confirm(turn, heard_as(turn, message, pending.body, pending.confidence), pending)
        return replace(step, events=(DetailsChanged(language=chosen),))
    if keys == "2" or means(turn, WordList.NO):
        return asks(turn, turn.state.asked, _question(turn))
    if wants_repeat(turn):
        return again(turn)
    return _changed(turn, message) or _not_confirmed(turn, pending)


def _cuts_in(turn: Turn, message: InboundMessage) -> bool:
    """Whether words come before any reading back: the answer that waits is settled, then they are taken."""
    if not turn.given.speech:
        return False
    heard = heard_as(turn, message, turn.given.speech, turn.given.confidence)
    return heard.reply.intent is Intent.HELP or _is_grave_answer(turn, message, heard)


def _cut_in(turn: Turn, message: InboundMessage, pending: Pending) -> Step:
    """What answers the same question counts instead; anything else is taken once the answer that waits is settled."""
    given, turn = turn.given, _without_pending(turn)
    if answers_question(heard_as(turn, message, given.speech, given.confidence)):
        return follow(turn, decide(turn, message, given.speech, given.confidence))
    step = follow(turn, settled(turn, message, pending))
    told = step.state.stage is Stage.CONNECT and not is_grave(turn, message)
    if told:
        return step
    unspoken = tuple(fact for fact in step.events if not isinstance(fact, Said))
    return replace(step, events=unspoken, once_more=True)


def _without_pending(turn: Turn) -> Turn:
    """The answer that waited is settled, so the end of the call has nothing left to settle."""
    return replace(turn, state=replace(turn.state, pending=None))


def _changed(turn: Turn, message: InboundMessage | None) -> Step | None:
    """Another answer instead: “no, three”, or another figure by key."""
    if message is None or means(turn, WordList.YES):
        return None
    heard = heard_as(turn, message, _body(turn), turn.given.confidence)
    if not answers_question(heard) or (turn.given.keys and heard.asked is not Asked.WEAKNESS):
        return None
    confidence = None if turn.given.keys else (turn.given.confidence if turn.given.confidence is not None else 1.0)
    return confirm(turn, heard, Pending(_body(turn), confidence))


def _not_confirmed(turn: Turn, pending: Pending) -> Step:
    """Asked once more for the key; then it counts as it was heard, if it was heard surely."""
    misses = turn.state.misses + 1
    if misses < turn.moment.handbook.calls.patience - 1:
        step = again(turn, text(turn.moment, "call.confirm_again"))
        return replace(step, state=replace(step.state, misses=misses))
    if turn.message is None and not turn.given.keys:
        return _given_up(turn)
    facts = settled(turn, turn.message, pending)
    kept = is_sure_of(turn, pending.confidence)
    return follow(_without_pending(turn), facts, *says(turn, "call.kept" if kept else "call.left_open"))


def _given_up(turn: Turn) -> Step:
    """Nobody is there any more: what was said is settled once the call has ended."""
    return ends(turn, says(turn, "call.silent_goodbye"))


def settled(turn: Turn, message: InboundMessage | None, pending: Pending) -> tuple[Event, ...]:
    """What an answer that was never confirmed counts for: itself when it was heard surely, else a person reads it."""
    if message is not None and is_sure_of(turn, pending.confidence):
        return decide(turn, message, pending.body, pending.confidence)
    return (TaskRaised("unconfirmed_answer", "an answer in a call was not heard surely and not confirmed"),)
