"""What coordinators do with cases and tasks: one form each; a refusal is shown on the page it came from."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator
from starlette.responses import Response

from coach.adapters.database.reports_values import PersonPage
from coach.service import Done, Refused
from coach.web.dashboard.notices import Notice
from coach.web.dashboard.people import CaseAttempt, Id, person_or_404, person_page
from coach.web.dashboard.worklist import worklist_page
from coach.web.parts import StaffMember, WebParts
from coach.web.sessions import Parts, SignedIn, place_to_return

router = APIRouter()
LONGEST_NOTE = 2000
_CHOOSE = "Choose what came of this case."
_TOO_LONG = f"Shorten the note to {LONGEST_NOTE} characters."
Text = Annotated[str, Form()]


def storable(text: str) -> str:
    """The text without control characters other than line ends; databases refuse some of them."""
    unix = text.replace("\r\n", "\n")
    return "".join(c for c in unix if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()


Words = Annotated[str, AfterValidator(storable), Form()]
"""What staff write about a case, as it can be stored."""


@router.post("/people/{person_id}/cases/{case_id}/acknowledge")
def acknowledge(  # noqa: PLR0913, PLR0917 - the fields of the form
    request: Request, parts: Parts, staff: SignedIn, person_id: Id, case_id: Id, back: Text = "/"
) -> Response:
    """Take a case; then the person's page, where the number to call is."""
    _case_or_404(parts.reports.person(person_id, parts.clock()), case_id)
    result = parts.coach.acknowledge(case_id, staff.username)
    if not isinstance(result, Refused):
        return _to(f"/people/{person_id}?said=taken#case-{case_id}")
    notice = Notice(result.sentence, good=False)
    if place_to_return(back) == "/":
        return worklist_page(request, parts.reports.worklist(parts.clock()), staff, notice, 409)
    return person_page(request, parts, person_or_404(parts, person_id), staff, notice=notice, status=409)


@router.post("/people/{person_id}/cases/{case_id}/pass")
def pass_on(request: Request, parts: Parts, staff: SignedIn, person_id: Id, case_id: Id) -> Response:
    """Give a case on to whoever else is on call."""
    _case_or_404(parts.reports.person(person_id, parts.clock()), case_id)
    result = parts.coach.pass_on(case_id, staff.username)
    return _step(request, parts, staff, person_id, result, f"passed#case-{case_id}")


@router.post("/people/{person_id}/cases/{case_id}/contacted")
def contacted(  # noqa: PLR0913, PLR0917 - the fields of the form
    request: Request, parts: Parts, staff: SignedIn, person_id: Id, case_id: Id, note: Words = ""
) -> Response:
    """Note that one spoke with the person."""
    _case_or_404(parts.reports.person(person_id, parts.clock()), case_id)
    result = _too_long(note) or parts.coach.contacted(case_id, staff.username, note)
    attempt = CaseAttempt(case_id, "contacted", note)
    return _step(request, parts, staff, person_id, result, f"contacted#case-{case_id}", attempt)


@router.post("/people/{person_id}/cases/{case_id}/reopen")
def reopen(  # noqa: PLR0913, PLR0917 - the fields of the form
    request: Request, parts: Parts, staff: SignedIn, person_id: Id, case_id: Id, because: Words = ""
) -> Response:
    """Open a closed case again, with the reason."""
    _case_or_404(parts.reports.person(person_id, parts.clock()), case_id)
    result = _too_long(because) or parts.coach.reopen_case(case_id, staff.username, because)
    attempt = CaseAttempt(case_id, "reopen", because)
    return _step(request, parts, staff, person_id, result, f"reopened#case-{case_id}", attempt)


@router.post("/people/{person_id}/cases/{case_id}/close")
def close(  # noqa: PLR0913, PLR0917 - the fields of the form
    request: Request, parts: Parts, staff: SignedIn, person_id: Id, case_id: Id, outcome: Text = "", note: Words = ""
) -> Response:
    """End a case with an outcome of the list and a note."""
    found = parts.reports.person(person_id, parts.clock())
    _case_or_404(found, case_id)
    problem = _problem(outcome, note, {choice.id for choice in parts.outcomes})
    if not problem:
        result = parts.coach.close_case(case_id, staff.username, outcome, note)
        if not isinstance(result, Refused):
            return _to(f"/people/{person_id}?said=closed")
        problem = result.sentence
    attempt = CaseAttempt(case_id, "close", note, outcome, problem)
    shown = person_or_404(parts, person_id)
    return person_page(request, parts, shown, staff, notice=Notice(problem, good=False), attempt=attempt, status=422)


@router.post("/tasks/{task_id}/finish")
def finish(request: Request, parts: Parts, staff: SignedIn, task_id: Id, back: Text = "/") -> Response:
    """Mark a task as done."""
    result = parts.coach.finish_task(task_id, staff.username)
    if not isinstance(result, Refused):
        return _to(f"{place_to_return(back)}?said=finished")
    notice = Notice(result.sentence, good=False)
    return worklist_page(request, parts.reports.worklist(parts.clock()), staff, notice, 409)


def _step(  # noqa: PLR0913, PLR0917 - what was done, and what to show when it was not
    request: Request,
    parts: WebParts,
    staff: StaffMember,
    person_id: int,
    result: Done | Refused,
    said: str,
    attempt: CaseAttempt | None = None,
) -> Response:
    """On to the person's page; when it was refused, that page says why and keeps what was typed."""
    if not isinstance(result, Refused):
        return _to(f"/people/{person_id}?said={said}")
    notice = Notice(result.sentence, good=False)
    tried = replace(attempt, problem=result.sentence) if attempt else None
    shown = person_or_404(parts, person_id)
    return person_page(request, parts, shown, staff, notice=notice, attempt=tried, status=409)


def _too_long(words: str) -> Refused | None:
    return Refused(_TOO_LONG) if len(words) > LONGEST_NOTE else None


def _problem(outcome: str, note: str, known: set[str]) -> str:
    if outcome not in known:
        return _CHOOSE
    too_long = _too_long(note)
    return too_long.sentence if too_long else ""


def _case_or_404(found: PersonPage | None, case_id: int) -> None:
    if found is None or all(case.id != case_id for case in found.cases):
        raise HTTPException(404)


def _to(address: str) -> Response:
    return RedirectResponse(address, status_code=303)
