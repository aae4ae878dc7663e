"""messages/calls.toml → how calls go on."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from coach.adapters.library.problems import Problem, Strict, raise_if_any, read
from coach.core.call_rules import CallRules, Hints, WordList
from coach.core.model import Language

FILE = "calls.toml"
_MOST_HINTS = 500  # https://www.twilio.com/docs/voice/twiml/gather
_Answer = Literal[
    "yes", "no", "better", "same", "worse", "much_worse", "today", "this_week", "longer", "seen_yes", "seen_booked",
    "seen_not_yet",
]  # fmt: skip


class _Both(Strict):
    en: str = Field(min_length=1)
    es: str = Field(min_length=1)

    def by_language(self) -> dict[Language, str]:
        return {Language.EN: self.en, Language.ES: self.es}


class _Lists(Strict):
    en: list[str] = Field(min_length=1, max_length=_MOST_HINTS)
    es: list[str] = Field(min_length=1, max_length=_MOST_HINTS)

    def by_language(self) -> dict[Language, tuple[str, ...]]:
        return {Language.EN: tuple(self.en), Language.ES: tuple(self.es)}


class _StandsFor(Strict):
    person: _Both
    stop: _Both


class _File(Strict):
    confidence: float = Field(ge=0, le=1)
    patience: int = Field(ge=1, le=5)
    identity_tries: int = Field(ge=1, le=5)
    call_back_minutes: float = Field(gt=0)
    stands_for: _StandsFor
    answers: dict[_Answer, _Both]
    words: dict[Annotated[WordList, Field(strict=False)], _Lists]
    hints: dict[Annotated[Hints, Field(strict=False)], _Lists]

    @model_validator(mode="after")
    def _nothing_missing(self) -> _File:
        _want("words", set(WordList), set(self.words))
        _want("hints", set(Hints), set(self.hints))
        _want("answers", set(get_args(_Answer)), set(self.answers))
        return self


def _want(name: str, wanted: AbstractSet[str], given: AbstractSet[str]) -> None:
    missing = sorted(wanted - given)
    if missing:
        problem = f"missing under [{name}]: {', '.join(missing)}"
        raise ValueError(problem)


def load_call_rules(folder: Path) -> CallRules:
    """How calls go on. Raises ValueError with every problem found."""
    problems: list[Problem] = []
    file = read(folder / FILE, _File, problems)
    raise_if_any(problems)
    if file is None:
        problem = f"{FILE} could not be read"
        raise ValueError(problem)
    return CallRules(
        confidence=file.confidence,
        patience=file.patience,
        identity_tries=file.identity_tries,
        call_back=timedelta(minutes=file.call_back_minutes),
        words={name: (*entry.en, *entry.es) for name, entry in file.words.items()},
        hints={name: entry.by_language() for name, entry in file.hints.items()},
        answers={name: entry.by_language() for name, entry in file.answers.items()},
        person=file.stands_for.person.by_language(),
        stop=file.stands_for.stop.by_language(),
    )
