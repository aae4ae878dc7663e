"""The Calls resource: ringing, answering, ending, and what is called back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from coach.sandbox.clock import AdjustableClock
from coach.sandbox.faults import CallbackChaos
from coach.sandbox.network import Network
from coach.sandbox.records import Call, PicksUp
from tests.sandbox.conftest import COACH, MORNING, ROSA, Listener, eventually

ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
SAY_HELLO = "<Response><Say>Hello Rosa</Say></Response>"


def call_rosa(client: Client, listener: Listener, **wishes: object) -> str:
    """Start a call with all status callbacks and return its id."""
    wishes = {"url": f"{listener.base}/script", "status_callback_event": ALL_EVENTS, **wishes}
    call = client.calls.create(to=ROSA, from_=COACH, status_callback=f"{listener.base}/call-status/c1", **wishes)
    return call.sid or ""


def last_call(network: Network) -> Call:
    """Return Rosa's last call."""
    return network.state.calls(ROSA)[-1]


def said(call: Call) -> list[str]:
    """Return what the coach said in a call."""
    return [line.text for line in call.heard if line.who == "coach"]


def test_a_call_rings_until_somebody_acts(client: Client, network: Network, listener: Listener) -> None:
    """The phone rings; no script has been asked for."""
    sid = call_rosa(client, listener)
    network.settle()
    assert (client.calls(sid).fetch().status, listener.at("/script")) == ("ringing", [])


def test_answering_runs_the_script(client: Client, network: Network, listener: Listener) -> None:
    """The coach speaks, and with the end of the script the call ends."""
    listener.answers["/script"] = lambda _: SAY_HELLO
    call_rosa(client, listener)
    network.settle()
    network.calling.answer(ROSA, PicksUp.HUMAN)
    network.settle()
    assert (said(last_call(network)), last_call(network).status) == (["Hello Rosa"], "completed")


def test_each_event_asked_for_is_called_back_in_sequence(client: Client, network: Network, listener: Listener) -> None:
    """Numbered from 0; the last one carries the length."""
    listener.answers["/script"] = lambda _: SAY_HELLO
    call_rosa(client, listener)
    network.settle()
    network.calling.answer(ROSA, PicksUp.HUMAN)
    network.settle()
    assert listener.values("/call-status/c1", "CallStatus") == ["initiated", "ringing", "in-progress", "completed"]
    assert listener.values("/call-status/c1", "SequenceNumber") == ["0", "1", "2", "3"]
    assert listener.values("/call-status/c1", "CallDuration") == ["", "", "", "0"]
    assert listener.all_signed()


def test_without_wish_only_the_end_is_called_back(client: Client, network: Network, listener: Listener) -> None:
    """`completed` is the default event, whatever the final status."""
    client.calls.create(to=ROSA, from_=COACH, twiml=SAY_HELLO, status_callback=f"{listener.base}/call-status/c1")
    network.settle()
    network.calling.hang_up(ROSA)
    network.settle()
    assert listener.values("/call-status/c1", "CallStatus") == ["busy"]


@pytest.mark.parametrize(
    ("manner", "status", "heard"),
    [
        (PicksUp.HUMAN, "completed", ["Hello Rosa"]),
        (PicksUp.VOICEMAIL, "completed", ["Hello Rosa"]),
        (PicksUp.BUSY, "busy", []),
        (PicksUp.NO_ANSWER, "no-answer", []),
    ],
)
def test_a_phone_can_be_scripted(  # noqa: PLR0917 - fixtures
    client: Client, network: Network, listener: Listener, manner: PicksUp, status: str, heard: list[str]
) -> None:
    """Answered by a person or a machine, or not at all."""
    network.add_phone(ROSA, "Rosa", manner)
    listener.answers["/script"] = lambda _: SAY_HELLO
    call_rosa(client, listener, timeout=0)
    network.settle()
    assert (last_call(network).status, said(last_call(network))) == (status, heard)


@pytest.mark.parametrize(
    ("detection", "manner", "answered_by"),
    [
        ("Enable", PicksUp.HUMAN, "human"),
        ("Enable", PicksUp.VOICEMAIL, "machine_start"),
        ("DetectMessageEnd", PicksUp.VOICEMAIL, "machine_end_beep"),
    ],
)
def test_machine_detection_tells_who_answered(  # noqa: PLR0917 - fixtures
    client: Client, network: Network, listener: Listener, detection: str, manner: PicksUp, answered_by: str
) -> None:
    """In the request for the script and in the record."""
    network.add_phone(ROSA, "Rosa", manner)
    sid = call_rosa(client, listener, machine_detection=detection)
    network.settle()
    assert listener.values("/script", "AnsweredBy") == [answered_by]
    assert client.calls(sid).fetch().answered_by == answered_by


def test_a_phone_nobody_answers_rings_out(
    client: Client, network: Network, listener: Listener, clock: AdjustableClock
) -> None:
    """After the ring time by the network's clock."""
    sid = call_rosa(client, listener, timeout=25)
    network.settle()
    clock.jump_to(MORNING + timedelta(seconds=40))
    assert eventually(lambda: network.state.live_call(ROSA) is None)
    assert client.calls(sid).fetch().status == "no-answer"


def test_the_length_is_that_of_the_talk(
    client: Client, network: Network, listener: Listener, clock: AdjustableClock
) -> None:
    """From the answer to the end, ringing not counted."""
    listener.answers["/script"] = lambda _: '<Response><Gather timeout="600"/></Response>'
    sid = call_rosa(client, listener)
    network.settle()
    network.calling.answer(ROSA, PicksUp.HUMAN)
    network.wait_for_turn(ROSA, 5)
    clock.jump_to(clock() + timedelta(seconds=95))
    network.calling.hang_up(ROSA)
    network.settle()
    assert (client.calls(sid).fetch().duration, listener.values("/call-status/c1", "CallDuration")[-1]) == ("95", "95")


def test_a_phone_in_a_call_is_busy(client: Client, network: Network, listener: Listener) -> None:
    """The second call does not ring."""
    call_rosa(client, listener)
    network.settle()
    second = call_rosa(client, listener)
    network.settle()
    assert client.calls(second).fetch().status == "busy"


def test_a_call_that_found_the_phone_busy_hides_nothing(client: Client, network: Network, listener: Listener) -> None:
    """The phone still shows the call that runs, and after it what was said there."""
    listener.answers["/script"] = lambda _: '<Response><Gather timeout="600"/></Response>'
    first = call_rosa(client, listener)
    network.settle()
    network.calling.answer(ROSA, PicksUp.HUMAN)
    call_rosa(client, listener)
    network.settle()
    running = network.wait_for_turn(ROSA, 5)
    network.calling.hang_up(ROSA)
    over = network.wait_for_turn(ROSA, 5)
    assert [call.sid if call else None for call in (running, over)] == [first, first]


@pytest.mark.parametrize(("wish", "status"), [("canceled", "canceled"), ("completed", "canceled")])
def test_a_ringing_call_can_be_called_off(
    client: Client, network: Network, listener: Listener, wish: str, status: str
) -> None:
    """The phone stops ringing."""
    sid = call_rosa(client, listener)
    network.settle()
    client.calls(sid).update(status=wish)
    assert (client.calls(sid).fetch().status, network.state.live_call(ROSA)) == (status, None)


def test_a_running_call_can_be_given_another_script(client: Client, network: Network, listener: Listener) -> None:
    """What it waited for is forgotten."""
    listener.answers["/script"] = lambda _: "<Response><Gather/></Response>"
    sid = call_rosa(client, listener)
    network.settle()
    network.calling.answer(ROSA, PicksUp.HUMAN)
    network.wait_for_turn(ROSA, 5)
    client.calls(sid).update(twiml="<Response><Say>Goodbye</Say></Response>")
    network.settle()
    assert (said(last_call(network)), last_call(network).status) == (["Goodbye"], "completed")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"to": "+1202", "from_": COACH, "twiml": SAY_HELLO}, 21211),
        ({"to": "", "from_": COACH, "twiml": SAY_HELLO}, 21201),
        ({"to": ROSA, "from_": "", "twiml": SAY_HELLO}, 21213),
        ({"to": ROSA, "from_": "+12025559999", "twiml": SAY_HELLO}, 21210),
        ({"to": ROSA, "from_": COACH}, 21205),
    ],
)
def test_a_wrong_request_is_refused_with_twilios_code(
    client: Client, network: Network, wish: dict[str, str], code: int
) -> None:
    """400, the code, and no phone rings."""
    with pytest.raises(TwilioRestException) as refused:
        client.calls.create(**wish)
    assert (refused.value.status, refused.value.code, network.state.calls()) == (400, code, ())


def test_calls_are_listed_by_phone_and_time(client: Client, network: Network, listener: Listener) -> None:
    """As a caller in doubt would look for its call."""
    sid = call_rosa(client, listener)
    network.settle()
    found = client.calls.list(to=ROSA, start_time_after=MORNING - timedelta(minutes=1))
    later = client.calls.list(to=ROSA, start_time_after=MORNING + timedelta(hours=1))
    assert ([call.sid for call in found], later) == ([sid], [])


def test_a_finished_call_can_be_deleted(client: Client, network: Network, listener: Listener) -> None:
    """And only a finished one."""
    sid = call_rosa(client, listener)
    network.settle()
    with pytest.raises(TwilioRestException) as refused:
        client.calls(sid).delete()
    network.calling.hang_up(ROSA)
    client.calls(sid).delete()
    assert (refused.value.code, client.calls.list(to=ROSA)) == (20009, [])


def test_callbacks_of_calls_are_unruly_too(client: Client, network: Network, listener: Listener) -> None:
    """A later number comes first."""
    network.faults.set_chaos(CallbackChaos(reordered=1.0))
    call_rosa(client, listener)
    network.settle()
    network.calling.hang_up(ROSA)
    network.settle()
    assert listener.values("/call-status/c1", "SequenceNumber") == ["2", "0", "1"]


def test_a_phone_calls_the_coach(network: Network, listener: Listener) -> None:
    """The script of the number runs, signed, with the phone as caller."""
    listener.answers["/voice"] = lambda _: SAY_HELLO
    network.ring(ROSA)
    network.settle()
    form = listener.at("/voice")[0].form
    assert (form["From"], form["To"], form["Direction"], form["CallStatus"]) == (ROSA, COACH, "inbound", "ringing")
    assert (said(last_call(network)), last_call(network).status) == (["Hello Rosa"], "completed")
    assert listener.all_signed()


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_the_coach_can_reject_a_call(network: Network, listener: Listener, reason: str, status: str) -> None:
    """Nothing is said and the call is never answered."""
    listener.answers["/voice"] = lambda _: f'<Response><Reject reason="{reason}"/></Response>'
    network.ring(ROSA)
    network.settle()
    assert (last_call(network).status, last_call(network).heard, last_call(network).started) == (status, (), None)


def test_a_number_without_voice_address_cannot_be_called(network: Network) -> None:
    """There is nobody to answer."""
    network.state.put_line(replace(network.line, voice_url=None))
    assert network.ring(ROSA) is None
