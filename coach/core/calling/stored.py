"""A call as plain JSON and back, for the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from coach.core.call_rules import Hints
from coach.core.calling.values import CallState, Ear, Pending, Stage, Words
from coach.core.model import Asked, Language


def as_stored(state: CallState) -> dict[str, object]:
    """Everything of it but what is said now, which `words_as_stored` gives."""
    return {name: value for name, value in asdict(state).items() if name != "words"} | {"question": [*state.question]}


def words_as_stored(words: Words) -> dict[str, object]:
    """What is said now."""
    return asdict(words) | {"lines": [*words.lines]}


def from_stored(state: Mapping[str, Any], words: Mapping[str, Any]) -> CallState:
    """The call again. KeyError or ValueError when it was written by a version that knew other stages."""
    known = {field.name for field in fields(CallState)}
    kept = {name: value for name, value in state.items() if name in known}
    pending = kept["pending"]
    return CallState(
        **(
            kept
            | {
                "language": Language(kept["language"]),
                "stage": Stage(kept["stage"]),
                "asked": Asked(kept["asked"]),
                "question": tuple(kept["question"]),
                "pending": Pending(**pending) if pending else None,
                "words": words_from_stored(words),
            }
        )
    )


def words_from_stored(words: Mapping[str, Any]) -> Words:
    """What is said now, again."""
    ear = words["ear"]
    heard = Ear(ear["keys"], ear["speech"], Hints(ear["hints"])) if ear else None
    spoken = tuple(words["lines"])
    return Words(spoken, heard, words["other_language"], bool(words["connects"]), bool(words["to_a_machine"]))
