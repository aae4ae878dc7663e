"""Who is signed in: the session cookie and the one dependency every dashboard route has."""

from __future__ import annotations

import re
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.responses import Response

from coach.web.parts import StaffMember, WebParts

_LONGEST_TOKEN = 200
_PLACES = re.compile(r"/(?:heat|rota|people(?:/new|/[1-9][0-9]{0,9})?|page/[A-Za-z0-9_-]{1,80})?")
"""The only addresses to come back to after signing in. Nothing else is ever redirected to."""


class NotSignedIn(Exception):
    """The request has no session, or one that has ended."""


def parts_of(request: Request) -> WebParts:
    """The parts this application was made with."""
    return cast("WebParts", request.app.state.parts)


Parts = Annotated[WebParts, Depends(parts_of)]


def cookie_name(parts: WebParts) -> str:
    """With HTTPS the browser itself guards the name: only this host can set it, and only securely."""
    return "__Host-coach" if parts.secure else "coach"


def token_of(request: Request, parts: Parts) -> str | None:
    """The session token of the request, if it could be one."""
    token = request.cookies.get(cookie_name(parts))
    return token if token and len(token) <= _LONGEST_TOKEN else None


def signed_in(request: Request, parts: Parts) -> StaffMember:
    """The staff member whose session this is. Raises NotSignedIn."""
    token = token_of(request, parts)
    by_hand = "X-Coach-Refresh" not in request.headers
    staff = parts.accounts.staff_of(token, by_hand=by_hand) if token else None
    if staff is None:
        raise NotSignedIn
    return staff


SignedIn = Annotated[StaffMember, Depends(signed_in)]


def begin_session(response: Response, parts: WebParts, token: str) -> None:
    """Hand the token to the browser for as long as it stays open; the server decides when it ends."""
    response.set_cookie(cookie_name(parts), token, httponly=True, samesite="lax", secure=parts.secure, path="/")


def end_session(response: Response, parts: WebParts) -> None:
    """Make the browser forget the token."""
    response.delete_cookie(cookie_name(parts), httponly=True, samesite="lax", secure=parts.secure, path="/")


def place_to_return(wanted: str) -> str:
    """The wanted address if it is one of ours, else the worklist."""
    return wanted if _PLACES.fullmatch(wanted) else "/"
