"""Dial: putting a call through to other phones, with a whisper to whoever picks up, until both are connected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from coach.sandbox.desk import Desk
from coach.sandbox.documents import Asked
from coach.sandbox.numbers import is_number
from coach.sandbox.parts import Parts
from coach.sandbox.records import Call
from coach.sandbox.twiml import Verb

MOST_NUMBERS = 10
_WORST_FIRST = ("no-answer", "busy", "canceled", "failed")


@dataclass(frozen=True, slots=True)
class Dial:
    """A Dial that is under way: legs that still ring or talk, which was picked up first, how the others ended."""

    verb: Verb
    legs: tuple[str, ...]
    picked_up: str | None = None
    bridged: bool = False
    ended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """What a Dial does: ring a leg, begin its whisper, end it; answer the dialling call, ask or run on in it."""

    ring: Callable[[str], None]
    whisper: Callable[[str], None]
    end: Callable[[str, str], None]
    take_up: Callable[[str], None]
    fetch: Callable[[str, Asked], None]
    run: Callable[[str], None]


class Dialling:
    """Runs the Dials of all calls; every step is a job of the dialling call's lane.

    As with Twilio the first phone that is *picked up* stops the others ringing, even if a machine picked it up and
    the whisper is not accepted; DialCallStatus is then `completed` and only DialBridged is `false`.
    """

    def __init__(self, parts: Parts, desk: Desk, lines: Lines) -> None:
        """Nothing is dialled at first."""
        self._state = parts.state
        self._ledger = parts.ledger
        self._timetable = parts.timetable
        self._desk = desk
        self._lines = lines
        self._dials: dict[str, Dial] = {}

    # steps

    def begin(self, sid: str, verb: Verb) -> bool:
        """Ring the numbers of a Dial; False when it is skipped."""
        call = self._desk.live(sid)
        if call is None or call.parent:
            self._desk.note(sid, "A whisper must not dial; Dial was skipped.")
            return False
        legs = [self._state.add_call(leg) for leg in self._legs(call, verb)]
        self._dials[sid] = Dial(verb, tuple(leg.sid for leg in legs))
        for leg in legs:
            self._desk.note(sid, f"Dialling {leg.recipient}.")
            self._ledger.add("call", leg.sid, leg.sender, leg.recipient, detail=leg.callback or "")
            self._timetable.after(0, leg.sid, lambda sid=leg.sid: self._lines.ring(sid))  # type: ignore[misc]
        if not legs:
            self._desk.soon(sid, lambda: self._conclude(sid, None))
        return True

    def picked_up(self, leg: Call) -> None:
        """A leg was picked up: the first is whispered to and stops the others."""
        self._desk.soon(leg.parent or "", lambda: self._first(leg.parent or "", leg))

    def accepted(self, leg: Call) -> None:
        """A whisper has ended without hanging up."""
        self._desk.soon(leg.parent or "", lambda: self._bridge(leg.parent or "", leg.sid))

    def over(self, call: Call) -> None:
        """A call is over: its Dial with it; the Dial it was a leg of goes on without it."""
        self.drop(call.sid)
        if call.parent:
            self.leave(call)

    def leave(self, leg: Call) -> None:
        """Take a leg out of its Dial."""
        parent = leg.parent or ""
        self._desk.soon(parent, lambda: self._leave(parent, leg))

    def drop(self, sid: str) -> None:
        """Give a Dial up and end its legs."""
        dial = self._dials.pop(sid, None)
        for leg in dial.legs if dial else ():
            self._end_leg(leg)

    def relay(self, call: Call, text: str) -> None:
        """Let both sides of a connection hear what is said or pressed on one."""
        self._desk.hear(call.sid, text)
        self._state.add_heard(call.peer or "", "other", text)

    # what they come to

    def _legs(self, call: Call, verb: Verb) -> list[Call]:
        sender = verb.get("callerId") or call.sender
        if self._state.line(sender) is None and sender != call.phone:
            self._desk.note(call.sid, f"The caller id {sender} is not of this account; nobody was dialled.")
            return []
        nouns = [noun for noun in verb.inner if noun.name == "Number"] or [Verb("Number", text=verb.text)]
        wrong = [noun.text for noun in nouns if not is_number(noun.text)]
        for number in wrong:
            self._desk.note(call.sid, f"{number or 'Nothing'} is no number that can be dialled.")
        good = [noun for noun in nouns if noun.text not in wrong][:MOST_NUMBERS]
        return [self._leg(call, verb, noun, sender) for noun in good]

    def _leg(self, call: Call, verb: Verb, noun: Verb, sender: str) -> Call:
        now = self._state.now()
        url, callback = noun.get("url"), noun.get("statusCallback")
        return Call(
            sid=self._state.new_id("CA"),
            direction="outbound-dial",
            sender=sender,
            recipient=noun.text,
            status="queued",
            created=now,
            updated=now,
            url=self._desk.address(call.sid, url) if url else None,
            method=noun.get("method", "POST"),
            callback=self._desk.address(call.sid, callback) if callback else None,
            callback_events=frozenset(noun.get("statusCallbackEvent", "completed").split()),
            ring_seconds=int(verb.number("timeout", 30)),
            parent=call.sid,
        )

    def _first(self, sid: str, leg: Call) -> None:
        dial = self._dials.get(sid)
        if dial is None or dial.picked_up is not None or leg.sid not in dial.legs:
            self._desk.note(leg.sid, "Somebody else picked up first.")
            self._lines.end(leg.sid, "completed")
            return
        self._dials[sid] = replace(dial, picked_up=leg.sid, legs=(leg.sid,))
        self._desk.note(sid, f"{leg.recipient} picked up.")
        for other in dial.legs:
            if other != leg.sid:
                self._end_leg(other)
        if leg.url is None:
            self._bridge(sid, leg.sid)
        else:
            self._lines.whisper(leg.sid)

    def _bridge(self, sid: str, leg_sid: str) -> None:
        dial, call, leg = self._dials.get(sid), self._desk.live(sid), self._desk.live(leg_sid)
        if dial is None or call is None or leg is None or leg_sid not in dial.legs:
            self._lines.end(leg_sid, "completed")
            return
        self._dials[sid] = replace(dial, bridged=True)
        self._lines.take_up(sid)
        self._state.change_call(sid, peer=leg_sid, listening=frozenset())
        self._state.change_call(leg_sid, peer=sid, listening=frozenset())
        self._desk.note(sid, f"Connected with {leg.recipient}.")
        self._desk.note(leg_sid, f"Connected with {call.phone}.")
        seconds = dial.verb.number("timeLimit", 14_400)
        self._timetable.after(seconds, leg_sid, lambda: self._lines.end(leg_sid, "completed"), patient=True)

    def _leave(self, sid: str, leg: Call) -> None:
        dial = self._dials.get(sid)
        if dial is None or leg.sid not in dial.legs:
            return
        left = replace(
            dial, legs=tuple(other for other in dial.legs if other != leg.sid), ended=(*dial.ended, leg.status)
        )
        self._dials[sid] = left
        if not left.legs:
            self._conclude(sid, self._state.call(leg.sid))

    def _conclude(self, sid: str, last: Call | None) -> None:
        """Go on after a Dial: ask its action, else the next instruction."""
        dial = self._dials.pop(sid, None)
        if dial is None or self._desk.script(sid) is None:
            return
        self._state.change_call(sid, peer=None)
        status = "completed" if dial.picked_up else next((end for end in _WORST_FIRST if end in dial.ended), "failed")
        self._desk.note(sid, f"The connection ended: {status}." if dial.bridged else "Nobody was connected.")
        if not dial.verb.get("action"):
            self._lines.run(sid)
            return
        fields = [("DialCallStatus", status), ("DialBridged", str(dial.bridged).lower())]
        if last is not None:
            fields.append(("DialCallSid", last.sid))
        if last is not None and dial.picked_up:
            fields.append(("DialCallDuration", str(last.seconds)))
        address = self._desk.address(sid, dial.verb.get("action"))
        self._lines.fetch(sid, Asked(dial.verb.get("method", "POST"), address, tuple(fields)))

    def _end_leg(self, sid: str) -> None:
        leg = self._state.call(sid)
        self._lines.end(sid, "completed" if leg is not None and leg.started else "canceled")
