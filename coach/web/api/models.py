"""What the JSON interface answers. The names are public: add to them, do not change them."""

from __future__ import annotations

from datetime import date, datetime, time

from pydantic import BaseModel, ConfigDict

from coach.adapters.database.reports_values import Speaker
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


class PersonView(_View):
    """One person: the newest part of the conversation, twelve weeks of scores, and cases."""

    participant: ParticipantView
    at: datetime
    last_heard: datetime | None
    lines: tuple[LineView, ...]
    scores: tuple[ScoreView, ...]
    cases: tuple[CaseHistoryView, ...]
    tasks: tuple[TaskView, ...]


class ErrorView(BaseModel):
    """One plain sentence: what happened, and what to do."""

    error: str
