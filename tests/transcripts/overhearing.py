"""A store whose transactions tell what is recorded in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from coach.adapters.database.store import SqlStore
from coach.core.events import Event
from coach.core.model import Conversation
from coach.ports import Cause, Transaction

Listener = Callable[[Transaction, Conversation, tuple[Event, ...], datetime], None]


class _Overheard:
    """A transaction that tells what is recorded in it."""

    def __init__(self, inner: Transaction, listener: Listener) -> None:
        self._inner, self._listener = inner, listener

    def record(self, conversation: Conversation, events: tuple[Event, ...], cause: Cause, now: datetime) -> None:
        self._inner.record(conversation, events, cause, now)
        self._listener(self._inner, conversation, tuple(events), now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class OverheardStore:
    """A store of such transactions."""

    def __init__(self, inner: SqlStore, listener: Listener) -> None:
        self._inner, self._listener = inner, listener

    @contextmanager
    def begin(self) -> Iterator[_Overheard]:
        """Open one."""
        with self._inner.begin() as tx:
            yield _Overheard(tx, self._listener)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
