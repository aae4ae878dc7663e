"""The processes of the naive comparison: a scheduler with a stored job for each prompt, and the coach."""

from __future__ import annotations

import logging
import os
import sys
import time
from datetime import datetime
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from coach.adapters.database.engine import open_engine
from coach.adapters.database.store import SqlStore
from coach.adapters.library.handbook import load_handbook
from coach.demo.history import PastCarrier, SteppedClock
from coach.sending import Options
from coach.service import Coach
from tests.serving import ROOT

_IDLE = 3.0  # seconds without work after which a process ends
_BATCH = 10


def send(file: str, number: int, seconds: float) -> None:
    """Post one prompt: that takes a moment, and then it has been sent."""
    time.sleep(seconds)
    if file:
        note(Path(file), f"{number}\n")


def note(file: Path, words: str) -> None:
    """Add a line in one write, so that several processes may."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, words.encode())
    os.close(handle)


def scheduler(url: str) -> BackgroundScheduler:
    """A scheduler as its manual sets one up for jobs that outlast the process."""
    stores = {"default": SQLAlchemyJobStore(url=url)}
    return BackgroundScheduler(jobstores=stores, executors={"default": ThreadPoolExecutor(10)}, timezone="UTC")


def fill(on: BackgroundScheduler, jobs: int, file: str, seconds: float, begin: datetime) -> None:
    """A daily job for each person's prompt, next due at the same moment."""
    for number in range(jobs):
        on.add_job(
            send, "interval", days=1, args=(file, number, seconds), next_run_time=begin,
            misfire_grace_time=None, coalesce=True,
        )  # fmt: skip


def naive() -> None:
    """Run the stored jobs until nothing happens any more: the database, the file of what was sent."""
    url, file = sys.argv[1], Path(sys.argv[2])
    logging.basicConfig(level=logging.ERROR)
    on = scheduler(url)
    on.start()
    _until_idle(file)
    on.shutdown(wait=False)


def _until_idle(file: Path) -> None:
    seen, since = 0, time.monotonic()
    while not seen or time.monotonic() - since < _IDLE:
        size = file.stat().st_size
        if size != seen:
            seen, since = size, time.monotonic()
        time.sleep(0.1)


def coach() -> None:
    """Plan what is due at a moment, ten at a time, until nothing is: the database, the moment."""
    engine, clock = open_engine(sys.argv[1]), SteppedClock(datetime.fromisoformat(sys.argv[2]))
    handbook, options = load_handbook(ROOT / "messages", "Leg Coach"), Options(batch=_BATCH)
    planning = Coach(SqlStore(engine), PastCarrier(clock), handbook, clock, options)
    while planning.fire_due():
        pass
    planning.close()
    engine.dispose()
