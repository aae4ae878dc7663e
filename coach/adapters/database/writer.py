"""Transactions that write. On SQLite a process's threads take turns instead of asking for its lock again and again.

SQLite has one writer at a time, and whoever must wait for it sleeps up to a tenth of a second before the next try,
while the file lies free. Here the next thread is woken at once. This is about time only: what two writers may not do to
each other, threads or processes, SQLite's own lock sees to.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import Connection, Engine

_PATIENCE = 1.0
"""Seconds a thread waits for its turn; then it goes ahead and waits as SQLite does, for so long as SQLite does."""


class Writer:
    """Opens transactions of one database. Threads may share it."""

    def __init__(self, engine: Engine) -> None:
        """On PostgreSQL nobody waits for a turn: its writers wait for rows only."""
        self._engine = engine
        self._turn = Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a transaction; commits at the end of the block, rolls back when it raises."""
        with self._in_turn(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        held = self._turn.acquire(timeout=_PATIENCE)
        try:
            yield
        finally:
            if held:
                self._turn.release()
