"""Heat alerts: staff say where and when it is dangerously hot, and when it no longer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from coach.adapters.database.reports_values import HeatPage
from coach.adapters.days import WRITE_DAY, read_day
from coach.core.content import Library
from coach.core.model import Language
from coach.service import Refused
from coach.web.dashboard.notices import Notice, notice_of
from coach.web.dashboard.people import Id
from coach.web.pages import page
from coach.web.parts import Choice, StaffMember, WebParts
from coach.web.sessions import Parts, SignedIn
from coach.web.text import plural, zone_in_words

router = APIRouter()
Text = Annotated[str, Form()]
_CHOOSE_ZONE = "Choose a time zone from the list."


@dataclass(frozen=True, slots=True)
class Attempt:
    """The form as it was sent, and what is wrong with it by field."""

    zone: str = ""
    first_day: str = ""
    last_day: str = ""
    problems: tuple[tuple[str, str], ...] = ()


@router.get("/heat")
def show(request: Request, parts: Parts, staff: SignedIn) -> Response:
    """The alerts that are not over, and the form for a new one."""
    return _heat_page(request, parts, staff, notice=notice_of(request))


@router.post("/heat")
def declare(  # noqa: PLR0913, PLR0917 - the fields of the form
    request: Request, parts: Parts, staff: SignedIn, zone: Text = "", first_day: Text = "", last_day: Text = ""
) -> Response:
    """Set an alert, or show the form again with what is wrong."""
    problems = _declare(parts, staff, zone, first_day, last_day)
    if not problems:
        return _to_page("hot")
    return _heat_page(request, parts, staff, attempt=Attempt(zone, first_day, last_day, problems), status=422)


@router.post("/heat/{alert_id}/end")
def end(request: Request, parts: Parts, staff: SignedIn, alert_id: Id) -> Response:
    """End an alert."""
    result = parts.coach.end_heat(alert_id, staff.username)
    if not isinstance(result, Refused):
        return _to_page("cool")
    return _heat_page(request, parts, staff, notice=Notice(result.sentence, good=False), status=409)


def _declare(
    parts: WebParts, staff: StaffMember, zone: str, first_day: str, last_day: str
) -> tuple[tuple[str, str], ...]:
    first, last = read_day(first_day), read_day(last_day)
    known = {choice.id for _, group in _groups(parts.reports.heat(parts.clock()), parts.library) for choice in group}
    if zone not in known or first is None or last is None:
        wrong = (
            ("zone", _CHOOSE_ZONE, zone in known),
            ("first_day", WRITE_DAY, first),
            ("last_day", WRITE_DAY, last),
        )
        return tuple((field, sentence) for field, sentence, right in wrong if not right)
    result = parts.coach.declare_heat(zone, first, last, staff.username)
    return (("last_day", result.sentence),) if isinstance(result, Refused) else ()


def _groups(found: HeatPage, library: Library) -> list[tuple[str, list[Choice]]]:
    """The zones to choose from: those where people live, then the others that people are offered by text."""
    lived_in = {zone for zone, _ in found.zones}
    offered = {choice.zone: choice.label(Language.EN) for group in library.zones.values() for choice in group}
    here = [Choice(zone, f"{zone_in_words(zone)}: {plural(n, 'person', 'people')}") for zone, n in found.zones]
    others = [Choice(z, f"{zone_in_words(z)}, {label}") for z, label in offered.items() if z not in lived_in]
    groups = [("Where people live", here), ("Nobody lives there yet", others)]
    return [(title, choices) for title, choices in groups if choices]


def _heat_page(  # noqa: PLR0913 - what the page shows
    request: Request,
    parts: WebParts,
    staff: StaffMember,
    *,
    notice: Notice | None = None,
    attempt: Attempt | None = None,
    status: int = 200,
) -> Response:
    found = parts.reports.heat(parts.clock())
    fields = attempt or Attempt()
    values = {
        "found": found,
        "groups": _groups(found, parts.library),
        "people_in": dict(found.zones),
        "fields": fields,
        "problem_of": dict(fields.problems),
        "notice": notice,
    }
    return page(request, "heat.html", values, staff=staff, status=status)


def _to_page(said: str) -> Response:
    return RedirectResponse(f"/heat?said={said}", status_code=303)
