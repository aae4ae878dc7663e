"""The sending benchmark: how fast queued texts leave, beside a bare loop over the Twilio SDK with as many threads.

Run it by hand, never as part of the tests:

    uv run python tests/benchmarks/sending.py
    uv run python tests/benchmarks/sending.py --database postgresql+psycopg://localhost/empty

Both post to the same server on this machine, a process of its own that answers each text after some milliseconds. The
coach's part is the whole way of a message: claimed in the database with its attempt, posted, its end recorded.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import uuid4

from requests import Session
from requests.adapters import HTTPAdapter
from sqlalchemy import Engine, func, insert, select
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from coach.adapters.clock import system_clock
from coach.adapters.database.engine import open_engine
from coach.adapters.database.migrations import upgrade
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import outbox, participant
from coach.adapters.library.carrier import load_carrier_codes
from coach.adapters.library.handbook import load_handbook
from coach.adapters.twilio import CarrierOptions, TwilioCarrier
from coach.core.handbook import Handbook
from coach.core.model import Lane, Language, Participant, Status
from coach.sending import Options
from coach.service import Coach

ROOT = Path(__file__).parents[2]
ACCOUNT, TOKEN, LINE = "AC" + "0" * 32, "token", "+12025550100"
BODY = "How are your legs today? Answer with a number from 0, fine, to 10, worst."
PEOPLE = 200


@dataclass(frozen=True)
class Speed:
    """How fast it went."""

    name: str
    per_second: float
    cpu_ms: float  # of this process, for each message


@dataclass(frozen=True)
class Size:
    """How much is sent, by how many threads, and how often; the two take turns."""

    messages: int = 1000
    senders: int = Options().senders
    rounds: int = 3


def main() -> int:
    """Print the table."""
    options = _options()
    size = Size(options.messages, options.senders, options.rounds)
    for delay in options.delays:
        for url in options.databases:
            with tempfile.TemporaryDirectory() as folder:
                speeds = measure(url or f"sqlite:///{folder}/coach.db", delay / 1000, size)
            _print(f"{'PostgreSQL' if url else 'SQLite'}, answered after {delay:.0f} ms", speeds)
    return 0


def measure(url: str, delay: float, size: Size) -> tuple[Speed, Speed]:
    """The bare loop's and the coach's medians over the rounds. `url` names an empty database, `delay` is in seconds."""
    upgrade(url)
    handbook, engine = load_handbook(ROOT / "messages", "Leg Coach"), open_engine(url)
    _enrol(engine)
    bare, coach = [], []
    with answering(delay) as address:
        for _ in range(size.rounds):
            bare.append(_timed("bare loop", size.messages, lambda: _bare(address, size)))
            _queue(engine, size.messages)
            coach.append(_timed("coach", size.messages, lambda: _send(engine, handbook, address, size)))
    engine.dispose()
    return _median(bare), _median(coach)


def _median(speeds: list[Speed]) -> Speed:
    rate = statistics.median(speed.per_second for speed in speeds)
    return Speed(speeds[0].name, rate, statistics.median(speed.cpu_ms for speed in speeds))


def _timed(name: str, messages: int, act: Callable[[], None]) -> Speed:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Speed(name, messages / wall, cpu * 1000 / messages)


def _bare(address: str, size: Size) -> None:
    """What somebody would write who only wants the texts out."""
    http = TwilioHttpClient()
    http.session = Session()
    http.session.mount("http://", HTTPAdapter(pool_maxsize=size.senders, pool_block=True))
    client = Client(ACCOUNT, TOKEN, http_client=http)
    client.api.base_url = address

    def post(number: int) -> None:
        client.messages.create(
            to=f"+1202555{number % PEOPLE:04d}", from_=LINE, body=BODY, status_callback=f"{address}/status/{number}"
        )

    with ThreadPoolExecutor(size.senders) as pool:
        for done in pool.map(post, range(size.messages)):
            assert done is None
    http.session.close()


def _send(engine: Engine, handbook: Handbook, address: str, size: Size) -> None:
    codes = load_carrier_codes(ROOT / "messages" / "carrier.toml")
    given = CarrierOptions(ACCOUNT, TOKEN, address, from_number=LINE, api_url=address, connections=size.senders + 2)
    carrier = TwilioCarrier(given, system_clock, codes)
    figures = Options(segments_per_second=1e6, senders=size.senders)
    coach = Coach(SqlStore(engine), carrier, handbook, system_clock, figures)
    while coach.dispatch():
        pass
    coach.close()
    carrier.close()
    with engine.begin() as connection:
        unsent = connection.scalar(select(func.count()).where(outbox.c.state != "accepted"))
    if unsent:
        raise SystemExit(f"{unsent} messages were not sent")


def _enrol(engine: Engine) -> None:
    now = system_clock()
    with engine.begin() as connection:
        known = connection.scalar(select(func.count()).select_from(participant))
    store = SqlStore(engine)
    with store.begin() as tx:
        for number in range(known or 0, PEOPLE):
            phone = f"+1202555{number:04d}"
            tx.enrol(Participant(0, phone, Status.ACTIVE, Language.EN, "US", name=f"No. {number}", zone="UTC"), now)


def _queue(engine: Engine, messages: int) -> None:
    """A morning's prompts, all due now."""
    now = system_clock()
    with engine.begin() as connection:
        people = connection.execute(select(participant.c.id, participant.c.phone)).all()
        prompt = {
            "lane": Lane.PROMPT, "channel": "sms", "body": BODY, "template": "legs.today", "because": "benchmark",
            "segments": 1, "state": "pending", "created_at": now, "not_before": now,
            "expires_at": now + timedelta(hours=1), "tries": 0,
        }  # fmt: skip
        to = (people[number % len(people)] for number in range(messages))
        connection.execute(insert(outbox), [prompt | {"participant_id": one.id, "recipient": one.phone} for one in to])


# The server -----------------------------------------------------------------------------------------------------------


@contextmanager
def answering(delay: float) -> Iterator[str]:
    """A server in a process of its own that takes every text; yields its address."""
    processes = get_context("spawn")
    ours, theirs = processes.Pipe()
    server = processes.Process(target=_serve, args=(delay, theirs), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        server.terminate()
        server.join()


def _serve(delay: float, told: Connection) -> None:
    asyncio.run(_listen(delay, told))


async def _listen(delay: float, told: Connection) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-len"))
                await reader.readexactly(length)
                if delay:
                    await asyncio.sleep(delay)
                writer.write(_created(f"SM{uuid4().hex}"))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    told.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _created(sid: str) -> bytes:
    """What Twilio answers when it has taken a text."""
    message: dict[str, Any] = dict.fromkeys(
        ("date_sent", "error_code", "error_message", "messaging_service_sid", "price"), None
    )
    message |= {
        "sid": sid, "account_sid": ACCOUNT, "api_version": "2010-04-01", "body": BODY, "direction": "outbound-api",
        "date_created": "Tue, 24 Nov 2026 15:00:00 +0000", "date_updated": "Tue, 24 Nov 2026 15:00:00 +0000",
        "from": LINE, "to": "+12025550000", "num_media": "0", "num_segments": "1", "price_unit": "USD",
        "status": "queued", "subresource_uris": {}, "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json",
    }  # fmt: skip
    body = json.dumps(message).encode()
    head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


# The table ------------------------------------------------------------------------------------------------------------


def _options() -> Namespace:
    parser = ArgumentParser(description="Texts a second, beside a bare loop over the Twilio SDK.")
    parser.add_argument("--messages", type=int, default=Size().messages)
    parser.add_argument("--senders", type=int, default=Size().senders, help="threads that post, of both")
    parser.add_argument("--rounds", type=int, default=Size().rounds, help="the two take turns; medians are printed")
    parser.add_argument("--delays", type=float, nargs="+", default=[50.0, 0.0], help="ms until a text is answered")
    parser.add_argument(
        "--databases", nargs="*", default=[""], help="addresses of empty databases; '' is SQLite in a temporary folder"
    )
    return parser.parse_args()


def _print(title: str, speeds: tuple[Speed, Speed]) -> None:
    bare, coach = speeds
    sys.stdout.write(f"{title}\n")
    for speed in speeds:
        sys.stdout.write(f"  {speed.name:10} {speed.per_second:8.0f} texts/s  {speed.cpu_ms:6.2f} ms CPU each\n")
    sys.stdout.write(f"  {'ratio':10} {coach.per_second / bare.per_second:8.2f}\n")


if __name__ == "__main__":
    sys.exit(main())
