"""Sends texts and places calls through Twilio's REST API, with the SDK."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import takewhile
from typing import Any
from urllib.parse import quote

from requests import Response, Session
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from coach.adapters.library.carrier import CarrierCodes
from coach.adapters.twilio.outcome import FAILURES, Throttled, attempt, retry_after
from coach.adapters.twilio.parse import RAW_MOST, visible
from coach.core.model import Channel, InboundMessage, Lane, OutboundMessage
from coach.ports import Clock, Outcome, ReceivedText, SendResult

LONGEST_VALIDITY = 36_000  # seconds, Twilio's own limit
RING_SECONDS = 25  # ends before most voicemail boxes answer
CALL_SECONDS = 3600  # an emergency put through to staff may take long; the dialogue itself ends far sooner
CLOCK_SLACK = timedelta(minutes=1)  # how far the carrier's clock may differ from ours
SEARCH_LIMIT = 200
LIST_PAGE, LIST_LIMIT = 500, 10_000  # of texts in both directions
LIST_SLACK = timedelta(hours=1)  # the list is newest first, but not to the second
_CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CarrierOptions:
    """Where to send and as whom. Either the messaging service or the from number is set; times are in seconds."""

    account_sid: str
    auth_token: str = field(repr=False)
    public_url: str
    messaging_service_sid: str | None = None
    from_number: str | None = None
    voice_number: str | None = None  # the from number when not set
    api_url: str | None = None  # Twilio's own when not set
    machine_detection: str | None = None  # asked for in check-in calls; None does not ask
    voice_fallback_url: str | None = None  # where a call turns when our own words cannot be had; None: our own address
    connections: int = 10
    connect_timeout: float = 5.0
    read_timeout: float = 10.0


class TwilioCarrier:
    """A `Carrier` over Twilio's REST API. Safe to share between threads."""

    def __init__(self, options: CarrierOptions, clock: Clock, codes: CarrierCodes) -> None:
        """Build the client; nothing is sent yet. ValueError when there is no sender."""
        if not (options.messaging_service_sid or options.from_number):
            problem = "set COACH_TWILIO_MESSAGING_SERVICE_SID or COACH_TWILIO_FROM_NUMBER"
            raise ValueError(problem)
        self._options = options
        self._clock = clock
        self._codes = codes
        self._client = _client(options, clock)
        self._public_url = options.public_url.rstrip("/")

    def close(self) -> None:
        """Give the connections back. Nothing can be sent afterwards."""
        self._client.http_client.session.close()

    def send(self, message: OutboundMessage) -> SendResult:
        """Post one text, with the attempt id in its status-callback address."""
        return attempt(lambda: _accepted(self._client.messages.create(**self._text(message))), self._codes)

    def call(self, message: OutboundMessage) -> SendResult:
        """Start one call, with the attempt id in its dialogue address."""
        return attempt(lambda: _accepted(self._client.calls.create(**self._call(message))), self._codes)

    def redirect(self, carrier_id: str, path: str) -> bool:
        """Send a call under way to a path below our public address. False when it goes on as before, or is over."""
        return self._change(carrier_id, url=f"{self._public_url}{path}", method="POST")

    def hang_up(self, carrier_id: str) -> bool:
        """End a call, answered or not. False when the carrier would not, or could not be reached."""
        return self._change(carrier_id, status="completed")

    def _change(self, carrier_id: str, **change: str) -> bool:
        try:
            self._client.calls(carrier_id).update(**change)
        except (Throttled, *FAILURES) as error:
            told = {"carrier_id": carrier_id, "error": type(error).__name__, "code": getattr(error, "code", None)}
            _log.warning("a call under way could not be changed", extra=told)  # the error itself may quote a number
            return False
        return True

    def find(self, message: OutboundMessage, since: datetime) -> Sequence[str]:
        """Carrier ids of texts or calls like this one since the attempt started, newest first, with a minute of slack.

        ConnectionError when the carrier cannot be asked: not knowing is different from knowing of none.
        """
        earliest = since - CLOCK_SLACK
        try:
            if message.channel is Channel.VOICE:
                return self._calls_like(message, earliest)
            return self._texts_like(message, earliest)
        except (Throttled, *FAILURES) as error:
            problem = f"the carrier could not be asked about attempt {message.attempt_id}: {type(error).__name__}"
            raise ConnectionError(problem) from None  # the cause may quote a number

    def received_since(self, since: datetime) -> Sequence[ReceivedText]:
        """Texts people sent to our number since then, oldest first, as the carrier lists them; a minute of slack.

        ConnectionError when the carrier cannot be asked. The list tells how many pictures came, not of which kind.
        """
        earliest = since - CLOCK_SLACK
        try:
            return [_received(text) for text in reversed(self._texts_to_us(earliest))]
        except (Throttled, *FAILURES) as error:
            problem = f"the carrier could not be asked for texts that came in: {type(error).__name__}"
            raise ConnectionError(problem) from None  # the cause may quote a number

    def _texts_to_us(self, earliest: datetime) -> list[Any]:
        """Newest first. A messaging service has several numbers, so all texts are gone through, as far as is needed."""
        ours = {} if self._options.messaging_service_sid else {"to": self._options.from_number}
        day = earliest.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        listed = self._client.messages.stream(date_sent_after=day, page_size=LIST_PAGE, limit=LIST_LIMIT, **ours)
        dated = (text for text in listed if text.date_created is not None)
        recent = takewhile(lambda text: text.date_created >= earliest - LIST_SLACK, dated)
        received = (text for text in recent if str(text.direction or "").startswith("inbound") and text.from_)
        return [text for text in received if text.date_created >= earliest]

    def _text(self, message: OutboundMessage) -> dict[str, object]:
        service = self._options.messaging_service_sid
        sender = {"messaging_service_sid": service} if service else {"from_": self._options.from_number}
        return {
            "to": message.recipient,
            "body": message.body,
            "status_callback": self._address("status", message),
            "validity_period": self._validity(message),
            **sender,
        }

    def _call(self, message: OutboundMessage) -> dict[str, object]:
        return {
            "to": message.recipient,
            "from_": self._options.voice_number or self._options.from_number,
            "url": self._address("voice/page" if message.lane is Lane.PAGE else "voice", message),
            "method": "POST",
            "fallback_url": self._options.voice_fallback_url or f"{self._public_url}/twilio/voice/fallback",
            "fallback_method": "POST",
            "status_callback": self._address("call-status", message),
            "status_callback_method": "POST",
            "status_callback_event": _CALL_EVENTS,
            "timeout": RING_SECONDS,
            "time_limit": CALL_SECONDS,
            **self._detection(message),
        }

    def _detection(self, message: OutboundMessage) -> dict[str, object]:
        """Only check-ins ask, and never keep anybody waiting: what comes of it is told while the call goes on."""
        wanted = self._options.machine_detection
        if not wanted or message.lane is not Lane.PROMPT:
            return {}
        return {
            "machine_detection": wanted,
            "async_amd": "true",
            "async_amd_status_callback": f"{self._address('voice', message)}/detected",
            "async_amd_status_callback_method": "POST",
        }

    def _address(self, route: str, message: OutboundMessage) -> str:
        return f"{self._public_url}/twilio/{route}/{quote(message.attempt_id, safe='')}"

    def _validity(self, message: OutboundMessage) -> int:
        left = int((message.expires_at - self._clock()).total_seconds())
        return min(max(left, 1), LONGEST_VALIDITY)

    def _texts_like(self, message: OutboundMessage, earliest: datetime) -> list[str]:
        found = self._client.messages.list(to=message.recipient, page_size=50, limit=SEARCH_LIMIT)
        same = (text for text in found if self._from_us(text) and _same_body(text.body, message.body))
        return _ids_since(same, earliest, lambda text: text.date_created)

    def _from_us(self, text: Any) -> bool:  # noqa: ANN401 - the SDK has no types
        service = self._options.messaging_service_sid
        ours = text.messaging_service_sid == service if service else text.from_ == self._options.from_number
        return bool(ours) and str(text.direction or "outbound").startswith("outbound")

    def _calls_like(self, message: OutboundMessage, earliest: datetime) -> list[str]:
        found = self._client.calls.list(to=message.recipient, page_size=50, limit=SEARCH_LIMIT)
        ours = (call for call in found if str(call.direction or "outbound").startswith("outbound"))
        return _ids_since(ours, earliest, lambda call: call.start_time or call.date_created)


def _client(options: CarrierOptions, clock: Clock) -> Any:  # noqa: ANN401 - the SDK has no types
    for chatty in ("twilio.http_client", "urllib3.connectionpool"):  # they log addresses with phone numbers
        logging.getLogger(chatty).setLevel(logging.WARNING)
    client = Client(
        options.account_sid,
        options.auth_token,
        http_client=_http_client(options, clock),
        environment={"TWILIO_REGION": "", "TWILIO_EDGE": ""},  # a stray variable would move every request
    )
    if options.api_url:
        client.api.base_url = options.api_url.rstrip("/")
    return client


def _http_client(options: CarrierOptions, clock: Clock) -> Any:  # noqa: ANN401 - the SDK has no types
    """Build the SDK's HTTP client with what it lacks: a bounded wait, a blocking pool, sight of Retry-After."""

    def notice_throttling(response: Response, **_: object) -> None:
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            response.close()  # else the connection is never given back to the pool
            raise Throttled(retry_after(response.headers.get("Retry-After"), clock()))

    http = TwilioHttpClient(request_hooks={"response": notice_throttling})
    http.session = Session()
    for scheme in ("http://", "https://"):
        pool = HTTPAdapter(pool_maxsize=options.connections, pool_block=True, max_retries=0)
        http.session.mount(scheme, pool)
    http.timeout = (options.connect_timeout, options.read_timeout)  # the SDK's constructor takes one number only
    return http


def _accepted(created: Any) -> SendResult:  # noqa: ANN401 - the SDK has no types
    if not isinstance(created.sid, str) or not created.sid:
        problem = "the answer has no sid"
        raise ValueError(problem)
    status = str(created.status) if created.status else None
    code = getattr(created, "error_code", None)
    return SendResult(Outcome.ACCEPTED, created.sid, status, code if isinstance(code, int) else None)


def _received(text: Any) -> ReceivedText:  # noqa: ANN401 - the SDK has no types
    body, media = visible(text.body or ""), str(text.num_media or "0")
    ends = {"From": text.from_, "To": text.to or ""}
    count = int(media) if media.isascii() and media.isdigit() else 0
    message = InboundMessage(text.sid, text.from_, text.to or "", body, text.date_created, media=count)
    return ReceivedText(message, {"MessageSid": text.sid, **ends, "Body": body[:RAW_MOST], "NumMedia": media})


def _same_body(found: str | None, sent: str) -> bool:
    """Compare bodies; one that was redacted at the carrier can only be told by its time."""
    return not found or found.strip() == sent.strip()


def _ids_since(found: Iterable[Any], earliest: datetime, created: Callable[[Any], datetime | None]) -> list[str]:
    return [str(item.sid) for item in found if (at := created(item)) is not None and at >= earliest]
