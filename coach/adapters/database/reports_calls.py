"""Phone calls and the answers in them, said in words."""

from __future__ import annotations

from collections.abc import Mapping

from coach.adapters.database.reports_words import code_in_words

_CALLS: Mapping[str, str] = {
    "voice.check_in": "Check-in call",
    "voice.follow_up": "Call to ask what came of a case",
    "voice.alarm": "Call about a message that may not have arrived",
}
_UNCHECKED = "[said before it was known who was there]"
_ANSWERED_TO: Mapping[str, str] = {
    "ready": _UNCHECKED,
    "identity": _UNCHECKED,
    "menu": "[choice from the menu]",
    "confirm": "[answer to what was read back]",
    "connect": "[answer to the offer to be connected]",
    "leaving": "[choice about stopping calls]",
    "call_back": "[answer to the offer to call again]",
}


def call_in_words(template: str) -> str:
    """What a call of ours was about."""
    return _CALLS.get(template, f"Phone call: {code_in_words(template)}")


def answer_note(channel: str, carrier_id: str) -> str:
    """What something said in a call was an answer to, where that is no question; its id ends with the stage."""
    return _ANSWERED_TO.get(carrier_id.rpartition("-")[2], "") if channel == "voice" else ""
