"""Reads messages/carrier.toml: what the carrier's codes mean, how calls are made, and the sentences they say."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from coach.core.failures import FailureClass, Meaning
from coach.core.model import Language
from coach.core.spelling import spelled, spelled_phone

LineName: TypeAlias = Literal[
    "fallback",
    "page_goodbye",
    "page_not_heard",
    "page_sorry",
    "page_unknown",
    "sorry",
    "stranger",
    "voicemail",
    "voicemail_without_phone",
]
_T = TypeVar("_T")
_PLACES = frozenset({"organisation", "support_phone", "emergency", "emergency_digits"})
_DAYS = {FailureClass.NUMBER: 1}
_PAUSED = frozenset({FailureClass.NUMBER, FailureClass.THROTTLE, FailureClass.RETRY})
_LONGEST_SPREAD = 30  # minutes; more would break what people are told about their hour


@dataclass(frozen=True, slots=True)
class CarrierCodes:
    """What failed sends mean: by the carrier's code first, then by HTTP status."""

    by_code: Mapping[int, Meaning]
    by_status: Mapping[int, FailureClass]

    def meaning(self, code: int | None, status: int | None = None) -> Meaning:
        """All that is known of a failure. What is not listed is UNKNOWN, which nothing repeats."""
        if code is not None and code in self.by_code:
            return self.by_code[code]
        failure = self.by_status.get(status or 0, FailureClass.UNKNOWN)
        return Meaning(failure, days=_DAYS.get(failure), known=code is None)

    def classify(self, code: int | None, status: int | None = None) -> FailureClass:
        """Give the class of a failure."""
        return self.meaning(code, status).failure


@dataclass(frozen=True, slots=True)
class SendingFigures:
    """Figures of sending that stand beside the codes."""

    probe: timedelta  # one message in so long is tried on a line that is stopped
    spread: timedelta  # a crowd of prompts of one minute leaves within so long


@dataclass(frozen=True, slots=True)
class VoiceScript:
    """The sentences of a call that no programme decides, with the names filled in."""

    lines: Mapping[LineName, Mapping[Language, str]]

    def line(self, name: LineName, language: Language) -> str:
        """Give one sentence, ready to be spoken."""
        return self.lines[name][language]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Failure(_Entry):
    failure: FailureClass = Field(alias="class")
    codes: list[int] = Field(min_length=1)
    note: str = Field(min_length=1)
    pauses_minutes: list[Annotated[float, Field(gt=0)]] = []
    days: int | None = Field(default=None, ge=1)
    people: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _fits_its_class(self) -> _Failure:
        """What a class does not act upon is a slip of the pen."""
        pauses = self.pauses_minutes
        if pauses and (self.failure not in _PAUSED or pauses != sorted(pauses)):
            problem = f"pauses_minutes must grow, and do not fit the class {self.failure}: {pauses}"
            raise ValueError(problem)
        if self.days is not None and self.failure not in {FailureClass.NUMBER, FailureClass.RETRY}:
            problem = f"days does not fit the class {self.failure}"
            raise ValueError(problem)
        if self.people > 1 and self.failure is not FailureClass.LINE:
            problem = f"people does not fit the class {self.failure}"
            raise ValueError(problem)
        return self

    def meaning(self) -> Meaning:
        pauses = tuple(timedelta(minutes=pause) for pause in self.pauses_minutes)
        return Meaning(self.failure, pauses, self.days or _DAYS.get(self.failure), self.people)


class _Line(_Entry):
    en: str = Field(min_length=1)
    es: str = Field(min_length=1)

    @model_validator(mode="after")
    def _names_known_places(self) -> _Line:
        for text in (self.en, self.es):
            unknown = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None} - _PLACES
            if unknown:
                problem = f"unknown placeholder {sorted(unknown)} in: {text}"
                raise ValueError(problem)
        return self


class _Calls(_Entry):
    machine_detection: Literal["", "Enable", "DetectMessageEnd"]


class _Sending(_Entry):
    probe_minutes: float = Field(ge=1)
    spread_minutes: float = Field(ge=0, le=_LONGEST_SPREAD)


class _Voice(_Entry):
    lines: dict[LineName, _Line]

    @model_validator(mode="after")
    def _nothing_missing(self) -> _Voice:
        missing = {*get_args(LineName)} - {*self.lines}
        if missing:
            problem = f"missing under [voice]: {sorted(missing)}"
            raise ValueError(problem)
        return self


class _File(_Entry):
    failure: list[_Failure]
    http: dict[int, FailureClass]
    sending: _Sending
    calls: _Calls
    voice: _Voice

    @model_validator(mode="after")
    def _each_code_once(self) -> _File:
        codes = [code for entry in self.failure for code in entry.codes]
        twice = {code for code in codes if codes.count(code) > 1}
        if twice:
            problem = f"error codes listed twice: {sorted(twice)}"
            raise ValueError(problem)
        return self


def load_carrier_codes(path: Path) -> CarrierCodes:
    """Read the failure table of carrier.toml. ValueError when an entry is wrong, OSError when the file is absent."""
    file = _read(path)
    return CarrierCodes(
        by_code={code: entry.meaning() for entry in file.failure for code in entry.codes},
        by_status=file.http,
    )


def load_sending_figures(path: Path) -> SendingFigures:
    """Read how a stopped line is tried and how prompts are spread. Errors as the codes' reader."""
    sending = _read(path).sending
    return SendingFigures(timedelta(minutes=sending.probe_minutes), timedelta(minutes=sending.spread_minutes))


def load_machine_detection(path: Path) -> str | None:
    """Read what check-in calls ask the carrier about answering machines; None: nothing. Errors as the codes' reader."""
    return _read(path).calls.machine_detection or None


def load_voice_script(path: Path, organisation: str, support_phone: str | None, emergency: str) -> VoiceScript:
    """Read the call's own sentences of carrier.toml and fill in the names; `emergency` is a number such as 911.

    Without a support phone the voicemail names none. Errors as `load_carrier_codes`.
    """
    voice = _read(path).voice
    names = {
        "organisation": organisation,
        "support_phone": spelled_phone(support_phone or ""),
        "emergency": emergency,
        "emergency_digits": spelled(emergency),
    }
    lines = {name: _both(line.en.format(**names), line.es.format(**names)) for name, line in voice.lines.items()}
    if support_phone is None:
        lines["voicemail"] = lines["voicemail_without_phone"]
    return VoiceScript(lines)


def _read(path: Path) -> _File:
    return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def _both(en: _T, es: _T) -> dict[Language, _T]:
    return {Language.EN: en, Language.ES: es}
