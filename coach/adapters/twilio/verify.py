"""Tells the carrier's own webhooks from everything else that reaches their addresses."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator

from coach.adapters.twilio.forms import Form, Webhook, well_cut

_TARGET = re.compile(r"/[!-\"$-~]*(?<!\?)")  # the SDK would mend any other address before it signs it
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{27}=")


class Verifier:
    """Checks `X-Twilio-Signature` against the one public address. Never raises: whatever cannot be checked is refused.

    Two tokens may be live while one replaces the other. The address comes from the settings alone: a Host or forwarded
    header is written by whoever calls.
    """

    def __init__(self, auth_tokens: Sequence[str], public_url: str, account_sid: str) -> None:
        """Take the live tokens, newest first, the public base address and our account's id."""
        if not auth_tokens or not all(auth_tokens):
            problem = "a webhook cannot be verified without an auth token"
            raise ValueError(problem)
        self._tokens = tuple(auth_tokens)
        self._validators = tuple(RequestValidator(token) for token in auth_tokens)
        self._public_url = public_url.rstrip("/")
        self._account_sid = account_sid
        self.path_prefix = urlsplit(self._public_url).path

    def has_form(self, signature: str | None) -> bool:
        """Tell whether a signature header has the look of one; cheap enough to ask before reading a body."""
        return signature is not None and _SIGNATURE.fullmatch(signature) is not None

    def accepts(self, target: str, form: Form, signature: str | None, webhook: Webhook) -> bool:
        """Tell whether the carrier posted this form to this target (raw path, then `?` and raw query) for us."""
        try:
            return (
                signature is not None
                and self.has_form(signature)
                and _TARGET.fullmatch(target) is not None
                and hmac.compare_digest(form.get("AccountSid").encode(), self._account_sid.encode())
                and self._signed(self._public_url + target, form, signature)
                and well_cut(form, webhook)
            )
        except Exception:  # noqa: BLE001 - the SDK raises on odd input in many ways, and odd input is refused input
            return False

    def _signed(self, url: str, form: Form, signature: str) -> bool:
        if _is_utf8(form):
            return any(validator.validate(url, form, signature) for validator in self._validators)
        return any(_signed_bytes(token, url, form, signature) for token in self._tokens)


def _is_utf8(form: Form) -> bool:
    try:
        "".join(name + value for name, value in form.fields).encode()
    except UnicodeEncodeError:
        return False
    return True


def _signed_bytes(token: str, url: str, form: Form, signature: str) -> bool:
    """Check a form that is not valid UTF-8, which the SDK cannot sign: a broken character must not cost the text."""
    letters = url + "".join(name + value for name, value in sorted(form.fields))
    mac = hmac.new(token.encode(), letters.encode("utf-8", "surrogateescape"), hashlib.sha1)
    return hmac.compare_digest(base64.b64encode(mac.digest()), signature.encode())
