"""What came with a text besides its words, said in words."""

from __future__ import annotations

from collections import Counter

_OF_TYPE = {"image": "picture", "video": "video", "audio": "sound recording"}
_OF_KIND = {"text/vcard": "contact card", "text/x-vcard": "contact card", "application/pdf": "document"}


def media_note(media: int, kinds: str | None) -> str:
    """Say how many pictures and files came; `kinds` are their content types where the carrier told them."""
    if not media:
        return ""
    named = Counter(_word(kind) for kind in (kinds or "").split(", ") if kind)
    unnamed = media - named.total()
    parts = [_counted(number, word) for word, number in named.items()]
    parts += [_counted(unnamed, "picture or file", "pictures or files")] if unnamed > 0 else []
    return f"[came with {', '.join(parts)}; to be seen at the carrier]"


def _word(kind: str) -> str:
    return _OF_KIND.get(kind) or _OF_TYPE.get(kind.partition("/")[0], "file")


def _counted(number: int, word: str, several: str | None = None) -> str:
    return f"1 {word}" if number == 1 else f"{number} {several or word + 's'}"
