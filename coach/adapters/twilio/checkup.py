"""Asks the carrier about our account and number without changing anything: are we known, and whom does it call?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urldefrag, urlsplit

import requests

from coach.adapters.twilio.carrier import CarrierOptions

_TWILIO = "https://api.twilio.com"
_REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Checkup:
    """What the carrier says. Each problem is one plain sentence without a number or a secret; None when all is well."""

    account: str | None
    addresses: str | None
    at: datetime | None  # the carrier's clock, when it tells it
    voice_fallback: str | None = None  # where calls to our number turn when we do not answer; None when not known


def ask_carrier(options: CarrierOptions) -> Checkup:
    """Ask for the account's numbers, which proves the credentials and tells the webhook addresses and the time."""
    base = base_address(options)
    try:
        answer = requests.get(
            f"{base}/2010-04-01/Accounts/{options.account_sid}/IncomingPhoneNumbers.json",
            params={"PhoneNumber": options.from_number} if options.from_number else {},
            auth=(options.account_sid, options.auth_token),
            timeout=(options.connect_timeout, options.read_timeout),
        )
        account = _account(answer.status_code)
        numbers = answer.json()["incoming_phone_numbers"] if account is None else []
        mine = next((one for one in numbers if one["phone_number"] == options.from_number), None)
    except (requests.RequestException, ValueError):
        host = urlsplit(base).hostname
        return Checkup(f"it cannot be reached at {host}; check the network and COACH_TWILIO_API_URL.", None, None)
    addresses = _addresses(options, mine) if account is None else None
    fallback = _bare(mine.get("voice_fallback_url")) if mine else None
    return Checkup(account, addresses, _moment(answer.headers.get("Date")), fallback)


def fallback_problem(public_url: str, ours: str | None, told: Checkup) -> str | None:
    """What is missing for calls to be answered while we are away; an address below our own is away when we are."""
    named = {"COACH_VOICE_FALLBACK_URL": ours or ""}
    if told.voice_fallback is not None:
        named["the number's fallback for calls"] = told.voice_fallback
    missing = [name for name, address in named.items() if not address or address.startswith(public_url)]
    if not missing:
        return None
    return f"while we are away calls end in an error; set {' and '.join(missing)}: coach fallback says how."


def base_address(options: CarrierOptions) -> str:
    """Where the carrier's REST API is."""
    return (options.api_url or _TWILIO).rstrip("/")


def _account(status: int) -> str | None:
    if status in _REFUSED:
        return "it refuses COACH_TWILIO_ACCOUNT_SID with COACH_TWILIO_AUTH_TOKEN; copy both from the Twilio console."
    return None if status == HTTPStatus.OK else f"it answers with {status} instead of our numbers; try again later."


def _addresses(options: CarrierOptions, mine: Any) -> str | None:  # noqa: ANN401 - JSON
    """Whether it calls us at our own address. A messaging service has one of its own, which is not told here."""
    if options.from_number is None:
        return None
    if mine is None:
        return "COACH_TWILIO_FROM_NUMBER is not a number of this account; copy it from the Twilio console."
    wanted = {"sms_url": "/twilio/sms", "voice_url": "/twilio/voice/inbound"}
    if options.messaging_service_sid:
        del wanted["sms_url"]
    wrong = [path for field, path in wanted.items() if _bare(mine.get(field)) != options.public_url + path]
    asked = " and ".join(f"{options.public_url}{path}" for path in wrong)
    return f"let the number call {asked} in the Twilio console." if wrong else None


def _bare(address: str | None) -> str:
    """Without what follows a #: there stand rules for repeats, which are no part of the address."""
    return urldefrag(address or "").url


def _moment(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None
