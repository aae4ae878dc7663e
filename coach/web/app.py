"""The web application: webhooks, dashboard, JSON and health behind one set of layers."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from coach.web.api import api_router
from coach.web.dashboard import dashboard_router
from coach.web.errors import Unbroken, add_error_pages, refusing
from coach.web.health import router as health_router
from coach.web.pages import STATIC, Renderer
from coach.web.parts import WebParts
from coach.web.security import BodyLimit, SameOrigin, SecurityHeaders


def create_app(parts: WebParts) -> FastAPI:
    """Put the application together. It holds no state but its parts."""
    app = FastAPI(title=parts.organisation, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = parts
    app.state.renderer = Renderer(parts)
    for router in (health_router, *parts.routers, api_router(), dashboard_router()):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    add_error_pages(app)
    _add_layers(app, parts)
    return app


def _add_layers(app: FastAPI, parts: WebParts) -> None:
    """The layer added last is the outermost: headers are on every answer, also on refusals of the inner layers."""
    app.add_middleware(Unbroken)
    app.add_middleware(SameOrigin, public_url=parts.public_url, refusal=refusing(403))
    app.add_middleware(BodyLimit, refusal=refusing(413))
    app.add_middleware(SecurityHeaders, secure=parts.secure)
