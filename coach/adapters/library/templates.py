"""messages/templates/*.toml → texts: the core's templates, with what only `coach check` needs beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from coach.adapters.library.lines import entry_lines
from coach.adapters.library.problems import Problem, Strict, read
from coach.core.content import Template
from coach.core.model import Asked, Language, Weeks


class TextKind(StrEnum):
    """What the texts of a file are for; `coach check` holds each kind to its own rules."""

    PROMPT = "prompt"
    REPLY = "reply"
    ALARM = "alarm"
    VOICE = "voice"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Text:
    """A template with what only `coach check` needs: where it stands, what it covers, which answers it invites."""

    template: Template
    file: str
    kind: TextKind
    carrier_words: frozenset[str]  # of the carrier's own words, those it may invite
    covers: frozenset[str]  # items of article.toml
    asks: Asked  # the question it puts, where the programme does not say so
    line: int | None = None  # in its file
    in_other_language: bool = False  # each wording is in the language that the person does not speak


class _Entry(Strict):
    id: str = Field(pattern=r"^[a-z_]+\.[a-z0-9_]+$")
    version: str = Field(min_length=1)
    groups: list[str] | None = None
    gates: list[str] = Field(default_factory=list)
    only: list[str] = Field(default_factory=list)
    weeks: list[int] | None = Field(default=None, min_length=2, max_length=2)
    step: int | None = Field(default=None, ge=1, le=4)
    after: list[str] = Field(default_factory=list)
    facts: list[str] = Field(default_factory=list)
    yes_means: str | None = None
    covers: list[str] = Field(default_factory=list)
    asks: Asked = Field(default=Asked.NOTHING, strict=False)
    carrier_words: list[str] = Field(default_factory=list)
    in_other_language: bool = False
    en: str = Field(min_length=1)
    es: str = Field(min_length=1)
    es_in_spain: str | None = Field(default=None, min_length=1, alias="es-ES")


class _File(Strict):
    kind: TextKind = Field(strict=False)
    text: list[_Entry] = Field(min_length=1)


def read_texts(folder: Path, problems: list[Problem]) -> list[Text]:
    """All texts of messages/templates; what cannot be used goes to `problems`."""
    found: list[Text] = []
    for path in sorted((folder / "templates").glob("*.toml")):
        file = read(path, _File, problems)
        if file is not None:
            lines = dict(enumerate(entry_lines(path.read_text(encoding="utf-8"), "text")))
            texts = (_text(entry, file.kind, path.name) for entry in file.text)
            found += [replace(text, line=lines.get(place)) for place, text in enumerate(texts)]
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
        regional={"es-ES": entry.es_in_spain} if entry.es_in_spain else {},
        weeks=Weeks(*entry.weeks) if entry.weeks else None,
        step=entry.step,
        after=frozenset(entry.after),
        facts=frozenset(entry.facts),
        yes_means=entry.yes_means,
    )
    text = Text(template, file, kind, frozenset(entry.carrier_words), frozenset(entry.covers), entry.asks)
    return replace(text, in_other_language=entry.in_other_language)


def _repeated(texts: list[Text]) -> list[Problem]:
    seen: set[str] = set()
    again: list[Problem] = []
    for text in texts:
        if text.template.id in seen:
            sentence = "This id is used twice; give one of them another."
            again.append(Problem(text.file, text.template.id, sentence, text.line))
        seen.add(text.template.id)
    return again
