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
    "closed": "The case is closed.",
    "finished": "The task is done.",
    "hot": "The heat alert is set. It bears on every message chosen from now on for these days.",
    "cool": "The heat alert has ended.",
    "enrolled": "Enrolled. One invitation goes out by day; nothing else is sent until the person answers Y.",
}


def notice_of(request: Request) -> Notice | None:
    """The notice whose code the address carries."""
    sentence = _SAID.get(request.query_params.get("said", ""))
    return Notice(sentence) if sentence else None
