"""A call in the terminal: what is said is printed; what is typed is pressed or spoken."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass

from coach.cli.phone_wire import Json, PhoneWire, Refused, Typed
from coach.cli.problems import Problem, warn

LOOK_SECONDS = 0.2
"""Real time between two looks at the call."""
TURN_SECONDS = 20.0
CLEARLY = 0.9
_LIVE, _NOT_TAKEN = ("ringing", "in-progress"), ("busy", "no-answer", "failed")
_KEYS = re.compile(r"[0-9*#]+\Z")
_SURE = re.compile(r"\s*~\s*(0(?:\.\d+)?|1(?:\.0+)?)\Z")
_WHO = {"coach": "Coach: ", "phone": "You: ", "other": "Other: "}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a typed line asks the phone to do, in the words of the phone network; `wait` does nothing."""

    act: str
    body: tuple[tuple[str, str | float], ...] = ()


def wish_of(line: str) -> Wish:
    """Read a line: keys, `h` to hang up, nothing to wait, anything else is speech.

    In double quotes it is speech whatever it is; `~0.4` behind it is how surely speech recognition understood.
    """
    if not line:
        return Wish("wait")
    if line.lower() == "h":
        return Wish("hang-up")
    if _KEYS.match(line):
        return Wish("keys", (("digits", line),))
    sure = _SURE.search(line)
    speech = line[: sure.start()] if sure else line
    quoted = len(speech) > 1 and speech[0] == speech[-1] == '"'
    return Wish(
        "say", (("speech", speech[1:-1] if quoted else speech), ("confidence", float(sure[1]) if sure else CLEARLY))
    )


class TerminalCall:
    """One call of a phone, from ringing to the end."""

    def __init__(self, wire: PhoneWire, typed: Typed) -> None:
        """Lines of the phone's own side are printed only where nobody sees what was typed."""
        self._wire = wire
        self._typed = typed
        self._echo = not sys.stdin.isatty()
        self._call: Json = {}
        self._shown = 0

    def ring(self) -> None:
        """Answer the coach's call where it rings already, else call the coach."""
        call = self._wire.call()
        act = "answer" if call is not None and call["status"] == "ringing" else "ring"
        self._begin(act)

    def wait_and_answer(self, seconds: float) -> None:
        """Answer when the coach calls. Raises Problem when it does not within `seconds`."""
        ends = time.monotonic() + seconds
        while (call := self._wire.call()) is None or call["status"] != "ringing":
            if time.monotonic() > ends:
                raise Problem(f"The coach did not call {self._wire.number} within {seconds:g} seconds.")
            time.sleep(LOOK_SECONDS)
        self._begin("answer")

    def talk(self) -> None:
        """Go on until the call is over; at the end of the input, hang up. Raises Problem when nobody took it."""
        try:
            while (call := self._look())["status"] in _LIVE:
                if call["listening"] or call["connected_with"]:
                    self._take_turn(call)
                else:
                    time.sleep(LOOK_SECONDS)
        except KeyboardInterrupt:
            self._do(Wish("hang-up"))
        over = self._look()
        if over["status"] in _NOT_TAKEN:
            raise Problem(f"Nobody took the call: {over['status']}.")
        print(f"(The call is over after {over['seconds']} seconds.)")

    def _begin(self, act: str) -> None:
        try:
            call = self._wire.act(act)
        except Refused:
            sentence = f"No call is possible from {self._wire.number} now: the phone is in one, or nobody takes calls."
            raise Problem(sentence) from None
        self._call = call

    def _take_turn(self, call: Json) -> None:
        line = self._typed.next(LOOK_SECONDS)
        if line is not None:
            wish = wish_of(line)
            if wish.act == "wait":
                self._wait(call)
            else:
                self._do(wish)
        elif self._typed.ended:
            self._do(Wish("hang-up"))

    def _wait(self, before: Json) -> None:
        """Say nothing until something happens in the call."""
        known = len(before["heard"])
        while (call := self._look())["status"] in _LIVE and len(call["heard"]) == known:
            time.sleep(LOOK_SECONDS)

    def _do(self, wish: Wish) -> None:
        try:
            self._show(self._wire.act(wish.act, dict(wish.body), wait=TURN_SECONDS))
        except Refused as refused:
            warn(str(refused))

    def _look(self) -> Json:
        self._show(self._wire.call() or self._call)
        return self._call

    def _show(self, call: Json) -> None:
        """Print what is new in the call. Where the phone has another call by now, this one is over."""
        if call["sid"] != self._call["sid"]:
            self._call = {**self._call, "status": "completed"}
            return
        self._call = call
        for line in call["heard"][self._shown :]:
            if line["who"] == "note":
                print(f"({line['text']})")
            elif line["who"] != "phone" or self._echo:
                print(f"{_WHO[line['who']]}{line['text']}")
        self._shown = max(self._shown, len(call["heard"]))
        sys.stdout.flush()
