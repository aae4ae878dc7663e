"""What is said in a call: TwiML, run step by step against a simulated phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coach.sandbox.desk import Desk
from coach.sandbox.documents import Asked, Documents
from coach.sandbox.hearing import Hearing
from coach.sandbox.parts import Parts
from coach.sandbox.twiml import Verb

_UTTERED = ("Say", "Play", "Pause")


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a script leads out: to the end of the call, to other phones, and past its last instruction."""

    end: Callable[[str, str], None]
    dial: Callable[[str, Verb], bool]
    done: Callable[[str], None]


class Dialogues:
    """Runs the scripts of all calls."""

    def __init__(self, parts: Parts, desk: Desk, doors: Doors) -> None:
        """`doors.dial` is False when nothing is dialled and the script goes on."""
        self._state = parts.state
        self._pace = parts.pace
        self._desk = desk
        self._doors = doors
        self._documents = Documents(parts, desk, self.run, doors.end)
        self._hearing = Hearing(parts, desk, self._documents.fetch, self.run)

    def start(self, sid: str) -> None:
        """Run the script of a call from its beginning."""
        self._desk.soon(sid, lambda: self._documents.open(sid))

    def press(self, sid: str, digits: str) -> None:
        """Press keys on the phone."""
        self._desk.soon(sid, lambda: self._hearing.pressed(sid, digits))

    def say(self, sid: str, speech: str, confidence: float) -> None:
        """Say something into the phone; `confidence` is what speech recognition reports."""
        self._desk.soon(sid, lambda: self._hearing.spoken(sid, speech, confidence))

    def overhear(self, sid: str) -> None:
        """Let the script hear the end of a voicemail greeting."""
        self._desk.soon(sid, lambda: self._hearing.overheard(sid))

    def fetch(self, sid: str, asked: Asked) -> None:
        """Go on with another document (a step of the call's own lane)."""
        self._documents.fetch(sid, asked)

    def run(self, sid: str) -> None:
        """Do one instruction after another until one takes time, waits for the phone, or ends the call."""
        while (script := self._desk.script(sid)) is not None:
            verb = next(iter(script.verbs), None)
            if not (verb and verb.name == "Dial" and verb.is_true("answerOnBridge")):
                self.take_up(sid)
            if verb is None:
                self._doors.done(sid)
                return
            self._desk.put(sid, verbs=script.verbs[1:])
            seconds = self._do(sid, verb)
            if seconds is None:
                return
            if seconds > 0:
                self._desk.later(sid, seconds, lambda: self.run(sid))
                return

    def take_up(self, sid: str) -> None:
        """Answer the call of a phone that still rings at ours."""
        self._state.change_call(sid, only_if=frozenset({"ringing"}), status="in-progress", started=self._state.now())

    def _do(self, sid: str, verb: Verb) -> float | None:
        """Return the seconds an instruction takes, or None when something else goes on from here."""
        match verb.name:
            case "Say" | "Play" | "Pause":
                return self._utter(sid, verb)
            case "Gather":
                prompt = sum(self._utter(sid, inner) for inner in verb.inner if inner.name in _UTTERED)
                self._hearing.listen(sid, verb, prompt)
                return None
            case "Redirect":
                self._follow(sid, verb)
                return None
            case "Dial":
                return None if self._doors.dial(sid, verb) else 0.0
            case "Hangup" | "Reject":
                self._doors.end(sid, "completed")
                return None
            case "Record":
                self._desk.note(sid, "Recording is not allowed on this account; nothing was recorded.")
                return 0.0
        self._desk.note(sid, f"{verb.name} is not simulated and was skipped.")
        return 0.0

    def _utter(self, sid: str, verb: Verb) -> float:
        """Say it, as often as `loop` wants (without end is not simulated), and return the seconds it takes."""
        if verb.name == "Pause":
            return verb.number("length", 1.0)
        text = verb.text if verb.name == "Say" else f"(plays {verb.text})"
        words, rest = (verb.sound.words, verb.sound.rest) if verb.sound else (float(len(text.split())), 0.0)
        times = max(int(verb.number("loop", 1)), 1)
        for _ in range(times):
            self._desk.tell(sid, text, verb.get("language", "en-US"))
        return times * (words * self._pace.word + rest * self._pace.rest)

    def _follow(self, sid: str, redirect: Verb) -> None:
        asked = Asked(redirect.get("method", "POST"), self._desk.address(sid, redirect.text))
        self._desk.soon(sid, lambda: self._documents.fetch(sid, asked))
