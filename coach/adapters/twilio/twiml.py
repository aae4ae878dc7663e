"""What a call does next, as TwiML. A next step follows every question, so that silence never ends a call unsaid."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from coach.core.model import Asked, Language

LISTEN_SECONDS = 8  # generous: people look for the key, or think
VOICES: Mapping[Language, tuple[str, str]] = {
    Language.EN: ("en-US", "Polly.Joanna-Neural"),
    Language.ES: ("es-US", "Polly.Lupe-Neural"),
}
NO_REPLY = str(MessagingResponse())
_NOT_XML = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_KEYS: Mapping[Asked, int] = {
    Asked.WEAKNESS: 2,
    Asked.HYDRATION: 2,
    Asked.EXERCISE: 3,
    Asked.FALLS: 2,
    Asked.CHAIR_STANDS: 2,
    Asked.STAIRS: 1,
    Asked.ONSET: 1,
    Asked.TREND: 1,
    Asked.SEEN: 1,
    Asked.REACHED: 1,
    Asked.SAFE: 1,
    Asked.JOIN: 1,
    Asked.RED_FLAG: 1,
}


@dataclass(frozen=True, slots=True)
class Listening:
    """How an answer is listened for: where it goes, and how many keys it has at most (None = until the pound key)."""

    action: str
    keys: int | None
    hints: tuple[str, ...]


def most_keys(asked: Asked) -> int | None:
    """How many keys an answer to this question takes at most; None where that is open."""
    return _KEYS.get(asked)


def ask(lines: Sequence[str], language: Language, listening: Listening) -> str:
    """Speak the lines and listen meanwhile and afterwards; no answer at all goes to the same address."""
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf speech",
        action=listening.action,
        method="POST",
        timeout=LISTEN_SECONDS,
        speech_timeout="auto",
        finish_on_key="#",
        num_digits=listening.keys,
        language=VOICES[language][0],
        hints=",".join(listening.hints) or None,
        action_on_empty_result=True,
    )
    _say(gather, lines, language)
    response.redirect(listening.action, method="POST")
    return str(response)


def ask_key(lines: Sequence[str], language: Language, action: str) -> str:
    """Speak the lines and wait for one key; what is said is not listened to. No key at all goes to the same address."""
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf",
        action=action,
        method="POST",
        timeout=LISTEN_SECONDS,
        finish_on_key="",  # every key is an answer
        num_digits=1,
        action_on_empty_result=True,
    )
    _say(gather, lines, language)
    response.redirect(action, method="POST")
    return str(response)


def tell(lines: Sequence[str], language: Language, *, pause: int = 0) -> str:
    """Speak the lines, after so many seconds, and hang up."""
    response = VoiceResponse()
    if pause:
        response.pause(length=pause)
    _say(response, lines, language)
    response.hangup()
    return str(response)


def reply(words: str | None) -> str:
    """Answer a text with these words, or with nothing."""
    if words is None:
        return NO_REPLY
    response = MessagingResponse()
    response.message(spoken(words))
    return str(response)


def spoken(text: str) -> str:
    """Give the text without what XML cannot carry; such characters would end the call with an error."""
    return _NOT_XML.sub(" ", text).strip()


def _say(verb: VoiceResponse, lines: Sequence[str], language: Language) -> None:
    tag, voice = VOICES[language]
    for line in lines:
        if words := spoken(line):
            verb.say(words, language=tag, voice=voice)
