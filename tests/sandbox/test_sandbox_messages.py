"""The Messages resource, asked by Twilio's own client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from coach.sandbox.clock import AdjustableClock
from coach.sandbox.network import Network
from coach.sandbox.pace import Pace
from tests.sandbox.conftest import COACH, MORNING, ROSA, WALTER, Listener, open_client

SERVICE = "MG" + "0" * 32


def test_a_text_is_queued_and_then_delivered(client: Client, network: Network) -> None:
    """The answer says `queued`; a moment later the message has arrived."""
    message = client.messages.create(to=ROSA, from_=COACH, body="Good morning, Rosa.")
    network.settle()
    assert (message.status, client.messages(message.sid).fetch().status) == ("queued", "delivered")


def test_what_was_delivered_is_on_the_phone(client: Client, network: Network) -> None:
    """The text reads as it was sent."""
    client.messages.create(to=ROSA, from_=COACH, body="¿Cómo están sus piernas?")
    network.settle()
    assert [message.body for message in network.inbox(ROSA)] == ["¿Cómo están sus piernas?"]


def test_every_status_but_the_first_is_called_back_in_order(
    client: Client, network: Network, listener: Listener
) -> None:
    """No callback for `queued`: that stood in the answer."""
    client.messages.create(to=ROSA, from_=COACH, body="Hello", status_callback=f"{listener.base}/status/a1")
    network.settle()
    assert listener.values("/status/a1", "MessageStatus") == ["sending", "sent", "delivered"]


def test_callbacks_are_signed_and_name_the_message(client: Client, network: Network, listener: Listener) -> None:
    """Twilio's validator accepts them."""
    message = client.messages.create(to=ROSA, from_=COACH, body="Hi", status_callback=f"{listener.base}/status/a1")
    network.settle()
    assert listener.all_signed()
    assert set(listener.values("/status/a1", "MessageSid")) == {message.sid}


def test_callbacks_begin_after_the_answer(
    listener: Listener, build: Callable[..., Network], on_air: Callable[[Network], str]
) -> None:
    """When the client has its answer, nothing has been called back yet that took a hop's time."""
    network = build(pace=Pace(hop=0.3))
    with open_client(on_air(network)) as client:
        client.messages.create(to=ROSA, from_=COACH, body="Hello", status_callback=f"{listener.base}/status/a1")
        at_once = len(listener.heard)
        network.settle()
    assert (at_once, len(listener.heard)) == (0, 3)


def test_a_messaging_service_accepts_first_and_chooses_a_sender_later(
    listener: Listener, build: Callable[..., Network], on_air: Callable[[Network], str]
) -> None:
    """The answer has no sender and no segments; `queued` is called back."""
    network = build(service_sid=SERVICE)
    with open_client(on_air(network)) as client:
        message = client.messages.create(
            to=ROSA, messaging_service_sid=SERVICE, body="Hello", status_callback=f"{listener.base}/status/a1"
        )
        network.settle()
        later = client.messages(message.sid).fetch()
    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    assert (later.status, later.from_, later.num_segments) == ("delivered", COACH, "1")
    assert listener.values("/status/a1", "MessageStatus") == ["queued", "sending", "sent", "delivered"]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"to": "+1202", "from_": COACH, "body": "Hello"}, 21211),
        ({"to": "hello", "from_": COACH, "body": "Hello"}, 21211),
        ({"to": "", "from_": COACH, "body": "Hello"}, 21604),
        ({"to": ROSA, "body": "Hello"}, 21603),
        ({"to": ROSA, "from_": "+12025559999", "body": "Hello"}, 21606),
        ({"to": ROSA, "messaging_service_sid": SERVICE, "body": "Hello"}, 21701),
        ({"to": ROSA, "from_": COACH, "body": ""}, 21602),
        ({"to": ROSA, "from_": COACH, "body": "a" * 1601}, 21617),
    ],
)
def test_a_wrong_request_is_refused_with_twilios_code(
    client: Client, network: Network, wish: dict[str, str], code: int
) -> None:
    """400, the code, and nothing reaches a phone."""
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(**wish)
    assert (refused.value.status, refused.value.code, network.state.messages()) == (400, code, ())


def test_sixteen_hundred_characters_are_accepted(client: Client) -> None:
    """The longest text there is."""
    assert client.messages.create(to=ROSA, from_=COACH, body="a" * 1600).num_segments == "11"


def test_a_wrong_token_is_refused(base_url: str) -> None:
    """401 and code 20003."""
    with open_client(base_url, "another-token") as stranger, pytest.raises(TwilioRestException) as refused:
        stranger.messages.create(to=ROSA, from_=COACH, body="Hello")
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_another_account_is_refused(client: Client) -> None:
    """The credentials are for one account alone."""
    with pytest.raises(TwilioRestException) as refused:
        client.api.v2010.accounts("AC" + "9" * 32).messages.create(to=ROSA, from_=COACH, body="Hello")
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_an_unknown_message_is_not_found(client: Client) -> None:
    """404 and code 20404."""
    with pytest.raises(TwilioRestException) as refused:
        client.messages("SM" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_messages_are_listed_by_phone_newest_first(client: Client, network: Network) -> None:
    """Only Rosa's, the last one on top."""
    for to, body in ((ROSA, "one"), (WALTER, "two"), (ROSA, "three")):
        client.messages.create(to=to, from_=COACH, body=body)
    network.settle()
    assert [message.body for message in client.messages.list(to=ROSA)] == ["three", "one"]


def test_texts_from_phones_are_listed_too(client: Client, network: Network) -> None:
    """What the webhook missed can be found again."""
    network.text(ROSA, "About a 6")
    found = client.messages.list(to=COACH, from_=ROSA)
    assert [(message.body, message.direction, message.status) for message in found] == [
        ("About a 6", "inbound", "received")
    ]


def test_lists_are_filtered_by_the_time_of_sending(client: Client, network: Network, clock: AdjustableClock) -> None:
    """On a day, before and after a moment; a message not yet sent is in none of them."""
    client.messages.create(to=ROSA, from_=COACH, body="Tuesday")
    network.settle()
    clock.jump_to(MORNING + timedelta(days=1))
    client.messages.create(to=ROSA, from_=COACH, body="Wednesday")
    network.settle()
    midnight = datetime(2026, 3, 4, tzinfo=UTC)
    found = [
        client.messages.list(date_sent=date(2026, 3, 3)),
        client.messages.list(date_sent_before=midnight),
        client.messages.list(date_sent_after=midnight),
    ]
    assert [[message.body for message in messages] for messages in found] == [["Tuesday"], ["Tuesday"], ["Wednesday"]]


def test_long_lists_come_in_pages_without_gap_or_repeat(client: Client, network: Network) -> None:
    """The client follows `next_page_uri` to the end."""
    for number in range(7):
        client.messages.create(to=ROSA, from_=COACH, body=f"text {number}")
    network.settle()
    bodies = [message.body for message in client.messages.list(to=ROSA, page_size=3)]
    assert bodies == [f"text {number}" for number in range(6, -1, -1)]


def test_a_page_is_not_shifted_by_new_messages(client: Client) -> None:
    """The second page goes on after the last message of the first."""
    for number in range(4):
        client.messages.create(to=ROSA, from_=COACH, body=f"text {number}")
    first = client.messages.page(to=ROSA, page_size=2)
    client.messages.create(to=ROSA, from_=COACH, body="new")
    second = first.next_page()
    assert second is not None
    assert [message.body for message in [*first, *second]] == ["text 3", "text 2", "text 1", "text 0"]


def test_the_body_of_a_finished_message_can_be_made_empty(client: Client, network: Network) -> None:
    """The record forgets it; the ledger, which judges, does not."""
    sid = client.messages.create(to=ROSA, from_=COACH, body="private").sid or ""
    network.settle()
    assert client.messages(sid).update(body="").body == ""
    assert [entry.text for entry in network.ledger.entries("message")] == ["private"]


def test_a_finished_message_can_be_deleted(client: Client, network: Network) -> None:
    """After that it is not found."""
    sid = client.messages.create(to=ROSA, from_=COACH, body="private").sid or ""
    network.settle()
    assert client.messages(sid).delete()
    assert client.messages.list(to=ROSA) == []


def test_a_message_under_way_cannot_be_deleted(build: Callable[..., Network], on_air: Callable[[Network], str]) -> None:
    """409 and code 20009 until it is finished."""
    network = build(pace=Pace(hop=60))
    with open_client(on_air(network)) as client:
        sid = client.messages.create(to=ROSA, from_=COACH, body="Hello").sid or ""
        with pytest.raises(TwilioRestException) as refused:
            client.messages(sid).delete()
    assert (refused.value.status, refused.value.code) == (409, 20009)


def test_a_canceled_message_does_not_arrive(
    build: Callable[..., Network], on_air: Callable[[Network], str], clock: AdjustableClock
) -> None:
    """Canceling counts while the message has not left."""
    network = build(pace=Pace(hop=60))
    with open_client(on_air(network)) as client:
        sid = client.messages.create(to=ROSA, from_=COACH, body="Hello").sid or ""
        status = client.messages(sid).update(status="canceled").status
        clock.jump_to(MORNING + timedelta(hours=1))
        network.settle()
    assert (status, network.inbox(ROSA)) == ("canceled", ())


def test_webhook_addresses_of_the_number_can_be_changed(client: Client, network: Network, listener: Listener) -> None:
    """Texts go to the new address from then on."""
    number = client.incoming_phone_numbers.list(phone_number=COACH)[0]
    number.update(sms_url=f"{listener.base}/new")
    network.text(ROSA, "Hello")
    assert listener.values("/new", "Body") == ["Hello"]
