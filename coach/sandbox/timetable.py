"""What the network will do later: jobs that fall due by the network's clock."""

from __future__ import annotations

import heapq
import itertools
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coach.sandbox.clock import Clock

LOG = logging.getLogger(__name__)
Job = Callable[[], None]

_LOOK_SECONDS = 0.01
"""How often the clock is looked at while jobs wait; it may run at any rate."""
_JOIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    due: datetime
    number: int
    lane: str = field(compare=False)
    job: Job = field(compare=False)
    patient: bool = field(compare=False)


class Timetable:
    """Runs jobs when due: on threads of its own, or in the caller's thread by `pump` when not `background`.

    Jobs of one lane run one after another in the order they fell due; lanes run side by side.
    A patient job waits for a person (a ringing phone, a silent caller) and does not keep `settle` waiting.
    """

    def __init__(self, clock: Clock, *, background: bool, workers: int = 8) -> None:
        """No thread starts before the first job is put down."""
        self._clock = clock
        self._background = background
        self._workers = workers
        self._wake = threading.Condition()
        self._numbers = itertools.count()
        self._waiting: list[_Entry] = []
        self._held: dict[str, Job] = {}
        self._backlog: dict[str, deque[_Entry]] = {}
        self._running = 0
        self._closed = False
        self._ready: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    def after(self, seconds: float, lane: str, job: Job, *, patient: bool = False) -> None:
        """Put down `job` for `seconds` of network time from now."""
        self.at(self._clock() + timedelta(seconds=seconds), lane, job, patient=patient)

    def at(self, due: datetime, lane: str, job: Job, *, patient: bool = False) -> None:
        """Put down `job` for a moment; one that has passed means at once."""
        with self._wake:
            if self._closed:
                return
            heapq.heappush(self._waiting, _Entry(due, next(self._numbers), lane, job, patient))
            if self._background and not self._threads:
                self._start()
            self._wake.notify_all()

    def drop(self, lane: str) -> None:
        """Forget the jobs of `lane` that have not come due."""
        with self._wake:
            self._waiting = [entry for entry in self._waiting if entry.lane != lane]
            heapq.heapify(self._waiting)
            self._wake.notify_all()

    def hold(self, lane: str, job: Job) -> None:
        """Keep `job` back until `release`; until then `settle` waits for it."""
        with self._wake:
            self._held[lane] = job

    def release(self, lane: str) -> None:
        """Let the job held back for `lane` fall due now."""
        with self._wake:
            job = self._held.pop(lane, None)
            if job is not None:
                self.after(0, lane, job)

    def pump(self) -> int:
        """Run everything due now, and what that makes due, in this thread; return how many jobs ran."""
        for count in itertools.count():
            with self._wake:
                entry = self._next_due()
            if entry is None:
                return count
            _run(entry)
        raise AssertionError

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait up to `seconds` of real time until nothing runs and only patient jobs are left."""
        if not self._background:
            self.pump()
        with self._wake:
            return self._wake.wait_for(self._idle, seconds if self._background else 0)

    def busy(self, lane: str) -> bool:
        """True while a job of `lane` runs or one that waits for nobody is still to come."""
        with self._wake:
            return lane in self._backlog or any(entry.lane == lane and not entry.patient for entry in self._waiting)

    def close(self) -> None:
        """Forget all jobs and stop the threads."""
        with self._wake:
            self._closed = True
            self._waiting.clear()
            self._held.clear()
            self._backlog.clear()
            self._wake.notify_all()
        for _ in self._threads:
            self._ready.put(None)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_JOIN_SECONDS)

    def _idle(self) -> bool:
        under_way = self._running or self._backlog or self._held
        return not under_way and all(entry.patient for entry in self._waiting)

    def _next_due(self) -> _Entry | None:
        if self._waiting and self._waiting[0].due <= self._clock():
            return heapq.heappop(self._waiting)
        return None

    def _start(self) -> None:
        jobs = [self._watch, *[self._work] * self._workers]
        self._threads = [threading.Thread(target=job, name="phone-network", daemon=True) for job in jobs]
        for thread in self._threads:
            thread.start()

    def _watch(self) -> None:
        with self._wake:
            while not self._closed:
                entry = self._next_due()
                if entry is not None:
                    self._hand_over(entry)
                else:
                    self._wake.wait(_LOOK_SECONDS if self._waiting else None)

    def _hand_over(self, entry: _Entry) -> None:
        if entry.lane in self._backlog:
            self._backlog[entry.lane].append(entry)
        else:
            self._backlog[entry.lane] = deque()
            self._running += 1
            self._ready.put(entry)

    def _work(self) -> None:
        while (entry := self._ready.get()) is not None:
            _run(entry)
            with self._wake:
                self._running -= 1
                behind = self._backlog.pop(entry.lane, None)
                if behind and not self._closed:
                    self._ready.put(behind.popleft())
                    self._backlog[entry.lane] = behind
                    self._running += 1
                self._wake.notify_all()


def _run(entry: _Entry) -> None:
    try:
        entry.job()
    except Exception:
        LOG.exception("A job of the phone network failed.")
