"""Legs of a Dial as Twilio's own client sees them, on a network that runs by itself."""

from __future__ import annotations

import threading

from twilio.rest import Client
from twilio.twiml.voice_response import Dial, Gather, Number, Say, VoiceResponse

from coach.sandbox.network import Network
from coach.sandbox.records import PicksUp
from tests.sandbox.conftest import COACH, ROSA, WALTER, Listener, eventually

ANA, BEN = "+12025550181", "+12025550182"


def connecting(listener: Listener, *numbers: str) -> str:
    """A script of Twilio's own making that dials these numbers with a whisper."""
    dial = Dial(answer_on_bridge=True, caller_id=COACH, timeout=20, action=f"{listener.base}/dialled")
    for number in numbers:
        dial.append(Number(number, url=f"{listener.base}/whisper"))
    script, say = VoiceResponse(), Say(language="en-US")
    say.prosody("I try to connect you.", rate="80%")
    script.append(say)
    script.append(dial)
    return str(script)


def whisper(listener: Listener) -> str:
    """Press 1 to take the call; else it is dropped."""
    script = VoiceResponse()
    gather = Gather(num_digits=1, finish_on_key="", action=f"{listener.base}/taken", timeout=60)
    gather.say("Press 1 to take it.")
    script.append(gather)
    script.hangup()
    return str(script)


def call_and_answer(client: Client, network: Network, listener: Listener, *numbers: str) -> str:
    """Rosa takes the coach's call, which is put through to these numbers."""
    listener.answers |= {"/script": lambda _: connecting(listener, *numbers), "/whisper": lambda _: whisper(listener)}
    call = client.calls.create(to=ROSA, from_=COACH, url=f"{listener.base}/script")
    network.settle()
    network.calling.answer(ROSA, PicksUp.HUMAN)
    network.settle()
    return call.sid or ""


def test_a_leg_is_a_call_with_a_parent(client: Client, network: Network, listener: Listener) -> None:
    """Found by it, and fetched as any call."""
    sid = call_and_answer(client, network, listener, ANA)
    (leg,) = client.calls.list(parent_call_sid=sid)
    assert (leg.to, leg.direction, leg.status, leg.parent_call_sid) == (ANA, "outbound-dial", "ringing", sid)
    assert client.calls(sid).fetch().parent_call_sid is None


def test_a_person_is_put_through_by_a_key(client: Client, network: Network, listener: Listener) -> None:
    """Every request is signed, the action is told the truth."""
    call_and_answer(client, network, listener, ANA)
    network.calling.answer(ANA, PicksUp.HUMAN)
    network.settle()
    network.calling.press(ANA, "1")
    network.settle()
    network.calling.hang_up(ANA)
    network.settle()
    assert (listener.values("/taken", "Digits"), listener.values("/dialled", "DialBridged")) == (["1"], ["true"])
    assert listener.all_signed()


def test_of_two_who_pick_up_at_once_one_is_whispered_to(client: Client, network: Network, listener: Listener) -> None:
    """The other is dropped; nobody is in two connections."""
    call_and_answer(client, network, listener, ANA, BEN, WALTER)
    at_once = threading.Barrier(3)

    def pick_up(phone: str) -> None:
        at_once.wait()
        network.calling.answer(phone, PicksUp.HUMAN)

    threads = [threading.Thread(target=pick_up, args=(phone,)) for phone in (ANA, BEN, WALTER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    network.settle()
    talking = [phone for phone in (ANA, BEN, WALTER) if network.state.live_call(phone)]
    assert len(talking) == 1
    network.calling.press(talking[0], "1")
    assert eventually(lambda: bool(network.state.calls(ROSA)[-1].peer))
    assert network.state.calls(ROSA)[-1].peer == network.state.calls(talking[0])[-1].sid
