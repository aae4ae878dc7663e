"""Texts typed on a phone reach the coach as Twilio would bring them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace

import pytest

from coach.sandbox.courier import HttpPost
from coach.sandbox.network import Network
from tests.sandbox.conftest import ACCOUNT, COACH, ROSA, Listener

FIELDS = {
    "MessageSid", "SmsMessageSid", "SmsSid", "SmsStatus", "AccountSid", "From", "To", "Body", "NumSegments",
    "NumMedia", "ApiVersion", "FromCity", "FromState", "FromZip", "FromCountry", "ToCity", "ToState", "ToZip",
    "ToCountry",
}  # fmt: skip


def test_a_text_arrives_signed_with_twilios_fields(network: Network, listener: Listener) -> None:
    """Each field of the webhook is there and the signature holds."""
    network.text(ROSA, "  About a 6… peor que ayer 😀 ")
    form = listener.at("/sms")[0].form
    assert set(form) == FIELDS
    assert (form["From"], form["To"], form["AccountSid"]) == (ROSA, COACH, ACCOUNT)
    assert form["Body"] == "  About a 6… peor que ayer 😀 "
    assert listener.all_signed()


def test_the_outcome_of_the_webhook_is_remembered(network: Network, listener: Listener) -> None:
    """A person sees whether the coach took the text."""
    taken = network.text(ROSA, "Hello").answered
    listener.statuses["/sms"] = 500
    refused = network.text(ROSA, "Hello again").answered
    assert taken is not None
    assert refused is not None
    assert (taken.status, refused.status) == (200, 500)


def test_a_failing_webhook_is_not_repeated(network: Network, listener: Listener) -> None:
    """Twilio repeats only when no connection could be made."""
    listener.statuses["/sms"] = 500
    network.text(ROSA, "Hello")
    assert len(listener.at("/sms")) == 1


def test_a_refused_connection_is_tried_once_more(network: Network) -> None:
    """Two tries, then the text is lost to the coach."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/sms"
        network.state.put_line(replace(network.line, sms_url=address))
        answered = network.text(ROSA, "Hello").answered
    assert answered is not None
    assert (answered.status, answered.failure) == (None, "connect")
    assert [entry.detail for entry in network.ledger.entries("webhook")] == ["connect", "connect"]


def test_a_coach_that_hangs_is_given_up_and_not_asked_again(build: Callable[..., Network], listener: Listener) -> None:
    """The limit is fifteen seconds; a shorter one stands in here."""
    network = build(post=HttpPost(total_seconds=0.2))
    listener.delays["/sms"] = 1.0
    answered = network.text(ROSA, "Hello").answered
    assert answered is not None
    assert (answered.failure, len(listener.at("/sms"))) == ("timeout", 1)


def test_the_limits_are_twilios() -> None:
    """Five seconds to connect, fifteen in all."""
    assert (HttpPost().connect_seconds, HttpPost().total_seconds) == (5.0, 15.0)


@pytest.mark.parametrize(
    ("answer", "content_type", "arrives"),
    [
        ("<Response/>", "text/xml", []),
        ("", "text/xml", []),
        ("<Response><Message>Thank you &amp; bye</Message></Response>", "text/xml", ["Thank you & bye"]),
        ("<Response><Message><Body>One</Body></Message><Message>Two</Message></Response>", "text/xml", ["One", "Two"]),
        ("ok", "text/plain", ["ok"]),
        ("<Response><Message>", "text/xml", []),
    ],
)
def test_texts_in_the_answer_are_sent(
    network: Network, listener: Listener, answer: str, content_type: str, arrives: list[str]
) -> None:
    """`<Message>` is honoured; so is plain text, as a careless answer would find out."""
    listener.answers["/sms"] = lambda _: answer
    listener.content_type = content_type
    network.text(ROSA, "Hello")
    network.settle()
    assert [message.body for message in network.inbox(ROSA)] == arrives


def test_the_fragment_of_an_address_stays_at_home(network: Network, listener: Listener) -> None:
    """Connection settings behind # are neither sent nor signed."""
    network.state.put_line(replace(network.line, sms_url=f"{listener.base}/sms#rc=3"))
    network.text(ROSA, "Hello")
    assert listener.all_signed()


def test_every_webhook_carries_its_own_token(network: Network, listener: Listener) -> None:
    """A repeat could be told by it."""
    network.text(ROSA, "one")
    network.text(ROSA, "two")
    tokens = [heard.headers["i-twilio-idempotency-token"] for heard in listener.heard]
    assert len(set(tokens)) == 2


def test_a_number_without_address_keeps_the_text(network: Network) -> None:
    """Nobody is called, and nothing is lost from the phone."""
    network.state.put_line(replace(network.line, sms_url=None))
    message = network.text(ROSA, "Hello")
    assert (message.answered, network.state.messages(ROSA)) == (None, (message,))
