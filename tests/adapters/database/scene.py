"""A small practice to act with: people by name, a store, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from coach.adapters.database.store import SqlStore
from coach.core.events import Event, MessageQueued, TimerSet
from coach.core.model import Channel, InboundMessage, Lane, Language, OutboundMessage, Participant, Status
from coach.ports import Cause, DeliveryStatus, Line, Outcome, Pace, SendResult
from tests.clocks import StoppedClock

OURS = "+15550009999"
PHONES = {"Rosa": "+15550001001", "Walter": "+15550001002", "June": "+15550001003", "Sam": "+15550001004"}
FAST = 1000.0
LEASE = timedelta(seconds=90)
TEXTS, CALLS = f"sms:{OURS}", f"voice:{OURS}"


def pace(texts: float = FAST, calls: float = FAST, **details: Any) -> Pace:
    """So many segments and calls a second over our two lines."""
    return Pace(Line(TEXTS, texts), Line(CALLS, calls), **details)


@dataclass
class Scene:
    """Says in a line what a test needs done."""

    engine: Engine
    store: SqlStore
    clock: StoppedClock

    def __post_init__(self) -> None:
        """Carrier ids are numbered."""
        self._numbers = count(1)

    @property
    def now(self) -> datetime:
        """The time the clock stands at."""
        return self.clock()

    def enrol(self, name: str, status: Status = Status.ACTIVE, phone: str | None = None, **details: Any) -> int:
        """Store a person; those without a number of their own get it from PHONES."""
        number = phone or PHONES[name]
        person = Participant(0, number, status, Language.EN, "US", name=name, zone="America/Chicago", **details)
        with self.store.begin() as tx:
            return tx.enrol(person, self.now)

    def decide(self, person: int, *events: Event, cause: Cause | None = None) -> None:
        """Record facts about a person."""
        with self.store.begin() as tx:
            tx.record(tx.conversation(person, self.now), events, cause or Cause(), self.now)

    def queue(self, person: int, lane: Lane = Lane.PROMPT, body: str = "How are your legs?", **details: Any) -> None:
        """Queue a message that stays useful for an hour."""
        cause = details.pop("cause", None)
        self.decide(person, self.message(lane, body, **details), cause=cause)

    def message(self, lane: Lane, body: str, **details: Any) -> MessageQueued:
        """The fact that a message was queued."""
        expires_at = details.pop("expires_at", self.now + timedelta(hours=1))
        return MessageQueued("legs.today", body, lane, expires_at, "It is part of the programme.", **details)

    def set_timer(self, person: int, due_at: datetime, kind: str = "prompt", key: str | None = None) -> None:
        """Set a timer; its key is its kind and time unless one is given."""
        self.decide(person, TimerSet(kind, key or f"{kind}/{due_at.isoformat()}", due_at))

    def receive(self, name: str, body: str, carrier_id: str | None = None) -> int:
        """Keep a text from one of PHONES. Returns its id."""
        message = self.text(name, body, carrier_id or f"SM{next(self._numbers):032d}")
        return self.store.keep_inbound(message, {"Body": body}).inbound_id

    def text(self, name: str, body: str, carrier_id: str) -> InboundMessage:
        """A text from one of PHONES to us."""
        return InboundMessage(carrier_id, PHONES[name], OURS, body, self.now, Channel.SMS)

    def claim(self, limit: int = 10, rate: float = FAST, lease: timedelta = LEASE) -> Sequence[OutboundMessage]:
        """Claim what may be sent now."""
        return self.store.claim_outbox(self.now, limit, lease, pace(rate))

    def claim_one(self) -> OutboundMessage:
        """Claim the only message there is to send."""
        (message,) = self.claim()
        return message

    def finish(self, message: OutboundMessage, outcome: Outcome, **details: Any) -> None:
        """End an attempt."""
        assert self.store.finish_attempts([(message, SendResult(outcome, **details))], self.now) == frozenset()

    def callback(self, attempt_id: str, status: str, carrier_id: str = "SM-rosa", code: int | None = None) -> bool:
        """A status callback comes in."""
        return self.store.apply_status(DeliveryStatus(attempt_id, carrier_id, status, code, self.now))

    def rows(self, table: Table, **where: Any) -> list[dict[str, Any]]:
        """Rows of a table in the order of their ids."""
        statement = select(table).order_by(*table.primary_key.columns)
        for name, value in where.items():
            statement = statement.where(table.c[name] == value)
        with self.engine.begin() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def column(self, table: Table, name: str) -> list[Any]:
        """One column of all rows."""
        return [row[name] for row in self.rows(table)]

    def plans(self, look: Callable[[Connection], object], begins: str = "SELECT") -> list[str]:
        """How SQLite means to carry out what a look asks for: its questions, and statements that begin like this."""
        asked: list[str] = []
        with self.engine.begin() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.set_trace_callback(asked.append)
            look(connection)
            raw.set_trace_callback(None)
            wanted = (one for one in asked if one.startswith(("SELECT", begins)))
            explained = (f"EXPLAIN QUERY PLAN {one}" for one in wanted)
            return [str(row[3]) for plan in explained for row in connection.exec_driver_sql(plan)]
