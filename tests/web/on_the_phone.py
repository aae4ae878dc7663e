"""One end of a call: what the carrier posts for it, and the TwiML that comes back, looked at as the carrier would."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

import httpx

from tests.adapters.twilio.posting import ACCOUNT, Poster
from tests.adapters.twilio.twiml_rules import check_twiml, spoken

ROSA, JUAN, OURS, STRANGER = "+12025550101", "+12025550102", "+12025550199", "+12025550100"
BORN = "1940"
CALL = "CA" + "1" * 32


@dataclass(frozen=True)
class Twiml:
    """An answer, looked at as the carrier would."""

    document: str

    @property
    def verbs(self) -> list[str]:
        """The names of the instructions."""
        return [verb.tag for verb in self._root]

    @property
    def said(self) -> str:
        """Everything spoken."""
        return spoken(self.document)

    @property
    def gather(self) -> dict[str, str]:
        """How an answer is listened for; nothing when none is."""
        found = self._root.find("Gather")
        return {} if found is None else dict(found.attrib)

    @property
    def next(self) -> str:
        """The address of the next step."""
        return self.gather["action"]

    @property
    def dial(self) -> ET.Element:
        """How somebody is rung for the caller."""
        found = self._root.find("Dial")
        assert found is not None
        return found

    @property
    def ends(self) -> bool:
        """True when the call is over after this."""
        return self.verbs[-1:] == ["Hangup"]

    @property
    def _root(self) -> ET.Element:
        return ET.fromstring(self.document)  # noqa: S314 - our own answer


@dataclass
class OnThePhone:
    """One end of a call: does a step of it and reads the TwiML that comes back."""

    carrier: Poster
    person: str
    attempt: str
    sid: str
    last: Twiml | None = None

    def form(self, **given: str) -> dict[str, str]:
        """What the carrier posts."""
        inbound_call = self.attempt == "inbound"
        ends = {"From": self.person, "To": OURS} if inbound_call else {"From": OURS, "To": self.person}
        return {"AccountSid": ACCOUNT, "CallSid": self.sid, "CallStatus": "in-progress", **ends, **given}

    def post(self, where: str, signature: str | None = None, **given: str) -> httpx.Response:
        """Post a step as it comes."""
        return self.carrier.post(where, self.form(**given), signature)

    def go(self, where: str, **given: str) -> Twiml:
        """Post a step; the carrier would run what comes back."""
        answer = self.post(where, **given)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        check_twiml(answer.text)
        self.last = Twiml(answer.text)
        return self.last

    def picks_up(self) -> Twiml:
        """The first words."""
        return self.go(f"/twilio/voice/{self.attempt}")

    def presses(self, keys: str) -> Twiml:
        """Keys."""
        return self._on(Digits=keys)

    def says(self, words: str, confidence: str = "0.9") -> Twiml:
        """Words, as they were recognised."""
        return self._on(SpeechResult=words, Confidence=confidence)

    def is_silent(self) -> Twiml:
        """Nothing."""
        return self._on(Digits="")

    def is_known(self) -> OnThePhone:
        """Picks up, presses 1 and tells the year of birth."""
        self.picks_up()
        self.presses("1")
        self.presses(BORN)
        return self

    def to_the_signs(self) -> OnThePhone:
        """Goes on to the question about warning signs, after a score of 4."""
        self.is_known()
        self.presses("4")
        self.presses("1")
        return self

    def _on(self, **given: str) -> Twiml:
        assert self.last is not None
        return self.go(self.last.next, **given)
