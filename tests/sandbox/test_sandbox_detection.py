"""Who picked up: voicemail boxes, fax machines, and what machine detection tells the coach. Time moves by hand."""

from __future__ import annotations

from typing import Any

import pytest

from coach.sandbox.hearing import GREETING
from coach.sandbox.pace import NATURAL, Pace
from coach.sandbox.records import PicksUp
from tests.sandbox.conftest import ACCOUNT, ROSA
from tests.sandbox.scene import BASE, Scene

ASKS = '<Gather input="dtmf speech" numDigits="1" timeout="20" action="/ready"><Say>Press 1</Say></Gather>'
PAGES = {"/start": ASKS, "/ready": ASKS, "/voicemail": '<Pause length="1"/><Say>Please call us back.</Say>'}
UNHURRIED = Pace(dial=0, pickup=0, word=0.3, detect=3, greeting=8)


def scene_of(manner: PicksUp = PicksUp.HUMAN, **wishes: Any) -> Scene:
    """A call whose script does not wait for detection."""
    known = {"machine_detection": "DetectMessageEnd", "detects_beside": True, "detected_url": f"{BASE}/detected"}
    return Scene(PAGES, manner, UNHURRIED, **{**known, **wishes})


@pytest.mark.parametrize(
    ("manner", "result", "seconds"),
    [(PicksUp.HUMAN, "human", 3), (PicksUp.FAX, "fax", 3), (PicksUp.VOICEMAIL, "machine_end_beep", 8)],
)
def test_the_script_starts_at_once_and_the_result_follows(manner: PicksUp, result: str, seconds: float) -> None:
    """A person does not wait in silence."""
    scene = scene_of(manner)
    assert (scene.said, scene.forms("/detected")) == (["Press 1"], [])
    scene.wait(seconds)
    assert scene.forms("/detected") == [
        {
            "CallSid": scene.call.sid, "AccountSid": ACCOUNT, "AnsweredBy": result,
            "MachineDetectionDuration": f"{seconds * 1000:.0f}",
        }
    ]  # fmt: skip
    assert "AnsweredBy" not in scene.forms("/start")[0]


def test_detection_can_be_wrong() -> None:
    """The phone is told what will be made of it."""
    scene = Scene(PAGES, PicksUp.ASK, UNHURRIED, machine_detection="Enable", detects_beside=True, detected_url=BASE)
    scene.network.calling.answer(ROSA, PicksUp.HUMAN, detected="unknown")
    scene.wait(0)
    scene.wait(3)
    assert (scene.script.asked[-1][1]["AnsweredBy"], scene.call.answered_by) == ("unknown", "unknown")


def test_without_beside_the_script_waits_for_the_result() -> None:
    """And is told it."""
    scene = scene_of(PicksUp.VOICEMAIL, detects_beside=False)
    early = scene.script.paths()
    scene.wait(8)
    assert (early, scene.forms("/start")[0]["AnsweredBy"]) == ([], "machine_end_beep")


def test_a_greeting_is_taken_for_an_answer_where_speech_is_listened_to() -> None:
    """Before anybody knows that a machine talks."""
    scene = scene_of(PicksUp.VOICEMAIL)
    scene.wait(8)
    heard = scene.forms("/ready")[0]
    assert (heard["SpeechResult"], "leave a message" in heard["SpeechResult"]) == (GREETING, True)
    assert scene.script.paths() == ["POST /start", "POST /ready", "POST /detected"]


def test_a_greeting_is_no_answer_where_only_keys_are() -> None:
    """It just plays."""
    scene = Scene({"/start": '<Gather action="/a" timeout="60"/>'}, PicksUp.VOICEMAIL, UNHURRIED)
    scene.wait(8)
    assert (scene.script.paths(), scene.notes[-1]) == (["POST /start"], "The voicemail box beeps.")


def test_a_voicemail_box_is_told_the_safe_text_after_the_beep() -> None:
    """The coach gives the running call another script once it knows."""
    scene = scene_of(PicksUp.VOICEMAIL)
    scene.wait(8)
    scene.redirect("/voicemail")
    scene.wait(1)
    scene.wait(5)
    assert (scene.said[-1], scene.call.status) == ("Please call us back.", "completed")


def test_a_fax_hears_and_says_nothing_and_can_be_hung_up() -> None:
    """By its id, as soon as it is known."""
    scene = scene_of(PicksUp.FAX)
    scene.wait(3)
    scene.network.calling.end(scene.call.sid, "completed")
    assert (scene.notes, scene.call.status, scene.call.answered_by) == (
        ["A fax machine picked up."],
        "completed",
        "fax",
    )


def test_nothing_is_detected_in_a_call_that_is_over() -> None:
    """Rosa hung up at once."""
    scene = scene_of()
    scene.hang_up()
    scene.wait(60)
    assert scene.forms("/detected") == []


def test_a_phone_can_be_scripted_as_a_fax_that_is_not_known() -> None:
    """For whole crowds of phones."""
    scene = scene_of(PicksUp.ASK)
    scene.hang_up()
    scene.network.add_phone(ROSA, "Rosa", PicksUp.FAX, detected="unknown")
    assert (scene.network.state.phone(ROSA).picks_up, scene.network.state.phone(ROSA).detected) == ("fax", "unknown")


def test_on_the_usual_network_detection_takes_seconds() -> None:
    """A greeting longer than a person's hello."""
    assert 0 < NATURAL.detect < NATURAL.greeting


def test_a_call_does_not_outlast_its_limit() -> None:
    """Whatever the script does."""
    scene = Scene({"/start": '<Pause length="3600"/>'}, talk_seconds=900)
    scene.wait(900)
    assert (scene.call.status, scene.call.seconds) == ("completed", 900)
