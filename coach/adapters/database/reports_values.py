"""What pages show, as frozen values: no SQLAlchemy here, so that pages, JSON and the command line can all use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from coach.core.model import Disposition, EscalationState, Participant, PassedOver, Status

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


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the life of a case."""

    step: str
    at: datetime
    staff: str
    note: str


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
class Gauges:
    """Figures without anything personal, for the operator."""

    backlog: tuple[tuple[str, int], ...]  # lane name and messages waiting
    oldest_due_seconds: float  # of the timer or message that waits longest past its time; 0 when none does
    undecided: int  # received and not yet dealt with
    cases: tuple[tuple[str, int], ...]  # level and open cases
    unowned: tuple[tuple[str, int], ...]  # level and open cases nobody has taken
    tasks: int
