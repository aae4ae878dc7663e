"""messages/rehearsals.toml → invented people whose two weeks clinicians read (see calendars.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from coach.adapters.library.person import WrongPerson, situation_of
from coach.adapters.library.problems import Problem, Strict, raise_if_any, read, repeated
from coach.core import schedule
from coach.core.conversation.rehearsal import Habits, Line
from coach.core.model import Asked, Conversation, Participant

FILE = "rehearsals.toml"
DAYS = 14
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_NOON = time(12)
_Day = Annotated[int, Field(ge=1, le=DAYS)]
_Score = Annotated[int, Field(ge=0, le=10)]


class _Words(Strict):
    en: str = Field(min_length=1)
    es: str = Field(min_length=1)


class _Line(Strict):
    day: _Day
    at: str = Field(pattern=_CLOCK)
    text: str = Field(min_length=1)


_Answers = dict[Annotated[Asked, Field(strict=False)], _Words]


class _Person(Strict):
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str = Field(min_length=1)
    who: str = Field(min_length=1)
    profile: str
    zone: str
    first_day: date
    scores: list[_Score] = Field(min_length=DAYS, max_length=DAYS)
    silent_days: list[_Day] = Field(default_factory=list)
    hot_days: list[_Day] = Field(default_factory=list)
    team_closes: list[_Day] = Field(default_factory=list)
    writes: list[_Line] = Field(default_factory=list)
    answers: _Answers = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_nothing_while_silent(self) -> _Person:
        spoken = sorted({line.day for line in self.writes} & set(self.silent_days))
        if spoken:
            raise ValueError(f"day {spoken[0]} is silent, and yet something is written on it; mend one of them")
        return self


class _File(Strict):
    answers: _Answers
    person: list[_Person] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One invented person, and what they do in two weeks."""

    id: str
    who: str
    participant: Participant
    first_day: date
    hot_days: frozenset[date]
    habits: Habits

    @property
    def begin(self) -> datetime:
        """The first moment of day 1 where the person lives."""
        return schedule.to_utc(self.first_day, time(0), self.participant.zone or "UTC")

    @property
    def known(self) -> Conversation:
        """What is known of the person then."""
        return Conversation(self.participant, hot_days=self.hot_days)


def load_rehearsals(folder: Path) -> Mapping[str, Rehearsal]:
    """Everybody in the file by id, in its order.

    Raises:
        LibraryError: naming every person and key to mend.
    """
    problems: list[Problem] = []
    file = read(folder / FILE, _File, problems)
    people = file.person if file else []
    if people:
        problems += repeated(folder / FILE, "person", [entry.id for entry in people])
    found = {
        entry.id: _rehearsal(entry, participant, file.answers if file else {})
        for number, entry in enumerate(people, start=1)
        if (participant := _participant(entry, number, problems)) is not None
    }
    raise_if_any(problems, folder)
    return found


def _participant(entry: _Person, number: int, problems: list[Problem]) -> Participant | None:
    if not schedule.known_zone(entry.zone):
        sentence = f"There is no time zone {entry.zone}; write its IANA name."
        problems.append(Problem(FILE, entry.id, sentence))
    try:
        person = situation_of(entry.profile, (), entry.first_day).participant
    except WrongPerson as wrong:
        problems.append(Problem(FILE, entry.id, f"In “profile”: {wrong}"))
        return None
    if not schedule.known_zone(entry.zone):
        return None
    return replace(person, id=number, name=entry.name, zone=entry.zone, enrolled_on=entry.first_day)


def _rehearsal(entry: _Person, participant: Participant, answers: _Answers) -> Rehearsal:
    return Rehearsal(
        id=entry.id,
        who=entry.who,
        participant=participant,
        first_day=entry.first_day,
        hot_days=frozenset(_date(entry, day) for day in entry.hot_days),
        habits=Habits(
            scores=dict(_scores(entry)),
            answers={
                asked: getattr(words, participant.language.value) for asked, words in (answers | entry.answers).items()
            },
            lines=tuple(Line(_at(entry, line.day, time.fromisoformat(line.at)), line.text) for line in entry.writes),
            closings=tuple(_at(entry, day, _NOON) for day in entry.team_closes),
        ),
    )


def _scores(entry: _Person) -> Iterator[tuple[date, int]]:
    for day, score in enumerate(entry.scores, start=1):
        if day not in entry.silent_days:
            yield _date(entry, day), score


def _date(entry: _Person, day: int) -> date:
    return entry.first_day + timedelta(days=day - 1)


def _at(entry: _Person, day: int, at: time) -> datetime:
    return schedule.to_utc(_date(entry, day), at, entry.zone)
