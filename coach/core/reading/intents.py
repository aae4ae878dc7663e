"""What a person wants with a text."""

from __future__ import annotations

from dataclasses import dataclass

from coach.core.model import Asked, Intent, Reply
from coach.core.reading.matching import Hit
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
_LEAVING = frozenset({Intent.STOP, Intent.WRONG_PERSON})
_AT_ONCE = frozenset({Intent.STOP, Intent.HELP})
SHORT = 6  # words in which "she died" tells whose number it is, and not of what else died
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
        if any(not h.words & scan.idioms and not (wish in _LEAVING and _stays(h, wish, scan)) for h in scan.of(label)):
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


def _stays(leaving: Hit, wish: Intent, scan: Scan) -> bool:
    """The words to leave end something else, or are denied: "don't stop these texts", "no me dejen de escribir"."""
    stays = any(leaving.words & hit.words for hit in scan.of("cue:stays"))
    return stays or (wish is Intent.STOP and _is_part(leaving, scan))


def _is_part(stop: Hit, scan: Scan) -> bool:
    """The words to stop are part of more, which asks for less: "don't text me until Monday", "don't text, call"."""
    pauses = [h for h in scan.of(f"intent:{Intent.PAUSE}") if stop.words & h.words and stop.end < h.end]
    wider = [h for h in scan.of(f"intent:{Intent.PAUSE}", f"intent:{Intent.CHANGE}") if stop.words < h.words]
    return any(not hit.words & scan.idioms for hit in (*pauses, *wider))


def is_only_a_wish(reply: Reply, scan: Scan) -> bool:
    """A worded wish to leave or for help, and no answer beside it, whatever was asked: "no, no me interesa"."""
    counted = reply.amount if reply.intent is not Intent.HELP else None  # 911 counts nothing
    told = reply.signs or counted or reply.yes or reply.weakness is not None or reply.trend or reply.onset
    short = len(scan.words.tokens) <= SHORT
    return not told and (reply.intent in _AT_ONCE or (reply.intent is Intent.WRONG_PERSON and short))


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
