"""A call as the service sees it, without addresses: somebody picks up, presses keys and speaks."""

from __future__ import annotations

from dataclasses import dataclass, field

from coach.calls import Heard, Ring, Speech
from coach.core.calling import Given
from coach.core.model import Channel, InboundMessage
from coach.service import Coach

OURS = "+12025550100"


@dataclass
class ServiceCall:
    """One call; each step gives what is said next."""

    coach: Coach
    phone: str
    attempt_id: str | None = "att-1"
    sid: str = "CA1"
    now: Speech = field(init=False)

    def __post_init__(self) -> None:
        """Somebody has picked up."""
        self.now = self.coach.calls.opened(self.ring)

    @property
    def ring(self) -> Ring:
        """The call as the carrier names it."""
        return Ring(self.sid, self.phone, self.attempt_id)

    @property
    def said(self) -> str:
        """What is being said."""
        return " ".join(self.now.words.lines)

    def presses(self, *keys: str) -> str:
        """Keys, one step each."""
        for one in keys:
            self.gives(Given(one))
        return self.said

    def says(self, words: str, confidence: float = 0.9) -> str:
        """Words, as they were recognised."""
        return self.gives(Given("", words, confidence))

    def gives(self, given: Given) -> str:
        """Take one step."""
        place, body = self.now.place, given.keys or given.speech
        name = f"{self.sid}-{place.turn}-{place.stage}"
        at = self.coach.clock()
        message = InboundMessage(name, self.phone, OURS, body, at, Channel.VOICE, confidence=given.confidence)
        heard = Heard(given, message if body else None, {"Digits": given.keys, "SpeechResult": given.speech})
        self.now = self.coach.calls.went_on(self.ring, place, heard)
        return self.said
