"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from coach.web.pages import page
from coach.web.sessions import Parts, begin_session, end_session, place_to_return, token_of

router = APIRouter()
_LONGEST = 200
_WRONG = "This name and password do not belong together. Check both; after several tries wait half an hour."


@router.get("/sign-in")
def ask(request: Request, parts: Parts) -> Response:
    """The form, or straight on for somebody already signed in."""
    wanted = place_to_return(request.query_params.get("next", ""))
    token = token_of(request, parts)
    if token and parts.accounts.staff_of(token):
        return RedirectResponse(wanted, status_code=303)
    return page(request, "sign-in.html", {"next": wanted, "username": "", "problem": ""})


@router.post("/sign-in")
def enter(
    request: Request,
    parts: Parts,
    username: Annotated[str, Form(max_length=_LONGEST)] = "",
    password: Annotated[str, Form(max_length=_LONGEST)] = "",
    next: Annotated[str, Form(max_length=_LONGEST)] = "/",  # noqa: A002 - the name in the address
) -> Response:
    """A new session with a new token, whatever cookie came with the request."""
    wanted = place_to_return(next)
    token = parts.accounts.sign_in(username.strip(), password) if username and password else None
    if token is None:
        values = {"next": wanted, "username": username, "problem": _WRONG}
        return page(request, "sign-in.html", values, status=401)
    response = RedirectResponse(wanted, status_code=303)
    begin_session(response, parts, token)
    return response


@router.post("/sign-out")
def leave(request: Request, parts: Parts) -> Response:
    """End the session here and in the browser."""
    token = token_of(request, parts)
    if token:
        parts.accounts.sign_out(token)
    response = RedirectResponse("/sign-in", status_code=303)
    end_session(response, parts)
    return response
