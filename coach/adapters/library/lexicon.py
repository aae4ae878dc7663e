"""`messages/lexicon/*.toml` → the reader's lexicon, refused with file and key when something is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from coach.adapters.library.likeness import common_words, load_likeness
from coach.adapters.library.problems import checked
from coach.core.reading.lexicon import Entry, Lexicon, Vocabulary, build_lexicon

_PATTERN_KINDS = frozenset(
    {
        "sign", "cue", "fact", "intent", "topic", "trend", "trend_asked", "onset", "onset_asked", "yes", "hydration",
        "exercise", "seen", "safe", "join", "identity", "stairs", "chair_stands", "degree", "year_falls", "number",
        "times",
    },
)  # fmt: skip
_OTHER_KINDS = frozenset({"concept", "words", "short_forms", "numbers", "heard"})


class LexiconError(ValueError):
    """A lexicon file cannot be used; the message names the file and the key."""


class _Row(BaseModel):
    """One meaning with its wording in both languages; `both` serves either."""

    model_config = ConfigDict(extra="forbid", strict=True)

    both: list[str] = []
    en: list[str] = []
    es: list[str] = []

    def all(self) -> tuple[str, ...]:
        return (*self.both, *self.en, *self.es)


class _SignRow(_Row):
    """A sign: also how it stands towards other signs."""

    absent: list[str] = []  # wording that says the sign is not there
    hints: list[str] = []  # wording that is as often harmless: only the second reader weighs it
    severe: bool = False
    persists: bool = False
    firm: bool = False
    absorbs: list[str] = []
    replaces: list[str] = []


@dataclass
class _Parts:
    """What the files say, gathered."""

    concepts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    words: dict[str, frozenset[str]] = field(default_factory=dict)
    short_forms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    signs: dict[str, _SignRow] = field(default_factory=dict)


def load_lexicon(folder: Path) -> Lexicon:
    """The lexicon with its second reader, given `messages` or `messages/lexicon`; LexiconError names file and key."""
    home = _home(folder)
    likeness = load_likeness(home.parent)
    common = common_words(likeness.weights) if likeness else {}
    return replace(_compiled(home, common), likeness=likeness)


def load_grammar(folder: Path) -> Lexicon:
    """The files of `messages/lexicon` alone, compiled: what the first reader knows. Raises as `load_lexicon`."""
    return _compiled(_home(folder), {})


def _compiled(folder: Path, common: Mapping[str, float]) -> Lexicon:
    files = tuple((file.name, file.read_bytes()) for file in sorted(folder.glob("*.toml")))
    if not files:
        message = f"{folder} has no lexicon files; point to the folder messages/lexicon"
        raise LexiconError(message)
    try:
        return _built(files, tuple(common.items()))
    except LexiconError:
        raise
    except ValueError as error:
        message = f"{folder}: {error}"
        raise LexiconError(message) from error


@lru_cache(maxsize=2)  # the same words give the same lexicon, and compiling them takes longer than all other content
def _built(files: tuple[tuple[str, bytes], ...], common: tuple[tuple[str, float], ...]) -> Lexicon:
    parts = _Parts()
    for name, content in files:
        _take_file(name, content, parts)
    _check_signs(parts)
    return build_lexicon(_vocabulary(parts), dict(common))


def _home(folder: Path) -> Path:
    return folder / "lexicon" if (folder / "lexicon").is_dir() else folder


def _take_file(file: str, content: bytes, parts: _Parts) -> None:
    try:
        tables = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{file}: not valid TOML: {error}"
        raise LexiconError(message) from error
    for kind, rows in tables.items():
        if kind not in _PATTERN_KINDS | _OTHER_KINDS or not isinstance(rows, dict):
            message = f"{file}: unknown table [{kind}]"
            raise LexiconError(message)
        for name, row in rows.items():
            _take_row(file, kind, name, row, parts)


def _take_row(file: str, kind: str, name: str, row: Any, parts: _Parts) -> None:  # noqa: ANN401 - unchecked TOML
    where = f"{file}: {kind}.{name}"
    if kind in ("numbers", "heard"):
        table = parts.numbers if kind == "numbers" else parts.heard
        table[name] = _number(where, row)
    elif kind == "short_forms":
        parts.short_forms[name] = tuple(_text(where, row).split())
    else:
        entry = checked(where, _SignRow if kind == "sign" else _Row, row, LexiconError)
        _keep(kind, name, entry, where, parts)


def _keep(kind: str, name: str, row: _Row, where: str, parts: _Parts) -> None:
    if kind == "words":
        parts.words[name] = frozenset(row.all())
    elif kind == "concept":
        _once(name not in parts.concepts, where)
        parts.concepts[name] = row.all()
    else:
        label = f"{kind}:{name}"
        _once(all(e.label != label for e in parts.entries), where)
        parts.entries.append(Entry(label, row.all()))
        if isinstance(row, _SignRow):
            parts.signs[name] = row
            parts.entries.append(Entry(f"absent:{name}", tuple(row.absent)))
            parts.entries.append(Entry(f"hint:{name}", tuple(row.hints)))


def _once(new: bool, where: str) -> None:  # noqa: FBT001 - a check
    if not new:
        message = f"{where} is given twice"
        raise LexiconError(message)


def _number(where: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"{where} must be a number"
        raise LexiconError(message)
    return float(value)


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        message = f"{where} must be the words it stands for"
        raise LexiconError(message)
    return value


def _check_signs(parts: _Parts) -> None:
    """Every code named in `absorbs` or `replaces` must be a sign."""
    for name, row in parts.signs.items():
        for code in _unknown(row, parts):
            message = f"sign.{name} names the unknown code {code!r} in absorbs or replaces"
            raise LexiconError(message)
        for code in row.absorbs:
            if name in parts.signs[code].absorbs:
                message = f"sign.{name} and sign.{code} absorb each other; let the graver one absorb"
                raise LexiconError(message)


def _unknown(row: _SignRow, parts: _Parts) -> Iterator[str]:
    return (code for code in (*row.absorbs, *row.replaces) if code not in parts.signs)


def _vocabulary(parts: _Parts) -> Vocabulary:
    signs = parts.signs
    return Vocabulary(
        concepts=parts.concepts,
        entries=tuple(parts.entries),
        words=parts.words,
        short_forms=parts.short_forms,
        numbers=parts.numbers,
        heard_numbers=parts.heard,
        severe=frozenset(n for n, r in signs.items() if r.severe),
        persists=frozenset(n for n, r in signs.items() if r.persists),
        firm=frozenset(n for n, r in signs.items() if r.firm),
        absorbs={n: frozenset(r.absorbs) for n, r in signs.items()},
        replaces={n: frozenset(r.replaces) for n, r in signs.items()},
    )
