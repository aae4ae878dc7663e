"""What a call hears: keys, speech, silence and voicemail greetings, as a Gather takes them."""

from __future__ import annotations

from collections.abc import Callable

from coach.sandbox.desk import Desk
from coach.sandbox.documents import Asked
from coach.sandbox.parts import Parts
from coach.sandbox.script import take_keys
from coach.sandbox.signing import Fields
from coach.sandbox.twiml import Verb

GREETING = "You have reached my voicemail. I cannot come to the phone. Please leave a message after the tone."
GREETING_CONFIDENCE = 0.9


class Hearing:
    """Listens for a script and tells it what was heard."""

    def __init__(
        self, parts: Parts, desk: Desk, fetch: Callable[[str, Asked], None], run: Callable[[str], None]
    ) -> None:
        """`fetch` asks for the next document; `run` goes on with the present one."""
        self._state = parts.state
        self._desk = desk
        self._fetch = fetch
        self._run = run

    def listen(self, sid: str, gather: Verb, prompt_seconds: float) -> None:
        """Wait for keys or speech; silence counts from the end of the prompt."""
        self._desk.put(sid, gather=gather, digits="")
        self._state.change_call(sid, listening=frozenset(gather.get("input", "dtmf").split()))
        self._time_out_after(sid, prompt_seconds + gather.number("timeout", 5.0))

    def pressed(self, sid: str, digits: str) -> None:
        """Take keys, which may be the first of several."""
        self._desk.hear(sid, f"pressed {digits}")
        gather = self._gather(sid, "dtmf")
        if gather is None:
            self._desk.note(sid, "The keys were not listened to.")
            return
        script = self._desk.put(sid)
        entered, complete = take_keys(script.digits, digits, gather)
        self._desk.put(sid, digits=entered)
        if complete:
            self._gathered(sid)
        else:
            self._time_out_after(sid, gather.number("timeout", 5.0))

    def spoken(self, sid: str, speech: str, confidence: float) -> None:
        """Take speech, unless keys came first."""
        self._desk.hear(sid, speech)
        script = self._desk.script(sid)
        if self._gather(sid, "speech") is None or (script is not None and script.digits):
            self._desk.note(sid, "Speech was not listened to.")
            return
        self._gathered(sid, (("SpeechResult", speech), ("Confidence", str(confidence))))

    def overheard(self, sid: str) -> None:
        """A voicemail greeting has ended: a script that listens to speech takes it for an answer. Then it beeps."""
        if self._desk.live(sid) is None:
            return
        self._desk.note(sid, "The voicemail box beeps.")
        if self._gather(sid, "speech") is not None:
            self._gathered(sid, (("SpeechResult", GREETING), ("Confidence", str(GREETING_CONFIDENCE))))

    def _gathered(self, sid: str, speech: Fields = ()) -> None:
        """Go on after a Gather: post what was heard, or silence if the script wants it, else the next instruction."""
        script = self._desk.script(sid)
        gather = script.gather if script else None
        if script is None or gather is None:
            return
        self._state.change_call(sid, listening=frozenset())
        self._desk.put(sid, gather=None)
        if not (speech or script.digits or gather.is_true("actionOnEmptyResult")):
            self._run(sid)
            return
        digits = () if speech or "dtmf" not in gather.get("input", "dtmf") else (("Digits", script.digits),)
        address = self._desk.address(sid, gather.get("action"))
        self._fetch(sid, Asked(gather.get("method", "POST"), address, (*digits, *speech)))

    def _time_out_after(self, sid: str, seconds: float) -> None:
        call = self._desk.live(sid)
        person = call is None or not call.by_machine
        self._desk.later(sid, seconds, lambda: self._gathered(sid), patient=person)

    def _gather(self, sid: str, kind: str) -> Verb | None:
        """Return the Gather a call waits in, if that takes `dtmf` or `speech`."""
        script = self._desk.script(sid)
        gather = script.gather if script else None
        return gather if gather is not None and kind in gather.get("input", "dtmf").split() else None
