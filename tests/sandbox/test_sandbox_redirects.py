"""A running call gets another script, or the address of the next step fails and the fallback is asked."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from coach.sandbox.courier import Reply
from coach.sandbox.network import Network
from coach.sandbox.pace import Pace
from coach.sandbox.records import PicksUp
from tests.sandbox.conftest import COACH, ROSA, Listener, eventually
from tests.sandbox.scene import BASE, Scene

ASKS = '<Gather numDigits="1" timeout="5" action="/old"><Say>Press 1</Say></Gather><Say>Nothing heard.</Say>'
NEW = '<Say>New.</Say><Gather numDigits="1" action="/new-step" timeout="60"/>'


def test_a_new_script_ends_the_waiting_of_the_old() -> None:
    """Its silence never comes."""
    scene = Scene({"/start": ASKS, "/new": NEW})
    scene.redirect("/new")
    scene.wait(30)
    assert (scene.said, scene.script.paths()) == (["Press 1", "New."], ["POST /start", "POST /new"])


def test_a_new_script_ends_what_is_being_said() -> None:
    """In the middle of it."""
    pages = {"/start": "<Say>one two three four five</Say><Say>never said</Say>", "/new": NEW}
    scene = Scene(pages, pace=Pace(dial=0, word=1.0))
    scene.wait(2)
    scene.redirect("/new")
    scene.wait(30)
    assert scene.said == ["one two three four five", "New."]


def test_a_key_after_the_redirect_belongs_to_the_new_script() -> None:
    """The old action is not asked."""
    scene = Scene({"/start": ASKS, "/new": NEW})
    scene.redirect("/new")
    scene.press("1")
    assert scene.script.paths() == ["POST /start", "POST /new", "POST /new-step"]


def test_a_key_that_is_overtaken_by_the_redirect_is_not_sent() -> None:
    """It was pressed for a question nobody asks any more."""
    scene = Scene({"/start": ASKS, "/new": NEW})
    calling = scene.network.calling
    calling.press(ROSA, "1")
    scene.redirect("/new")
    assert scene.forms("/old") == []


def test_an_answer_that_comes_after_the_redirect_is_thrown_away(
    client: Client, network: Network, listener: Listener
) -> None:
    """The old script was still being fetched."""
    listener.answers["/slow"] = lambda _: "<Response><Say>Old.</Say></Response>"
    listener.answers["/new"] = lambda _: "<Response><Say>New.</Say></Response>"
    listener.delays["/slow"] = 0.3
    call = client.calls.create(to=ROSA, from_=COACH, url=f"{listener.base}/slow")
    network.settle()
    network.calling.answer(ROSA, PicksUp.HUMAN)
    assert eventually(lambda: bool(listener.at("/slow")))
    client.calls(call.sid or "").update(url=f"{listener.base}/new")
    network.settle()
    assert [line.text for line in network.state.calls(ROSA)[-1].heard] == ["New."]


def test_a_running_call_is_hung_up_by_its_id(client: Client, network: Network, listener: Listener) -> None:
    """Status=completed, in the middle of a question."""
    listener.answers["/script"] = lambda _: "<Response><Gather timeout='60'/></Response>"
    call = client.calls.create(to=ROSA, from_=COACH, url=f"{listener.base}/script")
    network.settle()
    network.calling.answer(ROSA, PicksUp.HUMAN)
    network.wait_for_turn(ROSA, 5)
    updated = client.calls(call.sid or "").update(status="completed")
    assert (updated.status, network.state.live_call(ROSA)) == ("completed", None)


def test_a_call_that_still_rings_takes_no_other_script(client: Client, network: Network, listener: Listener) -> None:
    """Twilio's 21220; the call goes on ringing."""
    call = client.calls.create(to=ROSA, from_=COACH, url=f"{listener.base}/script")
    network.settle()
    with pytest.raises(TwilioRestException) as refused:
        client.calls(call.sid or "").update(url=f"{listener.base}/new")
    assert (refused.value.code, network.state.calls(ROSA)[-1].status) == (21220, "ringing")


def test_the_sdk_asks_for_detection_limits_and_a_fallback(client: Client, network: Network, listener: Listener) -> None:
    """And is called back with the result."""
    listener.answers["/script"] = lambda _: "<Response><Gather timeout='60'/></Response>"
    client.calls.create(
        to=ROSA, from_=COACH, url=f"{listener.base}/script", fallback_url=f"{listener.base}/fallback", time_limit=900,
        machine_detection="DetectMessageEnd", async_amd="true",
        async_amd_status_callback=f"{listener.base}/detected", async_amd_status_callback_method="POST",
    )  # fmt: skip
    network.settle()
    network.calling.answer(ROSA, PicksUp.VOICEMAIL)
    assert eventually(lambda: listener.values("/detected", "AnsweredBy") == ["machine_end_beep"])
    assert listener.all_signed()


# fallback


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Reply(None, failure="connect"), "11205"),
        (Reply(None, failure="timeout"), "11200"),
        (Reply(500), "11200"),
        (Reply(200, "<Response><Say>broken"), "12100"),
    ],
)
def test_the_fallback_is_asked_when_a_step_fails(failure: Reply, code: str) -> None:
    """With the error and where it happened; what it answers is run."""
    pages = {"/start": ASKS, "/fallback": "<Say>We are sorry. If this is an emergency dial 9 1 1.</Say><Hangup/>"}
    scene = Scene(pages, failing={"/old": failure}, fallback_url=f"{BASE}/fallback")
    scene.press("1")
    form = scene.last_form
    assert (form["ErrorCode"], form["ErrorUrl"]) == (code, f"{BASE}/old")
    assert scene.said[-1] == "We are sorry. If this is an emergency dial 9 1 1."
    assert scene.call.status == "completed"


def test_the_first_step_has_a_fallback_too() -> None:
    """And the call goes on from there."""
    pages = {"/fallback": ASKS, "/old": "<Say>Thank you.</Say>"}
    scene = Scene(pages, failing={"/start": Reply(503)}, fallback_url=f"{BASE}/fallback")
    scene.press("1")
    assert scene.said == ["Press 1", "Thank you."]


def test_a_fallback_that_fails_is_not_asked_again() -> None:
    """The apology, and the end."""
    failing = {"/start": Reply(500), "/fallback": Reply(500)}
    scene = Scene({}, failing=failing, fallback_url=f"{BASE}/fallback")
    assert (scene.script.paths(), scene.call.status) == (["POST /start", "POST /fallback"], "completed")
    assert scene.said == ["We are sorry, an application error has occurred. Goodbye."]


def test_a_redirect_may_name_its_own_fallback(client: Client, network: Network, listener: Listener) -> None:
    """Or keeps the one of the call."""
    listener.answers["/script"] = lambda _: "<Response><Gather timeout='60'/></Response>"
    listener.answers["/own"] = lambda _: "<Response><Say>Sorry.</Say></Response>"
    listener.statuses["/new"] = 500
    call = client.calls.create(to=ROSA, from_=COACH, url=f"{listener.base}/script")
    network.settle()
    network.calling.answer(ROSA, PicksUp.HUMAN)
    network.wait_for_turn(ROSA, 5)
    client.calls(call.sid or "").update(url=f"{listener.base}/new", fallback_url=f"{listener.base}/own")
    network.settle()
    assert listener.values("/own", "ErrorCode") == ["11200"]


def test_a_line_has_a_fallback_for_calls_that_come_in(client: Client, network: Network, listener: Listener) -> None:
    """Set as any address of the number."""
    (line,) = client.incoming_phone_numbers.list()
    line.update(voice_fallback_url=f"{listener.base}/fallback", voice_fallback_method="POST")
    listener.statuses["/voice"] = 500
    listener.answers["/fallback"] = lambda _: "<Response><Say>Sorry.</Say></Response>"
    network.ring(ROSA)
    network.settle()
    call = network.state.calls(ROSA)[-1]
    assert (listener.values("/fallback", "ErrorUrl"), call.status) == ([f"{listener.base}/voice"], "completed")
    assert [heard.text for heard in call.heard if heard.who == "coach"] == ["Sorry."]
    assert client.incoming_phone_numbers.list()[0].voice_fallback_url == f"{listener.base}/fallback"
