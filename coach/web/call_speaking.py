"""What the routes of calls share: what they are made of, what was posted, and words as TwiML."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Protocol
from urllib.parse import quote

from fastapi import Depends, Response

from coach.adapters.library.carrier import LineName, VoiceScript
from coach.adapters.twilio.forms import Form, Webhook
from coach.adapters.twilio.parse import visible
from coach.adapters.twilio.twiml import Dialling, Listening, ask, dial, tell
from coach.adapters.twilio.verify import Verifier
from coach.calls import Calls, Place, Ring, Speech
from coach.core.call_rules import CallRules
from coach.core.calling import Ear, Given
from coach.core.model import Language
from coach.core.voices import Voices
from coach.ports import Clock
from coach.web.call_notes import CallNotes
from coach.web.webhooks import signed

INBOUND = "inbound"  # stands for the attempt in the addresses of calls that rang us
ID_LOGGED = 40  # letters of a carrier's id in a log
_KEYS = "0123456789*#"
_log = logging.getLogger(__name__)


class Switchboard(Protocol):
    """What is done to a call under way; the carrier does it."""

    def redirect(self, carrier_id: str, path: str) -> bool:
        """Send the call to one of our addresses."""

    def hang_up(self, carrier_id: str) -> bool:
        """End the call."""


class Tokens(Protocol):
    """Signed places in calls."""

    def token(self, carrier_id: str, place: Place) -> str:
        """The part of an address that names a place."""

    def read(self, token: str, carrier_id: str) -> Place | None:
        """The place it names; None when it is forged or damaged."""


@dataclass(frozen=True, slots=True)
class VoiceParts:
    """Everything these routes are made of."""

    calls: Calls
    switchboard: Switchboard
    tokens: Tokens
    script: VoiceScript
    rules: CallRules
    voices: Voices
    clock: Clock
    notes: CallNotes
    caller_id: str  # shown to whoever is on call, when a caller is connected with them


@dataclass(frozen=True, slots=True)
class Posted:
    """One webhook of a call."""

    attempt: str
    form: Form

    @property
    def is_inbound(self) -> bool:
        """Whether they called us."""
        return self.attempt == INBOUND

    @property
    def ours(self) -> str:
        """Our number in this call."""
        return self.form.get("To" if self.is_inbound else "From")

    @property
    def carrier_id(self) -> str:
        """The carrier's id of the call."""
        return self.form.get("CallSid")

    @property
    def given(self) -> Given:
        """What was pressed and said, without what no keypad and no database has."""
        keys = "".join(key for key in self.form.get("Digits") if key in _KEYS)
        return Given(keys, visible(self.form.get("SpeechResult")).strip())


def posted_by(verifier: Verifier, webhook: Webhook) -> Callable[..., Posted]:
    """Make the dependency that gives a route what was posted to it, and only what the carrier signed."""

    def read(attempt: str, form: Annotated[Form, Depends(signed(verifier, webhook))]) -> Posted:
        return Posted(attempt, form)

    return read


@dataclass(frozen=True, slots=True)
class Speaking:
    """Words as TwiML, with the address where each next step goes."""

    parts: VoiceParts
    prefix: str  # path of the public address, in front of every route

    def twiml(self, posted: Posted, speech: Speech) -> str:
        """What a call says now, and how it goes on."""
        ring = self.ring(posted) if speech.words.connects and speech.number is None else None
        speech = self.parts.calls.team.nobody(ring) if ring else speech
        words, language, voices = speech.words, speech.language, self.parts.voices
        if words.to_a_machine:
            return tell((self.parts.script.line("voicemail", language),), language, voices, pause=1, times=2)
        if words.connects and speech.number:
            whisper, action = self.address(posted, "whisper"), self.address(posted, f"dialled/{speech.tried}")
            dialling = Dialling((speech.number,), whisper, action, self.parts.caller_id or posted.ours)
            return dial(words.lines, language, voices, dialling)
        if words.ear is None:
            return tell(words.lines, language, voices)
        listening = self._listening(posted, speech, words.ear)
        return ask(words.lines, language, listening, voices, words.other_language)

    def _listening(self, posted: Posted, speech: Speech, ear: Ear) -> Listening:
        token = self.parts.tokens.token(posted.carrier_id, speech.place)
        hints = self.parts.rules.hints.get(ear.hints, {}).get(speech.language, ())
        return Listening(self.address(posted, f"step/{token}"), ear.keys, hints, ear.speech, finish="")

    def line(self, name: LineName, language: Language = Language.EN) -> str:
        """One of the sentences that no programme decides, and the end."""
        return tell((self.parts.script.line(name, language),), language, self.parts.voices)

    def end(self) -> str:
        """Hang up without a word."""
        return tell((), Language.EN, self.parts.voices)

    def address(self, posted: Posted, where: str) -> str:
        """Where a next step of this call goes."""
        return self.prefix + self.path(posted, where)

    @staticmethod
    def path(posted: Posted, where: str) -> str:
        """The same below our public address."""
        return f"/twilio/voice/{quote(posted.attempt, safe='')}/{where}"

    def ring(self, posted: Posted) -> Ring | None:
        """Whose call it is, in E.164; None when the caller withholds the number."""
        phone = self._number_of(posted.attempt) or posted.form.get("From" if posted.is_inbound else "To")
        if not (phone.startswith("+") and phone[1:].isascii() and phone[1:].isdigit()):
            return None
        return Ring(posted.carrier_id, phone, None if posted.is_inbound else posted.attempt)

    def _number_of(self, attempt: str) -> str | None:
        """Whose call an attempt is; while that cannot be looked up the carrier's word for it is as good."""
        if attempt == INBOUND:
            return None
        try:
            return self.parts.calls.phone_of(attempt)
        except Exception as error:  # noqa: BLE001 - what was said must be kept all the same
            told = {"attempt_id": attempt, "error": type(error).__name__}
            _log.error("whose call it is could not be looked up", extra=told)
            return None

    def safely(self, posted: Posted, work: Callable[[], str], language: Language = Language.EN) -> Response:
        """Answer with what the work gives; whatever breaks, the caller still hears the emergency number."""
        try:
            twiml = work()
        except Exception as error:  # noqa: BLE001 - a person is on the line and must hear something
            # no traceback: it may quote what was said
            told = {
                "carrier_id": posted.carrier_id[:ID_LOGGED],
                "attempt_id": posted.attempt,
                "error": type(error).__name__,
            }
            _log.error("a call failed", extra=told)
            twiml = self.line("sorry", language)
        return Response(twiml, media_type="text/xml")
