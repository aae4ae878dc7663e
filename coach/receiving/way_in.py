"""The way in: texts and statuses as the carrier posts them, and what waits on disk."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from coach.core.conversation import emergency_text
from coach.core.model import InboundMessage
from coach.ports import DeliveryStatus, Kept, Mailbox, ReceivedText, Spool
from coach.receiving.missed import Missed, NoMailbox
from coach.receiving.on_disk import Door, NoSpool, OnDisk, Stored

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=8)
"""The carrier waits 15 seconds for an answer; a database that takes longer than this is away."""

SHORT_PATIENCE = timedelta(seconds=0.5)
"""After something took too long, until something is taken again: those who wait behind it must hear in time too."""

EARLIER_FIRST = timedelta(seconds=1)
"""So long a text lets another thread take up what came in earlier; then it goes ahead."""

_WORKERS = 16
_NAME = 60


@dataclass
class Receiving:
    """The way in. Thread-safe. What it remembers is only when to look again; all that matters is stored."""

    door: Door
    spool: Spool = field(default_factory=NoSpool)
    mailbox: Mailbox = field(default_factory=NoMailbox)
    patience: timedelta = PATIENCE
    machine: str = field(default_factory=lambda: socket.gethostname()[:_NAME])

    def __post_init__(self) -> None:
        """Nothing was tried yet."""
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="receiver")
        self._disk = OnDisk(self.door, self.spool, self.machine)
        self._undecided: dict[int, str | None] = {}  # stored from disk: who wrote it
        self._is_slow = False
        door = self.door
        self._missed = Missed(door.store, self.mailbox, door.clock, door.elapsed, self._take)

    def close(self) -> None:
        """Take nothing more; what is stuck is not waited for."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    # from the carrier -------------------------------------------------------------------------------------------------

    def text(self, message: InboundMessage, raw: dict[str, str]) -> str | None:
        """Keep a text for good, and decide about it if that can be done now.

        Returns:
            Words to answer with at once: an emergency message while the database is away. None when the answer, if
            any, goes out by itself.

        Raises:
            OSError: it could be kept nowhere; the carrier must not be told that we have it.
        """
        text = ReceivedText(message, raw)
        if self._taken_in_time(lambda: self._take_text(text)):
            return None
        self.spool.keep(text)
        return self._emergency(message)

    def status(self, status: DeliveryStatus) -> None:
        """Keep what became of an attempt, known or not. OSError when it could be kept nowhere.

        While the database hangs it goes to disk at once: nobody who waits for words may wait behind it.
        """
        if self._is_slow:
            with suppress(OSError):
                self.spool.keep(status)
                return
        if not self._taken_in_time(lambda: self.door.update_status(status)):
            self.spool.keep(status)

    def keep(self, text: ReceivedText) -> Kept:
        """Store what was said in a call; while the database is away set it down on disk, and raise all the same.

        The line must say that something is wrong; what was said becomes a case all the same, once it can be stored.
        """
        kept: list[Kept] = []
        if self._taken_in_time(lambda: kept.append(self._keep(text))):
            return kept[0]
        try:
            self.spool.keep(text)
        except OSError:
            log.exception("what came in could be kept nowhere")
        message = "the database did not take what was said in a call"
        raise ConnectionError(message)

    def _take_text(self, text: ReceivedText) -> None:
        """What came in earlier is taken up first, so that an answer stays behind what it corrects.

        Only for what the same person wrote is a decision waited for: one person's held row stops nobody else.
        """
        stored: tuple[Stored, ...] = ()
        try:
            stored = self._store_earlier(SHORT_PATIENCE / 2 if self._is_slow else EARLIER_FIRST)
        except OSError:  # a disk that cannot be read hinders nobody while the database is there
            log.exception("the spool cannot be read")
        sender = text.message.sender
        self._decide_later(one for one in stored if one.sender != sender)
        self._decide_earlier(
            [Stored(who, number) for number, who in sorted(self._undecided.copy().items()) if who == sender]
        )
        self._take(text)

    def _take(self, text: ReceivedText) -> None:
        kept = self._keep(text)
        if not kept.decided:
            self.door.decide(kept.inbound_id)

    def _keep(self, text: ReceivedText) -> Kept:
        return self.door.store.keep_inbound(text.message, text.raw)

    def _taken_in_time(self, work: Callable[[], None]) -> bool:
        """Whether the work was done before the carrier would lose patience. Were it done later, nothing is doubled."""
        try:
            under_way: Future[None] = self._workers.submit(work)
        except RuntimeError:  # closing
            return False
        try:
            patience = min(self.patience, SHORT_PATIENCE) if self._is_slow else self.patience
            under_way.result(patience.total_seconds())
        except TimeoutError:
            under_way.cancel()
            self._is_slow = True
            log.error("the database did not take what came in within its time")  # noqa: TRY400 - there is no fault to show
            return False
        except Exception:  # whatever it is, the text must be kept
            under_way.cancel()
            log.exception("the database did not take what came in")
            return False
        self._is_slow = False
        return True

    def _emergency(self, message: InboundMessage) -> str | None:
        try:
            return emergency_text(message, self.door.handbook, self.door.country, self.door.clock())
        except Exception:  # the text is safe on disk
            log.exception("a text could not be read")
            return None

    # from disk --------------------------------------------------------------------------------------------------------

    def replay(self) -> int:
        """Take up what waits on disk: store all of it in order, then decide. Returns how much was stored.

        Deciding may wait for a person's row, so it holds up nobody who stores.
        """
        stored = self._store_earlier()
        self._decide_earlier(stored)
        return len(stored)

    def _store_earlier(self, wait: timedelta | None = None) -> tuple[Stored, ...]:
        stored = self._disk.store(wait)
        if stored:
            self._is_slow = False
        self._undecided |= {one.inbound_id: one.sender for one in stored if one.inbound_id is not None}
        return stored

    def _decide_earlier(self, stored: Iterable[Stored]) -> None:
        """One that fails is left to the recovery of texts."""
        for inbound_id in (one.inbound_id for one in stored if one.inbound_id is not None):
            try:
                self.door.decide(inbound_id)
            except Exception:
                log.exception("deciding about what was on disk failed", extra={"inbound_id": inbound_id})
            self._undecided.pop(inbound_id, None)

    def _decide_later(self, stored: Iterable[Stored]) -> None:
        waiting = tuple(stored)
        with suppress(RuntimeError):  # closing: they are stored, and recovered after the next start
            if waiting:
                self._workers.submit(self._decide_earlier, waiting)

    # from the carrier's list ------------------------------------------------------------------------------------------

    def catch_up(self) -> int:
        """Every few minutes, and first after a start: take up texts the carrier lists that never reached us.

        Returns how many were found. What waits on disk did reach us, so it goes first.
        """
        if not self._missed.is_time():
            return 0
        self.replay()
        return self._missed.catch_up()
