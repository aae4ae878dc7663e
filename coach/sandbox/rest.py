"""Twilio's REST API: what all resources share, and phone numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response

from coach.sandbox.network import Network
from coach.sandbox.paging import PageRequest, page_json
from coach.sandbox.problems import not_found
from coach.sandbox.records import Line
from coach.sandbox.requests import Done, Form, carry_out, form_of, require_account
from coach.sandbox.resources import line_json
from coach.sandbox.rest_calls import add_call_routes
from coach.sandbox.rest_messages import add_message_routes

PREFIX = "/2010-04-01/Accounts/{account_sid}"
PostedForm = Annotated[Form, Depends(form_of)]
_UPDATES = {
    "SmsUrl": "sms_url", "SmsMethod": "sms_method", "VoiceUrl": "voice_url", "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url", "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback", "FriendlyName": "friendly_name",
}  # fmt: skip


def rest_router(network: Network) -> APIRouter:
    """Return the routes of the REST API, guarded by the account's credentials."""

    def guard(account_sid: str, authorization: Annotated[str, Header()] = "") -> None:
        require_account(network.account, account_sid, authorization)

    router = APIRouter(prefix=PREFIX, dependencies=[Depends(guard)])
    add_message_routes(router, network)
    add_call_routes(router, network)
    _add_number_routes(router, network)
    return router


def _add_number_routes(router: APIRouter, network: Network) -> None:
    def done(line: Line) -> Done:
        return Done(200, line_json(network.account, line))

    def line_of(sid: str) -> Line:
        line = network.state.line(sid)
        if line is None:
            raise not_found(network.account.path(f"IncomingPhoneNumbers/{sid}.json"))
        return line

    @router.get("/IncomingPhoneNumbers.json")
    def list_numbers(request: Request) -> Response:
        page = PageRequest(request.url.path, tuple(request.query_params.multi_items()))
        wanted = page.get("PhoneNumber")
        lines = [line for line in network.state.lines() if wanted in line.number]
        body = page_json(page, "incoming_phone_numbers", lines, lambda line: line_json(network.account, line))
        return carry_out(network, "GET", "IncomingPhoneNumbers", "", lambda: Done(200, body))

    @router.get("/IncomingPhoneNumbers/{sid}.json")
    def fetch_number(sid: str) -> Response:
        return carry_out(network, "GET", "IncomingPhoneNumbers", "", lambda: done(line_of(sid)))

    @router.post("/IncomingPhoneNumbers/{sid}.json")
    def update_number(sid: str, form: PostedForm) -> Response:
        def update() -> Done:
            return done(_updated(network, line_of(sid), form))

        return carry_out(network, "POST", "IncomingPhoneNumbers", "", update)


def _updated(network: Network, line: Line, form: Form) -> Line:
    changes = {field: form.get(name) or None for name, field in _UPDATES.items() if form.has(name)}
    return network.state.put_line(replace(line, updated=network.state.now(), **changes))  # type: ignore[arg-type]
