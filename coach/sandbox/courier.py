"""Carries webhooks to the coach: signed form posts with Twilio's time limit and its one retry."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urldefrag, urlencode, urlsplit

from coach.sandbox.ledger import Ledger
from coach.sandbox.records import Answered
from coach.sandbox.signing import Fields, signature
from coach.sandbox.state import State

MAXIMUM_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back from a webhook; `status` is None when nothing did, and `failure` says why."""

    status: int | None
    body: str = ""
    content_type: str = ""
    failure: str = ""

    @property
    def ok(self) -> bool:
        """True for a 2xx answer."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - the 2xx range

    @property
    def answered(self) -> Answered:
        """The outcome without the body."""
        return Answered(self.status, self.failure)


class Post(Protocol):
    """Makes one HTTP request and never raises: a failure is a `Reply` without status."""

    def __call__(self, method: str, url: str, body: str, headers: Mapping[str, str]) -> Reply:
        """Request `url` with a form-encoded `body` (empty for GET)."""


class Courier:
    """Signs requests with the account's token and sends them."""

    def __init__(self, state: State, ledger: Ledger, token: str, post: Post | None = None) -> None:
        """`post` stands in for real HTTP where the coach runs in the same process."""
        self._state = state
        self._ledger = ledger
        self._token = token
        self._post = post or HttpPost()

    def send(self, sid: str, method: str, url: str, fields: Fields) -> Reply:
        """Call a webhook about the message or call `sid`; retried once when no connection could be made."""
        target, body, signed = _as_request(method, url, fields)
        headers = {
            "X-Twilio-Signature": signature(target, signed, self._token),
            "I-Twilio-Idempotency-Token": self._state.new_id(),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        reply = self._once(sid, method, target, body, headers)
        if reply.failure == "connect":
            reply = self._once(sid, method, target, body, headers)
        return reply

    def _once(self, sid: str, method: str, url: str, body: str, headers: Mapping[str, str]) -> Reply:
        reply = self._post(method, url, body, headers)
        outcome = str(reply.status or reply.failure)
        self._ledger.add("webhook", sid, text=url, detail=outcome)
        return reply


def _as_request(method: str, url: str, fields: Fields) -> tuple[str, str, Fields]:
    """Return address, body and the fields that are signed beside the address."""
    bare = urldefrag(url).url
    if method != "GET":
        return bare, urlencode(fields), fields
    return f"{bare}{'&' if urlsplit(bare).query else '?'}{urlencode(fields)}", "", ()


@dataclass(frozen=True, slots=True)
class HttpPost:
    """Requests over HTTP within Twilio's limits (real seconds); redirects are not followed."""

    connect_seconds: float = 5.0
    total_seconds: float = 15.0

    def __call__(self, method: str, url: str, body: str, headers: Mapping[str, str]) -> Reply:
        """Request `url`; see `Post`."""
        address = urlsplit(url)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = kind(address.hostname or "", address.port, timeout=self.connect_seconds)
        ends = time.monotonic() + self.total_seconds
        try:
            connection.connect()
        except (OSError, http.client.HTTPException):
            connection.close()
            return Reply(None, failure="connect")
        try:
            _send(connection, method, url, body, headers)
            return _receive(connection, ends)
        except TimeoutError:
            return Reply(None, failure="timeout")
        except (OSError, http.client.HTTPException):
            return Reply(None, failure="lost")
        finally:
            connection.close()


def _send(connection: http.client.HTTPConnection, method: str, url: str, body: str, headers: Mapping[str, str]) -> None:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if method == "GET":
        connection.request(method, path, None, dict(headers))
    else:
        form = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
        connection.request(method, path, body.encode(), {**headers, **form})


def _receive(connection: http.client.HTTPConnection, ends: float) -> Reply:
    connection.sock.settimeout(max(0.01, ends - time.monotonic()))
    response = connection.getresponse()
    text = response.read(MAXIMUM_BODY + 1).decode("utf-8", errors="replace")
    return Reply(response.status, text, response.headers.get("Content-Type", ""))
