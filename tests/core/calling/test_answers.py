"""An answer is read back before it counts; it may be corrected, said again, or given by key when words fail."""

from __future__ import annotations

import pytest

from coach.core.calling import Stage
from coach.core.events import CheckInOpened, DetailsChanged, Event, Observed
from coach.core.model import Asked, Kind, Language
from tests.core.calling.people import SUNDAY, known, rings, rosa, ruth, takes_part
from tests.core.phoning import PhoneCall
from tests.core.talking import of, tasks


def figure(events: list[Event] | tuple[Event, ...], kind: Kind = Kind.WEAKNESS) -> list[float | None]:
    """What was noted of one kind."""
    return [fact.observation.value for fact in of(events, Observed) if fact.observation.kind is kind]


def of_sunday(call: PhoneCall) -> PhoneCall:
    """The call asks how the week went."""
    call.talk.now = SUNDAY
    call.talk.keep((CheckInOpened(Asked.TREND, call.talk.moment().today, scheduled=True),))
    return call


# --- the score ---


def test_a_pressed_score_is_one_key_and_is_read_back() -> None:
    """It counts when she presses 1."""
    call = known(ruth())
    assert call.presses("3") == "You said 3. If that is right, press 1. To change it, press 2."
    assert figure(call.events) == []
    call.presses("1")
    assert figure(call.events) == [3]


@pytest.mark.parametrize("said", ["three", "it is a three", "3", "tres"])
def test_a_spoken_score_is_read_back_as_a_figure(said: str) -> None:
    """However it was said."""
    call = known(ruth())
    assert call.says(said).startswith("You said 3.")
    call.presses("1")
    assert figure(call.events) == [3]


def test_one_may_have_been_meant_as_ten() -> None:
    """Ten is two keys, and the first was taken; 0 adds the second, and that is read back too."""
    call = known(ruth())
    assert "If you meant 10, press 0." in call.presses("1")
    assert call.presses("0").startswith("You said 10.")
    call.presses("1")
    assert figure(call.events) == [10]


def test_zero_is_a_score_and_no_wish_to_hear_it_again() -> None:
    """Star is."""
    call = known(ruth())
    assert call.presses("*").startswith("Overall today")
    assert call.presses("0").startswith("You said 0.")


@pytest.mark.parametrize("correction", ["no, four", "four", "no, it is four", "no, cuatro"])
def test_a_correction_is_taken_at_once_and_read_back(correction: str) -> None:
    """The figure before is gone."""
    call = known(ruth())
    call.says("five")
    assert call.says(correction).startswith("You said 4.")
    call.presses("1")
    assert figure(call.events) == [4]


def test_rosa_corrects_in_spanish() -> None:
    """“No, tres”, and she says it before the sentence is over."""
    call = known(rosa())
    assert call.says("cinco") == "Dijo 5. Si es así, oprima 1. Para cambiarlo, oprima 2."
    assert call.says("no, tres").startswith("Dijo 3.")
    call.presses("1")
    assert figure(call.events) == [3]


def test_key_2_or_no_asks_the_question_again() -> None:
    """Nothing was noted."""
    for say_no in (lambda call: call.presses("2"), lambda call: call.says("no")):
        call = known(ruth())
        call.presses("7")
        assert say_no(call).startswith("Overall today, how weak")
        assert figure(call.events) == []


def test_another_key_is_another_score() -> None:
    """As long as it is neither of the keys that answer."""
    call = known(ruth())
    call.presses("7")
    assert call.presses("4").startswith("You said 4.")


def test_yes_alone_does_not_confirm_but_is_asked_for_a_key_and_then_counts() -> None:
    """What concerns the body is confirmed by key; nobody is caught in it for that."""
    call = known(ruth())
    call.says("six")
    assert call.says("yes").startswith("Please press 1 on your phone")
    assert call.says("yes").startswith("I keep it as I heard it. Do you have any of these now")
    assert figure(call.events) == [6]


# --- heard badly ---


def test_what_was_not_heard_surely_and_not_confirmed_is_read_by_a_person() -> None:
    """It does not count as an answer."""
    call = known(ruth())
    call.says("six", 0.4)
    call.says("yes")
    assert "a person from our team will look at it" in call.says("yes")
    assert (figure(call.events), tasks(call.events)) == ([], ["unconfirmed_answer"])


def test_what_was_not_heard_surely_and_is_no_answer_is_read_back_in_its_words() -> None:
    """A small complaint, for one."""
    call = known(ruth())
    assert call.says("my toe is sore", 0.3).startswith("You said my toe is sore.")


def test_silence_and_noise_are_met_with_kinder_words_then_keys_alone_then_another_call() -> None:
    """And a coordinator hears of the noise."""
    call = known(ruth())
    assert call.is_silent().startswith("Sorry, I did not catch that. Take your time. Overall today")
    assert call.says("mm the uh").startswith("Let us use the keys of your phone instead. Overall today")
    assert call.state.words.ear is not None
    assert call.state.words.ear.speech, "a cry for help must still be heard"
    assert "Press 1 and I call again in an hour." in call.says("well I never")
    assert "unread_call" in tasks(call.events)
    assert "about an hour" in call.presses("1")


def test_whoever_was_not_understood_may_ask_for_a_person() -> None:
    """Key 2, after the end of patience."""
    call = known(rosa())
    for _ in range(3):
        call.is_silent()
    assert call.presses("2").endswith("Hasta luego.")
    assert "human" in tasks(call.events)
    assert not call.listens


def test_an_answer_sets_patience_back() -> None:
    """The next question has its own three tries."""
    call = known(ruth())
    call.is_silent()
    call.presses("4")
    call.presses("1")
    assert call.state.misses == 0
    assert call.is_silent().startswith("Sorry, I did not catch that.")


@pytest.mark.parametrize("again", ["repeat", "say that again", "otra vez", "¿cómo?"])
def test_words_for_once_more_say_the_question_alone_once_more(again: str) -> None:
    """At any question."""
    call = known(ruth())
    call.presses("3")
    call.presses("1")
    assert call.says(again).startswith("Do you have any of these now")
    assert call.presses("0").startswith("Do you have any of these now")


@pytest.mark.parametrize("stage", ["question", "confirm"])
def test_the_language_may_change_in_the_middle_and_is_kept(stage: str) -> None:
    """The same is asked in the other language."""
    call = known(ruth())
    if stage == "confirm":
        call.presses("3")
    assert call.says("español").startswith("En general hoy" if stage == "question" else "Dijo 3.")
    assert of(call.events, DetailsChanged)[-1] == DetailsChanged(language=Language.ES)


# --- the other questions ---


def test_a_weekday_asks_the_score_and_the_warning_signs_and_says_goodbye() -> None:
    """With one tip."""
    call = known(ruth())
    call.presses("3")
    call.presses("1")
    words = call.presses("2")
    assert words.startswith("A tip:")
    assert words.endswith("Goodbye.")
    assert call.state.stage is Stage.OVER


def test_sunday_asks_how_the_week_went() -> None:
    """The trend, the warning signs, and the other questions of the week that are safe for Ruth."""
    call = known(of_sunday(rings(takes_part(SUNDAY), inbound=True)))
    assert "against last week" in call.words
    call.presses("2")
    asked = [call.state.asked]
    while call.listens:
        key = "2" if call.state.asked in (Asked.RED_FLAG, Asked.SIDE_EFFECTS) else "0"
        call.presses("1" if call.state.stage is Stage.CONFIRM else key)
        asked.append(call.state.asked)
    assert asked[0] is Asked.RED_FLAG
    assert asked[-1] is Asked.NOTHING
    assert figure(call.events, Kind.FALLS) == [0]


def test_no_falls_need_no_confirmation_and_falls_do() -> None:
    """A figure above none is read back, by key and by word."""
    for give in (lambda call: call.presses("2"), lambda call: call.says("two")):
        talk = takes_part()
        talk.keep((CheckInOpened(Asked.FALLS, talk.moment().today, scheduled=True),))
        call = known(rings(talk, inbound=True))
        assert give(call).startswith("You said 2.")
        assert figure(call.events, Kind.FALLS) == []


def test_a_correction_that_makes_it_grave_takes_the_place_of_what_waited() -> None:
    """It is no answer to the next question."""
    talk = takes_part()
    talk.keep((CheckInOpened(Asked.FALLS, talk.moment().today, scheduled=True),))
    call = known(rings(talk, inbound=True))
    call.says("one")
    assert call.says("no, two").startswith("You said 2.")
    call.presses("1")
    assert figure(call.events, Kind.FALLS) == [2]


def test_words_for_no_are_read_back_and_a_yes_to_the_warning_signs_is_not() -> None:
    """The alarm does not wait for a key."""
    call = known(ruth())
    call.presses("3")
    call.presses("1")
    assert call.says("no").startswith("You said no.")
    other = known(ruth())
    other.presses("3")
    other.presses("1")
    assert "Hang up and dial 9 1 1 now" in other.says("yes")
