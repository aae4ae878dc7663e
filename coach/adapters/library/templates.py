"""messages/templates/*.toml → texts: the core's templates, with what only `coach check` needs beside them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from coach.adapters.library.problems import Problem, Strict, read
from coach.core.content import Template
from coach.core.model import Language


class TextKind(StrEnum):
    """What the texts of a file are for; `coach check` holds each kind to its own rules."""

    PROMPT = "prompt"
    REPLY = "reply"
    ALARM = "alarm"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Text:
    """A template with its file, its kind, and the carrier's own words it may invite."""

    template: Template
    file: str
    kind: TextKind
    carrier_words: frozenset[str]


class _Entry(Strict):
    id: str = Field(pattern=r"^[a-z_]+\.[a-z0-9_]+$")
    version: str = Field(min_length=1)
    groups: list[str] | None = None
    gates: list[str] = Field(default_factory=list)
    only: list[str] = Field(default_factory=list)
    carrier_words: list[str] = Field(default_factory=list)
    en: str = Field(min_length=1)
    es: str = Field(min_length=1)


class _File(Strict):
    kind: TextKind = Field(strict=False)
    text: list[_Entry] = Field(min_length=1)


def read_texts(folder: Path, problems: list[Problem]) -> list[Text]:
    """All texts of messages/templates; what cannot be used goes to `problems`."""
    found: list[Text] = []
    for path in sorted((folder / "templates").glob("*.toml")):
        file = read(path, _File, problems)
        found += [_text(entry, file.kind, path.name) for entry in file.text] if file else []
    problems += _repeated(found)
    if not found:
        problems.append(Problem("templates", "", "There is no text at all; put TOML files into this folder."))
    return found


def _text(entry: _Entry, kind: TextKind, file: str) -> Text:
    template = Template(
        id=entry.id,
        version=entry.version,
        groups=frozenset(entry.groups if entry.groups is not None else [entry.id]),
        text={Language.EN: entry.en, Language.ES: entry.es},
        gates=frozenset(entry.gates),
        only=frozenset(entry.only),
    )
    return Text(template, file, kind, frozenset(entry.carrier_words))


def _repeated(texts: list[Text]) -> list[Problem]:
    seen: set[str] = set()
    again: list[Problem] = []
    for text in texts:
        if text.template.id in seen:
            again.append(Problem(text.file, text.template.id, "This id is used twice; give one of them another."))
        seen.add(text.template.id)
    return again
