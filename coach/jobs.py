"""The recurring work by name. Any of it may be lost, doubled or late without harm: it re-claims from the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from coach.ports import Submit
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
    try:
        amiss = coach.watch()
        if amiss:
            coach.recover()
            coach.fire_due()
            coach.dispatch()
    finally:
        coach.finish_posts()  # a slow one ends after its dispatch, and a process that only serves has no other
    return amiss


PLAN = Job("plan", INTERVALS["plan"], Coach.fire_due)
DISPATCH = Job("dispatch", INTERVALS["dispatch"], Coach.dispatch, drains=False)
RECOVER = Job("recover", INTERVALS["recover"], Coach.recover, drains=False)
RECONCILE = Job("reconcile", INTERVALS["reconcile"], Coach.reconcile, drains=False)
WATCH = Job("watch", INTERVALS["watch"], _look, drains=False)
REPLAY = Job("replay", INTERVALS["replay"], lambda coach: coach.receiving.replay(), drains=False)
CATCH_UP = Job("catch_up", INTERVALS["catch_up"], lambda coach: coach.receiving.catch_up(), drains=False)
"""Looks often whether it is time; the carrier is asked every few minutes."""

HOUSEKEEP = Job("housekeep", timedelta(seconds=10), Coach.housekeep, drains=False)
"""For a moment often, in small batches, rather than all at once each night: nobody waits for it."""

TICKED = (PLAN, RECOVER, RECONCILE, REPLAY, CATCH_UP, WATCH, HOUSEKEEP)
"""Called by the clock; DISPATCH has a loop of its own because it is also woken."""


def releasing(submit: Submit) -> Job:
    """Dispatch where workers on many machines share what is sent: what must arrive leaves from here and at once."""

    def run(coach: Coach) -> int:
        return coach.dispatch_urgent() + coach.release(submit)

    return replace(DISPATCH, run=run)


def drain(job: Job, coach: Coach, at_most: int = 100) -> int:
    """Run a job until nothing is waiting, or that many batches were done; one batch of a job that does not drain."""
    done = 0
    for _ in range(at_most if job.drains else 1):
        batch = job.run(coach)
        done += batch
        if batch == 0:
            break
    return done
