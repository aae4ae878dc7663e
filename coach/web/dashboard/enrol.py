"""The form that enrols somebody. What was typed stays, and every problem stands beside its field."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from coach.adapters.enrolment import FieldProblem, Rules, read_person
from coach.adapters.profile_facts import CONDITIONS, MEDICINES, WALKING_AIDS
from coach.adapters.zones import all_zones, zones_of
from coach.core.model import FIRST_PROGRAMME, Density, Participant, QuietHours
from coach.service import Done, Refused
from coach.web.pages import page
from coach.web.parts import Choice, StaffMember, WebParts
from coach.web.sessions import Parts, SignedIn

router = APIRouter()
_USUAL = QuietHours()


class Fields(BaseModel):
    """The form as it was sent; nothing is judged here."""

    model_config = ConfigDict(frozen=True)

    phone: str = ""
    name: str = ""
    language: str = ""
    country: str = ""
    channel: str = "sms"
    zone: str = ""
    quiet_start: str = _USUAL.start.isoformat("minutes")
    quiet_end: str = _USUAL.end.isoformat("minutes")
    ask_at: str = ""
    density: str = Density.USUAL.value
    programme: str = ""
    age: str = ""
    sex: str = ""
    baseline: str = ""
    lives_alone: str = ""
    walking_aid: str = ""
    fluid_limit: str = ""
    conditions: list[str] = []
    medicines: list[str] = []
    birth_year: str = ""
    pin: str = ""
    no_voicemail: str = ""

    def typed(self) -> dict[str, str]:
        """The fields as the shared checks want them."""
        lists = {"conditions": " ".join(self.conditions), "medicines": " ".join(self.medicines)}
        return {**self.model_dump(exclude={"conditions", "medicines"}), **lists}


@router.get("/people/new")
def ask(request: Request, parts: Parts, staff: SignedIn) -> Response:
    """The empty form."""
    return _form(request, parts, staff, Fields(country=parts.country, programme=FIRST_PROGRAMME), ())


@router.post("/people/new")
def enrol(request: Request, parts: Parts, staff: SignedIn, fields: Annotated[Fields, Form()]) -> Response:
    """Enrol, or show the form again with what is wrong."""
    result = _enrol(parts, fields, staff.username)
    if isinstance(result, Done):
        address = "/people" if result.id is None else f"/people/{result.id}"
        return Response(status_code=303, headers={"location": f"{address}?said=enrolled"})
    return _form(request, parts, staff, fields, result, 422)


def _enrol(parts: WebParts, fields: Fields, username: str) -> Done | tuple[FieldProblem, ...]:
    person = read_person(fields.typed(), Rules(parts.country, parts.allow_fictional), parts.clock().date())
    problems = (() if isinstance(person, Participant) else person) + _problems_of_choice(parts, fields)
    if problems or not isinstance(person, Participant):
        return problems
    done = parts.coach.enrol(person, username)
    return (FieldProblem("phone", done.sentence),) if isinstance(done, Refused) else done


def _problems_of_choice(parts: WebParts, fields: Fields) -> tuple[FieldProblem, ...]:
    known = {choice.id for choice in parts.programmes}
    wrong = fields.programme and fields.programme not in known
    return (FieldProblem("programme", "Choose a programme from the list."),) if wrong else ()


def _form(  # noqa: PLR0913, PLR0917 - what the page shows
    request: Request,
    parts: WebParts,
    staff: StaffMember,
    fields: Fields,
    problems: tuple[FieldProblem, ...],
    status: int = 200,
) -> Response:
    values: dict[str, Any] = {
        "fields": fields,
        "problems": problems,
        "problem_of": {problem.field: problem.sentence for problem in problems},
        "countries": parts.countries or (Choice(parts.country, parts.country),),
        "programmes": parts.programmes,
        "near_zones": zones_of(parts.country),
        "zones": all_zones(),
        "walking_aids": WALKING_AIDS,
        "conditions": CONDITIONS,
        "medicines": MEDICINES,
        "invitations": parts.invitations,
    }
    return page(request, "enrol.html", values, staff=staff, status=status)
