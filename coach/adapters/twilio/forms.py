"""The form of a webhook, and whether its fields are cut where the carrier cut them.

A signature covers the letters of a form but not the borders between its fields: names and values are strung together
in name order, so `Body=hello` and `Bo=dyhello` are signed alike. `well_cut` refuses forms whose borders were moved, and
lets parameters pass that the carrier may add one day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from urllib.parse import parse_qsl

MOST_FIELDS = 500
_FREE_TEXT = frozenset({"Body", "SpeechResult"})
_NAME = re.compile(r"[A-Z][A-Za-z0-9_.-]{0,99}")
_SEVERAL_HUMPS = re.compile(r"[A-Z][a-z]+[0-9]*(?:[A-Z][a-z]*[0-9]*)+")
_PLACE = ("City", "Country", "State", "Zip")


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a posted form in the order received.

    Bytes that are no UTF-8 are kept as lone surrogates (PEP 383): a signature is checked over what was sent.
    """

    fields: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[str]:
        """Give the field names."""
        return (name for name, _ in self.fields)

    def getall(self, name: str) -> list[str]:
        """Give every value of a field; the SDK's signature check reads forms through this."""
        return [value for field, value in self.fields if field == name]

    def get(self, name: str, default: str = "") -> str:
        """Give the first value of a field."""
        return next((value for field, value in self.fields if field == name), default)


@dataclass(frozen=True)
class Webhook:
    """The fields one kind of webhook is known to have; `required` ones are present and not empty."""

    required: frozenset[str]
    optional: frozenset[str]

    @cached_property
    def known(self) -> frozenset[str]:
        """All known names."""
        return self.required | self.optional


def decode_form(body: bytes) -> Form:
    """Read an urlencoded body, keeping blank values. ValueError when it is not well formed or has too many fields."""
    pairs = parse_qsl(
        body.decode("utf-8", "surrogateescape"),
        keep_blank_values=True,
        strict_parsing=True,
        errors="surrogateescape",
        max_num_fields=MOST_FIELDS,
    )
    return Form(tuple(pairs))


def well_cut(form: Form, webhook: Webhook) -> bool:
    """Tell whether names and values of a signed form lie where the carrier put them; see the head of this file."""
    names = sorted(set(form))
    return (
        all(form.get(name) for name in webhook.required)
        and all(name in webhook.known or _NAME.fullmatch(name) for name in names)
        and all(len(form.getall(name)) == 1 for name in names if name in webhook.known)
        and not _hides_a_field(form, webhook, names)
        and not _split(webhook, names)
    )


def _hides_a_field(form: Form, webhook: Webhook, names: list[str]) -> bool:
    """Tell whether an absent known field stands where its borders were moved or its name was swallowed by a value.

    Such a field lies between the two known fields that signing order puts around it. A person's own words may hold
    anything, so they are looked into only together with an unknown field behind them.
    """
    present = [name for name in names if name in webhook.known]
    absent = webhook.known.difference(names)
    for name, following in pairwise([*present, "\U0010ffff"]):
        unknown = [other for other in names if name < other < following]
        letters = "".join([form.get(name), *(other + form.get(other) for other in unknown)])
        between = (other for other in absent if name < other < following)
        if (unknown or name not in _FREE_TEXT) and any(other in letters for other in between):
            return True
    return False


def _split(webhook: Webhook, names: list[str]) -> bool:
    """Tell whether an unknown field could be a word cut out of the person's text that precedes it."""
    return any(
        first in _FREE_TEXT and second not in webhook.known and not _SEVERAL_HUMPS.fullmatch(second)
        for first, second in pairwise(names)
    )


def _numbered(*names: str) -> set[str]:
    return {f"{name}{n}" for name in names for n in range(10)}


def _places(*parties: str) -> set[str]:
    return {party + place for party in parties for place in ("", *_PLACE)}


_MESSAGE = {
    "AccountSid", "ApiVersion", "Body", "ErrorCode", "From", "MessageSid", "MessagingServiceSid", "SmsMessageSid",
    "SmsSid", "SmsStatus", "To",
}  # fmt: skip
_CALL = {
    "AccountSid", "ApiVersion", "CallSid", "CallStatus", "CallToken", "CallerName", "Direction", "ErrorCode",
    "ErrorUrl", "ForwardedFrom", "ParentCallSid", "StirPassportToken", "StirStatus", "StirVerstat", "AnsweredBy",
    "MachineDetectionDuration", *_places("Called", "Caller", "From", "To"),
}  # fmt: skip

INBOUND_TEXT = Webhook(
    frozenset({"AccountSid", "MessageSid", "From"}),
    frozenset(
        _MESSAGE
        | _places("From", "To")
        | _numbered("MediaContentType", "MediaUrl")
        | {"AddOns", "ErrorUrl", "NumMedia", "NumSegments", "OptOutType", "ReferralNumMedia"}
    )
    | {"ButtonPayload", "ButtonText", "ChannelMetadata", "MessageType", "ProfileName", "WaId"},
)
TEXT_STATUS = Webhook(
    frozenset({"AccountSid", "MessageSid", "MessageStatus"}),
    frozenset(
        _MESSAGE
        | {"ChannelInstallSid", "ChannelPrefix", "ChannelStatusCode", "ChannelStatusMessage", "ChannelToAddress"}
        | {"ErrorMessage", "EventType", "RawDlrDoneDate", "StructuredMessage"}
    ),
)
DIALOGUE = Webhook(
    frozenset({"AccountSid", "CallSid", "From", "To"}),
    frozenset(_CALL | {"Confidence", "Digits", "FinishedOnKey", "Language", "SpeechResult", "msg"}),
)
CALL_STATUS = Webhook(
    frozenset({"AccountSid", "CallSid", "CallStatus"}),
    frozenset(_CALL)
    | {"CallDuration", "CallbackSource", "Duration", "RecordingDuration", "RecordingSid", "RecordingUrl"}
    | {"SequenceNumber", "SipResponseCode", "Timestamp", "ErrorMessage"},
)
DETECTION = Webhook(frozenset({"AccountSid", "CallSid", "AnsweredBy"}), frozenset(_CALL))
"""What asynchronous detection found: https://www.twilio.com/docs/voice/answering-machine-detection"""
DIALLED = Webhook(
    frozenset({"AccountSid", "CallSid", "DialCallStatus"}),
    frozenset(_CALL | {"DialBridged", "DialCallDuration", "DialCallSid", "DialSipResponseCode"})
    | {"RecordingDuration", "RecordingSid", "RecordingUrl"},
)
"""How a Dial ended: https://www.twilio.com/docs/voice/twiml/dial#action. Whoever was dialled has a call of their own,
with DIALOGUE steps that name the caller's as ParentCallSid."""
