"""Posting: claiming, handing over to the senders and recording go on side by side.

While slow posts are under way the next messages are claimed, and how posts ended is recorded in groups.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from threading import Lock
from time import monotonic
from typing import Protocol, TypeAlias

from coach.core.failures import FailureClass
from coach.core.model import Lane, OutboundMessage
from coach.ports import Outcome, SendResult
from coach.senders import Senders

log = logging.getLogger(__name__)

GROUP = 25
"""So many results are recorded together at most."""
GROUP_SECONDS = 0.1
"""No result waits longer than this for others to be recorded with."""
LOOK_SECONDS = 0.5
"""While posts are under way, whether something new may be sent is looked at this often, and whenever nudged."""
FAULT = SendResult(Outcome.IN_DOUBT, failure=FailureClass.FAULT)
"""A post that raised: it may have left."""
_TRIES = 3
_WAIT_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Claimed:
    """Messages that may be posted until `deadline`, by the seconds of whoever claimed them."""

    messages: Sequence[OutboundMessage]
    deadline: float = math.inf
    more: bool = False  # whether it is worth asking for more at once


Claim: TypeAlias = Callable[[int, Lane], Claimed]
"""Claims at most so many messages, of no lane after that one."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How one post ended."""

    message: OutboundMessage
    result: SendResult
    tries: int = 0  # how often recording it has raised


class Work(Protocol):
    """How messages are posted and what is kept of it."""

    def post(self, message: OutboundMessage, deadline: float) -> SendResult:
        """Post one, unless its deadline is past."""

    def record(self, ended: Sequence[Ended]) -> Sequence[Ended]:
        """Keep how posts ended; returns those of which keeping it raised. Raises when none could be kept."""


@dataclass
class Look:
    """For what is looked, and when next."""

    last: Lane = Lane.PROMPT
    urgent: bool = False  # takes the places kept for what must arrive
    at: float = 0.0


@dataclass
class Posting:
    """One stream of work through the senders. Several threads may take turns at it, also at the same time."""

    claim: Claim
    work: Work
    senders: Senders
    looks: Sequence[Look]  # a later one only counts when there was no room for the earlier
    most: int = 50  # claimed at once
    _lock: Lock = field(default_factory=Lock, init=False)
    _under_way: int = field(default=0, init=False)
    _ended: SimpleQueue[Ended | None] = field(default_factory=SimpleQueue, init=False)

    def nudge(self) -> None:
        """Something new is waiting: look at once."""
        for look in self.looks:
            look.at = 0.0
        if self._ended.empty():  # else whoever waits is woken anyway, and where nobody does nothing piles up
            self._ended.put(None)

    def turn(self, seconds: float = math.inf) -> int:
        """Claim, post and record until nothing is left or the time is up. Returns how many messages were claimed.

        What is under way when the time is up stays so: the next turn records it.
        """
        for look in self.looks:
            look.at = 0.0
        ends, claimed, group = monotonic() + seconds, 0, _Group()
        try:
            while True:
                claimed += self._claim()
                if not self._is_busy() or monotonic() >= ends:
                    return claimed
                self._gather(group)
                if group.is_ripe() or not self._under_way:
                    self._record(group)
        finally:
            self._record(group)

    def finish(self) -> None:
        """Record what has ended since the last turn."""
        group = _Group()
        while not self._ended.empty():
            self._gather(group)
        self._record(group)

    @property
    def is_done(self) -> bool:
        """Whether nothing is under way or waits to be recorded."""
        return self._under_way == 0

    def _is_busy(self) -> bool:
        now = monotonic()
        return self._under_way > 0 or not self._ended.empty() or any(look.at <= now for look in self.looks)

    # Claiming ---------------------------------------------------------------------------------------------------------

    def _claim(self) -> int:
        """Claim what there is room for; what must arrive has room even when the rest has none."""
        now = monotonic()
        for number, look in enumerate(self.looks):
            places = self.senders.take(self.most, urgent=look.urgent) if look.at <= now else 0
            if places:
                return self._fill(places, self.looks[number:])
        return 0

    def _fill(self, places: int, looks: Sequence[Look]) -> int:
        for look in looks:
            look.at = monotonic() + LOOK_SECONDS  # before the claim, so that a nudge meanwhile is not lost
        claimed = Claimed(())
        try:
            claimed = self.claim(places, looks[0].last)
        finally:
            self.senders.give_back(places - len(claimed.messages))
        if claimed.more:
            looks[0].at = 0.0
        with self._lock:
            self._under_way += len(claimed.messages)
        for message in claimed.messages:
            self.senders.post(message.lane, self._act(message, claimed.deadline))
        return len(claimed.messages)

    def _act(self, message: OutboundMessage, deadline: float) -> Callable[[], None]:
        def act() -> None:
            try:
                result = self.work.post(message, deadline)
            except Exception:
                log.exception("posting raised", extra={"attempt_id": message.attempt_id})
                result = FAULT
            self._ended.put(Ended(message, result))

        return act

    # Recording --------------------------------------------------------------------------------------------------------

    def _gather(self, group: _Group) -> None:
        """Wait a moment for posts to end, and take all that have."""
        try:
            self._add(group, self._ended.get(timeout=_WAIT_SECONDS))
            while len(group.ended) < GROUP:
                self._add(group, self._ended.get_nowait())
        except Empty:
            return

    def _add(self, group: _Group, ended: Ended | None) -> None:
        if ended is not None:
            group.add(ended)
            with self._lock:
                self._under_way -= 1

    def _record(self, group: _Group) -> None:
        """Record a group; what could not be recorded is tried again, a few times when it is its own fault."""
        ended = group.empty()
        if not ended:
            return
        again = ended
        try:
            again = [_next_try(one) for one in self.work.record(ended) if not _is_given_up(one)]
        finally:
            with self._lock:
                self._under_way += len(again)
            for one in again:
                self._ended.put(one)


def _is_given_up(ended: Ended) -> bool:
    """Not even the doubt can be recorded; it comes by itself when the lease runs out."""
    if ended.tries >= _TRIES:
        log.error("recording was given up", extra={"attempt_id": ended.message.attempt_id})
    return ended.tries >= _TRIES


def _next_try(ended: Ended) -> Ended:
    """After some tries only the doubt is recorded, and a callback or the carrier's list ends it."""
    tries = ended.tries + 1
    return replace(ended, tries=tries, result=ended.result if tries < _TRIES else FAULT)


class _Group:
    """Results that wait to be recorded together."""

    def __init__(self) -> None:
        self.ended: list[Ended] = []
        self._since = 0.0

    def add(self, ended: Ended) -> None:
        """One more."""
        if not self.ended:
            self._since = monotonic()
        self.ended.append(ended)

    def is_ripe(self) -> bool:
        """Whether it should be recorded now."""
        return len(self.ended) >= GROUP or (bool(self.ended) and monotonic() - self._since >= GROUP_SECONDS)

    def empty(self) -> list[Ended]:
        """Take all."""
        ended, self.ended = self.ended, []
        return ended
