"""A street of people who text, a phone network that outlives the coach, and `coach` in processes of their own.

The network lives in the test and the database is a file: both stay when a process is killed, and both are looked at
from outside. Nothing here looks into the program.
"""

from __future__ import annotations

import base64
import os
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, select, update

from coach.adapters.clock import system_clock
from coach.adapters.database.engine import open_engine
from coach.adapters.database.migrations import upgrade
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import UtcDateTime, attempt, escalation, inbound, job_mark, metadata, outbox, timer
from coach.core.events import MessageQueued, TimerSet
from coach.core.model import Lane, Language, Participant, QuietHours, Status, TimerKind
from coach.ports import Cause, Clock
from coach.sandbox.app import create_app
from coach.sandbox.clock import AdjustableClock
from coach.sandbox.network import Conditions, Network
from coach.sandbox.pace import INSTANT
from coach.sandbox.records import PicksUp
from tests.serving import Program, free_port, serve
from tests.town import ANA, BEN, put_on_call

LINE = "+12025550100"
ACCOUNT, TOKEN = "AC" + "0123456789abcdef" * 2, "the-account-token"
ALARM = "I can't breathe"
_UNSENT = ("pending", "released", "sending", "in_doubt")
_ATTEMPT = re.compile(r"/twilio/(?:status|call-status)/([^/]+)$")


LESSON, A_LESSON = "lesson-01-signs", "a-lesson"
"""A slot of the programme, and the key of its timer."""

NO_NIGHT = QuietHours(time_of_day(0), time_of_day(0))
_AT_ONCE = 200
_ON_THIS_STREET = 60
"""Numbers after theirs are those of staff."""


def phone(number: int) -> str:
    """The phone of one of the people."""
    return f"+1202555{110 + number:04d}" if number < _ON_THIS_STREET else f"+1202{5560000 + number}"


def _neighbour(number: int) -> Participant:
    return Participant(0, phone(number), Status.ACTIVE, Language.EN, "US", name=f"No. {number}", zone="UTC")


@dataclass
class Street:
    """Everybody and everything, seen from outside."""

    network: Network
    engine: Engine
    serve: Program
    address: str
    clock: Clock = system_clock
    answered: set[str] = field(default_factory=set)
    """Phones whose text was answered with 200."""

    # people -----------------------------------------------------------------------------------------------------------

    def enrol(self, people: int) -> None:
        """So many take part; each has a lesson waiting to be sent."""
        now, store = self.clock(), SqlStore(self.engine)
        for number in range(people):
            who = _neighbour(number)
            lesson = MessageQueued("legs.today", f"Lesson {number}", Lane.PROMPT, now + timedelta(hours=9), "planned")
            with store.begin() as tx:
                known = tx.conversation(tx.enrol(who, now), now)
                tx.record(known, (lesson,), Cause(), now)

    def plan(self, moments: Sequence[datetime], after: int = 0) -> None:
        """As many take part as there are moments; at each of them a lesson is due to one person.

        `after` so many others.
        """
        for first in range(0, len(moments), _AT_ONCE):
            with SqlStore(self.engine).begin() as tx:
                for number, due in enumerate(moments[first : first + _AT_ONCE], first + after):
                    person = tx.enrol(replace(_neighbour(number), quiet=NO_NIGHT), self.clock())
                    lesson = TimerSet(TimerKind.PROMPT, A_LESSON, due, {"slot": LESSON, "day": str(due.date())})
                    tx.record(tx.conversation(person, self.clock()), (lesson,), Cause(), self.clock())

    def text(self, sender: str, body: str = ALARM) -> bool:
        """Somebody texts; whether the coach answered with 200."""
        sent = self.network.text(sender, body)
        taken = sent.answered is not None and sent.answered.status == 200
        if taken:
            self.answered.add(sender)
        return taken

    @contextmanager
    def texts(self, senders: Sequence[str]) -> Iterator[None]:
        """They all text an emergency at once, while something else happens."""
        with ThreadPoolExecutor(len(senders)) as hands:
            sent = [hands.submit(self.text, sender) for sender in senders]
            yield
        assert all(one.exception() is None for one in sent)

    # time -------------------------------------------------------------------------------------------------------------

    def time_goes_by(self, by: timedelta) -> None:
        """While no process lives: everything written down, here and at the carrier, is that much older."""
        assert not self.serve.process_id
        with self.engine.begin() as connection:
            for table in metadata.sorted_tables:
                moments = [column.name for column in table.columns if isinstance(column.type, UtcDateTime)]
                if moments:
                    _age(connection, table, moments, by)
        state = self.network.state
        for text in state.messages():
            sent = text.sent - by if text.sent else None
            state.change_message(text.sid, created=text.created - by, sent=sent)
        for call in state.calls():
            started = call.started - by if call.started else None
            state.change_call(call.sid, created=call.created - by, started=started)

    def hold_while_sending(self) -> None:
        """Hold the process still with posts under way; not within a transaction, where SQLite would hold all others."""
        until(lambda: len(self.sent()) >= 4, "posts under way")
        self.serve.hold()
        while not self._may_be_written():
            self.serve.let_go()
            time.sleep(0.01)
            self.serve.hold()

    def _may_be_written(self) -> bool:
        writer = sqlite3.connect(str(self.engine.url.database), timeout=0.2)
        try:
            writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        finally:
            writer.close()
        return True

    # what is seen -----------------------------------------------------------------------------------------------------

    def rows(self, table: Table) -> list[Any]:
        """All rows of a table in the order of their ids."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key.columns)))

    def at_carrier(self) -> Counter[str]:
        """How often the carrier took each attempt, by its id."""
        taken = (*self.network.ledger.entries("message"), *self.network.ledger.entries("call"))
        named = (_ATTEMPT.search(entry.detail) for entry in taken)
        return Counter(found[1] for found in named if found is not None)

    def sent(self) -> Counter[int]:
        """How often the carrier took each message of the outbox, by its id."""
        taken, of = self.at_carrier(), {row.id: row.outbox_id for row in self.rows(attempt)}
        times: Counter[int] = Counter()
        for attempt_id, often in taken.items():
            times[of[attempt_id]] += often
        return times

    def pages(self) -> Counter[int]:
        """How many pages about each case the carrier took."""
        sent, cases = self.sent(), Counter[int]()
        for row in self.rows(outbox):
            if row.lane == Lane.PAGE and row.escalation_id is not None and row.template in _ASKING:
                cases[row.escalation_id] += sent[row.id]
        return cases

    def is_quiet(self) -> bool:
        """Whether nothing is due, undecided, or under way, and every text that was answered with 200 is known."""
        now = self.clock()
        due = (row for row in self.rows(timer) if row.state == "pending" and row.due_at <= now)
        received = self.rows(inbound)
        undecided = (row for row in received if row.decided_at is None)
        texts = (text for text in self.network.state.messages() if text.inbound and text.answered is not None)
        sent = {text.sid for text in texts if text.answered is not None and text.answered.status == 200}
        unknown = sent - {row.carrier_id for row in received}
        unsent = (row for row in self.rows(outbox) if row.state in _UNSENT)
        return not any((*due, *undecided, *unsent, *unknown))

    def unsettled(self) -> list[int]:
        """Messages in hand of somebody, and those in doubt that must arrive."""
        rows = self.rows(outbox)
        doubtful = (row.id for row in rows if row.state == "in_doubt" and Lane(row.lane).must_arrive)
        return [*(row.id for row in rows if row.state == "sending"), *doubtful]

    def serve_works_again(self) -> bool:
        """Whether the process has left its mark at a job within the last few seconds."""
        lately = self.clock() - timedelta(seconds=5)
        marks = self.rows(job_mark)
        return any(m.ok_at and m.ok_at > lately and m.process.endswith(f"/{self.serve.process_id}") for m in marks)

    def owners(self) -> set[str | None]:
        """Who has the cases."""
        return {row.owner for row in self.rows(escalation)}


_ASKING = frozenset({"page.new", "page.again", "page.again_all"})


def _age(connection: Any, table: Table, moments: list[str], by: timedelta) -> None:
    keys = list(table.primary_key.columns)
    for row in connection.execute(select(table)).mappings().all():
        older = {name: row[name] - by for name in moments if row[name] is not None}
        if older:
            connection.execute(update(table).where(*(key == row[key.name] for key in keys)).values(older))


def until(condition: Callable[[], bool], what: str, seconds: float = 90.0) -> None:
    """Wait for what other processes bring about; say what was missing when it does not come."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"waited {seconds:.0f} s in vain for: {what}"
        time.sleep(0.1)


@contextmanager
def open_street(
    folder: Path, database: str = "", command: tuple[str, ...] = (), clock: Clock | None = None
) -> Iterator[Street]:
    """An empty practice with Ana and Ben on call; the coach does not run yet.

    It is `coach serve` over a SQLite file, unless another command and an empty database are given. With a clock of
    its own everybody here lives by that one, but not the processes.
    """
    port = free_port()
    database = database or f"sqlite:///{folder / 'street.db'}"
    address = f"http://127.0.0.1:{port}"
    upgrade(database)
    engine = open_engine(database)
    put_on_call(SqlStore(engine), (clock or system_clock)())
    network = Network(
        ACCOUNT,
        TOKEN,
        LINE,
        clock=clock or AdjustableClock(system_clock(), time.monotonic),
        sms_url=f"{address}/twilio/sms",
        voice_url=f"{address}/twilio/voice/inbound",
        conditions=Conditions(pace=INSTANT),
    )
    for who in (ANA, BEN):
        network.add_phone(who.phone, who.name, PicksUp.HUMAN)
    with serve(create_app(network)) as carrier:
        own = {**settings(address, carrier, database), "PORT": str(port)}
        program = Program(command or ("serve", "--port", str(port)), folder, own)
        try:
            yield Street(network, engine, program, address, clock or system_clock)
        finally:
            program.kill()
            network.close()
            engine.dispose()


def settings(address: str, carrier: str, database: str) -> dict[str, str]:
    """Settings that meet nobody outside this machine."""
    return {
        "COACH_DATABASE_URL": database,
        "COACH_PUBLIC_URL": address,
        "COACH_TWILIO_API_URL": carrier,
        "COACH_TWILIO_ACCOUNT_SID": ACCOUNT,
        "COACH_TWILIO_AUTH_TOKEN": TOKEN,
        "COACH_TWILIO_FROM_NUMBER": LINE,
        "COACH_SEND_RATE": "50",
        "COACH_SECRET_KEY": base64.b64encode(os.urandom(48)).decode(),
        "COACH_ENCRYPTION_KEYS": "1:" + base64.b64encode(os.urandom(32)).decode(),
    }
