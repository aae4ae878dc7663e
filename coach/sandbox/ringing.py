"""The life of a call: dialled, ringing, picked up or not, over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coach.sandbox.parts import Parts
from coach.sandbox.progress import Progress
from coach.sandbox.records import LIVE, MACHINES, Call, PicksUp

RINGING = frozenset({"ringing"})


@dataclass(frozen=True, slots=True)
class Turns:
    """What follows when a call is picked up (how, and what detection will say) and when it is over."""

    picked_up: Callable[[Call, PicksUp, str], None]
    over: Callable[[Call], None]


class Ringing:
    """Rings simulated phones and ends calls. Every call reaches a final status once."""

    def __init__(self, parts: Parts, turns: Turns) -> None:
        """No phone rings at first."""
        self._state = parts.state
        self._timetable = parts.timetable
        self._pace = parts.pace
        self._progress = Progress(parts)
        self._turns = turns

    def dial(self, sid: str) -> None:
        """Dial the number of a queued call."""
        call = self._state.call(sid)
        if call is None or call.status != "queued":
            return
        self._progress.tell(call, "initiated", "initiated")
        others = [other for other in self._state.calls(call.phone) if other.live and other.sid != sid]
        if others:
            self._timetable.after(self._pace.dial, sid, lambda: self.end(sid, "busy"))
        else:
            self._timetable.after(self._pace.dial, sid, lambda: self._ring(sid))

    def answer(self, call: Call, manner: PicksUp, detected: str = "") -> None:
        """Do with a ringing call what `manner` says."""
        if manner in (PicksUp.BUSY, PicksUp.NO_ANSWER):
            self.end(call.sid, manner.value)
        elif manner is not PicksUp.ASK:
            self._pick_up(call, manner, detected)

    def end(self, sid: str, status: str) -> None:
        """Bring a call to a final status, once."""
        ended = self._state.change_call(
            sid, only_if=LIVE, status=status, ended=self._state.now(), listening=frozenset(), peer=None
        )
        if ended is not None:
            self._timetable.drop(sid)
            self._turns.over(ended)
            self._progress.tell(ended, "completed", status)

    def _ring(self, sid: str) -> None:
        queued = frozenset({"queued"})
        call = self._state.change_call(sid, only_if=queued, status="ringing", dialed=self._state.now())
        if call is None:
            return
        self._progress.tell(call, "ringing", "ringing")
        phone = self._state.phone(call.phone)
        manner = phone.picks_up
        if manner in (PicksUp.ASK, PicksUp.NO_ANSWER):
            self._timetable.after(call.ring_seconds, sid, lambda: self._give_up(sid), patient=manner is PicksUp.ASK)
        else:
            self._timetable.after(self._pace.pickup, sid, lambda: self._react(sid, manner, phone.detected))

    def _react(self, sid: str, manner: PicksUp, detected: str) -> None:
        call = self._state.call(sid)
        if call is not None and call.status == "ringing":
            self.answer(call, manner, detected)

    def _give_up(self, sid: str) -> None:
        call = self._state.call(sid)
        if call is not None and call.status == "ringing":
            self.end(sid, "no-answer")

    def _pick_up(self, call: Call, manner: PicksUp, detected: str) -> None:
        begun = self._state.change_call(
            call.sid,
            only_if=RINGING,
            status="in-progress",
            started=self._state.now(),
            by_machine=manner in MACHINES,
        )
        if begun is None:
            return
        self._progress.tell(begun, "answered", "in-progress")
        self._timetable.after(begun.talk_seconds, begun.sid, lambda: self.end(begun.sid, "completed"), patient=True)
        self._turns.picked_up(begun, manner, detected)
