"""The control API does for scripts what the pages do for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest

from coach.sandbox.app import create_app
from coach.sandbox.network import Network
from tests.sandbox.conftest import ACCOUNT, COACH, MORNING, ROSA, TOKEN, Listener
from tests.serving import serve

QUESTION = '<Response><Gather numDigits="1" input="dtmf speech" action="/thanks"><Say>Press 1</Say></Gather></Response>'


@pytest.fixture
def api(base_url: str) -> Iterator[httpx.Client]:
    """A client of the control API."""
    with httpx.Client(base_url=f"{base_url}/phone/api") as client:
        yield client


def test_phones_are_listed_once_they_are_heard_of(api: httpx.Client, network: Network) -> None:
    """Seeded by name, or because a text came from them."""
    network.add_phone(ROSA, "Rosa Delgado")
    api.post("/phones/+12025550177/texts", json={"body": "Hello"})
    phones = api.get("/phones").json()["phones"]
    assert [(phone["number"], phone["name"], phone["messages"]) for phone in phones] == [
        (ROSA, "Rosa Delgado", 0),
        ("+12025550177", "", 1),
    ]


def test_a_text_is_sent_and_its_webhook_reported(api: httpx.Client, listener: Listener) -> None:
    """The answer comes once the coach has answered."""
    sent = api.post(f"/phones/{ROSA}/texts", json={"body": "About a 6"})
    assert (sent.status_code, sent.json()["webhook"]) == (201, {"status": 200, "failure": ""})
    assert listener.values("/sms", "Body") == ["About a 6"]
    assert [text["by"] for text in api.get(f"/phones/{ROSA}/messages").json()["messages"]] == ["phone"]


@pytest.mark.parametrize("body", ["", "   ", "a" * 1601, None])
def test_a_text_no_phone_would_send_is_refused(api: httpx.Client, listener: Listener, body: str | None) -> None:
    """400, and the coach hears nothing."""
    assert (api.post(f"/phones/{ROSA}/texts", json={"body": body}).status_code, listener.heard) == (400, [])


@pytest.mark.parametrize("number", ["123", "rosa", "+1999"])
def test_a_number_that_is_none_is_refused(api: httpx.Client, number: str) -> None:
    """400 with a sentence that shows the form."""
    answer = api.get(f"/phones/{number}/messages")
    assert (answer.status_code, "+12025550123" in answer.json()["detail"]) == (400, True)


def test_a_call_is_answered_and_talked_through(api: httpx.Client, listener: Listener) -> None:
    """Each step waits until it is the phone's turn again."""
    listener.answers["/voice"] = lambda _: QUESTION
    listener.answers["/thanks"] = lambda form: f"<Response><Say>You pressed {form['Digits']}</Say></Response>"
    listening = api.post(f"/phones/{ROSA}/ring?wait=5").json()
    over = api.post(f"/phones/{ROSA}/keys?wait=5", json={"digits": "1"}).json()
    assert (listening["status"], listening["listening"]) == ("in-progress", ["dtmf", "speech"])
    assert over["status"] == "completed"
    assert [line["text"] for line in over["heard"]] == ["Press 1", "pressed 1", "You pressed 1"]


def test_speech_carries_the_confidence_given(api: httpx.Client, listener: Listener) -> None:
    """So that mishearing can be tried out."""
    listener.answers["/voice"] = lambda _: QUESTION
    api.post(f"/phones/{ROSA}/ring?wait=5")
    api.post(f"/phones/{ROSA}/say?wait=5", json={"speech": "six", "confidence": 0.31})
    assert listener.values("/thanks", "Confidence") == ["0.31"]


def test_the_coachs_call_can_be_answered_or_declined(api: httpx.Client, base_url: str, network: Network) -> None:
    """A person, a machine, busy, or nobody."""
    calls = f"{base_url}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    ends = []
    for manner in ("human", "voicemail", "fax", "busy", "no-answer"):
        form = {"To": ROSA, "From": COACH, "Twiml": "<Response><Say>Hello</Say></Response>"}
        httpx.post(calls, data=form, auth=(ACCOUNT, TOKEN))
        network.settle()
        ends.append(api.post(f"/phones/{ROSA}/answer?wait=5", json={"as": manner}).json()["status"])
    assert ends == ["completed", "completed", "completed", "busy", "no-answer"]


@pytest.mark.parametrize("sure", ["certain", -0.1, 1.1])
def test_a_confidence_that_is_none_is_refused(api: httpx.Client, sure: object) -> None:
    """400, and nothing is said."""
    assert api.post(f"/phones/{ROSA}/say", json={"speech": "six", "confidence": sure}).status_code == 400


def test_a_phone_is_scripted_with_what_detection_makes_of_it(api: httpx.Client) -> None:
    """Only with words that detection knows."""
    fax = api.post("/phones", json={"number": ROSA, "picks_up": "fax", "detected": "unknown"}).json()
    wrong = api.post("/phones", json={"number": ROSA, "detected": "a parrot"})
    assert (fax["picks_up"], fax["detected"], wrong.status_code) == ("fax", "unknown", 400)


@pytest.mark.parametrize("act", ["answer", "keys", "say", "hang-up"])
def test_without_a_call_there_is_nothing_to_do(api: httpx.Client, act: str) -> None:
    """409 with a sentence."""
    answer = api.post(f"/phones/{ROSA}/{act}", json={"digits": "1", "speech": "six"})
    assert (answer.status_code, answer.json()["detail"]) == (409, "There is no call on this phone.")


def test_the_clock_is_set_over_http(api: httpx.Client) -> None:
    """A rate, a moment, and the next morning."""
    fast = api.post("/clock", json={"rate": 60}).json()
    jumped = api.post("/clock", json={"at": (MORNING + timedelta(hours=9)).isoformat()}).json()
    morning = api.post("/clock", json={"next_morning": "America/New_York"}).json()
    assert fast["rate"] == 60
    assert datetime.fromisoformat(jumped["now"]) >= MORNING + timedelta(hours=9)
    assert morning["until"] == "2026-03-04T13:55:00+00:00"


@pytest.mark.parametrize(
    "wish", [{"rate": -1}, {"at": "yesterday"}, {"at": "2020-01-01T00:00:00Z"}, {"next_morning": "Nowhere/Town"}, {}]
)
def test_a_clock_wish_that_cannot_be_is_refused(api: httpx.Client, wish: dict[str, object]) -> None:
    """400, and the clock stays as it was."""
    assert (api.post("/clock", json=wish).status_code, api.get("/clock").json()["rate"]) == (400, 1.0)


def test_a_clock_of_another_kind_cannot_be_set() -> None:
    """409: somebody else moves it."""
    network = Network(ACCOUNT, TOKEN, COACH, clock=lambda: MORNING)
    with serve(create_app(network)) as base:
        answer = httpx.post(f"{base}/phone/api/clock", json={"rate": 60})
        shown = httpx.get(f"{base}/phone/api/clock").json()
    network.close()
    assert (answer.status_code, shown["rate"]) == (409, None)


def test_the_ledger_can_be_read_from_any_point(api: httpx.Client) -> None:
    """Everything, one kind of event, or what is new."""
    api.post(f"/phones/{ROSA}/texts", json={"body": "Hello"})
    everything = api.get("/ledger").json()["entries"]
    texts = api.get("/ledger?event=text").json()["entries"]
    after = api.get("/ledger?after=1").json()["entries"]
    assert [entry["event"] for entry in everything] == ["text", "webhook"]
    assert [entry["text"] for entry in texts] == ["Hello"]
    assert [entry["number"] for entry in after] == [2]
