"""Where a call stands in its script, and what its webhooks carry."""

from __future__ import annotations

from dataclasses import dataclass

from coach.sandbox.account import API_VERSION, Account
from coach.sandbox.numbers import place_fields
from coach.sandbox.records import Call
from coach.sandbox.signing import Fields
from coach.sandbox.twiml import Verb


@dataclass(frozen=True, slots=True)
class Script:
    """Where a call stands: the instructions to come, where they came from, what is being gathered.

    `turn` grows with every step; a timer set in an earlier turn is stale. `errand` is that of the call when the
    script was asked for; once the call has another one, the script is no longer run or heard for.
    """

    verbs: tuple[Verb, ...]
    url: str | None
    gather: Verb | None = None
    digits: str = ""
    turn: int = 0
    documents: int = 0
    errand: str = ""


def call_fields(account: Account, call: Call, status: str) -> Fields:
    """Return the fields every webhook about a call carries."""
    fields = [
        ("CallSid", call.sid),
        ("AccountSid", account.sid),
        ("From", call.sender),
        ("To", call.recipient),
        ("Caller", call.sender),
        ("Called", call.recipient),
        ("CallStatus", status),
        ("ApiVersion", API_VERSION),
        ("Direction", call.direction),
        *place_fields("From", call.sender),
        *place_fields("To", call.recipient),
    ]
    if call.parent:
        fields.append(("ParentCallSid", call.parent))
    if call.answered_by:
        fields.append(("AnsweredBy", call.answered_by))
    return tuple(fields)


def take_keys(entered: str, digits: str, gather: Verb) -> tuple[str, bool]:
    """Return the keys entered so far and whether the entry is complete."""
    wanted, finish = int(gather.number("numDigits", 0)), gather.get("finishOnKey", "#")
    for key in digits:
        if key in finish:
            return entered, True
        entered += key
        if wanted and len(entered) >= wanted:
            return entered, True
    return entered, False
