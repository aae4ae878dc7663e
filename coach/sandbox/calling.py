"""Calls in both directions: what the account orders and what people do with their phones."""

from __future__ import annotations

from coach.sandbox.desk import Desk
from coach.sandbox.detection import Detection
from coach.sandbox.dialling import Dialling, Lines
from coach.sandbox.dialogue import Dialogues, Doors
from coach.sandbox.orders import CallOrder, NewScript, check_order, inbound_call, ordered_call
from coach.sandbox.parts import Parts
from coach.sandbox.records import Call, Line, PicksUp
from coach.sandbox.ringing import Ringing, Turns
from coach.sandbox.twiml import Verb

NOT_ANSWERED = frozenset({"queued", "ringing"})


class Calling:
    """The voice side of the network."""

    def __init__(self, parts: Parts) -> None:
        """No call is under way at first."""
        self._state = parts.state
        self._ledger = parts.ledger
        self._timetable = parts.timetable
        self._desk = Desk(parts)
        self._ringing = Ringing(parts, Turns(self._picked_up, self._over))
        self._dialogues = Dialogues(parts, self._desk, Doors(self.end, self._dial, self._done))
        self._detection = Detection(parts, self._desk, self._dialogues.start, self._dialogues.overhear)
        self._dialling = Dialling(parts, self._desk, self._lines())

    # from the account

    def accept(self, order: CallOrder) -> Call:
        """Take a call for dialling, or raise Problem. It starts when `release` is called."""
        try:
            check_order(self._state, order)
        except Exception as problem:
            self._ledger.add("refused", "", order.sender, order.recipient, detail=str(getattr(problem, "code", "")))
            raise
        call = self._state.add_call(ordered_call(self._state, order))
        self._ledger.add("call", call.sid, order.sender, order.recipient, detail=order.callback)
        self._timetable.hold(call.sid, lambda: self._ringing.dial(call.sid))
        return call

    def release(self, sid: str) -> None:
        """Start dialling."""
        self._timetable.release(sid)

    def redirect(self, sid: str, new: NewScript) -> None:
        """Put another script in place of the one a running call follows: whatever it says or waits for stops now."""
        known = self._state.call(sid)
        if known is None:
            return
        call = self._state.change_call(
            sid,
            errand=self._state.new_id(),
            url=new.url or None,
            method=new.method,
            twiml=None if new.url else new.twiml,
            fallback_url=new.fallback_url or known.fallback_url,
            fallback_method=new.fallback_method if new.fallback_url else known.fallback_method,
            listening=frozenset(),
            peer=None,
        )
        if call is None:
            return
        self._desk.abandon(sid)
        self._dialling.drop(sid)
        if call.parent:
            self._dialling.leave(call)
        self._dialogues.start(sid)

    # from the phones

    def answer(self, phone: str, manner: PicksUp, detected: str = "") -> Call | None:
        """Do with the ringing call of `phone` what `manner` says; None when none is ringing.

        `detected` is what machine detection will say of whoever picks up, if not the truth.
        """
        call = self._state.live_call(phone)
        if call is None or call.status != "ringing" or call.direction == "inbound":
            return None
        self._ringing.answer(call, manner, detected)
        return self._state.call(call.sid)

    def press(self, phone: str, digits: str) -> Call | None:
        """Press keys in the running call of `phone`; None when there is none."""
        call = self._state.live_call(phone)
        if call is not None:
            self._ledger.add("keys", call.sid, phone, text=digits)
            if call.peer:
                self._dialling.relay(call, f"pressed {digits}")
            else:
                self._dialogues.press(call.sid, digits)
        return call

    def say(self, phone: str, speech: str, confidence: float) -> Call | None:
        """Speak in the running call of `phone`; None when there is none."""
        call = self._state.live_call(phone)
        if call is not None:
            self._ledger.add("speech", call.sid, phone, text=speech)
            if call.peer:
                self._dialling.relay(call, speech)
            else:
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
        call = inbound_call(self._state, phone, line)
        self._state.add_call(call)
        self._ledger.add("call", call.sid, phone, line.number)
        self._dialogues.start(call.sid)
        return call

    def awaits_phone(self, phone: str) -> bool:
        """True when the last call of `phone` is over, or it is the person's turn: ringing, listened to, connected."""
        call = self._state.last_call(phone)
        if call is None or not call.live:
            return call is not None
        person = self._state.phone(phone).picks_up is PicksUp.ASK
        rings = call.status == "ringing" and call.direction != "inbound" and person
        busy = self._desk.busy(call.sid) or (call.by_machine and self._detection.busy(call.sid))
        return bool(call.listening or call.peer or rings) and not busy

    # the life of a call

    def end(self, sid: str, status: str) -> None:
        """Bring a call to a final status, once."""
        self._ringing.end(sid, status)

    def _lines(self) -> Lines:
        dialogues = self._dialogues
        return Lines(self._ringing.dial, dialogues.start, self.end, dialogues.take_up, dialogues.fetch, dialogues.run)

    def _picked_up(self, call: Call, manner: PicksUp, detected: str) -> None:
        if call.parent:
            self._dialling.picked_up(call)
        self._detection.answered(call, manner, detected, begin=call.parent is None)

    def _dial(self, sid: str, verb: Verb) -> bool:
        return self._dialling.begin(sid, verb)

    def _done(self, sid: str) -> None:
        """A script has come to its end: a whisper is accepted thereby, any other call is over."""
        call = self._desk.live(sid)
        if call is not None and call.parent:
            self._dialling.accepted(call)
        else:
            self.end(sid, "completed")

    def _over(self, call: Call) -> None:
        self._detection.forget(call.sid)
        self._desk.forget(call.sid)
        self._dialling.over(call)
