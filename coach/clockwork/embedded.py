"""The clockwork of one process: APScheduler ticks the jobs, a thread of its own sends.

APScheduler is the tick, never the calendar: every due time stands in the timer table.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event, Thread

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from coach.jobs import DISPATCH, TICKED, Job, drain
from coach.service import Coach

log = logging.getLogger(__name__)


class EmbeddedClockwork:
    """Runs all jobs in this process until closed. Several processes may do so on one database."""

    def __init__(self, coach: Coach, fastest: timedelta | None = None) -> None:
        """`fastest` shortens every interval to at most that, for a clock that runs faster than life."""
        self._coach = coach
        self._fastest = fastest
        self._work = Event()
        self._stopping = Event()
        self._sender = Thread(target=self._send, name="dispatch", daemon=True)
        self._scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(len(TICKED))}, timezone="UTC")

    def start(self) -> None:
        """Begin ticking and sending, and be woken whenever something is queued."""
        self._coach.wake = self._work.set
        for job in TICKED:
            self._scheduler.add_job(
                self._tick,
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

    def _tick(self, job: Job) -> None:
        try:
            drain(job, self._coach)
        except Exception:
            log.exception("a tick failed", extra={"job": job.name})

    def _send(self) -> None:
        while not self._stopping.is_set():
            self._work.wait(self._every(DISPATCH))
            self._work.clear()
            self._tick(DISPATCH)
