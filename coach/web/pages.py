"""Templates: found, compiled and filled. Autoescaping is on and an undefined name is an error."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from coach.adapters.database.reports_words import (
    code_in_words,
    coming_in_words,
    consent_in_words,
    stage_in_words,
    status_in_words,
    step_in_words,
)
from coach.adapters.phones import pretty_phone
from coach.adapters.profile_facts import fact_in_words
from coach.core import schedule
from coach.web import text
from coach.web.parts import StaffMember, WebParts
from coach.web.rules import passed_over_in_words

HERE = Path(__file__).parent
STATIC = HERE / "static"


class Renderer:
    """Fills templates for one installation."""

    def __init__(self, parts: WebParts) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            visible=text.visible,
            phone=pretty_phone,
            code=code_in_words,
            coming=coming_in_words,
            fact=fact_in_words,
            status=status_in_words,
            consent=consent_in_words,
            step=step_in_words,
            stage=stage_in_words,
            score=text.score_in_words,
            zone=text.zone_in_words,
            rules=lambda passed_over: passed_over_in_words(passed_over, parts.library),
        )
        self._environment.globals.update(
            organisation=parts.organisation,
            static=_static_address,
            age=text.age,
            clock_time=text.clock_time,
            full_time=text.full_time,
            day_in_words=text.day_in_words,
            local=schedule.local,
            plural=text.plural,
        )

    def fill(self, template: str, values: Mapping[str, Any]) -> str:
        """The template as text."""
        return self._environment.get_template(template).render(values)


def page(
    request: Request, template: str, values: Mapping[str, Any], *, staff: StaffMember | None = None, status: int = 200
) -> HTMLResponse:
    """A whole page as a response. `notice` is shown above the content when the values have one.

    Whoever is signed in also sees on every page what is wrong with the rota or the program itself.
    """
    renderer: Renderer = request.app.state.renderer
    parts: WebParts = request.app.state.parts
    attention = parts.reports.attention(parts.clock()) if staff else None
    basis = {"staff": staff, "path": request.url.path, "notice": None, "live": False, "attention": attention}
    return HTMLResponse(renderer.fill(template, {**basis, **values}), status_code=status)


def _static_address(name: str) -> str:
    return f"/static/{name}?v={_VERSIONS[name]}"


def _versions() -> dict[str, str]:
    files = (path for path in STATIC.rglob("*") if path.is_file())
    return {p.relative_to(STATIC).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()[:10] for p in files}


_VERSIONS = _versions()
