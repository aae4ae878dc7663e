"""A carrier in a process of its own that takes every text after a moment, and lists none when asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection

from tests.benchmarks.processes import ACCOUNT, LINE

_DATE = "Tue, 24 Nov 2026 15:00:00 +0000"
_NULL = ("date_sent", "error_code", "error_message", "messaging_service_sid", "price")
_EMPTY: dict[str, object] = {"messages": [], "next_page_uri": None, "page": 0, "page_size": 50, "uri": "/"}


@contextmanager
def carrier(takes: float) -> Iterator[str]:
    """Yields its address; `takes` is in seconds for each text."""
    processes = get_context("spawn")
    ours, theirs = processes.Pipe()
    server = processes.Process(target=_serve, args=(takes, theirs), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        server.terminate()
        server.join()


def _serve(takes: float, told: Connection) -> None:
    asyncio.run(_listen(takes, told))


async def _listen(takes: float, told: Connection) -> None:
    ids = count(1)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(_length(head))
                if head.startswith(b"POST"):
                    await asyncio.sleep(takes)
                    writer.write(_response(201, _taken(f"SM{next(ids):032d}")))
                else:
                    writer.write(_response(200, _EMPTY))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    told.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)


def _taken(sid: str) -> dict[str, object]:
    """What Twilio answers when it has taken a text."""
    return dict.fromkeys(_NULL) | {
        "sid": sid, "account_sid": ACCOUNT, "api_version": "2010-04-01", "body": "", "direction": "outbound-api",
        "date_created": _DATE, "date_updated": _DATE, "from": LINE, "to": "+12025550000", "num_media": "0",
        "num_segments": "1", "price_unit": "USD", "status": "queued", "subresource_uris": {},
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json",
    }  # fmt: skip


def _response(status: int, words: dict[str, object]) -> bytes:
    body = json.dumps(words).encode()
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
