"""Who picked up: the greeting of a voicemail box, and what machine detection makes of it."""

from __future__ import annotations

from collections.abc import Callable

from coach.sandbox.desk import Desk
from coach.sandbox.hearing import GREETING
from coach.sandbox.parts import Parts
from coach.sandbox.records import Call, PicksUp

RESULTS = frozenset(
    {"human", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax", "unknown"}
)
"""What machine detection can say."""
_TO_THE_END = "DetectMessageEnd"


class Detection:
    """Begins the talk of a call that was answered: at once, or when it is known who answered."""

    def __init__(self, parts: Parts, desk: Desk, start: Callable[[str], None], overhear: Callable[[str], None]) -> None:
        """`start` runs the call's script; `overhear` lets it hear a greeting."""
        self._account = parts.account
        self._state = parts.state
        self._timetable = parts.timetable
        self._callbacks = parts.callbacks
        self._pace = parts.pace
        self._desk = desk
        self._start = start
        self._overhear = overhear

    def answered(self, call: Call, manner: PicksUp, result: str = "", *, begin: bool = True) -> None:
        """Somebody or something has picked up; `result` is what detection will say, if not the truth.

        Without `begin` something else starts the script: a leg is whispered to when its Dial says so.
        """
        waits = bool(call.machine_detection) and not call.detects_beside
        if begin and not waits:
            self._start(call.sid)
        if manner is PicksUp.VOICEMAIL:
            self._desk.note(call.sid, "Voicemail picked up.")
            self._desk.hear(call.sid, GREETING)
            self._later(call, self._pace.greeting, lambda: self._overhear(call.sid))
        elif manner is PicksUp.FAX:
            self._desk.note(call.sid, "A fax machine picked up.")
        if call.machine_detection:
            found = result or _truth(manner, call.machine_detection)
            to_the_end = manner is PicksUp.VOICEMAIL and call.machine_detection == _TO_THE_END
            seconds = self._pace.greeting if to_the_end else self._pace.detect
            self._later(call, seconds, lambda: self._known(call.sid, found))

    def busy(self, sid: str) -> bool:
        """True while a greeting plays, or it is not known yet who picked up, or the coach is being told."""
        return self._timetable.busy(f"{sid}/detection")

    def forget(self, sid: str) -> None:
        """Detect nothing more in a call that is over."""
        self._timetable.drop(f"{sid}/detection")

    def _later(self, call: Call, seconds: float, job: Callable[[], None]) -> None:
        self._timetable.after(seconds, f"{call.sid}/detection", job)

    def _known(self, sid: str, result: str) -> None:
        call = self._state.change_call(sid, only_if=frozenset({"in-progress"}), answered_by=result)
        if call is None:
            return
        if not call.detects_beside:
            self._start(sid)
        elif call.detected_url:
            # behind what the script has been told of the greeting, as on a real call
            self._desk.soon(sid, lambda: self._later(call, 0, lambda: self._report(call)))

    def _report(self, call: Call) -> None:
        begun = call.started or self._state.now()
        took = round((self._state.now() - begun).total_seconds() * 1000)
        fields = (
            ("CallSid", call.sid),
            ("AccountSid", self._account.sid),
            ("AnsweredBy", call.answered_by or "unknown"),
            ("MachineDetectionDuration", str(took)),
        )
        self._callbacks.post(call.sid, call.detected_url or "", fields, final=True, method=call.detected_method)


def _truth(manner: PicksUp, mode: str) -> str:
    if manner is PicksUp.VOICEMAIL:
        return "machine_end_beep" if mode == _TO_THE_END else "machine_start"
    return "fax" if manner is PicksUp.FAX else "human"
