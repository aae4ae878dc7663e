"""A last look, shortly before posting, whether what was claimed may still be sent: STOP may have come meanwhile."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from threading import Lock

from coach.core.model import OutboundMessage

log = logging.getLogger(__name__)

FRESH_SECONDS = 0.5
"""What the claim itself has seen is believed for so long."""


class Recheck:
    """Knows which messages of this process are claimed and not posted, and asks about all of them at once.

    While posts are quick nothing is ever asked; behind slow ones it is one statement in half a second, however many
    messages wait. What must arrive never waits for it: neither its post nor its claim, however long a question takes.
    """

    def __init__(self, unwanted: Callable[[Sequence[str]], AbstractSet[str]], elapsed: Callable[[], float]) -> None:
        """`unwanted` tells which attempts may not be posted any more; `elapsed` gives seconds."""
        self._unwanted = unwanted
        self._elapsed = elapsed
        self._asking = Lock()  # held during a question
        self._lock = Lock()  # of the two below, and only for moments: whoever claims takes it
        self._seen: dict[str, float] = {}  # by attempt: when it was last known to be wanted
        self._gone: set[str] = set()

    def claimed(self, messages: Sequence[OutboundMessage], at: float) -> None:
        """These were wanted then."""
        waiting = {message.attempt_id: at for message in messages if not message.lane.must_arrive}
        if waiting:
            with self._lock:
                self._seen |= waiting

    def may_go(self, message: OutboundMessage) -> bool:
        """Whether it may be posted now; False also when that cannot be found out."""
        if message.lane.must_arrive:
            return True
        came = self._elapsed()
        if not self._is_known(message, came - FRESH_SECONDS):
            with self._asking:
                # A question that was put after this one came is as good as its own.
                if not self._is_known(message, min(came, self._elapsed() - FRESH_SECONDS)):
                    self._ask()
        with self._lock:
            self._seen.pop(message.attempt_id, None)
            is_gone = message.attempt_id in self._gone
            self._gone.discard(message.attempt_id)
        return not is_gone

    def _is_known(self, message: OutboundMessage, since: float) -> bool:
        """Whether it was looked at since then, or is not wanted."""
        with self._lock:
            return self._seen.get(message.attempt_id, math.inf) >= since

    def _ask(self) -> None:
        """Ask about all that wait, without keeping anybody from claiming or posting others meanwhile."""
        with self._lock:
            at, asked = self._elapsed(), tuple(self._seen)
        gone = self._gone_of(asked)
        with self._lock:
            still = self._seen.keys() & set(asked)  # what was posted meanwhile is nobody's any more
            self._gone |= still & gone
            self._seen = {one: at if one in still else seen for one, seen in self._seen.items() if one not in gone}

    def _gone_of(self, asked: Sequence[str]) -> AbstractSet[str]:
        try:
            return self._unwanted(asked)
        except Exception:
            log.exception("looking again before posting failed")
            return frozenset(asked)
