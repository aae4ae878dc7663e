"""Answers and requests have the shape Twilio's own API description gives them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from twilio.rest import Client

from coach.sandbox.network import Network
from coach.sandbox.records import PicksUp
from tests.sandbox.conftest import ACCOUNT, COACH, ROSA, TOKEN, Listener

DESCRIPTION = Path(__file__).parents[3] / "shared" / "twilio" / "openapi-subset.json"
ROOT = "/2010-04-01/Accounts/{AccountSid}"
Check = Callable[[str, str, str, Any], None]


def converted(schema: Any) -> Any:
    """Turn OpenAPI 3.0's `nullable` into JSON Schema's null type."""
    if isinstance(schema, list):
        return [converted(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: converted(value) for key, value in schema.items() if key != "nullable"}
    if not schema.get("nullable"):
        return plain
    return {"anyOf": [plain, {"type": "null"}]}


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """The API description with nulls converted."""
    if not DESCRIPTION.exists():
        pytest.skip("the development corpus with Twilio's API description is not beside this repository")
    loaded: dict[str, Any] = converted(json.loads(DESCRIPTION.read_text(encoding="utf-8")))
    return loaded


@pytest.fixture
def check(description: dict[str, Any]) -> Check:
    """Validates a JSON answer against the description."""

    def check_answer(path: str, method: str, status: str, body: Any) -> None:
        content = description["paths"][ROOT + path][method]["responses"][status]["content"]
        schema = {**content["application/json"]["schema"], "components": description["components"]}
        Draft202012Validator(schema).validate(body)
        _require_known_fields(body, schema, description)

    return check_answer


def _require_known_fields(body: dict[str, Any], schema: dict[str, Any], description: dict[str, Any]) -> None:
    """The description does not forbid further fields; here they would be inventions."""
    known = schema
    if "$ref" in schema:
        known = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    assert set(body) == set(known["properties"])


@pytest.fixture
def ask(base_url: str) -> Callable[..., Any]:
    """Makes a request and returns the JSON of the answer."""

    def request(method: str, path: str, **form: str) -> Any:
        address = f"{base_url}/2010-04-01/Accounts/{ACCOUNT}{path}"
        return httpx.request(method, address, data=form or None, auth=(ACCOUNT, TOKEN)).json()

    return request


def test_messages_have_the_described_shape(check: Check, ask: Callable[..., Any], network: Network) -> None:
    """Created, fetched, updated, and in a list with failures and texts from phones."""
    created = ask("POST", "/Messages.json", To=ROSA, From=COACH, Body="Hello")
    network.settle()
    network.faults.set_outcomes(ROSA, ["30003"])
    ask("POST", "/Messages.json", To=ROSA, From=COACH, Body="Hello again")
    network.text(ROSA, "Hello coach")
    network.settle()
    check("/Messages.json", "post", "201", created)
    check("/Messages/{Sid}.json", "get", "200", ask("GET", f"/Messages/{created['sid']}.json"))
    check("/Messages/{Sid}.json", "post", "200", ask("POST", f"/Messages/{created['sid']}.json", Body=""))
    check("/Messages.json", "get", "200", ask("GET", "/Messages.json?PageSize=2"))


def test_calls_have_the_described_shape(check: Check, ask: Callable[..., Any], network: Network) -> None:
    """Created, fetched, ended, and in a list with a call from a phone."""
    network.add_phone(ROSA, "Rosa", PicksUp.HUMAN)
    created = ask("POST", "/Calls.json", To=ROSA, From=COACH, Twiml='<Response><Pause length="99"/></Response>')
    network.settle(0.2)
    updated = ask("POST", f"/Calls/{created['sid']}.json", Status="completed")
    network.ring(ROSA)
    network.settle()
    check("/Calls.json", "post", "201", created)
    check("/Calls/{Sid}.json", "post", "200", updated)
    check("/Calls/{Sid}.json", "get", "200", ask("GET", f"/Calls/{created['sid']}.json"))
    check("/Calls.json", "get", "200", ask("GET", "/Calls.json"))


def test_phone_numbers_have_the_described_shape(check: Check, ask: Callable[..., Any]) -> None:
    """Listed, fetched and updated."""
    listed = ask("GET", "/IncomingPhoneNumbers.json")
    sid = listed["incoming_phone_numbers"][0]["sid"]
    check("/IncomingPhoneNumbers.json", "get", "200", listed)
    check("/IncomingPhoneNumbers/{Sid}.json", "get", "200", ask("GET", f"/IncomingPhoneNumbers/{sid}.json"))
    updated = ask("POST", f"/IncomingPhoneNumbers/{sid}.json", SmsUrl="http://127.0.0.1:1/x")
    check("/IncomingPhoneNumbers/{Sid}.json", "post", "200", updated)


def test_errors_have_twilios_four_fields(ask: Callable[..., Any]) -> None:
    """Code, sentence, address of the explanation, HTTP status."""
    answer = ask("POST", "/Messages.json", To="nobody", From=COACH, Body="Hello")
    assert answer == {
        "code": 21211,
        "message": "Invalid 'To' Phone Number: nobody",
        "more_info": "https://www.twilio.com/docs/errors/21211",
        "status": 400,
    }


def test_parameters_read_here_are_described(description: dict[str, Any]) -> None:
    """A parameter of our own invention would never be sent by a client."""
    paths = description["paths"]
    message = paths[f"{ROOT}/Messages.json"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    call = paths[f"{ROOT}/Calls.json"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    assert {"To", "From", "Body", "MessagingServiceSid", "StatusCallback"} <= set(message["schema"]["properties"])
    assert {
        "To", "From", "Url", "Method", "Twiml", "StatusCallback", "StatusCallbackEvent", "Timeout", "MachineDetection",
    } <= set(call["schema"]["properties"])  # fmt: skip


def test_the_client_reads_dates_as_times(client: Client, listener: Listener) -> None:
    """RFC 2822 with an offset."""
    message = client.messages.create(to=ROSA, from_=COACH, body="Hi", status_callback=f"{listener.base}/status/a")
    assert message.date_created is not None
    assert message.date_created.isoformat() == "2026-03-03T14:00:00+00:00"
