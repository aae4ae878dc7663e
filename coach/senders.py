"""Senders: the threads of one process that post, first lane first, with some kept for what must arrive."""

from __future__ import annotations

import logging
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Lock, Thread

from coach.core.model import Lane

log = logging.getLogger(__name__)


class Senders:
    """Posts in threads. Whoever claims takes places first, so that never much more is claimed than is being posted."""

    def __init__(self, senders: int, reserved: int) -> None:
        """So many threads, and so many more that post nothing but what must arrive.

        There are three places for each sender, one to post from and two to wait in, so that no sender stands idle
        while the next messages are claimed.
        """
        self._reserved = min(reserved, senders - 1)  # a single sender posts one after the other, in order
        self._places = 3 * senders
        self._worth_it = senders
        self._lock = Lock()
        self._for_all, self._for_urgent = Condition(self._lock), Condition(self._lock)
        self._waiting: list[tuple[int, int, Callable[[], None]]] = []
        self._turn = count()
        self._taken = 0
        self._closed = False
        self._threads = [Thread(target=self._work, args=(self._for_all,), daemon=True) for _ in range(senders)]
        self._threads += [
            Thread(target=self._work, args=(self._for_urgent,), daemon=True) for _ in range(self._reserved)
        ]

    def take(self, most: int, *, urgent: bool) -> int:
        """Take places, at most so many; 0 when too few are free to be worth a claim. Those kept are for urgent ones."""
        with self._lock:
            free = self._places - self._taken + (self._reserved if urgent else 0)
            taken = min(free, most) if urgent or free >= min(self._worth_it, most) else 0
            self._taken += max(taken, 0)
            return max(taken, 0)

    def give_back(self, places: int) -> None:
        """Nothing is posted from them."""
        with self._lock:
            self._taken -= places

    def post(self, lane: Lane, act: Callable[[], None]) -> None:
        """Have this done from a place that was taken; the place is free again afterwards."""
        with self._lock:
            if self._threads and not self._threads[0].ident:
                for thread in self._threads:
                    thread.start()
            heappush(self._waiting, (lane, next(self._turn), act))
            self._for_all.notify()
            if lane.must_arrive:
                self._for_urgent.notify()

    def close(self) -> None:
        """Let everything that was handed over end."""
        with self._lock:
            self._closed = True
            self._for_all.notify_all()
            self._for_urgent.notify_all()
            started = [thread for thread in self._threads if thread.ident]
        for thread in started:
            thread.join()

    def _work(self, mine: Condition) -> None:
        while (act := self._next(mine)) is not None:
            try:
                act()
            except Exception:
                log.exception("a sender failed")
            self.give_back(1)

    def _next(self, mine: Condition) -> Callable[[], None] | None:
        """The next thing to do; None when there will be none."""
        with self._lock:
            while not self._for(mine):
                if self._closed:
                    return None
                mine.wait()
            return heappop(self._waiting)[2]

    def _for(self, mine: Condition) -> bool:
        """Whether the first of those that wait may be taken by a thread that waits here."""
        return bool(self._waiting) and (mine is self._for_all or Lane(self._waiting[0][0]).must_arrive)
