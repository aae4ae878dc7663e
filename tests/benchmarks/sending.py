"""How fast queued texts leave, measured beside a bare loop over the Twilio SDK with as many threads.

Both post to the same carrier, a process of its own that answers each text after some milliseconds. The coach's part is
the whole way of a message: claimed in the database with its attempt, posted, its end recorded.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

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
from tests.benchmarks.carrier import carrier
from tests.benchmarks.processes import ACCOUNT, LINE, TOKEN

ROOT = Path(__file__).parents[2]
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


def measure(url: str, delay: float, size: Size) -> tuple[Speed, Speed]:
    """The bare loop's and the coach's medians over the rounds. `url` names an empty database, `delay` is in seconds."""
    upgrade(url)
    handbook, engine = load_handbook(ROOT / "messages", "Leg Coach"), open_engine(url)
    _enrol(engine)
    bare, coach = [], []
    with carrier(delay) as address:
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
    twilio = TwilioCarrier(given, system_clock, codes)
    figures = Options(segments_per_second=1e6, senders=size.senders)
    coach = Coach(SqlStore(engine), twilio, handbook, system_clock, figures)
    while coach.dispatch():
        pass
    coach.close()
    twilio.close()
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
