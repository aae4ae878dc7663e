"""What fails around a coach: transactions that die before their commit, and a carrier that changes its mind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from coach.adapters.database.store import SqlStore
from coach.core.model import OutboundMessage
from coach.ports import Outcome, SendResult
from tests.carriers import NoCallsUnderWay


class Crash(Exception):
    """The process died before the commit."""


class CrashingStore:
    """A store whose transactions may die at their end."""

    def __init__(self, inner: SqlStore) -> None:
        """It works until told otherwise."""
        self._inner = inner
        self.crashes = 0

    @contextmanager
    def begin(self) -> Iterator[Any]:
        """Open a transaction; the next few are rolled back at their end."""
        with self._inner.begin() as tx:
            yield tx
            if self.crashes:
                self.crashes -= 1
                raise Crash

    def __getattr__(self, name: str) -> Any:
        """Everything else works."""
        return getattr(self._inner, name)


class Line(NoCallsUnderWay):
    """A carrier that takes what comes, or refuses all of it, or takes it and does not get to say so."""

    def __init__(self) -> None:
        """It works."""
        self.outcome = Outcome.ACCEPTED
        self.remembers = True
        self.taken: list[OutboundMessage] = []

    def send(self, message: OutboundMessage) -> SendResult:
        """Take or refuse a text."""
        if self.outcome in (Outcome.ACCEPTED, Outcome.IN_DOUBT):
            self.taken.append(message)
        said = self.outcome is Outcome.ACCEPTED
        return SendResult(self.outcome, f"SM{message.attempt_id}" if said else None, "queued" if said else None)

    def call(self, message: OutboundMessage) -> SendResult:
        """Take or refuse a call."""
        return self.send(message)

    def find(self, message: OutboundMessage, since: datetime) -> tuple[str, ...]:
        """What it took that is like this; none while it does not remember."""
        like = (m for m in self.taken if (m.outbox_id, m.channel) == (message.outbox_id, message.channel))
        return tuple(f"SM{m.attempt_id}" for m in like if m.begun_at >= since) if self.remembers else ()
