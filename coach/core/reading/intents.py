"""What a person wants with a text."""

from __future__ import annotations

from dataclasses import dataclass

from coach.core.model import Asked, Intent
from coach.core.reading.scan import Scan

_WISHES = {
    wish: f"intent:{wish}"
    for wish in (
        Intent.STOP,
        Intent.WRONG_PERSON,
        Intent.START,
        Intent.RESUME,
        Intent.PAUSE,
        Intent.LESS,
        Intent.MORE,
        Intent.CHANGE,
        Intent.HUMAN,
    )
}
_TOPICS = (
    "programme",
    "electrolytes",
    "dehydration",
    "medicines",
    "nutrients",
    "nerve",
    "exercise",
    "serious",
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What else was read from the text, as far as the intent depends on it."""

    asked: Asked
    answered: bool
    reported: bool
    present: bool  # a sign of the person's own


def intent_of(scan: Scan, heard: Heard) -> Intent:
    """The one intent of a text: a wish before a question, a question before an answer, an answer before a report."""
    for wish, label in _WISHES.items() if "intent" in scan.hits else ():
        if wish is Intent.WRONG_PERSON and heard.present:
            continue
        if any(not h.words & scan.idioms for h in scan.of(label)):
            return wish
    if scan.has("intent:help") and not heard.reported:
        return Intent.HELP
    if not heard.answered and is_question(scan):
        return Intent.QUESTION
    if heard.answered:
        return Intent.ANSWER
    if heard.reported:
        return Intent.REPORT
    return Intent.THANKS if scan.has("intent:thanks") else Intent.UNCLEAR


def is_question(scan: Scan) -> bool:
    """True when something is asked: by a question word first, or by a topic with a question mark."""
    if scan.has("intent:unclear"):
        return False
    return scan.has("intent:question") or (bool(scan.words.asked) and _topic_words(scan)) or _opened(scan)


def _topic_words(scan: Scan) -> bool:
    return bool(scan.hits.get("topic")) or bool(scan.hits.get("sign"))


def _opened(scan: Scan) -> bool:
    """The text, or a sentence of it, opens like a question."""
    openers, weak = scan.lexicon.set_of("question_openers"), scan.lexicon.set_of("weak_openers")
    if openers.isdisjoint(scan.said) or not _topic_words(scan):
        return False
    lead_in = scan.lexicon.set_of("lead_in")
    previous = -1
    for token in scan.words.tokens:
        if token.sentence != previous:
            if token.word in openers and token.word not in weak:
                return True
            if token.word not in lead_in:
                previous = token.sentence
    return False


def topic_of(scan: Scan) -> str:
    """What a question is about."""
    names = scan.names("topic")
    return next((topic for topic in _TOPICS if topic in names), "other")
