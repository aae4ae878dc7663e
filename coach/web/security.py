"""What protects every page whatever it does: headers, same-origin requests only, bounded bodies. Plain ASGI layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1_000_000
"""Bytes. Nothing we accept comes near it."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SIGNED_PREFIX = "/twilio/"
"""Requests below this path carry the carrier's signature instead of a browser's headers."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_TWO_YEARS = "max-age=63072000; includeSubDomains"


def security_headers(*, secure: bool) -> Mapping[str, str]:
    """The fixed headers of every response; with HTTPS also the promise to stay there."""
    return {**_HEADERS, "strict-transport-security": _TWO_YEARS} if secure else dict(_HEADERS)


class SecurityHeaders:
    """Puts the fixed headers on every response, and forbids storing whatever does not say it may be stored."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = security_headers(secure=secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def comes_from_our_pages(headers: Headers, own_origins: Iterable[str]) -> bool:
    """Whether a request that changes something was made by one of our own pages.

    Browsers say so themselves in Sec-Fetch-Site, which no page can forge; older ones send an Origin, which must be
    ours. A request with neither was not made by a browser's form and is refused: this part has no other clients.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    return headers.get("origin") in set(own_origins)


class SameOrigin:
    """Refuses unsafe requests of other sites (cross-site request forgery) before any handler sees them."""

    def __init__(self, app: ASGIApp, *, public_url: str, refusal: ASGIApp) -> None:
        self._app = app
        self._refusal = refusal
        self._origin = _origin_of(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        await (self._app if self._allowed(scope) else self._refusal)(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or scope["path"].startswith(SIGNED_PREFIX):
            return True
        return comes_from_our_pages(Headers(scope=scope), (self._origin,))


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class BodyLimit:
    """Refuses bodies above a size, announced or not."""

    def __init__(self, app: ASGIApp, *, refusal: ASGIApp, largest: int = LARGEST_BODY) -> None:
        self._app = app
        self._refusal = refusal
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, as far as it is allowed to go, before any handler runs."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        messages = None if self._announces_too_much(scope) else await self._read(receive)
        if messages is None:
            await self._refusal(scope, receive, send)
            return
        waiting = iter(messages)

        async def replay() -> Message:
            return next(waiting, None) or await receive()

        await self._app(scope, replay, send)

    def _announces_too_much(self, scope: Scope) -> bool:
        length = Headers(scope=scope).get("content-length", "")
        return length.isdigit() and int(length) > self._largest

    async def _read(self, receive: Receive) -> list[Message] | None:
        messages: list[Message] = []
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._largest:
                return None
            messages.append(message)
            more = message["type"] == "http.request" and message.get("more_body", False)
        return messages
