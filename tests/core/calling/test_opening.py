"""The first words of a call are neutral, in the person's language; one key goes on, others change or put it off."""

from __future__ import annotations

import pytest

from coach.core.calling import Stage
from coach.core.conversation.call_back import due
from coach.core.events import DetailsChanged, MessageQueued, TimerSet
from coach.core.model import Language, Status, TimerKind
from tests.core.calling.people import BORN, MONDAY, asked, known, rings, rosa, ruth, takes_part
from tests.core.phoning import PhoneCall
from tests.core.talking import of


def test_the_first_words_name_the_emergency_number_us_and_one_key_and_then_the_other_language() -> None:
    """Nothing else: anybody may have picked up."""
    call = ruth()
    number, _, rest = call.words.partition("This is Leg Coach")
    assert "9 1 1. Again, 9 1 1." in number
    assert rest == ", an automated voice. Press 1 if you are ready. Para español, oprima 2."


def test_rosa_hears_them_in_spanish() -> None:
    """And that 2 is for English."""
    call = rosa()
    assert call.words.startswith("Hola. Si esto es una emergencia, cuelgue y marque 9 1 1.")
    assert call.words.endswith("For English, press 2.")


def test_key_2_takes_the_other_language_at_once_and_keeps_it_once_it_is_known_who_is_there() -> None:
    """Whoever merely picked up changes nothing in her file."""
    call = ruth()
    assert "el año en que nació" in call.presses("2")
    assert not of(call.events, DetailsChanged)
    assert "débiles" in call.presses(BORN)
    assert of(call.events, DetailsChanged) == [DetailsChanged(language=Language.ES)]
    assert call.talk.conversation.participant.language is Language.ES


@pytest.mark.parametrize("word", ["español", "in Spanish"])
def test_the_other_language_may_be_asked_for_by_name(word: str) -> None:
    """Before who it is, and while that is asked."""
    first, later = ruth(), ruth()
    assert "nació" in first.says(word)
    later.presses("1")
    assert "nació" in later.says(word)


def test_a_language_that_is_hers_already_is_no_change() -> None:
    """Pressing 2 twice over is not possible; she ends where she began."""
    call = rosa()
    call.presses("2")
    call.says("español")
    call.presses(BORN)
    assert not of(call.events, DetailsChanged)


@pytest.mark.parametrize("word", ["yes", "ready", "Ok.", "sí", "listo"])
def test_a_word_for_yes_goes_on_like_key_1(word: str) -> None:
    """In either language."""
    assert "year you were born" in ruth().says(word)


def test_key_3_puts_it_off_for_an_hour() -> None:
    """The call comes again then."""
    call = rings(asked(takes_part()))
    assert "I call again in about an hour" in call.presses("3")
    (timer,) = of(call.events, TimerSet)
    assert (timer.kind, call.listens) == (TimerKind.CALL_BACK, False)
    call.talk.now = timer.due_at
    assert of(due(call.talk.moment()), MessageQueued)


def test_whoever_has_answered_meanwhile_is_not_called_again() -> None:
    """She called us, or texted."""
    call = rings(asked(takes_part()))
    call.presses("3")
    call.talk.says("4")
    assert due(call.talk.moment()) == ()


@pytest.mark.parametrize("words", ["call me later please", "not now", "llámeme más tarde", "ahora no"])
def test_so_does_a_word_for_later(words: str) -> None:
    """In either language."""
    assert of_call_back(rings(asked(takes_part())), words)


def of_call_back(call: PhoneCall, words: str) -> bool:
    """Whether these words set the call back going."""
    call.says(words)
    return [timer.kind for timer in of(call.events, TimerSet)] == [TimerKind.CALL_BACK]


def test_no_alarm_is_put_off_and_no_call_of_hers() -> None:
    """Key 3 is not offered then, and does nothing."""
    talk = takes_part()
    talk.texts_arrive = False
    talk.says("I can't breathe")
    for call in (rings(talk), ruth(inbound=True)):
        assert call.presses("3") == "Sorry, I did not hear you. Press 1 on your phone to go on."
        assert not of(call.events, TimerSet)


def test_no_call_comes_back_in_the_quiet_hours() -> None:
    """Half past eight in the evening is too late for another hour."""
    call = rings(takes_part(MONDAY.replace(day=3, hour=1, minute=30)))
    assert "another day" in call.presses("3")
    assert not of(call.events, TimerSet)


def test_silence_is_asked_twice_kindly_and_is_then_taken_for_a_machine() -> None:
    """With the words that may stand on one; who called us is told goodbye."""
    call = ruth()
    assert "did not hear you" in call.is_silent()
    assert "No hurry" in call.is_silent()
    call.is_silent()
    assert (call.state.stage, call.state.words.to_a_machine) == (Stage.OVER, True)
    caller = ruth(inbound=True)
    for _ in range(3):
        caller.is_silent()
    assert caller.words.endswith("Goodbye.")


@pytest.mark.parametrize("status", [Status.STRANGER, Status.INVITED, Status.OPTED_OUT, Status.WRONG_PERSON])
def test_who_does_not_take_part_hears_neutral_words_and_whom_to_ask(status: Status) -> None:
    """The call then ends by itself."""
    call = ruth(inbound=True, status=status)
    assert "9 1 1" in call.words
    assert "We do not know this number" in call.words
    assert not call.listens


def test_an_alarm_that_waits_is_named_only_as_a_text_of_ours() -> None:
    """What it was about comes after it is known who is there."""
    talk = takes_part()
    talk.texts_arrive = False
    talk.says("I can't breathe")
    call = rings(talk)
    assert "about the text we sent you. Press 1 to hear it." in call.words
    assert "Hang up and dial 9 1 1 now" in known(call).words


def test_the_promised_call_comes_also_for_the_warning_signs_alone() -> None:
    """The score was given, and then she could not be heard."""
    call = known(rings(asked(takes_part())))
    call.presses("7")
    call.presses("1")
    for _ in range(3):
        call.is_silent()
    call.presses("1")
    (timer,) = (t for t in of(call.events, TimerSet) if t.kind is TimerKind.CALL_BACK)
    call.talk.now = timer.due_at
    assert of(due(call.talk.moment()), MessageQueued)


def test_a_promised_call_is_looked_after_like_any_other() -> None:
    """Nobody may take it."""
    call = rings(asked(takes_part()))
    call.presses("3")
    (timer,) = of(call.events, TimerSet)
    call.talk.now = timer.due_at
    assert [t.kind for t in of(due(call.talk.moment()), TimerSet)] == [TimerKind.REMIND]


def test_nobody_is_called_for_ever() -> None:
    """Whatever says “later” again and again may be a machine."""
    talk = asked(takes_part())
    rounds = 0
    while rounds < 9:
        call = rings(talk)
        call.presses("3")
        timers = [t for t in of(call.events, TimerSet) if t.kind is TimerKind.CALL_BACK]
        if not timers:
            break
        talk.now = timers[0].due_at
        talk.keep(due(talk.moment()))
        rounds += 1
    assert rounds == 3
