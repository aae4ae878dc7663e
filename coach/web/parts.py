"""What the pages need of the rest, handed over once when the application is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

from fastapi import APIRouter

from coach.adapters.database.figures import Figures
from coach.adapters.database.reports_values import (
    Attention,
    HeatPage,
    PeoplePage,
    PersonPage,
    RotaPage,
    Worklist,
)
from coach.core.content import Library
from coach.core.model import Participant
from coach.details import Details
from coach.ports import Clock
from coach.rostering import Rostering
from coach.service import Done, Refused
from coach.web.metrics import SpoolFigures

Probe: TypeAlias = Callable[[], str | None]
"""Looks at one thing readiness depends on: None when it is well, else one plain sentence for the operator."""


class StaffMember(Protocol):
    """Somebody who is signed in."""

    @property
    def username(self) -> str:
        """The name actions are recorded under."""

    @property
    def name(self) -> str:
        """The name shown on pages."""

    @property
    def role(self) -> str:
        """What they may do."""


class Accounts(Protocol):
    """Who may come in."""

    def sign_in(self, username: str, password: str) -> str | None:
        """A new session token, or None when name and password do not fit or the account is locked."""

    def staff_of(self, token: str, *, by_hand: bool = True) -> StaffMember | None:
        """Whose session a token is; None when it has ended. A page refreshing itself is not done by hand."""

    def sign_out(self, token: str) -> None:
        """End a session for ever."""


class StaffActions(Protocol):
    """What coordinators do to people and cases; coach.service.Coach keeps these promises."""

    def enrol(self, participant: Participant, staff: str) -> Done | Refused:
        """Store a person and send the one invitation."""

    @property
    def details(self) -> Details:
        """Changes of what is known of a person."""

    @property
    def rostering(self) -> Rostering:
        """Changes of the rota."""

    def acknowledge(self, escalation_id: int, staff: str) -> Done | Refused:
        """Take a case."""

    def pass_on(self, escalation_id: int, staff: str) -> Done | Refused:
        """Give a case on."""

    def contacted(self, escalation_id: int, staff: str, note: str) -> Done | Refused:
        """Note that somebody spoke with the person."""

    def reopen_case(self, escalation_id: int, staff: str, because: str) -> Done | Refused:
        """Open a closed case again."""

    def close_case(self, escalation_id: int, staff: str, outcome: str, note: str) -> Done | Refused:
        """End a case with a coded outcome."""

    def finish_task(self, task_id: int, staff: str) -> Done | Refused:
        """Mark a task as done."""

    def declare_heat(self, zone: str, first_day: date, last_day: date, staff: str) -> Done | Refused:
        """Say that it is dangerously hot in a time zone on these days."""

    def end_heat(self, alert_id: int, staff: str) -> Done | Refused:
        """End a heat alert."""


class Pages(Protocol):
    """Read-only queries; coach.adapters.database.reports.Reports keeps these promises."""

    def worklist(self, now: datetime) -> Worklist:
        """What waits for a coordinator."""

    def person(self, person_id: int, now: datetime, before: datetime | None = None) -> PersonPage | None:
        """Everything about one person."""

    def people(self, query: str, now: datetime, number: int = 1) -> PeoplePage:
        """The people whose name or number holds the query."""

    def heat(self, now: datetime) -> HeatPage:
        """Heat alerts that are not over, and the time zones people live in."""

    def rota(self, now: datetime) -> RotaPage:
        """Who is on call when, and which hours nobody covers."""

    def attention(self, now: datetime) -> Attention:
        """What is wrong with the rota or the program itself."""

    def gauges(self, now: datetime) -> Figures:
        """Figures without anything personal."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list to choose from."""

    id: str
    label: str


def _no_spool() -> SpoolFigures | None:
    return None


def _no_library() -> Library:
    return Library(templates={}, gates={}, numbers={}, zones={}, version="")


@dataclass(frozen=True, slots=True)
class WebParts:
    """The dashboard's dependencies and the facts of the installation."""

    coach: StaffActions
    reports: Pages
    accounts: Accounts
    clock: Clock
    outcomes: Sequence[Choice]  # coded ways in which a case may end
    programmes: Sequence[Choice]
    public_url: str = "http://127.0.0.1:8000"
    organisation: str = "Leg Coach"
    country: str = "US"
    countries: Sequence[Choice] = ()  # those whose emergency number is known; only `country` when empty
    invitations: Mapping[str, str] = field(default_factory=dict)  # language to the exact words of the invitation
    allow_fictional: bool = False  # numbers reserved for fiction, in demonstrations only
    library: Library = field(default_factory=_no_library)  # names rules, texts and time zones
    routers: Sequence[APIRouter] = ()  # webhooks and voice dialogue
    probes: Mapping[str, Probe] = field(default_factory=dict)  # what /readyz asks, by name
    spool: Callable[[], SpoolFigures | None] = _no_spool  # what waits on disk; None when nothing is ever set down there

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by HTTPS."""
        return urlsplit(self.public_url).scheme == "https"
