"""`messages/second_reader` → the second reader, with what it takes to believe it."""

from __future__ import annotations

import base64
import json
import sys
import tomllib
from array import array
from collections.abc import Mapping, Sequence
from math import exp, sqrt
from pathlib import Path
from typing import Any
from zlib import compress, decompress

from pydantic import BaseModel, ConfigDict, Field

from coach.adapters.library.problems import checked
from coach.core.model import Disposition
from coach.core.reading.likeness import Likeness, Trust, Weights, log_odds

FOLDER, WEIGHTS = "second_reader", "weights.json"
WORD = "w:"  # before a feature that is a whole word
RARE = 36  # squared length of a feature, which is the square of its inverse document frequency: one text in 400


class _ForLevels(BaseModel):
    """A probability for each level that a text can be raised to."""

    model_config = ConfigDict(extra="forbid", strict=True)

    emergency: float = Field(ge=0, le=1)
    urgent: float = Field(ge=0, le=1)


class _ForSigns(_ForLevels):
    """A probability for signs of each level."""

    routine: float = Field(ge=0, le=1)
    self_care: float = Field(ge=0, le=1)


class _TrustFile(BaseModel):
    """`trust.toml`: probabilities from 0 to 1."""

    model_config = ConfigDict(extra="forbid", strict=True)

    signs: _ForSigns
    levels: _ForLevels
    denied: float = Field(ge=0, le=1)
    spoken_of: float = Field(ge=0, le=1)
    hinted: float = Field(ge=0, le=1)
    short: float = Field(ge=0, le=1)
    intent: float = Field(ge=0, le=1)
    wish: float = Field(ge=0, le=1)
    unlike: float = Field(ge=0, le=1)
    other_intent: float = Field(ge=0, le=1)


def load_likeness(messages: Path) -> Likeness | None:
    """The second reader of a `messages` folder; None where there is none."""
    home = messages / FOLDER
    if not home.is_dir():
        return None
    content = json.loads((home / WEIGHTS).read_text(encoding="utf-8"))
    weights = _weights(content)
    usual = usual_levels(messages)
    levels = {label: usual[label] for label in weights.labels if label in usual}
    phrasings = {code: tuple(texts) for code, texts in content["phrasings"].items()}
    return Likeness(weights, _load_trust(home / "trust.toml"), levels, phrasings)


def _weights(content: Mapping[str, Any]) -> Weights:
    names = content["names"].split("\n")
    return Weights(
        labels=tuple(content["labels"]),
        bias=tuple(content["bias"]),
        index=dict(zip(names, range(len(names)), strict=True)),
        lengths=_numbers("H", content["lengths"]),
        rows=decompress(base64.b64decode(content["rows"])),
    )


def common_words(weights: Weights) -> dict[str, float]:
    """In which share of texts each common word stands, as the second reader has learnt it."""
    lengths = zip(weights.index, weights.lengths, strict=True)
    return {name[2:]: exp(-sqrt(length)) for name, length in lengths if length <= RARE and name.startswith(WORD)}


def _numbers(kind: str, text: str) -> array[int]:
    """Little-endian whole numbers from base64."""
    numbers = array(kind, base64.b64decode(text))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _packed(kind: str, numbers: Sequence[int]) -> str:
    packed = array(kind, numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return base64.b64encode(packed.tobytes()).decode("ascii")


def written(weights: Weights, phrasings: Mapping[str, Sequence[str]]) -> str:
    """The second reader as the text of `weights.json`: names one a line, arrays as base64."""
    content = {
        "labels": weights.labels,
        "bias": weights.bias,
        "phrasings": phrasings,
        "lengths": _packed("H", weights.lengths),
        "rows": base64.b64encode(compress(weights.rows, level=9)).decode("ascii"),
        "names": "\n".join(weights.index),
    }
    return json.dumps(content, ensure_ascii=False, indent=0) + "\n"


def usual_levels(messages: Path) -> dict[str, Disposition]:
    """The usual level of each sign."""
    table = tomllib.loads((messages / "triage" / "signs.toml").read_text(encoding="utf-8"))
    return {code: Disposition(row["level"]) for code, row in table.items()}


def _load_trust(file: Path) -> Trust:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file.name}: not valid TOML: {error}") from error
    row = checked(file.name, _TrustFile, table, ValueError)
    return Trust(
        signs=_by_level(row.signs),
        denied=log_odds(row.denied),
        spoken_of=log_odds(row.spoken_of),
        hinted=log_odds(row.hinted),
        levels=_by_level(row.levels),
        short=log_odds(row.short),
        intent=log_odds(row.intent),
        wish=log_odds(row.wish),
        unlike=log_odds(row.unlike),
        other_intent=log_odds(row.other_intent),
    )


def _by_level(table: _ForLevels) -> dict[Disposition, float]:
    return {Disposition(level): log_odds(value) for level, value in table.model_dump().items()}
