"""TwiML is run as in a call: what is said, listened to, and asked for next. Time moves by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from coach.sandbox.pace import Pace
from coach.sandbox.records import PicksUp
from tests.sandbox.conftest import ROSA
from tests.sandbox.scene import Scene


def test_verbs_are_done_in_order_and_the_call_ends_with_them() -> None:
    """Two sentences, then nothing more."""
    scene = Scene({"/start": "<Say>Hello Rosa.</Say><Say>Good-bye.</Say>"})
    assert (scene.said, scene.call.status) == (["Hello Rosa.", "Good-bye."], "completed")


def test_hangup_ends_the_call_at_once() -> None:
    """What follows is not said."""
    assert Scene({"/start": "<Say>Hello</Say><Hangup/><Say>never</Say>"}).said == ["Hello"]


def test_a_pause_takes_its_time() -> None:
    """Two seconds, then the call goes on."""
    scene = Scene({"/start": '<Pause length="2"/><Say>Hello</Say>'})
    before = list(scene.said)
    scene.wait(2)
    assert (before, scene.said) == ([], ["Hello"])


def test_speaking_takes_its_time() -> None:
    """Three words at half a second each."""
    scene = Scene({"/start": "<Say>one two three</Say><Say>four</Say>"}, pace=Pace(dial=0, word=0.5))
    before = list(scene.said)
    scene.wait(1.5)
    assert (before, scene.said) == (["one two three"], ["one two three", "four"])


def test_keys_are_sent_to_the_action() -> None:
    """As soon as as many keys have been pressed as were asked for."""
    scene = Scene({"/start": '<Gather numDigits="1" action="/step/2"><Say>Press 1</Say></Gather>'})
    listening = scene.call.listening
    scene.press("1")
    assert listening == {"dtmf"}
    assert scene.said == ["Press 1"]
    assert scene.script.paths() == ["POST /start", "POST /step/2"]
    assert (scene.last_form["Digits"], scene.last_form["CallStatus"]) == ("1", "in-progress")


def test_keys_may_come_one_by_one() -> None:
    """Year of birth, four keys."""
    scene = Scene({"/start": '<Gather numDigits="4" action="/year"/>'})
    for key in "1948":
        scene.press(key)
        scene.wait(3)
    assert scene.last_form["Digits"] == "1948"


def test_the_finishing_key_ends_the_entry_and_is_not_sent() -> None:
    """Pound by default."""
    scene = Scene({"/start": '<Gather action="/score"/>'})
    scene.press("10#")
    assert scene.last_form["Digits"] == "10"


def test_an_unfinished_entry_is_sent_after_the_silence() -> None:
    """Five seconds by default, counted from the last key."""
    scene = Scene({"/start": '<Gather action="/score"/>'})
    scene.press("1")
    scene.wait(4)
    scene.press("0")
    scene.wait(4)
    early = len(scene.script.asked)
    scene.wait(1)
    assert (early, scene.last_form["Digits"]) == (1, "10")


def test_silence_goes_on_with_the_next_verb() -> None:
    """The action is not asked."""
    scene = Scene({"/start": '<Gather action="/score" timeout="3"/><Say>We heard nothing.</Say>'})
    scene.wait(3)
    assert (scene.said, scene.script.paths()) == (["We heard nothing."], ["POST /start"])


def test_silence_reaches_the_action_where_it_is_wanted() -> None:
    """With empty digits."""
    scene = Scene({"/start": '<Gather action="/score" actionOnEmptyResult="true"/>'})
    scene.wait(5)
    assert (scene.script.paths()[-1], scene.last_form["Digits"]) == ("POST /score", "")


def test_the_silence_begins_after_the_prompt() -> None:
    """Four words of half a second, then five seconds."""
    scene = Scene(
        {"/start": "<Gather><Say>how are you today</Say></Gather><Say>bye</Say>"}, pace=Pace(dial=0, word=0.5)
    )
    scene.wait(6.5)
    before = list(scene.said)
    scene.wait(0.5)
    assert (before, scene.said[1:]) == (["how are you today"], ["bye"])


def test_keys_may_interrupt_the_prompt() -> None:
    """Nobody has to hear it out."""
    scene = Scene(
        {"/start": '<Gather numDigits="1" action="/a"><Say>a long question</Say></Gather>'}, pace=Pace(dial=0)
    )
    scene.press("2")
    assert scene.last_form["Digits"] == "2"


def test_speech_is_sent_with_its_confidence() -> None:
    """Where speech is listened to."""
    scene = Scene({"/start": '<Gather input="dtmf speech" action="/a"/>'})
    listening = scene.call.listening
    scene.say("about a six", 0.55)
    assert listening == {"dtmf", "speech"}
    assert (scene.last_form["SpeechResult"], scene.last_form["Confidence"]) == ("about a six", "0.55")
    assert "Digits" not in scene.last_form


def test_speech_is_not_heard_where_only_keys_are() -> None:
    """The call goes on waiting."""
    scene = Scene({"/start": '<Gather action="/a"/>'})
    scene.say("six")
    assert (scene.script.paths(), scene.notes) == (["POST /start"], ["Speech was not listened to."])


def test_keys_outside_a_gather_are_not_heard() -> None:
    """As on a real call."""
    scene = Scene({"/start": '<Pause length="10"/>'})
    scene.press("1")
    assert scene.notes == ["The keys were not listened to."]


def test_a_gather_without_action_asks_the_same_page_again() -> None:
    """Query included."""
    scene = Scene({"/start": "<Redirect>/ask?try=1</Redirect>", "/ask?try=1": '<Gather numDigits="1"/>'})
    scene.press("1")
    assert scene.script.paths() == ["POST /start", "POST /ask?try=1", "POST /ask?try=1"]


def test_addresses_are_relative_to_the_page() -> None:
    """And a redirect may ask by GET."""
    scene = Scene({"/start": '<Redirect method="GET">step/2?a=b</Redirect>'})
    assert scene.script.paths()[-1].startswith("GET /step/2?a=b&CallSid=CA")


def test_unknown_verbs_are_noted_and_skipped() -> None:
    """The rest is run."""
    scene = Scene({"/start": "<Enqueue>waiting</Enqueue><Say>Hello</Say>"})
    assert (scene.said, scene.notes) == (["Hello"], ["Enqueue is not simulated and was skipped."])


def test_markup_in_speech_is_read_as_text() -> None:
    """Breaks and emphasis leave the words."""
    scene = Scene({"/start": '<Say>Hello <break time="1s"/><emphasis>Rosa</emphasis>,\n  good morning</Say>'})
    assert scene.said == ["Hello Rosa, good morning"]


def test_a_script_that_fails_ends_the_call_with_an_apology() -> None:
    """What a person would hear, and the code in the notes."""
    scene = Scene({"/start": '<Gather numDigits="1" action="/a"/>'})
    scene.script.status = 500
    scene.press("1")
    assert (scene.call.status, scene.notes) == ("completed", ["The script could not be run (error 11200)."])
    assert scene.said == ["We are sorry, an application error has occurred. Goodbye."]


@pytest.mark.parametrize(
    ("page", "code"), [("<Say>broken", 12100), ("<Say>" + "a" * 70_000 + "</Say>", 11750), ("<Say>\x0b</Say>", 12100)]
)
def test_a_document_that_is_no_twiml_fails(page: str, code: int) -> None:
    """Broken XML, control characters, more than 64 KB."""
    assert Scene({"/start": page}).notes == [f"The script could not be run (error {code})."]


def test_a_script_that_runs_in_a_circle_is_ended() -> None:
    """After two hundred documents."""
    scene = Scene({"/start": "<Redirect>/start</Redirect>"})
    assert (scene.call.status, len(scene.script.asked)) == ("completed", 201)


def test_voicemail_hears_everything_and_says_nothing() -> None:
    """Silence answers every question."""
    pages = {"/start": '<Gather action="/a"><Say>Press 1</Say></Gather><Say>Please call us back.</Say>'}
    scene = Scene(pages, PicksUp.VOICEMAIL)
    scene.wait(5)
    assert (scene.said, scene.call.status) == (["Press 1", "Please call us back."], "completed")


def test_nothing_is_said_after_hanging_up() -> None:
    """The script stops where it was."""
    scene = Scene({"/start": '<Pause length="10"/><Say>never heard</Say>'})
    scene.network.calling.hang_up(ROSA)
    scene.wait(60)
    assert (scene.said, scene.call.status, scene.call.seconds) == ([], "completed", 0)


def test_the_ledger_keeps_what_was_said_and_pressed() -> None:
    """Even when the call is deleted."""
    scene = Scene({"/start": '<Gather numDigits="1" action="/a"><Say>Press 1</Say></Gather>'})
    scene.press("1")
    scene.network.state.delete_call(scene.call.sid)
    ledger = scene.network.ledger
    assert [entry.text for entry in ledger.entries() if entry.event in ("said", "keys")] == ["Press 1", "1"]


def test_the_transcript_is_dated_by_the_networks_clock() -> None:
    """Whatever the real time."""
    scene = Scene({"/start": '<Pause length="60"/><Say>Hello</Say>'})
    scene.wait(60)
    assert [line.at for line in scene.call.heard] == [datetime.fromisoformat("2026-03-03T14:01:00+00:00")]
