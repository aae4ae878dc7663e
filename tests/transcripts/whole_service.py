"""A script played by the whole service: webhooks, tables, page calls and the dashboard; only the carrier stands in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Engine, func, select

from coach.adapters.database.engine import open_engine
from coach.adapters.database.reports import Reports
from coach.adapters.database.staff import Accounts
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import task, timer
from coach.adapters.library.carrier import load_voice_script
from coach.adapters.links import SignedLinks
from coach.adapters.places import Places
from coach.adapters.twilio import TwilioCarrier, Verifier
from coach.bootstrap import House, LiveHouse, make_coach
from coach.core.conversation import Moment
from coach.core.conversation.timetable import begin
from coach.core.events import Event
from coach.core.model import Conversation, Participant
from coach.core.rota import OnCall, Rota
from coach.ports import Cause, Transaction
from coach.resources import folder
from coach.service import Coach
from coach.settings import Settings
from coach.web.compose import make_app
from tests.adapters.twilio.posting import ACCOUNT, TOKEN, URL, Poster
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK
from tests.passwords import QUICK
from tests.transcripts.core_alone import DEEDS
from tests.transcripts.desk import Desk
from tests.transcripts.overhearing import OverheardStore
from tests.transcripts.phones import LINE, Phones, Way
from tests.transcripts.scribe import Scribe
from tests.transcripts.scripts import STARTS, NotAScript, Scene

UNKNOWN = "+12025550177"
"""The number of whoever is not in the scene."""
_MINUTE = timedelta(minutes=1)


@dataclass
class _Signed:
    """Posts as the carrier does."""

    poster: Poster

    def post(self, target: str, fields: dict[str, str]) -> str:
        answer = self.poster.post(target, fields)
        assert answer.is_success, f"{target} gave {answer.status_code}"
        return answer.text


@dataclass
class WholeService:
    """The stage of a script with phones and dashboard."""

    person: Participant
    rota: Rota
    clock: StoppedClock
    engine: Engine
    scribe: Scribe
    phones: Phones
    _parts: tuple[Coach, House, Desk] = field(init=False)
    _texts: int = 0

    @property
    def now(self) -> datetime:
        """The time its clock stands at."""
        return self.clock()

    def opens(self, coach: Coach, house: House, desk: Desk) -> None:
        """Take the running parts: somebody takes part, and somebody is on call."""
        self._parts = coach, house, desk
        with house.store.begin() as tx:
            number = tx.enrol(self.person, self.now)
            ids = {who.id: tx.add_on_call(who, "script", self.now) for who in self.rota.people}
            for shift in self.rota.shifts:
                tx.add_shift(replace(shift, person=ids[shift.person]), "script", self.now)
            for leave in self.rota.leaves:
                cover = ids.get(leave.cover or 0)
                tx.add_leave(replace(leave, person=ids[leave.person], cover=cover), "script", self.now)
        self.person = replace(self.person, id=number)
        self.phones.names = {who.phone: who.name for who in self.rota.people} | {self.person.phone: self._name}

    def overhears(self, tx: Transaction, conversation: Conversation, events: tuple[Event, ...], now: datetime) -> None:
        """Write down what is recorded."""
        self.scribe.heard(tx.conversation(conversation.participant.id, now), events, tx.rota(), now)

    def begins(self) -> None:
        """The programme starts."""
        coach = self._parts[0]
        with coach.store.begin() as tx:
            known = tx.conversation(self.person.id, self.now)
            events = begin(Moment(known, coach.handbook, self.now), known.participant)
            tx.record(known, events, Cause(staff="script"), self.now)

    def at(self, moment: datetime) -> None:
        """Let time pass, and with it everything that comes due."""
        if moment > self.now:
            self.phones.time_passes()
            self._work()
        while (due := self._next()) is not None and due <= moment:
            self.clock.set(max(due, self.now))
            self.phones.time_passes()
            self._work()
        self.clock.set(max(moment, self.now))

    def says(self, body: str) -> None:
        """The person writes, a minute later."""
        self.clock.advance(_MINUTE)
        self._arrives(self.person.phone, body)

    def texts(self, staff: OnCall, said: str) -> None:
        """Somebody on call writes."""
        self._arrives(staff.phone, said)

    def does(self, who: str, said: str) -> None:
        """Somebody acts on the phone or in the dashboard."""
        verb, _, rest = said.partition(" ")
        if said == "picks up":
            self.phones.picks_up(who)
        elif said == "hangs up":
            self.phones.hangs_up(who)
        elif said == "rings":
            self.phones.rings(who, self._number_of(who))
        elif said == "is silent":
            self.phones.does(who)
        elif verb == "presses":
            self.phones.does(who, Digits=rest)
        elif verb == "says":
            surely, words = _heard(rest)
            self.phones.does(who, SpeechResult=words, Confidence=surely)
        else:
            self._at_the_desk(who, said)
        self._work()

    def turns(self, who: str, what: str) -> None:
        """A phone is like that from now on."""
        if what not in {*Way} or who not in self.phones.names.values():
            raise NotAScript(f"no phone of {who} can do this: {what}")
        self.phones.turn(who, Way(what))

    @property
    def _name(self) -> str:
        return self.person.name.split()[0]

    def _number_of(self, who: str) -> str:
        known = (number for number, name in self.phones.names.items() if name == who)
        return next(known, UNKNOWN)

    def _at_the_desk(self, who: str, said: str) -> None:
        desk, found = self._parts[2], DEEDS.fullmatch(said)
        if said == "opens the link":
            shown = desk.opens(who.lower(), self._link_to(who))
        elif found is not None:
            shown = desk.presses(who.lower(), self.person.id, int(found[2]), found[1], found[3] or "")
        else:
            raise NotAScript(f"nobody can do this: {said}")
        self.scribe.write("<", self.now, f"dashboard → {who}: {shown}")

    def _link_to(self, who: str) -> str:
        """The address in the newest text that has one."""
        texts = (text for text in reversed(self.phones.texts) if self.phones.names[text.recipient] == who)
        addresses = (word for text in texts for word in text.body.split() if word.startswith(f"{URL}/page/"))
        found = next(addresses, None)
        if found is None:
            raise NotAScript(f"{who} has no text with a link")
        return found

    def _arrives(self, phone: str, body: str) -> None:
        self._texts += 1
        fields = {"MessageSid": f"SM-in-{self._texts}", "From": phone, "To": LINE, "Body": body, "NumMedia": "0"}
        assert self.phones.carrier is not None
        self.phones.carrier.post("/twilio/sms", {"AccountSid": ACCOUNT, **fields})
        self._work()

    def _work(self) -> None:
        """Fire what is due, send it, and let the phones have it, until there is nothing more."""
        coach = self._parts[0]
        while coach.fire_due() + coach.dispatch():
            self.phones.ring()
        assert not coach.store.undecided_inbound(self.now + _MINUTE, 1), "a text could not be decided"
        with self.engine.connect() as tables:
            rows = tables.execute(select(task.c.kind, task.c.because).order_by(task.c.id)).all()
        self.scribe.work(((row.kind, row.because) for row in rows), self.now)

    def _next(self) -> datetime | None:
        """When something comes due by itself."""
        with self.engine.connect() as tables:
            due = tables.scalar(select(func.min(timer.c.due_at)).where(timer.c.state == "pending"))
        return min((at for at in (due, self.phones.ends()) if at is not None), default=None)


def _heard(said: str) -> tuple[str, str]:
    """How surely words were recognised, and the words: “~0.4 three”."""
    first, _, rest = said.partition(" ")
    return (first[1:], rest) if first.startswith("~") else ("0.9", said)


@contextmanager
def whole_service(scene: Scene, database_url: str) -> Iterator[WholeService]:
    """A service over an empty, migrated database, at eight on the first day."""
    clock, scribe, engine = StoppedClock(STARTS), Scribe(), open_engine(database_url)
    phones = Phones(clock, scribe)
    house = _house(engine, clock, database_url)
    stage = WholeService(scene.person, scene.rota, clock, engine, scribe, phones)
    heard = cast("SqlStore", OverheardStore(house.store, stage.overhears))
    coach = make_coach(replace(house, store=heard), phones, links=SignedLinks("s" * 48, URL))
    app = make_app(_live(house, coach), allow_fictional=True)
    phones.carrier = _Signed(Poster(app))
    try:
        stage.opens(coach, house, Desk(app, house.accounts))
        yield stage
    finally:
        coach.close()
        house.close()


def _house(engine: Engine, clock: StoppedClock, database_url: str) -> House:
    settings = Settings.model_validate(
        {
            "database_url": database_url,
            "public_url": URL,
            "send_rate": 100.0,
            "twilio_from_number": LINE,
            "support_phone": HANDBOOK.support_phone,
        }
    )
    accounts, reports = Accounts(engine, clock, QUICK), Reports(engine)
    return House(settings, SqlStore(engine), accounts, reports, HANDBOOK, clock, lambda: True, engine.dispose)


def _live(house: House, coach: Coach) -> LiveHouse:
    script = load_voice_script(folder("messages") / "carrier.toml", "Leg Coach", HANDBOOK.support_phone, "911")
    never_reached = cast("TwilioCarrier", None)  # the coach has its own
    return LiveHouse(house, coach, Verifier((TOKEN,), URL, ACCOUNT), script, never_reached, Places("s" * 48))
