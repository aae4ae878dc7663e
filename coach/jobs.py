"""The recurring work by name. Any of it may be lost, doubled or late without harm: it re-claims from the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from coach.service import Coach
from coach.watching import INTERVALS


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of recurring work. `run` returns how much it did; 0 means nothing is waiting."""

    name: str
    every: timedelta
    run: Callable[[Coach], int]
    drains: bool = True  # run again at once while there is work; False: only at the next tick


def _look(coach: Coach) -> int:
    """Look after the program. While anything is amiss, whoever noticed also does the work that may have stopped.

    So a page about a dead worker leaves from the process that noticed, and so does every other page. Its help is not
    marked as the job's own work, or the alarm would end by it.
    """
    amiss = coach.watch()
    if amiss:
        coach.recover()
        coach.fire_due()
        coach.dispatch()
    return amiss


PLAN = Job("plan", INTERVALS["plan"], Coach.fire_due)
DISPATCH = Job("dispatch", INTERVALS["dispatch"], Coach.dispatch)
RECOVER = Job("recover", INTERVALS["recover"], Coach.recover, drains=False)
RECONCILE = Job("reconcile", INTERVALS["reconcile"], Coach.reconcile, drains=False)
WATCH = Job("watch", INTERVALS["watch"], _look, drains=False)

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
