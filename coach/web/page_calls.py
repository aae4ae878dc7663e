"""Calls to staff on call about a case: what is open, then one key. 1 takes it, 2 passes it on, 9 says it again.

Only keys count: an answering machine may say anything, but it presses none. As in other calls nothing is remembered
between two steps, so a repeated webhook is asked of the coach once more, who says how the case stands now.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Protocol
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request, Response

from coach.adapters.library.carrier import LineName, VoiceScript
from coach.adapters.twilio.forms import DIALOGUE, Form
from coach.adapters.twilio.twiml import ask_key, tell
from coach.adapters.twilio.verify import Verifier
from coach.core.model import Language
from coach.core.voices import STANDARD, Voices
from coach.service import PageCall
from coach.web.call_notes import CallNotes
from coach.web.webhooks import SignedRoute, signed

KEYS = frozenset({"1", "2", "9"})
SILENCES = 2  # then the call ends
MOST_KEYS = 20  # a call with more is stuck
_log = logging.getLogger(__name__)


class PageCoach(Protocol):
    """What these routes need of the coach."""

    def page_call_opened(self, attempt_id: str) -> PageCall | None:
        """Give the first words; None when no page is known by this attempt."""

    def page_key(self, attempt_id: str, key: str) -> PageCall | None:
        """Do what a key says, and give the words that follow; a key that comes twice does harm to nobody."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One webhook of such a call, with what its address said."""

    attempt: str
    form: Form
    language: Language = Language.EN
    silent: int = 0

    @property
    def key(self) -> str | None:
        """The key pressed, when it is one that means something."""
        pressed = self.form.get("Digits").strip()
        return pressed if pressed in KEYS else None


@dataclass(frozen=True, slots=True)
class _PageDialogue:
    coach: PageCoach
    script: VoiceScript
    notes: CallNotes
    prefix: str  # path of the public address, in front of every route
    voices: Voices

    def opened(self, step: _Step) -> str:
        """Somebody, or something, has picked up."""
        return self._go_on(self.coach.page_call_opened(step.attempt), step, 1)

    def pressed(self, step: _Step, n: int) -> str:
        """Act on a key; after silence, or a key without a meaning, say once more what is open."""
        if n > MOST_KEYS:
            return self._tell("page_goodbye", step.language)
        if step.key is None:
            return self._again(step, n)
        try:
            return self._go_on(self.coach.page_key(step.attempt, step.key), step, n + 1)
        finally:  # the key comes first
            self.notes.talked(step.attempt)

    def _again(self, step: _Step, n: int) -> str:
        silent = step.silent + 1
        if silent >= SILENCES:
            return self._tell("page_goodbye", step.language)
        not_heard = self.script.line("page_not_heard", step.language)
        return self._go_on(self.coach.page_call_opened(step.attempt), step, n + 1, not_heard, silent=silent)

    def _go_on(self, call: PageCall | None, step: _Step, n: int, *before: str, silent: int = 0) -> str:
        if call is None:
            return self._tell("page_unknown", step.language)
        if not call.asks:
            return tell(call.lines, call.language, self.voices)
        state = urlencode({"lang": call.language.value, "silent": str(silent)})
        action = f"{self.prefix}/twilio/voice/page/{quote(step.attempt, safe='')}/key/{n}?{state}"
        return ask_key((*before, *call.lines), call.language, action, self.voices)

    def _tell(self, line: LineName, language: Language) -> str:
        return tell((self.script.line(line, language),), language, self.voices)

    def safely(self, step: _Step, work: Callable[[], str]) -> Response:
        """Answer with what the work gives; whatever breaks, whoever is on the line hears what to do."""
        try:
            twiml = work()
        except Exception as error:  # noqa: BLE001 - a person is on the line and must hear something
            _log.error("a page call failed", extra={"attempt_id": step.attempt, "error": type(error).__name__})
            twiml = self._tell("page_sorry", step.language)
        return Response(twiml, media_type="text/xml")


def page_calls(
    coach: PageCoach, verifier: Verifier, script: VoiceScript, notes: CallNotes, voices: Voices = STANDARD
) -> APIRouter:
    """Make the routes of calls about cases."""
    router = APIRouter(route_class=SignedRoute, include_in_schema=False)
    dialogue = _PageDialogue(coach, script, notes, verifier.path_prefix, voices)
    check = signed(verifier, DIALOGUE)

    def step(attempt: str, request: Request, form: Annotated[Form, Depends(check)]) -> _Step:
        language, silent = request.query_params.get("lang", ""), request.query_params.get("silent", "")
        known = Language(language) if language in {*Language} else Language.EN
        return _Step(attempt, form, known, int(silent) if silent.isdecimal() else 0)

    @router.post("/twilio/voice/page/{attempt}")
    def opened(step: Annotated[_Step, Depends(step)]) -> Response:
        return dialogue.safely(step, lambda: dialogue.opened(step))

    @router.post("/twilio/voice/page/{attempt}/key/{n:int}")
    def pressed(n: int, step: Annotated[_Step, Depends(step)]) -> Response:
        return dialogue.safely(step, lambda: dialogue.pressed(step, n))

    return router
