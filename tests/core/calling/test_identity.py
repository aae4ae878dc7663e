"""Nothing personal is said before it is known who is there: by the year of birth, or by a PIN."""

from __future__ import annotations

import pytest

from coach.core.calling import Stage, is_kept
from coach.core.calling.values import Given
from tests.core.calling.people import BORN, known, rings, rosa, ruth, takes_part
from tests.core.phoning import PhoneCall
from tests.core.talking import tasks


def asked(call: PhoneCall) -> PhoneCall:
    """It is being asked who is there."""
    call.presses("1")
    return call


@pytest.mark.parametrize("said", ["1948", "1 9 4 8", "it's 1948"])
def test_the_year_may_be_said(said: str) -> None:
    """As figures, which is how the carrier writes them."""
    assert "how weak were your legs" in asked(ruth()).says(said)


def test_the_year_is_four_keys() -> None:
    """So that none is waited for after them."""
    ear = asked(ruth()).state.words.ear
    assert ear is not None
    assert ear.keys == 4


def test_whoever_has_a_pin_is_asked_for_that() -> None:
    """The year then does not do."""
    call = asked(ruth(call_pin="48213"))
    assert "key in your PIN" in call.words
    assert call.state.words.ear is not None
    assert call.state.words.ear.keys == 5
    assert "not what I have" in call.presses(BORN)
    assert "how weak" in call.presses("48213")


def test_three_wrong_years_end_the_call_and_a_coordinator_finds_out() -> None:
    """With the emergency number, and not a word of what the call was for."""
    call = asked(ruth())
    assert "try once more" in call.presses("1950")
    call.presses("1951")
    assert call.presses("1952").startswith("I cannot be sure who is there")
    assert tasks(call.events) == ["identity_failed"]
    assert "9 1 1" in call.words


def test_with_nothing_on_file_the_call_ends_and_staff_see_to_it() -> None:
    """Nobody could tell whether it is Ruth."""
    call = ruth(birth_year=None)
    assert call.presses("1").startswith("I cannot go on by phone yet")
    assert tasks(call.events) == ["identity_missing"]
    assert call.state.stage is Stage.OVER


def test_an_alarm_that_waits_is_urged_in_general_words_when_it_is_not_known_who_is_there() -> None:
    """After silence, after wrong years, and with nothing on file."""
    endings = []
    for nothing_on_file in (False, False, True):
        talk = takes_part(birth_year=None if nothing_on_file else 1948)
        talk.texts_arrive = False
        talk.says("I can't breathe")
        call = asked(rings(talk))
        while call.listens:
            call.presses("1900") if not endings else call.is_silent()
        endings.append(call.words)
    assert all("If a text from us told you to act, please do that now." in words for words in endings)


def test_silence_is_asked_again_kindly_twice() -> None:
    """Then the call ends with the emergency number."""
    call = asked(rosa())
    assert "Tómese su tiempo" in call.is_silent()
    assert "nació" in call.is_silent()
    assert "marque 9 1 1" in call.is_silent()
    assert not call.listens


def test_star_says_the_question_again() -> None:
    """Zero cannot: it is in years."""
    call = asked(ruth())
    assert call.presses("*") == "First, so I know it is you: key in the year you were born, four digits."
    assert "once more" in call.presses("0")


def test_what_tells_who_somebody_is_is_never_stored() -> None:
    """Neither right nor wrong."""
    call = asked(ruth())
    call.presses("1950")
    call.presses(BORN)
    assert call.kept == []
    assert not is_kept(Stage.IDENTITY, Given("1948"))


def test_the_dialogue_goes_on_where_it_was_left_off() -> None:
    """A question that a text put is put again in words."""
    call = known(rings(takes_part()))
    call.hangs_up()
    again = known(rings(call.talk, inbound=True))
    assert again.words.startswith("Thank you. Let us go on where we stopped. Overall today, how weak")
