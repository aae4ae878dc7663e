"""The phones of a script: they take texts and calls from the coach, and tell the carrier what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from coach.adapters.twilio.carrier import RING_SECONDS
from coach.core.model import Channel, OutboundMessage
from coach.ports import Outcome, SendResult
from tests.transcripts.switchboard import LINE, Call, Switchboard

__all__ = ["LINE", "Phones", "Way"]

_NO_HANDSET = "30003"


class Way(StrEnum):
    """How a phone takes what comes, in the words of a script."""

    TAKES = "takes texts"
    TAKES_NONE = "takes no texts"
    NO_RECEIPT = "takes texts without a receipt"
    MACHINE = "is answered by a machine"
    FAX = "is answered by a fax machine"
    BUSY = "is busy"
    RINGS = "rings until it stops"


_OF_TEXTS = frozenset({Way.TAKES, Way.TAKES_NONE, Way.NO_RECEIPT})
_DETECTED = {Way.MACHINE: ("a machine", "machine_end_beep"), Way.FAX: ("a fax machine", "fax")}


@dataclass
class Phones(Switchboard):
    """Takes every text and call. What became of them the phones tell once they are asked to (`ring`)."""

    texts: list[OutboundMessage] = field(default_factory=list)
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
        self.post(f"/twilio/status/{message.attempt_id}", fields)

    def _rings(self, message: OutboundMessage, name: str) -> None:
        stops_at = self.clock() + timedelta(seconds=RING_SECONDS)
        call = Call(message.attempt_id, message.recipient, name, stops_at, message.lane)
        self.calls.append(call)
        way = next((way for way in self._ways.get(name, ()) if way in _DETECTED or way is Way.BUSY), None)
        if way is Way.BUSY:
            self.became(call, "was busy", "busy")
        elif way is not None:
            who, found = _DETECTED[way]
            self.scribe.write("-", self.clock(), f"{name}'s phone: {who} answered the call")
            self.answers(call, found)
            self.listens(call)


def _sid(kind: str, attempt: str) -> str:
    return f"{kind}{attempt}"
