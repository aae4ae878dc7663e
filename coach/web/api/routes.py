"""The addresses below /api/v1."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.openapi.utils import get_openapi

from coach.web.api.models import ErrorView, PersonView, RotaView, WorklistView
from coach.web.sessions import Parts, signed_in

PREFIX = "/api/v1"
_ERRORS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorView, "description": "Not signed in"},
    404: {"model": ErrorView, "description": "There is no such person"},
}
_UNAUTHORISED: dict[int | str, dict[str, Any]] = {401: _ERRORS[401]}


def api_router() -> APIRouter:
    """The JSON interface and its description."""
    whole = APIRouter()
    whole.include_router(_data)

    @whole.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    def description() -> dict[str, Any]:
        """The OpenAPI description; it holds no data, so nobody needs to sign in."""
        return get_openapi(title="Leg Coach", version="1", routes=list(_data.routes))

    return whole


_data = APIRouter(prefix=PREFIX, dependencies=[Depends(signed_in)])


@_data.get("/worklist", responses=_UNAUTHORISED)
def worklist(parts: Parts) -> WorklistView:
    """What waits for a coordinator, worst and oldest first."""
    return WorklistView.model_validate(parts.reports.worklist(parts.clock()))


@_data.get("/people/{person_id}", responses=_ERRORS)
def person(parts: Parts, person_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> PersonView:
    """Everything about one person."""
    found = parts.reports.person(person_id, parts.clock())
    if found is None:
        raise HTTPException(404)
    return PersonView.model_validate(found)


@_data.get("/rota", responses=_UNAUTHORISED)
def rota(parts: Parts) -> RotaView:
    """Who is on call when, and the hours of the next 14 days that nobody covers."""
    return RotaView.of(parts.reports.rota(parts.clock()))
