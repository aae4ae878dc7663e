"""Texts as the carrier posts them, signed and made ready before the clock starts, sent over kept connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, cycle, islice
from urllib.parse import urlencode

from coach.sandbox.signing import signature
from tests.benchmarks.processes import ACCOUNT, LINE, TOKEN
from tests.benchmarks.seeding import phone_of

BODIES = ("3", "done", "2 same as ever", "yes", "2 today, tired but fine", "walked 10 min", "thanks", "5 cups")
"""What people write on an ordinary day."""

_ids = count(1)
_MOST_CONNECTIONS = 256
_REST = 2.0  # seconds


@dataclass(frozen=True)
class Post:
    """A request as bytes, and the id of its text."""

    sid: str
    request: bytes


@dataclass(frozen=True)
class Answered:
    """When a request was to leave and left, by the clock and by the stopwatch, and how long its answer took."""

    sid: str
    left: float  # seconds since 1970
    seconds: float  # from the moment it was to leave
    status: int


def posts(port: int, many: int, people: int) -> list[Post]:
    """So many texts of people who take turns."""
    return [_post(port, number % people, body) for number, body in enumerate(islice(cycle(BODIES), many))]


def _post(port: int, person: int, body: str) -> Post:
    sid = f"SM{next(_ids):032x}"
    fields = {
        "ToCountry": "US", "ToState": "DC", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "",
        "SmsSid": sid, "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": body, "FromCountry": "US",
        "To": LINE, "ToZip": "", "NumSegments": "1", "MessageSid": sid, "AccountSid": ACCOUNT,
        "From": phone_of(person), "ApiVersion": "2010-04-01",
    }  # fmt: skip
    form = urlencode(fields).encode()
    signed = signature(f"http://127.0.0.1:{port}/twilio/sms", tuple(fields.items()), TOKEN)
    head = (
        f"POST /twilio/sms HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Twilio-Signature: {signed}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    return Post(sid, head.encode() + form)


def as_fast(port: int, requests: Sequence[Post], connections: int = 8) -> float:
    """Requests a second when so many are always under way."""
    begun = time.perf_counter()
    answers = asyncio.run(_all(port, requests, connections, None))
    _check(answers)
    return len(requests) / (time.perf_counter() - begun)


def at_rate(port: int, requests: Sequence[Post], rate: float) -> list[Answered]:
    """Requests that leave at a steady rate, whether or not earlier ones were answered."""
    answers = asyncio.run(_all(port, requests, _MOST_CONNECTIONS, rate))
    _check(answers)
    return answers


def _check(answers: Sequence[Answered]) -> None:
    wrong = {answer.status for answer in answers} - {200, 204}
    if wrong:
        raise SystemExit(f"a text was answered with {sorted(wrong)}")


async def _all(port: int, requests: Sequence[Post], connections: int, rate: float | None) -> list[Answered]:
    begun = time.perf_counter()
    waiting = iter(enumerate(requests))
    answers: list[Answered] = []

    async def work() -> None:
        wire = _Wire(port)
        for number, post in waiting:
            due = begun + number / rate if rate else time.perf_counter()
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            left = time.time()  # noqa: TID251 - compared with what another process noted
            status = await wire.exchange(post.request)
            answers.append(Answered(post.sid, left, time.perf_counter() - due, status))
        wire.close()

    await asyncio.gather(*(work() for _ in range(min(connections, len(requests)))))
    return answers


class _Wire:
    """A connection that is opened anew after a rest, because servers close those that rest."""

    def __init__(self, port: int) -> None:
        self._port, self._used = port, 0.0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, request: bytes) -> int:
        """Send a request and read its answer to the end; the answer's status."""
        if self._streams is None or time.perf_counter() - self._used > _REST:
            self.close()
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        await reader.readexactly(next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0))
        self._used = time.perf_counter()
        return int(head[9:12])

    def close(self) -> None:
        """No more requests."""
        if self._streams is not None:
            self._streams[1].close()
