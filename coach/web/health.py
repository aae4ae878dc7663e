"""For machines that watch us: alive, ready, and figures. Nothing personal, so nobody needs to sign in."""

from __future__ import annotations

import logging

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from coach.adapters.database.figures import Figures
from coach.web.metrics import CONTENT_TYPE, SpoolFigures, prometheus_text
from coach.web.parts import Probe, WebParts
from coach.web.sessions import Parts

log = logging.getLogger(__name__)

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
def metrics(parts: Parts) -> Response:
    """Figures in the Prometheus text format; also told while the database is away."""
    return Response(prometheus_text(_figures(parts), _spool(parts)), media_type=CONTENT_TYPE)


def _figures(parts: WebParts) -> Figures | None:
    try:
        return parts.reports.gauges(parts.clock())
    except Exception as error:  # noqa: BLE001 - a scrape that fails would tell less than one that says so
        log.warning("the figures cannot be read", extra={"error": type(error).__name__})
        return None


def _spool(parts: WebParts) -> SpoolFigures | None:
    """Nothing when there is no spool, or when it cannot be looked at."""
    try:
        return parts.spool()
    except OSError as error:
        log.warning("the spool cannot be looked at", extra={"error": type(error).__name__})
        return None
