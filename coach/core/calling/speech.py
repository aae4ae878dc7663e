"""Small words that mean something in every call, whatever was asked."""

from __future__ import annotations

import re
from dataclasses import replace

from coach.core.call_rules import WordList
from coach.core.calling.values import Pending, Turn
from coach.core.conversation.commands import COMMANDS
from coach.core.conversation.hearing import Heard, hear
from coach.core.conversation.meaning import plain
from coach.core.model import InboundMessage, Intent, Language

REPEAT_KEY, STAR = "0", "*"
_FOUR = re.compile(r"\d+")


def means(turn: Turn, words: WordList) -> bool:
    """Whether all that was said is one of these words."""
    said = plain(turn.given.speech)
    return bool(said) and said in map(plain, turn.moment.handbook.calls.listed(words))


def holds(turn: Turn, words: WordList) -> bool:
    """Whether one of these words is among what was said."""
    said = f" {plain(turn.given.speech)} "
    return any(f" {plain(word)} " in said for word in turn.moment.handbook.calls.listed(words))


def wants_repeat(turn: Turn, *, zero: bool = True) -> bool:
    """Whether to say it once more: star, the word, or 0 where 0 is no answer."""
    return turn.given.keys == STAR or (zero and turn.given.keys == REPEAT_KEY) or means(turn, WordList.REPEAT)


def other_language(turn: Turn) -> Language | None:
    """The other language, when it was asked for by its name."""
    others = (language for language in _NAMED if language is not turn.state.language)
    return next((language for language in others if means(turn, _NAMED[language])), None)


def in_language(turn: Turn, language: Language) -> Turn:
    """The same step in another language, which is kept once it is known who is there."""
    person = replace(turn.moment.participant, language=language)
    return replace(turn, state=replace(turn.state, language=language), moment=turn.moment.of(person))


_NAMED = {Language.EN: WordList.ENGLISH, Language.ES: WordList.SPANISH}


def digits(turn: Turn) -> str:
    """The figures that were pressed, else those in what was said."""
    return turn.given.keys or "".join(_FOUR.findall(turn.given.speech))


def without_yes(turn: Turn) -> str:
    """What was said but for a yes or no in front: “yes, and I fell yesterday”."""
    said, small = turn.given.speech.split(), {*map(plain, (*_small(turn),))}
    while said and plain(said[0]) in small:
        said = said[1:]
    return " ".join(said)


def _small(turn: Turn) -> tuple[str, ...]:
    listed = turn.moment.handbook.calls.listed
    return (*listed(WordList.YES), *listed(WordList.NO), "and", "y", "but", "pero")


def is_sure(turn: Turn) -> bool:
    """Whether words were recognised surely enough to act upon; keys always are."""
    return is_sure_of(turn, turn.given.confidence)


def is_sure_of(turn: Turn, confidence: float | None) -> bool:
    """Whether that much is enough; what the carrier gives no figure for is."""
    return confidence is None or confidence >= turn.moment.handbook.calls.confidence


def body_of(turn: Turn) -> str:
    """What counts of a step: keys before words."""
    return turn.given.keys or turn.given.speech


def as_pending(turn: Turn) -> Pending:
    """What came, as an answer to be confirmed; words without a figure of their sureness count as sure."""
    given = turn.given
    said = given.confidence if given.confidence is not None else 1.0
    return Pending(body_of(turn), None if given.keys else said)


def heard_as(turn: Turn, message: InboundMessage, body: str, confidence: float | None = None) -> Heard:
    """The reading of these words as the answer of this step."""
    return hear(turn.moment, replace(message, body=body, confidence=confidence))


def says_something(heard: Heard) -> bool:
    """Whether anything can be taken from it: how they are, a keyword, a wish."""
    reply = heard.reply
    told = reply.signs or reply.denied or reply.weakness is not None or reply.trend is not None
    return bool(told) or heard.keyword is not None or reply.intent in (*COMMANDS, Intent.START)
