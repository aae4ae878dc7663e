"""The status callbacks of calls, numbered in sequence."""

from __future__ import annotations

from email.utils import format_datetime
from math import ceil

from coach.sandbox.parts import Parts
from coach.sandbox.records import Call
from coach.sandbox.script import call_fields
from coach.sandbox.signing import Fields


class Progress:
    """Tells the account how its calls get on. Every call and every leg counts its own events from 0."""

    def __init__(self, parts: Parts) -> None:
        """Nothing has been told yet."""
        self._account = parts.account
        self._state = parts.state
        self._ledger = parts.ledger
        self._timetable = parts.timetable
        self._callbacks = parts.callbacks

    def tell(self, call: Call, event: str, status: str) -> None:
        """Post `status` if the account asked for `event`."""
        self._ledger.add("call-status", call.sid, call.sender, call.recipient, detail=status)
        if not call.callback or event not in call.callback_events:
            return
        sequence = call.events_sent
        self._state.change_call(call.sid, events_sent=sequence + 1)
        fields = self._fields(call, status, sequence)
        url, final = call.callback, not call.live
        self._timetable.after(0, f"{call.sid}/status", lambda: self._callbacks.post(call.sid, url, fields, final=final))

    def _fields(self, call: Call, status: str, sequence: int) -> Fields:
        fields = [
            *call_fields(self._account, call, status),
            ("Timestamp", format_datetime(self._state.now())),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(sequence)),
        ]
        if not call.live:
            fields += [("CallDuration", str(call.seconds)), ("Duration", str(ceil(call.seconds / 60)))]
        return tuple(fields)
