"""What one tick costs when 500 timers are due, at more and more enrolled people."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, update

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import timer
from coach.adapters.library.handbook import load_handbook
from coach.core.handbook import Handbook
from coach.demo.history import PastCarrier, SteppedClock
from coach.jobs import PLAN, drain
from coach.service import Coach
from tests.benchmarks.figures import Found, at_most
from tests.benchmarks.place import KINDS, Place, say
from tests.benchmarks.seeding import seed
from tests.benchmarks.template import Template

ROOT = Path(__file__).parents[2]
_DUE = 500
_AWAY = timedelta(days=60)
"""Nobody's timer is due before that, but of those whose turn it is."""


class Town:
    """A database with so many people, none of whom has anything due."""

    def __init__(self, place: Place, url: str, template: Template, people: int, timers: int) -> None:
        self.url, self.people = url, people
        self._place, self._round = place, 0
        self._due = next(row for row in template.pending()[:timers] if row["kind"] == "prompt")
        self._handbook = load_handbook(ROOT / "messages", "Leg Coach")
        later = [row | {"due_at": row["due_at"] + _AWAY} for row in template.pending()[:timers]]
        seed(url, replace(template, rows={**template.rows, "timer": later}), people, without=_EMPTY)

    def tick(self, due: int) -> float:
        """Milliseconds for one tick that finds so many timers due, and decides them all."""
        now = self._due["due_at"] + timedelta(seconds=1)
        with self._place.opened(self.url) as engine:
            self._make_due(engine, due)
            coach = _coach(engine, self._handbook, SteppedClock(now))
            begun = time.perf_counter()
            done = drain(PLAN, coach)
            taken = time.perf_counter() - begun
            idle = drain(PLAN, coach)
            coach.close()
        if (done, idle) != (due, 0):
            raise SystemExit(f"{done} timers fired, then {idle}; {due} were due")
        return taken * 1000

    def idle(self) -> float:
        """Milliseconds for one tick that finds nothing due."""
        with self._place.opened(self.url) as engine:
            coach = _coach(engine, self._handbook, SteppedClock(self._due["due_at"] - timedelta(days=1)))
            drain(PLAN, coach)
            begun = time.perf_counter()
            drain(PLAN, coach)
            taken = time.perf_counter() - begun
            coach.close()
        return taken * 1000

    def _make_due(self, engine: Engine, due: int) -> None:
        """The next so many people, spread over all."""
        apart = self.people // due
        people = [1 + self._round + number * apart for number in range(due)]
        self._round += 1
        theirs = timer.c.participant_id.in_(people) & (timer.c.key == self._due["key"])
        with engine.begin() as connection:
            connection.execute(update(timer).where(theirs).values(due_at=self._due["due_at"]))


_EMPTY = ("inbound", "event", "check_in", "observation", "task", "outbox", "attempt", "status_callback", "consent")


def _coach(engine: Engine, handbook: Handbook, clock: SteppedClock) -> Coach:
    return Coach(SqlStore(engine), PastCarrier(clock), handbook, clock)


def run(place: Place) -> Found:
    """Sizes take turns; the median of the rounds counts."""
    sizes = (200, 400, 800) if place.quick else (10_000, 100_000, 1_000_000)
    due, rounds, timers = (20, 2, 3) if place.quick else (_DUE, 7, 8)
    rows, targets = [], []
    for kind in KINDS:
        ticks, idle = measure(place, kind, sizes, timers, due, rounds)
        ratio = ticks[-1] / ticks[0]
        rows += [(f"{kind}, {due} due", *(f"{ms:,.0f}" for ms in ticks), f"{ratio:.2f}")]
        rows += [(f"{kind}, nothing due", *(f"{ms:.1f}" for ms in idle), f"{idle[-1] / idle[0]:.2f}")]
        targets.append(at_most(f"{kind}, {sizes[-1]:,} people against {sizes[0]:,}", ratio, 1.5, " x"))
    about = (
        f"One tick claims, decides and records {due} due timers in batches of 50. Milliseconds, medians of {rounds} "
        f"rounds in which the sizes take turns. Everybody has {timers} timers waiting; nothing has been said yet."
    )
    head = ("", *(f"{people:,} people" for people in sizes), "last / first")
    return Found("Ticks: does a tick cost more when more people are enrolled?", about, head, rows, targets)


def measure(  # noqa: PLR0917 - one for each figure
    place: Place, kind: str, sizes: Sequence[int], timers: int, due: int, rounds: int
) -> tuple[list[float], list[float]]:
    """Milliseconds at each size, for a tick with so many timers due and for one with none."""
    towns = []
    for people in sizes:
        say(f"ticks: {kind} with {people:,} people")
        towns.append(Town(place, place.database(kind), place.template(1 if place.quick else 2), people, timers))
    say(f"ticks: {rounds} rounds on {kind}")
    for town in towns:
        town.tick(due)  # fills caches
    busy = [[town.tick(due) for town in towns] for _ in range(rounds)]
    idle = [[town.idle() for town in towns] for _ in range(rounds)]
    for town in towns:
        place.drop(town.url)
    return _medians(busy), _medians(idle)


def _medians(rounds: Sequence[Sequence[float]]) -> list[float]:
    return [statistics.median(times) for times in zip(*rounds, strict=True)]
