"""The network's records in memory behind one lock."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from coach.sandbox.clock import Clock
from coach.sandbox.records import Call, Heard, Line, Message, Phone, PicksUp

T = TypeVar("T")


class State:
    """Lines, phones, messages and calls. Every method is one atomic step."""

    def __init__(self, clock: Clock, seed: int) -> None:
        """Ids come from `seed`, so that a run can be repeated."""
        self._clock = clock
        self._ids = random.Random(seed)  # noqa: S311 - repeatable ids are the point
        self._lock = threading.RLock()
        self.version = 0
        self._lines: dict[str, Line] = {}
        self._phones: dict[str, Phone] = {}
        self._messages: dict[str, Message] = {}
        self._calls: dict[str, Call] = {}
        self._messages_of: defaultdict[str, list[str]] = defaultdict(list)
        self._calls_of: defaultdict[str, list[str]] = defaultdict(list)

    def now(self) -> datetime:
        """Return the network's time."""
        return self._clock()

    def new_id(self, prefix: str = "") -> str:
        """Return a fresh id of 32 hexadecimal digits behind `prefix`."""
        with self._lock:
            return f"{prefix}{self._ids.getrandbits(128):032x}"

    # lines

    def put_line(self, line: Line) -> Line:
        """Keep `line`, new or changed."""
        with self._lock:
            self._lines[line.number] = line
            return self._bumped(line)

    def lines(self) -> tuple[Line, ...]:
        """Return the account's numbers in the order they were added."""
        with self._lock:
            return tuple(self._lines.values())

    def line(self, number_or_sid: str) -> Line | None:
        """Return the line with that number or id."""
        return next((line for line in self.lines() if number_or_sid in (line.number, line.sid)), None)

    # phones

    def phone(self, number: str) -> Phone:
        """Return the phone with that number; it comes into being when first heard of."""
        with self._lock:
            if number not in self._phones:
                self._phones[number] = self._bumped(Phone(number))
            return self._phones[number]

    def set_phone(
        self, number: str, name: str | None = None, picks_up: PicksUp | None = None, detected: str | None = None
    ) -> Phone:
        """Name a phone or script what it does with calls; None leaves a value as it is."""
        with self._lock:
            known = self.phone(number)
            phone = replace(
                known,
                name=known.name if name is None else name,
                picks_up=known.picks_up if picks_up is None else picks_up,
                detected=known.detected if detected is None else detected,
            )
            self._phones[number] = phone
            return self._bumped(phone)

    def phones(self) -> tuple[Phone, ...]:
        """Return all phones in the order they were first heard of."""
        with self._lock:
            return tuple(self._phones.values())

    # messages

    def add_message(self, message: Message) -> Message:
        """Keep a new message and show it to its phone."""
        with self._lock:
            phone = message.sender if message.inbound else message.recipient
            self.phone(phone or "")
            self._messages[message.sid] = message
            self._messages_of[phone or ""].append(message.sid)
            return self._bumped(message)

    def message(self, sid: str) -> Message | None:
        """Return a message, or None when there is none (any more)."""
        with self._lock:
            return self._messages.get(sid)

    def change_message(self, sid: str, **changes: Any) -> Message | None:  # noqa: ANN401 - field values of Message
        """Change fields of a message; None when it has been deleted meanwhile."""
        with self._lock:
            known = self._messages.get(sid)
            if known is None:
                return None
            self._messages[sid] = replace(known, updated=self._clock(), **changes)
            return self._bumped(self._messages[sid])

    def delete_message(self, sid: str) -> bool:
        """Forget a message; False when there was none."""
        with self._lock:
            known = self._messages.pop(sid, None)
            if known is not None:
                phone = known.sender if known.inbound else known.recipient
                self._messages_of[phone or ""].remove(sid)
            return self._bumped(known is not None)

    def messages(self, phone: str | None = None) -> tuple[Message, ...]:
        """Return all messages, or those of one phone, oldest first."""
        with self._lock:
            if phone is None:
                return tuple(self._messages.values())
            return tuple(self._messages[sid] for sid in self._messages_of.get(phone, ()))

    # calls

    def add_call(self, call: Call) -> Call:
        """Keep a new call and show it to its phone."""
        with self._lock:
            self.phone(call.phone)
            self._calls[call.sid] = call
            self._calls_of[call.phone].append(call.sid)
            return self._bumped(call)

    def call(self, sid: str) -> Call | None:
        """Return a call, or None when there is none (any more)."""
        with self._lock:
            return self._calls.get(sid)

    def change_call(self, sid: str, *, only_if: frozenset[str] | None = None, **changes: Any) -> Call | None:  # noqa: ANN401
        """Change fields of a call; None when it is gone or its status is not one of `only_if`."""
        with self._lock:
            known = self._calls.get(sid)
            if known is None or (only_if is not None and known.status not in only_if):
                return None
            self._calls[sid] = replace(known, updated=self._clock(), **changes)
            return self._bumped(self._calls[sid])

    def add_heard(self, sid: str, who: str, text: str, language: str = "") -> None:
        """Add a line to a call's transcript."""
        with self._lock:
            known = self._calls.get(sid)
            if known is not None:
                self._calls[sid] = replace(known, heard=(*known.heard, Heard(self._clock(), who, text, language)))
                self._bumped(known)

    def delete_call(self, sid: str) -> bool:
        """Forget a call; False when there was none."""
        with self._lock:
            known = self._calls.pop(sid, None)
            if known is not None:
                self._calls_of[known.phone].remove(sid)
            return self._bumped(known is not None)

    def calls(self, phone: str | None = None) -> tuple[Call, ...]:
        """Return all calls, or those of one phone, oldest first."""
        with self._lock:
            if phone is None:
                return tuple(self._calls.values())
            return tuple(self._calls[sid] for sid in self._calls_of.get(phone, ()))

    def live_call(self, phone: str) -> Call | None:
        """Return the call that rings or runs on a phone now."""
        return next((call for call in reversed(self.calls(phone)) if call.live), None)

    def last_call(self, phone: str) -> Call | None:
        """Return the call that rings or runs on a phone now, else the one something happened in last."""
        return self.live_call(phone) or max(reversed(self.calls(phone)), key=lambda call: call.updated, default=None)

    def _bumped(self, value: T) -> T:
        self.version += 1
        return value
