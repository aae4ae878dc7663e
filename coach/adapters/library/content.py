"""The texts, gates, numbers and time zones of messages/ as one `Library`, with the hash of the files it came from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import Field, RootModel

from coach.adapters.library.gates import read_gates
from coach.adapters.library.lines import line_of
from coach.adapters.library.problems import Problem, Strict, raise_if_any, read
from coach.adapters.library.templates import Text, read_texts
from coach.core.content import ELSEWHERE, Gate, Library, Numbers, ZoneChoice
from coach.core.model import Language
from coach.core.schedule import known_zone

_MEND_GATE = "add it there or mend the name."


class _Words(Strict):
    en: str = Field(min_length=1)
    es: str = Field(min_length=1)


class _Numbers(Strict):
    emergency: str = Field(pattern=r"^[0-9]{2,4}$")
    crisis: str = Field(pattern=r"^[0-9 ]+$")
    urgent: str = Field(pattern=r"^[0-9 ]+$")
    crisis_words: _Words | None = None


class _NumbersFile(RootModel[dict[str, _Numbers]]):
    pass


class _Zone(_Words):
    zone: str


class _ZonesFile(RootModel[dict[str, list[_Zone]]]):
    pass


def load_library(folder: Path) -> Library:
    """All texts with the gates, numbers and zones they need.

    Raises:
        LibraryError: naming every file and entry to mend.
    """
    problems: list[Problem] = []
    library = read_library(folder, problems)
    raise_if_any(problems, folder)
    return library


def read_library(folder: Path, problems: list[Problem]) -> Library:
    """The same without raising: what cannot be used is left out and goes to `problems`."""
    texts = read_texts(folder, problems)
    gates, _ = read_gates(folder, problems)
    problems += _unknown_gates(texts, gates)
    return Library(
        templates={text.template.id: text.template for text in texts},
        gates=gates,
        numbers=_numbers(folder, problems),
        zones=_zones(folder, problems),
        version=content_hash(folder),
    )


def content_hash(folder: Path) -> str:
    """Twelve hex digits that change whenever a text, gate, number or zone does."""
    digest = hashlib.sha256()
    names = ("gates.toml", "numbers.toml", "zones.toml")
    paths = [*sorted((folder / "templates").glob("*.toml")), *(folder / name for name in names)]
    for path in paths:
        digest.update(path.name.encode() + b"\0" + (path.read_bytes() if path.is_file() else b"") + b"\0")
    return digest.hexdigest()[:12]


def _unknown_gates(texts: list[Text], gates: dict[str, Gate]) -> list[Problem]:
    return [
        Problem(text.file, text.template.id, f"There is no gate {gate} in gates.toml; {_MEND_GATE}", text.line)
        for text in texts
        for gate in sorted((text.template.gates | text.template.only) - gates.keys())
    ]


def _numbers(folder: Path, problems: list[Problem]) -> dict[str, Numbers]:
    file = read(folder / "numbers.toml", _NumbersFile, problems)
    found = {country: _of_country(country, entry) for country, entry in file.root.items()} if file else {}
    if file and ELSEWHERE not in found:
        problems.append(Problem("numbers.toml", ELSEWHERE, "The entry for all other countries is missing; add it."))
    return found


def _of_country(country: str, entry: _Numbers) -> Numbers:
    words = entry.crisis_words or _Words(en=entry.crisis, es=entry.crisis)
    by_language = {Language.EN: words.en, Language.ES: words.es}
    return Numbers(country, entry.emergency, entry.urgent, by_language)


def _zones(folder: Path, problems: list[Problem]) -> dict[str, tuple[ZoneChoice, ...]]:
    file = read(folder / "zones.toml", _ZonesFile, problems)
    choices = {country: tuple(map(_choice, entries)) for country, entries in file.root.items()} if file else {}
    source = (folder / "zones.toml").read_text(encoding="utf-8") if file else ""
    for country, entries in choices.items():
        for choice in entries:
            if not known_zone(choice.zone):
                sentence = f"There is no time zone {choice.zone}; write its IANA name."
                problems.append(Problem("zones.toml", country, sentence, line_of(source, choice.zone)))
    return choices


def _choice(entry: _Zone) -> ZoneChoice:
    return ZoneChoice(entry.zone, {Language.EN: entry.en, Language.ES: entry.es})
