"""For machines that watch us: alive, ready, and figures. Nothing personal, so nobody needs to sign in."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from coach.adapters.database.reports_values import Gauges
from coach.web.parts import Probe
from coach.web.sessions import Parts

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def alive() -> PlainTextResponse:
    """The process answers; it says nothing about anything else."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def ready(parts: Parts) -> JSONResponse:
    """Whether this process can do its work: every probe has nothing to say."""
    found = {name: _ask(probe) for name, probe in parts.probes.items()}
    well = all(sentence is None for sentence in found.values())
    checks = {name: sentence or "ok" for name, sentence in found.items()}
    return JSONResponse({"ready": well, "checks": checks}, status_code=200 if well else 503)


def _ask(probe: Probe) -> str | None:
    try:
        return probe()
    except Exception:  # noqa: BLE001 - whatever it is, we are not ready, and its text may name hosts
        return "The check itself failed; see the log of the service it asks."


@router.get("/metrics")
def metrics(parts: Parts) -> PlainTextResponse:
    """Figures in the Prometheus text format."""
    text = prometheus_text(parts.reports.gauges(parts.clock()))
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def prometheus_text(gauges: Gauges) -> str:
    """The gauges in Prometheus text format; label values are our own words only."""
    lines = (
        *_gauges("coach_backlog_messages", "Messages waiting to be sent, by lane.", "lane", gauges.backlog),
        *_gauge("coach_oldest_due_seconds", "Age of the oldest thing past its time.", gauges.oldest_due_seconds),
        *_gauge("coach_undecided_texts", "Received texts not yet dealt with.", gauges.undecided),
        *_gauges("coach_open_cases", "Open cases, by level.", "level", gauges.cases),
        *_gauges("coach_unowned_cases", "Open cases nobody has taken, by level.", "level", gauges.unowned),
        *_gauge("coach_open_tasks", "Open tasks.", gauges.tasks),
    )
    return "\n".join(lines) + "\n"


def _gauge(name: str, about: str, value: float) -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} gauge", f"{name} {value:g}"]


def _gauges(name: str, about: str, label: str, values: Iterable[tuple[str, float]]) -> list[str]:
    samples = [f'{name}{{{label}="{key}"}} {value:g}' for key, value in values]
    return [f"# HELP {name} {about}", f"# TYPE {name} gauge", *samples]
