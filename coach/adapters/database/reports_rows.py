"""From rows to values: what a text was read as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from coach.adapters.database.reports_values import Read
from coach.core.model import Disposition, PassedOver

AnyRow = Row[Any]


def read_of(reply: Mapping[str, Any] | None) -> Read | None:
    """What a text was read as. Signs may be kept as codes or as findings with a code."""
    if not reply:
        return None
    level = reply.get("disposition")
    return Read(
        intent=str(reply.get("intent") or "unclear"),
        disposition=Disposition(level) if level in set(Disposition) else None,
        weakness=reply.get("weakness"),
        signs=_codes(reply.get("signs")),
        denied=_codes(reply.get("denied")),
    )


def passed_over_of(data: Mapping[str, Any]) -> tuple[PassedOver, ...]:
    """The texts a fact says were passed over; facts of earlier versions say nothing of them."""
    return tuple(PassedOver(str(one["template"]), str(one["gate"])) for one in data.get("passed_over") or ())


def _codes(found: Sequence[Any] | None) -> tuple[str, ...]:
    codes = (item.get("code", "") if isinstance(item, Mapping) else str(item) for item in found or ())
    return tuple(dict.fromkeys(code for code in codes if code))
