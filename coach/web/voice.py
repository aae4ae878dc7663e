"""The addresses of a call with a person: what the carrier posts goes to the coach, what it says becomes TwiML.

Nothing is remembered here between two steps; the address of the next one names its place in the call, signed. How a
call goes is in coach.core.calling.
"""

import logging
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from coach.adapters.twilio.forms import DETECTION, DIALOGUE
from coach.adapters.twilio.parse import parse_answer, parse_detection, raw_fields
from coach.adapters.twilio.verify import Verifier
from coach.calls import Heard, Place
from coach.core import calling
from coach.core.model import Language
from coach.web.call_speaking import ID_LOGGED, Posted, Speaking, VoiceParts, posted_by
from coach.web.webhooks import SignedRoute

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Dialogue:
    speaking: Speaking

    @property
    def parts(self) -> VoiceParts:
        return self.speaking.parts

    def greet(self, posted: Posted) -> str:
        """Begin the call."""
        if not posted.is_inbound:
            self.parts.notes.answered(posted.attempt, posted.form.get("AnsweredBy"))
        ring = self.speaking.ring(posted)
        if ring is None:
            return self.speaking.line("stranger")
        return self.speaking.twiml(posted, self.parts.calls.opened(ring))

    def went_on(self, posted: Posted, place: Place | None) -> str:
        """Take one step."""
        ring = self.speaking.ring(posted)
        if ring is None:
            return self.speaking.line("stranger")
        name = f"{place.turn}-{place.stage}" if place else "unknown"
        message = parse_answer(posted.form, ring.phone, posted.ours, name, self.parts.clock())
        given = replace(posted.given, confidence=message.confidence if message else None)
        is_there = bool(given.keys) or (place is not None and calling.is_kept(place.stage, given))
        try:
            speech = self.parts.calls.went_on(ring, place, Heard(given, message, raw_fields(posted.form)))
            is_there |= speech.heard
            return self.speaking.twiml(posted, speech)
        finally:  # the answer comes first
            if is_there and not posted.is_inbound:
                self.parts.notes.talked(posted.attempt)

    def detected(self, posted: Posted) -> None:
        """Who took the call, as far as the carrier can tell. Whoever has pressed a key is no machine."""
        found = parse_detection(posted.form)
        self.parts.notes.answered(posted.attempt, found.answered_by)
        if self._may_be_a_person(found.carrier_id):
            return
        if found.is_recording:
            self.parts.switchboard.redirect(found.carrier_id, self.speaking.path(posted, "voicemail"))
        elif found.is_fax:
            self.parts.switchboard.hang_up(found.carrier_id)

    def _may_be_a_person(self, carrier_id: str) -> bool:
        """Whether somebody has gone on in the call, or that cannot be told."""
        try:
            return self.parts.calls.machines.is_under_way(carrier_id)
        except Exception as error:  # noqa: BLE001 - the call goes on as it is
            told = {"carrier_id": carrier_id[:ID_LOGGED], "error": type(error).__name__}
            _log.error("whether a machine took a call could not be told", extra=told)
            return True

    def voicemail(self, posted: Posted) -> str:
        """The words for an answering machine, or nothing."""
        ring = self.speaking.ring(posted)
        speech = self.parts.calls.machines.voicemail(ring) if ring else None
        return self.speaking.end() if speech is None else self.speaking.twiml(posted, speech)


def voice(parts: VoiceParts, verifier: Verifier) -> APIRouter:
    """Make the routes of the call dialogue; `attempt` is `inbound` for calls that rang us."""
    router = APIRouter(route_class=SignedRoute, include_in_schema=False)
    speaking = Speaking(parts, verifier.path_prefix)
    dialogue = _Dialogue(speaking)

    step, detection = posted_by(verifier, DIALOGUE), posted_by(verifier, DETECTION)

    @router.post("/twilio/voice/{attempt}")
    def answered(posted: Annotated[Posted, Depends(step)]) -> Response:
        return speaking.safely(posted, lambda: dialogue.greet(posted))

    @router.post("/twilio/voice/{attempt}/step/{token}")
    def went_on(token: str, posted: Annotated[Posted, Depends(step)]) -> Response:
        place = parts.tokens.read(token, posted.carrier_id)
        language = place.language if place else Language.EN
        return speaking.safely(posted, lambda: dialogue.went_on(posted, place), language)

    @router.post("/twilio/voice/{attempt}/voicemail")
    def voicemail(posted: Annotated[Posted, Depends(step)]) -> Response:
        return speaking.safely(posted, lambda: dialogue.voicemail(posted))

    @router.post("/twilio/voice/{attempt}/detected")
    def detected(posted: Annotated[Posted, Depends(detection)]) -> Response:
        dialogue.detected(posted)
        return Response(status_code=204)

    return router
