"""How long a person waits for the answer to a text, when the whole product runs in one process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, func, select

from coach.adapters.database.tables import attempt, inbound, outbox
from tests.benchmarks.carrier import carrier
from tests.benchmarks.figures import Found, at_most, share
from tests.benchmarks.inbound import answers
from tests.benchmarks.place import KINDS, Place, say
from tests.benchmarks.processes import COACH, running, settings, until
from tests.benchmarks.seeding import seed
from tests.benchmarks.texting import Answered, at_rate, posts
from tests.serving import free_port

_RATE = 20
_HISTORY = 35
_CARRIER_TAKES = 0.08


def run(place: Place) -> Found:
    """Both databases; embedded mode is `coach serve`."""
    rows, targets = [], []
    for kind in KINDS:
        say(f"latency: {kind}")
        waits, unanswered = measure(place, kind)
        figures = (f"{share(waits, part):.2f}" for part in (0.5, 0.9, 0.99, 1))
        rows.append((kind, f"{len(waits):,}", f"{unanswered:,}", *figures))
        targets.append(at_most(f"{kind}, p99 from reply to answer", share(waits, 0.99), 1.5, " s"))
    about = (
        f"`coach serve` with {_RATE} texts a second from people with {1 if place.quick else _HISTORY} days of "
        "history. Seconds from the moment a text leaves the carrier until the carrier has taken the answer, "
        f"which takes it {_CARRIER_TAKES * 1000:.0f} ms. The send rate is no limit here; with the default of 1 segment "
        "a second answers would queue. Some texts are meant to have no answer, such as a second thanks."
    )
    head = ("", "answered", "no answer due", "p50 s", "p90 s", "p99 s", "most s")
    return Found("Answering: how long does a person wait for an answer?", about, head, rows, targets)


def measure(place: Place, kind: str) -> tuple[list[float], int]:
    """Seconds for each text that was answered, and how many were not."""
    seconds, people = (2, 50) if place.quick else (60, 1000)
    url, port = place.database(kind), free_port()
    seed(url, place.template(1 if place.quick else _HISTORY).moved_to_now(), people, without=("timer",))
    with place.opened(url) as engine, carrier(_CARRIER_TAKES) as address:
        given = settings(url, place.folder, address, port)
        with running(COACH, ("serve", "--port", str(port)), place.folder, given) as serve:
            until(lambda: answers(port), "coach serve", (serve,))
            at_rate(port, posts(port, _RATE, people), _RATE)  # fills caches
            sent = at_rate(port, posts(port, _RATE * seconds, people), _RATE)
            until(lambda: not _waiting(engine), "the last answers", (serve,))
        ends = _ends(engine)
    place.drop(url)
    return _waits(sent, ends), sum(text.sid not in ends for text in sent)


def _waiting(engine: Engine) -> int:
    with engine.connect() as connection:
        undecided = connection.scalar(select(func.count()).where(inbound.c.decided_at.is_(None))) or 0
        unsent = connection.scalar(select(func.count()).where(outbox.c.state.in_(("pending", "sending")))) or 0
    return undecided + unsent


def _ends(engine: Engine) -> dict[str, datetime]:
    """When the carrier had taken the first answer to each text, by the text's id."""
    of = inbound.join(outbox, outbox.c.inbound_id == inbound.c.id).join(attempt, attempt.c.outbox_id == outbox.c.id)
    first = select(inbound.c.carrier_id, func.min(attempt.c.finished_at)).select_from(of).group_by(inbound.c.carrier_id)
    with engine.connect() as connection:
        return {sid: end for sid, end in connection.execute(first) if end is not None}


def _waits(sent: Sequence[Answered], ends: dict[str, datetime]) -> list[float]:
    return [ends[text.sid].timestamp() - text.left for text in sent if text.sid in ends]
