"""Both clockworks over a street of people: what is true of one has to be true of the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import DateTime, column, func, insert, select, table, update

from coach.adapters.clock import system_clock
from coach.adapters.database.engine import open_engine, postgresql_address
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import outbox
from coach.adapters.library.carrier import load_carrier_codes
from coach.adapters.twilio import CarrierOptions, TwilioCarrier
from coach.clockwork.cluster import ClusterClockwork, ProcrastinateConveyor
from coach.clockwork.embedded import EmbeddedClockwork
from coach.core.model import Lane
from coach.resources import folder
from coach.sending import Options
from coach.service import Coach
from tests.chaos.street import ACCOUNT, LINE, TOKEN, Street, phone, until
from tests.core.talking import HANDBOOK
from tests.serving import Program

_ENGINES_WORKERS = table("procrastinate_workers", column("last_heartbeat", DateTime(timezone=True)))
_ENGINES_JOBS = table("procrastinate_jobs")
FAST = timedelta(seconds=0.05)


@dataclass
class Yard:
    """A street with a yard full of clockworks, all on one database."""

    street: Street
    url: str
    workers: list[Program] = field(default_factory=list)

    @contextmanager
    def running(self, clockworks: int = 1, **options: Any) -> Iterator[Coach]:
        """So many clockworks run, each with a coach and connections of its own; yields the first coach."""
        with ExitStack() as stack:
            coaches = [stack.enter_context(self._clockwork(**options)) for _ in range(clockworks)]
            yield coaches[0]

    @contextmanager
    def _clockwork(self, **options: Any) -> Iterator[Coach]:
        figures = Options(**({"segments_per_second": 10_000.0} | options))
        given = CarrierOptions(
            ACCOUNT,
            TOKEN,
            self.street.address,
            from_number=LINE,
            api_url=self.street.serve.settings["COACH_TWILIO_API_URL"],
        )
        carrier = TwilioCarrier(given, system_clock, load_carrier_codes(folder("messages") / "carrier.toml"))
        engine = open_engine(self.url)
        coach = Coach(SqlStore(engine), carrier, HANDBOOK, system_clock, figures)
        address = postgresql_address(self.url)
        conveyor = ProcrastinateConveyor(address) if address else None
        clockwork = ClusterClockwork(coach, conveyor, FAST) if conveyor else EmbeddedClockwork(coach, FAST)
        clockwork.start()
        try:
            yield coach
        finally:
            clockwork.close()
            coach.close()
            carrier.close()
            engine.dispose()

    def worker(self) -> Program:
        """Another `coach worker` in a process of its own, not yet started."""
        serve = self.street.serve
        self.workers.append(Program(("worker",), serve.folder, serve.settings))
        return self.workers[-1]

    def queue(self, lane: Lane, number: int, body: str = "A text") -> None:
        """A message for one of the people, as it would be queued by a decision."""
        now = system_clock()
        row = {
            "participant_id": self.person(number), "lane": lane, "channel": "sms", "recipient": phone(number),
            "body": body, "template": "legs.today", "because": "a test", "segments": 1, "state": "pending",
            "created_at": now, "not_before": now, "expires_at": now + timedelta(hours=9), "tries": 0,
        }  # fmt: skip
        with self.street.engine.begin() as connection:
            connection.execute(insert(outbox), [row])

    def person(self, number: int) -> int:
        """The id of one of the people."""
        with SqlStore(self.street.engine).begin() as tx:
            return tx.conversation_of_number(phone(number), "US", system_clock()).participant.id

    def time_goes_by(self, by: timedelta) -> None:
        """While nothing runs; the engine's workers were last heard of that long ago, too."""
        self.street.time_goes_by(by)
        with self.street.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                heard = update(_ENGINES_WORKERS).values(last_heartbeat=_ENGINES_WORKERS.c.last_heartbeat - by)
                connection.execute(heard)

    def batches(self) -> int:
        """How many batches the engine has; none where there is no engine."""
        with self.street.engine.begin() as connection:
            if connection.dialect.name != "postgresql":
                return 0
            return connection.scalar(select(func.count()).select_from(_ENGINES_JOBS)) or 0

    def states(self) -> set[str]:
        """In which states messages are."""
        return {row.state for row in self.street.rows(outbox)}

    def all_is(self, *states: str) -> None:
        """Wait until all messages are in one of these states."""
        until(lambda: self.states() <= {*states}, f"only {states}")
