"""The calls of a script: what the coach says in them is heard, keys and words go where it listens, and they end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from xml.etree import ElementTree as ET

from coach.adapters.twilio.carrier import RING_SECONDS
from coach.core.model import Lane
from tests.adapters.twilio.posting import ACCOUNT
from tests.adapters.twilio.twiml_rules import check_twiml, spoken
from tests.transcripts.scribe import Scribe
from tests.transcripts.scripts import NotAScript

LINE = "+12025550100"
INBOUND = "inbound"
_MOST_STEPS = 80
_OF_STAFF = 500  # legs of a Dial are numbered from here, so that no id is an attempt's


class Carrier(Protocol):
    """The carrier's side of the coach's webhooks."""

    def post(self, target: str, fields: dict[str, str]) -> str:
        """Post a signed form and give the answer."""


class Line(StrEnum):
    """How a call stands."""

    RINGS = "rings"
    TALKS = "talks"
    WAITS = "waits"  # while somebody else's phone rings for it, or is connected with it
    OVER = "over"


@dataclass
class Call:
    """One call. `step` is where the next key or word goes."""

    attempt: str
    phone: str
    name: str
    stops_at: datetime
    lane: Lane = Lane.REPLY
    state: Line = Line.RINGS
    step: str = ""
    whisper: str = ""  # of a leg: what is said to whoever takes it
    dialled: str = ""  # where it is told how dialling ended
    parent: Call | None = None

    @property
    def sid(self) -> str:
        """As the carrier names it."""
        return f"CA{self.attempt}"

    @property
    def own(self) -> dict[str, str]:
        """What comes with every step."""
        ends = (LINE, self.phone) if not self.attempt.startswith(INBOUND) else (self.phone, LINE)
        known = {"CallSid": self.sid, "CallStatus": "in-progress", "From": ends[0], "To": ends[1]}
        return known | ({"ParentCallSid": self.parent.sid} if self.parent else {})


@dataclass
class Switchboard:
    """Runs the calls."""

    clock: Callable[[], datetime]
    scribe: Scribe
    names: dict[str, str] = field(default_factory=dict)  # by number
    calls: list[Call] = field(default_factory=list)
    carrier: Carrier | None = None
    orders: dict[str, str] = field(default_factory=dict)  # by call: the address it was sent to; "" to hang up

    def redirect(self, carrier_id: str, path: str) -> bool:
        """Send a call somewhere else, once the coach has been answered."""
        self.orders[carrier_id] = path
        return True

    def hang_up(self, carrier_id: str) -> bool:
        """End a call, likewise."""
        return self.redirect(carrier_id, "")

    def ends(self) -> datetime | None:
        """When the first phone stops ringing; None while none rings."""
        return min((call.stops_at for call in self.calls if call.state is Line.RINGS), default=None)

    def time_passes(self) -> None:
        """Whoever is on the phone and does nothing hears the call out; what rang long enough stops."""
        for call in [call for call in self.calls if call.state is not Line.OVER]:
            if call.state is Line.TALKS:
                self.listens(call)
            elif call.state is Line.RINGS and self.clock() >= call.stops_at:
                self.became(call, "nobody answered the call", "no-answer")

    def rings(self, name: str, phone: str) -> None:
        """Somebody calls the coach."""
        number = sum(call.attempt.startswith(INBOUND) for call in self.calls) + 1
        call = Call(f"{INBOUND}{number}", phone, name, self.clock())
        self.calls.append(call)
        self.hears(call, f"/twilio/voice/{INBOUND}", {})

    def picks_up(self, name: str) -> None:
        """Somebody answers the phone that rings."""
        call = self._call(name, Line.RINGS)
        if call.parent is not None:
            self.hears(call, call.whisper, {})
        else:
            self.answers(call, "human")

    def hangs_up(self, name: str) -> None:
        """And ends the call, for whoever else is in it too."""
        self.became(self._call(name, Line.TALKS, Line.WAITS), "hung up", "completed")

    def does(self, name: str, **given: str) -> None:
        """Keys, words, or nothing. A step that comes a second time hears the same."""
        self.goes_on(self._call(name, Line.TALKS), **given)

    def answers(self, call: Call, by: str) -> None:
        """The call begins; who took it is told besides, where the carrier was asked for it: in check-in calls."""
        route = "voice/page" if call.lane is Lane.PAGE else "voice"
        self.hears(call, f"/twilio/{route}/{call.attempt}", {})
        if call.lane is Lane.PROMPT and call.state is Line.TALKS:
            self.post(f"/twilio/voice/{call.attempt}/detected", {"CallSid": call.sid, "AnsweredBy": by})
            self._obeys(call)

    def listens(self, call: Call) -> None:
        """Nothing is pressed or said any more."""
        for _ in range(_MOST_STEPS):
            if call.state is not Line.TALKS:
                return
            self.goes_on(call)
        raise AssertionError("the call never ends")

    def goes_on(self, call: Call, **given: str) -> None:
        """One step, posted twice as the carrier may: the second time changes nothing."""
        self.hears(call, call.step, {"Digits": "", **given}, twice=call.lane is not Lane.PAGE)

    def hears(self, call: Call, step: str, fields: dict[str, str], *, twice: bool = False) -> None:
        """What the coach says at an address, and what becomes of the call then."""
        answer = self.post(step, call.own | fields)
        if twice:
            assert self.post(step, call.own | fields) == answer, "a repeated step hears something else"
        check_twiml(answer)
        words = spoken(answer)
        if words:
            self.scribe.write("<", self.clock(), f"call → {call.name}: {words}")
        said = ET.fromstring(answer)  # noqa: S314 - our own answer
        self._then(call, said)

    def became(self, call: Call, words: str | None, status: str) -> None:
        """A call is over; so is the one that is connected with it."""
        call.state = Line.OVER
        if words:
            self.scribe.write("-", self.clock(), f"{call.name}'s phone: {words}")
        if call.parent is not None:
            self._leg_ended(call, call.parent, status)
            return
        for leg in [one for one in self.calls if one.parent is call and one.state is not Line.OVER]:
            leg.state = Line.OVER
        attempt = INBOUND if call.attempt.startswith(INBOUND) else call.attempt
        self.post(f"/twilio/call-status/{attempt}", {"CallSid": call.sid, "CallStatus": status, "To": call.phone})

    def post(self, target: str, fields: dict[str, str]) -> str:
        """As the carrier does."""
        assert self.carrier is not None
        return self.carrier.post(target, {"AccountSid": ACCOUNT, **fields})

    def _call(self, name: str, *states: Line) -> Call:
        found = (call for call in reversed(self.calls) if call.name == name and call.state in states)
        call = next(found, None)
        if call is None:
            raise NotAScript(f"{name}'s phone {'does not ring' if Line.RINGS in states else 'has no call'}")
        return call

    def _obeys(self, call: Call) -> None:
        path = self.orders.pop(call.sid, None)
        if path:
            self.hears(call, path, {})
        elif path is not None:
            self.became(call, "the coach hung up", "completed")

    def _then(self, call: Call, said: ET.Element) -> None:
        gather, dial = said.find("Gather"), said.find("Dial")
        if gather is not None:
            call.state, call.step = Line.TALKS, gather.get("action", "")
        elif dial is not None:
            self._dials(call, dial)
        elif call.parent is not None and not list(said):
            self._connects(call, call.parent)
        else:
            self.became(call, None, "completed")

    # two phones -------------------------------------------------------------------------------------------------------

    def _dials(self, call: Call, dial: ET.Element) -> None:
        call.state, call.dialled = Line.WAITS, dial.get("action", "")
        until = self.clock() + timedelta(seconds=int(dial.get("timeout", RING_SECONDS)))
        for number in dial.findall("Number"):
            phone, attempt = number.text or "", f"leg{_OF_STAFF + len(self.calls)}"
            leg = Call(attempt, phone, self.names.get(phone, phone), until, whisper=number.get("url", ""), parent=call)
            self.calls.append(leg)
            self.scribe.write("-", self.clock(), f"{leg.name}'s phone: rings")

    def _connects(self, leg: Call, caller: Call) -> None:
        leg.state = Line.WAITS
        self.scribe.write("-", self.clock(), f"{caller.name} and {leg.name} are connected")
        for other in [one for one in self.calls if one.parent is caller and one.state is Line.RINGS]:
            other.state = Line.OVER

    def _leg_ended(self, leg: Call, caller: Call, status: str) -> None:
        rest = [one for one in self.calls if one.parent is caller and one.state is not Line.OVER]
        if rest or caller.state is Line.OVER:
            return
        bridged = str(bool(leg.state is Line.OVER and status == "completed" and not leg.step)).lower()
        fields = {"DialCallStatus": status, "DialCallSid": leg.sid, "DialBridged": bridged}
        self.hears(caller, caller.dialled, fields)
