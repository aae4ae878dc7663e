"""The operator's desk: where every call stands in its script, what is said in it, and what happens in it next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin

from coach.sandbox.parts import Parts
from coach.sandbox.records import Call
from coach.sandbox.script import Script

Job = Callable[[], None]


class Desk:
    """All steps of a call are jobs of one lane, so they never overlap; only what is current is run or heard for."""

    def __init__(self, parts: Parts) -> None:
        """No call has a script at first."""
        self._state = parts.state
        self._ledger = parts.ledger
        self._timetable = parts.timetable
        self._scripts: dict[str, Script] = {}

    # time

    def soon(self, sid: str, job: Job) -> None:
        """Do `job` when the steps of the call before it are done."""
        self._timetable.after(0, f"{sid}/talk", job)

    def later(self, sid: str, seconds: float, job: Job, *, patient: bool = False) -> None:
        """Do `job` after `seconds`, unless the call has moved on by then."""
        turn = self.put(sid).turn
        self._timetable.after(
            seconds, f"{sid}/talk", lambda: job() if self._is_turn(sid, turn) else None, patient=patient
        )

    def busy(self, sid: str) -> bool:
        """True while something is done or said: neither the phone's turn nor the end."""
        return self._timetable.busy(f"{sid}/talk")

    # scripts

    def live(self, sid: str) -> Call | None:
        """Return the call unless it is over."""
        call = self._state.call(sid)
        return call if call is not None and call.live else None

    def script(self, sid: str) -> Script | None:
        """Return the script a live call follows now; None when it has another errand, or has none yet."""
        call, script = self.live(sid), self._scripts.get(sid)
        return script if call is not None and script is not None and script.errand == call.errand else None

    def begin(self, sid: str, script: Script) -> None:
        """Let a call follow `script`, numbered on from the one before."""
        before = self._scripts.get(sid, Script((), None))
        self._scripts[sid] = replace(script, turn=before.turn + 1, documents=before.documents + 1)

    def documents(self, sid: str) -> int:
        """Return how many documents the call has followed."""
        return self._scripts.get(sid, Script((), None)).documents

    def put(self, sid: str, **changes: object) -> Script:
        """Change where a call stands, which makes timers set before stale."""
        known = self._scripts.get(sid, Script((), None))
        changed = replace(known, turn=known.turn + 1, **changes)  # type: ignore[arg-type]
        if sid in self._scripts:
            self._scripts[sid] = changed
        return changed

    def abandon(self, sid: str) -> None:
        """Forget what was still to come in a call."""
        self._timetable.drop(f"{sid}/talk")

    def forget(self, sid: str) -> None:
        """Drop the script of a call that is over."""
        self.abandon(sid)
        self.soon(sid, lambda: self._drop(sid))

    def address(self, sid: str, address: str) -> str:
        """Return where `address` leads, seen from the document that holds it; the document itself when empty."""
        script = self._scripts.get(sid)
        return urljoin(script.url or "" if script else "", address)

    # the transcript

    def tell(self, sid: str, text: str, language: str = "") -> None:
        """The coach says something."""
        call = self._state.call(sid)
        if call is not None:
            self._state.add_heard(sid, "coach", text, language)
            self._ledger.add("said", sid, call.sender, call.recipient, text)

    def hear(self, sid: str, text: str) -> None:
        """Something comes from the phone."""
        self._state.add_heard(sid, "phone", text)

    def note(self, sid: str, text: str) -> None:
        """Something happens that nobody says."""
        self._state.add_heard(sid, "note", text)

    def _drop(self, sid: str) -> None:
        self._scripts.pop(sid, None)

    def _is_turn(self, sid: str, turn: int) -> bool:
        script = self.script(sid)
        return script is not None and script.turn == turn
