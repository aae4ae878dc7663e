"""The JSON form of lines, messages and calls in the REST API."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from coach.sandbox.account import API_VERSION, Account
from coach.sandbox.records import Call, Line, Message

Json = dict[str, object]

_CALL_PARTS = ("Notifications", "Recordings", "Payments", "Events", "Siprec", "Streams", "Transcriptions")
ERROR_TEXTS = {
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30034: "Message from an Unregistered Number",
}


def rfc2822(moment: datetime | None) -> str | None:
    """Return a time as the API writes it."""
    return None if moment is None else format_datetime(moment.astimezone(UTC))


def message_json(account: Account, message: Message) -> Json:
    """Return a message resource."""
    path = account.path(f"Messages/{message.sid}")
    code = message.error_code
    return {
        "sid": message.sid,
        "account_sid": account.sid,
        "messaging_service_sid": message.service_sid,
        "from": message.sender,
        "to": message.recipient,
        "body": message.body,
        "status": message.status,
        "direction": message.direction,
        "num_segments": str(message.segments) if message.sender else "0",
        "num_media": "0",
        "date_created": rfc2822(message.created),
        "date_updated": rfc2822(message.updated),
        "date_sent": rfc2822(message.sent),
        "error_code": code,
        "error_message": None if code is None else ERROR_TEXTS.get(code, "Message delivery failed"),
        "price": None,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "uri": f"{path}.json",
        "subresource_uris": {"media": f"{path}/Media.json", "feedback": f"{path}/Feedback.json"},
    }


def call_json(account: Account, call: Call, line: Line | None) -> Json:
    """Return a call resource; `line` is the account's end of it."""
    path = account.path(f"Calls/{call.sid}")
    return {
        "sid": call.sid,
        "account_sid": account.sid,
        "parent_call_sid": call.parent,
        "phone_number_sid": line.sid if line else None,
        "from": call.sender,
        "from_formatted": formatted(call.sender),
        "to": call.recipient,
        "to_formatted": formatted(call.recipient),
        "status": call.status,
        "direction": call.direction,
        "answered_by": call.answered_by,
        "start_time": rfc2822(call.dialed),
        "end_time": rfc2822(call.ended),
        "duration": None if call.ended is None else str(call.seconds),
        "date_created": rfc2822(call.created),
        "date_updated": rfc2822(call.updated),
        "price": None,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"{path}.json",
        "subresource_uris": {part.lower(): f"{path}/{part}.json" for part in _CALL_PARTS},
    }


def line_json(account: Account, line: Line) -> Json:
    """Return an incoming phone number resource."""
    return {
        "sid": line.sid,
        "account_sid": account.sid,
        "phone_number": line.number,
        "friendly_name": line.friendly_name,
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "sms_url": line.sms_url,
        "sms_method": line.sms_method,
        "sms_fallback_url": None,
        "sms_fallback_method": "POST",
        "sms_application_sid": None,
        "voice_url": line.voice_url,
        "voice_method": line.voice_method,
        "voice_fallback_url": line.voice_fallback_url,
        "voice_fallback_method": line.voice_fallback_method,
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        "status_callback": line.status_callback,
        "status_callback_method": "POST",
        "date_created": rfc2822(line.created),
        "date_updated": rfc2822(line.updated),
        "address_requirements": "none",
        "address_sid": None,
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "identity_sid": None,
        "bundle_sid": None,
        "trunk_sid": None,
        "beta": False,
        "origin": "twilio",
        "status": "in-use",
        "type": "local",
        "api_version": API_VERSION,
        "uri": account.path(f"IncomingPhoneNumbers/{line.sid}.json"),
    }


def formatted(number: str) -> str:
    """Return a North American number as `(415) 867-5309`, others unchanged."""
    digits = number.removeprefix("+1")
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if number.startswith("+1") and len(digits) == 10 else number  # noqa: PLR2004
