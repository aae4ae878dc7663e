"""Looking after the program itself: jobs that stopped, cases without a next look, people nobody wrote to any more."""

from __future__ import annotations

from dataclasses import dataclass

from coach.core.escalation import case_timer
from coach.core.handbook import Handbook
from coach.ports import Cause, Clock, Heartbeat, Store

_AT_ONCE = 100


class NoHeartbeat:
    """Nobody outside watches."""

    def beat(self, *, well: bool) -> None:
        """Nothing to tell."""
        del well


@dataclass(frozen=True, slots=True)
class Watching:
    """The watch over the program. Thread-safe: all state is in the store."""

    store: Store
    handbook: Handbook
    clock: Clock
    heartbeat: Heartbeat

    def mark(self, job: str, error: str | None, process: str) -> None:
        """A job did its work just now, or failed with an error of this kind."""
        self.store.mark_job(job, self.clock(), error, process)

    def watch(self) -> int:
        """Give every open case without a next look one. Returns how much was found amiss."""
        now = self.clock()
        forgotten = self.store.cases_without_wakeup(_AT_ONCE)
        for participant_id in forgotten:
            with self.store.begin() as tx:
                tx.record(tx.conversation(participant_id, now), (case_timer(now),), Cause(), now)
        return len(forgotten)
