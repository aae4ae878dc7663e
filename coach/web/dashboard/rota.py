"""Who is on call: the next 14 days, everybody's hours and leave, and the forms that change them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from coach.adapters.enrolment import FieldProblem, Rules
from coach.adapters.rota_entry import LAYERS, read_leave, read_on_call, read_shift
from coach.adapters.zones import all_zones, zones_of
from coach.core.model import Language
from coach.core.rota import Leave, OnCall, Shift
from coach.core.schedule import local
from coach.service import Done, Refused
from coach.web.dashboard.notices import Notice, notice_of
from coach.web.dashboard.people import Id
from coach.web.dashboard.rosters import LAYER_NAMES, people_of
from coach.web.pages import page
from coach.web.parts import StaffMember, WebParts
from coach.web.sessions import Parts, SignedIn
from coach.web.strip import short_names, strip, strip_zone

router = APIRouter()
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class PersonFields(BaseModel):
    """The form of a person as it was sent; nothing is judged here."""

    model_config = ConfigDict(frozen=True)

    handle: str = ""
    name: str = ""
    phone: str = ""
    zone: str = ""
    language: str = Language.EN.value
    texts: str = ""
    calls: str = ""
    operator: str = ""


class ShiftFields(BaseModel):
    """The form of a shift as it was sent."""

    model_config = ConfigDict(frozen=True)

    person: str = ""
    layer: str = "first"
    days: list[str] = []
    start: str = "08:00"
    end: str = "20:00"
    first_day: str = ""
    last_day: str = ""


class LeaveFields(BaseModel):
    """The form of a leave as it was sent."""

    model_config = ConfigDict(frozen=True)

    person: str = ""
    first_day: str = ""
    last_day: str = ""
    cover: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed into one of the forms, and what is wrong with it; the others are as at first."""

    form: str = ""
    problems: tuple[FieldProblem, ...] = ()
    person: PersonFields = field(default_factory=lambda: PersonFields(texts="yes", calls="yes"))
    shift: ShiftFields = field(default_factory=ShiftFields)
    leave: LeaveFields = field(default_factory=LeaveFields)


@router.get("/rota")
def show(request: Request, parts: Parts, staff: SignedIn) -> Response:
    """Who is on call, and the forms."""
    return _rota_page(request, parts, staff, notice=notice_of(request))


@router.post("/rota/people")
def add_person(request: Request, parts: Parts, staff: SignedIn, fields: Annotated[PersonFields, Form()]) -> Response:
    """Put a number of staff on call, or show the form again with what is wrong."""
    person = read_on_call(fields.model_dump(), Rules(parts.country, parts.allow_fictional))
    result = parts.coach.rostering.add(person, staff.username) if isinstance(person, OnCall) else person
    problems = _problems(result, "phone")
    if not problems:
        return _to_page("on_call")
    return _rota_page(request, parts, staff, attempt=Attempt("person", problems, person=fields), status=422)


@router.post("/rota/shifts")
def add_shift(request: Request, parts: Parts, staff: SignedIn, fields: Annotated[ShiftFields, Form()]) -> Response:
    """Give somebody hours, or show the form again with what is wrong."""
    rota = parts.coach.rostering.rota()
    who = rota.named(fields.person)
    today = local(parts.clock(), who.zone if who else None).date()
    shift = read_shift(fields.model_dump(exclude={"days"}), fields.days, rota, today)
    result = parts.coach.rostering.add_shift(shift, staff.username) if isinstance(shift, Shift) else shift
    problems = _problems(result, "last_day")
    if not problems:
        return _to_page("shift")
    return _rota_page(request, parts, staff, attempt=Attempt("shift", problems, shift=fields), status=422)


@router.post("/rota/leaves")
def add_leave(request: Request, parts: Parts, staff: SignedIn, fields: Annotated[LeaveFields, Form()]) -> Response:
    """Say that somebody is away, or show the form again with what is wrong."""
    rostering = parts.coach.rostering
    leave = read_leave(fields.model_dump(), rostering.rota())
    result = rostering.add_leave(leave, staff.username) if isinstance(leave, Leave) else leave
    problems = _problems(result, "cover")
    if not problems:
        return _to_page("leave")
    return _rota_page(request, parts, staff, attempt=Attempt("leave", problems, leave=fields), status=422)


@router.post("/rota/shifts/{shift_id}/end")
def end_shift(request: Request, parts: Parts, staff: SignedIn, shift_id: Id) -> Response:
    """End a shift for good."""
    return _answer(request, parts, staff, parts.coach.rostering.end_shift(shift_id, staff.username), "ended")


@router.post("/rota/leaves/{leave_id}/end")
def end_leave(request: Request, parts: Parts, staff: SignedIn, leave_id: Id) -> Response:
    """Somebody is back."""
    return _answer(request, parts, staff, parts.coach.rostering.end_leave(leave_id, staff.username), "back")


@router.post("/rota/people/{person_id}/page")
def page_me(request: Request, parts: Parts, staff: SignedIn, person_id: Id) -> Response:
    """Send a page without a case, to see that a number works."""
    return _answer(request, parts, staff, parts.coach.rostering.page_me(person_id, staff.username), "tested")


@router.post("/rota/people/{person_id}/off")
def take_off(request: Request, parts: Parts, staff: SignedIn, person_id: Id) -> Response:
    """Somebody is paged no more."""
    return _answer(request, parts, staff, parts.coach.rostering.take_off(person_id, staff.username), "off")


@router.post("/rota/people/{person_id}/on")
def put_back(request: Request, parts: Parts, staff: SignedIn, person_id: Id) -> Response:
    """Somebody may be paged again."""
    return _answer(request, parts, staff, parts.coach.rostering.put_back(person_id, staff.username), "on_call")


@router.post("/rota/alarms/{alarm_id}/see")
def see_alarm(request: Request, parts: Parts, staff: SignedIn, alarm_id: Id) -> Response:
    """Say that one looks after an alarm."""
    return _answer(request, parts, staff, parts.coach.rostering.see_alarm(alarm_id, staff.username), "seen")


def _problems(result: Done | Refused | tuple[FieldProblem, ...], field_of_refusal: str) -> tuple[FieldProblem, ...]:
    if isinstance(result, Refused):
        return (FieldProblem(field_of_refusal, result.sentence),)
    return () if isinstance(result, Done) else result


def _answer(request: Request, parts: WebParts, staff: StaffMember, result: Done | Refused, said: str) -> Response:
    if not isinstance(result, Refused):
        return _to_page(said)
    return _rota_page(request, parts, staff, notice=Notice(result.sentence, good=False), status=409)


def _rota_page(  # noqa: PLR0913 - what the page shows
    request: Request,
    parts: WebParts,
    staff: StaffMember,
    *,
    notice: Notice | None = None,
    attempt: Attempt | None = None,
    status: int = 200,
) -> Response:
    found = parts.reports.rota(parts.clock())
    tried = attempt or Attempt()
    near = zones_of(parts.country)
    zone = strip_zone(found.rota, near[0].name if near else "UTC")
    values: dict[str, Any] = {
        "found": found,
        "strip": strip(found.rota, found.at, zone),
        "short": short_names(found.rota.people),
        "zone": zone,
        "today": local(found.at, zone).date(),
        "people": people_of(found),
        "tried": tried,
        "problem_of": {problem.field: problem.sentence for problem in tried.problems},
        "layers": [(word, LAYER_NAMES[layer]) for word, layer in LAYERS.items()],
        "days": [(str(number), name) for number, name in enumerate(_DAY_NAMES)],
        "near_zones": near,
        "zones": all_zones(),
        "notice": notice,
    }
    return page(request, "rota.html", values, staff=staff, status=status)


def _to_page(said: str) -> Response:
    return RedirectResponse(f"/rota?said={said}", status_code=303)
