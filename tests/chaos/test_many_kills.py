"""Six workers on PostgreSQL, killed a thousand times with SIGKILL while ten thousand prompts are due.

Half of the kills come at any moment, the others at each of the named moments in turn. Judged by the ledger of the
phone network, which lives through all of it. Less: COACH_TEST_CHAOS_KILLS.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest

from coach.adapters.clock import system_clock
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import escalation
from coach.core.model import InboundMessage
from tests.chaos.coaches import open_coach
from tests.chaos.mortal import AMONG_MANY
from tests.chaos.nursery import Nursery, is_alive
from tests.chaos.street import ALARM, LINE, Street, open_street, phone, until
from tests.chaos.verdict import judge, nothing_is_lost_or_doubled
from tests.databases import database_on, find_programs, open_server

KILLS = int(os.environ.get("COACH_TEST_CHAOS_KILLS", "1000"))
PEOPLE, ALARMS = 10 * KILLS, KILLS // 5
WORKERS = 6
SECONDS_A_KILL = 0.6
LASTS = timedelta(seconds=KILLS * SECONDS_A_KILL)
SETTLED_WITHIN = 900.0
_ROOMY = ("fsync=off", "listen_addresses=", "max_connections=250", "timezone=America/St_Johns", "lc_messages=C")


@dataclass
class Worker:
    """One life."""

    process_id: int
    ends_at: str
    at_the_latest: float


@dataclass
class Yard:
    """Workers that are killed, and others in their places."""

    street: Street
    nursery: Nursery
    chance: random.Random
    deaths: Counter[str] = field(default_factory=Counter)
    alarmed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """All live."""
        self.moments = cycle(AMONG_MANY)
        self.workers = [self._born() for _ in range(WORKERS)]

    def _born(self) -> Worker:
        named = self.chance.random() < 0.8
        ends_at = next(self.moments) if named else ""
        longest = 15.0 if named else self.chance.uniform(0.2, 4.0)
        born = self.nursery.bear(ends_at, 1)
        return Worker(born, ends_at, time.monotonic() + longest)

    def look(self) -> None:
        """Whoever has died is replaced; whoever has lived long enough is killed."""
        for which, worker in enumerate(self.workers):
            if not is_alive(worker.process_id):
                self.deaths[worker.ends_at or "by itself"] += 1
                self.workers[which] = self._born()
            elif time.monotonic() > worker.at_the_latest:
                with suppress(ProcessLookupError):
                    os.kill(worker.process_id, signal.SIGKILL)
                worker.ends_at, worker.at_the_latest = "at random", float("inf")

    def calms_down(self) -> None:
        """The last are killed; six others live for ever."""
        for worker in self.workers:
            with suppress(ProcessLookupError):
                os.kill(worker.process_id, signal.SIGKILL)
        for _ in self.workers:
            self.nursery.bear()

    def alarm(self, sender: str) -> None:
        """Somebody texts an emergency, and whoever took it dies before deciding about it."""
        text = InboundMessage(f"SM-{sender}", sender, LINE, ALARM, system_clock())
        SqlStore(self.street.engine).keep_inbound(text, {"Body": ALARM})
        self.alarmed.add(sender)

    def cases_are_taken(self) -> None:
        """All of them, by Ana, so that paging comes to an end."""
        coach = open_coach(self.street)
        for row in self.street.rows(escalation):
            coach.acknowledge(row.id, "ana")
        coach.close()

    def is_settled(self) -> bool:
        """Whether nothing is under way any more; looked at seldom, for there are many rows."""
        time.sleep(2)
        return self.street.is_quiet()


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Everybody's prompt is due within the time that the kills take."""
    with ExitStack() as stack:
        server = stack.enter_context(open_server(find_programs(), _ROOMY))
        url = stack.enter_context(database_on(server.address))
        street = stack.enter_context(open_street(tmp_path, url, ("worker",)))
        now, chance = system_clock() + timedelta(seconds=5), random.Random(2)
        street.plan([now + chance.random() * LASTS for _ in range(PEOPLE)])
        nursery = Nursery(url, street.serve.settings["COACH_TWILIO_API_URL"], tmp_path / "workers.log")
        stack.callback(nursery.close)
        nursery.open()
        yield Yard(street, nursery, chance)


@pytest.mark.nightly
def test_a_thousand_kills_lose_nothing_and_double_nothing(yard: Yard, tmp_path: Path) -> None:
    """And afterwards everything comes to rest."""
    began, ends = time.monotonic(), system_clock() + LASTS
    alarming = iter(range(PEOPLE, PEOPLE + ALARMS))
    while yard.deaths.total() < KILLS or system_clock() < ends:
        yard.look()
        if yard.chance.random() < 0.03:
            number = next(alarming, None)
            if number is not None:
                yard.alarm(phone(number))
        time.sleep(0.03)
    yard.calms_down()
    killed = time.monotonic() - began
    until(lambda: not yard.street.unsettled(), "nothing in hand", SETTLED_WITHIN)
    yard.cases_are_taken()
    until(yard.is_settled, "everything settled", SETTLED_WITHIN)
    verdict = judge(yard.street, yard.deaths.total(), [phone(number) for number in range(PEOPLE)], yard.alarmed)
    figures = f"{verdict}\n{killed:.0f} s of kills, {time.monotonic() - began:.0f} s in all\n{yard.deaths}\n"
    (tmp_path / "figures.txt").write_text(figures, encoding="utf-8")
    sys.stderr.write(figures)
    nothing_is_lost_or_doubled(yard.street, verdict)
