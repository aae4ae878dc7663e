"""Every way a request can fail, as one plain sentence on a page of ours, or as JSON below /api."""

from __future__ import annotations

import logging
import traceback
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coach.web.pages import page
from coach.web.sessions import NotSignedIn, place_to_return

log = logging.getLogger(__name__)

_SENTENCES = {
    400: ("This request could not be read", "Go back, reload the page and try again."),
    401: ("You are not signed in", "Sign in and try again."),
    403: ("This request did not come from our own pages", "Nothing was changed. Open the page here and try again."),
    404: ("There is no such page", "Check the address, or go back to the worklist."),
    405: ("This address cannot be opened that way", "Go back to the worklist and use the buttons there."),
    413: ("That was too much to send at once", "Nothing was changed. Shorten it and try again."),
    422: ("Some of what was sent could not be used", "Nothing was changed. Go back, check the form and try again."),
    500: ("Something went wrong on our side", "Wait a minute and try again; if it stays, tell those who run this."),
    503: ("The service is not ready", "Wait a minute and try again."),
}


def failure(request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
    """The answer to a request that failed."""
    title, advice = _SENTENCES.get(status, _SENTENCES[500 if status >= 500 else 400])  # noqa: PLR2004 - HTTP
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": f"{title}. {advice}"}, status_code=status, headers=headers)
    response = page(request, "error.html", {"title": title, "advice": advice}, status=status)
    response.headers.update(headers or {})
    return response


def add_error_pages(app: FastAPI) -> None:
    """Handle every exception a handler can let through."""

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        return failure(request, error.status_code, dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> Response:
        in_path = any(problem["loc"][0] == "path" for problem in error.errors())
        return failure(request, 404 if in_path else 422)

    @app.exception_handler(NotSignedIn)
    def not_signed_in(request: Request, error: NotSignedIn) -> Response:
        del error
        if request.url.path.startswith("/api/"):
            return failure(request, 401)
        wanted = place_to_return(request.url.path) if request.method == "GET" else "/"
        address = "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='')}"
        return RedirectResponse(address, status_code=303)


def _route_of(request: Request) -> str:
    """The pattern of the route, which names nobody."""
    return str(getattr(request.scope.get("route"), "path", "unknown"))


def refusing(status: int) -> ASGIApp:
    """An ASGI application that answers everything with one failure, for the layers around the real one."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await failure(Request(scope, receive), status)(scope, receive, send)

    return refuse


class Unbroken:
    """Turns an exception nobody expected into the plain failure page. The log gets its kind and place, not its text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            request = Request(scope, receive)
            log.error("a page failed", extra={"route": _route_of(request), "error": _place_of(error)})  # noqa: TRY400
            await failure(request, 500)(scope, receive, send)


def _place_of(error: Exception) -> str:
    """The kind of an exception and the line it came from; its text may quote somebody's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__
