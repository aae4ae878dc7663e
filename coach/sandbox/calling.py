"""Calls in both directions: dialling, ringing, answering, ending, and the status callbacks."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from math import ceil

from coach.sandbox.dialogue import Dialogues
from coach.sandbox.numbers import is_number
from coach.sandbox.parts import Parts
from coach.sandbox.problems import invalid
from coach.sandbox.records import LIVE, Call, Line, PicksUp
from coach.sandbox.script import call_fields
from coach.sandbox.signing import Fields

NOT_ANSWERED = frozenset({"queued", "ringing"})
RINGING = frozenset({"ringing"})
_MACHINE = {"Enable": "machine_start", "DetectMessageEnd": "machine_end_beep"}


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A request to make a call; empty strings are parameters that were not given."""

    recipient: str
    sender: str
    url: str = ""
    method: str = "POST"
    twiml: str = ""
    callback: str = ""
    callback_events: frozenset[str] = frozenset({"completed"})
    ring_seconds: int = 60
    machine_detection: str = ""


class Calling:
    """The voice side of the network."""

    def __init__(self, parts: Parts) -> None:
        """No call is under way at first."""
        self._account = parts.account
        self._state = parts.state
        self._ledger = parts.ledger
        self._timetable = parts.timetable
        self._callbacks = parts.callbacks
        self._pace = parts.pace
        self._dialogues = Dialogues(parts, self.end)

    # from the account

    def accept(self, order: CallOrder) -> Call:
        """Take a call for dialling, or raise Problem. It starts when `release` is called."""
        try:
            self._check(order)
        except Exception as problem:
            self._ledger.add("refused", "", order.sender, order.recipient, detail=str(getattr(problem, "code", "")))
            raise
        now = self._state.now()
        call = Call(
            sid=self._state.new_id("CA"),
            direction="outbound-api",
            sender=order.sender,
            recipient=order.recipient,
            status="queued",
            created=now,
            updated=now,
            url=order.url or None,
            method=order.method,
            twiml=None if order.url else order.twiml,
            callback=order.callback or None,
            callback_events=order.callback_events,
            ring_seconds=order.ring_seconds,
            machine_detection=order.machine_detection,
        )
        self._state.add_call(call)
        self._ledger.add("call", call.sid, order.sender, order.recipient, detail=order.callback)
        self._timetable.hold(call.sid, lambda: self._dial(call.sid))
        return call

    def release(self, sid: str) -> None:
        """Start dialling."""
        self._timetable.release(sid)

    def redirect(self, sid: str, *, url: str, method: str, document: str) -> None:
        """Put another script in place of the one a running call follows."""
        self._state.change_call(sid, url=url or None, method=method, twiml=None if url else document)
        self._dialogues.start(sid)

    # from the phones

    def answer(self, phone: str, manner: PicksUp) -> Call | None:
        """Do with the ringing call of `phone` what `manner` says; None when none is ringing."""
        call = self._state.live_call(phone)
        if call is None or call.status != "ringing" or call.direction == "inbound":
            return None
        if manner in (PicksUp.BUSY, PicksUp.NO_ANSWER):
            self.end(call.sid, manner.value)
        elif manner in (PicksUp.HUMAN, PicksUp.VOICEMAIL):
            self._pick_up(call, manner)
        return self._state.call(call.sid)

    def press(self, phone: str, digits: str) -> Call | None:
        """Press keys in the running call of `phone`; None when there is none."""
        call = self._state.live_call(phone)
        if call is not None:
            self._ledger.add("keys", call.sid, phone, text=digits)
            self._dialogues.press(call.sid, digits)
        return call

    def say(self, phone: str, speech: str, confidence: float) -> Call | None:
        """Speak in the running call of `phone`; None when there is none."""
        call = self._state.live_call(phone)
        if call is not None:
            self._ledger.add("speech", call.sid, phone, text=speech)
            self._dialogues.say(call.sid, speech, confidence)
        return call

    def hang_up(self, phone: str) -> Call | None:
        """End the call of `phone`, declining it when it only rings; None when there is none."""
        call = self._state.live_call(phone)
        if call is None:
            return None
        inbound = call.direction == "inbound"
        self.end(call.sid, "completed" if call.started else "canceled" if inbound else "busy")
        return self._state.call(call.sid)

    def ring(self, phone: str, line: Line) -> Call | None:
        """Call `line` from `phone`; None when the line takes no calls or the phone is in a call."""
        if line.voice_url is None or self._state.live_call(phone) is not None:
            return None
        now = self._state.now()
        call = Call(
            sid=self._state.new_id("CA"),
            direction="inbound",
            sender=phone,
            recipient=line.number,
            status="ringing",
            created=now,
            updated=now,
            dialed=now,
            url=line.voice_url,
            method=line.voice_method,
            callback=line.status_callback,
        )
        self._state.add_call(call)
        self._ledger.add("call", call.sid, phone, line.number)
        self._dialogues.start(call.sid)
        return call

    def awaits_phone(self, phone: str) -> bool:
        """True when the last call of `phone` is over, or it is the person's turn: ringing, or listened to."""
        call = next(reversed(self._state.calls(phone)), None)
        if call is None or not call.live:
            return call is not None
        person = self._state.phone(phone).picks_up is PicksUp.ASK
        turn = bool(call.listening) or (call.status == "ringing" and call.direction != "inbound" and person)
        return turn and not self._dialogues.busy(call.sid)

    # the life of a call

    def end(self, sid: str, status: str) -> None:
        """Bring a call to a final status, once."""
        call = self._state.call(sid)
        if call is None or not call.live:
            return
        ended = self._state.change_call(
            sid, only_if=LIVE, status=status, ended=self._state.now(), listening=frozenset()
        )
        if ended is not None:
            self._timetable.drop(sid)
            self._dialogues.forget(sid)
            self._emit(ended, "completed", status)

    def _check(self, order: CallOrder) -> None:
        if not order.recipient:
            raise invalid(21201, "No 'To' number is specified")
        if not is_number(order.recipient):
            raise invalid(21211, f"Invalid 'To' Phone Number: {order.recipient}")
        if not order.sender:
            raise invalid(21213, "No 'From' number is specified")
        if self._state.line(order.sender) is None:
            raise invalid(21210, f"The source phone number provided, {order.sender}, is not yet verified.")
        if not order.url and not order.twiml:
            raise invalid(21205, "Url parameter is required.")

    def _dial(self, sid: str) -> None:
        call = self._state.call(sid)
        if call is None or call.status != "queued":
            return
        self._emit(call, "initiated", "initiated")
        others = [other for other in self._state.calls(call.phone) if other.live and other.sid != sid]
        if others:
            self._timetable.after(self._pace.dial, sid, lambda: self.end(sid, "busy"))
        else:
            self._timetable.after(self._pace.dial, sid, lambda: self._ring_phone(sid))

    def _ring_phone(self, sid: str) -> None:
        queued = frozenset({"queued"})
        call = self._state.change_call(sid, only_if=queued, status="ringing", dialed=self._state.now())
        if call is None:
            return
        self._emit(call, "ringing", "ringing")
        manner = self._state.phone(call.phone).picks_up
        if manner in (PicksUp.ASK, PicksUp.NO_ANSWER):
            self._timetable.after(call.ring_seconds, sid, lambda: self._give_up(sid), patient=manner is PicksUp.ASK)
        else:
            self._timetable.after(self._pace.pickup, sid, lambda: self._react(sid, manner))

    def _react(self, sid: str, manner: PicksUp) -> None:
        call = self._state.call(sid)
        if call is not None and call.status == "ringing":
            self.answer(call.phone, manner)

    def _give_up(self, sid: str) -> None:
        call = self._state.call(sid)
        if call is not None and call.status == "ringing":
            self.end(sid, "no-answer")

    def _pick_up(self, call: Call, manner: PicksUp) -> None:
        answered_by = None
        if call.machine_detection:
            machine = _MACHINE.get(call.machine_detection, "machine_start")
            answered_by = "human" if manner is PicksUp.HUMAN else machine
        begun = self._state.change_call(
            call.sid,
            only_if=RINGING,
            status="in-progress",
            started=self._state.now(),
            answered_by=answered_by,
            by_machine=manner is PicksUp.VOICEMAIL,
        )
        if begun is None:
            return
        if manner is PicksUp.VOICEMAIL:
            self._state.add_heard(call.sid, "note", "Voicemail picked up.")
        self._emit(begun, "answered", "in-progress")
        self._dialogues.start(call.sid)

    def _emit(self, call: Call, event: str, status: str) -> None:
        self._ledger.add("call-status", call.sid, call.sender, call.recipient, detail=status)
        if not call.callback or event not in call.callback_events:
            return
        sequence = call.events_sent
        self._state.change_call(call.sid, events_sent=sequence + 1)
        fields = self._status_fields(call, status, sequence)
        url, final = call.callback, not call.live
        self._timetable.after(0, f"{call.sid}/status", lambda: self._callbacks.post(call.sid, url, fields, final=final))

    def _status_fields(self, call: Call, status: str, sequence: int) -> Fields:
        fields = [
            *call_fields(self._account, call, status),
            ("Timestamp", format_datetime(self._state.now())),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", str(sequence)),
        ]
        if not call.live:
            fields += [("CallDuration", str(call.seconds)), ("Duration", str(ceil(call.seconds / 60)))]
        return tuple(fields)
