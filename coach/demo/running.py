"""`coach demo`: web, scheduler, sender and the local phone network on one port."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn
from rich.console import Console
from rich.progress import track

from coach import logs
from coach.adapters.clock import system_clock
from coach.adapters.database.migrations import upgrade
from coach.bootstrap import House, open_house, open_live_house
from coach.clockwork.embedded import EmbeddedClockwork
from coach.demo.cast import Player, cast
from coach.demo.history import Delivered, Past, SteppedClock
from coach.demo.rota import PEOPLE, STAFF, put_on_call
from coach.demo.rota import ZONE as _ZONE
from coach.sandbox.app import Beside
from coach.sandbox.app import create_app as create_network_app
from coach.sandbox.clock import AdjustableClock
from coach.sandbox.network import Network
from coach.sandbox.records import Message
from coach.settings import Settings
from coach.web.compose import make_app

LINE = "+12025550100"
PASSWORD = "walk a little every day"  # noqa: S105  # of an account that exists in demonstrations only
_SEND_RATE = 50.0
_TICK = timedelta(seconds=0.2)
"""Twelve minutes of a clock that runs 3600 times as fast."""
_SHOWN = 40
"""Texts of the past that a phone shows."""


def run(port: int, database: Path) -> None:
    """Make the past, then serve until stopped."""
    address = f"http://127.0.0.1:{port}"
    settings = demo_settings(address, database)
    logs.set_up("WARNING", "console")
    for old in (database, database.with_name(database.name + "-wal"), database.with_name(database.name + "-shm")):
        old.unlink(missing_ok=True)
    shutil.rmtree(settings.spool, ignore_errors=True)
    upgrade(settings.database_url)
    start = system_clock()
    texts = make_past(settings, start, cast())
    clock = AdjustableClock(start, time.monotonic)
    network = open_network(settings, clock, texts)
    _serve(settings, clock, network, port)


def demo_settings(address: str, database: Path) -> Settings:
    """Settings that meet nobody outside this machine; secrets are made anew for each run."""
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{database}",
            "spool": database.with_name(f"{database.stem}-spool"),
            "public_url": address,
            "twilio_account_sid": "AC" + secrets.token_hex(16),
            "twilio_auth_token": secrets.token_hex(16),
            "twilio_from_number": LINE,
            "twilio_api_url": address,
            "send_rate": _SEND_RATE,
            "secret_key": secrets.token_urlsafe(48),
            "encryption_keys": "demo:" + base64.b64encode(os.urandom(32)).decode(),
            "support_phone": "+1 202-555-0199",
        }
    )


def make_past(settings: Settings, now: datetime, players: tuple[Player, ...]) -> list[Delivered]:
    """Let the coach live through thirty days with these people; returns the texts that went to and fro."""
    clock = SteppedClock(now)
    house = open_house(settings, clock)
    past = Past(house, clock, LINE)
    moments = past.steps(now)
    clock.at = moments[0]
    _make_staff(house)
    put_on_call(house.store, clock, moments[0].date() - timedelta(days=1))
    past.enrol(players)
    console = Console(stderr=True)
    for at in track(moments, "Making thirty days of history", console=console, disable=not console.is_terminal):
        past.step(at, players)
    past.end(now, players)
    past.close()
    house.close()
    return past.carrier.texts


def _make_staff(house: House) -> None:
    house.accounts.add(STAFF, "Dana Reyes", "coordinator", PASSWORD)


def open_network(settings: Settings, clock: AdjustableClock, texts: list[Delivered]) -> Network:
    """The phone network with everybody's phone and its last texts."""
    token = settings.twilio_auth_token
    network = Network(
        settings.twilio_account_sid or "",
        token.get_secret_value() if token else "",
        LINE,
        clock=clock,
        sms_url=f"{settings.public_url}/twilio/sms",
        voice_url=f"{settings.public_url}/twilio/voice/inbound",
        voice_fallback_url=f"{settings.public_url}/twilio/voice/fallback",
    )
    everybody = {player.participant.phone: player.participant.name for player in cast()}
    everybody |= {person.phone: f"{person.name} (on call)" for person in PEOPLE}
    for phone, name in everybody.items():
        network.add_phone(phone, name)
        for text in [t for t in texts if phone in (t.sender, t.recipient)][-_SHOWN:]:
            network.state.add_message(_shown(network, text))
    return network


def _shown(network: Network, text: Delivered) -> Message:
    return Message(
        sid=text.carrier_id or network.state.new_id("SM"),
        direction="inbound" if text.inbound else "outbound-api",
        sender=text.sender or LINE,
        recipient=text.recipient,
        body=text.body,
        status="received" if text.inbound else "delivered",
        segments=1,
        created=text.at,
        updated=text.at,
        sent=text.at,
    )


def _serve(settings: Settings, clock: AdjustableClock, network: Network, port: int) -> None:
    live = open_live_house(settings, clock)
    app = Beside(create_network_app(network, _ZONE), make_app(live, allow_fictional=True))
    clockwork = EmbeddedClockwork(live.coach, fastest=_TICK)
    clockwork.start()
    _say_where(settings.public_url)
    try:
        uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, server_header=False)
    finally:
        clockwork.close()
        network.close()
        live.close()


def _say_where(address: str) -> None:
    console = Console()
    console.print("\n[bold]Leg Coach is running.[/bold]")
    console.print(f"  Phones and clock   {address}/phone")
    console.print(f"  Coordinators       {address}/")
    console.print(f"  Sign in as         [bold]{STAFF}[/bold], password [bold]{PASSWORD}[/bold]")
    console.print("  Stop with Ctrl+C. Nothing leaves this machine.\n")
