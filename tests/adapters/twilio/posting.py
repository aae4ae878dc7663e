"""The carrier's side of a webhook: signs forms and posts them to an application in process."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import httpx
from starlette.types import ASGIApp

URL = "https://coach.example.org"
TOKEN = "a-token"
ACCOUNT = "AC" + "a" * 32


class Poster:
    """Posts to an application as if it stood at the public address. Errors of the application become 500."""

    def __init__(self, app: ASGIApp) -> None:
        """Nothing is posted yet."""
        self._app = app

    def request(
        self, method: str, target: str, content: bytes = b"", headers: Sequence[tuple[str, bytes | str]] = ()
    ) -> httpx.Response:
        """Send one request and wait for its answer."""
        raw = [(name.encode(), value.encode() if isinstance(value, str) else value) for name, value in headers]

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                return await client.request(method, target, content=content, headers=raw)

        return asyncio.run(go())

    def post(
        self,
        target: str,
        fields: Mapping[str, str],
        signature: str | bytes | None = None,
        headers: Sequence[tuple[str, bytes | str]] = (),
    ) -> httpx.Response:
        """Post a form, honestly signed unless told otherwise."""
        signed = signature_of(target, fields) if signature is None else signature
        form = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
        return self.request("POST", target, encoded(fields), [form, ("X-Twilio-Signature", signed), *headers])


def signature_of(target: str, fields: Mapping[str, str], url: str = URL) -> str:
    """Sign a form as the carrier does."""
    letters = url + target + "".join(name + fields[name] for name in sorted(fields))
    mac = hmac.new(TOKEN.encode(), letters.encode("utf-8", "surrogatepass"), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def encoded(fields: Mapping[str, str]) -> bytes:
    """A form as it goes over the wire."""
    return urlencode(fields, errors="surrogatepass").encode()
