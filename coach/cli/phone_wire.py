"""What `coach phone` holds on to: a simulated phone, reached over HTTP, and the lines somebody types."""

from __future__ import annotations

import io
import os
import queue
import sys
import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import requests

from coach.adapters.lines.stream import lines_of
from coach.cli.problems import WRONG_USE, Problem

_PIECE = 1 << 16  # bytes
_ANSWERS_WITHIN = 45.0
"""Seconds; the network itself waits up to 30 for the other side."""

Json = dict[str, Any]


class Refused(Exception):
    """The network does not do what was asked, in its own words."""


class PhoneWire:
    """One simulated phone of a running `coach demo`. A network that cannot be reached ends the command."""

    def __init__(self, url: str, number: str | None) -> None:
        """`number` is the phone's; without one the first phone of the network is taken."""
        self._base = f"{url.rstrip('/')}/phone/api"
        self._url = url
        self._session = requests.Session()
        phones = self._ask("GET", "/phones")["phones"]
        if number is None and not phones:
            raise Problem(f"The phone network at {url} has no phone yet; give yours with --number.", WRONG_USE)
        self.number = number or phones[0]["number"]
        self.name = next((phone["name"] for phone in phones if phone["number"] == self.number), "") or self.number
        try:
            self.texts()
        except Refused as refused:
            raise Problem(str(refused), WRONG_USE) from None

    def texts(self) -> list[Json]:
        """What has come to this phone and left from it, oldest first."""
        return list(self._ask("GET", f"/phones/{self.number}/messages")["messages"])

    def text(self, body: str) -> Json:
        """Send a text to the coach; the answer tells how the coach took it."""
        return self._ask("POST", f"/phones/{self.number}/texts", {"body": body})

    def call(self) -> Json | None:
        """The last call of this phone; None when there was none."""
        try:
            return self._ask("GET", f"/phones/{self.number}/call")
        except Refused:
            return None

    def act(self, what: str, body: Json | None = None, wait: float = 0.0) -> Json:
        """Ring, answer, press keys, say or hang up; then the call, after up to `wait` seconds when it is our turn."""
        return self._ask("POST", f"/phones/{self.number}/{what}?wait={wait}", body or {})

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        try:
            answer = self._session.request(method, f"{self._base}{path}", json=body, timeout=_ANSWERS_WITHIN)
            known = answer.json()
        except (requests.RequestException, ValueError):
            known = None
        if not isinstance(known, dict):
            sentence = f"No phone network answers at {self._url}; start one with: coach demo, or give its --url."
            raise Problem(sentence, WRONG_USE)
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise Refused(str(known.get("detail", f"The phone network answered {answer.status_code}.")))
        return known


class Typed:
    """Lines from stdin, as they come, without holding up whoever looks for them."""

    def __init__(self) -> None:
        """Reading begins at once."""
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.ended = False
        threading.Thread(target=self._read, name="typed", daemon=True).start()

    def next(self, seconds: float) -> str | None:
        """The next line, if one comes within `seconds`; `ended` is true when none will come any more."""
        if self.ended:
            return None
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return None
        self.ended = line is None
        return line

    def _read(self) -> None:
        for line in _lines():
            self._lines.put(line.decode("utf-8", errors="replace").strip())
        self._lines.put(None)


def _lines() -> Iterator[bytes]:
    """From the file itself where there is one: a thread that waits there does not hold up the end of the program."""
    try:
        number = sys.stdin.fileno()
    except (io.UnsupportedOperation, ValueError):
        yield from (line.encode() for line in sys.stdin)
    else:
        yield from lines_of(lambda: os.read(number, _PIECE))
