"""What goes wrong, by rule: outcomes per number, unruly callbacks, failing REST requests. Seeded."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

DELIVERED, SILENT, SLOW = "delivered", "silent", "slow"
"""Outcomes that are not error codes. Silent: `sent` and no more word; slow: delivered after a long while."""


class RestFault(StrEnum):
    """What a REST request is answered with."""

    TOO_MANY = "429"  # refused before anything is done
    BROKEN = "500"  # nothing done
    BROKEN_AFTER = "500-after"  # done, but answered 500
    DROP = "drop"  # done, then the connection is lost
    SLOW = "slow"  # done, answered after `seconds`


@dataclass(frozen=True, slots=True)
class RestRule:
    """Spoils a share of the REST requests with a method on a resource (`Messages`, `Calls`, or `` for any)."""

    fault: RestFault
    times: int | None = None
    share: float = 1.0
    method: str = "POST"
    resource: str = ""
    recipient: str = ""
    seconds: float = 5.0

    def concerns(self, method: str, resource: str, recipient: str) -> bool:
        """True when the rule speaks of such a request."""
        return method == self.method and self.resource in ("", resource) and self.recipient in ("", recipient)


@dataclass(frozen=True, slots=True)
class CallbackChaos:
    """Shares (0 to 1) of status callbacks that come twice, after the next one, or never."""

    doubled: float = 0.0
    reordered: float = 0.0
    dropped: float = 0.0


class CallbackFate(StrEnum):
    """What becomes of one status callback."""

    ONCE = "once"
    DOUBLED = "doubled"
    REORDERED = "reordered"
    DROPPED = "dropped"


class Faults:
    """The rules in force. Thread-safe; without rules everything goes well."""

    def __init__(self, seed: int) -> None:
        """Chance comes from `seed`."""
        self._lock = threading.Lock()
        self._chance = random.Random(seed)  # noqa: S311 - repeatable chance is the point
        self._outcomes: dict[str, deque[str]] = {}
        self._rules: list[tuple[RestRule, int]] = []
        self._chaos = CallbackChaos()

    def set_outcomes(self, number: str, outcomes: Iterable[str]) -> None:
        """Script what becomes of the next messages to `number`; the last outcome stays.

        An outcome is `delivered`, `silent`, `slow` or an error code such as `30003`.
        Raises ValueError for anything else.
        """
        script = deque(outcomes)
        for outcome in script:
            if outcome not in (DELIVERED, SILENT, SLOW) and not _is_code(outcome):
                message = f"No such outcome: {outcome}"
                raise ValueError(message)
        with self._lock:
            self._outcomes[number] = script

    def set_chaos(self, chaos: CallbackChaos) -> None:
        """Make status callbacks unruly."""
        with self._lock:
            self._chaos = chaos

    def add_rule(self, rule: RestRule) -> None:
        """Spoil REST requests; the first rule that concerns a request decides."""
        with self._lock:
            self._rules.append((rule, rule.times if rule.times is not None else -1))

    def clear(self) -> None:
        """Let everything go well again."""
        with self._lock:
            self._outcomes.clear()
            self._rules.clear()
            self._chaos = CallbackChaos()

    def outcome(self, number: str) -> str:
        """Return what becomes of a message to `number` now."""
        with self._lock:
            script = self._outcomes.get(number)
            if not script:
                return DELIVERED
            return script.popleft() if len(script) > 1 else script[0]

    def callback_fate(self) -> CallbackFate:
        """Draw what becomes of one status callback."""
        with self._lock:
            chaos, drawn = self._chaos, self._chance.random()
        if drawn < chaos.dropped:
            return CallbackFate.DROPPED
        if drawn < chaos.dropped + chaos.reordered:
            return CallbackFate.REORDERED
        if drawn < chaos.dropped + chaos.reordered + chaos.doubled:
            return CallbackFate.DOUBLED
        return CallbackFate.ONCE

    def rest_fault(self, method: str, resource: str, recipient: str) -> RestRule | None:
        """Draw whether this REST request is spoiled, and use up one of the rule's times."""
        with self._lock:
            for index, (rule, left) in enumerate(self._rules):
                if left != 0 and rule.concerns(method, resource, recipient):
                    if self._chance.random() >= rule.share:
                        return None
                    self._rules[index] = (rule, left - 1)
                    return rule
        return None


def _is_code(outcome: str) -> bool:
    return len(outcome) == 5 and outcome.isdigit()  # noqa: PLR2004 - Twilio's codes have five digits
