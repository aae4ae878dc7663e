"""What a call does next, as TwiML. A next step follows every question, so that silence never ends a call unsaid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from coach.core.model import Language
from coach.core.voices import STANDARD, Voice, Voices

LISTEN_SECONDS = 8  # generous: people look for the key, or think
SPEAKING_RATE = "85%"
"""How fast we speak, of the voice's own speed; what its maker advises to help people follow.

Source: https://docs.aws.amazon.com/polly/latest/dg/voice-speed-change-vip.html. Neural voices know it:
https://docs.aws.amazon.com/polly/latest/dg/prosody-tag.html
"""
DIGIT_PAUSE = "250ms"  # between the digits of a number that is told digit by digit
MOST_HINTS = 500  # https://www.twilio.com/docs/voice/twiml/gather#hints
MOST_NUMBERS = 10  # ring at once: https://www.twilio.com/docs/voice/twiml/number
NO_REPLY = str(MessagingResponse())
_REPEAT_PAUSE = 1  # seconds before the words are said again
_NOT_XML = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_SPELLED = re.compile(r"(?<!\d)\d(?: \d)+(?!\d)")  # 9 1 1


@dataclass(frozen=True, slots=True)
class Listening:
    """How an answer is listened for.

    It goes to `action`, and so does silence of `seconds`. `keys` is how many keys it has at most; None: until the
    finishing key. `finish` is that key, "" for none; None chooses: none for a single key, else the pound key.
    `hints` are words that are likely to be spoken.
    """

    action: str
    keys: int | None
    hints: tuple[str, ...] = ()
    speech: bool = True
    finish: str | None = None
    seconds: int = LISTEN_SECONDS

    @property
    def finishing_key(self) -> str:
        """The key that ends an answer; every single key is one, so "" then."""
        if self.finish is not None:
            return self.finish
        return "" if self.keys == 1 else "#"


@dataclass(frozen=True, slots=True)
class Dialling:
    """Whom to connect the caller with: the first who accepts.

    `numbers` ring at once for `seconds`; each hears what the address `whisper` says before the two are connected. What
    became of it goes to `action`. Talk ends after `limit` seconds.
    """

    numbers: tuple[str, ...]
    whisper: str
    action: str
    caller_id: str
    seconds: int = 25
    limit: int = 3600


def ask(
    lines: Sequence[str], language: Language, listening: Listening, voices: Voices = STANDARD, other: str = ""
) -> str:
    """Speak the lines and listen meanwhile and afterwards; no answer at all goes to the same address.

    `other` is said last, in the other language.
    """
    response = VoiceResponse()
    heard = _speech(listening, voices.of(language)) if listening.speech else {"input": "dtmf"}
    gather = response.gather(
        action=listening.action,
        method="POST",
        timeout=listening.seconds,
        finish_on_key=listening.finishing_key,
        num_digits=listening.keys,
        action_on_empty_result=True,
        **heard,
    )
    _say(gather, lines, voices.of(language))
    _say(gather, (other,), voices.of(next(one for one in Language if one is not language)))
    response.redirect(listening.action, method="POST")
    return str(response)


def ask_key(lines: Sequence[str], language: Language, action: str, voices: Voices = STANDARD) -> str:
    """Speak the lines and wait for one key; what is said is not listened to. No key at all goes to the same address."""
    return ask(lines, language, Listening(action, keys=1, speech=False), voices)


def tell(lines: Sequence[str], language: Language, voices: Voices = STANDARD, *, pause: int = 0, times: int = 1) -> str:
    """Speak the lines, after so many seconds and so many times over, and hang up."""
    response = VoiceResponse()
    for n in range(times):
        if wait := _REPEAT_PAUSE if n else pause:
            response.pause(length=wait)
        _say(response, lines, voices.of(language))
    response.hangup()
    return str(response)


def tell_all(told: Sequence[tuple[Language, Sequence[str]]], voices: Voices = STANDARD) -> str:
    """Speak lines of several languages, one after the other, and hang up: for whoever may be on the line."""
    response = VoiceResponse()
    for language, lines in told:
        _say(response, lines, voices.of(language))
    response.hangup()
    return str(response)


def dial(lines: Sequence[str], language: Language, voices: Voices, dialling: Dialling) -> str:
    """Speak the lines and ring people for the caller, ten at most; how it went goes to the action in any case."""
    response = VoiceResponse()
    _say(response, lines, voices.of(language))
    ringing = response.dial(
        action=dialling.action,
        method="POST",
        answer_on_bridge=True,
        caller_id=dialling.caller_id,
        timeout=dialling.seconds,
        time_limit=dialling.limit,
    )
    for number in dialling.numbers[:MOST_NUMBERS]:
        ringing.number(number, url=dialling.whisper, method="POST")
    return str(response)


def bridge() -> str:
    """Connect the two: the answer to a whisper that was accepted."""
    return str(VoiceResponse())


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


def _speech(listening: Listening, voice: Voice) -> dict[str, object]:
    hints = [spoken(hint).replace(",", " ") for hint in listening.hints[:MOST_HINTS]]
    return {
        "input": "dtmf speech",
        "speech_timeout": "auto",
        "language": voice.tag,
        "hints": ",".join(hint for hint in hints if hint) or None,
    }


def _say(verb: VoiceResponse, lines: Sequence[str], voice: Voice) -> None:
    for line in lines:
        if words := spoken(line):
            _slowly(verb.say(language=voice.tag, voice=voice.name), words)


def _slowly(say: Any, words: str) -> None:  # noqa: ANN401 - the SDK has no types
    """Write words at our rate, with a pause after each digit of a number told digit by digit; no word is changed."""
    first, *others = _pieces(words)
    prosody = say.prosody(first, rate=SPEAKING_RATE)
    for piece in others:
        prosody.break_(time=DIGIT_PAUSE)
        prosody.append(piece)


def _pieces(words: str) -> list[str]:
    """The words cut behind each digit that a pause follows."""
    cuts = [n + 1 for found in _SPELLED.finditer(words) for n in range(found.start(), found.end() - 1, 2)]
    return [words[start:end] for start, end in zip([0, *cuts], [*cuts, len(words)], strict=True)]
