"""messages/gates.toml → safety rules by profile, and the rules of wording that `coach check` enforces."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from pydantic import Field

from coach.adapters.library.problems import Problem, Strict, read, repeated
from coach.core.content import Careful, Gate
from coach.core.model import Language


@dataclass(frozen=True, slots=True)
class Wording:
    """Phrases that texts of some groups must or must not have; "*" among the groups means every text."""

    gate: str
    title: str
    groups: frozenset[str]
    phrases: dict[Language, tuple[str, ...]]
    wanted: bool  # True: at least one of the phrases; False: none of them


class _Phrases(Strict):
    groups: list[str] = Field(min_length=1)
    en: list[str] = Field(min_length=1)
    es: list[str] = Field(min_length=1)


class _Entry(Strict):
    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    conditions: list[str] = Field(default_factory=list)
    medicines: list[str] = Field(default_factory=list)
    unless_denied: list[Literal["fluid_limit", "lives_alone"]] = Field(default_factory=list)
    age_from: int | None = Field(default=None, ge=0, le=120)
    in_heat: bool = False
    with_signs: list[str] = Field(default_factory=list)
    careful: Careful | None = Field(default=None, strict=False)
    must_say: _Phrases | None = None
    never_say: _Phrases | None = None


class _File(Strict):
    gate: list[_Entry] = Field(min_length=1)


def read_gates(folder: Path, problems: list[Problem]) -> tuple[dict[str, Gate], list[Wording]]:
    """Gates by id, and the rules of wording; what cannot be used goes to `problems`."""
    file = read(folder / "gates.toml", _File, problems)
    entries = file.gate if file else []
    problems += repeated(folder / "gates.toml", "gate", [entry.id for entry in entries])
    wordings = [rule for entry in entries for rule in _wordings(entry)]
    return {entry.id: _gate(entry) for entry in entries}, wordings


def _gate(entry: _Entry) -> Gate:
    lists = {f.name for f in fields(Gate)} - {"id", "title", "age_from", "in_heat", "careful"}
    return Gate(
        id=entry.id,
        title=entry.title,
        age_from=entry.age_from,
        in_heat=entry.in_heat,
        careful=entry.careful,
        **{name: frozenset(getattr(entry, name)) for name in lists},
    )


def _wordings(entry: _Entry) -> list[Wording]:
    rules = ((entry.must_say, True), (entry.never_say, False))
    return [
        Wording(entry.id, entry.title, frozenset(rule.groups), _phrases(rule), wanted)
        for rule, wanted in rules
        if rule is not None
    ]


def _phrases(rule: _Phrases) -> dict[Language, tuple[str, ...]]:
    return {Language.EN: tuple(rule.en), Language.ES: tuple(rule.es)}
