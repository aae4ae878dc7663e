"""What pages show, as frozen values: no SQLAlchemy here, so that pages, JSON and the command line can all use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from coach.core.escalation import NOT_REACHED
from coach.core.model import CaseStepKind, Disposition, EscalationState, Participant, PassedOver, Status
from coach.core.rota import Gap, OnCall, Rota
from coach.ports import Alarm

CHART_DAYS = 84
"""The span of the chart on a person's page: the twelve weeks of the programme."""

SPARK_DAYS = 14
"""The span of the small chart beside a case."""


@dataclass(frozen=True, slots=True)
class DayScore:
    """The weakness score of one local day, 0 to 10: the last one given that day."""

    day: date
    score: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message to somebody, in words. `trouble`: it did not arrive, or nobody knows."""

    words: str
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """What a received text was read as."""

    intent: str
    disposition: Disposition | None = None
    weakness: int | None = None
    signs: tuple[str, ...] = ()  # codes
    denied: tuple[str, ...] = ()


class Speaker(StrEnum):
    """Whose line it is in a conversation."""

    PERSON = "person"
    COACH = "coach"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation. `key` is unique on the page and stays the same: "in-12", "out-7", "step-3"."""

    key: str
    at: datetime
    speaker: Speaker
    text: str
    channel: str = ""  # sms or voice; empty for what was not said
    because: str = ""
    delivery: Delivery | None = None
    read: Read | None = None
    staff: str = ""
    undecided: bool = False  # received, and not yet read by the coach
    passed_over: tuple[PassedOver, ...] = ()  # texts that this person must not get


@dataclass(frozen=True, slots=True)
class Case:
    """An escalation as the worklist shows it."""

    id: int
    participant_id: int
    name: str
    phone: str
    zone: str | None
    status: Status
    level: Disposition
    because: str
    quote: str
    state: EscalationState
    owner: str | None
    raised_at: datetime
    scores: tuple[DayScore, ...] = ()  # of the last SPARK_DAYS, oldest first
    stage: str = EscalationState.RAISED.value  # its state, or `told` or `paged` while nobody has it
    contact_by: datetime | None = None  # when the person should have been phoned
    late: bool = False  # and nobody has by then


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Work that is no case."""

    id: int
    kind: str
    because: str
    raised_at: datetime
    participant_id: int | None
    name: str
    phone: str
    zone: str | None
    quote: str = ""  # the text it is about, when there is one


@dataclass(frozen=True, slots=True)
class HeatAlert:
    """Days on which it is dangerously hot in a time zone, as staff said; local dates, both included."""

    id: int
    zone: str
    first_day: date
    last_day: date
    staff: str
    at: datetime
    today: date  # the local date there

    @property
    def in_force(self) -> bool:
        """Whether it holds today."""
        return self.first_day <= self.today


@dataclass(frozen=True, slots=True)
class HeatPage:
    """Alerts that are not over, the first to begin first; and the time zones people live in, the most people first."""

    alerts: tuple[HeatAlert, ...]
    zones: tuple[tuple[str, int], ...]  # zone and number of people


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures above the worklist. Cases by level are in the worklist itself."""

    active: int = 0
    invited: int = 0
    paused: int = 0
    unread: int = 0  # received texts that have waited for minutes to be read by the coach
    late: int = 0  # messages that should have gone out minutes ago
    pause_reason: str = ""  # why ordinary messages wait for all, while they do


@dataclass(frozen=True, slots=True)
class Worklist:
    """What waits for a coordinator: cases by level and then age, and tasks by age."""

    at: datetime
    cases: tuple[Case, ...]
    tasks: tuple[OpenTask, ...]
    counts: Counts
    heat: tuple[HeatAlert, ...] = ()  # alerts in force today

    def at_level(self, level: Disposition) -> int:
        """How many open cases have this level."""
        return sum(1 for case in self.cases if case.level is level)

    @property
    def unowned(self) -> int:
        """How many open cases nobody has taken."""
        return sum(1 for case in self.cases if case.state is EscalationState.RAISED)


_OF_MESSAGES = frozenset({CaseStepKind.TOLD, CaseStepKind.PAGED, CaseStepKind.FOLLOWED_UP, CaseStepKind.NOT_DELIVERED})


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the life of a case."""

    step: str
    at: datetime
    staff: str
    note: str
    to: str = ""  # the name of whom a page went to
    channel: str = ""
    delivery: Delivery | None = None  # what became of its message

    @property
    def is_page(self) -> bool:
        """Whether it is about paging staff; there may be very many of these."""
        return self.step in {CaseStepKind.PAGED, CaseStepKind.PAGE_FAILED}

    @property
    def is_message(self) -> bool:
        """Whether its note names a text that was sent, and is nothing somebody wrote."""
        return self.step in _OF_MESSAGES

    @property
    def promised(self) -> datetime | None:
        """By when the person was told that somebody plans to phone, where that is what its note says."""
        return datetime.fromisoformat(self.note) if self.step == CaseStepKind.PROMISED and self.note else None

    @property
    def says(self) -> str:
        """What its note says to a reader; empty where it is no sentence."""
        return "" if self.is_message or self.promised else self.note


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """An escalation with all its steps."""

    id: int
    level: Disposition
    rules: tuple[str, ...]
    because: str
    quote: str
    state: EscalationState
    raised_at: datetime
    owner: str | None
    outcome: str | None
    inbound_id: int | None
    steps: tuple[Step, ...] = ()
    stage: str = EscalationState.RAISED.value  # its state, or `told` or `paged` while nobody has it
    contact_by: datetime | None = None  # when the person should have been phoned
    contacted_at: datetime | None = None
    late: bool = False  # the time to phone has passed and nobody has
    rules_version: str = ""
    explanation: Mapping[str, object] | None = None

    @property
    def denied(self) -> bool:
        """Whether it was noted that somebody spoke with the person, and they deny it. As `escalation.denied_at`."""
        notes = [step.step for step in self.steps]
        if self.state is not EscalationState.CONTACTED or CaseStepKind.CONTACTED not in notes:
            return False
        since = self.steps[len(notes) - notes[::-1].index(CaseStepKind.CONTACTED) :]
        return any((step.step, step.note) == (CaseStepKind.ANSWERED, NOT_REACHED) for step in since)

    @property
    def pages(self) -> tuple[Step, ...]:
        """Who was paged, when, and what became of it."""
        return tuple(step for step in self.steps if step.is_page)

    @property
    def trail(self) -> tuple[Step, ...]:
        """Everything else that happened."""
        return tuple(step for step in self.steps if not step.is_page)

    @property
    def paged(self) -> tuple[str, ...]:
        """The names of those paged, each once, in their order."""
        return tuple(dict.fromkeys(step.to for step in self.steps if step.step == CaseStepKind.PAGED and step.to))


@dataclass(frozen=True, slots=True)
class Marker:
    """Something worth a mark on the chart. `kind`: case, fall or sign."""

    day: date
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class ConsentStep:
    """One step of a person's consent, with the exact words."""

    step: str
    wording_id: str
    wording_version: str
    wording: str
    channel: str
    at: datetime
    staff: str


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Something time will cause."""

    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """A scheduled prompt that was not sent, and why."""

    slot: str
    day: date | None
    reason: str
    because: str
    at: datetime
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything the page of one person shows."""

    participant: Participant
    at: datetime
    today: date  # the person's local date, or the UTC one while the zone is not known
    lines: tuple[Line, ...]  # oldest first
    earlier: datetime | None  # ask for lines before this time to go on reading back; None when there are none
    scores: tuple[DayScore, ...]  # of the last 12 weeks, oldest first
    markers: tuple[Marker, ...]
    cases: tuple[CaseHistory, ...]  # open ones by level first, then closed ones, newest first
    tasks: tuple[OpenTask, ...]
    consents: tuple[ConsentStep, ...]
    upcoming: tuple[Upcoming, ...]
    skipped: tuple[Skipped, ...]
    last_heard: datetime | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list of people."""

    id: int
    name: str
    phone: str
    status: Status
    zone: str | None
    last_heard: datetime | None
    last_score: DayScore | None
    open_level: Disposition | None  # of the worst open case


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Part of the list of people; `number` counts from 1."""

    rows: tuple[PersonRow, ...]
    total: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Attention:
    """What is wrong with the rota or the program itself; shown on every page while it is."""

    problems: tuple[str, ...] = ()  # of the rota, a sentence each
    alarms: tuple[Alarm, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.problems or self.alarms)


@dataclass(frozen=True, slots=True)
class LastPage:
    """The newest page or other text to a number on call, and what became of it."""

    at: datetime
    channel: str
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class RotaPage:
    """Who is on call when, now and in the next 14 days."""

    at: datetime
    rota: Rota
    attention: Attention
    on_duty: tuple[OnCall, ...]  # now, in the order they are paged
    backups: tuple[OnCall, ...]
    gaps: tuple[Gap, ...]
    last_pages: Mapping[int, LastPage] = field(default_factory=dict)  # by OnCall.id
