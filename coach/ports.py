"""What the service needs of the outer world, as protocols.

Adapters keep these promises; tests may stand in for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

from coach.core.events import Event
from coach.core.model import Conversation, InboundMessage, OutboundMessage, Participant, Timer

Clock: TypeAlias = Callable[[], datetime]
"""Gives the present as an aware UTC datetime."""


class Outcome(StrEnum):
    """How one attempt to send ended, as far as is known."""

    ACCEPTED = "accepted"  # the carrier has it and gave an id
    REJECTED = "rejected"  # the carrier refused it; it was not created
    THROTTLED = "throttled"  # refused unprocessed: safe to repeat
    NOT_SENT = "not_sent"  # the request never left: safe to repeat
    IN_DOUBT = "in_doubt"  # may or may not exist at the carrier: never repeated blindly


class FailureClass(StrEnum):
    """What a carrier's error code means for us (Twilio error pages; table in messages/carrier.toml)."""

    NUMBER = "number"  # this number cannot take texts
    SUPPRESSED = "suppressed"  # opted out at the carrier
    ACCOUNT = "account"  # our account or sender: stop the line, tell the operator
    THROTTLE = "throttle"
    RETRY = "retry"
    CONTENT = "content"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The end of one attempt."""

    outcome: Outcome
    carrier_id: str | None = None
    status: str | None = None
    code: int | None = None
    failure: FailureClass | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """A status callback: what the carrier says became of an attempt."""

    attempt_id: str
    carrier_id: str
    status: str
    code: int | None
    received_at: datetime


class Carrier(Protocol):
    """Sends texts and places calls. One call is one attempt: no retries inside, always a bounded wait."""

    def send(self, message: OutboundMessage) -> SendResult:
        """Post one text, with the attempt id in its status-callback address."""

    def call(self, message: OutboundMessage) -> SendResult:
        """Start one call, with the attempt id in its dialogue address."""

    def find(self, message: OutboundMessage, since: datetime) -> Sequence[str]:
        """Carrier ids of messages like this one created at or after `since`; to settle an attempt in doubt."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What set off a decision: exactly one of the ids, or a staff name."""

    inbound_id: int | None = None
    timer_id: int | None = None
    staff: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A received message that is durably stored."""

    inbound_id: int
    decided: bool  # True when this carrier id was already received and dealt with


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A claimed timer with everything known of its participant."""

    timer: Timer
    conversation: Conversation


class Transaction(Protocol):
    """One short transaction. Participants loaded in it are locked until it ends."""

    def conversation(self, participant_id: int, now: datetime) -> Conversation:
        """All that is known of one participant. KeyError when there is none."""

    def conversation_of_number(self, phone: str, country: str, now: datetime) -> Conversation:
        """The same by E.164 number; an unknown number becomes a stranger first."""

    def conversation_of_escalation(self, escalation_id: int, now: datetime) -> Conversation:
        """The conversation a case belongs to. KeyError when there is none."""

    def enrol(self, participant: Participant, now: datetime) -> int:
        """Store a new participant (its id is ignored).

        Raises:
            Duplicate: the number is known and not a stranger's.
        """

    def claim_timers(self, now: datetime, limit: int) -> Sequence[DueTimer]:
        """Due timers, earliest first, at most one per participant, none that another transaction holds."""

    def claim_inbound(self, inbound_id: int) -> InboundMessage | None:
        """The stored message if it is not yet decided, locked; else None."""

    def record(self, conversation: Conversation, events: Sequence[Event], cause: Cause, now: datetime) -> None:
        """Write the facts, and mark the cause (inbound or timer) as dealt with."""

    def postpone(self, timer: Timer, until: datetime, error: str, tries_allowed: int) -> None:
        """Put off a timer whose decision raised; past the allowed tries it is parked as a task for a coordinator."""


class Duplicate(Exception):
    """The number is already enrolled."""


class Store(Protocol):
    """The tables. Every method is one transaction of its own unless it says otherwise."""

    def keep_inbound(self, message: InboundMessage, raw: Mapping[str, str]) -> Kept:
        """Store a received message durably, once per carrier id."""

    def undecided_inbound(self, before: datetime, limit: int) -> Sequence[int]:
        """Ids of messages received before then and not dealt with (a crash, or a decision that raised)."""

    def inbound_failed(self, inbound_id: int, error: str, tries_allowed: int, now: datetime) -> None:
        """Count a decision that raised; past the allowed tries the text becomes a task for a coordinator to read."""

    def said_for(self, inbound_id: int) -> Sequence[str]:
        """The sentences spoken in answer to a message, in order: a repeated webhook says the same again."""

    def finish_task(self, task_id: int, staff: str, now: datetime) -> bool:
        """Mark a coordinator's task as done; False when there is none or it was done before."""

    def declare_heat(self, zone: str, first_day: date, last_day: date, staff: str, now: datetime) -> int | None:
        """Store a heat alert, both days included; None when one that has not ended holds on all these days."""

    def end_heat(self, alert_id: int, staff: str, now: datetime) -> bool:
        """End a heat alert; False when there is none or it was ended before."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """Open a transaction; commits at the end of the block, rolls back when it raises."""

    def claim_outbox(
        self, now: datetime, limit: int, lease: timedelta, segments_per_second: float
    ) -> Sequence[OutboundMessage]:
        """Claim pending messages, first lane first, within the rate, and commit an attempt row for each.

        Expires what is past its usefulness; EMERGENCY, URGENT and PAGE lanes never wait for the rate. Prompts to people
        who are not active are dropped, and so is everything to people who have left but the answers to what they wrote
        since.
        """

    def finish_attempt(self, message: OutboundMessage, result: SendResult, now: datetime) -> None:
        """Record how an attempt ended; a repeatable failure puts the message back with a growing pause.

        An attempt that is no longer open stays as it is; only a carrier id is still bound, since it ends the doubt.
        """

    def apply_status(self, status: DeliveryStatus) -> bool:
        """Apply a status callback by rank, binding the carrier id; False when the attempt is unknown."""

    def expire_leases(self, now: datetime) -> int:
        """Attempts whose sender vanished become in doubt. Returns how many."""

    def in_doubt(self, older_than: datetime, limit: int) -> Sequence[OutboundMessage]:
        """Attempts in doubt that started before then and still have no carrier id."""

    def settle(self, message: OutboundMessage, carrier_id: str | None, *, send_again: bool, now: datetime) -> None:
        """End a doubt: bind the found id, or give up, or queue the message once more."""

    def bound_carrier_ids(self, carrier_ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that already belong to an attempt."""

    def message_of_attempt(self, attempt_id: str) -> OutboundMessage | None:
        """The message an attempt was made for."""
