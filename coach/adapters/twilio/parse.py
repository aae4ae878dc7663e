"""Webhook forms → the coach's own values. Lenient about what is missing or odd: no text is lost for its form."""

from __future__ import annotations

import math
import re
from datetime import datetime

from coach.adapters.twilio.forms import Form
from coach.core.model import Channel, InboundMessage
from coach.ports import DeliveryStatus

BODY_HEAD = 8_000
BODY_TAIL = 2_000
BODY_MOST = 10_000  # characters of a body that are read; the raw fields keep more
RAW_MOST = 100_000  # characters kept of each raw field
BODY_LENGTH_FIELD = "coach:body_length"  # our own entry among the raw fields, present when the body was shortened
_CUT = " […] "
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NAME_MOST = 200


def visible(text: str) -> str:
    """Put U+FFFD in place of what no database stores: NUL and lone surrogates."""
    return _UNSTORABLE.sub("\ufffd", text)


def shortened(body: str) -> str:
    """Keep 10,000 characters of a giant text, its head and its tail: the words that matter may come last."""
    if len(body) <= BODY_MOST:
        return body
    return body[: BODY_HEAD - len(_CUT)] + _CUT + body[-BODY_TAIL:]


def raw_fields(form: Form) -> dict[str, str]:
    """Give the fields as they are stored beside the parsed message, with a note when the body was shortened."""
    fields = {visible(name): visible(form.get(name))[:RAW_MOST] for name in form}
    longest = max(len(form.get("Body")), len(form.get("SpeechResult")))
    if longest > BODY_MOST:
        fields[BODY_LENGTH_FIELD] = str(longest)
    return fields


def parse_inbound(form: Form, received_at: datetime) -> InboundMessage:
    """Read a received text. ValueError without a MessageSid or From; everything else may be missing."""
    return InboundMessage(
        carrier_id=_needed(form, "MessageSid"),
        sender=_needed(form, "From"),
        recipient=_name(form, "To"),
        body=shortened(visible(form.get("Body"))),
        received_at=received_at,
        opt_out_type=_name(form, "OptOutType").upper() or None,
        media=_whole(form.get("NumMedia")) or 0,
    )


def parse_answer(form: Form, person: str, ours: str, step: str, received_at: datetime) -> InboundMessage | None:
    """Read one answer of a call: keys, speech, or both. None for silence; `step` makes its id unique in the call."""
    speech = form.get("SpeechResult").strip()
    body = " ".join(part for part in (form.get("Digits").strip(), speech) if part)
    if not body:
        return None
    return InboundMessage(
        carrier_id=f"{_needed(form, 'CallSid')}-{step}",
        sender=person,
        recipient=ours,
        body=shortened(visible(body)),
        received_at=received_at,
        channel=Channel.VOICE,
        confidence=_share(form.get("Confidence")) if speech else None,
    )


def parse_status(attempt_id: str, form: Form, received_at: datetime) -> DeliveryStatus:
    """Read the status callback of a text or a call. ValueError when it has no id; an unheard-of status is kept."""
    kind = "Message" if form.get("MessageSid") else "Call"
    return DeliveryStatus(
        attempt_id=visible(attempt_id)[:_NAME_MOST],
        carrier_id=_needed(form, f"{kind}Sid"),
        status=_name(form, f"{kind}Status").lower() or "unknown",
        code=_whole(form.get("ErrorCode")),
        received_at=received_at,
    )


def _needed(form: Form, name: str) -> str:
    value = _name(form, name)
    if not value:
        problem = f"the webhook has no {name}"
        raise ValueError(problem)
    return value


def _name(form: Form, name: str) -> str:
    return visible(form.get(name)).strip()[:_NAME_MOST]


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _share(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= 1 else None
