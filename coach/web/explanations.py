"""Why a case was raised, from the explanation kept with it, as words under short headings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

Heading: TypeAlias = tuple[str, tuple[str, ...]]

_HEADINGS: Mapping[str, str] = {
    "text": "In short",
    "summary": "In short",
    "because": "In short",
    "replies": "Replies it rests on",
    "rule_sentences": "Rules",
    "rules": "Rules",
    "nearest": "What would have changed it",
    "version": "Version of the rules",
}


def explanation_in_words(explanation: Mapping[str, object] | None) -> tuple[Heading, ...]:
    """What an explanation says, in its own order. Parts that hold nothing to read are left out."""
    parts = ((key, tuple(_sentences(value))) for key, value in (explanation or {}).items())
    return tuple((_HEADINGS.get(key, key.replace("_", " ").capitalize()), found) for key, found in parts if found)


def _sentences(value: object) -> Iterator[str]:
    """The words in a value, however it is nested."""
    if isinstance(value, str):
        yield from [value.strip()] if value.strip() else []
    elif isinstance(value, Mapping):
        words = [word for part in value.values() for word in _sentences(part)]
        yield from [", ".join(words)] if words else []
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _sentences(part)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield f"{value:g}"
