"""What a REST request carries, who may make it, and how it is answered, spoiled or not."""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from starlette.background import BackgroundTask
from starlette.types import Receive, Scope, Send

from coach.sandbox.account import Account
from coach.sandbox.faults import RestFault, RestRule
from coach.sandbox.network import Network
from coach.sandbox.problems import Problem, not_authenticated, server_error, too_many_requests
from coach.sandbox.resources import Json


@dataclass(frozen=True, slots=True)
class Form:
    """Form fields as sent; a name may come more than once."""

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Return the last value of a field, or `default`."""
        return dict(self.fields).get(name, default)

    def has(self, name: str) -> bool:
        """True when the field was sent, even if empty."""
        return any(name == known for known, _ in self.fields)

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field."""
        return tuple(value for known, value in self.fields if known == name)


async def form_of(request: Request) -> Form:
    """Read the form of a request (a FastAPI dependency)."""
    body = (await request.body()).decode("utf-8", errors="replace")
    return Form(tuple(parse_qsl(body, keep_blank_values=True)))


@dataclass(frozen=True, slots=True)
class Done:
    """A request that was carried out: the answer, and what starts only once the answer is out."""

    status: int
    body: Json | None
    afterwards: Callable[[], None] = lambda: None


class DroppedResponse(Response):
    """Begins an answer and ends without its body, so that the server closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's shape
        """Send the head alone, announcing a body that never comes."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})


def require_account(account: Account, account_sid: str, authorization: str) -> None:
    """Raise Problem unless the Basic credentials are the account's and the path speaks of it."""
    expected = f"{account.sid}:{account.token}".encode()
    kind, _, encoded = authorization.partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True) if kind.lower() == "basic" else b""
    except binascii.Error:
        given = b""
    if not hmac.compare_digest(given, expected) or account_sid != account.sid:
        raise not_authenticated()


def problem_response(problem: Problem) -> JSONResponse:
    """Answer a refusal in Twilio's form."""
    headers = {"Retry-After": "1"} if problem.status == too_many_requests().status else None
    return JSONResponse(problem.body(), problem.status, headers)


def carry_out(network: Network, method: str, resource: str, recipient: str, act: Callable[[], Done]) -> Response:
    """Do `act` and answer, unless a fault spoils it before, after or on the way back."""
    rule = network.faults.rest_fault(method, resource, recipient)
    if rule is None:
        return _answer(act())
    network.ledger.add("fault", "", recipient=recipient, detail=f"{method} {resource} {rule.fault.value}")
    if rule.fault is RestFault.TOO_MANY:
        raise too_many_requests()
    if rule.fault is RestFault.BROKEN:
        raise server_error()
    return _spoil(rule, act())


def _answer(done: Done) -> Response:
    task = BackgroundTask(done.afterwards)
    if done.body is None:
        return Response(status_code=done.status, background=task)
    return JSONResponse(done.body, done.status, background=task)


def _spoil(rule: RestRule, done: Done) -> Response:
    done.afterwards()
    if rule.fault is RestFault.BROKEN_AFTER:
        raise server_error()
    if rule.fault is RestFault.DROP:
        return DroppedResponse()
    time.sleep(rule.seconds)
    return JSONResponse(done.body, done.status)
