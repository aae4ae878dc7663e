"""What a text costs and survives as on the way to a phone: encoding, parts, and plain characters.

The alphabet is GSM 03.38. One character outside it sends the whole text as UCS-2, at less than half the room per part.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"  # Greek capitals included
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Characters that take one unit of a GSM-7 part."""

EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters that take an escape and a unit, which never lie in different parts."""

_ASTRAL = 0x10000  # from here on a character takes two UTF-16 units


def numbered(labels: Iterable[str]) -> str:
    """A list as a text shows it, each with the number to reply."""
    return " ".join(f"{number} {label}" for number, label in enumerate(labels, start=1))


class Encoding(StrEnum):
    """How a text travels."""

    GSM7 = "gsm-7"
    UCS2 = "ucs-2"


_ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}  # units in a lone part, units in each of several


def encoding(text: str) -> Encoding:
    """GSM-7 when every character is in its alphabet, else UCS-2."""
    return Encoding.UCS2 if foreign(text) else Encoding.GSM7


def foreign(text: str) -> str:
    """The characters that force UCS-2, each once, in the order they appear."""
    return "".join(dict.fromkeys(c for c in text if c not in BASIC and c not in EXTENSION))


def segments(text: str) -> int:
    """How many parts the carrier sends and bills; 0 for an empty text."""
    kind = encoding(text)
    alone, each = _ROOM[kind]
    widths = [_width(c, kind) for c in text]
    if sum(widths) <= alone:
        return 1 if text else 0
    return _parts(widths, each)


def _width(character: str, kind: Encoding) -> int:
    if kind is Encoding.GSM7:
        return 2 if character in EXTENSION else 1
    return 2 if ord(character) >= _ASTRAL else 1


def _parts(widths: Iterable[int], room: int) -> int:
    """Fill parts in order; a character of two units that does not fit opens the next part."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts


def _each(characters: str, plain: str) -> dict[int, str]:
    return {ord(c): plain for c in characters}


def _between(first: int, last: int, plain: str = "") -> dict[int, str]:
    return dict.fromkeys(range(first, last + 1), plain)


_PLAIN: dict[int, str] = (
    _between(0x00, 0x1F)
    | _between(0x7F, 0x9F)
    | _between(0x2000, 0x200A, " ")
    | _between(0x200B, 0x200F)  # zero width, left and right marks
    | _between(0x2028, 0x2029, "\n")
    | _between(0x202A, 0x202E)  # text direction overrides
    | _between(0x2060, 0x206F)
    | _between(0xD800, 0xDFFF)  # halves of characters: no carrier can encode them
    | _each("\u00a0\u202f\u205f\u3000\t", " ")
    | _each("\u00ad\ufeff\ufe0e\ufe0f", "")
    | _each("\u2018\u2019\u201a\u201b\u2032\u00b4\u0060", "'")
    | _each("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | _each("\u2010\u2011\u2012\u2013\u2014\u2015\u2022\u2212", "-")
    | {0x2026: "...", 0x0A: "\n"}
)


def tidy(text: str) -> str:
    """The same words in the plainest characters: composed accents, straight quotes and dashes, no control codes."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", lines.translate(_PLAIN)).strip()
