"""The Calls resource of the REST API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coach.sandbox.calling import NOT_ANSWERED
from coach.sandbox.network import Network
from coach.sandbox.orders import CallOrder, NewScript
from coach.sandbox.paging import PageRequest, page_json
from coach.sandbox.problems import Problem, not_found
from coach.sandbox.records import Call
from coach.sandbox.requests import Done, Form, carry_out, form_of
from coach.sandbox.resources import Json, call_json
from coach.sandbox.rest_messages import moment_of

PostedForm = Annotated[Form, Depends(form_of)]
DEFAULT_RING_SECONDS, MAXIMUM_RING_SECONDS, LONGEST_TALK_SECONDS = 60, 600, 14_400


def add_call_routes(router: APIRouter, network: Network) -> None:
    """Add create, list, fetch, update and delete."""

    @router.post("/Calls.json")
    def create_call(form: PostedForm) -> Response:
        return carry_out(network, "POST", "Calls", form.get("To"), lambda: _create(network, form))

    @router.get("/Calls.json")
    def list_calls(request: Request) -> Response:
        page = PageRequest(request.url.path, tuple(request.query_params.multi_items()))
        return carry_out(network, "GET", "Calls", page.get("To"), lambda: Done(200, _list(network, page)))

    @router.get("/Calls/{sid}.json")
    def fetch_call(sid: str) -> Response:
        return carry_out(network, "GET", "Calls", "", lambda: _found(network, sid))

    @router.post("/Calls/{sid}.json")
    def update_call(sid: str, form: PostedForm) -> Response:
        return carry_out(network, "POST", "Call", "", lambda: _update(network, sid, form))

    @router.delete("/Calls/{sid}.json")
    def delete_call(sid: str) -> Response:
        return carry_out(network, "DELETE", "Call", "", lambda: _delete(network, sid))


def _create(network: Network, form: Form) -> Done:
    call = network.calling.accept(_order(form))
    return Done(201, _json(network, call), lambda: network.calling.release(call.sid))


def _order(form: Form) -> CallOrder:
    return CallOrder(
        recipient=form.get("To"),
        sender=form.get("From"),
        url=form.get("Url"),
        method=form.get("Method", "POST"),
        twiml=form.get("Twiml"),
        fallback_url=form.get("FallbackUrl"),
        fallback_method=form.get("FallbackMethod", "POST"),
        callback=form.get("StatusCallback"),
        callback_events=_events(form),
        ring_seconds=min(_whole(form.get("Timeout"), DEFAULT_RING_SECONDS), MAXIMUM_RING_SECONDS),
        talk_seconds=min(_whole(form.get("TimeLimit"), LONGEST_TALK_SECONDS), LONGEST_TALK_SECONDS),
        machine_detection=form.get("MachineDetection"),
        detects_beside=form.get("AsyncAmd").lower() == "true",
        detected_url=form.get("AsyncAmdStatusCallback"),
        detected_method=form.get("AsyncAmdStatusCallbackMethod", "POST"),
    )


def _whole(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default


def _events(form: Form) -> frozenset[str]:
    """Return the events asked for, repeated or in one field with blanks between; `completed` if none."""
    return frozenset(word for value in form.all("StatusCallbackEvent") for word in value.split()) or frozenset(
        {"completed"}
    )


def _list(network: Network, page: PageRequest) -> Json:
    found = [call for call in reversed(network.state.calls()) if _wanted(call, page)]
    return page_json(page, "calls", found, lambda call: _json(network, call))


def _wanted(call: Call, page: PageRequest) -> bool:
    after, before = page.get("StartTime>"), page.get("StartTime<")
    if (after or before) and call.dialed is None:
        return False
    begun = call.dialed or call.created
    return (
        page.get("To") in ("", call.recipient)
        and page.get("From") in ("", call.sender)
        and page.get("Status") in ("", call.status)
        and page.get("ParentCallSid") in ("", call.parent)
        and (not after or begun >= moment_of(after))
        and (not before or begun <= moment_of(before))
    )


def _json(network: Network, call: Call) -> Json:
    ours = call.recipient if call.direction == "inbound" else call.sender
    return call_json(network.account, call, network.state.line(ours))


def _call(network: Network, sid: str) -> Call:
    call = network.state.call(sid)
    if call is None:
        raise not_found(network.account.path(f"Calls/{sid}.json"))
    return call


def _found(network: Network, sid: str) -> Done:
    return Done(200, _json(network, _call(network, sid)))


def _update(network: Network, sid: str, form: Form) -> Done:
    """Cancel a call that rings, hang up one that runs, or give it another script."""
    call, status = _call(network, sid), form.get("Status")
    if not call.live:
        raise Problem(400, 21220, "The call is not in progress. Cannot redirect.")
    if status == "canceled" and call.status in NOT_ANSWERED:
        network.calling.end(sid, "canceled")
    elif status == "completed":
        network.calling.end(sid, "canceled" if call.status in NOT_ANSWERED else "completed")
    elif form.get("Url") or form.get("Twiml"):
        if call.status in NOT_ANSWERED:
            raise Problem(400, 21220, "The call is not in progress. Cannot redirect.")
        network.calling.redirect(sid, _new_script(form))
    return _found(network, sid)


def _new_script(form: Form) -> NewScript:
    return NewScript(
        url=form.get("Url"),
        method=form.get("Method", "POST"),
        twiml=form.get("Twiml"),
        fallback_url=form.get("FallbackUrl"),
        fallback_method=form.get("FallbackMethod", "POST"),
    )


def _delete(network: Network, sid: str) -> Done:
    if _call(network, sid).live:
        raise Problem(409, 20009, "The call is not finished yet.")
    network.state.delete_call(sid)
    return Done(204, None)
