"""A carrier for tests that are about something else."""

from __future__ import annotations

from datetime import datetime

from coach.core.model import OutboundMessage
from coach.ports import Outcome, SendResult


class NoCallsUnderWay:
    """The part of a carrier that changes calls under way, where there are none."""

    def redirect(self, carrier_id: str, path: str) -> bool:
        """No such call."""
        del carrier_id, path
        return False

    def hang_up(self, carrier_id: str) -> bool:
        """No such call."""
        del carrier_id
        return False


class SilentCarrier(NoCallsUnderWay):
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
