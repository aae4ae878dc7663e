"""The paging benchmark: how long it takes from an emergency text to the first page, while everybody else texts too.

Run it by hand, never as part of the tests:

    uv run python tests/benchmarks/paging.py --seconds 60

The real service, clockwork and store (SQLite in a temporary folder, or the empty database of `--database`), with a
carrier that takes 100 ms for each message. Times are real seconds from the moment a text comes in to the moment its
page is handed to the carrier.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as wall
from pathlib import Path

from sqlalchemy import Engine, select

from coach.adapters.clock import system_clock
from coach.adapters.database.engine import open_engine
from coach.adapters.database.migrations import upgrade
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import attempt, escalation, inbound, outbox
from coach.adapters.library.handbook import load_handbook
from coach.clockwork.embedded import EmbeddedClockwork
from coach.core.model import InboundMessage, Lane, Language, OutboundMessage, Participant, Status
from coach.core.rota import BACKUP, FIRST, OnCall, Shift
from coach.ports import Outcome, SendResult
from coach.sending import Options
from coach.service import Coach, Done

ROOT = Path(__file__).parents[2]
GRAVE = "SM-emergency"
LINE, ZONE = "+12025550100", "America/New_York"
CARRIER_TAKES = 0.1  # seconds for each message
PLAIN = ("4", "done", "5 same as ever", "yes", "2 today, tired but fine", "walked 10 min", "thanks")
LAST = 10  # seconds that pages may still take after the last text


@dataclass
class Network:
    """A carrier that takes everything, and notes when."""

    at: dict[str, float] = field(default_factory=dict)

    def send(self, message: OutboundMessage) -> SendResult:
        """Note the moment, then take as long as a carrier takes."""
        self.at[message.attempt_id] = time.monotonic()
        time.sleep(CARRIER_TAKES)
        return SendResult(Outcome.ACCEPTED, f"SM{message.attempt_id}", "queued")

    call = send

    def find(self, message: OutboundMessage, since: datetime) -> tuple[str, ...]:
        """Nothing is in doubt."""
        del message, since
        return ()

    def redirect(self, carrier_id: str, path: str) -> bool:
        """No call is under way."""
        del carrier_id, path
        return False

    def hang_up(self, carrier_id: str) -> bool:
        """No call is under way."""
        del carrier_id
        return False


def main() -> int:
    """Print the table. Exit status: 0 every emergency was paged, 1 one was not."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/coach.db"
        upgrade(url)
        network, engine = Network(), open_engine(url)
        handbook = load_handbook(ROOT / "messages", "Leg Coach")
        coach = Coach(SqlStore(engine), network, handbook, system_clock, Options(segments_per_second=options.rate))
        _enrol(coach, options.people)
        clockwork = EmbeddedClockwork(coach)
        clockwork.start()
        came = _texts(coach, options)
        time.sleep(LAST)
        clockwork.close()
        coach.close()
        waits = list(_waits(engine, came, network))
        engine.dispose()
    return _report(waits, sum(name.startswith(GRAVE) for name in came), len(came))


def _options() -> Namespace:
    parser = ArgumentParser(description="From an emergency text to its first page, under load.")
    parser.add_argument("--people", type=int, default=300, help="people who take part")
    parser.add_argument("--texts", type=float, default=5.0, help="texts a second")
    parser.add_argument("--emergencies", type=int, default=20, help="every so many texts one is an emergency")
    parser.add_argument("--rate", type=float, default=10.0, help="message segments a second that may be sent")
    parser.add_argument("--seconds", type=float, default=60, help="how long texts come in")
    parser.add_argument("--database", default="", help="an empty database; left out: SQLite in a temporary folder")
    return parser.parse_args()


def _enrol(coach: Coach, people: int) -> None:
    with coach.store.begin() as tx:
        for number in range(people):
            phone, name = f"+1202555{number:04d}", f"Person {number}"
            person = Participant(0, phone, Status.ACTIVE, Language.EN, "US", name=name, zone=ZONE)
            tx.enrol(person, coach.clock())
    for handle, phone, layer in (("ana", "+12125550190", FIRST), ("ben", "+12125550191", BACKUP)):
        added = coach.rostering.add(OnCall(0, handle, handle.title(), phone, Language.EN, ZONE), "admin")
        if not isinstance(added, Done) or added.id is None:
            raise SystemExit(str(added))
        always = Shift(0, added.id, layer, frozenset(range(7)), wall(0), wall(0), date(2026, 1, 1))
        coach.rostering.add_shift(always, "admin")


def _texts(coach: Coach, options: Namespace) -> dict[str, float]:
    """Texts that come in evenly, each in a thread of its own as the web would have it; when each came, by its id."""
    came: dict[str, float] = {}
    threads: list[threading.Thread] = []
    begun, count = time.monotonic(), 0
    while time.monotonic() - begun < options.seconds:
        grave = count % options.emergencies == options.emergencies - 1
        name = f"{GRAVE if grave else 'SM-plain'}-{count}"
        body = "I can't breathe" if grave else PLAIN[count % len(PLAIN)]
        message = InboundMessage(name, f"+1202555{count % options.people:04d}", LINE, body, coach.clock())
        came[name] = time.monotonic()
        threads.append(threading.Thread(target=coach.receive, args=(message, {"Body": body})))
        threads[-1].start()
        count += 1
        time.sleep(max(0.0, begun + count / options.texts - time.monotonic()))
    for thread in threads:
        thread.join()
    return came


def _waits(engine: Engine, came: dict[str, float], network: Network) -> Iterator[float]:
    """Seconds from each emergency text to the first page about its case."""
    pages = attempt.join(outbox, attempt.c.outbox_id == outbox.c.id)
    cases = pages.join(escalation, outbox.c.escalation_id == escalation.c.id)
    texts = cases.join(inbound, escalation.c.inbound_id == inbound.c.id)
    found = select(inbound.c.carrier_id, attempt.c.id).select_from(texts).where(outbox.c.lane == Lane.PAGE)
    with engine.begin() as connection:
        rows = connection.execute(found.where(inbound.c.carrier_id.startswith(GRAVE))).all()
    first: dict[str, float] = {}
    for name, attempt_id in rows:
        if attempt_id in network.at:
            first[name] = min(first.get(name, network.at[attempt_id]), network.at[attempt_id])
    yield from (first[name] - came[name] for name in sorted(first))


def _report(waits: Sequence[float], emergencies: int, texts: int) -> int:
    ordered = sorted(waits)
    if not ordered:
        sys.stdout.write("No emergency was paged.\n")
        return 1

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    sys.stdout.write(f"{texts} texts, {emergencies} emergencies, {len(ordered)} of them paged\n")
    figures = f"median {at(0.5):.2f}, p90 {at(0.9):.2f}, p99 {at(0.99):.2f}, most {ordered[-1]:.2f}"
    sys.stdout.write(f"seconds from text to page: {figures}\n")
    return 0 if len(ordered) == emergencies else 1


if __name__ == "__main__":
    sys.exit(main())
