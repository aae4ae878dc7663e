"""Status callbacks with their unruliness: they may come twice, late, or never."""

from __future__ import annotations

import threading
from collections import defaultdict

from coach.sandbox.courier import Courier
from coach.sandbox.faults import CallbackFate, Faults
from coach.sandbox.ledger import Ledger
from coach.sandbox.signing import Fields


class Callbacks:
    """Posts status callbacks as the faults in force would have them."""

    def __init__(self, courier: Courier, faults: Faults, ledger: Ledger) -> None:
        """Nothing is kept back at first."""
        self._courier = courier
        self._faults = faults
        self._ledger = ledger
        self._lock = threading.Lock()
        self._kept_back: defaultdict[str, list[Fields]] = defaultdict(list)

    def post(self, sid: str, url: str, fields: Fields, *, final: bool, method: str = "POST") -> None:
        """Post one callback about `sid`. A reordered one comes after the next; a final one has no next."""
        fate = self._faults.callback_fate()
        if fate is not CallbackFate.ONCE:
            self._ledger.add("fault", sid, detail=f"callback {fate.value}")
        if fate is CallbackFate.DROPPED:
            return
        if fate is CallbackFate.REORDERED and not final:
            with self._lock:
                self._kept_back[sid].append(fields)
            return
        with self._lock:
            late = self._kept_back.pop(sid, [])
        again = [fields] if fate is CallbackFate.DOUBLED else []
        for each in (fields, *again, *late):
            self._courier.send(sid, method, url, each)
