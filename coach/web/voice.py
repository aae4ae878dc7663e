"""The dialogue of a call: neutral greeting, one key to begin, question after question, goodbye.

Nothing is remembered here between two steps: what the next step must know is in its address, which the carrier signs,
so a repeated webhook gives the same TwiML. Nothing about health is said before a key was pressed.
"""

import logging
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request, Response

from coach.adapters.library.carrier import LineName, VoiceScript, WordsName
from coach.adapters.twilio.forms import DIALOGUE, Form
from coach.adapters.twilio.parse import parse_answer, raw_fields
from coach.adapters.twilio.twiml import Listening, ask, most_keys, tell
from coach.adapters.twilio.verify import Verifier
from coach.core.model import Asked, InboundMessage, Language
from coach.ports import Clock
from coach.web.call_notes import CallNotes
from coach.web.webhooks import SignedRoute, signed

INBOUND = "inbound"  # stands for the attempt in the addresses of calls that rang us
REPEATS = 2  # how often a question is put again after silence
MOST_TURNS = 40  # a call that goes on longer is stuck
_log = logging.getLogger(__name__)


class Spoken(Protocol):
    """What the coach wants said; `asked` is the question now open, None to hang up."""

    @property
    def language(self) -> Language:
        """The person's language."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Sentences, in order."""

    @property
    def asked(self) -> Asked | None:
        """The question now open."""


class CallCoach(Protocol):
    """What these routes need of the coach."""

    def receive(self, message: InboundMessage, raw: Mapping[str, str]) -> Spoken:
        """Store an answer durably and decide; a repeat gives the same."""

    def open_call(self, phone: str) -> Spoken:
        """Give the first question."""

    def greeting(self, phone: str) -> Spoken:
        """Give the neutral first words."""

    def cannot_wait(self, message: InboundMessage) -> bool:
        """Tell whether words said before any key must be taken as an answer."""

    def phone_of(self, attempt_id: str) -> str | None:
        """Whose call an attempt is; None when it is not known."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One webhook of a call, with what its address said."""

    attempt: str
    form: Form
    language: Language = Language.EN
    asked: Asked = Asked.NOTHING
    silent: int = 0

    @property
    def is_inbound(self) -> bool:
        return self.attempt == INBOUND

    @property
    def ours(self) -> str:
        return self.form.get("To" if self.is_inbound else "From")


@dataclass(frozen=True, slots=True)
class _Dialogue:
    coach: CallCoach
    script: VoiceScript
    clock: Clock
    notes: CallNotes
    prefix: str  # path of the public address, in front of every route

    def greet(self, step: _Step) -> str:
        """Begin the call."""
        answered_by = step.form.get("AnsweredBy")
        if not step.is_inbound:
            self.notes.answered(step.attempt, answered_by)
        if answered_by == "fax":
            return tell((), step.language)
        person = self._person(step)
        if person is None:
            return self._tell("stranger", step.language)
        spoken = self.coach.greeting(person)
        if answered_by.startswith("machine"):
            return self._tell("voicemail", spoken.language, pause=1)
        if spoken.asked is None:
            return tell(spoken.lines, spoken.language)
        return self._ask_ready(spoken.lines, step, spoken.language, 1)

    def ready(self, step: _Step, n: int) -> str:
        """Go on once key 1 was pressed. Words that may mean need are never answered with "press 1"."""
        person = self._person(step)
        if person is None:
            return self._tell("stranger", step.language)
        speech = _plain(step.form.get("SpeechResult"))
        if step.form.get("Digits").strip():
            self._talked(step)
        if self._said(speech, "machine"):
            return self._not_ready(step, n)
        if self._said(speech, "alarm"):
            return self._hear(step, person, f"ready-{n}", 0) or self._not_ready(step, n)
        if step.form.get("Digits") == "1" or speech in map(_plain, self.script.all_words("ready")):
            self._talked(step)
            return self._go_on(self.coach.open_call(person), step, 1)
        if speech and (step.is_inbound or self._cannot_wait(step, person, n)):
            return self._hear(step, person, f"ready-{n}", 0) or self._not_ready(step, n)
        return self._not_ready(step, n)

    def _cannot_wait(self, step: _Step, person: str, n: int) -> bool:
        message = parse_answer(step.form, person, step.ours, f"ready-{n}", self.clock())
        return message is not None and self.coach.cannot_wait(message)

    def turn(self, step: _Step, n: int) -> str:
        """Take one answer; after silence put the question again without troubling the coach."""
        person = self._person(step)
        if person is None:
            return self._tell("stranger", step.language)
        return self._hear(step, person, str(n), n) or self._not_heard(step, n)

    def _hear(self, step: _Step, person: str, name: str, n: int) -> str | None:
        message = parse_answer(step.form, person, step.ours, name, self.clock())
        if message is None:
            return None
        try:
            return self._go_on(self.coach.receive(message, raw_fields(step.form)), step, n + 1)
        finally:  # the answer comes first
            self._talked(step)

    def _talked(self, step: _Step) -> None:
        """Somebody is there. A key or an answer says so; a voice before the first key may be a machine's greeting."""
        if not step.is_inbound:
            self.notes.talked(step.attempt)

    def _go_on(self, spoken: Spoken, step: _Step, n: int) -> str:
        if spoken.asked is None or n > MOST_TURNS:
            return tell(spoken.lines or (self.script.line("goodbye", spoken.language),), spoken.language)
        return self._ask(spoken.lines, step, spoken.language, spoken.asked, f"turn/{n}", silent=0)

    def _not_ready(self, step: _Step, n: int) -> str:
        if n > REPEATS:
            return self._tell("silent_goodbye" if step.is_inbound else "voicemail", step.language)
        again: LineName = "ready_last" if n == REPEATS else "ready_again"
        return self._ask_ready((self.script.line(again, step.language),), step, step.language, n + 1)

    def _not_heard(self, step: _Step, n: int) -> str:
        if step.silent >= REPEATS:
            return self._tell("silent_goodbye", step.language)
        line = self.script.line(_not_heard_line(step.asked), step.language)
        return self._ask((line,), step, step.language, step.asked, f"turn/{n}", silent=step.silent + 1)

    def _ask_ready(self, lines: tuple[str, ...], step: _Step, language: Language, n: int) -> str:
        action = self._address(step.attempt, f"ready/{n}", {"lang": language.value})
        return ask(lines, language, Listening(action, 1, self.script.words("ready", language)))

    def _ask(  # noqa: PLR0913 - one argument for each thing the next address says
        self, lines: tuple[str, ...], step: _Step, language: Language, asked: Asked, where: str, *, silent: int
    ) -> str:
        state = {"asked": asked.value, "lang": language.value, "silent": str(silent)}
        hints = self.script.words("choice_hints" if most_keys(asked) == 1 else "number_hints", language)
        action = self._address(step.attempt, where, state)
        return ask(lines, language, Listening(action, most_keys(asked), hints))

    def _tell(self, line: LineName, language: Language, *, pause: int = 0) -> str:
        return tell((self.script.line(line, language),), language, pause=pause)

    def _address(self, attempt: str, where: str, state: Mapping[str, str]) -> str:
        return f"{self.prefix}/twilio/voice/{quote(attempt, safe='')}/{where}?{urlencode(state)}"

    def _said(self, speech: str, words: WordsName) -> bool:
        return any(f" {_plain(word)} " in f" {speech} " for word in self.script.all_words(words))

    def _person(self, step: _Step) -> str | None:
        """Whose words these are, in E.164; None when the caller withholds the number."""
        known = None if step.is_inbound else self.coach.phone_of(step.attempt)
        phone = known or step.form.get("From" if step.is_inbound else "To")
        return phone if phone.startswith("+") and phone[1:].isascii() and phone[1:].isdigit() else None

    def safely(self, step: _Step, work: Callable[[], str]) -> Response:
        """Answer with what the work gives; whatever breaks, the caller still hears the emergency number."""
        try:
            twiml = work()
        except Exception as error:  # noqa: BLE001 - a person is on the line and must hear something
            # no traceback: it may quote what was said
            told = {"carrier_id": step.form.get("CallSid"), "attempt_id": step.attempt, "error": type(error).__name__}
            _log.error("a call failed", extra=told)
            twiml = self._tell("sorry", step.language)
        return Response(twiml, media_type="text/xml")


def voice(coach: CallCoach, verifier: Verifier, clock: Clock, script: VoiceScript, notes: CallNotes) -> APIRouter:
    """Make the routes of the call dialogue; `attempt` is `inbound` for calls that rang us."""
    router = APIRouter(route_class=SignedRoute, include_in_schema=False)
    dialogue = _Dialogue(coach, script, clock, notes, verifier.path_prefix)
    check = signed(verifier, DIALOGUE)

    def step(attempt: str, request: Request, form: Annotated[Form, Depends(check)]) -> _Step:
        return _step(attempt, form, request.query_params)

    @router.post("/twilio/voice/{attempt}")
    def answered(step: Annotated[_Step, Depends(step)]) -> Response:
        return dialogue.safely(step, lambda: dialogue.greet(step))

    @router.post("/twilio/voice/{attempt}/ready/{n:int}")
    def ready(n: int, step: Annotated[_Step, Depends(step)]) -> Response:
        return dialogue.safely(step, lambda: dialogue.ready(step, n))

    @router.post("/twilio/voice/{attempt}/turn/{n:int}")
    def turn(n: int, step: Annotated[_Step, Depends(step)]) -> Response:
        return dialogue.safely(step, lambda: dialogue.turn(step, n))

    return router


def _step(attempt: str, form: Form, query: Mapping[str, str]) -> _Step:
    language, asked, silent = query.get("lang", ""), query.get("asked", ""), query.get("silent", "")
    return _Step(
        attempt,
        form,
        Language(language) if language in {*Language} else Language.EN,
        Asked(asked) if asked in {*Asked} else Asked.NOTHING,
        int(silent) if silent.isdecimal() else 0,
    )


def _not_heard_line(asked: Asked) -> LineName:
    keys = most_keys(asked)
    if keys is None:
        return "not_heard"
    return "not_heard_key" if keys == 1 else "not_heard_number"


def _plain(speech: str) -> str:
    """Lower case, no accents, no punctuation but the apostrophe: speech recognition differs in all three."""
    letters = unicodedata.normalize("NFD", speech.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    kept = (c for c in letters if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() or c == "'" else " " for c in kept).split())
