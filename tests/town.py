"""A whole town for journeys: the coach, its clockwork, the phone network and a clock, reached by HTTP only."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from coach.adapters.database.migrations import upgrade
from coach.bootstrap import open_live_house
from coach.clockwork.embedded import EmbeddedClockwork
from coach.core.model import Language
from coach.core.rota import BACKUP, FIRST, OnCall, Shift
from coach.demo.running import LINE, demo_settings
from coach.ports import Store
from coach.sandbox.app import Beside
from coach.sandbox.app import create_app as create_network_app
from coach.sandbox.clock import AdjustableClock
from coach.sandbox.network import Conditions, Network
from coach.sandbox.pace import INSTANT
from coach.web.compose import make_app

PATIENCE = 20.0
STAFF, PASSWORD = "ana", "a short sentence is good"
ANA = OnCall(0, STAFF, "Ana Ruiz", "+12025550181", Language.EN, "America/New_York", operator=True)
AGNES = "+12025550151"
BEN = OnCall(0, "ben", "Ben Ode", "+12025550182", Language.EN, "America/New_York")


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something that other threads bring about; say what was missing when it does not come."""
    ends = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > ends:
            message = f"waited {PATIENCE:.0f} s in vain for: {what}"
            raise AssertionError(message)
        time.sleep(0.02)


@dataclass
class Phone:
    """Somebody's phone, worked over HTTP."""

    web: httpx.Client
    number: str

    def text(self, body: str) -> dict[str, Any]:
        """Send a text to the coach; the answer tells how the coach's webhook took it."""
        answer = self.web.post(f"/phone/api/phones/{self.number}/texts", json={"body": body})
        answer.raise_for_status()
        return dict(answer.json())

    def messages(self) -> list[dict[str, Any]]:
        """All texts on this phone, oldest first."""
        answer = self.web.get(f"/phone/api/phones/{self.number}/messages")
        answer.raise_for_status()
        return list(answer.json()["messages"])

    def received(self) -> list[str]:
        """What the coach sent, oldest first."""
        return [m["body"] for m in self.messages() if m["by"] == "coach"]

    def says_and_gets(self, body: str, *, answers: int = 1) -> list[str]:
        """Send a text and wait for so many more texts from the coach."""
        before = len(self.received())
        self.text(body)
        return self.gets(before, answers)

    def gets(self, before: int, answers: int = 1) -> list[str]:
        """Wait until so many texts came after the first `before`."""
        until(lambda: len(self.received()) >= before + answers, f"{answers} texts after {self.received()[-2:]}")
        return self.received()[before:]

    def call(self) -> dict[str, Any]:
        """The last call of this phone; its status is `none` while there was none."""
        answer = self.web.get(f"/phone/api/phones/{self.number}/call")
        return dict(answer.json()) if answer.is_success else {"status": "none", "answered_by": None, "heard": []}

    def act(self, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Answer, press keys, speak or hang up; then how the call stands when it is this phone's turn again or over."""
        answer = self.web.post(f"/phone/api/phones/{self.number}/{what}", json=body or {}, params={"wait": 5})
        answer.raise_for_status()
        return dict(answer.json())


@dataclass
class Town:
    """The running whole."""

    address: str
    web: httpx.Client
    clock: AdjustableClock
    network: Network
    database: Path

    def phone(self, number: str) -> Phone:
        """The phone with that number."""
        return Phone(self.web, number)

    def set_clock(self, at: datetime) -> None:
        """Move everybody's time forward."""
        self.web.post("/phone/api/clock", json={"at": at.isoformat()}).raise_for_status()

    def wait(self, span: timedelta) -> None:
        """Let time pass."""
        self.set_clock(self.clock() + span)

    @contextmanager
    def signed_in(self) -> Iterator[httpx.Client]:
        """A coordinator's browser, signed in."""
        headers = {"Origin": self.address}
        with httpx.Client(base_url=self.address, follow_redirects=True, headers=headers, timeout=PATIENCE) as browser:
            browser.post("/sign-in", data={"username": STAFF, "password": PASSWORD}).raise_for_status()
            yield browser


def enrol_agnes(town: Town) -> Phone:
    """A coordinator enrols Agnes, who wants calls, and she says yes by text."""
    with town.signed_in() as coordinator:
        form = {
            "phone": AGNES, "name": "Agnes Moreau", "language": "en", "zone": "America/New_York",
            "channel": "voice", "country": "US", "quiet_start": "20:00", "quiet_end": "09:00",
            "birth_year": "1940",
        }  # fmt: skip
        coordinator.post("/people/new", data=form).raise_for_status()
    agnes = town.phone(AGNES)
    assert "reply Y" in agnes.gets(0)[0]
    agnes.says_and_gets("Y")
    return agnes


def put_on_call(store: Store, now: datetime) -> None:
    """Ana at all hours and Ben as her backup: every hour of a town is covered."""
    with store.begin() as tx:
        for person, layer in ((ANA, FIRST), (BEN, BACKUP)):
            number = tx.add_on_call(person, STAFF, now)
            midnight, yesterday = time_of_day(0), now.date() - timedelta(days=1)
            tx.add_shift(Shift(0, number, layer, frozenset(range(7)), midnight, midnight, yesterday), STAFF, now)


@contextmanager
def open_town(folder: Path, start: datetime, tick: timedelta = timedelta(seconds=0.05)) -> Iterator[Town]:
    """Serve a town on a free port, with an empty database and its time standing at `start`."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = demo_settings(address, folder / "town.db")
    upgrade(settings.database_url)
    clock = AdjustableClock(start, time.monotonic, rate=0)
    token = settings.twilio_auth_token
    network = Network(
        settings.twilio_account_sid or "",
        token.get_secret_value() if token else "",
        LINE,
        clock=clock,
        sms_url=f"{address}/twilio/sms",
        voice_url=f"{address}/twilio/voice/inbound",
        conditions=Conditions(pace=INSTANT),
    )
    live = open_live_house(settings, clock)
    live.house.accounts.add(STAFF, "Ana Ruiz", "coordinator", PASSWORD)
    put_on_call(live.house.store, start)
    app = Beside(create_network_app(network), make_app(live, allow_fictional=True))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    clockwork = EmbeddedClockwork(live.coach, fastest=tick)
    thread.start()
    until(lambda: server.started, "the server")
    clockwork.start()
    try:
        with httpx.Client(base_url=address, timeout=PATIENCE) as web:
            yield Town(address, web, clock, network, folder / "town.db")
    finally:
        clockwork.close()
        server.should_exit = True
        thread.join(10)
        network.close()
        live.close()
        listener.close()
