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
    messages wait. What must arrive is never held up by it.
    """

    def __init__(self, unwanted: Callable[[Sequence[str]], AbstractSet[str]], elapsed: Callable[[], float]) -> None:
        """`unwanted` tells which attempts may not be posted any more; `elapsed` gives seconds."""
        self._unwanted = unwanted
        self._elapsed = elapsed
        self._lock = Lock()
        self._seen: dict[str, float] = {}  # by attempt: when it was last known to be wanted
        self._gone: set[str] = set()

    def claimed(self, messages: Sequence[OutboundMessage], at: float) -> None:
        """These were wanted then."""
        with self._lock:
            self._seen |= {message.attempt_id: at for message in messages if not message.lane.must_arrive}

    def may_go(self, message: OutboundMessage) -> bool:
        """Whether it may be posted now; False also when that cannot be found out."""
        if message.lane.must_arrive:
            return True
        with self._lock:
            if self._elapsed() - self._seen.get(message.attempt_id, math.inf) > FRESH_SECONDS:
                self._look()
            self._seen.pop(message.attempt_id, None)
            is_gone = message.attempt_id in self._gone
            self._gone.discard(message.attempt_id)
        return not is_gone

    def _look(self) -> None:
        """Ask about all that wait. Whoever waits for the lock meanwhile would have to ask too."""
        at, waiting = self._elapsed(), tuple(self._seen)
        try:
            self._gone |= self._unwanted(waiting)
        except Exception:
            log.exception("looking again before posting failed")
            self._gone |= set(waiting)
        self._seen = {attempt_id: at for attempt_id in waiting if attempt_id not in self._gone}
