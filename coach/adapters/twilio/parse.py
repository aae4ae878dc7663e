"""Webhook forms → the coach's own values. Lenient about what is missing or odd: no text is lost for its form."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from coach.adapters.twilio.forms import Form
from coach.core.model import Channel, InboundMessage
from coach.ports import MEDIA_FIELD, DeliveryStatus

RAW_MOST = 10_000  # characters kept of each raw field; a longer body is kept whole beside them
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NAME_MOST = 200
_ID_MOST = 80
_NUMBER_MOST = 40
_MEDIA_MOST = 10
_DIGEST_LETTERS = 8
_TALKED = frozenset({"completed", "answered"})
_TRUTH = {"true": True, "false": False}
_KIND = re.compile(r"[a-z0-9][a-z0-9.+-]{0,40}/[a-z0-9][a-z0-9.+-]{0,80}")


@dataclass(frozen=True, slots=True)
class Detection:
    """Who took a call, as far as the carrier can tell while it goes on; it is wrong in one of ten."""

    carrier_id: str
    answered_by: str  # human, machine_start, machine_end_beep, machine_end_silence, machine_end_other, fax, unknown

    @property
    def is_machine(self) -> bool:
        """A machine that may still be speaking."""
        return self.answered_by.startswith("machine")

    @property
    def is_recording(self) -> bool:
        """A machine that has finished its greeting, so that what is said now is kept."""
        return self.answered_by.startswith("machine_end")

    @property
    def is_fax(self) -> bool:
        """Nobody to talk to."""
        return self.answered_by == "fax"


@dataclass(frozen=True, slots=True)
class Dialled:
    """How the attempt to put a caller through ended; `seconds` of the other's call, from when it was answered."""

    carrier_id: str  # of the caller's own call
    status: str  # completed, answered, busy, no-answer, failed, canceled
    other_id: str | None
    seconds: int | None
    bridged: bool | None  # None when the carrier does not tell

    @property
    def talked(self) -> bool:
        """Somebody was connected with the caller. An answer alone may have been a machine, or somebody who declined."""
        return self.status in _TALKED and self.bridged is not False


def visible(text: str) -> str:
    """Put U+FFFD in place of what no database stores: NUL and lone surrogates."""
    return _UNSTORABLE.sub("\ufffd", text)


def raw_fields(form: Form) -> dict[str, str]:
    """Give the fields as they are stored beside the parsed message, with the kinds of its pictures and files."""
    fields = {visible(name): visible(form.get(name))[:RAW_MOST] for name in form}
    kinds = _kinds(form)
    return fields | ({MEDIA_FIELD: ", ".join(kinds)} if kinds else {})


def _kinds(form: Form) -> list[str]:
    """The content types of what came with a text, such as `image/jpeg`, in order; odd ones are left out."""
    numbered = (form.get(f"MediaContentType{n}").strip().lower() for n in range(_whole(form.get("NumMedia")) or 0))
    return [kind for kind in islice(numbered, _MEDIA_MOST) if _KIND.fullmatch(kind)]


def parse_inbound(form: Form, received_at: datetime) -> InboundMessage:
    """Read a received text, its body whole. ValueError without a MessageSid or From; everything else may be missing."""
    return InboundMessage(
        carrier_id=_needed(form, "MessageSid")[:_ID_MOST],
        sender=_needed(form, "From")[:_NUMBER_MOST],
        recipient=_name(form, "To")[:_NUMBER_MOST],
        body=visible(form.get("Body")),
        received_at=received_at,
        opt_out_type=_name(form, "OptOutType").upper() or None,
        media=_whole(form.get("NumMedia")) or 0,
    )


def parse_answer(form: Form, person: str, ours: str, step: str, received_at: datetime) -> InboundMessage | None:
    """Read one answer of a call: keys, speech, or both. None for silence.

    `step` and a digest of the words make its id unique in the call: other words at the same step are another answer.
    """
    speech = form.get("SpeechResult").strip()
    body = " ".join(part for part in (form.get("Digits").strip(), speech) if part)
    if not body:
        return None
    return InboundMessage(
        carrier_id=f"{_needed(form, 'CallSid')}-{_digest(body)}-{step}",
        sender=person,
        recipient=ours,
        body=visible(body),
        received_at=received_at,
        channel=Channel.VOICE,
        confidence=_share(form.get("Confidence")) if speech else None,
    )


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LETTERS]


def parse_status(attempt_id: str, form: Form, received_at: datetime) -> DeliveryStatus:
    """Read the status callback of a text or a call. ValueError when it has no id; an unheard-of status is kept."""
    kind = "Message" if form.get("MessageSid") else "Call"
    return DeliveryStatus(
        attempt_id=visible(attempt_id)[:_NAME_MOST],
        carrier_id=_needed(form, f"{kind}Sid")[:_ID_MOST],
        status=_name(form, f"{kind}Status").lower() or "unknown",
        code=_whole(form.get("ErrorCode")),
        received_at=received_at,
    )


def parse_detection(form: Form) -> Detection:
    """Read who took a call. ValueError without a CallSid; what is not told is unknown."""
    answered_by = _name(form, "AnsweredBy").lower()
    return Detection(_needed(form, "CallSid")[:_ID_MOST], answered_by or "unknown")


def parse_dialled(form: Form) -> Dialled:
    """Read how dialling ended. ValueError without a CallSid; an unheard-of status is kept, and is no talk."""
    return Dialled(
        carrier_id=_needed(form, "CallSid")[:_ID_MOST],
        status=_name(form, "DialCallStatus").lower() or "unknown",
        other_id=_name(form, "DialCallSid")[:_ID_MOST] or None,
        seconds=_whole(form.get("DialCallDuration")),
        bridged=_TRUTH.get(_name(form, "DialBridged").lower()),
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
