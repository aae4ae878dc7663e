"""The network's own account of what happened: append-only, kept apart from the records that can be changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from coach.sandbox.clock import Clock


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `event` is one of the names in the table of `Ledger`."""

    number: int
    at: datetime
    event: str
    sid: str
    sender: str = ""
    recipient: str = ""
    text: str = ""
    detail: str = ""


class Ledger:
    """Append-only and thread-safe.

    Events: `message` accepted from the account · `refused` with the error code in `detail` · `auto-reply` ·
    `status` of a message reached · `text` typed on a phone · `webhook` with address and outcome · `blocked` ·
    `unblocked` · `call` accepted · `call-status` · `said` to a phone · `keys` · `speech` · `fault` applied.
    """

    def __init__(self, clock: Clock) -> None:
        """Entries are dated by `clock`."""
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def add(  # noqa: PLR0913, PLR0917 - the columns of an entry
        self, event: str, sid: str, sender: str | None = "", recipient: str = "", text: str = "", detail: str = ""
    ) -> None:
        """Write one entry down."""
        with self._lock:
            number = len(self._entries) + 1
            entry = Entry(number, self._clock(), event, sid, sender or "", recipient, text, detail)
            self._entries.append(entry)

    def entries(self, event: str | None = None, *, after: int = 0) -> tuple[Entry, ...]:
        """Return the entries numbered above `after`, all or of one event, oldest first."""
        with self._lock:
            found = self._entries[after:]
        return tuple(entry for entry in found if event in (None, entry.event))
