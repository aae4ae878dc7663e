"""messages/triage/rules.toml → TrendRules. A missing, unknown or senseless value is refused by name."""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.core.trend.rules import TrendRules

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

_POSITIVE = ("least", "last", "first", "scores", "scored_days", "share")
_UNKNOWN = {"extra_forbidden", "unexpected_keyword_argument"}
RULES_FILE = "triage/rules.toml"  # inside the messages folder


class _Checked(BaseModel):
    """Carries the strict settings down into the rules, whose own classes know nothing of pydantic."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    rules: TrendRules


class TrendRulesError(ValueError):
    """The rules file cannot be used; the text names the file and the key and says what to do."""


def load_trend_rules(path: Path) -> TrendRules:
    """The trend rules in the file at `path`, or in the messages folder at `path`.

    Raises TrendRulesError with one sentence when they cannot be used.
    """
    path = path / RULES_FILE if path.is_dir() else path
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"{path}: the file cannot be read ({error.strerror}); put the trend rules there."
        raise TrendRulesError(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path}: this is not valid TOML ({error}); mend it there."
        raise TrendRulesError(message) from error
    return _validated(tables, path)


def _validated(tables: dict[str, object], path: Path) -> TrendRules:
    try:
        # By way of JSON, because only there does strict checking take a table for a dataclass.
        rules = _Checked.model_validate_json(json.dumps({"rules": tables}, default=str)).rules
    except ValidationError as error:
        message = f"{path}: {_sentence(_most_telling(error.errors()))}"
        raise TrendRulesError(message) from error
    complaint = _senseless(rules)
    if complaint is not None:
        message = f"{path}: {complaint}"
        raise TrendRulesError(message)
    return rules


def _most_telling(errors: list[ErrorDetails]) -> ErrorDetails:
    """An unknown key first: it is mostly the misspelling behind a missing one."""
    return next((e for e in errors if e["type"] in _UNKNOWN), errors[0])


def _sentence(error: ErrorDetails) -> str:
    key = ".".join(str(part) for part in error["loc"][1:])
    if error["type"] in {"missing", "missing_argument"}:
        return f"the key {key} is missing; add it."
    if error["type"] in _UNKNOWN:
        return f"the key {key} is unknown; remove it or mend its spelling."
    return f"the key {key} is wrong: {error['msg'].lower()}."


def _senseless(rules: TrendRules) -> str | None:
    """The first value that no rule could work with, as a sentence."""
    for key, value in _numbers(asdict(rules)).items():
        if not math.isfinite(value) or value < 0:
            return f"the key {key} is {value}; it must be a number of 0 or more."
        if key.endswith(_POSITIVE) and value == 0:
            return f"the key {key} is 0; it must be more than 0."
        if key.endswith(".share") and value > 1:
            return f"the key {key} is {value}; a share lies between 0 and 1."
    if rules.waking.start >= rules.waking.end:
        return "the key waking.end must be later than waking.start."
    return None


def _numbers(tables: dict[str, Any], prefix: str = "") -> dict[str, float]:
    """Every number under its key, such as "current.last"."""
    found: dict[str, float] = {}
    for key, value in tables.items():
        if isinstance(value, dict):
            found |= _numbers(value, f"{prefix}{key}.")
        elif isinstance(value, list | tuple):
            parts = {str(place): part for place, part in enumerate(value) if isinstance(part, dict)}
            found |= _numbers(parts, f"{prefix}{key}.")
        elif isinstance(value, int | float):
            found[f"{prefix}{key}"] = value
    return found
