"""A telephone line to the real service over a real database: people who are called or call, and who is on call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI
from sqlalchemy import Engine, Table, select
from sqlalchemy.exc import OperationalError

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import call, escalation, inbound, observation, task
from coach.adapters.library.carrier import load_voice_script
from coach.adapters.places import Places
from coach.adapters.spool import FolderSpool
from coach.adapters.twilio import Verifier
from coach.calls import Place
from coach.core.events import MessageQueued
from coach.core.handbook import Handbook
from coach.core.model import Channel, Lane, Language, OutboundMessage, Participant, Status
from coach.core.voices import STANDARD
from coach.ports import Cause, Outcome, SendResult, Store
from coach.service import Coach
from coach.web.call_notes import CallNotes
from coach.web.call_speaking import VoiceParts
from coach.web.call_team import call_team
from coach.web.voice import voice
from coach.web.webhooks import webhooks
from tests.adapters.twilio.posting import ACCOUNT, TOKEN, URL, Poster
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK
from tests.web.on_the_phone import BORN, CALL, OURS, ROSA, OnThePhone

SECRET = "a secret"
SCRIPT = load_voice_script(
    Path(__file__).parents[2] / "messages" / "carrier.toml", "Leg Coach", HANDBOOK.support_phone, "911"
)


@dataclass
class Switchboard:
    """The carrier's side of what the coach does to calls and sends; everything succeeds and is written down."""

    redirected: list[tuple[str, str]] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    posted: list[OutboundMessage] = field(default_factory=list)

    def redirect(self, carrier_id: str, path: str) -> bool:
        """Send a call to one of our addresses."""
        self.redirected.append((carrier_id, path))
        return True

    def hang_up(self, carrier_id: str) -> bool:
        """End a call."""
        self.hung_up.append(carrier_id)
        return True

    def send(self, message: OutboundMessage) -> SendResult:
        """Take a text."""
        self.posted.append(message)
        return SendResult(Outcome.ACCEPTED, f"SM{message.outbox_id}", "queued")

    def call(self, message: OutboundMessage) -> SendResult:
        """Take a call."""
        self.posted.append(message)
        return SendResult(Outcome.ACCEPTED, CALL, "queued")

    def find(self, message: OutboundMessage, since: object) -> tuple[str, ...]:
        """Nothing is in doubt."""
        del message, since
        return ()


class FickleStore:
    """The store, as long as the database is there."""

    def __init__(self, store: SqlStore) -> None:
        """It is there."""
        self.store = store
        self.is_away = False
        self.instead: dict[str, Callable[..., Any]] = {}  # what it does in another way, by name

    def __getattr__(self, name: str) -> Any:
        """All that the store can do."""
        if self.is_away:
            secret = f"{ROSA} said something private"
            raise OperationalError(secret, {}, ConnectionError(secret))
        return self.instead.get(name) or getattr(self.store, name)


@dataclass
class Line:
    """The coach with its tables; each `Poster` is a process of it."""

    engine: Engine
    clock: StoppedClock
    folder: Path
    switchboard: Switchboard = field(default_factory=Switchboard)

    def __post_init__(self) -> None:
        """One process runs."""
        self.store = FickleStore(SqlStore(self.engine))
        self.coach = self.new_coach()
        self.carrier = self.process(self.coach)

    @property
    def places(self) -> Places:
        """What signs the places in calls."""
        return Places(SECRET)

    def new_coach(self, handbook: Handbook = HANDBOOK) -> Coach:
        """Another process, as far as the service is concerned."""
        kept, spool = cast("Store", self.store), FolderSpool(self.folder / "spool")
        return Coach(kept, self.switchboard, handbook, self.clock, spool=spool)

    def process(self, coach: Coach, url: str = URL, secret: str = SECRET) -> Poster:
        """The application over it."""
        parts = VoiceParts(
            calls=coach.calls,
            switchboard=self.switchboard,
            tokens=Places(secret),
            script=SCRIPT,
            rules=coach.handbook.calls,
            voices=STANDARD,
            clock=self.clock,
            notes=CallNotes(cast("Store", self.store), self.clock),
            caller_id=OURS,
        )
        verifier, app = Verifier((TOKEN,), url, ACCOUNT), FastAPI()
        app.include_router(webhooks(coach.receiving, verifier, self.clock, coach.calls.ended))
        app.include_router(voice(parts, verifier))
        app.include_router(call_team(parts, verifier))
        return Poster(app)

    def enrol(self, phone: str = ROSA, language: Language = Language.EN, **details: Any) -> int:
        """Somebody takes part, by call."""
        usual = {"birth_year": int(BORN), "zone": "America/New_York", "channel": Channel.VOICE, "name": "Rosa Diaz"}
        person = Participant(0, phone, Status.ACTIVE, language, "US", **{**usual, **details})
        with self.coach.store.begin() as tx:
            return tx.enrol(person, self.clock())

    def places_a_call(self, phone: str = ROSA) -> str:
        """The coach calls somebody; gives the attempt."""
        expires = self.clock() + timedelta(hours=1)
        queued = MessageQueued("voice.check_in", "", Lane.PROMPT, expires, "a test", Channel.VOICE)
        with self.coach.store.begin() as tx:
            conversation = tx.conversation_of_number(phone, "US", self.clock())
            tx.record(conversation, (queued,), Cause(), self.clock())
        self.coach.dispatch()
        return self.switchboard.posted[-1].attempt_id

    def rings(self, person: str = ROSA, attempt: str = "inbound", sid: str = CALL) -> OnThePhone:
        """Somebody calls us, or picks up our call."""
        return OnThePhone(self.carrier, person, attempt, sid)

    def ends(self, attempt: str = "att-1", sid: str = CALL, status: str = "completed") -> int:
        """The carrier says how a call ended."""
        told = {"AccountSid": ACCOUNT, "CallSid": sid, "CallStatus": status}
        return self.carrier.post(f"/twilio/call-status/{attempt}", told).status_code

    def place_of(self, where: str) -> Place:
        """The place in Rosa's call that an address names."""
        place = self.places.read(where.rpartition("/")[2], CALL)
        assert place is not None
        return place

    # what was stored --------------------------------------------------------------------------------------------------

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """All rows of a table in order."""
        with self.engine.begin() as connection:
            order = table.c.carrier_id if table is call else table.c.id
            return [dict(row) for row in connection.execute(select(table).order_by(order)).mappings()]

    def heard(self) -> list[str]:
        """What was stored of what people pressed and said."""
        return [row["body"] for row in self.rows(inbound)]

    def scores(self) -> list[float]:
        """The scores on record."""
        return [row["value"] for row in self.rows(observation) if row["kind"] == "weakness"]

    def cases(self) -> list[str]:
        """The levels of the cases."""
        return [row["level"] for row in self.rows(escalation)]

    def tasks(self) -> list[str]:
        """The work for coordinators."""
        return [row["kind"] for row in self.rows(task)]

    def everything(self) -> tuple[list[dict[str, Any]], ...]:
        """All that a step of a call could change."""
        return tuple(map(self.rows, (call, inbound, observation, escalation, task)))


@contextmanager
def open_line(engine: Engine, clock: StoppedClock, folder: Path) -> Iterator[Line]:
    """A line on which nobody has called yet."""
    line = Line(engine, clock, folder)
    yield line
    line.coach.close()
