"""What is wrong in messages/, said so that an author can mend it, and how a content file is read into a model."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from coach.adapters.library.lines import entry_lines, line_of

_M = TypeVar("_M", bound=BaseModel)
_AT_LINE = re.compile(r"at line (\d+)")
_PLAIN_KEY = re.compile(r"[\w-]+")
_FOLDERS = ("", "templates", "programmes")
_HINTS = {
    "string_type": "write it in quotes",
    "string_too_short": "it is empty; write something",
    "string_pattern_mismatch": "it is not written as its neighbours are; compare them",
    "list_type": "write a list in square brackets",
    "bool_type": "write true or false",
    "int_type": "write a whole number",
    "float_type": "write a number",
    "dict_type": "write a table",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: the file, the entry in it ("" for the whole file), a sentence, and the line if known."""

    file: str
    id: str
    mend: str
    line: int | None = None

    def __str__(self) -> str:
        places = (self.file, f"line {self.line}" if self.line else "", self.id)
        return f"{', '.join(filter(None, places))}: {self.mend}"


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
        source = path.read_text(encoding="utf-8")
        data = tomllib.loads(source)
        return model.model_validate(data)
    except OSError as error:
        problems.append(Problem(path.name, "", f"The file cannot be read ({error.strerror}); put it in place."))
    except UnicodeDecodeError:
        problems.append(Problem(path.name, "", "This is not valid TOML (it is not UTF-8 text); save it as UTF-8."))
    except tomllib.TOMLDecodeError as error:
        sentence = f"This is not valid TOML ({error}); mend it there."
        problems.append(Problem(path.name, "", sentence, _parser_line(str(error), source)))
    except ValidationError as error:
        problems += dict.fromkeys(_refused(path.name, e, source, data) for e in error.errors())
    return None


def repeated(path: Path, table: str, ids: Sequence[str], what: str = "id") -> list[Problem]:
    """One problem for each entry of a file whose id an earlier entry has."""
    places = [place for place, name in enumerate(ids) if name in ids[:place]]
    if not places:
        return []
    lines = dict(enumerate(entry_lines(path.read_text(encoding="utf-8"), table)))
    sentence = f"This {what} is used twice; give one of them another."
    return [Problem(path.name, ids[place], sentence, lines.get(place)) for place in places]


def checked(where: str, model: type[_M], row: object, error: type[ValueError]) -> _M:
    """A row as a validated value.

    Raises:
        error: naming the first key that is wrong.
    """
    try:
        return model.model_validate(row)
    except ValidationError as found:
        first = found.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        message = f"{where}.{key}: {first['msg']}"
        raise error(message) from found


def raise_if_any(problems: Iterable[Problem], folder: Path | None = None) -> None:
    """Raise LibraryError with all of them, with their lines when the messages folder is given; or do nothing."""
    found = tuple(problems)
    if found:
        raise LibraryError(located(found, folder) if folder else found)


def located(problems: Iterable[Problem], folder: Path) -> Iterator[Problem]:
    """The same problems, each with the line of its entry as far as that can be found in the messages folder."""
    sources: dict[str, str] = {}
    for problem in problems:
        if problem.line is None and problem.id:
            source = sources.setdefault(problem.file, _source(folder, problem.file))
            yield replace(problem, line=line_of(source, problem.id))
        else:
            yield problem


def _source(folder: Path, name: str) -> str:
    path = next((path for place in _FOLDERS if (path := folder / place / name).is_file()), None)
    return path.read_text(encoding="utf-8", errors="replace") if path else ""


def _parser_line(said: str, source: str) -> int:
    """The line that the parser names; at the end of the document it names none."""
    found = _AT_LINE.search(said)
    return int(found[1]) if found else max(1, len(source.splitlines()))


def _refused(file: str, error: ErrorDetails, source: str, data: Any) -> Problem:  # noqa: ANN401 - unchecked TOML
    path = error["loc"]
    name, depth = _place(path, data)
    keys = [part for part in path[depth:] if isinstance(part, str) and _PLAIN_KEY.fullmatch(part)]
    return Problem(file, name, _sentence(" ".join(keys) or "file", error), _line(source, path))


def _line(source: str, path: tuple[int | str, ...]) -> int | None:
    if len(path) > 1 and isinstance(path[1], int):
        lines = entry_lines(source, str(path[0]))
        if path[1] < len(lines):
            return lines[path[1]]
    return line_of(source, str(path[0])) if path else None


def _place(path: tuple[int | str, ...], data: Any) -> tuple[str, int]:  # noqa: ANN401 - unchecked TOML
    """The entry an error is about and how much of its path that takes: its id, else its name counted from 1."""
    if len(path) > 1 and isinstance(path[1], int):
        try:
            given = data[path[0]][path[1]].get("id")
        except (KeyError, IndexError, AttributeError):  # pydantic counts what is no entry at all
            given = None
        return (given if isinstance(given, str) else f"{path[0]} {path[1] + 1}"), 2
    within_table = len(path) > 1 and isinstance(path[1], str) and _PLAIN_KEY.fullmatch(path[1])
    return (str(path[0]), 1) if within_table else ("", 0)


def _sentence(key: str, error: ErrorDetails) -> str:
    match error["type"]:
        case "missing":
            return f"“{key}” is missing; add it."
        case "extra_forbidden":
            return f"“{key}” is unknown; remove it or mend its spelling."
        case "enum" | "literal_error":
            return f"“{key}” is wrong: write {error.get('ctx', {}).get('expected', 'another')}."
    hint = _HINTS.get(error["type"], error["msg"].removeprefix("Value error, "))
    return f"“{key}” is wrong: {hint[:1].lower()}{hint[1:]}."
