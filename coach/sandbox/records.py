"""What the network keeps: lines of the account, simulated phones, messages and calls. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PicksUp(StrEnum):
    """What becomes of a call to a phone: a person decides (`ask`), or it is scripted."""

    ASK = "ask"
    HUMAN = "human"
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAX = "fax"


MACHINES = frozenset({PicksUp.VOICEMAIL, PicksUp.FAX})
"""What picks up and is no person."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A simulated phone, known by its E.164 number.

    `detected` is what machine detection makes of whoever picks up (such as `unknown`); empty: the truth.
    """

    number: str
    name: str = ""
    picks_up: PicksUp = PicksUp.ASK
    detected: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A number of the account and the addresses its webhooks go to."""

    sid: str
    number: str
    created: datetime
    updated: datetime
    sms_url: str | None = None
    sms_method: str = "POST"
    voice_url: str | None = None
    voice_method: str = "POST"
    voice_fallback_url: str | None = None
    voice_fallback_method: str = "POST"
    status_callback: str | None = None
    friendly_name: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a webhook was answered with: an HTTP status, or None and the failure (`connect`, `timeout`, `lost`)."""

    status: int | None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A text in either direction; `sender` is None until a messaging service has chosen one."""

    sid: str
    direction: str
    sender: str | None
    recipient: str
    body: str
    status: str
    segments: int
    created: datetime
    updated: datetime
    sent: datetime | None = None
    service_sid: str | None = None
    callback: str | None = None
    error_code: int | None = None
    answered: Answered | None = None

    @property
    def inbound(self) -> bool:
        """True for a text typed on a simulated phone."""
        return self.direction == "inbound"


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of a call's transcript.

    `who` is `coach`, `phone`, `other` (the person a call was put through to) or `note`; `language` is that of a Say.
    """

    at: datetime
    who: str
    text: str
    language: str = ""


LIVE = frozenset({"queued", "ringing", "in-progress"})
"""Call statuses that are not final."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call between a line of the account and a simulated phone.

    A leg is the call to one number of a Dial: `parent` is the call that dials, `peer` whom either is connected with.
    `errand` is new with every script the account gives a call; work begun for an earlier one counts no more.
    """

    sid: str
    direction: str
    sender: str
    recipient: str
    status: str
    created: datetime
    updated: datetime
    url: str | None = None
    method: str = "POST"
    twiml: str | None = None
    errand: str = ""
    fallback_url: str | None = None
    fallback_method: str = "POST"
    callback: str | None = None
    callback_events: frozenset[str] = frozenset({"completed"})
    ring_seconds: int = 60
    talk_seconds: int = 14_400
    machine_detection: str = ""
    detects_beside: bool = False
    """True when the script does not wait for machine detection (`AsyncAmd`)."""
    detected_url: str | None = None
    detected_method: str = "POST"
    parent: str | None = None
    peer: str | None = None
    answered_by: str | None = None
    by_machine: bool = False
    dialed: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    events_sent: int = 0
    heard: tuple[Heard, ...] = field(default=())
    listening: frozenset[str] = frozenset()
    """What the script waits for now: `dtmf`, `speech`, both or nothing."""

    @property
    def phone(self) -> str:
        """The number of the simulated phone."""
        return self.sender if self.direction == "inbound" else self.recipient

    @property
    def live(self) -> bool:
        """True until the call has reached a final status."""
        return self.status in LIVE

    @property
    def seconds(self) -> int:
        """Length from the answer to the end in whole seconds; 0 when never answered."""
        if self.started is None or self.ended is None:
            return 0
        return round((self.ended - self.started).total_seconds())
