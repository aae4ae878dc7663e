"""Signed places in a call: which step of which call an address is for.

The carrier signs every request too; this keeps a step of one call from being posted to another, and a place from being
made up. It says nothing secret, and is worth nothing in another call.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from coach.calls import Place
from coach.core.calling import Stage
from coach.core.model import Language

_PURPOSE = b"call-place/1"  # another use of the same secret has another key
_MAC_LETTERS = 32
_TOKEN = re.compile(r"(\d{1,4})-([a-z_]{1,20})-(en|es)-([0-9a-f]{32})", re.ASCII)


class Places:
    """The places of one installation."""

    def __init__(self, secret: str) -> None:
        """Derive the key; ValueError without a secret."""
        if not secret:
            problem = "places in a call cannot be signed without a secret"
            raise ValueError(problem)
        self._key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)

    def token(self, carrier_id: str, place: Place) -> str:
        """The part of an address that names a place in this call."""
        said = f"{place.turn}-{place.stage}-{place.language}"
        return f"{said}-{self._mac(carrier_id, said)}"

    def read(self, token: str, carrier_id: str) -> Place | None:
        """The place that a token names; None when it is forged, damaged or of another call."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            return None
        turn, stage, language, mac = found.groups()
        if not hmac.compare_digest(mac, self._mac(carrier_id, f"{turn}-{stage}-{language}")):
            return None
        return Place(int(turn), Stage(stage), Language(language)) if stage in {*Stage} else None

    def _mac(self, carrier_id: str, said: str) -> str:
        whole = hmac.digest(self._key, f"{carrier_id}/{said}".encode(), hashlib.sha256)
        return whole.hex()[:_MAC_LETTERS]
