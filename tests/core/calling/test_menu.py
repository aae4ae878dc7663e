"""Somebody who calls us goes on with what was left off, or chooses: check-in, advice, a person, fewer calls."""

from __future__ import annotations

import pytest

from coach.core.calling import Stage
from coach.core.events import DetailsChanged, EscalationRaised, Said, StatusChanged, TaskRaised
from coach.core.model import Channel, Language, Status
from tests.core.calling.people import known, rings, rosa, ruth, takes_part
from tests.core.phoning import PhoneCall
from tests.core.talking import of, tasks


def chooses() -> PhoneCall:
    """Ruth called us, and hears the choices."""
    return known(ruth(inbound=True))


def test_who_calls_us_hears_the_number_first_then_who_is_there_then_the_choices() -> None:
    """In this order."""
    call = chooses()
    first, who, menu = call.said
    assert first.startswith("Hello. If this is an emergency, hang up and dial 9 1 1.")
    assert "year you were born" in who
    assert menu.startswith("Press 1 for your check-in.")


@pytest.mark.parametrize("choice", ["check in", "the questions", "one", "las preguntas"])
def test_a_choice_may_be_said(choice: str) -> None:
    """In either language."""
    assert chooses().says(choice).startswith("Overall today, how weak")


def test_key_1_is_the_check_in() -> None:
    """Like a call of ours."""
    assert chooses().presses("1").startswith("Overall today, how weak")


def test_key_2_says_the_last_tip_again_and_then_the_choices() -> None:
    """Where there is none, it says so."""
    call = chooses()
    assert call.presses("2").startswith("There is no advice to repeat. Press 1 for your check-in.")
    done = known(ruth())
    done.presses("3")
    done.presses("1")
    done.presses("2")
    tip = next(said for said in of(done.events, Said) if said.template.startswith("voice.tip"))
    again = known(rings(done.talk, inbound=True))
    assert again.presses("2").startswith(f"{tip.body} Press 1 for your check-in.")


def test_key_3_and_its_words_ask_for_a_person() -> None:
    """Who finds it among their tasks; the call ends kindly."""
    by_key, by_word = chooses(), chooses()
    by_key.presses("3")
    by_word.says("nurse")
    for call in (by_key, by_word):
        assert of(call.events, TaskRaised)
        assert call.words.endswith("Goodbye.")


def test_key_4_offers_texts_or_nothing_at_all_or_the_way_back() -> None:
    """None of it happens by a slip."""
    assert chooses().presses("4") == (
        "Press 1 to get texts instead of calls. Press 2 to stop everything. Press 3 to go back."
    )
    texts, nothing, back = chooses(), chooses(), chooses()
    for call in (texts, nothing, back):
        call.presses("4")
    assert "From now on we text you" in texts.presses("1")
    assert texts.talk.conversation.participant.channel is Channel.SMS
    nothing.presses("2")
    assert nothing.talk.conversation.participant.status is Status.OPTED_OUT
    assert back.presses("3").startswith("Press 1 for your check-in.")
    assert not of(back.events, StatusChanged)


def test_zero_star_and_words_say_the_choices_again() -> None:
    """As often as wanted."""
    call = chooses()
    for again in (call.presses("0"), call.presses("*"), call.says("repeat")):
        assert again.startswith("Press 1 for your check-in.")


@pytest.mark.parametrize("wrong", ["7", "9", "#"])
def test_a_key_that_is_no_choice_is_met_kindly(wrong: str) -> None:
    """Three of them end in the offer to call back."""
    call = chooses()
    assert call.presses(wrong).startswith("Sorry, I did not catch that.")
    call.presses(wrong)
    assert "call again in an hour" in call.presses(wrong)


def test_the_other_language_may_be_asked_for_here_too() -> None:
    """And is kept."""
    call = chooses()
    assert call.says("español").startswith("Oprima 1 para contestar sus preguntas de hoy.")
    assert of(call.events, DetailsChanged) == [DetailsChanged(language=Language.ES)]


def test_what_is_told_instead_of_a_choice_is_taken_like_a_text() -> None:
    """Nothing said is lost; the choices follow, unless she was told to get care."""
    small = chooses()
    assert small.says("about the same as last week").endswith("Press 0 to hear this again.")
    assert len(small.events) > 1
    grave = chooses()
    assert "medical care today" in grave.says("I fell twice yesterday")
    assert of(grave.events, EscalationRaised)
    assert not grave.listens


def test_an_alarm_that_was_not_heard_comes_before_any_choice() -> None:
    """She calls back because of the missed call."""
    talk = takes_part()
    talk.texts_arrive = False
    talk.says("I can't breathe")
    call = known(rings(talk, inbound=True))
    assert "Hang up and dial 9 1 1 now" in call.words
    assert call.state.stage is not Stage.MENU


def test_rosas_choices_are_in_spanish() -> None:
    """With the same keys."""
    call = known(rosa(inbound=True))
    assert call.words.startswith("Oprima 1 para contestar sus preguntas de hoy.")
    assert call.presses("3").endswith("Hasta luego.")
    assert tasks(call.events)
