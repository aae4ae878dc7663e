"""The coordinators' pages, rendered on the server and complete without scripts."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from coach.web.dashboard import call_details, cases, enrol, heat, people, rota, signin, worklist
from coach.web.sessions import signed_in


def dashboard_router() -> APIRouter:
    """All pages. Everything but signing in and out demands a session, stated once here for every page there will be."""
    inside = APIRouter(dependencies=[Depends(signed_in)], include_in_schema=False)
    for part in (
        worklist.router,
        enrol.router,
        heat.router,
        rota.router,
        people.router,
        cases.router,
        call_details.router,
    ):
        inside.include_router(part)
    whole = APIRouter(include_in_schema=False)
    whole.include_router(signin.router)
    whole.include_router(inside)
    return whole
