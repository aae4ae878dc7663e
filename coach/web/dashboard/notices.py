"""Short sentences shown once after an action. The address carries only a code, never words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Notice:
    """What just happened. `good`: it was carried out."""

    sentence: str
    good: bool = True


_SAID: Mapping[str, str] = {
    "taken": "The case is yours. Call now, then close it with what came of it.",
    "passed": "The case is passed on. Others on call are paged until somebody has it.",
    "contacted": "Noted that you spoke with them. Close the case with what came of it.",
    "reopened": "The case is open again. Whoever is on call is paged about it.",
    "closed": "The case is closed.",
    "finished": "The task is done.",
    "hot": "The heat alert is set. It bears on every message chosen from now on for these days.",
    "cool": "The heat alert has ended.",
    "on_call": "They are on call. Give them their hours below, and send a test page.",
    "shift": "The shift is set.",
    "leave": "The leave is set.",
    "ended": "The shift has ended.",
    "back": "The leave has ended.",
    "off": "They are not on call any more; their shifts have ended.",
    "tested": "A test page is on its way. Below, beside the number, you see what becomes of it.",
    "seen": "It is noted that you look after it.",
    "calls": "It is kept, and holds from their next call on.",
    "enrolled": "Enrolled. One invitation goes out by day; nothing else is sent until the person answers Y.",
}


def notice_of(request: Request) -> Notice | None:
    """The notice whose code the address carries."""
    sentence = _SAID.get(request.query_params.get("said", ""))
    return Notice(sentence) if sentence else None
