"""An alarm is taken the moment it is said, at any point of a call; so are a cry for help and a wish to leave."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coach.core.calling import Given, Stage, Turn, is_kept, may_be_alarm
from coach.core.conversation import Moment
from coach.core.events import CheckInOpened, EscalationRaised, MessageQueued, Said, TaskRaised
from coach.core.model import Asked, Channel, Disposition, Status
from tests.core.calling.people import known, rings, rosa, ruth, takes_part
from tests.core.phoning import PhoneCall
from tests.core.talking import HANDBOOK, of, tasks

_Reach = Callable[[PhoneCall], object]


def _ready(call: PhoneCall) -> None:
    """Nothing was pressed yet."""
    assert call.state.stage is Stage.READY


def _identity(call: PhoneCall) -> None:
    call.presses("1")


def _menu(call: PhoneCall) -> None:
    known(call)
    assert call.state.stage is Stage.MENU


def _leaving(call: PhoneCall) -> None:
    _menu(call)
    call.presses("4")


def _question(call: PhoneCall) -> None:
    _menu(call)
    call.presses("1")


def _confirm(call: PhoneCall) -> None:
    _question(call)
    call.presses("3")


def _signs(call: PhoneCall) -> None:
    _confirm(call)
    call.presses("1")


def _confirm_signs(call: PhoneCall) -> None:
    _signs(call)
    call.says("no")


def _call_back(call: PhoneCall) -> None:
    _question(call)
    for _ in range(3):
        call.is_silent()
    assert call.state.stage is Stage.CALL_BACK


ANYWHERE: tuple[_Reach, ...] = (
    _ready,
    _identity,
    _menu,
    _leaving,
    _question,
    _confirm,
    _signs,
    _confirm_signs,
    _call_back,
)
anywhere = pytest.mark.parametrize("reach", ANYWHERE, ids=lambda reach: reach.__name__.strip("_"))


@anywhere
@pytest.mark.parametrize("words", ["I have chest pain", "I cannot breathe", "tengo dolor de pecho"])
@pytest.mark.parametrize("confidence", [0.9, 0.2, None])
def test_a_warning_sign_is_a_case_in_the_same_breath(reach: _Reach, words: str, confidence: float | None) -> None:
    """However badly it was heard, and whatever was asked: the number is told, and a text with it goes out."""
    call = ruth(inbound=True)
    reach(call)
    said = call.says(words, confidence)
    (case,) = of(call.events, EscalationRaised)
    assert case.level is Disposition.EMERGENCY
    assert "dial 9 1 1 now. Again, 9 1 1." in said
    assert of(call.events, MessageQueued)
    assert not call.listens


@anywhere
def test_a_wish_to_die_is_met_with_the_crisis_line(reach: _Reach) -> None:
    """At any point, in Spanish too."""
    call = rosa(inbound=True)
    reach(call)
    assert "llame al 9 8 8" in call.says("quiero matarme")
    assert of(call.events, EscalationRaised)[-1].level is Disposition.EMERGENCY


@anywhere
@pytest.mark.parametrize("words", ["stop", "stop calling me", "no me llame más"])
def test_a_wish_to_be_left_alone_is_obeyed_with_one_sentence(reach: _Reach, words: str) -> None:
    """Then the call is over."""
    call = ruth(inbound=True)
    reach(call)
    call.says(words)
    assert call.talk.conversation.participant.status is Status.OPTED_OUT
    assert len(call.state.words.lines) == 1
    assert not call.listens


@anywhere
def test_a_cry_for_help_hears_the_number_and_the_team_hears_of_it(reach: _Reach) -> None:
    """What was being asked goes on before it is known who is there; after it, whether it is an emergency is asked."""
    call = ruth(inbound=True)
    reach(call)
    assert "9 1 1" in call.says("help")
    assert "asked_for_help" in tasks(call.events)
    assert call.listens


def test_an_answer_that_waits_is_noted_before_the_alarm_that_follows_it() -> None:
    """Both count."""
    call = ruth()
    known(call)
    call.presses("6")
    call.says("and I have chest pain")
    kinds = [fact.observation.value for fact in call.events if hasattr(fact, "observation")]
    assert 6.0 in kinds
    assert of(call.events, EscalationRaised)


def test_an_alarm_is_heard_even_when_the_answer_that_waited_would_have_ended_the_call() -> None:
    """The goodbye comes too late then."""
    talk = takes_part()
    talk.says("my legs have been numb for three weeks")
    talk.keep((CheckInOpened(Asked.SEEN, talk.moment().today, scheduled=True),))
    call = known(rings(talk, inbound=True))
    call.says("yes")
    assert call.state.stage is Stage.CONFIRM
    assert "Hang up and dial 9 1 1 now" in call.says("I have chest pain")
    assert of(call.events, EscalationRaised)[-1].level is Disposition.EMERGENCY


def test_before_it_is_known_who_is_there_an_alarm_says_no_name_of_a_sign() -> None:
    """The person hears what to do; whoever else is there hears nothing of them."""
    call = ruth()
    assert call.says("I have chest pain") == (
        "Hang up and dial 9 1 1 now. Again, 9 1 1. Tell them what you told me. "
        "I am an automated service and cannot call for you."
    )


@pytest.mark.parametrize("reach", [_ready, _identity], ids=["ready", "identity"])
def test_words_that_only_sound_like_an_alarm_go_on_with_the_number(reach: _Reach) -> None:
    """Nobody is told that the team knows when it does not; no fact claims words that were not heard."""
    call = ruth()
    reach(call)
    words = call.says("oh, I fell asleep in my chair")
    assert words.startswith("If this is an emergency, hang up and dial 9 1 1. Again, 9 1 1.")
    assert ("our team" in words) is bool(of(call.events, TaskRaised))
    assert not of(call.events, Said)
    assert call.listens


def test_a_machines_greeting_is_not_the_persons_word() -> None:
    """Not even when it says “chest”."""
    call = ruth()
    greeting = "you have reached the Chest family, please leave a message after the tone"
    turn = Turn(call.state, Moment(call.talk.known(), HANDBOOK, call.talk.now, Channel.VOICE), Given("", greeting, 0.9))
    assert not may_be_alarm(turn)
    assert not is_kept(Stage.READY, turn.given)
    call.says(greeting)
    assert not of(call.events, EscalationRaised)
    assert call.kept == []


# --- somebody on call ---


@anywhere
def test_after_an_emergency_somebody_on_call_is_offered(reach: _Reach) -> None:
    """Once; they are not the emergency service."""
    call = ruth(inbound=True, can_connect=True)
    reach(call)
    assert "press 1 and I try to connect you" in call.says("I cannot breathe")
    assert call.presses("1") == "I am trying our team. Please stay on the line."
    assert call.state.words.connects
    assert not call.listens


@pytest.mark.parametrize("words", ["yes", "help me please", "sí", "ayuda"])
def test_whoever_says_yes_or_help_to_that_is_connected(words: str) -> None:
    """A key may be too much then."""
    call = known(ruth(can_connect=True))
    call.says("I cannot breathe")
    assert call.says(words) == "I am trying our team. Please stay on the line."


def test_silence_after_the_offer_ends_the_call_with_the_number() -> None:
    """0 says it all again first."""
    call = known(ruth(can_connect=True))
    call.says("I cannot breathe")
    assert "Hang up and dial 9 1 1" in call.presses("0")
    assert call.is_silent() == "I end this call now, so that you can dial 9 1 1. Again, 9 1 1. Goodbye."
    assert not call.listens


def test_what_is_urgent_but_no_emergency_is_not_connected() -> None:
    """A doctor is called today instead."""
    call = known(ruth(can_connect=True))
    call.says("I fell twice yesterday")
    assert not call.state.words.connects
    assert "connect" not in call.words


def test_a_yes_by_key_to_the_warning_signs_is_an_alarm_at_once() -> None:
    """In both languages."""
    for call in (ruth(can_connect=True), rosa(can_connect=True)):
        known(call)
        call.presses("3")
        call.presses("1")
        call.presses("1")
        assert call.state.stage is Stage.CONNECT
        assert of(call.events, EscalationRaised)
        assert not of(call.events, TaskRaised)
