"""The address in a page: it opens the case for whoever is signed in, and never does anything to it."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from coach.ports import Clock, Links
from coach.web.pages import page
from coach.web.sessions import Parts, signed_in

_OLD = {
    "title": "This address has run out or is not complete",
    "advice": "An address in a text works for three days. Look for the case in the worklist.",
}


class Cases(Protocol):
    """Where cases are looked up; coach.adapters.database.reports.Reports is one."""

    def person_of_case(self, case_id: int) -> int | None:
        """Whose case it is; None when there is no such case."""


def page_links(links: Links, cases: Cases, clock: Clock) -> APIRouter:
    """Make the route of signed addresses."""
    router = APIRouter(include_in_schema=False)

    @router.get("/page/{token}")
    def open_case(request: Request, parts: Parts, token: str) -> Response:
        said = links.read(token, clock())
        if said is None:
            return page(request, "error.html", _OLD, status=404)
        signed_in(request, parts)  # else to sign in, and back here
        person = cases.person_of_case(said.case_id)
        if person is None:
            raise HTTPException(404)
        return RedirectResponse(f"/people/{person}#case-{said.case_id}", status_code=303)

    return router
