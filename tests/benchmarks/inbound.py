"""How many received texts a second one core takes in and decides, beside the least that could take them."""

from __future__ import annotations

import os
import statistics
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy import func, select

from coach.adapters.database.tables import inbound, outbox
from tests.benchmarks.figures import Found, Target, at_least, at_most, share
from tests.benchmarks.place import KINDS, Place, say
from tests.benchmarks.processes import COACH, running, settings, until
from tests.benchmarks.seeding import seed
from tests.benchmarks.texting import as_fast, at_rate, posts
from tests.serving import free_port

BARE = "from tests.benchmarks.bare import main; main()"
_RATE = 100
_HISTORY = 35


@dataclass(frozen=True)
class Speeds:
    """Texts a second of both, and how long an answer of ours took at a steady rate."""

    bare: float
    coach: float
    seconds: list[float]

    def row(self, kind: str) -> tuple[str, ...]:
        """As a line of the table."""
        waits = (f"{share(self.seconds, part) * 1000:,.0f}" for part in (0.5, 0.99))
        return (kind, f"{self.bare:,.0f}", f"{self.coach:,.0f}", f"{self.coach / self.bare:.0%}", *waits)

    def targets(self, kind: str) -> list[Target]:
        """What was wanted."""
        slowest = share(self.seconds, 0.99) * 1000
        return [
            at_least(f"{kind}, share of the bare handler's rate", self.coach / self.bare * 100, 35, " %"),
            at_most(f"{kind}, p99 at {_RATE} texts/s", slowest, 250, " ms"),
        ]


def run(place: Place) -> Found:
    """Both databases."""
    rows, targets = [], []
    for kind in KINDS:
        say(f"inbound: {kind}")
        speeds = measure(place, kind)
        rows.append(speeds.row(kind))
        targets += speeds.targets(kind)
    about = (
        "Signed forms over loopback to uvicorn. The bare handler checks the signature and inserts one row; the coach "
        "(`coach web`) checks, stores, reads the text, decides with the person's history of "
        f"{_HISTORY if not place.quick else 1} days, and queues the answer. Either runs on one core, the client and "
        "PostgreSQL on the other; 8 requests are under way at a time, and they take turns. The last two columns: "
        f"milliseconds until the coach's answer when {_RATE} texts come in every second, from when each was due."
    )
    head = ("", "bare/s", "coach/s", "share", "p50 ms", "p99 ms")
    return Found("Receiving: how many texts a second does one core take in?", about, head, rows, targets)


def measure(place: Place, kind: str) -> Speeds:
    """Rounds in which the bare handler and the coach take turns, then a steady stream."""
    many, rounds, seconds = (24, 1, 1) if place.quick else (600, 5, 20)
    people = 50 if place.quick else 1000
    url, bare_url = place.database(kind), place.database(kind)
    template = place.template(1 if place.quick else _HISTORY).moved_to_now()
    seed(url, template, people, without=("timer",))
    with _servers(place, url, bare_url) as (bare_port, coach_port):
        for port in (bare_port, coach_port):
            as_fast(port, posts(port, 24, people))  # fills caches
        bare, coach = [], []
        for _ in range(rounds):
            bare.append(as_fast(bare_port, posts(bare_port, many, people)))
            coach.append(as_fast(coach_port, posts(coach_port, many, people)))
        waits = at_rate(coach_port, posts(coach_port, _RATE * seconds, people), _RATE)
    _check(place, url, 24 + many * rounds + _RATE * seconds)
    return Speeds(statistics.median(bare), statistics.median(coach), [answer.seconds for answer in waits])


@contextmanager
def _servers(place: Place, url: str, bare_url: str) -> Iterator[tuple[int, int]]:
    bare_port, coach_port = free_port(), free_port()
    given = settings(url, place.folder, "http://127.0.0.1:9", coach_port)
    cores = os.sched_getaffinity(0)
    with ExitStack() as stack:
        bare = stack.enter_context(running(BARE, (bare_url, str(bare_port)), place.folder, {}, core=0))
        coach = stack.enter_context(running(COACH, ("web", "--port", str(coach_port)), place.folder, given, core=0))
        for port in (bare_port, coach_port):
            until(lambda port=port: answers(port), "a server", (bare, coach))  # type: ignore[misc]
        os.sched_setaffinity(0, {max(cores)})
        stack.callback(os.sched_setaffinity, 0, cores)
        yield bare_port, coach_port


def answers(port: int) -> bool:
    """Whether somebody answers at this port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status < 300)
    except OSError:
        return False


def _check(place: Place, url: str, texts: int) -> None:
    """Every text was decided, and people were answered."""
    with place.opened(url) as engine, engine.connect() as connection:
        template = select(func.count()).select_from(inbound).where(~inbound.c.carrier_id.contains("-"))
        undecided = connection.scalar(template.where(inbound.c.decided_at.is_(None)))
        stored = connection.scalar(template)
        said = connection.scalar(select(func.count()).select_from(outbox).where(outbox.c.state == "pending"))
    if stored != texts or undecided or not said:
        raise SystemExit(f"{texts} texts came in, {stored} were stored, {undecided} not decided, {said} answers queued")
