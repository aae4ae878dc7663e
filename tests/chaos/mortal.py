"""Lives that end at a named moment: before or after a call of the store or the carrier, and around each commit.

The moments are reached by wrapping these two ports; the program knows nothing of it. A life in this process ends with
an exception, and whatever of it goes on meanwhile reaches neither the database nor the carrier any more; that of a
process of its own ends with SIGKILL.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, TypeAlias

from coach.core.model import OutboundMessage
from coach.ports import Carrier, SendResult, Store

_CALLS = (
    "claim_outbox", "finish_attempts", "expire_leases", "in_doubt", "bound_carrier_ids", "settle", "undecided_inbound",
    "send", "find",
)  # fmt: skip
_CALLS_OF_MANY = ("release_outbox", "submit", "begin_released")

ANYWHERE = tuple(f"{when} {what}" for what in (*_CALLS, "commit") for when in ("before", "after"))
"""Moments of every life."""

AMONG_MANY = (*ANYWHERE, *(f"{when} {what}" for what in _CALLS_OF_MANY for when in ("before", "after")))
"""Moments of a life that shares its work with others."""

Passing: TypeAlias = Callable[[str], None]
"""Told of each moment by its name before it passes. It may not return."""


class Killed(Exception):
    """This life is over."""


def kill_this_process() -> None:
    """For good, and at once."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Life:
    """Ends when a moment has come for the nth time; without a moment it does not end by itself. Thread-safe."""

    ends_at: str = ""
    times: int = 1
    end: Callable[[], None] = lambda: None
    is_over: bool = False
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, moment: str) -> None:
        """A moment passes. Killed when this life is over."""
        with self._lock:
            if not self.is_over and moment == self.ends_at:
                self.times -= 1
                self.is_over = self.times <= 0
                if self.is_over:
                    self.end()
            if self.is_over:
                raise Killed


class MortalStore:
    """A store that tells of each of its moments."""

    def __init__(self, inner: Store, passing: Passing) -> None:
        """It does what the one inside does."""
        self._inner, self._passing = inner, passing

    @contextmanager
    def begin(self) -> Iterator[Any]:
        """A transaction; with a moment before and after its commit."""
        self._passing("before begin")
        with self._inner.begin() as tx:
            yield tx
            self._passing("before commit")
        self._passing("after commit")

    def release_outbox(self, *given: Any) -> int:
        """Batches are handed over, by the last thing given, in the middle of a transaction."""
        *what, submit = given
        release = _told(self._passing, "release_outbox", self._inner.release_outbox)
        released: int = release(*what, _told(self._passing, "submit", submit))
        return released

    def __getattr__(self, name: str) -> Any:
        """Everything else has a moment before and one after it."""
        return _told(self._passing, name, getattr(self._inner, name))


class MortalCarrier:
    """A carrier that tells of each of its moments."""

    def __init__(self, inner: Carrier, passing: Passing) -> None:
        """It does what the one inside does."""
        self._inner, self._passing = inner, passing

    def send(self, message: OutboundMessage) -> SendResult:
        """Post a text."""
        result: SendResult = _told(self._passing, "send", self._inner.send)(message)
        return result

    def call(self, message: OutboundMessage) -> SendResult:
        """Start a call."""
        result: SendResult = _told(self._passing, "send", self._inner.call)(message)
        return result

    def find(self, message: OutboundMessage, since: datetime) -> Sequence[str]:
        """Ask what it has."""
        found: Sequence[str] = _told(self._passing, "find", self._inner.find)(message, since)
        return found

    def redirect(self, carrier_id: str, path: str) -> bool:
        """Send a call elsewhere."""
        done: bool = _told(self._passing, "redirect", self._inner.redirect)(carrier_id, path)
        return done

    def hang_up(self, carrier_id: str) -> bool:
        """End a call."""
        done: bool = _told(self._passing, "hang_up", self._inner.hang_up)(carrier_id)
        return done


def _told(passing: Passing, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
    def told(*given: Any, **named: Any) -> Any:
        passing(f"before {name}")
        done = do(*given, **named)
        passing(f"after {name}")
        return done

    return told
