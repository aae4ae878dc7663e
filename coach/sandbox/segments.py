"""How many segments a text takes: GSM 03.38 seven-bit if every character fits, else UCS-2."""

from __future__ import annotations

from math import ceil

MAXIMUM_CHARACTERS = 1600

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("\f^{}\\[~]|€")
_GSM_SINGLE, _GSM_PART = 160, 153
_UCS2_SINGLE, _UCS2_PART = 70, 67


def segments(body: str) -> int:
    """Return the number of segments of `body`, at least 1."""
    if all(character in _BASIC or character in _ESCAPED for character in body):
        units = len(body) + sum(character in _ESCAPED for character in body)
        return _parts(units, _GSM_SINGLE, _GSM_PART)
    return _parts(len(body.encode("utf-16-be")) // 2, _UCS2_SINGLE, _UCS2_PART)


def _parts(units: int, single: int, part: int) -> int:
    return 1 if units <= single else ceil(units / part)
