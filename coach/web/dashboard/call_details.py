"""The form on a person's page that says what a call to them asks for first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from coach.adapters.call_details import read_call_details
from coach.adapters.enrolment import FieldProblem
from coach.core.events import DetailsChanged
from coach.service import Refused
from coach.web.dashboard.notices import Notice
from coach.web.dashboard.people import CallDetailsAttempt, Id, person_or_404, person_page
from coach.web.sessions import Parts, SignedIn

router = APIRouter()


class Fields(BaseModel):
    """The form as it was sent. A box that is not ticked is not sent."""

    model_config = ConfigDict(frozen=True)

    birth_year: str = ""
    pin: str = ""
    no_voicemail: str = "no"


@router.post("/people/{person_id}/calls")
def change(
    request: Request, parts: Parts, staff: SignedIn, person_id: Id, fields: Annotated[Fields, Form()]
) -> Response:
    """Keep what was typed, or show the form again with what is wrong. A PIN is never shown again."""
    found = person_or_404(parts, person_id)
    details = read_call_details(fields.model_dump(), parts.clock().date())
    if not isinstance(details, DetailsChanged):
        attempt = CallDetailsAttempt(fields.birth_year, fields.no_voicemail == "yes", _problem_of(details))
        return person_page(request, parts, found, staff, call_attempt=attempt, status=422)
    result = parts.coach.details.change(person_id, details, staff.username)
    if isinstance(result, Refused):
        return person_page(request, parts, found, staff, notice=Notice(result.sentence, good=False), status=409)
    return RedirectResponse(f"/people/{person_id}?said=calls#calls-title", status_code=303)


def _problem_of(problems: tuple[FieldProblem, ...]) -> dict[str, str]:
    return {problem.field: problem.sentence for problem in problems}
