"""The addresses by which a caller is connected with somebody on call."""

import logging
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from coach.adapters.twilio.forms import DIALLED, DIALOGUE
from coach.adapters.twilio.parse import parse_dialled
from coach.adapters.twilio.twiml import ask_key, bridge
from coach.adapters.twilio.verify import Verifier
from coach.web.call_speaking import ID_LOGGED, Posted, Speaking, VoiceParts, posted_by
from coach.web.webhooks import SignedRoute

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Team:
    speaking: Speaking

    @property
    def parts(self) -> VoiceParts:
        return self.speaking.parts

    def whisper(self, posted: Posted) -> str:
        """Ask whoever is on call to take the caller; a machine presses no key."""
        language, words = self.parts.calls.team.asked_to_take(posted.form.get("To"))
        return ask_key((words,), language, self.speaking.address(posted, "whispered"), self.parts.voices)

    def whispered(self, posted: Posted) -> str:
        """Connect the two after key 1; else this end hangs up."""
        if posted.given.keys != "1":
            return self.speaking.end()
        caller = posted.form.get("ParentCallSid")
        return bridge() if caller and self._accepts(caller, posted) else self.speaking.end()

    def _accepts(self, caller: str, posted: Posted) -> bool:
        """Whether to connect the two. A fault in noting it must not keep somebody on call from a person in need."""
        try:
            return self.parts.calls.team.accepted(caller, posted.form.get("To")) is not None
        except Exception as error:  # noqa: BLE001 - we dialled this number ourselves
            told = {"carrier_id": caller[:ID_LOGGED], "error": type(error).__name__}
            _log.error("a caller was connected, and nobody could note it", extra=told)
            return True

    def dialled(self, posted: Posted, tried: int) -> str:
        """The attempt to connect the caller is over: the next one is tried, unless they have talked."""
        ring, found = self.speaking.ring(posted), parse_dialled(posted.form)
        if ring is None:
            return self.speaking.end()
        if found.talked and (found.bridged or self.parts.calls.team.is_taken(ring)):
            self.parts.calls.team.talked(ring, found.seconds)
            return self.speaking.end()
        return self.speaking.twiml(posted, self.parts.calls.team.not_taken(ring, tried))


def call_team(parts: VoiceParts, verifier: Verifier) -> APIRouter:
    """Make these routes."""
    router = APIRouter(route_class=SignedRoute, include_in_schema=False)
    speaking = Speaking(parts, verifier.path_prefix)
    team = _Team(speaking)

    step, dialling = posted_by(verifier, DIALOGUE), posted_by(verifier, DIALLED)

    @router.post("/twilio/voice/{attempt}/whisper")
    def whisper(posted: Annotated[Posted, Depends(step)]) -> Response:
        return speaking.safely(posted, lambda: team.whisper(posted))

    @router.post("/twilio/voice/{attempt}/whispered")
    def whispered(posted: Annotated[Posted, Depends(step)]) -> Response:
        return speaking.safely(posted, lambda: team.whispered(posted))

    @router.post("/twilio/voice/{attempt}/dialled/{tried:int}")
    def dialled(tried: int, posted: Annotated[Posted, Depends(dialling)]) -> Response:
        return speaking.safely(posted, lambda: team.dialled(posted, tried))

    return router
