"""Webhook signatures as Twilio makes them: HMAC-SHA1 over the address and the sorted form fields."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import urldefrag

Fields = tuple[tuple[str, str], ...]
"""Form fields in the order sent; a name may come more than once."""


def signature(url: str, fields: Iterable[tuple[str, str]], token: str) -> str:
    """Return the value of `X-Twilio-Signature` for a form post to `url`; the fragment is not signed."""
    values: defaultdict[str, set[str]] = defaultdict(set)
    for name, value in fields:
        values[name].add(value)
    signed = urldefrag(url).url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    # SHA-1 is what Twilio's protocol prescribes
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
