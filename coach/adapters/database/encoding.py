"""Frozen values to JSON and back, for the columns that keep a whole value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from typing import Any, TypeAlias

from coach.core.events import Event, ReplyRead
from coach.core.model import Profile

Json: TypeAlias = dict[str, Any]

_PLAIN = frozenset((str, int, float, bool, type(None)))
"""JSON has these as they are. An enumeration of strings is a type of its own and not among them."""
_ASKED_IN_CALLS = ("birth_year", "call_pin")
_SET = "set"


def encode(value: Any) -> Any:  # noqa: ANN401 - any value of the core in, JSON out
    """The value as JSON: dataclasses by field name, enumerations by value, sets sorted, times in ISO 8601."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if is_dataclass(value):
        return {name: encode(getattr(value, name)) for name in _names(value.__class__)}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    return _encode_many(value)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _encode_many(value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, frozenset | set):
        return sorted(encode(item) for item in value)
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return value


def encode_event(event: Event) -> Json:
    """The fields of a fact; its class name is kept beside them. A PIN stands with the person alone."""
    data: Json = encode(event)
    return data | {name: _SET for name in _ASKED_IN_CALLS if data.get(name)}


def encode_reading(event: ReplyRead) -> Json:
    """What a text was read as, flat: the reply's fields with the assessment's beside them."""
    reading: Json = encode(event.reply) | encode(event.assessment)
    return reading | {"asked": event.asked.value}


def encode_profile(profile: Profile) -> Json:
    """A profile as JSON."""
    data: Json = encode(profile)
    return data


def decode_profile(data: Mapping[str, Any]) -> Profile:
    """A profile from JSON; a field that is absent is not known."""
    known = {field.name for field in fields(Profile)}
    facts = {name: value for name, value in data.items() if name in known}
    for name in (field.name for field in fields(Profile) if isinstance(field.default, frozenset)):
        facts[name] = frozenset(facts.get(name) or ())
    return Profile(**facts)
