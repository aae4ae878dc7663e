"""What can go wrong on a real network goes wrong here on demand."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from coach.sandbox.clock import AdjustableClock
from coach.sandbox.faults import CallbackChaos, Faults, RestFault, RestRule
from coach.sandbox.network import Network
from tests.sandbox.conftest import ACCOUNT, COACH, MORNING, ROSA, TOKEN, WALTER, Listener, eventually, open_client


def statuses_of(client: Client, network: Network, listener: Listener, body: str = "Hello") -> list[str]:
    """Send Rosa a text and return the statuses called back for it."""
    path = f"/status/{time.monotonic_ns()}"
    client.messages.create(to=ROSA, from_=COACH, body=body, status_callback=listener.base + path)
    network.settle()
    return listener.values(path, "MessageStatus")


@pytest.mark.parametrize("code", ["30003", "30006"])
def test_a_scripted_failure_ends_undelivered_with_its_code(
    client: Client, network: Network, listener: Listener, code: str
) -> None:
    """Only for the number scripted, and not on its phone."""
    network.faults.set_outcomes(ROSA, [code])
    statuses = statuses_of(client, network, listener)
    assert (statuses, listener.heard[-1].form["ErrorCode"]) == (["sending", "sent", "undelivered"], code)
    assert network.inbox(ROSA) == ()
    assert client.messages.list(to=ROSA)[0].error_code == int(code)


def test_outcomes_follow_one_another_and_the_last_stays(client: Client, network: Network, listener: Listener) -> None:
    """A phone that is off once and back from then on."""
    network.faults.set_outcomes(ROSA, ["30003", "delivered"])
    ends = [statuses_of(client, network, listener)[-1] for _ in range(3)]
    assert ends == ["undelivered", "delivered", "delivered"]


def test_a_silent_carrier_never_reports(client: Client, network: Network, listener: Listener) -> None:
    """`sent` is the last word."""
    network.faults.set_outcomes(ROSA, ["silent"])
    assert statuses_of(client, network, listener) == ["sending", "sent"]


def test_a_slow_delivery_comes_in_its_time(
    client: Client, network: Network, listener: Listener, clock: AdjustableClock
) -> None:
    """A quarter of an hour later by the network's clock."""
    network.faults.set_outcomes(ROSA, ["slow"])
    early = statuses_of(client, network, listener)
    clock.jump_to(MORNING + timedelta(minutes=20))
    assert early == ["sending", "sent"]
    assert eventually(lambda: len(network.inbox(ROSA)) == 1)


def test_an_outcome_that_does_not_exist_is_refused(network: Network) -> None:
    """A typing error must not look like a network that works."""
    with pytest.raises(ValueError, match="No such outcome: dleivered"):
        network.faults.set_outcomes(ROSA, ["dleivered"])


def test_doubled_callbacks_come_twice(client: Client, network: Network, listener: Listener) -> None:
    """Each of them."""
    network.faults.set_chaos(CallbackChaos(doubled=1.0))
    assert statuses_of(client, network, listener) == ["sending", "sending", "sent", "sent", "delivered", "delivered"]


def test_dropped_callbacks_never_come_but_the_message_does(
    client: Client, network: Network, listener: Listener
) -> None:
    """Only asking tells that it was delivered."""
    network.faults.set_chaos(CallbackChaos(dropped=1.0))
    assert (statuses_of(client, network, listener), len(network.inbox(ROSA))) == ([], 1)


def test_reordered_callbacks_come_after_a_later_one(client: Client, network: Network, listener: Listener) -> None:
    """The final status overtakes the others."""
    network.faults.set_chaos(CallbackChaos(reordered=1.0))
    assert statuses_of(client, network, listener) == ["delivered", "sending", "sent"]


def test_the_same_seed_gives_the_same_faults() -> None:
    """A failing run can be repeated."""
    chaos = CallbackChaos(doubled=0.3, reordered=0.3, dropped=0.3)
    drawn = []
    for _ in range(2):
        faults = Faults(seed=7)
        faults.set_chaos(chaos)
        drawn.append([faults.callback_fate() for _ in range(50)])
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 4


def test_too_many_requests_are_not_processed(base_url: str, network: Network) -> None:
    """429 with Retry-After; nothing was accepted."""
    network.faults.add_rule(RestRule(RestFault.TOO_MANY, times=1))
    address = f"{base_url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    form = {"To": ROSA, "From": COACH, "Body": "Hello"}
    answers = [httpx.post(address, data=form, auth=(ACCOUNT, TOKEN)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [429, 201]
    assert (answers[0].headers["Retry-After"], answers[0].json()["code"]) == ("1", 20429)
    assert len(network.ledger.entries("message")) == 1


@pytest.mark.parametrize(("fault", "accepted"), [(RestFault.BROKEN, 0), (RestFault.BROKEN_AFTER, 1)])
def test_a_server_error_may_or_may_not_have_taken_effect(
    client: Client, network: Network, fault: RestFault, accepted: int
) -> None:
    """The caller sees the same 500 either way."""
    network.faults.add_rule(RestRule(fault, times=1))
    with pytest.raises(TwilioRestException) as failed:
        client.messages.create(to=ROSA, from_=COACH, body="Hello")
    network.settle()
    assert (failed.value.status, failed.value.code, len(network.inbox(ROSA))) == (500, 20500, accepted)


def test_a_dropped_connection_leaves_the_caller_in_doubt(client: Client, network: Network, listener: Listener) -> None:
    """No answer, yet the text arrives, is called back and can be found by listing."""
    network.faults.add_rule(RestRule(RestFault.DROP, times=1))
    with pytest.raises(requests.RequestException):
        client.messages.create(to=ROSA, from_=COACH, body="Hello", status_callback=f"{listener.base}/status/a1")
    network.settle()
    assert listener.values("/status/a1", "MessageStatus")[-1] == "delivered"
    assert [message.body for message in client.messages.list(to=ROSA)] == ["Hello"]


def test_callbacks_overtake_a_slow_answer(client: Client, network: Network, listener: Listener) -> None:
    """The message is delivered before its creator knows its id."""
    network.faults.add_rule(RestRule(RestFault.SLOW, times=1, seconds=0.4))
    client.messages.create(to=ROSA, from_=COACH, body="Hello", status_callback=f"{listener.base}/status/a1")
    answered = time.monotonic()
    assert len(listener.heard) == 3
    assert all(heard.at < answered for heard in listener.heard)


def test_a_rule_can_concern_one_number_alone(client: Client, network: Network) -> None:
    """Walter's texts go through."""
    network.faults.add_rule(RestRule(RestFault.BROKEN, recipient=ROSA))
    with pytest.raises(TwilioRestException):
        client.messages.create(to=ROSA, from_=COACH, body="Hello")
    assert client.messages.create(to=WALTER, from_=COACH, body="Hello").status == "queued"


def test_a_share_of_requests_can_fail(build: Callable[..., Network], on_air: Callable[[Network], str]) -> None:
    """About half of them, the same ones for the same seed."""
    network = build(seed=3)
    network.faults.add_rule(RestRule(RestFault.BROKEN, share=0.5))
    failed = 0
    with open_client(on_air(network)) as client:
        for _ in range(40):
            try:
                client.messages.create(to=ROSA, from_=COACH, body="Hello")
            except TwilioRestException:
                failed += 1
    assert 10 <= failed <= 30


def test_faults_are_set_and_cleared_over_http(base_url: str, client: Client, network: Network) -> None:
    """The control API takes all three kinds at once."""
    wish = {
        "outcomes": {ROSA: ["30003"]},
        "callbacks": {"doubled": 0.5},
        "requests": [{"fault": "500", "times": 1, "resource": "Messages"}],
    }
    assert httpx.post(f"{base_url}/phone/api/faults", json=wish).status_code == 200
    with pytest.raises(TwilioRestException):
        client.messages.create(to=ROSA, from_=COACH, body="Hello")
    assert httpx.delete(f"{base_url}/phone/api/faults").status_code == 200
    client.messages.create(to=ROSA, from_=COACH, body="Hello")
    network.settle()
    assert len(network.inbox(ROSA)) == 1


@pytest.mark.parametrize(
    "wish", [{"outcomes": {ROSA: ["dleivered"]}}, {"callbacks": {"tripled": 1}}, {"requests": [{"fault": "418"}]}]
)
def test_faults_that_do_not_exist_are_refused(base_url: str, wish: dict[str, object]) -> None:
    """400 with a sentence."""
    answer = httpx.post(f"{base_url}/phone/api/faults", json=wish)
    assert (answer.status_code, answer.json()["detail"][:28]) == (400, "These faults cannot be set: ")
