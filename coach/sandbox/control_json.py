"""The JSON form of phones, texts and calls in the control API."""

from __future__ import annotations

from typing import Any

from coach.sandbox.network import Network
from coach.sandbox.records import Call, Message, Phone
from coach.sandbox.resources import Json


def phone_json(network: Network, phone: Phone) -> Json:
    """A phone and what it does."""
    call = network.state.live_call(phone.number)
    count = len(network.state.messages(phone.number))
    return {
        "number": phone.number, "name": phone.name, "picks_up": phone.picks_up.value,
        "detected": phone.detected,
        "messages": count, "call": call.status if call else None,
    }  # fmt: skip


def message_json(message: Message) -> Json:
    """A text and what became of it."""
    answered = message.answered
    return {
        "sid": message.sid, "by": "phone" if message.inbound else "coach", "from": message.sender,
        "to": message.recipient, "body": message.body, "status": message.status, "error_code": message.error_code,
        "segments": message.segments, "created": message.created.isoformat(),
        "sent": message.sent.isoformat() if message.sent else None,
        "webhook": {"status": answered.status, "failure": answered.failure} if answered else None,
    }  # fmt: skip


def call_json(call: Call) -> Json:
    """A call and all that was heard in it."""
    heard = [
        {"at": line.at.isoformat(), "who": line.who, "text": line.text, "language": line.language}
        for line in call.heard
    ]
    return {
        "sid": call.sid, "direction": call.direction, "status": call.status, "answered_by": call.answered_by,
        "seconds": call.seconds, "listening": sorted(call.listening), "heard": heard,
        "parent": call.parent, "connected_with": call.peer,
    }  # fmt: skip


def entry_json(entry: Any) -> Json:  # noqa: ANN401 - a slotted dataclass
    """An entry of the ledger."""
    return {name: getattr(entry, name) for name in entry.__slots__}
