"""The people on call in the stories: Ana first, Ben second, Cy in reserve, day and night."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from coach.core.model import Language
from coach.core.rota import BACKUP, FIRST, SECOND, OnCall, Rota, Shift

EVERY_DAY = frozenset(range(7))
_SINCE = date(2026, 1, 1)


def on_call(number: int, handle: str, name: str, **details: Any) -> OnCall:
    """Somebody in New York with a telephone of their own."""
    person = OnCall(number, handle, name, f"+1202555019{number}", Language.EN, "America/New_York")
    return replace(person, **details)


def shift(who: OnCall, layer: int = FIRST, start: time = time(0), end: time = time(0)) -> Shift:
    """Hours of every day; all of it unless told otherwise."""
    return Shift(who.id * 10 + layer, who.id, layer, EVERY_DAY, start, end, _SINCE)


ANA, BEN, CY = on_call(1, "ana", "Ana Ruiz"), on_call(2, "ben", "Ben Ode"), on_call(3, "cy", "Cy Dahl")
THREE = Rota((ANA, BEN, CY), (shift(ANA), shift(BEN, SECOND), shift(CY, BACKUP)))
ANA_ALONE = Rota((ANA,), (shift(ANA),))
