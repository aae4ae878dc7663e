"""What the pages show, in words: times, delivery states, the clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from coach.sandbox.clock import AdjustableClock
from coach.sandbox.network import Network
from coach.sandbox.records import Call, Message, Phone, PicksUp
from coach.sandbox.resources import ERROR_TEXTS

RATES = (1, 60, 3600)
_SPEEDS = {0: "Standing still", 1: "Normal speed", 60: "1 minute a second", 3600: "1 hour a second"}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text on a phone's page; `day` is set on the first of a day."""

    key: str
    mine: bool
    body: str
    at: str
    moment: str
    state: str
    trouble: bool
    day: str


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One line of the last call's transcript."""

    key: str
    who: str
    label: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class CallView:
    """The phone's last call: `phase` is `idle`, `ringing` (here), `calling` (the coach) or `talking`."""

    phase: str
    title: str
    lines: tuple[SpokenLine, ...]


@dataclass(frozen=True, slots=True)
class ClockView:
    """The network's time in words."""

    now: str
    iso: str
    speed: str
    rate: float | None
    adjustable: bool


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """One phone in the list."""

    number: str
    name: str
    last: str
    call: str


def clock_view(network: Network, zone: ZoneInfo) -> ClockView:
    """Describe the clock."""
    clock = network.clock
    now = clock().astimezone(zone)
    if not isinstance(clock, AdjustableClock):
        return ClockView(_long(now), now.isoformat(), "Real time", None, adjustable=False)
    until, rate = clock.running_until, clock.rate
    speed = f"Running fast until {until.astimezone(zone):%H:%M}" if until else _speed(rate)
    return ClockView(_long(now), now.isoformat(), speed, None if until else rate, adjustable=True)


def bubbles(network: Network, phone: str, zone: ZoneInfo) -> Iterator[Bubble]:
    """Yield the texts of a phone, oldest first."""
    previous = ""
    today = network.clock().astimezone(zone)
    for message in network.state.messages(phone):
        at = message.created.astimezone(zone)
        day = _day(at, today)
        state, trouble = _sent_state(message) if message.inbound else _arrival_state(message)
        yield Bubble(
            message.sid, message.inbound, message.body, f"{at:%H:%M}", at.isoformat(), state, trouble,
            "" if day == previous else day,
        )  # fmt: skip
        previous = day


def call_view(network: Network, phone: str) -> CallView:
    """Describe the last call of a phone."""
    call = network.state.last_call(phone)
    if call is None:
        return CallView("idle", "No calls yet", ())
    lines = tuple(
        SpokenLine(f"{call.sid}-{index}", line.who, _LABELS[line.who], line.text, line.language)
        for index, line in enumerate(call.heard)
    )
    return CallView(_phase(call), _title(call), lines)


def phone_rows(network: Network, zone: ZoneInfo) -> list[PhoneRow]:
    """Describe all phones, the one heard of last first."""
    phones = sorted(network.state.phones(), key=lambda phone: _last_word(network, phone))
    return [_row(network, phone, zone) for phone in phones]


def title(phone: Phone) -> str:
    """Return what a phone is called on the pages."""
    return phone.name or phone.number


MANNERS = (
    (PicksUp.ASK, "rings until somebody acts"),
    (PicksUp.HUMAN, "is picked up by a person"),
    (PicksUp.VOICEMAIL, "is picked up by voicemail"),
    (PicksUp.FAX, "is picked up by a fax machine"),
    (PicksUp.BUSY, "is busy"),
    (PicksUp.NO_ANSWER, "is not answered"),
)
"""What a phone can do when the coach calls, in words."""
CLARITIES = (("0.9", "clearly"), ("0.6", "not so clearly"), ("0.3", "hardly to be understood"))
"""How well something is spoken: the confidence that speech recognition reports, in words."""
_LABELS = {"coach": "Coach", "phone": "You", "other": "The other person", "note": "Note"}


def _row(network: Network, phone: Phone, zone: ZoneInfo) -> PhoneRow:
    last = next(reversed(network.state.messages(phone.number)), None)
    call = network.state.live_call(phone.number)
    said = "No texts yet"
    if last is not None:
        at = last.created.astimezone(zone)
        said = f"{at:%H:%M} {'You: ' if last.inbound else ''}{last.body}"
    return PhoneRow(phone.number, phone.name, said, _title(call) if call else "")


def _last_word(network: Network, phone: Phone) -> float:
    last = next(reversed(network.state.messages(phone.number)), None)
    return -last.created.timestamp() if last else 0.0


def _arrival_state(message: Message) -> tuple[str, bool]:
    if message.error_code is not None:
        reason = ERROR_TEXTS.get(message.error_code, "delivery failed")
        return f"Did not arrive: {reason} ({message.error_code})", True
    states = {"delivered": "Delivered", "sent": "Sent, not confirmed", "canceled": "Canceled"}
    return states.get(message.status, "On its way"), False


def _sent_state(message: Message) -> tuple[str, bool]:
    answered = message.answered
    if answered is None:
        return "Sent", False
    if answered.status is None:
        failures = {"connect": "no connection to the coach", "timeout": "the coach did not answer in 15 seconds"}
        return f"Not received: {failures.get(answered.failure, 'the connection was lost')}", True
    if 200 <= answered.status < 300:  # noqa: PLR2004 - the 2xx range
        return "Received by the coach", False
    return f"Not received: the coach answered with error {answered.status}", True


def _phase(call: Call) -> str:
    if not call.live or call.status == "queued":
        return "idle"
    if call.status == "in-progress":
        return "talking"
    return "calling" if call.direction == "inbound" else "ringing"


def _title(call: Call) -> str:
    if call.parent and call.live:
        return "A call is put through to this phone"
    phases = {"ringing": "The coach is calling", "calling": "Calling the coach", "talking": "In a call with the coach"}
    if call.live:
        return phases.get(_phase(call), "The coach is about to call")
    endings = {"busy": "declined or busy", "no-answer": "not answered", "canceled": "canceled", "failed": "failed"}
    minutes, seconds = divmod(call.seconds, 60)
    length = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return f"Last call: {endings.get(call.status, f'ended after {length}')}"


def _speed(rate: float) -> str:
    return _SPEEDS[int(rate)] if rate in _SPEEDS else f"{rate:g} times normal speed"


def _day(at: datetime, today: datetime) -> str:
    if at.date() == today.date():
        return "Today"
    if at.date() == today.date() - timedelta(days=1):
        return "Yesterday"
    return f"{at:%a} {at.day} {at:%b %Y}"


def _long(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b %Y}, {at:%H:%M:%S}"
