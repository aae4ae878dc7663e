"""The clockwork of one process: APScheduler ticks the jobs, a thread of its own sends.

APScheduler is the tick, never the calendar: every due time stands in the timer table.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from datetime import timedelta
from threading import Event, Thread

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from coach.jobs import DISPATCH, TICKED, WATCH, Job, drain
from coach.service import Coach

log = logging.getLogger(__name__)

_MARKED_EVERY = timedelta(seconds=10)


class Ticker:
    """Runs a job once and leaves its mark: that it worked just now, or how it failed."""

    def __init__(self, coach: Coach, marked_every: timedelta = _MARKED_EVERY) -> None:
        """A mark is left at most so often."""
        self._coach = coach
        self._marked_every = marked_every.total_seconds()
        self._marked: dict[tuple[str, str | None], float] = {}
        self._process = f"{socket.gethostname()[:60]}/{os.getpid()}"

    def tick(self, job: Job) -> int:
        """Run it; whatever fails is logged and tried again at the next tick. Returns how much was done."""
        error: str | None = None
        done = 0
        try:
            done = drain(job, self._coach)
        except Exception as failure:
            log.exception("a tick failed", extra={"job": job.name})
            error = type(failure).__name__
        try:
            self._mark(job, error)
        except Exception:
            log.exception("a job could not be marked", extra={"job": job.name})
        return done

    def _mark(self, job: Job, error: str | None) -> None:
        now = time.monotonic()
        last = self._marked.get((job.name, error))
        if last is None or now - last >= self._marked_every:
            self._coach.mark(job.name, error, self._process)
            self._marked[job.name, error] = now


class EmbeddedClockwork:
    """Runs all jobs in this process until closed. Several processes may do so on one database."""

    def __init__(self, coach: Coach, fastest: timedelta | None = None, dispatch: Job = DISPATCH) -> None:
        """`fastest` shortens every interval to at most that, for a clock that runs faster than life."""
        self._coach = coach
        self._fastest = fastest
        self._dispatch = dispatch
        self._ticker = Ticker(coach)
        self._work = Event()
        self._stopping = Event()
        self._sender = Thread(target=self._send, name="dispatch", daemon=True)
        self._scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(len(TICKED))}, timezone="UTC")

    def start(self) -> None:
        """Begin ticking and sending, and be woken whenever something is queued."""
        self._coach.wake = self._wake
        for job in TICKED:
            self._scheduler.add_job(
                self._ticker.tick,
                "interval",
                args=(job,),
                seconds=self._every(job),
                id=job.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._scheduler.start()
        self._sender.start()

    def close(self) -> None:
        """End after the work under way."""
        self._scheduler.shutdown(wait=True)
        self._stopping.set()
        self._work.set()
        self._sender.join()

    def _every(self, job: Job) -> float:
        return min(job.every, self._fastest or job.every).total_seconds()

    def _wake(self) -> None:
        self._work.set()
        self._coach.nudge()

    def _send(self) -> None:
        while not self._stopping.is_set():
            self._work.clear()
            if not self._ticker.tick(self._dispatch):
                self._work.wait(self._every(self._dispatch))


class Lookout:
    """Runs one job alone until closed: in a process that only serves the web.

    The watch, so that it notices a dead worker; the replay, since the texts that wait on its disk are its own.
    """

    def __init__(self, coach: Coach, every: timedelta | None = None, job: Job = WATCH) -> None:
        """It looks once in every such stretch of time; as often as the job wants it when not told."""
        self._ticker = Ticker(coach)
        self._job = job
        self._every = (every or job.every).total_seconds()
        self._stopping = Event()
        self._thread = Thread(target=self._look, name=job.name, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """End after the look under way."""
        self._stopping.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stopping.wait(self._every):
            self._ticker.tick(self._job)
