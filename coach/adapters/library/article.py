"""messages/article.toml → what people are told about weak legs, item by item."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from coach.adapters.library.problems import Problem, Strict, read, repeated


@dataclass(frozen=True, slots=True)
class Item:
    """One cause, tip or question that the texts have to cover."""

    id: str
    title: str
    asks: bool  # one of its texts must put a question
    signs: tuple[str, ...]  # that an answer may show
    facts: tuple[str, ...]  # conditions and medicines that bring its texts forward
    cautions: tuple[str, ...]  # gates that bear on it


class _Item(Strict):
    id: str = Field(pattern=r"^[a-z]+\.[a-z_]+$")
    title: str = Field(min_length=1)
    asks: bool = False
    signs: list[str] = Field(min_length=1)
    facts: list[str]
    cautions: list[str] = Field(min_length=1)


class _File(Strict):
    item: list[_Item] = Field(min_length=1)


def read_article(folder: Path, problems: list[Problem]) -> tuple[Item, ...]:
    """Every item in its order; what cannot be used goes to `problems`."""
    path = folder / "article.toml"
    file = read(path, _File, problems)
    entries = file.item if file else []
    problems += repeated(path, "item", [entry.id for entry in entries])
    return tuple(Item(e.id, e.title, e.asks, tuple(e.signs), tuple(e.facts), tuple(e.cautions)) for e in entries)
