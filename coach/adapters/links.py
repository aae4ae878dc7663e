"""Signed addresses that open a case in the dashboard: made for one person on call, good for three days.

They open, they never act: carriers and phones fetch addresses in texts before anybody has seen them. Whoever opens one
must still sign in, so an address that is passed on gives nothing away.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta

from coach.ports import PageLink

GOOD_FOR = timedelta(hours=72)
_PURPOSE = b"page-link/1"  # another use of the same secret has another key
_ID_BYTES, _MINUTE_BYTES, _MAC_BYTES = 5, 4, 16
_SAID_BYTES = 2 * _ID_BYTES + _MINUTE_BYTES
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40}", re.ASCII)  # 30 bytes fill 40 letters to the last bit: one spelling each


class SignedLinks:
    """The `Links` of one installation."""

    def __init__(self, secret: str, public_url: str) -> None:
        """Derive the key; ValueError without a secret."""
        if not secret:
            problem = "addresses cannot be signed without a secret"
            raise ValueError(problem)
        self._key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
        self._base = f"{public_url.rstrip('/')}/page/"

    def page(self, case_id: int, person: int, now: datetime) -> str:
        """The address for one person on call."""
        said = b"".join(number.to_bytes(_ID_BYTES) for number in (case_id, person))
        said += _minute(now + GOOD_FOR).to_bytes(_MINUTE_BYTES)
        return self._base + base64.urlsafe_b64encode(said + self._mac(said)).decode()

    def read(self, token: str, now: datetime) -> PageLink | None:
        """What the last part of an address says; None when it is forged, damaged or out of date."""
        if not _TOKEN.fullmatch(token):
            return None
        whole = base64.urlsafe_b64decode(token)
        said, mac = whole[:_SAID_BYTES], whole[_SAID_BYTES:]
        if not hmac.compare_digest(mac, self._mac(said)):
            return None
        case_id, person = (int.from_bytes(said[at : at + _ID_BYTES]) for at in (0, _ID_BYTES))
        return PageLink(case_id, person) if _minute(now) < int.from_bytes(said[2 * _ID_BYTES :]) else None

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, hashlib.sha256)[:_MAC_BYTES]


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
