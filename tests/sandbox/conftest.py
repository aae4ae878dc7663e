"""A network at full speed, a listener in the coach's place, and Twilio's own client."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import anyio
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from coach.sandbox.app import create_app
from coach.sandbox.clock import AdjustableClock
from coach.sandbox.network import Conditions, Network
from coach.sandbox.pace import INSTANT
from tests.serving import serve

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "the-account-token"
COACH = "+12025550100"
ROSA = "+12025550123"
WALTER = "+12025550124"
MORNING = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Heard:
    """One webhook as the listener got it."""

    path: str
    fields: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    at: float

    @property
    def form(self) -> dict[str, str]:
        """The fields by name."""
        return dict(self.fields)


def _silence(_: dict[str, str]) -> str:
    """Answer a webhook without saying or sending anything."""
    return "<Response/>"


@dataclass
class Listener:
    """Stands where the coach would: writes down every webhook and answers as told."""

    base: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, Callable[[dict[str, str]], str]] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    content_type: str = "text/xml"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        path = scope["path"] + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
        fields = tuple(parse_qsl(body.decode(), keep_blank_values=True))
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.heard.append(Heard(path, fields, headers, time.monotonic()))
        await anyio.sleep(self.delays.get(scope["path"], 0))
        answer = self.answers.get(scope["path"], _silence)(dict(fields))
        start = {"type": "http.response.start", "status": self.statuses.get(scope["path"], 200)}
        await send({**start, "headers": [(b"content-type", self.content_type.encode())]})
        await send({"type": "http.response.body", "body": answer.encode()})

    def at(self, path: str) -> list[Heard]:
        """Return the webhooks to one path, in order."""
        return [heard for heard in self.heard if heard.path == path]

    def values(self, path: str, name: str) -> list[str]:
        """Return one field of the webhooks to one path, in order."""
        return [heard.form.get(name, "") for heard in self.at(path)]

    def all_signed(self) -> bool:
        """True when Twilio's own validator accepts every webhook."""
        validator = RequestValidator(TOKEN)
        return all(
            validator.validate(self.base + heard.path, heard.form, heard.headers["x-twilio-signature"])
            for heard in self.heard
        )


def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait up to real `seconds` for `condition` and tell whether it came true."""
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:
        time.sleep(0.01)
    return condition()


class Stage:
    """One server for all tests; each test puts its own application on it."""

    app: ASGIApp
    base: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a connection to the application of the moment."""
        if scope["type"] == "http":
            await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def coach_stage() -> Iterator[Stage]:
    """The server in the coach's place."""
    stage = Stage()
    with serve(stage) as stage.base:
        yield stage


@pytest.fixture(scope="session")
def network_stage() -> Iterator[Stage]:
    """The server of the network."""
    stage = Stage()
    with serve(stage) as stage.base:
        yield stage


@pytest.fixture
def listener(coach_stage: Stage) -> Listener:
    """The coach's place, listening."""
    coach_stage.app = Listener(coach_stage.base)
    return coach_stage.app


@pytest.fixture
def clock() -> AdjustableClock:
    """A morning in March at normal speed."""
    return AdjustableClock(MORNING, time.monotonic)


@pytest.fixture
def build(listener: Listener, clock: AdjustableClock) -> Iterator[Callable[..., Network]]:
    """Builds networks whose webhooks go to the listener, and closes them."""
    built: list[Network] = []

    def make(**conditions: Any) -> Network:
        network = Network(
            ACCOUNT,
            TOKEN,
            COACH,
            clock=clock,
            sms_url=f"{listener.base}/sms",
            voice_url=f"{listener.base}/voice",
            conditions=Conditions(**{"pace": INSTANT, **conditions}),
        )
        built.append(network)
        return network

    yield make
    for network in built:
        network.close()


@pytest.fixture
def network(build: Callable[..., Network]) -> Network:
    """The usual network."""
    return build()


@pytest.fixture
def on_air(network_stage: Stage) -> Callable[[Network], str]:
    """Serves a network and returns its base URL."""

    def serve_it(network: Network) -> str:
        network_stage.app = create_app(network, "America/New_York")
        return network_stage.base

    return serve_it


@pytest.fixture
def base_url(network: Network, on_air: Callable[[Network], str]) -> str:
    """Where the usual network is served."""
    return on_air(network)


@pytest.fixture
def client(base_url: str) -> Iterator[Client]:
    """Twilio's client, talking to the usual network."""
    with open_client(base_url) as opened:
        yield opened


@contextmanager
def open_client(base_url: str, token: str = TOKEN) -> Iterator[Client]:
    """Give a Twilio client for a base URL and close it at the end."""
    client = Client(ACCOUNT, token)
    client.api.base_url = base_url
    yield client
    client.http_client.session.close()
