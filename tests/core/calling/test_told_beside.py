"""What is told beside an answer, in odd words or at an odd moment, is neither lost nor taken for something else."""

from __future__ import annotations

import pytest

from coach.core.calling import Stage
from coach.core.events import CheckInOpened, EscalationRaised, Observed, TimerSet
from coach.core.model import Asked, Disposition, Kind, Status, TimerKind
from tests.core.calling.people import BORN, known, rosa, ruth
from tests.core.phoning import PhoneCall
from tests.core.talking import of, tasks


def at_score(call: PhoneCall) -> PhoneCall:
    """The score is asked for."""
    known(call)
    assert (call.state.stage, call.state.asked) == (Stage.QUESTION, Asked.WEAKNESS)
    return call


def at_signs(call: PhoneCall) -> PhoneCall:
    """The warning signs are asked about."""
    at_score(call).presses("3")
    call.presses("1")
    assert call.state.asked is Asked.RED_FLAG
    return call


def at_connect(call: PhoneCall) -> PhoneCall:
    """An emergency was told, and the team was offered."""
    at_signs(call).presses("1")
    assert call.state.stage is Stage.CONNECT
    return call


def levels(call: PhoneCall) -> list[Disposition]:
    """The cases of the call."""
    return [case.level for case in of(call.events, EscalationRaised)]


def score(call: PhoneCall) -> list[float | None]:
    """The scores that were kept."""
    kept = (fact.observation for fact in of(call.events, Observed))
    return [fact.value for fact in kept if fact.kind is Kind.WEAKNESS]


@pytest.mark.parametrize(
    "words",
    [
        "I got your voicemail, I fell and I can't get up",
        "oí su mensaje en la contestadora, me caí y no me puedo parar",
    ],
)
@pytest.mark.parametrize("who_is_asked", [False, True])
def test_somebody_who_speaks_of_a_message_is_no_machine_when_they_call_us(words: str, who_is_asked: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """Nor after the first key."""
    call = ruth(inbound=True)
    if who_is_asked:
        call.presses("1")
    assert "9 1 1" in call.says(words)
    assert call.kept
    assert levels(call)


@pytest.mark.parametrize("words", ["call an ambulance", "llame una ambulancia", "mi abuela se cayó", "on the floor"])
def test_help_for_somebody_on_the_floor_is_heard_before_the_first_key(words: str) -> None:
    """Whoever speaks."""
    call = ruth()
    assert "9 1 1" in call.says(words)
    assert call.kept


@pytest.mark.parametrize(
    "words",
    ["yes please", "okay", "sure", "I can't dial", "connect me", "sí por favor", "no puedo marcar", "hello?"],
)
def test_after_an_emergency_any_word_but_no_connects(words: str) -> None:
    """Somebody in need does not find the right word."""
    call = at_connect(ruth(can_connect=True))
    call.says(words)
    assert call.state.words.connects


def test_silence_is_offered_it_once_more_and_a_plain_no_is_told_to_dial() -> None:
    """Then the line is free."""
    call = at_connect(ruth(can_connect=True))
    assert "press 1" in call.is_silent()
    assert "9 1 1" in call.is_silent()
    assert not call.listens
    refuses = at_connect(ruth(can_connect=True))
    refuses.says("no")
    assert (refuses.state.words.connects, refuses.listens) == (False, False)


@pytest.mark.parametrize(
    ("words", "confidence"),
    [("eight and my left calf is swollen and red", 0.9), ("siete y la orina me sale color café", 0.5)],
)
def test_a_sign_told_with_the_score_is_told_at_once(words: str, confidence: float) -> None:
    """However badly it was heard; a score alone is read back."""
    call = at_score(ruth())
    call.says(words, confidence)
    assert levels(call)


@pytest.mark.parametrize(
    "words", ["yes and I fell yesterday and hit my head", "sí y ayer me caí y me golpeé la cabeza"]
)
def test_a_sign_told_while_the_score_is_read_back_is_kept_with_it(words: str) -> None:
    """Both at once."""
    call = at_score(ruth())
    call.presses("4")
    call.says(words)
    assert levels(call)
    assert score(call) == [4.0]


def test_an_emergency_told_beside_a_score_is_the_only_thing_said() -> None:
    """Nothing of less weight comes before the number."""
    call = at_score(ruth())
    call.presses("7")
    said = call.says("yes and my chest hurts")
    assert said.startswith("Hang up and dial 9 1 1 now.")


def test_key_1_and_a_hang_up_is_no_score() -> None:
    """It may have been the beginning of 10: a person asks."""
    call = at_score(ruth())
    call.presses("1")
    call.hangs_up()
    assert score(call) == []
    assert "unconfirmed_answer" in tasks(call.events)


@pytest.mark.parametrize(
    "words",
    [
        "wrong number",
        "you have the wrong number",
        "número equivocado",
        "aquí no vive",
    ],
)
def test_somebody_else_at_this_number_is_not_called_again(words: str) -> None:
    """Said before the first key."""
    call = ruth()
    assert "We will not call or text this number again" in call.says(words)
    assert call.talk.conversation.participant.status is Status.WRONG_PERSON


def test_asking_who_it_is_is_no_wrong_number() -> None:
    """The most natural thing to say."""
    call = ruth()
    call.says("who is this?")
    assert call.talk.conversation.participant.status is Status.ACTIVE


@pytest.mark.parametrize("said", ["March 3 1948", "3 de marzo de 1948", "it was 1948"])
def test_the_year_may_be_said_within_the_whole_date(said: str) -> None:
    """As old people tell it."""
    call = ruth(inbound=True)
    call.presses("1")
    call.says(said)
    assert call.state.identified


def test_two_answers_about_warning_signs_that_nobody_can_read_are_held_like_a_call_for_help() -> None:
    """Should nothing clear follow, somebody is paged; a clear no ends it."""
    call = at_signs(ruth())
    call.says("well you know how it is")
    assert not [t for t in of(call.events, TimerSet) if t.kind is TimerKind.HELD]
    call.says("the usual I suppose dear")
    assert [t for t in of(call.events, TimerSet) if t.kind is TimerKind.HELD]


def test_a_no_to_a_no_that_is_read_back_does_not_go_in_circles() -> None:
    """It is the answer once more, and not the wish to change it."""
    call = at_signs(rosa())
    call.says("no")
    assert call.state.stage is Stage.CONFIRM
    assert "Oprima" in call.says("no") or "oprima" in call.words
    call.says("no")
    assert call.state.asked is not Asked.RED_FLAG


def test_badly_heard_answers_end_in_the_offer_to_call_back() -> None:
    """With one task, not one each."""
    call = at_score(ruth())
    while call.listens and call.state.stage is not Stage.CALL_BACK:
        call.says("seven" if call.state.stage is Stage.QUESTION else "yes", 0.4)
    assert call.state.stage is Stage.CALL_BACK
    assert tasks(call.events).count("unconfirmed_answer") == 1


def test_a_cry_for_help_again_and_again_before_the_first_key_comes_to_an_end() -> None:
    """A television must not keep the line for ever."""
    call = ruth()
    for _ in range(3):
        call.says("help")
    assert not call.listens


def test_after_help_the_score_is_asked_for_again() -> None:
    """It waited for its answer."""
    call = at_score(ruth())
    call.says("help me")
    assert call.state.asked is Asked.RED_FLAG
    assert "how weak were your legs" in call.presses("2")
    assert [fact.asked for fact in of(call.events, CheckInOpened)][-1] is Asked.WEAKNESS


def test_a_guess_too_many_in_a_day_is_asked_no_more() -> None:
    """A year of birth is soon guessed; the team finds out."""
    call = ruth(inbound=True)
    call.wrong_before = 6
    assert "I cannot be sure who is there" in call.presses("1")
    assert (call.listens, tasks(call.events)) == (False, ["identity_failed"])
    right = ruth(inbound=True)
    right.presses("1")
    right.presses(BORN)
    assert right.state.identified


@pytest.mark.parametrize("words", ["call me later", "llame más tarde", "not now"])
def test_later_is_understood_at_a_question_too(words: str) -> None:
    """“Más tarde” is no wish for more."""
    call = at_score(rosa())
    call.says(words)
    assert not call.listens
    assert [timer.kind for timer in of(call.events, TimerSet)] == [TimerKind.CALL_BACK]


def test_a_badly_heard_figure_at_a_menu_is_no_score() -> None:
    """It is asked for, and read back."""
    call = at_score(ruth())
    for _ in range(3):
        call.is_silent()
    assert call.state.stage is Stage.CALL_BACK
    call.says("seven", 0.4)
    assert score(call) == []


@pytest.mark.parametrize(
    "words",
    [
        "help me please i can not wait till later",
        "i need help now not later",
        "ayúdeme por favor no puedo esperar más tarde",
        "please have the nurse call back",
        "me caigo después de caminar",
    ],
)
def test_a_word_for_later_within_other_words_puts_nothing_off(words: str) -> None:
    """The rest of the words counts."""
    call = at_score(ruth())
    call.says(words)
    assert not [t for t in of(call.events, TimerSet) if t.kind is TimerKind.CALL_BACK]


@pytest.mark.parametrize("words", ["not now", "ahora no", "no not now"])
def test_not_now_is_no_way_out_of_the_warning_signs(words: str) -> None:
    """They are asked about this very moment."""
    call = at_signs(ruth())
    call.says(words)
    assert call.listens


def test_okay_twice_at_the_warning_signs_is_held_too() -> None:
    """It is neither yes nor no."""
    call = at_signs(ruth())
    call.says("okay")
    call.says("okay")
    assert [t for t in of(call.events, TimerSet) if t.kind is TimerKind.HELD]


@pytest.mark.parametrize(
    "greeting",
    [
        "the person you are calling is not available please try again later",
        "please leave a message after the tone and we will get back to you later",
        "por favor deje su mensaje después del tono",
    ],
)
def test_a_greeting_that_speaks_of_later_puts_nothing_off(greeting: str) -> None:
    """Nobody asked for anything."""
    call = ruth()
    call.says(greeting)
    assert call.events == []


@pytest.mark.parametrize("words", ["my wife she died", "she died last year my sister"])
def test_a_death_told_before_it_is_known_who_is_there_leaves_nobody_out(words: str) -> None:
    """It may be anybody's."""
    call = ruth(inbound=True)
    call.says(words)
    assert call.talk.conversation.participant.status is Status.ACTIVE


def test_a_sign_that_can_wait_is_read_back_before_it_counts() -> None:
    """However well it was heard; said again it is taken."""
    call = at_score(ruth())
    assert call.says("I am a bit dizzy").startswith("You said I am a bit dizzy.")
    call.presses("1")
    assert levels(call) == [Disposition.ROUTINE]
