"""Is that right? An answer that was read back is taken, changed, or told more of."""

from __future__ import annotations

from dataclasses import replace

from coach.core.call_rules import WordList
from coach.core.calling.following import follow
from coach.core.calling.menu import decide, offer_back
from coach.core.calling.saying import OF_FIGURES, again, asks_again, ends, says, text, waits
from coach.core.calling.speech import (
    as_pending,
    body_of,
    heard_as,
    in_language,
    is_sure_of,
    means,
    other_language,
    wants_repeat,
    without_yes,
)
from coach.core.calling.values import Ear, Pending, Stage, Step, Turn
from coach.core.conversation.answers import answers_question
from coach.core.conversation.hearing import Heard, hear
from coach.core.conversation.meaning import plain
from coach.core.conversation.respond import cannot_wait
from coach.core.events import DetailsChanged, Event, TaskRaised
from coach.core.model import Asked, InboundMessage, Intent, Kind

_LONGEST_WORDS, _LONGEST_LETTERS = 12, 120
_ONE, _TEN = "1", "10"
_FIGURES = (Kind.WEAKNESS, Kind.FALLS, Kind.STAIRS)


def confirm(turn: Turn, heard: Heard, pending: Pending) -> Step:
    """Read the answer back."""
    one = heard.asked is Asked.WEAKNESS and pending.body == _ONE
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
    pending, message = turn.state.pending, turn.message
    if pending is None:
        return asks_again(turn)
    if message is not None:
        step = _told_more(turn, message, pending) or _by_key(turn, message, pending)
        if step is not None:
            return step
    if turn.given.keys == "2" or (means(turn, WordList.NO) and not _same(turn, pending)):
        return asks_again(turn)
    if wants_repeat(turn):
        return again(turn)
    return _changed(turn, message, pending) or _not_confirmed(turn, pending)


def _by_key(turn: Turn, message: InboundMessage, pending: Pending) -> Step | None:
    keys = turn.given.keys
    if keys == "1":
        return follow(_settled(turn), decide(turn, message, pending.body, pending.confidence))
    if keys == "0" and pending.body == _ONE:
        return confirm(turn, heard_as(turn, message, _TEN), Pending(_TEN))
    chosen = other_language(turn)
    if chosen is None:
        return None
    turn = in_language(turn, chosen)
    step = confirm(turn, heard_as(turn, message, pending.body, pending.confidence), pending)
    return replace(step, events=(DetailsChanged(language=chosen),))


# --- more was told than yes or no ---


def _told_more(turn: Turn, message: InboundMessage, pending: Pending) -> Step | None:
    """A sign, a cry for help, a wish to be left alone: taken at once, with the answer where both are clear."""
    more = _more(turn, message)
    if more is None:
        return None
    given, heard = turn.given, heard_as(turn, message, more, turn.given.confidence)
    answers = heard.asked in OF_FIGURES and answers_question(heard)  # “no, nine, and my chest hurts”
    if answers or heard.reply.intent in (Intent.STOP, Intent.WRONG_PERSON):
        return follow(_settled(turn), decide(turn, message, more, given.confidence))
    both = f"{pending.body}. {more}"
    if heard.reply.intent is not Intent.HELP and _still_says(turn, message, pending, both):
        return follow(_settled(turn), decide(turn, message, both, given.confidence))
    return follow(_settled(turn), (*decide(turn, message, more, given.confidence), _unsure(turn)))


def _more(turn: Turn, message: InboundMessage) -> str | None:
    """What was told beside a yes or no, read by itself; None when it is nothing that counts here."""
    whole, rest = turn.given.speech, without_yes(turn)
    moment = replace(turn.moment, conversation=replace(turn.moment.conversation, check_ins=()))
    for words in dict.fromkeys((whole, rest)):
        said = replace(message, body=words, confidence=turn.given.confidence)
        heard = hear(moment, said)
        waits_not = bool(words) and cannot_wait(moment.conversation, said, moment.handbook, moment.now)
        if waits_not or heard.reply.intent is Intent.HELP or heard.reply.signs:
            return words
    return None


def _still_says(turn: Turn, message: InboundMessage, pending: Pending, both: str) -> bool:
    """Whether the answer that waits is read the same with what was told beside it."""
    if turn.state.asked not in OF_FIGURES or not _is_sure(turn, pending):
        return False
    before, after = heard_as(turn, message, pending.body), heard_as(turn, message, both)
    figures = ([fact.value for fact in heard.observations if fact.kind in _FIGURES] for heard in (before, after))
    return len({tuple(values) for values in figures}) == 1


# --- neither ---


def _same(turn: Turn, pending: Pending) -> bool:
    """Whether what was said is the answer itself once more: a “no” to “you said no” does not take it back."""
    return plain(turn.given.speech) == plain(pending.body)


def _changed(turn: Turn, message: InboundMessage | None, pending: Pending) -> Step | None:
    """Another answer instead: “no, three”, or another figure by key."""
    if message is None or means(turn, WordList.YES) or _same(turn, pending):
        return None
    heard = heard_as(turn, message, body_of(turn), turn.given.confidence)
    if not answers_question(heard) or (turn.given.keys and heard.asked is not Asked.WEAKNESS):
        return None
    return confirm(turn, heard, as_pending(turn))


def _not_confirmed(turn: Turn, pending: Pending) -> Step:
    """Asked once more for the key; then it counts as it was heard, if it was heard surely."""
    misses = turn.state.misses + 1
    if misses < turn.moment.handbook.calls.patience - 1:
        step = again(turn, text(turn.moment, "call.confirm_again"))
        return replace(step, state=replace(step.state, misses=misses))
    if turn.message is None and not turn.given.keys:
        return ends(turn, says(turn, "call.silent_goodbye"))  # what was said is settled once the call has ended
    facts = settled(turn, turn.message, pending)
    if _is_sure(turn, pending):
        return follow(_settled(turn), facts, *says(turn, "call.kept"))
    step = offer_back(replace(_settled(turn), message=None))
    words = replace(step.state.words, lines=(*says(turn, "call.left_open"), *step.state.words.lines))
    return Step(replace(step.state, words=words), facts)


def settled(turn: Turn, message: InboundMessage | None, pending: Pending) -> tuple[Event, ...]:
    """What an answer that was never confirmed counts for: itself when it was heard surely, else a person reads it."""
    if message is not None and _is_sure(turn, pending):
        return decide(turn, message, pending.body, pending.confidence)
    return (_unsure(turn),)


def _is_sure(turn: Turn, pending: Pending) -> bool:
    """Key 1 at the score may have been the beginning of 10."""
    half = turn.state.asked is Asked.WEAKNESS and pending.body == _ONE and pending.confidence is None
    return is_sure_of(turn, pending.confidence) and not half


def _unsure(turn: Turn) -> TaskRaised:
    because = "an answer in a call was not heard surely and not confirmed"
    return TaskRaised("unconfirmed_answer", because, f"unconfirmed_answer/{turn.state.asked}/{turn.moment.today}")


def _settled(turn: Turn) -> Turn:
    """Nothing waits any more, so the end of the call has nothing left to settle."""
    return replace(turn, state=replace(turn.state, pending=None))
