"""The way of an outbound text after it was accepted: statuses, and a callback for each but the first."""

from __future__ import annotations

from datetime import datetime, timedelta

from coach.sandbox.account import API_VERSION
from coach.sandbox.faults import DELIVERED, SILENT, SLOW
from coach.sandbox.parts import Parts
from coach.sandbox.records import Message
from coach.sandbox.signing import Fields

FINAL = frozenset({"delivered", "undelivered", "failed", "canceled"})
Step = tuple[str, float, int | None]
"""A status, the seconds before it, and its error code."""


class Delivery:
    """Moves messages along, one lane of the timetable each."""

    def __init__(self, parts: Parts) -> None:
        """Nothing is under way at first."""
        self._account = parts.account
        self._state = parts.state
        self._ledger = parts.ledger
        self._timetable = parts.timetable
        self._callbacks = parts.callbacks
        self._faults = parts.faults
        self._pace = parts.pace

    def hold(self, message: Message) -> None:
        """Make a message ready to leave: callbacks must not start before the request is answered."""
        steps = self._steps(message)
        self._timetable.hold(message.sid, lambda: self._begin(message.sid, steps, message.created))

    def release(self, sid: str) -> None:
        """Let a message leave."""
        self._timetable.release(sid)

    def _steps(self, message: Message) -> tuple[Step, ...]:
        hop = self._pace.hop
        start: tuple[Step, ...] = (("queued", hop, None),) if message.status == "accepted" else ()
        way: tuple[Step, ...] = (*start, ("sending", hop, None), ("sent", hop, None))
        outcome = self._faults.outcome(message.recipient)
        if outcome == SILENT:
            return way
        if outcome == SLOW:
            return (*way, ("delivered", self._pace.slow, None))
        if outcome == DELIVERED:
            return (*way, ("delivered", hop, None))
        return (*way, ("undelivered", hop, int(outcome)))

    def _begin(self, sid: str, steps: tuple[Step, ...], since: datetime) -> None:
        """Plan the next step, counted from the one before, however late that one was done."""
        if steps:
            seconds = steps[0][1]
            due, slow = since + timedelta(seconds=seconds), seconds == self._pace.slow > self._pace.hop
            self._timetable.at(due, sid, lambda: self._step(sid, steps, due), patient=slow)

    def _step(self, sid: str, steps: tuple[Step, ...], due: datetime) -> None:
        (status, _, code), rest = steps[0], steps[1:]
        before = self._state.message(sid)
        if before is None or before.status in FINAL:
            return
        message = self._reached(before, status, code)
        if message is not None:
            self._call_back(message)
            self._begin(sid, rest, due)

    def _reached(self, before: Message, status: str, code: int | None) -> Message | None:
        sender = before.sender or self._state.lines()[0].number
        sent = self._state.now() if status == "sent" else before.sent
        changed = self._state.change_message(before.sid, status=status, sender=sender, sent=sent, error_code=code)
        detail = status if code is None else f"{status} {code}"
        self._ledger.add("status", before.sid, sender, before.recipient, detail=detail)
        return changed

    def _call_back(self, message: Message) -> None:
        if not message.callback:
            return
        fields = self._fields(message)
        self._callbacks.post(message.sid, message.callback, fields, final=message.status in FINAL)

    def _fields(self, message: Message) -> Fields:
        status = message.status
        fields = [
            ("MessageSid", message.sid),
            ("MessageStatus", status),
            ("SmsSid", message.sid),
            ("SmsStatus", status),
            ("AccountSid", self._account.sid),
            ("From", message.sender or ""),
            ("To", message.recipient),
            ("ApiVersion", API_VERSION),
        ]
        if message.service_sid:
            fields.append(("MessagingServiceSid", message.service_sid))
        if message.error_code is not None:
            fields.append(("ErrorCode", str(message.error_code)))
        if status in ("delivered", "undelivered"):
            fields.append(("RawDlrDoneDate", message.updated.strftime("%y%m%d%H%M")))
        return tuple(fields)
