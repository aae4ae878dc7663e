"""The Messages resource of the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coach.sandbox.delivery import FINAL
from coach.sandbox.network import Network
from coach.sandbox.paging import PageRequest, page_json
from coach.sandbox.problems import Problem, not_found
from coach.sandbox.records import Message
from coach.sandbox.requests import Done, Form, carry_out, form_of
from coach.sandbox.resources import Json, message_json
from coach.sandbox.texting import Order

PostedForm = Annotated[Form, Depends(form_of)]
_FINISHED = FINAL | {"received"}


def add_message_routes(router: APIRouter, network: Network) -> None:
    """Add create, list, fetch, update and delete."""

    @router.post("/Messages.json")
    def create_message(form: PostedForm) -> Response:
        return carry_out(network, "POST", "Messages", form.get("To"), lambda: _create(network, form))

    @router.get("/Messages.json")
    def list_messages(request: Request) -> Response:
        page = PageRequest(request.url.path, tuple(request.query_params.multi_items()))
        return carry_out(network, "GET", "Messages", page.get("To"), lambda: Done(200, _list(network, page)))

    @router.get("/Messages/{sid}.json")
    def fetch_message(sid: str) -> Response:
        return carry_out(network, "GET", "Messages", "", lambda: _found(network, sid))

    @router.post("/Messages/{sid}.json")
    def update_message(sid: str, form: PostedForm) -> Response:
        return carry_out(network, "POST", "Message", "", lambda: _update(network, sid, form))

    @router.delete("/Messages/{sid}.json")
    def delete_message(sid: str) -> Response:
        return carry_out(network, "DELETE", "Message", "", lambda: _delete(network, sid))


def _create(network: Network, form: Form) -> Done:
    order = Order(
        form.get("To"), form.get("Body"), form.get("From"), form.get("MessagingServiceSid"), form.get("StatusCallback")
    )
    message = network.texting.accept(order)
    return Done(201, message_json(network.account, message), lambda: network.delivery.release(message.sid))


def _list(network: Network, page: PageRequest) -> Json:
    found = [message for message in reversed(_candidates(network, page)) if _wanted(message, page)]
    return page_json(page, "messages", found, lambda message: message_json(network.account, message))


def _candidates(network: Network, page: PageRequest) -> Sequence[Message]:
    """Return all messages, or one phone's where a filter names a phone."""
    named = [number for number in (page.get("To"), page.get("From")) if number]
    phones = [number for number in named if network.state.line(number) is None]
    return network.state.messages(phones[0] if phones else None)


def _wanted(message: Message, page: PageRequest) -> bool:
    to, sender = page.get("To"), page.get("From")
    return to in ("", message.recipient) and sender in ("", message.sender) and _sent_in(message.sent, page)


def _sent_in(sent: datetime | None, page: PageRequest) -> bool:
    """True when the sending time fits the filters; a message not yet sent fits none of them."""
    on, before, after = page.get("DateSent"), page.get("DateSent<"), page.get("DateSent>")
    if not (on or before or after):
        return True
    if sent is None:
        return False
    day_fits = not on or sent.astimezone(UTC).date() == moment_of(on).date()
    return day_fits and (not before or sent <= moment_of(before)) and (not after or sent >= moment_of(after))


def moment_of(text: str) -> datetime:
    """Return a date or time of a list filter. Raises Problem when it is neither."""
    try:
        if len(text) == len("2026-01-01"):
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem(400, 20001, f"Not a date: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _message(network: Network, sid: str) -> Message:
    message = network.state.message(sid)
    if message is None:
        raise not_found(network.account.path(f"Messages/{sid}.json"))
    return message


def _found(network: Network, sid: str) -> Done:
    return Done(200, message_json(network.account, _message(network, sid)))


def _update(network: Network, sid: str, form: Form) -> Done:
    """Redact the body of a finished message, or cancel one that has not left."""
    message = _message(network, sid)
    if form.get("Status") == "canceled":
        if message.status not in ("accepted", "queued"):
            raise Problem(400, 30409, "Only a message that has not been sent can be canceled.")
        network.state.change_message(sid, status="canceled")
    if form.has("Body"):
        _require_finished(message)
        if form.get("Body"):
            raise Problem(400, 20001, "The body of a message can only be made empty.")
        network.state.change_message(sid, body="")
    return _found(network, sid)


def _delete(network: Network, sid: str) -> Done:
    _require_finished(_message(network, sid))
    network.state.delete_message(sid)
    return Done(204, None)


def _require_finished(message: Message) -> None:
    if message.status not in _FINISHED:
        raise Problem(409, 20009, "The message is not finished yet.")
