"""The network as a web application: REST API, simulated phones, and standing beside the coach in one process."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from coach.sandbox.control import control_router
from coach.sandbox.network import Network
from coach.sandbox.pages import pages_router
from coach.sandbox.problems import Problem, not_found
from coach.sandbox.requests import problem_response
from coach.sandbox.rest import rest_router

HERE = Path(__file__).parent
PREFIXES = ("/2010-04-01", "/phone")


def create_app(network: Network, zone: str = "UTC") -> FastAPI:
    """Return the application with its routes at `/2010-04-01/…`, `/phone…` and `/phone/static…`.

    Pages show times in `zone` (IANA) and take the next morning from it.
    """
    app = FastAPI(title="Local phone network", docs_url=None, redoc_url=None, openapi_url=None)

    @app.exception_handler(Problem)
    def refuse(_: Request, problem: Problem) -> Response:
        return problem_response(problem)

    app.include_router(rest_router(network))
    app.include_router(control_router(network))
    app.mount("/phone/static", StaticFiles(directory=HERE / "static"), name="phone-static")
    app.include_router(pages_router(network, zone))

    @app.api_route("/2010-04-01/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
    def no_such_resource(path: str) -> Response:
        return problem_response(not_found(f"/2010-04-01/{path}"))

    return app


class Beside:
    """An ASGI application that sends the network's paths to the network and everything else to the coach."""

    def __init__(self, network_app: ASGIApp, coach_app: ASGIApp) -> None:
        """Start-up and shutdown (lifespan) are the coach's alone; close the network yourself."""
        self._network_app = network_app
        self._coach_app = coach_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one connection on by its path."""
        path = scope.get("path", "")
        ours = any(path == prefix or path.startswith(f"{prefix}/") for prefix in PREFIXES)
        await (self._network_app if ours else self._coach_app)(scope, receive, send)
