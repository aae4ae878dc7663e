"""The line format of `coach assess`: one participant a line in, the decisions of that record a line out."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.adapters.lines.judge import Judge
from coach.adapters.lines.problems import LineError
from coach.core.model import Asked, Assessment, Language, Onset, Profile, Reply, TrendAnswer
from coach.core.trend import Answers, Decision, Person, Row, Seen, TrendRules, answers_of, decide, explained

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LONGEST_RECORD_DAYS = 3660
_DEFAULT_AT = time(16, 30)
_Some = TypeVar("_Some")


class _Part(BaseModel):
    """Keys not named here are comments, but a near miss of a known key is refused: it would be silently lost."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True, allow_inf_nan=False)

    def model_post_init(self, _context: object, /) -> None:
        for key in self.model_extra or {}:
            for meant in get_close_matches(key, type(self).model_fields, n=1, cutoff=0.8):
                message = f"the key {key} is unknown; did you mean {meant}?"
                raise ValueError(message)


class _Answers(_Part):
    onset: Onset | None = None
    seen: Seen | None = None
    trend: TrendAnswer | None = None
    stairs: Annotated[int, Field(ge=0, le=3)] | None = None
    falls: Annotated[int, Field(ge=0)] | None = None
    chair_stands: Annotated[int, Field(ge=0)] | None = None

    def values(self) -> Answers:
        return Answers(self.onset, self.seen, self.trend, self.stairs, self.falls, self.chair_stands)


class _Day(_Part):
    day: Annotated[int, Field(ge=1, le=LONGEST_RECORD_DAYS)]
    at: time | None = None
    asked: Asked | None = None
    text: str | None = None
    weakness: float | None = None
    answers: _Answers | None = None

    def row(self) -> Row:
        """The row as far as it is known without reading the text."""
        return Row(
            day=self.day,
            at=self.at or _DEFAULT_AT,
            asked=self.asked,
            texted=bool((self.text or "").strip()),
            weakness=self.weakness,
            answers=self.answers.values() if self.answers else Answers(),
        )


class _Profile(_Part):
    conditions: list[str] = []
    medicines: list[str] = []
    baseline: float | None = None
    lives_alone: bool | None = None
    age: int | None = None
    sex: str | None = None

    def values(self) -> Profile:
        return Profile(
            conditions=frozenset(self.conditions),
            medicines=frozenset(self.medicines),
            baseline=None if self.baseline is None else round(self.baseline),
            lives_alone=self.lives_alone,
            age=self.age,
            sex=self.sex,
        )


class _Line(_Part):
    id: str
    profile: _Profile | None = None
    language: Language = Language.EN
    days: list[_Day]


def assess_line(line: str, judge: Judge, rules: TrendRules) -> dict[str, Any]:
    """The answer to one line. Raises LineError when the line cannot be used."""
    record = _parsed(line)
    profile = record.profile.values() if record.profile else Profile()
    person = Person(profile.has("non_ambulatory"), profile.lives_alone is True)
    rows = _rows(record, profile, judge, rules.repeat.together_hours)
    decisions = explained(decide(rows, person, rules), rows, person, rules)
    return {"id": record.id, "decisions": [_printed(decision) for decision in decisions]}


def _parsed(line: str) -> _Line:
    try:
        return _Line.model_validate_json(line)
    except ValidationError as error:
        raise LineError(_sentence(error.errors(include_input=False)[0])) from error


def _sentence(error: ErrorDetails) -> str:
    where = ", ".join(f"row {part + 1}" if isinstance(part, int) else part for part in error["loc"])
    if error["type"] == "json_invalid":
        return f"{error['msg']}. Write one JSON object on the line, with id and days."
    if error["type"] == "value_error":
        return f"{where or 'the line'}: {error['ctx']['error']}"
    if error["type"] == "missing":
        return f"{where} is missing; add it."
    return f"{where or 'the line'}: {error['msg'].lower()}; mend it and run the line again."


def _rows(record: _Line, profile: Profile, judge: Judge, together_hours: float) -> list[Row]:
    rows: list[Row] = []
    for day in sorted(record.days, key=lambda one: one.day):
        row = day.row()
        if row.texted and day.text is not None:
            recent = _recent(rows, row, together_hours)
            reply, assessment = judge(day.text, row.asked or Asked.WEAKNESS, record.language, profile, recent)
            row = _with_reading(row, reply, assessment)
        rows.append(row)
    return rows


def _recent(rows: list[Row], now: Row, together_hours: float) -> frozenset[str]:
    since = now.moment - together_hours * 60
    return frozenset(code for row in rows if row.moment >= since for code in row.codes)


def _with_reading(row: Row, reply: Reply, assessment: Assessment) -> Row:
    """The row with what its text says; a value given beside the text counts before it."""
    return replace(
        row,
        weakness=_first(row.weakness, reply.weakness),
        answers=_answers(row, reply),
        codes=reply.codes,
        assessment=assessment,
    )


def _answers(row: Row, reply: Reply) -> Answers:
    given, read = row.answers, answers_of(reply, row.asked or Asked.WEAKNESS)
    return Answers(
        onset=_first(given.onset, read.onset),
        seen=_first(given.seen, read.seen),
        trend=_first(given.trend, read.trend),
        stairs=_first(given.stairs, read.stairs),
        falls=_first(given.falls, read.falls),
        chair_stands=_first(given.chair_stands, read.chair_stands),
    )


def _first(given: _Some | None, read: _Some | None) -> _Some | None:
    return read if given is None else given


def _printed(decision: Decision) -> dict[str, Any]:
    return {
        "day": decision.day,
        "action": decision.action.value,
        "level": decision.level.value if decision.level else None,
        "rules": list(decision.rules),
        "because": decision.because,
    }
