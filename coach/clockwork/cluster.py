"""The clockwork of several machines: the same ticks in every worker, and batches that Procrastinate carries.

The only home of Procrastinate. It may lose, repeat or delay any batch: the rows of the outbox say what is to be done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import Status

from coach.adapters.database.engine import LINE, SESSION
from coach.clockwork.embedded import EmbeddedClockwork
from coach.core.model import Lane
from coach.jobs import releasing
from coach.ports import Conveyor
from coach.service import Coach

log = logging.getLogger(__name__)

_QUEUE, _TASK = "outbox", "deliver"
_AT_ONCE = 2
"""Batches under way in one process: the next is fetched while the last posts of one still run."""
_POLL_SECONDS = 1.0
_SWEEP_SECONDS = 60.0
_AGAIN_SECONDS = 2.0
_SESSION = (*SESSION, "SET statement_timeout = '30s'")
"""The engine's own statements are small: one that lasts is stuck."""


def patient_connector(address: str) -> PsycopgConnector:
    """Connections of the engine's own that wait no longer than ours: for the server, for a lock, for an answer."""
    return PsycopgConnector(conninfo=address, min_size=1, max_size=_AT_ONCE + 2, kwargs=LINE, configure=_prepare)


async def _prepare(connection: Any) -> None:  # noqa: ANN401 - the driver is the database adapter's affair
    for statement in _SESSION:
        await connection.execute(statement)
    await connection.commit()


class ProcrastinateConveyor:
    """Carries batches over the PostgreSQL database the messages are in. No further server."""

    def __init__(self, address: str) -> None:
        """Nothing is opened yet. `address` is that of the database, as PostgreSQL's own programs spell it."""
        self._submitting = App(connector=SyncPsycopgConnector())  # only uses connections it is given
        self._working = App(connector=patient_connector(address))
        self._thread: Thread | None = None
        self._stopping = Event()
        self._stop: Callable[[], object] = self._stopping.set

    def submit(self, transaction: object, ids: Sequence[int], lane: Lane) -> None:
        """Hand over a batch; it leaves when the transaction commits, and the earlier lane is fetched first."""
        job = self._submitting.configure_task(_TASK, queue=_QUEUE, priority=-lane, connection=transaction)
        job.defer(ids=list(ids))

    def run_workers(self, deliver: Callable[[Sequence[int]], int]) -> None:
        """Begin to deliver batches, in threads of this process."""

        def task(ids: list[int]) -> None:
            deliver(ids)

        self._working.task(name=_TASK, queue=_QUEUE)(task)
        self._thread = Thread(target=self._keep_working, name="workers", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End after the batches under way."""
        self._stopping.set()
        self._stop()
        if self._thread is not None:
            self._thread.join()

    def _keep_working(self) -> None:
        """Whatever ends the workers, such as a database that is away, they begin again."""
        while not self._stopping.is_set():
            try:
                asyncio.run(self._work())
            except Exception:
                log.exception("the workers stopped and begin again")
            self._stopping.wait(_AGAIN_SECONDS)

    async def _work(self) -> None:
        async with self._working.open_async():
            worker = asyncio.create_task(self._run_worker())
            sweeper = asyncio.create_task(self._keep_sweeping())
            loop = asyncio.get_running_loop()
            self._stop = lambda: loop.is_closed() or loop.call_soon_threadsafe(worker.cancel)
            if self._stopping.is_set():
                worker.cancel()
            try:
                await worker
            except asyncio.CancelledError:
                log.debug("the workers were asked to end")
            finally:
                sweeper.cancel()

    async def _run_worker(self) -> None:
        await self._working.run_worker_async(
            queues=[_QUEUE],
            concurrency=_AT_ONCE,
            fetch_job_polling_interval=_POLL_SECONDS,
            delete_jobs="always",  # what happened stands in the outbox
            install_signal_handlers=False,
        )

    async def _keep_sweeping(self) -> None:
        while True:
            try:
                await self._sweep()
            except ProcrastinateException:
                log.warning("sweeping failed", exc_info=True)
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _sweep(self) -> None:
        """Remove the batches of workers that died; their messages have waited again since their leases ended."""
        manager = self._working.job_manager
        for job in await manager.get_stalled_jobs(queue=_QUEUE):
            await manager.finish_job(job, Status.FAILED, delete_job=True)


class ClusterClockwork:
    """Runs all jobs in this process until closed, and sends its share of what all machines have queued together.

    What must arrive is never carried: whichever process sees it first posts it itself, so it waits neither behind
    batches under way nor for an engine that is out of order.
    """

    def __init__(self, coach: Coach, conveyor: Conveyor, fastest: timedelta | None = None) -> None:
        """`fastest` as for the embedded clockwork."""
        self._coach = coach
        self._conveyor = conveyor
        self._ticks = EmbeddedClockwork(coach, fastest, dispatch=releasing(conveyor.submit))

    def start(self) -> None:
        """Begin."""
        self._conveyor.run_workers(self._coach.deliver)
        self._ticks.start()

    def close(self) -> None:
        """End after the work under way."""
        self._ticks.close()
        self._conveyor.close()
