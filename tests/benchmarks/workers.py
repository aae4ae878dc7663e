"""How much faster four `coach worker` on one PostgreSQL send than one, when the carrier takes its time."""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from datetime import timedelta

from sqlalchemy import Engine, func, insert, select, text

from coach.adapters.clock import system_clock
from coach.adapters.database.tables import attempt, outbox, participant
from coach.core.model import Lane
from tests.benchmarks.carrier import carrier
from tests.benchmarks.figures import Found, at_least
from tests.benchmarks.place import POSTGRES, Place, say
from tests.benchmarks.processes import COACH, running, settings, until
from tests.benchmarks.seeding import seed
from tests.benchmarks.template import TABLES

BODY = "How are your legs today? Answer with a number from 0, fine, to 10, worst."
_CARRIER_TAKES = 0.08
_ONLY_PEOPLE = tuple(table.name for table in TABLES if table.name != "participant")
_EDGE = 0.1


def run(place: Place) -> Found:
    """One, two and four workers take turns."""
    many, rounds, numbers = (60, 1, (1, 2)) if place.quick else (2400, 3, (1, 2, 4))
    rates: dict[int, list[float]] = {number: [] for number in numbers}
    for _ in range(rounds):
        for number in numbers:
            say(f"workers: {number}")
            rates[number].append(measure(place, number, many))
    medians = {number: statistics.median(found) for number, found in rates.items()}
    rows = [(str(number), f"{rate:,.0f}", f"{rate / medians[1]:.2f}") for number, rate in medians.items()]
    last = max(numbers)
    targets = [at_least(f"{last} workers against one", medians[last] / medians[1], 3 if last == 4 else 1.5, " x")]
    about = (
        f"`coach worker` in processes of their own on one PostgreSQL; {many:,} prompts are queued at once; the "
        f"carrier answers each after {_CARRIER_TAKES * 1000:.0f} ms. Rates are those of the middle four fifths. "
        "All share this machine with the database and the carrier."
    )
    return Found("Workers: do more processes send faster?", about, ("workers", "texts/s", "against one"), rows, targets)


def measure(place: Place, workers: int, many: int) -> float:
    """Texts a second of so many workers."""
    url = place.database(POSTGRES)
    seed(url, place.template(1), 200, without=_ONLY_PEOPLE)
    with place.opened(url) as engine, carrier(_CARRIER_TAKES) as address, ExitStack() as stack:
        given = settings(url, place.folder, address)
        ours = [stack.enter_context(running(COACH, ("worker",), place.folder, given)) for _ in range(workers)]
        until(lambda: _alive(engine) >= workers, "the workers", ours)
        queue(engine, many)
        until(lambda: _accepted(engine) >= many, f"{many} texts", ours, 300)
        rate = _rate(engine, many)
    place.drop(url)
    return rate


def queue(engine: Engine, many: int) -> None:
    """A morning's prompts, all due now."""
    now = system_clock()
    prompt = {
        "lane": Lane.PROMPT, "channel": "sms", "body": BODY, "template": "legs.today", "because": "benchmark",
        "segments": 1, "state": "pending", "created_at": now, "not_before": now,
        "expires_at": now + timedelta(hours=1), "tries": 0,
    }  # fmt: skip
    with engine.begin() as connection:
        people = connection.execute(select(participant.c.id, participant.c.phone)).all()
        to = (people[number % len(people)] for number in range(many))
        connection.execute(insert(outbox), [prompt | {"participant_id": one.id, "recipient": one.phone} for one in to])


def _alive(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM procrastinate_workers")) or 0)


def _accepted(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).where(outbox.c.state == "accepted")) or 0


def _rate(engine: Engine, many: int) -> float:
    with engine.connect() as connection:
        ends = list(connection.scalars(select(attempt.c.finished_at).order_by(attempt.c.finished_at)))
    if len(ends) != many:
        raise SystemExit(f"{many} texts were sent in {len(ends)} attempts")
    first, last = int(many * _EDGE), int(many * (1 - _EDGE))
    seconds: float = (ends[last] - ends[first]).total_seconds()
    return (last - first) / max(seconds, 0.001)
