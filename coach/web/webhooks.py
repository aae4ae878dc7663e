"""What the carrier tells us: received texts and what became of sent ones; and the signed-form check of all webhooks.

A webhook that is not the carrier's changes nothing and gets 403 with an empty body. A text is answered only after it is
durably kept, in the database or on disk; the reply goes out by itself. What can be kept nowhere is answered with 503,
so that the carrier turns to its fallback address.
"""

import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, NoReturn, Protocol

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from coach.adapters.twilio.forms import CALL_STATUS, INBOUND_TEXT, TEXT_STATUS, Form, Webhook, decode_form
from coach.adapters.twilio.parse import parse_inbound, parse_status, raw_fields
from coach.adapters.twilio.twiml import reply
from coach.adapters.twilio.verify import Verifier
from coach.core.model import InboundMessage
from coach.ports import Clock, DeliveryStatus
from coach.web.security import LARGEST_BODY

SIGNATURE = "X-Twilio-Signature"
CALL_IS_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""Final statuses of a call: https://www.twilio.com/docs/voice/api/call-resource#call-status-values"""
_log = logging.getLogger(__name__)


class WayIn(Protocol):
    """What these routes need; coach.receiving.Receiving keeps these promises. OSError when it could be kept nowhere."""

    def text(self, message: InboundMessage, raw: dict[str, str]) -> str | None:
        """Keep the text durably, then deal with it, once per carrier id. Words to answer with at once, if any."""

    def status(self, status: DeliveryStatus) -> None:
        """Keep what became of an attempt, known or not."""


class Rejected(Exception):
    """The request ends here, with this HTTP status and nothing else."""

    def __init__(self, status: HTTPStatus) -> None:
        """Keep the status to answer with."""
        super().__init__(status.phrase)
        self.status = status


class SignedRoute(APIRoute):
    """A route that answers `Rejected` with its bare status, so that a stranger learns nothing from it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route's own handler."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Rejected as rejected:
                return Response(status_code=rejected.status)

        return answer


@dataclass(frozen=True, slots=True)
class Posted:
    """A request as it came in, not yet believed."""

    target: str  # raw path and, after a `?`, raw query
    signature: str
    body: bytes


def signed(verifier: Verifier, webhook: Webhook) -> Callable[[Posted], Form]:
    """Make the dependency that gives a route its form, and only ever one that the carrier signed.

    Reading the body needs an async function and checking it should not hold up the event loop, hence two dependencies.
    """

    async def read(request: Request) -> Posted:
        signatures = request.headers.getlist(SIGNATURE)
        if len(signatures) != 1 or not verifier.has_form(signatures[0]):
            _forbid("no signature")
        return Posted(_target(request), signatures[0], await _body(request))

    def check(posted: Annotated[Posted, Depends(read)]) -> Form:
        try:
            form = decode_form(posted.body)
        except ValueError:
            _forbid("unreadable form")
        if not verifier.accepts(posted.target, form, posted.signature, webhook):
            _forbid("wrong signature")
        return form

    return check


def _nobody(_carrier_id: str) -> None:
    """There are no calls."""


def webhooks(way_in: WayIn, verifier: Verifier, clock: Clock, call_ended: Callable[[str], None] = _nobody) -> APIRouter:
    """Make the routes of received texts and of status callbacks; `call_ended` gets the carrier's id of a call."""
    router = APIRouter(route_class=SignedRoute, include_in_schema=False)

    @router.post("/twilio/sms")
    def text(form: Annotated[Form, Depends(signed(verifier, INBOUND_TEXT))]) -> Response:
        with _kept():
            words = way_in.text(parse_inbound(form, clock()), raw_fields(form))
        return Response(reply(words), media_type="text/xml")

    @router.post("/twilio/status/{attempt}")
    def text_status(attempt: str, form: Annotated[Form, Depends(signed(verifier, TEXT_STATUS))]) -> Response:
        with _kept():
            way_in.status(parse_status(attempt, form, clock()))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.post("/twilio/call-status/{attempt}")
    def call_status(attempt: str, form: Annotated[Form, Depends(signed(verifier, CALL_STATUS))]) -> Response:
        with _kept():
            way_in.status(parse_status(attempt, form, clock()))
        if form.get("CallStatus") in CALL_IS_OVER:
            _settle(call_ended, form.get("CallSid"))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def _settle(call_ended: Callable[[str], None], carrier_id: str) -> None:
    """Should it fail, the job that takes up what was left behind settles the call."""
    try:
        call_ended(carrier_id)
    except Exception as error:  # noqa: BLE001 - the status is kept, and the carrier must hear so
        _log.error("a call that ended could not be settled", extra={"error": type(error).__name__})


@contextmanager
def _kept() -> Iterator[None]:
    try:
        yield
    except OSError:
        _log.exception("what came in could be kept nowhere")
        raise Rejected(HTTPStatus.SERVICE_UNAVAILABLE) from None


def _forbid(because: str) -> NoReturn:
    _log.warning("a webhook was refused", extra={"code": because.replace(" ", "-")})
    raise Rejected(HTTPStatus.FORBIDDEN)


def _target(request: Request) -> str:
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return (path.split(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Rejected(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(body)
