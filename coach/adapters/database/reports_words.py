"""Codes of the tables in plain words for coordinators."""

from __future__ import annotations

from collections.abc import Mapping

from coach.adapters.database.reports_values import Delivery
from coach.adapters.database.states import OutboxState

_CARRIER_TEXT: Mapping[str, Delivery] = {
    "accepted": Delivery("Handed to the carrier"),
    "scheduled": Delivery("Handed to the carrier"),
    "queued": Delivery("Handed to the carrier"),
    "sending": Delivery("On its way"),
    "sent": Delivery("Sent; no receipt from the phone yet"),
    "delivered": Delivery("Delivered to the phone"),
    "read": Delivery("Read"),
    "undelivered": Delivery("Not delivered", trouble=True),
    "failed": Delivery("Not delivered", trouble=True),
    "canceled": Delivery("Cancelled at the carrier", trouble=True),
}
_CARRIER_CALL: Mapping[str, Delivery] = {
    "queued": Delivery("Call is being placed"),
    "initiated": Delivery("Call is being placed"),
    "ringing": Delivery("Ringing"),
    "in-progress": Delivery("In the call now"),
    "completed": Delivery("Call ended"),
    "busy": Delivery("Line was busy", trouble=True),
    "no-answer": Delivery("Nobody answered", trouble=True),
    "failed": Delivery("Call could not be placed", trouble=True),
    "canceled": Delivery("Call was cancelled", trouble=True),
}
_OUTBOX: Mapping[str, Delivery] = {
    OutboxState.PENDING: Delivery("Waiting to be sent"),
    OutboxState.RELEASED: Delivery("Waiting to be sent"),
    OutboxState.SENDING: Delivery("Being sent now"),
    OutboxState.IN_DOUBT: Delivery("Not known whether it was sent; being checked", trouble=True),
    OutboxState.ACCEPTED: Delivery("Handed to the carrier"),
    OutboxState.EXPIRED: Delivery("Not sent: it would have come too late", trouble=True),
    OutboxState.CANCELLED: Delivery("Not sent: no longer needed"),
    OutboxState.SAID: Delivery("Spoken in the call"),
}
_FAILURES: Mapping[str, str] = {
    "number": "this number cannot take texts",
    "suppressed": "the carrier says they opted out",
    "account": "our account at the carrier has a problem",
    "line": "the carrier refuses the number or service we send from",
    "throttle": "the carrier was too busy",
    "retry": "the carrier had a fault",
    "content": "the carrier refused the wording",
    "expired": "it came too late",
    "fault": "a fault of the program",
}


def delivery_in_words(state: str, status: str | None, failure: str | None, channel: str) -> Delivery:
    """What became of a message: outbox state, the carrier's own status word and the class of its error."""
    if state == OutboxState.FAILED:
        return _with_reason(Delivery("Not sent", trouble=True), failure)
    carrier = _CARRIER_CALL if channel == "voice" else _CARRIER_TEXT
    if state == OutboxState.ACCEPTED and status:
        said = carrier.get(status, Delivery(f"The carrier says “{status}”", trouble=True))
        return _with_reason(said, failure) if said.trouble else said
    return _OUTBOX.get(state, Delivery(state.replace("_", " "), trouble=True))


def _with_reason(delivery: Delivery, failure: str | None) -> Delivery:
    reason = _FAILURES.get(failure or "")
    return Delivery(f"{delivery.words}: {reason}", trouble=True) if reason else delivery


_STATUSES: Mapping[str, str] = {
    "stranger": "Not enrolled",
    "invited": "Invited, no answer yet",
    "active": "Active",
    "paused": "Paused",
    "opted_out": "Opted out",
    "wrong_person": "Wrong person",
    "on_call": "Staff on call",
}
_CONSENT: Mapping[str, str] = {
    "invited": "Invited",
    "confirmed": "Said yes",
    "declined": "Said no",
    "revoked": "Withdrew consent",
}
_STEPS: Mapping[str, str] = {
    "raised": "Raised",
    "told": "The person was told",
    "not_delivered": "A message to the person did not arrive",
    "unreached": "No message about it has reached the person",
    "paged": "Paged",
    "page_failed": "Page did not arrive",
    "acknowledged": "Taken",
    "passed": "Passed on",
    "promised": "The person was told when to expect a call",
    "contacted": "Spoke with the person",
    "followed_up": "The person was asked what came of it",
    "answered": "The person answered",
    "silent": "No answer from the person",
    "level": "Level changed",
    "closed": "Closed",
    "reopened": "Opened again",
}
_COMING: Mapping[str, str] = {
    "remind": "Reminder of the check-in",
    "resume": "End of the pause",
    "invite": "Invitation",
    "zone_unanswered": "Time zone, when it was not told",
    "onboarding": "Question on joining, once more",
    "programme_end": "End of the programme",
    "case": "Look at the open cases",
    "follow": "Question about a case",
    "trend": "Look at the scores",
    "held": "Full advice, when it was not answered",
}
_STAGES: Mapping[str, str] = {
    "raised": "Nobody has it",
    "told": "Nobody has it",
    "paged": "Paged, nobody has it yet",
    "acknowledged": "Taken, not reached yet",
    "contacted": "Reached",
    "closed": "Closed",
}


def coming_in_words(kind: str) -> str:
    """What time will cause: a slot of the programme, or one of the kinds of timers."""
    return _COMING.get(kind, code_in_words(kind).capitalize())


def status_in_words(status: str) -> str:
    """Where a number stands with the programme."""
    return _STATUSES.get(status, status.replace("_", " "))


def consent_in_words(step: str) -> str:
    """A step of consent."""
    return _CONSENT.get(step, step.replace("_", " "))


def step_in_words(step: str) -> str:
    """A step in the life of a case."""
    return _STEPS.get(step, step.replace("_", " "))


def stage_in_words(stage: str) -> str:
    """How far a case is."""
    return _STAGES.get(stage, stage.replace("_", " "))


def code_in_words(code: str) -> str:
    """A code without its underscores, such as "cauda equina signs"."""
    return code.replace("_", " ")
