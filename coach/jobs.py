"""The recurring work by name. Any of it may be lost, doubled or late without harm: it re-claims from the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from coach.service import Coach


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of recurring work. `run` returns how much it did; 0 means nothing is waiting."""

    name: str
    every: timedelta
    run: Callable[[Coach], int]
    drains: bool = True  # run again at once while there is work; False: only at the next tick


PLAN = Job("plan", timedelta(seconds=1), Coach.fire_due)
DISPATCH = Job("dispatch", timedelta(seconds=0.5), Coach.dispatch)
RECOVER = Job("recover", timedelta(seconds=5), Coach.recover, drains=False)
RECONCILE = Job("reconcile", timedelta(seconds=30), Coach.reconcile, drains=False)
WATCH = Job("watch", timedelta(seconds=30), Coach.watch, drains=False)

TICKED = (PLAN, RECOVER, RECONCILE, WATCH)
"""Called by the clock; DISPATCH has a loop of its own because it is also woken."""


def drain(job: Job, coach: Coach, at_most: int = 100) -> int:
    """Run a job until nothing is waiting, or that many batches were done; one batch of a job that does not drain."""
    done = 0
    for _ in range(at_most if job.drains else 1):
        batch = job.run(coach)
        done += batch
        if batch == 0:
            break
    return done
