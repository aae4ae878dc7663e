"""The worklist: what waits for a coordinator, worst and oldest first."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from coach.adapters.database.reports_values import Case, Worklist
from coach.core.model import Disposition
from coach.core.schedule import local
from coach.web.charts import spark
from coach.web.dashboard.notices import Notice, notice_of
from coach.web.pages import page
from coach.web.parts import StaffMember
from coach.web.sessions import Parts, SignedIn

router = APIRouter()
_LEVELS = (Disposition.EMERGENCY, Disposition.URGENT, Disposition.ROUTINE)


@router.get("/")
def show(request: Request, parts: Parts, staff: SignedIn) -> Response:
    """The worklist."""
    return worklist_page(request, parts.reports.worklist(parts.clock()), staff, notice_of(request))


def worklist_page(
    request: Request, worklist: Worklist, staff: StaffMember, notice: Notice | None, status: int = 200
) -> Response:
    """The page; also the answer when something on it could not be done."""
    values = {
        "worklist": worklist,
        "sparks": {case.id: _spark(case, worklist) for case in worklist.cases},
        "figures": [(level.value, worklist.at_level(level)) for level in _LEVELS],
        "notice": notice,
        "live": True,
    }
    return page(request, "worklist.html", values, staff=staff, status=status)


def _spark(case: Case, worklist: Worklist) -> str:
    return spark(case.scores, local(worklist.at, case.zone).date())
