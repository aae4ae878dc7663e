"""What the JSON interface answers. The names are public: add to them, do not change them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, field_validator

from coach.adapters.database.reports_values import RotaPage, Speaker
from coach.core.model import Channel, Density, Disposition, EscalationState, Language, Status


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class ScoreView(_View):
    """The weakness score of one local day, 0 (none) to 10 (cannot stand)."""

    day: date
    score: float


class CaseView(_View):
    """An open case."""

    id: int
    participant_id: int
    name: str
    phone: str
    level: Disposition
    because: str
    quote: str
    state: EscalationState
    owner: str | None
    raised_at: datetime
    scores: tuple[ScoreView, ...]
    stage: str  # the state, or `told` or `paged` while nobody has it
    contact_by: datetime | None  # when the person should have been phoned
    late: bool  # and nobody has by then


class TaskView(_View):
    """Work that is no case."""

    id: int
    kind: str
    because: str
    raised_at: datetime
    participant_id: int | None
    name: str
    phone: str


class WorklistView(_View):
    """Cases by level and then age, oldest first; tasks by age."""

    at: datetime
    cases: tuple[CaseView, ...]
    tasks: tuple[TaskView, ...]


class DeliveryView(_View):
    """What became of a message, in words."""

    words: str
    trouble: bool


class ReadView(_View):
    """What a text was read as."""

    intent: str
    disposition: Disposition | None
    weakness: int | None
    signs: tuple[str, ...]
    denied: tuple[str, ...]


class PassedOverView(_View):
    """A text that the person must not get, and the rule that says so."""

    template: str
    gate: str


class LineView(_View):
    """One line of the conversation."""

    key: str
    at: datetime
    speaker: Speaker
    text: str
    channel: str
    because: str
    delivery: DeliveryView | None
    read: ReadView | None
    staff: str
    passed_over: tuple[PassedOverView, ...]


class StepView(_View):
    """One step in the life of a case."""

    step: str
    at: datetime
    staff: str
    note: str
    to: str  # the name of whom a page went to
    channel: str
    delivery: DeliveryView | None  # what became of a page


class CaseHistoryView(_View):
    """A case with its steps."""

    id: int
    level: Disposition
    rules: tuple[str, ...]
    because: str
    quote: str
    state: EscalationState
    raised_at: datetime
    owner: str | None
    outcome: str | None
    stage: str
    contact_by: datetime | None
    contacted_at: datetime | None
    late: bool
    rules_version: str
    explanation: dict[str, Any] | None
    steps: tuple[StepView, ...]


class ParticipantView(_View):
    """Who it is."""

    id: int
    name: str
    phone: str
    status: Status
    language: Language
    zone: str | None
    channel: Channel
    enrolled_on: date | None
    programme: str
    programme_on: date | None  # day 1 of a later programme
    density: Density
    ask_at: time | None  # local hour of check-ins; null: the programme's own
    birth_year: int | None
    can_be_identified: bool  # whether a call can make sure that it is them; a PIN itself is never told
    no_voicemail: bool


class PersonView(_View):
    """One person: the newest part of the conversation, twelve weeks of scores, and cases."""

    participant: ParticipantView
    at: datetime
    last_heard: datetime | None
    lines: tuple[LineView, ...]
    scores: tuple[ScoreView, ...]
    cases: tuple[CaseHistoryView, ...]
    tasks: tuple[TaskView, ...]


class OnCallView(_View):
    """A number of staff that may be paged."""

    id: int
    handle: str
    name: str
    phone: str
    language: Language
    zone: str
    texts: bool
    calls: bool
    active: bool
    operator: bool


class ShiftView(_View):
    """Hours of each week, by the clock of the person; an end not after the start is on the next day."""

    id: int
    person: int
    layer: int  # 1 first, 2 second, 9 backup
    weekdays: tuple[int, ...]  # 0 is Monday
    start: time
    end: time
    first_day: date
    last_day: date | None

    @field_validator("weekdays", mode="before")
    @classmethod
    def _in_order(cls, days: frozenset[int]) -> tuple[int, ...]:
        return tuple(sorted(days))


class LeaveView(_View):
    """Days away, both included."""

    id: int
    person: int
    first_day: date
    last_day: date
    cover: int | None


class GapView(_View):
    """A stretch of time in which nobody is on call."""

    start: datetime
    end: datetime


class AlarmView(_View):
    """Something about the program itself that somebody must see to."""

    id: int
    kind: str
    because: str
    raised_at: datetime
    seen_by: str | None
    seen_at: datetime | None


class RotaView(BaseModel):
    """Who is on call, and what is wrong with it in the next 14 days."""

    at: datetime
    on_duty: tuple[OnCallView, ...]  # now, in the order they are paged
    backups: tuple[OnCallView, ...]
    gaps: tuple[GapView, ...]
    problems: tuple[str, ...]
    alarms: tuple[AlarmView, ...]
    people: tuple[OnCallView, ...]
    shifts: tuple[ShiftView, ...]
    leaves: tuple[LeaveView, ...]

    @classmethod
    def of(cls, page: RotaPage) -> Self:
        """The view of what the page shows."""
        rota, attention = page.rota, page.attention
        values = {
            "at": page.at, "on_duty": page.on_duty, "backups": page.backups, "gaps": page.gaps,
            "problems": attention.problems, "alarms": attention.alarms,
            "people": rota.people, "shifts": rota.shifts, "leaves": rota.leaves,
        }  # fmt: skip
        return cls.model_validate(values, from_attributes=True)


class ErrorView(BaseModel):
    """One plain sentence: what happened, and what to do."""

    error: str
