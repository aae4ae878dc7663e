"""What waits on this machine's disk: stored in its order, set aside when it cannot be, and told when it lies aside."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock

from coach.core.handbook import Handbook
from coach.ports import Clock, DeliveryStatus, Spool, Spooled, SpoolEntry, Store

log = logging.getLogger(__name__)

TRIES = 3
"""So often something on disk is tried before it is set aside, with a database that takes everything else."""

SPOOL_ALARM = "spool"


class NoSpool:
    """There is no disk to set anything down on: what the database cannot take is refused."""

    def keep(self, what: Spooled) -> None:
        """Nothing can be kept."""
        del what
        message = "there is no spool"
        raise OSError(message)

    def waiting(self) -> tuple[SpoolEntry, ...]:
        """Nothing ever waits."""
        return ()

    def done(self, name: str) -> None:
        """Nothing was kept."""

    def set_aside(self, name: str) -> None:
        """Nothing was kept."""

    def aside(self) -> int:
        """None."""
        return 0


@dataclass(frozen=True, slots=True)
class Door:
    """What receiving needs of the coach: its tables and its decisions."""

    store: Store
    handbook: Handbook
    clock: Clock
    country: str
    elapsed: Callable[[], float]  # seconds
    decide: Callable[[int], bool]  # about a stored message, by its id; never twice
    update_status: Callable[[DeliveryStatus], None]


@dataclass(frozen=True, slots=True)
class Stored:
    """Something that was on disk and is in the database now; a text that is still to be decided about has its id."""

    sender: str | None = None
    inbound_id: int | None = None


@dataclass
class OnDisk:
    """What one machine has on its disk. Thread-safe: one thread at a time takes it up."""

    door: Door
    spool: Spool
    machine: str  # its name
    _one: Lock = field(default_factory=Lock)
    _tries: dict[str, int] = field(default_factory=dict)
    _aside: int | None = None

    def store(self, wait: timedelta | None = None) -> tuple[Stored, ...]:
        """Store what waits, in order. A crash in the middle is harmless: everything is known by its id.

        What cannot be read, or is refused by a database that takes everything else, is set aside, and those who run
        this are told. Returns what was stored: nothing while the database is away, nor when another thread is still
        at it after this wait (None: however long it takes).

        Raises:
            OSError: the disk cannot be read.
        """
        if not self._one.acquire(timeout=-1 if wait is None else wait.total_seconds()):
            return ()
        try:
            return self._store_waiting()
        finally:
            self._one.release()

    def _store_waiting(self) -> tuple[Stored, ...]:
        stored: list[Stored] = []
        for entry in self.spool.waiting():
            try:
                if entry.what is None:
                    self.spool.set_aside(entry.name)
                else:
                    stored.append(self._take_up(entry.name, entry.what))
            except Exception as error:  # noqa: BLE001 - an entry the database refuses must not hold up the others
                if not self._refused(entry, error):
                    break
        self._tell_of_aside()
        return tuple(stored)

    def _take_up(self, name: str, what: Spooled) -> Stored:
        stored = Stored()
        if isinstance(what, DeliveryStatus):
            self.door.update_status(what)
        else:
            kept = self.door.store.keep_inbound(what.message, what.raw)
            stored = Stored(what.message.sender, None if kept.decided else kept.inbound_id)
        self.spool.done(name)
        self._tries.pop(name, None)
        return stored

    def _refused(self, entry: SpoolEntry, error: Exception) -> bool:
        """Whether the fault lies with this entry: the database can be written to. After some tries it is set aside."""
        if not self._can_be_written():
            return False
        self._tries[entry.name] = self._tries.get(entry.name, 0) + 1
        if self._tries[entry.name] >= TRIES:
            log.error("what was on disk cannot be taken up", extra={"error": type(error).__name__})
            self.spool.set_aside(entry.name)
            del self._tries[entry.name]
        return True

    def _can_be_written(self) -> bool:
        try:
            self.door.store.mark_job(SPOOL_ALARM, self.door.clock(), None, "")
        except Exception:  # noqa: BLE001 - that is the question
            return False
        return True

    def _tell_of_aside(self) -> None:
        """An alarm while files lie aside; only a change, or the first look, is worth a word to the database.

        Each machine has its own: another one cannot know what lies here.
        """
        aside = self.spool.aside()
        if aside == self._aside:
            return
        now, key = self.door.clock(), f"{SPOOL_ALARM}/{self.machine}"
        try:
            if aside:
                what = f"Received texts or statuses that could not be taken up: {aside}."
                because = f"{what} They lie in the spool of {self.machine}."
                self.door.store.raise_alarm(key, SPOOL_ALARM, because, now)
            else:
                self.door.store.end_alarm(key, now)
        except Exception:  # noqa: BLE001 - the next look tells
            return
        self._aside = aside
