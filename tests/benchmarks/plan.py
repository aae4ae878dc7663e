"""How many prompts a second are decided and recorded, for people at the beginning and in the sixth week."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import outbox, timer
from coach.adapters.library.handbook import load_handbook
from coach.bootstrap import settle_in
from coach.cli.progress import with_progress
from coach.core.model import Lane
from coach.demo.history import PastCarrier, SteppedClock
from coach.jobs import PLAN, drain
from coach.service import Coach
from tests.benchmarks.figures import Found, at_least
from tests.benchmarks.place import KINDS, Place, say
from tests.benchmarks.seeding import seed
from tests.benchmarks.template import Template

ROOT = Path(__file__).parents[2]
_STEP = timedelta(minutes=30)
_WANTED = 3_000
_DEAREST = 12


@dataclass(frozen=True)
class Speed:
    """One day of prompts for everybody."""

    timers: int
    prompts: int
    seconds: float
    cpu: float  # seconds of this process

    def row(self, name: str) -> tuple[str, ...]:
        """As a line of the table."""
        figures = (self.prompts, self.prompts / self.seconds, self.timers / self.seconds)
        each = self.cpu * 1000 / max(self.prompts, 1)
        return (name, *(f"{figure:,.0f}" for figure in figures), f"{each:.2f}")


def run(place: Place) -> Found:
    """Both databases, new people and those in the sixth week."""
    lives = {"second day": (1, 10)} if place.quick else {"second day": (1, 400), "day 36": (35, 400)}
    rows, targets = [], []
    for name, (days, people) in lives.items():
        for kind in KINDS:
            say(f"plan: {people} people on their {name}, {kind}")
            speed = measure(place, kind, place.template(days), people)
            rows.append(speed.row(f"{kind}, {name}"))
            targets.append(at_least(f"{kind}, {name}", speed.prompts / speed.seconds, _WANTED, " prompts/s"))
    about = (
        "One day of prompts in half-hour steps: due timers are claimed in batches of 50, decided with the person's "
        "whole history, and recorded. Nobody answers. One process, one thread. Timers count that came due, also those "
        "whose decision was to send nothing."
    )
    head = ("", "prompts", "prompts/s", "timers/s", "ms CPU a prompt")
    return Found("Planning: how many prompts a second are decided and recorded?", about, head, rows, targets)


def measure(place: Place, kind: str, template: Template, people: int, profile: cProfile.Profile | None = None) -> Speed:
    """Let everybody live through the day after the template's last."""
    url = place.database(kind)
    seed(url, template, people)
    with place.opened(url) as engine:
        before = _counts(engine)
        clock = SteppedClock(template.until)
        coach = Coach(SqlStore(engine), PastCarrier(clock), load_handbook(ROOT / "messages", "Leg Coach"), clock)
        settle_in()  # as `coach worker` does
        fired, wall, cpu = 0, time.perf_counter(), time.process_time()
        if profile:
            profile.enable()
        for clock.at in _moments(template):
            fired += drain(PLAN, coach, at_most=people)
        if profile:
            profile.disable()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        coach.close()
        after = _counts(engine)
    place.drop(url)
    if after[1] - before[1] < fired:
        raise SystemExit(f"{fired} timers fired and {after[1] - before[1]} are marked so")
    return Speed(fired, after[0] - before[0], wall, cpu)


def _moments(template: Template) -> Iterator[datetime]:
    steps = [template.until + number * _STEP for number in range(1, 49)]
    yield from with_progress(steps, len(steps), "planning a day")


def _counts(engine: Engine) -> tuple[int, int]:
    """Prompts in the outbox, and timers that fired."""
    with engine.connect() as connection:
        prompts = connection.scalar(select(func.count()).where(outbox.c.lane == Lane.PROMPT)) or 0
        fired = connection.scalar(select(func.count()).where(timer.c.state == "fired")) or 0
    return prompts, fired


def dearest(place: Place, kind: str, days: int, people: int) -> str:
    """Where the time goes: the functions in which most of it is spent, those they call included."""
    profile = cProfile.Profile()
    measure(place, kind, place.template(days), people, profile)
    found = pstats.Stats(profile).sort_stats("cumulative").stats  # type: ignore[attr-defined]
    ours = [(figures[3], figures[2], figures[0], where) for where, figures in found.items() if "/coach/" in where[0]]
    lines = (
        f"{total:8.2f} s {own:8.2f} s {calls:9,} calls {where[0].partition('/coach/')[2]}:{where[1]} {where[2]}"
        for total, own, calls, where in sorted(ours, reverse=True)[: _DEAREST * 4]
    )
    return "\n".join(lines)
