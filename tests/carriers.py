"""A carrier for tests that are about something else."""

from __future__ import annotations

from datetime import datetime

from coach.core.model import OutboundMessage
from coach.ports import Outcome, SendResult


class SilentCarrier:
    """Takes whatever comes, and tells nothing more of it."""

    def send(self, message: OutboundMessage) -> SendResult:
        """Accept a text."""
        return SendResult(Outcome.ACCEPTED, f"SM{message.outbox_id}", "queued")

    def call(self, message: OutboundMessage) -> SendResult:
        """Accept a call."""
        return self.send(message)

    def find(self, message: OutboundMessage, since: datetime) -> tuple[str, ...]:
        """Nothing is in doubt."""
        del message, since
        return ()
