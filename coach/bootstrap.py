"""Settings → a working coach. The only place that chooses adapters."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from coach.adapters.clock import system_clock
from coach.adapters.database.engine import open_engine
from coach.adapters.database.migrations import is_current
from coach.adapters.database.months import make_months
from coach.adapters.database.reports import Reports
from coach.adapters.database.staff import Accounts
from coach.adapters.database.store import SqlStore
from coach.adapters.heartbeat import HttpHeartbeat
from coach.adapters.library.carrier import (
    VoiceScript,
    load_carrier_codes,
    load_machine_detection,
    load_sending_figures,
    load_voice_script,
)
from coach.adapters.library.handbook import load_handbook
from coach.adapters.library.prices import load_prices
from coach.adapters.library.retention import load_retention
from coach.adapters.links import SignedLinks
from coach.adapters.places import Places
from coach.adapters.spool import FolderSpool
from coach.adapters.twilio import CarrierOptions, TwilioCarrier, Verifier
from coach.core.handbook import Handbook
from coach.core.model import OutboundMessage
from coach.duty import NoLinks
from coach.ports import Carrier, Clock, Heartbeat, Links, Mailbox, Outcome, SendResult
from coach.receiving import NoMailbox
from coach.resources import folder
from coach.sending import Options
from coach.service import Coach, has_room
from coach.settings import Settings
from coach.watching import NoHeartbeat

_CARRIER_FILE = "carrier.toml"
_NEW_OBJECTS = 50_000
"""So many come before the garbage collector looks: two or three batches of conversations."""


@dataclass(frozen=True, slots=True)
class House:
    """The parts that meet nobody outside: database, content, accounts, reports."""

    settings: Settings
    store: SqlStore
    accounts: Accounts
    reports: Reports
    handbook: Handbook
    clock: Clock
    tables_are_current: Callable[[], bool]
    close: Callable[[], None]
    make_room: Callable[[datetime], int] = has_room

    @property
    def spool(self) -> FolderSpool:
        """This machine's disk for what comes in while the database is away; made when something must be kept."""
        return FolderSpool(self.settings.spool)


@dataclass(frozen=True, slots=True)
class LiveHouse:
    """A house that can receive and send."""

    house: House
    coach: Coach
    verifier: Verifier
    script: VoiceScript
    carrier: TwilioCarrier
    places: Places

    def close(self) -> None:
        """Let posts under way end, then give back connections."""
        self.coach.close()
        self.carrier.close()
        self.house.close()


def open_house(settings: Settings, clock: Clock) -> House:
    """Everything but the carrier. Nothing is read from the database yet."""
    engine = open_engine(settings.database_url)
    handbook = load_handbook(folder("messages"), settings.organisation, settings.support_phone or "")
    store, reports = SqlStore(engine), Reports(engine, load_prices(folder("messages")))
    accounts = Accounts(engine, system_clock)  # staff live by the real clock, also where the coach's runs faster
    current, make_room = partial(is_current, engine), partial(make_months, engine)
    return House(settings, store, accounts, reports, handbook, clock, current, engine.dispose, make_room)


def open_live_house(settings: Settings, clock: Clock) -> LiveHouse:
    """The same with Twilio, or what COACH_TWILIO_API_URL names in its place."""
    house = open_house(settings, clock)
    options = carrier_options(settings)
    codes = load_carrier_codes(folder("messages") / _CARRIER_FILE)
    carrier = TwilioCarrier(options, clock, codes)
    verifier = Verifier((options.auth_token,), settings.public_url, options.account_sid)
    coach = make_coach(house, carrier, links=_links(settings), heartbeat=_heartbeat(settings), mailbox=carrier)
    return LiveHouse(house, coach, verifier, voice_script(house), carrier, places(settings))


def settle_in() -> None:
    """For a process that stays: spare the garbage collector what is loaded, and most of its rounds.

    The handbook is for good, and conversations are frozen values without cycles, which go by themselves. Looking
    through them every few hundred objects took a third of the time of planning.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def make_coach(  # noqa: PLR0913, PLR0917 - one for each part of the outer world
    house: House,
    carrier: Carrier,
    options: Options | None = None,
    links: Links | None = None,
    heartbeat: Heartbeat | None = None,
    mailbox: Mailbox | None = None,
) -> Coach:
    """The service over a house and a carrier.

    Without links pages name no address; without a heartbeat none is sent; without a mailbox nobody is asked for texts
    that never reached us.
    """
    settings = house.settings
    return Coach(
        house.store,
        carrier,
        house.handbook,
        house.clock,
        options or sending_options(settings),
        links=links or NoLinks(),
        heartbeat=heartbeat or NoHeartbeat(),
        spool=house.spool,
        mailbox=mailbox or NoMailbox(),
        retention=load_retention(folder("messages")),
        make_room=house.make_room,
    )


def make_silent_coach(house: House) -> Coach:
    """A coach that decides and records but never sends; whoever serves this database sends what it queues."""
    return make_coach(house, _NoCarrier())


class _NoCarrier:
    """Stands where nothing may be sent."""

    def send(self, message: OutboundMessage) -> SendResult:
        del message
        return SendResult(Outcome.NOT_SENT)

    def call(self, message: OutboundMessage) -> SendResult:
        del message
        return SendResult(Outcome.NOT_SENT)

    def find(self, message: OutboundMessage, since: datetime) -> Sequence[str]:
        del message, since
        return ()

    def redirect(self, carrier_id: str, path: str) -> bool:
        del carrier_id, path
        return False

    def hang_up(self, carrier_id: str) -> bool:
        del carrier_id
        return False


def sending_options(settings: Settings) -> Options:
    """How fast and from where messages leave, and what the carrier's codes mean."""
    path = folder("messages") / _CARRIER_FILE
    figures = load_sending_figures(path)
    return Options(
        country=settings.country,
        segments_per_second=settings.send_rate,
        calls_per_second=settings.call_rate,
        texts_from=settings.twilio_messaging_service_sid or settings.twilio_from_number or "",
        calls_from=settings.voice_number or "",
        probe=figures.probe,
        spread=figures.spread,
        meaning=load_carrier_codes(path).meaning,
    )


def carrier_options(settings: Settings) -> CarrierOptions:
    """Where to send and as whom."""
    token = settings.twilio_auth_token
    return CarrierOptions(
        account_sid=settings.twilio_account_sid or "",
        auth_token=token.get_secret_value() if token else "",
        public_url=settings.public_url,
        messaging_service_sid=settings.twilio_messaging_service_sid,
        from_number=settings.twilio_from_number,
        voice_number=settings.voice_number,
        api_url=settings.twilio_api_url,
        machine_detection=load_machine_detection(folder("messages") / _CARRIER_FILE),
        voice_fallback_url=settings.voice_fallback_url,
    )


def _links(settings: Settings) -> Links:
    secret = settings.secret_key
    return SignedLinks(secret.get_secret_value(), settings.public_url) if secret else NoLinks()


def places(settings: Settings) -> Places:
    """What signs the places in calls; without a secret of its own an installation uses the carrier's token."""
    secret = settings.secret_key or settings.twilio_auth_token
    return Places(secret.get_secret_value() if secret else "")


def _heartbeat(settings: Settings) -> Heartbeat:
    return HttpHeartbeat(settings.heartbeat_url) if settings.heartbeat_url else NoHeartbeat()


def voice_script(house: House) -> VoiceScript:
    """The sentences of calls that no programme decides, with this installation's names."""
    settings = house.settings
    emergency = house.handbook.library.numbers_for(settings.country).emergency
    path = folder("messages") / _CARRIER_FILE
    return load_voice_script(path, settings.organisation, settings.support_phone, emergency)
