"""The list of people, and the page of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from starlette.responses import Response

from coach.adapters.database.reports_values import PersonPage
from coach.adapters.profile_facts import WALKING_AIDS
from coach.core.model import Density, EscalationState, Participant, Profile
from coach.core.schedule import local
from coach.web.charts import timeline
from coach.web.dashboard.notices import Notice, notice_of
from coach.web.explanations import explanation_in_words
from coach.web.pages import page
from coach.web.parts import StaffMember, WebParts
from coach.web.sessions import Parts, SignedIn
from coach.web.text import day_in_words

router = APIRouter()
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
_LONGEST_QUERY = 120


@dataclass(frozen=True, slots=True)
class CaseAttempt:
    """What was typed into a form about a case, to be shown again with what is wrong."""

    case_id: int
    form: str  # close, contacted or reopen
    note: str
    outcome: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CallDetailsAttempt:
    """What was typed into the form about calls, but for the PIN, with what is wrong field by field."""

    birth_year: str
    no_voicemail: bool
    problem_of: Mapping[str, str]


@router.get("/people")
def find(
    request: Request,
    parts: Parts,
    staff: SignedIn,
    q: Annotated[str, Query()] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1,
) -> Response:
    """People by name or number."""
    query = q[:_LONGEST_QUERY].strip()
    now = parts.clock()
    found = parts.reports.people(query, now, number)
    return page(request, "people.html", {"found": found, "query": query, "now": now}, staff=staff)


@router.get("/people/{person_id}")
def show(
    request: Request,
    parts: Parts,
    staff: SignedIn,
    person_id: Id,
    before: Annotated[datetime | None, Query()] = None,
) -> Response:
    """Everything about one person; `before` (a moment with its zone) reads the conversation back."""
    reading_back = before if before is not None and before.tzinfo is not None else None
    found = person_or_404(parts, person_id, reading_back)
    return person_page(request, parts, found, staff, notice=notice_of(request), live=reading_back is None)


def person_or_404(parts: WebParts, person_id: int, before: datetime | None = None) -> PersonPage:
    """The person's page values; raises the 404 page."""
    found = parts.reports.person(person_id, parts.clock(), before)
    if found is None:
        raise HTTPException(404)
    return found


def person_page(  # noqa: PLR0913 - one page, many things that can be said on it
    request: Request,
    parts: WebParts,
    found: PersonPage,
    staff: StaffMember,
    *,
    notice: Notice | None = None,
    attempt: CaseAttempt | None = None,
    call_attempt: CallDetailsAttempt | None = None,
    live: bool = False,
    status: int = 200,
) -> Response:
    """The page of a person; also the answer when something on it could not be done."""
    person = found.participant
    values = {
        "found": found,
        "person": person,
        "chart": timeline(found.scores, found.markers, found.today, person.enrolled_on),
        "days": [(day, list(lines)) for day, lines in groupby(found.lines, lambda x: local(x.at, person.zone).date())],
        "open_cases": [case for case in found.cases if case.state is not EscalationState.CLOSED],
        "closed_cases": [case for case in found.cases if case.state is EscalationState.CLOSED],
        "outcomes": parts.outcomes,
        "outcome_labels": {choice.id: choice.label for choice in parts.outcomes},
        "facts": facts_in_words(person.profile),
        "choices": choices_in_words(person, found.today),
        "calls": calls_in_words(person),
        "attempt": attempt,
        "call_attempt": call_attempt,
        "explained": {case.id: explanation_in_words(case.explanation) for case in found.cases},
        "notice": notice,
        "live": live,
    }
    return page(request, "person.html", values, staff=staff, status=status)


_DENSITY = {Density.LESS: "Fewer", Density.USUAL: "As usual", Density.MORE: "More"}
_SEX = {"f": "Female", "m": "Male"}
_YES_NO = {True: "Yes", False: "No"}
_UNKNOWN = "Not known"


def facts_in_words(profile: Profile) -> list[tuple[str, str]]:
    """The single facts of a profile with their labels; what is not known says so."""
    aid = profile.walking_aid
    return [
        ("Age", str(profile.age) if profile.age is not None else _UNKNOWN),
        ("Sex", _SEX.get(profile.sex or "", _UNKNOWN)),
        ("Lives alone", _UNKNOWN if profile.lives_alone is None else _YES_NO[profile.lives_alone]),
        ("Walking aid", WALKING_AIDS.get(aid, aid) if aid else _UNKNOWN),
        ("Limit on fluids", _UNKNOWN if profile.fluid_limit is None else _YES_NO[profile.fluid_limit]),
        ("Usual weakness", str(profile.baseline) if profile.baseline is not None else _UNKNOWN),
    ]


def calls_in_words(person: Participant) -> list[tuple[str, str]]:
    """What a call asks for first and whether it may speak to a machine. A PIN is never shown."""
    return [
        ("Year of birth", str(person.birth_year) if person.birth_year is not None else _UNKNOWN),
        ("PIN", "Set" if person.call_pin else "Not set"),
        ("Voicemail", "Never" if person.no_voicemail else "At most once a day, nothing about health"),
    ]


def choices_in_words(person: Participant, today: date) -> list[tuple[str, str]]:
    """What a person chose about the messages, with labels."""
    since = f", since {day_in_words(person.programme_on, today)}" if person.programme_on else ""
    return [
        ("Asks at", f"{person.ask_at:%H:%M}" if person.ask_at else "The programme's hour"),
        ("Messages", _DENSITY[person.density]),
        ("Programme", person.programme.replace("-", " ").capitalize() + since),
    ]
