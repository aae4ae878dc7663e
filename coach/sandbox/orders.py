"""Calls as they are asked for: what an order says, and the call it begins as."""

from __future__ import annotations

from dataclasses import dataclass

from coach.sandbox.numbers import is_number
from coach.sandbox.problems import invalid
from coach.sandbox.records import Call, Line
from coach.sandbox.state import State


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A request to make a call; empty strings are parameters that were not given."""

    recipient: str
    sender: str
    url: str = ""
    method: str = "POST"
    twiml: str = ""
    fallback_url: str = ""
    fallback_method: str = "POST"
    callback: str = ""
    callback_events: frozenset[str] = frozenset({"completed"})
    ring_seconds: int = 60
    talk_seconds: int = 14_400
    machine_detection: str = ""
    detects_beside: bool = False
    detected_url: str = ""
    detected_method: str = "POST"


@dataclass(frozen=True, slots=True)
class NewScript:
    """Another script for a running call; empty strings are parameters that were not given."""

    url: str = ""
    method: str = "POST"
    twiml: str = ""
    fallback_url: str = ""
    fallback_method: str = "POST"


def check_order(state: State, order: CallOrder) -> None:
    """Raise Problem when a call cannot be made so."""
    if not order.recipient:
        raise invalid(21201, "No 'To' number is specified")
    if not is_number(order.recipient):
        raise invalid(21211, f"Invalid 'To' Phone Number: {order.recipient}")
    if not order.sender:
        raise invalid(21213, "No 'From' number is specified")
    if state.line(order.sender) is None:
        raise invalid(21210, f"The source phone number provided, {order.sender}, is not yet verified.")
    if not order.url and not order.twiml:
        raise invalid(21205, "Url parameter is required.")


def ordered_call(state: State, order: CallOrder) -> Call:
    """Return the call an order asks for, queued."""
    now = state.now()
    return Call(
        sid=state.new_id("CA"),
        direction="outbound-api",
        sender=order.sender,
        recipient=order.recipient,
        status="queued",
        created=now,
        updated=now,
        url=order.url or None,
        method=order.method,
        twiml=None if order.url else order.twiml,
        fallback_url=order.fallback_url or None,
        fallback_method=order.fallback_method,
        callback=order.callback or None,
        callback_events=order.callback_events,
        ring_seconds=order.ring_seconds,
        talk_seconds=order.talk_seconds,
        machine_detection=order.machine_detection,
        detects_beside=order.detects_beside,
        detected_url=order.detected_url or None,
        detected_method=order.detected_method,
    )


def inbound_call(state: State, phone: str, line: Line) -> Call:
    """Return the call of a phone to a line that takes calls, ringing."""
    now = state.now()
    return Call(
        sid=state.new_id("CA"),
        direction="inbound",
        sender=phone,
        recipient=line.number,
        status="ringing",
        created=now,
        updated=now,
        dialed=now,
        url=line.voice_url,
        method=line.voice_method,
        fallback_url=line.voice_fallback_url,
        fallback_method=line.voice_fallback_method,
        callback=line.status_callback,
    )
