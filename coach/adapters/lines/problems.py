"""What is said about a line that cannot be used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_PLAIN_NAME = re.compile(r"\w{1,40}")
_PLACE = re.compile(r" at line \d+ column (\d+)")


class LineError(ValueError):
    """A line that cannot be used; the text says where and how to mend it, without quoting what a person wrote."""


def sentence_of(error: ErrorDetails, fields: Iterable[str], purpose: str) -> str:
    """What is wrong and how to mend it, for one finding of pydantic's.

    `fields` are the known names where the error is, `purpose` ends "Write one JSON object on the line, …".
    """
    kind, where = error["type"], ".".join(part for part in error["loc"] if isinstance(part, str))
    if kind == "json_invalid":
        found = _PLACE.sub(r" at character \1", error["msg"])
        return f"{found}. Write one JSON object on the line, {purpose}."
    if not where:
        return f"this is no JSON object. Write one JSON object on the line, {purpose}."
    if kind == "missing":
        return f"{where} is missing; add it."
    if kind == "extra_forbidden":
        return unknown("field", where, fields)
    if kind in {"enum", "literal_error"}:
        return f"{where} is wrong; write {error['ctx']['expected']}."
    if kind == "unknown_name":
        return f"{where}: {error['msg']}"
    return f"{where}: {error['msg'].lower()}; mend it and run the line again."


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """A name that is not known, with the one that may be meant or all there are.

    It is repeated only when it looks like a name: what stands in its place may be a person's words.
    """
    if not all(_PLAIN_NAME.fullmatch(part) for part in name.split(".")):
        return f"there is a {what} that is unknown; known are {', '.join(known)}."
    meant = get_close_matches(name.rpartition(".")[2], [*known], n=1, cutoff=0.8)
    if meant:
        return f"the {what} {name} is unknown; did you mean {meant[0]}? Known are {', '.join(known)}."
    return f"the {what} {name} is unknown; known are {', '.join(known)}."
