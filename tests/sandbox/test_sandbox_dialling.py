"""Dial: a call is put through to other phones, with a whisper first. Time moves by hand."""

from __future__ import annotations

import pytest

from coach.sandbox.courier import Reply
from coach.sandbox.pace import Pace
from coach.sandbox.records import PicksUp
from tests.sandbox.conftest import COACH, MORNING, ROSA
from tests.sandbox.scene import BASE, Scene

ANA, BEN = "+12025550181", "+12025550182"
TO_ANA = (
    f'<Dial answerOnBridge="true" callerId="{COACH}" timeout="20" action="/dialled">'
    f'<Number url="/whisper">{ANA}</Number></Dial>'
)
TO_BOTH = (
    f'<Dial timeout="20" action="/dialled"><Number url="/whisper">{ANA}</Number>'
    f'<Number url="/whisper">{BEN}</Number></Dial>'
)
WHISPER = '<Gather numDigits="1" action="/taken"><Say>Press 1 to take it.</Say></Gather><Hangup/>'
PAGES = {
    "/start": "<Say>I try to connect you.</Say>" + TO_ANA,
    "/both": TO_BOTH,
    "/whisper": WHISPER,
    "/taken": "",
    "/dialled": "<Say>Good-bye.</Say>",
}


def dialled(scene: Scene) -> dict[str, str]:
    """What the action of the Dial was told."""
    (form,) = scene.forms("/dialled")
    return {name: value for name, value in form.items() if name.startswith("Dial")}


def test_the_number_rings_while_the_caller_waits() -> None:
    """From our own number."""
    scene = Scene(PAGES)
    leg = scene.last(ANA)
    assert (leg.status, leg.sender, leg.parent, scene.call.status) == ("ringing", COACH, scene.call.sid, "in-progress")
    assert scene.transcript() == ["coach: I try to connect you.", f"note: Dialling {ANA}."]


def test_who_picks_up_hears_the_whisper_alone() -> None:
    """The caller hears nothing of it."""
    scene = Scene(PAGES)
    scene.answer(ANA)
    assert scene.transcript(ANA) == ["coach: Press 1 to take it."]
    assert scene.transcript()[2:] == [f"note: {ANA} picked up."]
    form = scene.forms("/whisper")[0]
    assert (form["CallSid"], form["ParentCallSid"]) == (scene.last(ANA).sid, scene.call.sid)
    assert (form["From"], form["To"], form["Direction"]) == (COACH, ANA, "outbound-dial")


def test_a_key_connects_them_and_each_hears_the_other() -> None:
    """The transcript of both phones has both sides."""
    scene = Scene(PAGES)
    scene.answer(ANA)
    scene.press("1", ANA)
    scene.say("Hello, this is Ana.", phone=ANA)
    scene.say("My leg gave way.")
    scene.press("5")
    assert scene.transcript(ANA)[2:] == [
        f"note: Connected with {ROSA}.", "phone: Hello, this is Ana.", "other: My leg gave way.", "other: pressed 5",
    ]  # fmt: skip
    assert scene.transcript()[3:] == [
        f"note: Connected with {ANA}.", "other: Hello, this is Ana.", "phone: My leg gave way.", "phone: pressed 5",
    ]  # fmt: skip


def test_when_the_other_hangs_up_the_action_is_asked() -> None:
    """With how long they talked; the call goes on with the answer."""
    scene = Scene(PAGES)
    scene.answer(ANA)
    scene.press("1", ANA)
    scene.wait(65)
    scene.hang_up(ANA)
    assert dialled(scene) == {
        "DialCallStatus": "completed", "DialBridged": "true", "DialCallSid": scene.last(ANA).sid,
        "DialCallDuration": "65",
    }  # fmt: skip
    assert (scene.said[-1], scene.call.status) == ("Good-bye.", "completed")


def test_when_the_caller_hangs_up_both_calls_are_over() -> None:
    """And nothing is asked any more."""
    scene = Scene(PAGES)
    scene.answer(ANA)
    scene.press("1", ANA)
    scene.hang_up()
    assert (scene.last(ANA).status, scene.call.status, scene.forms("/dialled")) == ("completed", "completed", [])


def test_a_caller_who_hangs_up_stops_the_ringing() -> None:
    """Nobody is called for nobody."""
    scene = Scene(PAGES)
    scene.hang_up()
    assert (scene.last(ANA).status, scene.last(ANA).started) == ("canceled", None)


def test_a_whisper_without_a_key_drops_that_leg() -> None:
    """The carrier then says `completed` all the same; only DialBridged tells that nobody was connected."""
    scene = Scene(PAGES)
    scene.answer(ANA)
    scene.wait(5)
    told = dialled(scene)
    assert scene.last(ANA).status == "completed"
    assert (told["DialCallStatus"], told["DialBridged"], told["DialCallDuration"]) == ("completed", "false", "5")


def test_a_voicemail_box_hears_the_whisper_and_is_dropped() -> None:
    """It presses no key, so no participant ever talks to it."""
    scene = Scene(PAGES)
    scene.answer(ANA, PicksUp.VOICEMAIL)
    scene.wait(5)
    assert (dialled(scene)["DialBridged"], scene.call.peer) == ("false", None)


@pytest.mark.parametrize(
    ("manner", "status"),
    [(PicksUp.BUSY, "busy"), (PicksUp.NO_ANSWER, "no-answer")],
)
def test_the_action_is_told_how_it_ended(manner: PicksUp, status: str) -> None:
    """And that nobody was connected."""
    scene = Scene(PAGES)
    scene.answer(ANA, manner)
    told = dialled(scene)
    assert (told["DialCallStatus"], told["DialBridged"], "DialCallDuration" in told) == (status, "false", False)


def test_it_rings_as_long_as_the_dial_says() -> None:
    """Twenty seconds here."""
    scene = Scene(PAGES)
    scene.wait(19)
    early = scene.forms("/dialled")
    scene.wait(1)
    assert (early, dialled(scene)["DialCallStatus"]) == ([], "no-answer")


@pytest.mark.parametrize(
    "dial", ["<Dial action='/dialled'><Number>911</Number></Dial>", "<Dial action='/dialled' callerId='+12025559999'/>"]
)
def test_what_cannot_be_dialled_fails(dial: str) -> None:
    """A number that is none; a caller id that is not ours."""
    scene = Scene({**PAGES, "/start": dial})
    assert dialled(scene) == {"DialCallStatus": "failed", "DialBridged": "false"}


def test_a_phone_in_a_call_is_busy_for_a_dial_too() -> None:
    """The on-call person talks already."""
    scene = Scene(PAGES, pace=Pace(dial=0, word=0))
    scene.network.state.set_phone(ANA)
    other = Scene({"/start": TO_ANA.replace(ANA, ROSA), "/dialled": ""})
    assert dialled(other)["DialCallStatus"] == "busy"
    assert scene.last(ANA).live


def test_several_numbers_ring_at_once_and_the_first_to_pick_up_stops_the_others() -> None:
    """As the carrier has it."""
    scene = Scene({**PAGES, "/start": TO_BOTH})
    both = (scene.last(ANA).status, scene.last(BEN).status)
    scene.answer(BEN)
    scene.press("1", BEN)
    assert both == ("ringing", "ringing")
    assert (scene.last(ANA).status, scene.last(BEN).status, scene.call.peer) == (
        "canceled", "in-progress", scene.last(BEN).sid,
    )  # fmt: skip


def test_the_action_waits_for_the_last_of_several() -> None:
    """One is busy, the other does not answer."""
    scene = Scene({**PAGES, "/start": TO_BOTH})
    scene.answer(ANA, PicksUp.BUSY)
    early = scene.forms("/dialled")
    scene.answer(BEN, PicksUp.NO_ANSWER)
    assert (early, dialled(scene)["DialCallStatus"]) == ([], "no-answer")


def test_a_scripted_phone_reacts_to_a_dial() -> None:
    """Ana's phone is set to busy."""
    scene = Scene({**PAGES, "/start": '<Pause length="1"/>' + TO_ANA})
    scene.network.add_phone(ANA, "Ana", PicksUp.BUSY)
    scene.wait(1)
    assert dialled(scene)["DialCallStatus"] == "busy"


def test_without_whisper_picking_up_connects() -> None:
    """A number in the Dial itself."""
    scene = Scene({"/start": f"<Dial>{ANA}</Dial>"})
    scene.answer(ANA)
    assert scene.call.peer == scene.last(ANA).sid


def test_without_action_the_script_goes_on() -> None:
    """With what follows the Dial."""
    scene = Scene({"/start": f"<Dial>{ANA}</Dial><Say>Good-bye.</Say>"})
    scene.answer(ANA)
    scene.hang_up(ANA)
    assert (scene.said, scene.call.status) == (["Good-bye."], "completed")


def test_the_time_limit_ends_the_connection() -> None:
    """And the call goes on."""
    scene = Scene({"/start": f'<Dial timeLimit="60" action="/dialled">{ANA}</Dial>', "/dialled": ""})
    scene.answer(ANA)
    scene.wait(60)
    assert (dialled(scene)["DialCallDuration"], scene.last(ANA).status) == ("60", "completed")


def test_a_caller_hears_ringing_until_they_are_connected() -> None:
    """With answerOnBridge the call of a phone to us is not answered before."""
    scene = Scene(PAGES)
    scene.hang_up()
    scene.network.state.put_line(scene.network.add_line("+12025550109", voice_url=f"{BASE}/bridge"))
    scene.script.pages["/bridge"] = TO_ANA
    scene.network.ring(ROSA)
    scene.network.pump()
    ringing = scene.call.status
    scene.answer(ANA)
    whispered = scene.call.status
    scene.press("1", ANA)
    assert (ringing, whispered, scene.call.status) == ("ringing", "ringing", "in-progress")


def test_each_leg_counts_its_own_callbacks() -> None:
    """From 0, and with the call it belongs to."""
    number = f'<Number statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed">{ANA}</Number>'
    scene = Scene(
        {"/start": f"<Dial>{number}</Dial>"}, callback=f"{BASE}/call", callback_events=frozenset({"answered"})
    )
    scene.answer(ANA)
    scene.hang_up(ANA)
    forms = scene.forms("/leg")
    assert [(form["SequenceNumber"], form["CallStatus"]) for form in forms] == [
        ("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed"),
    ]  # fmt: skip
    assert {form["ParentCallSid"] for form in forms} == {scene.call.sid}
    assert [form["SequenceNumber"] for form in scene.forms("/call")] == ["0"]


def test_a_redirect_ends_what_was_dialled() -> None:
    """The coach takes the call back, and the action of the old script is not asked."""
    scene = Scene({**PAGES, "/new": '<Say>New.</Say><Pause length="9"/>'})
    scene.answer(ANA)
    scene.press("1", ANA)
    scene.redirect("/new")
    assert (scene.last(ANA).status, scene.said[-1], scene.forms("/dialled")) == ("completed", "New.", [])


def test_a_leg_can_be_hung_up_by_its_own_id() -> None:
    """As any call."""
    scene = Scene(PAGES)
    scene.answer(ANA)
    scene.press("1", ANA)
    scene.network.calling.end(scene.last(ANA).sid, "completed")
    scene.network.pump()
    assert dialled(scene)["DialBridged"] == "true"


def test_a_leg_given_another_script_leaves_the_connection() -> None:
    """The caller's script goes on; the leg ends with its own."""
    scene = Scene({**PAGES, "/aside": "<Say>Thank you.</Say>"})
    scene.answer(ANA)
    scene.press("1", ANA)
    scene.redirect("/aside", scene.last(ANA).sid)
    assert scene.transcript(ANA)[-1] == "coach: Thank you."
    assert (scene.last(ANA).status, dialled(scene)["DialBridged"]) == ("completed", "true")


def test_a_whisper_that_fails_connects_nobody() -> None:
    """Better nobody than somebody who was not asked."""
    scene = Scene(PAGES, failing={"/whisper": Reply(500)})
    scene.answer(ANA)
    assert (dialled(scene)["DialBridged"], scene.call.peer) == ("false", None)


def test_a_whisper_must_not_dial() -> None:
    """It is noted and skipped."""
    scene = Scene({**PAGES, "/whisper": f"<Dial>{BEN}</Dial><Hangup/>"})
    scene.answer(ANA)
    assert scene.transcript(ANA) == ["note: A whisper must not dial; Dial was skipped."]
    assert scene.network.state.calls(BEN) == ()


def test_recording_is_refused_and_the_call_goes_on() -> None:
    """Nothing is ever recorded."""
    scene = Scene({"/start": "<Record action='/recorded'/><Say>Good-bye.</Say>"})
    assert scene.notes == ["Recording is not allowed on this account; nothing was recorded."]
    assert (scene.said, scene.script.paths(), scene.last(ROSA).created) == (["Good-bye."], ["POST /start"], MORNING)
