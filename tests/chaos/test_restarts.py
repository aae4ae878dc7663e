"""PostgreSQL restarted every 5 to 40 seconds, half of the times without warning, under a steady stream of work.

`coach web` and two `coach worker` run as they do in life. Judged by the ledger of the phone network. Shorter:
COACH_TEST_CHAOS_MINUTES.
"""

from __future__ import annotations

import os
import random
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from coach.adapters.clock import system_clock
from coach.adapters.database.tables import outbox
from tests.chaos.street import ALARM, Street, open_street, phone, until
from tests.chaos.verdict import judge, nothing_is_lost_or_doubled
from tests.databases import Server, database_on, find_programs, open_server
from tests.serving import Program

MINUTES = float(os.environ.get("COACH_TEST_CHAOS_MINUTES", "10"))
A_SECOND = 8.0
"""So many prompts are due in each second, and so many texts come in."""
STREAM = int(MINUTES * 60 * A_SECOND)
FIRST_STRANGER = 20_000
EVERY_SO_OFTEN = 100
"""One in so many texts is an emergency."""
BACK_WITHIN = 5.0
"""Seconds after the database answers again; then something has usually been sent. The longest wait is told only: on a
busy machine it says more about the machine."""
LONGEST = 60.0
GIVEN_UP = timedelta(minutes=20)
_SETTINGS = ("fsync=off", "listen_addresses=", "max_connections=100", "timezone=America/St_Johns", "lc_messages=C")


@dataclass
class Practice:
    """A web process, two workers, and a database that comes and goes."""

    street: Street
    server: Server
    workers: tuple[Program, ...]
    chance: random.Random
    hands: ThreadPoolExecutor
    texts: int = 0
    recoveries: list[float] = field(default_factory=list)
    _back_at: float = 0.0  # 0 when nothing is waited for
    _before: int = 0

    def start(self) -> None:
        """Everybody begins."""
        self.street.serve.start(f"{self.street.address}/healthz")
        for worker in self.workers:
            worker.start()

    def kill(self) -> None:
        """Nobody lives."""
        for program in (self.street.serve, *self.workers):
            program.kill()

    def lives(self, seconds: float) -> None:
        """Texts come in at their pace, and every so often the database is restarted."""
        began = time.monotonic()
        restart_at = began + self.chance.uniform(5, 40)
        while time.monotonic() < began + seconds or self._back_at:
            if time.monotonic() >= restart_at and not self._back_at:
                self._restart()
                restart_at = time.monotonic() + self.chance.uniform(5, 40)
            if self.texts < (time.monotonic() - began) * A_SECOND:
                self._text()
            self._note_recovery()
            time.sleep(0.02)

    def _text(self) -> None:
        """Strangers who say hello get one answer, and some need help."""
        body = "hello" if self.texts % EVERY_SO_OFTEN else ALARM
        self.hands.submit(self.street.text, phone(FIRST_STRANGER + self.texts), body)
        self.texts += 1

    def _restart(self) -> None:
        """The database is away for up to two seconds."""
        self.server.stop(self.chance.choice((signal.SIGINT, signal.SIGQUIT)))
        time.sleep(self.chance.uniform(0, 2))
        self.server.start()
        self._back_at, self._before = time.monotonic(), self._posts()

    def _note_recovery(self) -> None:
        """How long it takes from then on until something is sent."""
        waited = time.monotonic() - self._back_at
        if self._back_at and self._posts() > self._before:
            self.recoveries.append(waited)
            self._back_at = 0.0
        assert not self._back_at or waited < LONGEST, "nothing is sent any more"

    def _posts(self) -> int:
        return len(self.street.network.ledger.entries("message"))

    def alarmed(self) -> set[str]:
        """Whose emergency text was taken."""
        return {who for who in self.street.answered if not (_number(who) - FIRST_STRANGER) % EVERY_SO_OFTEN}

    def unanswered(self) -> set[str]:
        """Who said hello, was told that we have it, and got not exactly one answer.

        One that was in hand when the database went, and that the carrier does not list, is given up and shown as such.
        """
        times = Counter(entry.recipient for entry in self.street.network.ledger.entries("message"))
        given_up = {row.recipient for row in self.street.rows(outbox) if row.state == "failed"}
        greeted = self.street.answered - self.alarmed()
        return {who for who in greeted if times[who] != 1 and not (times[who] == 0 and who in given_up)}

    def told(self) -> str:
        """How long it took until something was sent, each time."""
        median, longest = statistics.median(self.recoveries), max(self.recoveries)
        return f"{len(self.recoveries)} restarts, sent again after {median:.1f} s, at most {longest:.1f} s"

    def is_settled(self) -> bool:
        """Looked at seldom: there are many rows."""
        time.sleep(1)
        return self.street.is_quiet()


_NUMBERS = {phone(number): number for number in range(FIRST_STRANGER, FIRST_STRANGER + 2 * STREAM + 10_000)}


def _number(who: str) -> int:
    return _NUMBERS[who]


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    """Everybody's prompt is due within the time that it lasts."""
    with ExitStack() as stack:
        server = stack.enter_context(open_server(find_programs(), _SETTINGS))
        url = stack.enter_context(database_on(server.address))
        street = stack.enter_context(open_street(tmp_path, url, ("web",)))
        chance, now = random.Random(3), system_clock() + timedelta(seconds=10)
        street.plan([now + timedelta(minutes=MINUTES) * chance.random() for _ in range(STREAM)])
        settings = {**street.serve.settings, "COACH_SEND_RATE": "500"}
        workers = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            workers.append(Program(("worker",), tmp_path / name, settings))
        hands = stack.enter_context(ThreadPoolExecutor(16))
        made = Practice(street, server, tuple(workers), chance, hands)
        stack.callback(made.kill)
        yield made


@pytest.mark.nightly
def test_ten_minutes_of_restarts_lose_nothing_and_double_nothing(practice: Practice, tmp_path: Path) -> None:
    """Every text is taken all the while, and sending goes on within seconds each time."""
    practice.start()
    practice.lives(MINUTES * 60)
    practice.hands.shutdown(wait=True)
    until(lambda: not practice.street.unsettled(), "nothing in hand", 240)
    practice.kill()
    practice.street.time_goes_by(GIVEN_UP)
    practice.start()
    until(practice.is_settled, "everything settled", 600)
    verdict = judge(practice.street, 0, [phone(number) for number in range(STREAM)], practice.alarmed())
    figures = f"{verdict}, texts {practice.texts}, taken {len(practice.street.answered)}\n{practice.told()}\n"
    (tmp_path / "figures.txt").write_text(figures, encoding="utf-8")
    sys.stderr.write(figures)
    nothing_is_lost_or_doubled(practice.street, verdict)
    assert len(practice.street.answered) == practice.texts
    assert practice.unanswered() == set()
    assert statistics.median(practice.recoveries) <= BACK_WITHIN
