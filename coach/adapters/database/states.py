"""Where a queued message and a timer stand: the words in the `state` columns of `outbox` and `timer`."""

from __future__ import annotations

from enum import StrEnum


class OutboxState(StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    RELEASED = "released"  # handed to the workers until `lease_until`; nobody has begun to send it
    SENDING = "sending"  # a sender holds it until `lease_until`
    IN_DOUBT = "in_doubt"  # nobody knows whether the carrier has it
    ACCEPTED = "accepted"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SAID = "said"  # spoken in a call; nothing is left to send


class TimerState(StrEnum):
    """Where a timer stands."""

    PENDING = "pending"
    FIRED = "fired"
    CANCELLED = "cancelled"
    PARKED = "parked"  # its decision raised too often; a coordinator has it as a task
