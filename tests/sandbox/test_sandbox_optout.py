"""STOP, START and HELP are handled by the network itself, and the coach hears of them too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from coach.sandbox.network import Network
from coach.sandbox.optout import OptOutHandling
from tests.sandbox.conftest import COACH, ROSA, WALTER, Listener


def replies(network: Network) -> list[str]:
    """Return the beginnings of what the network itself wrote to Rosa."""
    return [entry.text[:22] for entry in network.ledger.entries("auto-reply")]


@pytest.mark.parametrize("word", ["STOP", "stopall", "Unsubscribe", "cancel", "END", "quit", " revoke ", "OptOut"])
def test_a_stop_word_blocks_the_number(client: Client, network: Network, word: str) -> None:
    """One confirmation, then 21610 for every further text."""
    network.text(ROSA, word)
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=ROSA, from_=COACH, body="Hello")
    assert (refused.value.status, refused.value.code) == (400, 21610)
    assert replies(network) == ["You have successfully "]


@pytest.mark.parametrize("text", ["STOP PLEASE", "please stop texting me", "Stop.", "no más"])
def test_other_wording_is_left_to_the_coach(client: Client, network: Network, text: str) -> None:
    """The whole text must be the keyword."""
    network.text(ROSA, text)
    assert client.messages.create(to=ROSA, from_=COACH, body="Hello").status == "queued"


def test_the_coach_still_hears_the_keyword(network: Network, listener: Listener) -> None:
    """The webhook comes as for any text, without OptOutType."""
    network.text(ROSA, "STOP")
    assert listener.values("/sms", "Body") == ["STOP"]
    assert "OptOutType" not in listener.at("/sms")[0].form


def test_advanced_handling_names_the_type(build: Callable[..., Network], listener: Listener) -> None:
    """Only where it is set up so."""
    network = build(opt_out=OptOutHandling(names_type=True))
    for word in ("STOP", "START", "HELP", "Hello"):
        network.text(ROSA, word)
    assert listener.values("/sms", "OptOutType") == ["STOP", "START", "HELP", ""]


def test_only_the_first_stop_is_confirmed(network: Network) -> None:
    """Exactly one confirmation in total."""
    network.text(ROSA, "STOP")
    network.text(ROSA, "STOP")
    assert len(replies(network)) == 1


def test_start_opens_the_number_again(client: Client, network: Network) -> None:
    """Texts go through from then on."""
    network.text(ROSA, "STOP")
    network.text(ROSA, "START")
    client.messages.create(to=ROSA, from_=COACH, body="Welcome back")
    network.settle()
    assert network.inbox(ROSA)[-1].body == "Welcome back"


def test_start_without_stop_is_an_ordinary_text(network: Network) -> None:
    """The network does not greet someone who never left."""
    network.text(ROSA, "YES")
    assert replies(network) == []


def test_help_is_answered_by_the_network(network: Network) -> None:
    """With its fixed text."""
    network.text(ROSA, "help")
    assert replies(network) == ["Reply STOP to unsubscr"]


def test_one_persons_stop_is_nobody_elses(client: Client, network: Network) -> None:
    """Walter still gets his texts."""
    network.text(ROSA, "STOP")
    assert client.messages.create(to=WALTER, from_=COACH, body="Hello").status == "queued"


def test_a_reply_in_the_answer_is_blocked_too(network: Network, listener: Listener) -> None:
    """After STOP the network sends nothing for the coach."""
    listener.answers["/sms"] = lambda _: "<Response><Message>Bye</Message></Response>"
    network.text(ROSA, "STOP")
    network.settle()
    assert [message.body for message in network.inbox(ROSA) if message.body == "Bye"] == []
    assert [entry.detail for entry in network.ledger.entries("refused")] == ["21610"]


def test_handling_can_be_turned_off(build: Callable[..., Network]) -> None:
    """Then everything is the coach's own work."""
    network = build(opt_out=OptOutHandling(enabled=False))
    network.text(ROSA, "STOP")
    assert (replies(network), network.texting.blocks.blocks(COACH, ROSA)) == ([], False)
