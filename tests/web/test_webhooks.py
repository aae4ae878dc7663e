"""Received texts and status callbacks over HTTP: stored before they are answered, and only when signed."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.adapters.twilio import Verifier
from coach.core.model import InboundMessage
from coach.ports import DeliveryStatus
from coach.sandbox import twiml
from coach.web.security import LARGEST_BODY
from coach.web.webhooks import webhooks
from tests.adapters.twilio.posting import ACCOUNT, TOKEN, URL, Poster, encoded, signature_of

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROSA, OURS = "+14155550101", "+14155550199"
TEXT = {
    "AccountSid": ACCOUNT,
    "ApiVersion": "2010-04-01",
    "Body": "7 worse",
    "From": ROSA,
    "MessageSid": "SM" + "1" * 32,
    "NumMedia": "0",
    "To": OURS,
}
STATUS = {"AccountSid": ACCOUNT, "MessageSid": "SM" + "1" * 32, "MessageStatus": "delivered", "To": ROSA}
CALL_STATUS = {"AccountSid": ACCOUNT, "CallSid": "CA" + "1" * 32, "CallStatus": "no-answer", "To": ROSA, "From": OURS}
ROUTES = [
    pytest.param("/twilio/sms", TEXT, id="text"),
    pytest.param("/twilio/status/att-1", STATUS, id="status"),
    pytest.param("/twilio/call-status/att-1", CALL_STATUS, id="call status"),
]


class RecordingWayIn:
    """Stands in for receiving: keeps texts once per carrier id, and every status."""

    def __init__(self) -> None:
        """Nothing was heard yet."""
        self.texts: dict[str, tuple[InboundMessage, Mapping[str, str]]] = {}
        self.statuses: list[DeliveryStatus] = []
        self.is_full = False
        self.words: str | None = None

    def text(self, message: InboundMessage, raw: Mapping[str, str]) -> str | None:
        """Keep a text, and give what is to be said at once."""
        self._keep_or_refuse()
        self.texts.setdefault(message.carrier_id, (message, raw))
        return self.words

    def status(self, status: DeliveryStatus) -> None:
        """Keep a status."""
        self._keep_or_refuse()
        self.statuses.append(status)

    def _keep_or_refuse(self) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @property
    def is_untouched(self) -> bool:
        """True while nothing was changed."""
        return not self.texts and not self.statuses


def carrier_of(coach: RecordingWayIn) -> Poster:
    """The carrier, posting to the routes of this coach."""
    app = FastAPI()
    app.include_router(webhooks(coach, Verifier((TOKEN,), URL, ACCOUNT), lambda: NOON))
    return Poster(app)


@pytest.fixture
def coach() -> RecordingWayIn:
    """A coach that has heard nothing."""
    return RecordingWayIn()


@pytest.fixture
def carrier(coach: RecordingWayIn) -> Poster:
    """The carrier of that coach."""
    return carrier_of(coach)


def status_and_body(answer: httpx.Response) -> tuple[int, str]:
    """What the carrier sees of an answer."""
    return answer.status_code, answer.text


def test_a_text_is_stored_and_answered_with_nothing_to_say(carrier: Poster, coach: RecordingWayIn) -> None:
    """The reply goes out through the API, so the answer is empty TwiML."""
    answer = carrier.post("/twilio/sms", TEXT)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.text == '<?xml version="1.0" encoding="UTF-8"?><Response />'
    message, raw = coach.texts["SM" + "1" * 32]
    assert message == InboundMessage("SM" + "1" * 32, ROSA, OURS, "7 worse", NOON)
    assert raw == TEXT


@pytest.mark.parametrize(("target", "fields"), ROUTES)
def test_what_can_be_kept_nowhere_is_not_answered_as_if_it_were(
    carrier: Poster, coach: RecordingWayIn, target: str, fields: dict[str, str]
) -> None:
    """503 sends the carrier to its fallback address; 200 would lose the text."""
    coach.is_full = True
    assert status_and_body(carrier.post(target, fields)) == (503, "")


@pytest.mark.parametrize(
    "words", ["Call 911 now.", 'Llame al 911 ahora. Diga: "no puedo respirar" <ya> & ya.', "5\x00\x0b!"]
)
def test_words_for_at_once_are_sent_with_the_answer(carrier: Poster, coach: RecordingWayIn, words: str) -> None:
    """As TwiML that the carrier can read, whatever is in them."""
    coach.words = words
    answer = carrier.post("/twilio/sms", TEXT)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert twiml.texts(twiml.parse(answer.text)) == (words.replace("\x00\x0b", " "),)


def test_a_repeated_text_changes_nothing_and_is_answered_alike(carrier: Poster, coach: RecordingWayIn) -> None:
    """A hundred replays are one text."""
    answers = {status_and_body(carrier.post("/twilio/sms", TEXT)) for _ in range(100)}
    assert (len(answers), len(coach.texts)) == (1, 1)


def test_two_texts_with_the_same_words_stay_two(carrier: Poster, coach: RecordingWayIn) -> None:
    """Only the carrier's id tells a repeat."""
    carrier.post("/twilio/sms", TEXT)
    carrier.post("/twilio/sms", TEXT | {"MessageSid": "SM" + "2" * 32})
    assert len(coach.texts) == 2


def test_a_status_is_kept_for_its_attempt(carrier: Poster, coach: RecordingWayIn) -> None:
    """204 at once, whether the attempt is known or not."""
    assert status_and_body(carrier.post("/twilio/status/att-1", STATUS | {"ErrorCode": "30003"})) == (204, "")
    assert coach.statuses == [DeliveryStatus("att-1", "SM" + "1" * 32, "delivered", 30003, NOON)]


def test_a_call_status_is_kept_for_its_attempt(carrier: Poster, coach: RecordingWayIn) -> None:
    """Calls have their own ids and words."""
    assert status_and_body(carrier.post("/twilio/call-status/att-2", CALL_STATUS)) == (204, "")
    assert coach.statuses == [DeliveryStatus("att-2", "CA" + "1" * 32, "no-answer", None, NOON)]


def test_a_status_nobody_has_heard_of_is_kept(carrier: Poster, coach: RecordingWayIn) -> None:
    """The carrier adds words; none of them is fatal."""
    assert status_and_body(carrier.post("/twilio/status/att-1", STATUS | {"MessageStatus": "beamed"})) == (204, "")
    assert coach.statuses[0].status == "beamed"


def test_a_quoted_attempt_id_is_read_back(carrier: Poster, coach: RecordingWayIn) -> None:
    """The signature is over the address as it was called, the id is what it stood for."""
    assert carrier.post("/twilio/status/att%201", STATUS).status_code == 204
    assert coach.statuses[0].attempt_id == "att 1"


@pytest.mark.parametrize(("target", "fields"), ROUTES)
@pytest.mark.parametrize(
    "signature", ["", "x", "A" * 27 + "=", "A" * 4000, "\xe9" * 28], ids=["empty", "short", "wrong", "huge", "no ascii"]
)
def test_a_wrong_signature_is_forbidden_and_changes_nothing(
    carrier: Poster, coach: RecordingWayIn, target: str, fields: dict[str, str], signature: str
) -> None:
    """403, an empty body, nothing stored."""
    answer = carrier.post(target, fields, signature.encode("latin-1"))
    assert (answer.status_code, answer.content) == (403, b"")
    assert coach.is_untouched


@pytest.mark.parametrize(("target", "fields"), ROUTES)
def test_a_missing_signature_is_forbidden(
    carrier: Poster, coach: RecordingWayIn, target: str, fields: dict[str, str]
) -> None:
    """No header, no belief."""
    answer = carrier.request("POST", target, encoded(fields))
    assert (answer.status_code, answer.content) == (403, b"")
    assert coach.is_untouched


@pytest.mark.parametrize(("target", "fields"), ROUTES)
def test_two_signatures_are_forbidden(
    carrier: Poster, coach: RecordingWayIn, target: str, fields: dict[str, str]
) -> None:
    """Which of them a proxy looked at cannot be known."""
    answer = carrier.post(target, fields, headers=[("X-Twilio-Signature", "x")])
    assert (answer.status_code, answer.content) == (403, b"")
    assert coach.is_untouched


@pytest.mark.parametrize(("target", "fields"), ROUTES)
@pytest.mark.parametrize(
    "header",
    [
        ("Host", "evil.example.org"),
        ("X-Forwarded-Host", "evil.example.org"),
        ("X-Forwarded-Proto", "http"),
        ("Forwarded", "host=e"),
    ],
)
def test_the_address_is_never_taken_from_headers(
    carrier: Poster, coach: RecordingWayIn, target: str, fields: dict[str, str], header: tuple[str, str]
) -> None:
    """A signature for another host fails whatever the headers claim; one for ours holds whatever they claim."""
    forged = signature_of(target, fields, url="https://evil.example.org")
    assert carrier.post(target, fields, forged, [header]).status_code == 403
    assert coach.is_untouched
    assert carrier.post(target, fields, headers=[header]).status_code < 300


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"Body", b"&&", b"Body=%ZZ", b"\xff\xfe", b"AccountSid=" + ACCOUNT.encode(), b"a=1&" * 2000],
    ids=["empty", "json", "no value", "separators", "bad escape", "no text", "one field", "flood"],
)
def test_a_body_that_is_no_such_form_is_forbidden(carrier: Poster, coach: RecordingWayIn, content: bytes) -> None:
    """Under a signature of something else, everything is refused alike."""
    signature = ("X-Twilio-Signature", signature_of("/twilio/sms", TEXT))
    answer = carrier.request("POST", "/twilio/sms", content, [signature])
    assert (answer.status_code, answer.content) == (403, b"")
    assert coach.is_untouched


@pytest.mark.parametrize("missing", ["MessageSid", "From", "AccountSid"])
@pytest.mark.parametrize("blank", [None, ""])
def test_a_signed_text_without_what_it_needs_is_forbidden(
    carrier: Poster, coach: RecordingWayIn, missing: str, blank: str | None
) -> None:
    """A text without id, sender or account is none the carrier sends."""
    kept = {name: value for name, value in TEXT.items() if name != missing}
    fields = kept if blank is None else kept | {missing: blank}
    assert status_and_body(carrier.post("/twilio/sms", fields)) == (403, "")
    assert coach.is_untouched


def test_a_signature_is_no_good_at_another_route(carrier: Poster, coach: RecordingWayIn) -> None:
    """Not for another attempt, another route, or another query."""
    signature = signature_of("/twilio/status/att-1", STATUS)
    targets = ["/twilio/status/att-2", "/twilio/call-status/att-1", "/twilio/status/att-1?x=1", "/twilio/sms"]
    assert [carrier.post(target, STATUS, signature).status_code for target in targets] == [403] * 4
    assert coach.is_untouched


def test_a_query_is_part_of_what_is_signed(carrier: Poster) -> None:
    """In its raw form and order."""
    target = "/twilio/status/att-1?b=%2F&a=1"
    assert carrier.post(target, STATUS).status_code == 204
    assert carrier.post("/twilio/status/att-1?a=1&b=%2F", STATUS, signature_of(target, STATUS)).status_code == 403


def test_a_giant_request_is_cut_off(carrier: Poster, coach: RecordingWayIn) -> None:
    """More than a megabyte is not even read to its end."""
    fields = TEXT | {"Body": "x" * (LARGEST_BODY + 1)}
    assert carrier.post("/twilio/sms", fields).status_code == 413
    assert coach.is_untouched


def test_a_giant_request_without_a_signature_is_not_read(carrier: Poster) -> None:
    """A stranger cannot make us take in a megabyte."""
    assert carrier.request("POST", "/twilio/sms", b"x" * (LARGEST_BODY + 1)).status_code == 403


def test_a_hundred_thousand_characters_are_taken_whole(carrier: Poster, coach: RecordingWayIn) -> None:
    """What matters may stand anywhere in them."""
    body = "é" * 49_980 + " I can't breathe now" + "é" * 50_000
    assert carrier.post("/twilio/sms", TEXT | {"Body": body}).status_code == 200
    ((message, _),) = coach.texts.values()
    assert message.body == body


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("", ""),
        ("   ", "   "),
        ("7\r\nworse", "7\r\nworse"),
        ("👩🏽‍🦼👨‍👩‍👧‍👦 7", "👩🏽‍🦼👨‍👩‍👧‍👦 7"),
        ("\u202e7 \u2066x\u2069", "\u202e7 \u2066x\u2069"),
        ("e" + "\u0301" * 500, "e" + "\u0301" * 500),
        ("chest\x00pain", "chest\ufffdpain"),
        ("help \ud83d", "help \ufffd\ufffd\ufffd"),
        ("a=b&c=%41;+", "a=b&c=%41;+"),
        ("<Response><Say>x</Say></Response>", "<Response><Say>x</Say></Response>"),
    ],
)
def test_an_odd_text_is_stored_like_any_other(carrier: Poster, coach: RecordingWayIn, body: str, kept: str) -> None:
    """Blank, emoji, direction marks, stacked accents, NUL, broken characters."""
    assert carrier.post("/twilio/sms", TEXT | {"Body": body}).status_code == 200
    assert coach.texts["SM" + "1" * 32][0].body == kept
    assert coach.texts["SM" + "1" * 32][1]["Body"] == kept


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=400))
@settings(max_examples=1000, deadline=None)
def test_no_text_at_all_is_lost(body: str) -> None:
    """Any code points, a thousand times: answered 200 and taken, with the words in place."""
    coach = RecordingWayIn()
    assert carrier_of(coach).post("/twilio/sms", TEXT | {"Body": body + " chest pain"}).status_code == 200
    assert coach.texts["SM" + "1" * 32][0].body.endswith(" chest pain")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_only_posts_are_taken(carrier: Poster, coach: RecordingWayIn, method: str) -> None:
    """Parameters of other methods end up in logs."""
    assert carrier.request(method, "/twilio/sms?Body=7").status_code == 405
    assert coach.is_untouched


def test_a_refusal_is_logged_without_what_was_posted(carrier: Poster, caplog: pytest.LogCaptureFixture) -> None:
    """Logs hold no numbers, names or words of people."""
    carrier.post("/twilio/sms", TEXT, "A" * 27 + "=")
    assert [(record.getMessage(), getattr(record, "code", None)) for record in caplog.records] == [
        ("a webhook was refused", "wrong-signature")
    ]
    assert ROSA not in caplog.text
    assert "worse" not in caplog.text
