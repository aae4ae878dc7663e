"""messages/retention.toml → what is removed after how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from coach.adapters.library.problems import Problem, Strict, raise_if_any, read
from coach.ports import Forgotten

FILE = "retention.toml"

_Reason = Annotated[str, Field(min_length=20)]
_LEAST_DAYS = 1


class _Forget(Strict):
    what: Annotated[Forgotten, Field(strict=False)]
    table: str
    after_days: int = Field(ge=_LEAST_DAYS)
    because: _Reason


class _Keep(Strict):
    tables: list[str] = Field(min_length=1)
    because: _Reason


class _File(Strict):
    forget: list[_Forget]
    keep: list[_Keep]


def load_retention(folder: Path) -> Mapping[Forgotten, timedelta]:
    """How long each kind that may go is kept.

    Raises:
        LibraryError: naming the file and what to mend.
    """
    file, problems = _read(folder)
    raise_if_any(problems)
    ages = {} if file is None else {entry.what: timedelta(days=entry.after_days) for entry in file.forget}
    return MappingProxyType(ages)


def tables_named(folder: Path) -> frozenset[str]:
    """Every table of which the file says that it is kept, or that rows of it go."""
    file, problems = _read(folder)
    raise_if_any(problems)
    if file is None:
        return frozenset()
    return frozenset([*(entry.table for entry in file.forget), *(name for entry in file.keep for name in entry.tables)])


def _read(folder: Path) -> tuple[_File | None, list[Problem]]:
    problems: list[Problem] = []
    file = read(folder / FILE, _File, problems)
    return file, [*problems, *(_told_twice(file) if file is not None else ())]


def _told_twice(file: _File) -> Iterator[Problem]:
    times = Counter(entry.what for entry in file.forget)
    for what, often in times.items():
        if often > 1:
            yield Problem(FILE, what, "It stands here twice; keep one of the entries.")
