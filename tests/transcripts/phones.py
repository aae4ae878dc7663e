"""The phones of a script: they take texts and calls from the coach, and tell the carrier what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from xml.etree import ElementTree as ET

from coach.adapters.twilio.carrier import RING_SECONDS
from coach.core.model import Channel, Lane, OutboundMessage
from coach.ports import Outcome, SendResult
from tests.adapters.twilio.posting import ACCOUNT
from tests.transcripts.scribe import Scribe
from tests.transcripts.scripts import NotAScript

LINE = "+12025550100"
_NO_HANDSET = "30003"


class Way(StrEnum):
    """How a phone takes what comes, in the words of a script."""

    TAKES = "takes texts"
    TAKES_NONE = "takes no texts"
    NO_RECEIPT = "takes texts without a receipt"
    MACHINE = "is answered by a machine"
    RINGS = "rings until it stops"


_OF_TEXTS = frozenset({Way.TAKES, Way.TAKES_NONE, Way.NO_RECEIPT})


class Carrier(Protocol):
    """The carrier's side of the coach's webhooks."""

    def post(self, target: str, fields: dict[str, str]) -> str:
        """Post a signed form and give the answer."""


@dataclass
class Call:
    """One call of the coach. `step` is where the next key or word goes; None while it rings and once it is over."""

    attempt: str
    phone: str
    name: str
    lane: Lane
    stops_at: datetime
    step: str | None = None
    over: bool = False


@dataclass
class Phones:
    """Takes every text and call. What became of them the phones tell once they are asked to (`ring`)."""

    clock: Callable[[], datetime]
    scribe: Scribe
    names: dict[str, str] = field(default_factory=dict)  # by number
    texts: list[OutboundMessage] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    carrier: Carrier | None = None
    _ways: dict[str, set[Way]] = field(default_factory=dict)
    _taken: list[OutboundMessage] = field(default_factory=list)

    def send(self, message: OutboundMessage) -> SendResult:
        """Take a text."""
        self._taken.append(message)
        return SendResult(Outcome.ACCEPTED, _sid("SM", message.attempt_id), "queued")

    def call(self, message: OutboundMessage) -> SendResult:
        """Take a call."""
        self._taken.append(message)
        return SendResult(Outcome.ACCEPTED, _sid("CA", message.attempt_id), "queued")

    def find(self, message: OutboundMessage, since: datetime) -> tuple[str, ...]:
        """Nothing is in doubt."""
        del message, since
        return ()

    def turn(self, name: str, way: Way) -> None:
        """From now on a phone is like that."""
        instead = _OF_TEXTS if way in _OF_TEXTS else {*Way} - _OF_TEXTS
        self._ways[name] = self._ways.get(name, set()) - instead | {way}

    def ring(self) -> None:
        """Let the phones have what was taken for them since, in the order in which the coach queued it."""
        fresh, self._taken = sorted(self._taken, key=lambda message: message.outbox_id), []
        for message in fresh:
            name = self.names[message.recipient]
            if message.channel is Channel.SMS:
                self._text(message, name)
            else:
                self._rings(message, name)

    def ends(self) -> datetime | None:
        """When the first phone stops ringing; None while none rings."""
        return min((call.stops_at for call in self.calls if not call.over and call.step is None), default=None)

    def time_passes(self) -> None:
        """Whoever is on the phone and does nothing hears the call out; what rang long enough stops."""
        for call in [call for call in self.calls if not call.over]:
            if call.step is not None:
                self._listens(call)
            elif self.clock() >= call.stops_at:
                self._became(call, "nobody answered the call", "no-answer")

    def picks_up(self, name: str) -> None:
        """Somebody answers the phone that rings."""
        self._answers(self._call(name, talking=False), "human")

    def hangs_up(self, name: str) -> None:
        """And ends the call."""
        self._became(self._call(name, talking=True), "hung up", "completed")

    def presses(self, name: str, keys: str) -> None:
        """Keys."""
        self._goes_on(self._call(name, talking=True), Digits=keys)

    def says(self, name: str, words: str) -> None:
        """Words, as the carrier wrote them down."""
        self._goes_on(self._call(name, talking=True), SpeechResult=words, Confidence="0.9")

    def _text(self, message: OutboundMessage, name: str) -> None:
        arrives = Way.TAKES_NONE not in self._ways.get(name, set())
        fields = {"MessageSid": _sid("SM", message.attempt_id), "MessageStatus": "delivered", "To": message.recipient}
        if arrives:
            self.texts.append(message)
            confirmed = Way.NO_RECEIPT not in self._ways.get(name, set())
            fields["MessageStatus"] = "delivered" if confirmed else "sent"
        else:
            self.scribe.write("-", self.clock(), f"{name}'s phone: the text was not delivered")
            fields |= {"MessageStatus": "undelivered", "ErrorCode": _NO_HANDSET}
        self._post(f"/twilio/status/{message.attempt_id}", fields)

    def _rings(self, message: OutboundMessage, name: str) -> None:
        stops_at = self.clock() + timedelta(seconds=RING_SECONDS)
        call = Call(message.attempt_id, message.recipient, name, message.lane, stops_at)
        self.calls.append(call)
        if Way.MACHINE in self._ways.get(name, set()):
            self.scribe.write("-", self.clock(), f"{name}'s phone: a machine answered the call")
            self._answers(call, "machine_end_beep")
            self._listens(call)

    def _call(self, name: str, *, talking: bool) -> Call:
        found = (c for c in reversed(self.calls) if c.name == name and not c.over and (c.step is not None) is talking)
        call = next(found, None)
        if call is None:
            raise NotAScript(f"{name}'s phone {'has no call' if talking else 'does not ring'}")
        return call

    def _answers(self, call: Call, by: str) -> None:
        """The carrier tells who answered only where it was asked to: in check-in calls."""
        route = "voice/page" if call.lane is Lane.PAGE else "voice"
        fields = {"AnsweredBy": by} if call.lane is Lane.PROMPT else {}
        self._hears(call, f"/twilio/{route}/{call.attempt}", fields)

    def _listens(self, call: Call) -> None:
        while call.step is not None:
            self._goes_on(call)

    def _goes_on(self, call: Call, **given: str) -> None:
        assert call.step is not None
        self._hears(call, call.step, {"Digits": "", **given})

    def _hears(self, call: Call, step: str, fields: dict[str, str]) -> None:
        own = {"CallSid": _sid("CA", call.attempt), "CallStatus": "in-progress", "From": LINE, "To": call.phone}
        said = ET.fromstring(self._post(step, own | fields))  # noqa: S314 - our own answer
        words = " ".join(say.text or "" for say in said.iter("Say"))
        if words:
            self.scribe.write("<", self.clock(), f"call → {call.name}: {words}")
        gather = said.find("Gather")
        call.step = None if gather is None else gather.get("action")
        if call.step is None:
            self._became(call, None, "completed")

    def _became(self, call: Call, words: str | None, status: str) -> None:
        call.step, call.over = None, True
        if words:
            self.scribe.write("-", self.clock(), f"{call.name}'s phone: {words}")
        fields = {"CallSid": _sid("CA", call.attempt), "CallStatus": status, "To": call.phone}
        self._post(f"/twilio/call-status/{call.attempt}", fields)

    def _post(self, target: str, fields: dict[str, str]) -> str:
        assert self.carrier is not None
        return self.carrier.post(target, {"AccountSid": ACCOUNT, **fields})


def _sid(kind: str, attempt: str) -> str:
    return f"{kind}{attempt}"
