"""What is wrong in messages/, said so that an author can mend it, and how a content file is read into a model."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: the file, the entry in it ("" for the whole file), and a sentence."""

    file: str
    id: str
    mend: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.id}" if self.id else self.file
        return f"{where}: {self.mend}"


class LibraryError(ValueError):
    """Files of messages/ cannot be used; every problem found is in `problems`."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Strict(BaseModel):
    """An entry of a content file: no unknown keys, no guessing of types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def read(path: Path, model: type[_M], problems: list[Problem]) -> _M | None:
    """A content file as a validated value; None when it cannot be used, and then `problems` has grown."""
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        problems.append(Problem(path.name, "", f"The file cannot be read ({error.strerror}); put it in place."))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(Problem(path.name, "", f"This is not valid TOML ({error}); mend it there."))
    except ValidationError as error:
        problems += (Problem(path.name, _place(e), _sentence(e)) for e in error.errors())
    return None


def raise_if_any(problems: Iterable[Problem]) -> None:
    """Raise LibraryError with all of them, or do nothing when there are none."""
    found = tuple(problems)
    if found:
        raise LibraryError(found)


def _place(error: ErrorDetails) -> str:
    """The entry an error is about: its own id when it has one, else its path with entries counted from 1."""
    given = error.get("input")
    if isinstance(given, dict) and isinstance(given.get("id"), str):
        return str(given["id"])
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"][:-1])


def _sentence(error: ErrorDetails) -> str:
    key = error["loc"][-1] if error["loc"] else "file"
    match error["type"]:
        case "missing":
            return f"“{key}” is missing; add it."
        case "extra_forbidden":
            return f"“{key}” is unknown; remove it or mend its spelling."
    return f"“{key}” is wrong: {error['msg']}."
