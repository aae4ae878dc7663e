"""What is said in a call: fetching TwiML and running it, step by step, against a simulated phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin

from coach.sandbox import twiml
from coach.sandbox.courier import Reply
from coach.sandbox.parts import Parts
from coach.sandbox.script import Script, call_fields, take_keys
from coach.sandbox.signing import Fields
from coach.sandbox.twiml import TwimlError, Verb

MAXIMUM_DOCUMENTS = 200
"""A call that fetches more documents than this runs in a circle and is ended."""


class Dialogues:
    """Runs the scripts of all calls. All steps of a call are jobs of one lane, so they never overlap."""

    def __init__(self, parts: Parts, end: Callable[[str, str], None]) -> None:
        """`end` brings a call to a final status."""
        self._account = parts.account
        self._state = parts.state
        self._ledger = parts.ledger
        self._timetable = parts.timetable
        self._courier = parts.courier
        self._pace = parts.pace
        self._end = end
        self._scripts: dict[str, Script] = {}

    def start(self, sid: str) -> None:
        """Run the script of a call from its beginning."""
        self._soon(sid, lambda: self._open(sid))

    def forget(self, sid: str) -> None:
        """Drop the script of a call that is over."""
        self._timetable.drop(f"{sid}/talk")
        self._soon(sid, lambda: self._drop(sid))

    def _drop(self, sid: str) -> None:
        self._scripts.pop(sid, None)

    def busy(self, sid: str) -> bool:
        """True while the coach speaks or a script is fetched: neither the phone's turn nor the end."""
        return self._timetable.busy(f"{sid}/talk")

    def press(self, sid: str, digits: str) -> None:
        """Press keys on the phone."""
        self._soon(sid, lambda: self._pressed(sid, digits))

    def say(self, sid: str, speech: str, confidence: float) -> None:
        """Say something into the phone; `confidence` is what speech recognition reports."""
        self._soon(sid, lambda: self._spoken(sid, speech, confidence))

    # fetching

    def _soon(self, sid: str, job: Callable[[], None]) -> None:
        self._timetable.after(0, f"{sid}/talk", job)

    def _open(self, sid: str) -> None:
        call = self._state.call(sid)
        if call is None or not call.live:
            return
        if call.url is None:
            self._load(sid, call.twiml or "", None)
        else:
            self._fetch(sid, call.method, call.url, ())

    def _fetch(self, sid: str, method: str, url: str, extra: Fields) -> None:
        call = self._state.call(sid)
        if call is None or not call.live:
            return
        self._state.change_call(sid, listening=frozenset())
        if sid in self._scripts:
            self._put(sid, gather=None, digits="")
        fields = (*call_fields(self._account, call, call.status), *extra)
        reply = self._courier.send(sid, method or "POST", url, fields)
        if reply.ok:
            self._load(sid, reply.body, url)
        else:
            self._fail(sid, _failure_code(reply))

    def _load(self, sid: str, document: str, url: str | None) -> None:
        call = self._state.call(sid)
        if call is None or not call.live:
            return
        try:
            verbs = twiml.parse(document)
        except TwimlError as error:
            self._fail(sid, error.code)
            return
        before = self._scripts.get(sid)
        documents, turn = (before.documents, before.turn) if before else (0, 0)
        if documents >= MAXIMUM_DOCUMENTS:
            self._fail(sid, 12400)
        elif call.status == "ringing" and verbs and verbs[0].name == "Reject":
            self._end(sid, "busy" if verbs[0].get("reason") == "busy" else "no-answer")
        else:
            if call.status == "ringing":
                self._state.change_call(sid, status="in-progress", started=self._state.now())
            self._scripts[sid] = Script(verbs, url, turn=turn + 1, documents=documents + 1)
            self._run(sid)

    def _fail(self, sid: str, code: int) -> None:
        self._note(sid, f"The script could not be run (error {code}).")
        self._tell(sid, "We are sorry, an application error has occurred. Goodbye.")
        self._end(sid, "completed" if self._is_answered(sid) else "failed")

    def _is_live(self, sid: str) -> bool:
        call = self._state.call(sid)
        return call is not None and call.live

    def _is_answered(self, sid: str) -> bool:
        call = self._state.call(sid)
        return call is not None and call.started is not None

    # running

    def _run(self, sid: str) -> None:
        """Do one instruction after another until one takes time, waits for the phone, or ends the call."""
        while (script := self._scripts.get(sid)) is not None and self._is_live(sid):
            if not script.verbs:
                self._end(sid, "completed")
                return
            verb = script.verbs[0]
            self._put(sid, verbs=script.verbs[1:])
            seconds = self._do(sid, verb)
            if seconds is None:
                return
            if seconds > 0:
                self._continue_after(sid, seconds)
                return

    def _do(self, sid: str, verb: Verb) -> float | None:
        """Return the seconds an instruction takes, or None when something else goes on from here."""
        if verb.name in ("Say", "Play", "Pause"):
            return self._utter(sid, verb)
        if verb.name == "Gather":
            self._listen(sid, verb)
            return None
        if verb.name == "Redirect":
            self._follow(sid, verb)
            return None
        if verb.name in ("Hangup", "Reject"):
            self._end(sid, "completed")
            return None
        self._note(sid, f"{verb.name} is not simulated and was skipped.")
        return 0.0

    def _utter(self, sid: str, verb: Verb) -> float:
        if verb.name == "Pause":
            return verb.number("length", 1.0)
        text = verb.text if verb.name == "Say" else f"(plays {verb.text})"
        self._tell(sid, text)
        return len(text.split()) * self._pace.word

    def _listen(self, sid: str, gather: Verb) -> None:
        prompt_seconds = sum(self._utter(sid, verb) for verb in gather.inner if verb.name in ("Say", "Play", "Pause"))
        self._put(sid, gather=gather, digits="")
        self._state.change_call(sid, listening=frozenset(gather.get("input", "dtmf").split()))
        self._time_out_after(sid, prompt_seconds + gather.number("timeout", 5.0))

    def _follow(self, sid: str, redirect: Verb) -> None:
        address = self._address(sid, redirect.text)
        self._soon(sid, lambda: self._fetch(sid, redirect.get("method", "POST"), address, ()))

    def _address(self, sid: str, address: str) -> str:
        """Return where `address` leads, seen from the document that holds it; the document itself when empty."""
        script = self._scripts.get(sid)
        return urljoin(script.url or "" if script else "", address)

    def _continue_after(self, sid: str, seconds: float) -> None:
        turn = self._put(sid).turn
        lane = f"{sid}/talk"
        self._timetable.after(seconds, lane, lambda: self._run(sid) if self._is_turn(sid, turn) else None)

    def _time_out_after(self, sid: str, seconds: float) -> None:
        turn = self._put(sid).turn
        lane = f"{sid}/talk"
        call = self._state.call(sid)
        person = call is None or not call.by_machine
        self._timetable.after(
            seconds, lane, lambda: self._gathered(sid, ()) if self._is_turn(sid, turn) else None, patient=person
        )

    # hearing

    def _pressed(self, sid: str, digits: str) -> None:
        gather = self._gather(sid)
        self._hear(sid, f"pressed {digits}")
        if gather is None or "dtmf" not in gather.get("input", "dtmf"):
            self._note(sid, "The keys were not listened to.")
            return
        script = self._put(sid)
        entered, complete = take_keys(script.digits, digits, gather)
        self._put(sid, digits=entered)
        if complete:
            self._gathered(sid, ())
        else:
            self._time_out_after(sid, gather.number("timeout", 5.0))

    def _spoken(self, sid: str, speech: str, confidence: float) -> None:
        gather = self._gather(sid)
        self._hear(sid, speech)
        if gather is None or "speech" not in gather.get("input", "dtmf"):
            self._note(sid, "Speech was not listened to.")
            return
        self._gathered(sid, (("SpeechResult", speech), ("Confidence", str(confidence))))

    def _gathered(self, sid: str, speech: Fields) -> None:
        """Go on after a Gather: post what was heard, or silence if the script wants it, else the next instruction."""
        script, gather = self._scripts.get(sid), self._gather(sid)
        if script is None or gather is None:
            return
        self._state.change_call(sid, listening=frozenset())
        self._put(sid, gather=None)
        if not (speech or script.digits or gather.is_true("actionOnEmptyResult")):
            self._run(sid)
            return
        digits = () if speech or "dtmf" not in gather.get("input", "dtmf") else (("Digits", script.digits),)
        self._fetch(sid, gather.get("method", "POST"), self._address(sid, gather.get("action")), (*digits, *speech))

    # keeping

    def _put(self, sid: str, **changes: object) -> Script:
        """Change where a call stands, which makes timers set before stale."""
        known = self._scripts.get(sid, Script((), None))
        changed = replace(known, turn=known.turn + 1, **changes)  # type: ignore[arg-type]
        if sid in self._scripts:
            self._scripts[sid] = changed
        return changed

    def _is_turn(self, sid: str, turn: int) -> bool:
        script = self._scripts.get(sid)
        return script is not None and script.turn == turn

    def _gather(self, sid: str) -> Verb | None:
        script = self._scripts.get(sid)
        return script.gather if script else None

    def _tell(self, sid: str, text: str) -> None:
        call = self._state.call(sid)
        if call is not None:
            self._state.add_heard(sid, "coach", text)
            self._ledger.add("said", sid, call.sender, call.recipient, text)

    def _hear(self, sid: str, text: str) -> None:
        self._state.add_heard(sid, "phone", text)

    def _note(self, sid: str, text: str) -> None:
        self._state.add_heard(sid, "note", text)


def _failure_code(reply: Reply) -> int:
    return 11205 if reply.failure == "connect" else 11200
