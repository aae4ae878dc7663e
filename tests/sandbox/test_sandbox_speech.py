"""Say with SSML: what is heard of it, in which language, and how long it takes."""

from __future__ import annotations

import pytest

from coach.sandbox.pace import INSTANT, Pace
from tests.sandbox.scene import Scene

ONE_A_SECOND = Pace(dial=0, pickup=0, word=1.0)


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ('Dial <say-as interpret-as="digits">911</say-as> now.', "Dial 9 1 1 now."),
        ('Dial <say-as interpret-as="characters">911</say-as>.', "Dial 9 1 1."),
        ('<say-as interpret-as="cardinal">10</say-as>, ten', "10, ten"),
        ('<prosody rate="slow">Hello <break time="300ms"/> Rosa</prosody>', "Hello Rosa"),
        ('<prosody rate="slow">Marque <say-as interpret-as="telephone">911</say-as></prosody>', "Marque 9 1 1"),
        ('<sub alias="Doctor">Dr.</sub> Reyes', "Doctor Reyes"),
        ("9<break/>1<break/>1", "9 1 1"),
    ],
)
def test_speech_is_shown_as_it_is_heard(written: str, heard: str) -> None:
    """Figures one by one where the script wants them so; markup is silent."""
    assert Scene({"/start": f"<Say>{written}</Say>"}).said == [heard]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("one two three four", 4),
        ('<prosody rate="80%">one two three four</prosody>', 5),
        ('<prosody rate="x-slow">one two</prosody> three', 5),
        ('one <break time="2s"/> two', 4),
        ('one <break time="500ms"/> two <break strength="strong"/>', 3.25),
        ('<say-as interpret-as="digits">911</say-as>', 3),
    ],
)
def test_slow_speech_and_breaks_take_their_time(written: str, seconds: float) -> None:
    """At a word a second."""
    scene = Scene({"/start": f"<Say>{written}</Say><Say>end</Say>"}, pace=ONE_A_SECOND)
    scene.wait(seconds - 0.1)
    early = len(scene.said)
    scene.wait(0.1)
    assert (early, len(scene.said)) == (1, 2)


def test_breaks_take_no_time_where_words_take_none() -> None:
    """On a network for tests."""
    scene = Scene({"/start": '<Say>one <break time="5s"/> two</Say><Say>end</Say>'}, pace=INSTANT)
    assert scene.said == ["one two", "end"]


def test_every_sentence_knows_its_language() -> None:
    """So that it can be spoken aloud."""
    scene = Scene({"/start": '<Say language="es-US" voice="Polly.Lupe-Neural">Hola</Say><Say>Hello</Say>'})
    assert [line.language for line in scene.call.heard] == ["es-US", "en-US"]


def test_a_sentence_may_be_said_twice() -> None:
    """As often as `loop` says."""
    assert Scene({"/start": '<Say loop="2">Hello</Say>'}).said == ["Hello", "Hello"]


def test_keys_end_without_a_finishing_key_where_there_is_none() -> None:
    """An empty finishOnKey lets pound and star through."""
    scene = Scene({"/start": '<Gather numDigits="2" finishOnKey="" action="/a"/>'})
    scene.press("#*")
    assert scene.last_form["Digits"] == "#*"


def test_speech_is_not_heard_once_a_key_was_pressed() -> None:
    """Keys come first."""
    scene = Scene({"/start": '<Gather input="dtmf speech" action="/a"/>'})
    scene.press("1")
    scene.say("seven")
    scene.wait(5)
    assert (scene.last_form["Digits"], scene.notes) == ("1", ["Speech was not listened to."])
