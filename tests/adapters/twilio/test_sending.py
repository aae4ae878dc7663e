"""Sending through the real SDK against a loopback stand-in: how every end of an attempt is told."""

from __future__ import annotations

import base64
import logging
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from coach.adapters.library.carrier import CarrierCodes, load_carrier_codes
from coach.adapters.twilio import CarrierOptions, TwilioCarrier
from coach.adapters.twilio.outcome import attempt
from coach.core.failures import FailureClass
from coach.core.model import Channel, Lane, OutboundMessage
from coach.ports import Outcome, SendResult
from tests.adapters.twilio.loopback import Answer, Loopback, loopback

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROSA = "+14155550101"
OURS = "+14155550199"
SERVICE = "MG" + "5" * 32
ACCOUNT = "AC" + "a" * 32
CODES: CarrierCodes = load_carrier_codes(Path(__file__).parents[3] / "messages" / "carrier.toml")
TO_ROSA = OutboundMessage(
    outbox_id=7,
    attempt_id="att-1",
    participant_id=3,
    recipient=ROSA,
    body="How weak do your legs feel, 0 to 10?",
    lane=Lane.PROMPT,
    channel=Channel.SMS,
    begun_at=NOON - timedelta(minutes=1),
    expires_at=NOON + timedelta(minutes=30),
)
CALL_ROSA = replace(TO_ROSA, channel=Channel.VOICE, body="")


def carrier_at(url: str, **changes: Any) -> TwilioCarrier:
    """Build a carrier that talks to `url` and gives up soon."""
    options = CarrierOptions(
        account_sid=ACCOUNT,
        auth_token="a-token",
        public_url="https://coach.example.org/",
        from_number=OURS,
        api_url=url,
        connect_timeout=0.5,
        read_timeout=0.3,
    )
    return TwilioCarrier(replace(options, **changes), lambda: NOON, CODES)


def text_at_carrier(sid: str = "SM" + "1" * 32, **changes: Any) -> dict[str, Any]:
    """A message as the REST API gives it."""
    return {
        "sid": sid,
        "status": "queued",
        "body": TO_ROSA.body,
        "to": ROSA,
        "from": OURS,
        "direction": "outbound-api",
        "messaging_service_sid": None,
        "date_created": format_datetime(NOON),
        "error_code": None,
        **changes,
    }


def call_at_carrier(sid: str = "CA" + "1" * 32, **changes: Any) -> dict[str, Any]:
    """A call as the REST API gives it."""
    start = format_datetime(NOON)
    return {"sid": sid, "status": "queued", "to": ROSA, "direction": "outbound-api", "start_time": start, **changes}


def refusal(code: int | None, message: str = "no") -> dict[str, Any]:
    """An error body as the REST API gives it."""
    return {"code": code, "message": message, "status": 400}


def the_form(server: Loopback) -> Mapping[str, list[str]]:
    """The one form that was posted."""
    (asked,) = server.asked
    return {name: list(values) for name, values in asked.form.items()}


def test_an_accepted_text_gives_its_carrier_id_and_status() -> None:
    """201 with a SID is the one proof that a text exists."""
    with loopback(Answer(201, text_at_carrier())) as server:
        result = carrier_at(server.url).send(TO_ROSA)
    assert result == SendResult(Outcome.ACCEPTED, "SM" + "1" * 32, "queued")
    assert server.asked[0].path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert base64.b64decode(server.asked[0].authorization.split()[1]).decode() == f"{ACCOUNT}:a-token"


def test_a_text_carries_its_attempt_and_its_useful_life() -> None:
    """The status address names the attempt, and what is left of the message's life is its validity."""
    with loopback(Answer(201, text_at_carrier())) as server:
        carrier_at(server.url).send(TO_ROSA)
        assert the_form(server) == {
            "To": [ROSA],
            "From": [OURS],
            "Body": [TO_ROSA.body],
            "StatusCallback": ["https://coach.example.org/twilio/status/att-1"],
            "ValidityPeriod": ["1800"],
        }


@pytest.mark.parametrize(("left", "validity"), [(timedelta(seconds=-5), "1"), (timedelta(days=2), "36000")])
def test_the_validity_stays_within_what_the_carrier_takes(left: timedelta, validity: str) -> None:
    """1 to 36,000 seconds, whatever the message's own life is."""
    with loopback(Answer(201, text_at_carrier())) as server:
        carrier_at(server.url).send(replace(TO_ROSA, expires_at=NOON + left))
        assert the_form(server)["ValidityPeriod"] == [validity]


def test_a_messaging_service_is_used_instead_of_a_from_number() -> None:
    """The service chooses the sender; naming a number as well would pin it."""
    with loopback(Answer(201, text_at_carrier(status="accepted"))) as server:
        result = carrier_at(server.url, messaging_service_sid=SERVICE).send(TO_ROSA)
        form = the_form(server)
    assert (form["MessagingServiceSid"], "From" in form) == ([SERVICE], False)
    assert result.status == "accepted"


def test_a_call_names_its_dialogue_and_status_addresses() -> None:
    """Both carry the attempt id; ringing ends before most voicemail boxes answer."""
    with loopback(Answer(201, call_at_carrier())) as server:
        result = carrier_at(server.url, voice_number="+14155550177").call(CALL_ROSA)
        form = the_form(server)
    assert result == SendResult(Outcome.ACCEPTED, "CA" + "1" * 32, "queued")
    assert form == {
        "To": [ROSA],
        "From": ["+14155550177"],
        "Url": ["https://coach.example.org/twilio/voice/att-1"],
        "Method": ["POST"],
        "FallbackUrl": ["https://coach.example.org/twilio/voice/fallback"],
        "FallbackMethod": ["POST"],
        "StatusCallback": ["https://coach.example.org/twilio/call-status/att-1"],
        "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["25"],
        "TimeLimit": ["3600"],
    }


def test_a_call_about_a_case_has_an_address_of_its_own() -> None:
    """Staff hear another dialogue than participants; what becomes of the call is told as ever."""
    page = replace(CALL_ROSA, lane=Lane.PAGE)
    with loopback(Answer(201, call_at_carrier())) as server:
        carrier_at(server.url).call(page)
        form = the_form(server)
    assert form["Url"] == ["https://coach.example.org/twilio/voice/page/att-1"]
    assert form["StatusCallback"] == ["https://coach.example.org/twilio/call-status/att-1"]


@pytest.mark.parametrize("lane", Lane)
def test_a_call_turns_to_the_fallback_that_is_set(lane: Lane) -> None:
    """One that is no part of us still answers when we do not."""
    elsewhere = "https://handler.twilio.com/twiml/EH1"
    with loopback(Answer(201, call_at_carrier())) as server:
        carrier_at(server.url, voice_fallback_url=elsewhere).call(replace(CALL_ROSA, lane=lane))
        assert the_form(server)["FallbackUrl"] == [elsewhere]


@pytest.mark.parametrize("lane", Lane)
def test_only_check_in_calls_ask_who_took_them(lane: Lane) -> None:
    """An alarm or a page must be heard whoever, or whatever, took the call."""
    with loopback(Answer(201, call_at_carrier())) as server:
        carrier_at(server.url, machine_detection="Enable").call(replace(CALL_ROSA, lane=lane))
        form = the_form(server)
    assert form.get("MachineDetection") == (["Enable"] if lane is Lane.PROMPT else None)


def test_nobody_waits_in_silence_until_it_is_known_who_took_the_call() -> None:
    """What was found comes to an address of its own while we speak."""
    with loopback(Answer(201, call_at_carrier())) as server:
        carrier_at(server.url, machine_detection="DetectMessageEnd").call(CALL_ROSA)
        form = the_form(server)
    assert form["AsyncAmd"] == ["true"]
    assert form["AsyncAmdStatusCallback"] == ["https://coach.example.org/twilio/voice/att-1/detected"]
    assert form["AsyncAmdStatusCallbackMethod"] == ["POST"]


def test_no_call_asks_when_the_file_says_so() -> None:
    """The setting is empty."""
    with loopback(Answer(201, call_at_carrier())) as server:
        carrier_at(server.url).call(CALL_ROSA)
        assert not {"MachineDetection", "AsyncAmd", "AsyncAmdStatusCallback"} & {*the_form(server)}


def test_a_call_comes_from_the_from_number_when_no_voice_number_is_set() -> None:
    """The caller id falls back to the number texts come from."""
    with loopback(Answer(201, call_at_carrier())) as server:
        carrier_at(server.url).call(CALL_ROSA)
        assert the_form(server)["From"] == [OURS]


def test_an_attempt_id_cannot_leave_its_place_in_the_address() -> None:
    """Whatever an id holds is quoted."""
    with loopback(Answer(201, text_at_carrier())) as server:
        carrier_at(server.url).send(replace(TO_ROSA, attempt_id="a/b?c"))
        assert the_form(server)["StatusCallback"] == ["https://coach.example.org/twilio/status/a%2Fb%3Fc"]


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (400, 21211, FailureClass.NUMBER),
        (400, 21614, FailureClass.NUMBER),
        (400, 21610, FailureClass.SUPPRESSED),
        (400, 21606, FailureClass.LINE),
        (401, 20003, FailureClass.ACCOUNT),
        (400, 21617, FailureClass.CONTENT),
        (400, 99999, FailureClass.CONTENT),
        (403, 99999, FailureClass.ACCOUNT),
        (404, None, FailureClass.ACCOUNT),
        (418, 99999, FailureClass.UNKNOWN),
    ],
)
def test_a_refusal_is_classed_by_its_code_then_by_its_status(
    status: int, code: int | None, failure: FailureClass
) -> None:
    """4xx means not created; what an unlisted code means is judged by the HTTP status, and in the end unknown."""
    with loopback(Answer(status, refusal(code))) as server:
        assert carrier_at(server.url).send(TO_ROSA) == SendResult(Outcome.REJECTED, code=code, failure=failure)


def test_a_full_queue_is_throttling_though_it_comes_as_a_plain_refusal() -> None:
    """21611 was not created and may be repeated later."""
    with loopback(Answer(400, refusal(21611))) as server:
        result = carrier_at(server.url).send(TO_ROSA)
    assert result == SendResult(Outcome.THROTTLED, code=21611, failure=FailureClass.THROTTLE)


def test_a_problem_document_is_a_refusal_too() -> None:
    """Newer services answer in RFC 9457 form."""
    body = {"type": "https://x", "title": "Bad number", "status": 400, "code": 21211}
    with loopback(Answer(400, body)) as server:
        result = carrier_at(server.url).send(TO_ROSA)
    assert result == SendResult(Outcome.REJECTED, code=21211, failure=FailureClass.NUMBER)


def test_a_refusal_without_json_has_no_code() -> None:
    """The SDK repeats the HTTP status as a code; that is not one."""
    with loopback(Answer(400, "<html>Bad gateway</html>")) as server:
        result = carrier_at(server.url).send(TO_ROSA)
    assert result == SendResult(Outcome.REJECTED, code=None, failure=FailureClass.CONTENT)


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("7", timedelta(seconds=7)),
        ("0.5", timedelta(seconds=0.5)),
        ("999999", timedelta(hours=1)),
        (format_datetime(NOON + timedelta(seconds=90), usegmt=True), timedelta(seconds=90)),
        (format_datetime(NOON - timedelta(seconds=90), usegmt=True), None),
        ("-3", None),
        ("nan", None),
        ("soon", None),
        (None, None),
    ],
)
def test_throttling_tells_the_pause_the_carrier_asks_for(header: str | None, pause: timedelta | None) -> None:
    """429 was never processed; Retry-After is seconds or a date, and at most an hour counts."""
    headers = {"Retry-After": header} if header else {}
    with loopback(Answer(429, refusal(20429), headers)) as server:
        result = carrier_at(server.url).send(TO_ROSA)
    assert result == SendResult(Outcome.THROTTLED, failure=FailureClass.THROTTLE, retry_after=pause)


def test_throttled_answers_give_their_connection_back() -> None:
    """A pool of one that lost a connection would wait for ever at the second send."""
    with loopback(Answer(429, refusal(20429))) as server:
        carrier = carrier_at(server.url, connections=1)
        assert [carrier.send(TO_ROSA).outcome for _ in range(3)] == [Outcome.THROTTLED] * 3


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_leaves_a_doubt_and_is_posted_once(status: int) -> None:
    """5xx promises nothing, so nothing repeats it inside."""
    with loopback(Answer(status, refusal(20500))) as server:
        assert carrier_at(server.url).send(TO_ROSA).outcome is Outcome.IN_DOUBT
        assert len(server.asked) == 1


def test_no_answer_in_time_leaves_a_doubt() -> None:
    """The wait is bounded, and the text may exist."""
    with loopback(Answer(201, text_at_carrier(), wait=1.0)) as server:
        assert carrier_at(server.url).send(TO_ROSA).outcome is Outcome.IN_DOUBT
        assert len(server.asked) == 1


def test_a_connection_dropped_after_reading_leaves_a_doubt() -> None:
    """The request was written; whether it was obeyed is not known."""
    with loopback(Answer(drop=True)) as server:
        assert carrier_at(server.url).send(TO_ROSA).outcome is Outcome.IN_DOUBT
        assert len(server.asked) == 1


@pytest.mark.parametrize("body", ["not json", "[]", "null", "{}", '{"sid": null}', '{"sid": 5}', "7"])
def test_an_acceptance_that_cannot_be_read_leaves_a_doubt(body: str) -> None:
    """201 without a SID proves nothing either way."""
    with loopback(Answer(201, body)) as server:
        assert carrier_at(server.url).send(TO_ROSA).outcome is Outcome.IN_DOUBT


def test_a_redirected_create_is_not_followed() -> None:
    """A redirect is answered by nobody who creates texts."""
    with loopback(Answer(307, "", {"Location": "http://127.0.0.1:1/"})) as server:
        result = carrier_at(server.url).send(TO_ROSA)
    assert result == SendResult(Outcome.REJECTED, failure=FailureClass.UNKNOWN)


def test_a_refused_connection_was_not_sent() -> None:
    """Nothing listens: the request never left, so it may be repeated."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert carrier_at(f"http://127.0.0.1:{port}").send(TO_ROSA).outcome is Outcome.NOT_SENT


def test_an_unknown_host_was_not_sent() -> None:
    """No address, no request."""
    assert carrier_at("http://carrier.invalid").send(TO_ROSA).outcome is Outcome.NOT_SENT


def test_a_failed_tls_handshake_was_not_sent() -> None:
    """The request is written only after the handshake."""
    with loopback(Answer(201, text_at_carrier())) as server:
        result = carrier_at(server.url.replace("http:", "https:")).send(TO_ROSA)
        assert (result.outcome, server.asked) == (Outcome.NOT_SENT, [])


def tls_error(cause: ssl.SSLError, reason: str) -> requests.exceptions.SSLError:
    """A TLS error as requests wraps it."""
    cause.reason = reason
    return requests.exceptions.SSLError(cause)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (tls_error(ssl.SSLCertVerificationError(), "CERTIFICATE_VERIFY_FAILED"), Outcome.NOT_SENT),
        (tls_error(ssl.SSLEOFError(), "UNEXPECTED_EOF_WHILE_READING"), Outcome.IN_DOUBT),
        (tls_error(ssl.SSLError(), "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"), Outcome.IN_DOUBT),
        (requests.exceptions.ConnectTimeout(), Outcome.NOT_SENT),
        (requests.exceptions.ProxyError(), Outcome.NOT_SENT),
        (requests.exceptions.ChunkedEncodingError(), Outcome.IN_DOUBT),
        (requests.exceptions.ReadTimeout(), Outcome.IN_DOUBT),
        (ConnectionResetError(), Outcome.IN_DOUBT),
    ],
)
def test_only_failures_before_the_request_was_written_are_safe_to_repeat(error: Exception, outcome: Outcome) -> None:
    """When it is not certain that nothing left, there is a doubt."""

    def create() -> SendResult:
        raise error

    assert attempt(create, CODES) == SendResult(outcome)


def test_many_senders_share_the_connections_of_the_pool() -> None:
    """Forty sends from twenty threads through four connections all end."""
    with loopback(Answer(201, text_at_carrier())) as server:
        carrier = carrier_at(server.url, connections=4, read_timeout=5.0)
        with ThreadPoolExecutor(20) as senders:
            results = list(senders.map(lambda _: carrier.send(TO_ROSA), range(40)))
    assert {result.outcome for result in results} == {Outcome.ACCEPTED}


def test_nothing_about_a_send_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The SDK and its HTTP library would write numbers and addresses at lower levels."""
    caplog.set_level(logging.DEBUG)
    with loopback(Answer(200, {"messages": []})) as server:
        carrier = carrier_at(server.url)
        carrier.send(TO_ROSA)
        carrier.find(TO_ROSA, NOON)
    assert ROSA[1:] not in caplog.text


def test_the_token_is_not_shown_with_the_options() -> None:
    """Options may be printed; the token may not."""
    assert "a-token" not in repr(CarrierOptions(ACCOUNT, "a-token", "https://coach.example.org", from_number=OURS))


def test_a_carrier_without_a_sender_is_refused() -> None:
    """Neither service nor number: the operator is told which settings to fill."""
    with pytest.raises(ValueError, match="COACH_TWILIO_FROM_NUMBER"):
        carrier_at("http://127.0.0.1:1", from_number=None)


def sid(letter: str) -> str:
    """A message id that can be told from others."""
    return "SM" + letter * 32


def test_texts_in_doubt_are_found_by_number_body_sender_and_time() -> None:
    """Only a text of ours, to this number, with this body, since a minute before the attempt."""
    listed = [
        text_at_carrier(sid("a")),
        text_at_carrier(sid("b"), date_created=format_datetime(NOON - timedelta(seconds=59))),
        text_at_carrier(sid("c"), date_created=format_datetime(NOON - timedelta(seconds=61))),
        text_at_carrier(sid("d"), body="Another text"),
        text_at_carrier(sid("e"), **{"from": "+14155550000"}),
        text_at_carrier(sid("f"), direction="inbound"),
        text_at_carrier(sid("9"), body=""),  # redacted at the carrier: time is all there is
        text_at_carrier(sid("8"), date_created=None),
    ]
    with loopback(Answer(200, {"messages": listed})) as server:
        assert carrier_at(server.url).find(TO_ROSA, NOON) == [sid("a"), sid("b"), sid("9")]
        assert server.asked[0].query["To"] == [ROSA]


def test_texts_of_a_messaging_service_are_found_by_the_service() -> None:
    """The sender number is not known before the service has chosen one."""
    listed = [
        text_at_carrier(sid("a"), messaging_service_sid=SERVICE, **{"from": None}),
        text_at_carrier(sid("b"), messaging_service_sid="MG" + "6" * 32),
    ]
    with loopback(Answer(200, {"messages": listed})) as server:
        assert carrier_at(server.url, messaging_service_sid=SERVICE).find(TO_ROSA, NOON) == [sid("a")]


def test_calls_in_doubt_are_found_by_number_and_start() -> None:
    """A queued call has no start yet; then its creation counts."""
    listed = [
        call_at_carrier("CA" + "a" * 32),
        call_at_carrier("CA" + "b" * 32, start_time=None, date_created=format_datetime(NOON)),
        call_at_carrier("CA" + "c" * 32, start_time=format_datetime(NOON - timedelta(minutes=5))),
        call_at_carrier("CA" + "d" * 32, direction="inbound"),
    ]
    with loopback(Answer(200, {"calls": listed})) as server:
        assert carrier_at(server.url).find(CALL_ROSA, NOON) == ["CA" + "a" * 32, "CA" + "b" * 32]
        assert server.asked[0].query["To"] == [ROSA]


@pytest.mark.parametrize("answer", [Answer(500, refusal(20500)), Answer(429, refusal(20429)), Answer(drop=True)])
def test_not_being_able_to_ask_is_not_the_same_as_finding_nothing(answer: Answer) -> None:
    """An empty answer would let an urgent text be sent twice."""
    with loopback(answer) as server, pytest.raises(ConnectionError, match="att-1"):
        carrier_at(server.url).find(TO_ROSA, NOON)
