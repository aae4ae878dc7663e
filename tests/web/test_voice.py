"""A call through its addresses: neutral until it is known who is there, patient, and never without a next step."""

from __future__ import annotations

import random
from urllib.parse import urlsplit

import pytest

from coach.adapters.database.tables import attempt
from coach.core.model import Language
from tests.adapters.twilio.posting import ACCOUNT, URL, signature_of
from tests.web.on_the_phone import BORN, CALL, JUAN, OURS, ROSA, OnThePhone, Twiml
from tests.web.phone_line import SCRIPT, Line

HEALTH = ("leg", "weak", "pain", "health", "pierna", "débil", "salud")


def tells_of_health(said: str) -> bool:
    """Whether a word in it is about the body."""
    return any(word in said.lower() for word in HEALTH)


# --- the way to the first question ---


def test_a_call_begins_with_neutral_words_and_one_key(line: Line, rosa: OnThePhone) -> None:
    """Whoever picked up learns who calls and the emergency number; the other language comes last."""
    first = rosa.picks_up()
    assert "9 1 1" in first.said
    assert first.said.endswith("Para español, oprima 2.")
    assert not tells_of_health(first.said.replace("Leg Coach", ""))
    assert first.gather["numDigits"] == "1"
    assert line.heard() == []


def test_listening_hears_keys_and_speech_and_reports_silence(rosa: OnThePhone) -> None:
    """Silence must reach us too; an older person needs time for the key."""
    gather = rosa.picks_up().gather
    assert (gather["input"], gather["actionOnEmptyResult"]) == ("dtmf speech", "true")
    assert (gather["finishOnKey"], gather["timeout"], gather["method"]) == ("", "8", "POST")
    assert "yes" in gather["hints"].split(",")


def test_the_year_of_birth_comes_before_the_first_question(line: Line, rosa: OnThePhone) -> None:
    """And it is no answer: nothing of it is stored."""
    rosa.picks_up()
    asked = rosa.presses("1")
    assert "the year you were born" in asked.said
    assert asked.gather["numDigits"] == "4"
    assert "how weak" in rosa.presses(BORN).said
    assert line.heard() == []


def test_a_pin_takes_its_place(line: Line) -> None:
    """It has as many keys as were agreed."""
    line.enrol(JUAN, call_pin="735100")
    juan = line.rings(JUAN, "att-2")
    juan.picks_up()
    assert juan.presses("1").gather["numDigits"] == "6"
    assert "how weak" in juan.presses("735100").said


def test_three_wrong_years_end_the_call_and_a_coordinator_finds_out(line: Line, rosa: OnThePhone) -> None:
    """Not a word about health; the emergency number is said."""
    rosa.picks_up()
    said = [rosa.presses(keys) for keys in ("1", "1941", "1999", "0000")]
    assert not any(tells_of_health(one.said) for one in said)
    assert said[-1].ends
    assert "9 1 1" in said[-1].said
    assert line.tasks() == ["identity_failed"]


def test_who_has_neither_on_file_hears_neutral_words_and_is_a_task_once(line: Line) -> None:
    """However often they are called."""
    line.enrol(JUAN, birth_year=None)
    for sid in ("CA" + "2" * 32, "CA" + "3" * 32):
        juan = line.rings(JUAN, "att-2", sid)
        juan.picks_up()
        answer = juan.presses("1")
        assert (answer.ends, tells_of_health(answer.said)) == (True, False)
    assert line.tasks() == ["identity_missing"]


def test_a_call_speaks_and_listens_in_the_persons_language(line: Line, rosa: OnThePhone) -> None:
    """Voice and recognition fit together."""
    line.enrol(JUAN, Language.ES)
    english, spanish = rosa.picks_up(), line.rings(JUAN, "att-2", "CA2").picks_up()
    assert (english.gather["language"], spanish.gather["language"]) == ("en-US", "es-US")
    assert 'voice="Polly.Lupe-Neural"' in spanish.document


def test_key_2_takes_the_other_language_for_good(line: Line, rosa: OnThePhone) -> None:
    """Once it is known who is there."""
    rosa.picks_up()
    assert rosa.presses("2").gather["language"] == "es-US"
    assert "piernas" in rosa.presses(BORN).said
    with line.coach.store.begin() as tx:
        person = tx.conversation_of_number(ROSA, "US", line.clock()).participant
    assert person.language is Language.ES


@pytest.mark.parametrize("given", ["presses 5", "is silent", "says who is this"])
def test_patience_ends_with_the_words_for_a_machine(line: Line, rosa: OnThePhone, given: str) -> None:
    """Kinder each time; in the end it may be a voicemail box, so only the safe words are said."""
    rosa.picks_up()
    steps = {"presses 5": lambda: rosa.presses("5"), "is silent": rosa.is_silent}
    answers = [steps.get(given, lambda: rosa.says("who is this"))() for _ in range(3)]
    assert [answer.ends for answer in answers] == [False, False, True]
    assert answers[-1].said.split(". ")[0] == SCRIPT.line("voicemail", Language.EN).split(". ")[0]
    assert line.heard() == []


# --- answers ---


def test_a_check_in_is_one_key_for_an_answer_and_one_that_it_is_right(line: Line, rosa: OnThePhone) -> None:
    """The score is on record once it was confirmed, and the call ends with a goodbye."""
    rosa.is_known()
    assert rosa.presses("7").said.startswith("You said 7.")
    assert line.scores() == []
    assert "chest pain" in rosa.presses("1").said
    assert line.scores() == [7]
    last = rosa.presses("2")
    assert (last.ends, "Goodbye" in last.said) == (True, True)
    assert (line.heard(), line.cases()) == (["7", "1", "2"], [])


def test_a_key_1_can_become_a_ten(line: Line, rosa: OnThePhone) -> None:
    """One key is taken at once, so ten is asked for."""
    rosa.is_known()
    assert "press 0" in rosa.presses("1").said
    rosa.presses("0")
    rosa.presses("1")
    assert line.scores() == [10]


def test_a_warning_sign_by_key_is_spoken_texted_and_a_case(line: Line, rosa: OnThePhone) -> None:
    """At once, without any confirmation."""
    answer = rosa.to_the_signs().presses("1")
    assert "dial 9 1 1 now" in answer.said
    assert line.cases() == ["emergency"]
    line.coach.dispatch()
    assert any(message.body.startswith("Call 911 now") for message in line.switchboard.posted)


@pytest.mark.parametrize("given", ["7 and silence", "7 by voice"])
def test_an_answer_that_waits_is_settled_when_the_call_ends(line: Line, rosa: OnThePhone, given: str) -> None:
    """It was heard surely."""
    rosa.is_known()
    _ = rosa.presses("7") if given == "7 and silence" else rosa.says("seven")
    rosa.is_silent()
    line.ends()
    assert line.scores() == [7]


def test_a_spoken_answer_is_kept_with_its_confidence(line: Line, rosa: OnThePhone) -> None:
    """What was not heard surely, and never confirmed, is read by a person."""
    rosa.is_known()
    rosa.says("seven", "0.42")
    line.ends()
    assert line.scores() == []
    assert line.tasks() == ["unconfirmed_answer"]


@pytest.mark.parametrize("stage", ["ready", "identity", "question", "confirm"])
def test_words_that_cannot_wait_are_taken_anywhere(line: Line, rosa: OnThePhone, stage: str) -> None:
    """Nobody in need is told to press 1; until it is known who is there, the words stay general."""
    rosa.picks_up()
    steps = {"ready": (), "identity": ("1",), "question": ("1", BORN), "confirm": ("1", BORN, "4")}[stage]
    for keys in steps:
        rosa.presses(keys)
    answer = rosa.says("help I can't breathe", "0.3")
    assert "dial 9 1 1 now" in answer.said
    assert line.cases() == ["emergency"]
    assert ("breath" in answer.said) is (stage in {"question", "confirm"})


def test_a_machine_that_was_not_detected_is_not_taken_for_the_person(line: Line, rosa: OnThePhone) -> None:
    """Whatever its greeting holds."""
    rosa.picks_up()
    rosa.says("if this is an emergency hang up and dial 911, or leave a message after the beep")
    assert (line.heard(), line.cases()) == ([], [])


# --- what is told of a call besides its answers ---


def test_a_key_or_an_answer_says_that_somebody_is_there(line: Line) -> None:
    """From then on the call was no missed one; being greeted is not yet talking."""
    rosa = line.rings(attempt=line.places_a_call())
    rosa.picks_up()
    rosa.is_silent()
    rosa.says("please leave a message after the tone")
    assert [row["talked_at"] for row in line.rows(attempt)] == [None]
    rosa.presses("1")
    assert [row["talked_at"] for row in line.rows(attempt)] == [line.clock()]


def test_somebody_who_only_speaks_is_there_too(line: Line) -> None:
    """A yes may be a machine's; the right year of birth and an answer are not."""
    rosa = line.rings(attempt=line.places_a_call())
    rosa.picks_up()
    rosa.says("yes")
    rosa.says("1940")
    assert [row["talked_at"] for row in line.rows(attempt)] == [None]
    rosa.says("seven")
    assert [row["talked_at"] for row in line.rows(attempt)] == [line.clock()]


def test_an_attempt_nobody_knows_still_talks_to_the_person_on_the_line(line: Line) -> None:
    """After a restore we may have forgotten the attempt, not the person."""
    lost = line.rings(attempt="att-lost")
    lost.is_known()
    lost.presses("7")
    lost.presses("1")
    assert line.scores() == [7]


# --- addresses ---


def test_addresses_begin_with_the_path_of_the_public_address(line: Line) -> None:
    """A coach that lives below a path is called below it."""
    outer = line.process(line.coach, URL + "/legs/")
    fields = {"AccountSid": ACCOUNT, "CallSid": CALL, "From": OURS, "To": ROSA}
    answer = outer.post("/twilio/voice/att-1", fields, signature_of("/legs/twilio/voice/att-1", fields))
    assert urlsplit(Twiml(answer.text).next).path.startswith("/legs/twilio/voice/att-1/step/0-ready-en-")


@pytest.mark.parametrize("seed", range(12))
def test_every_call_has_a_next_step_until_it_is_hung_up(rosa: OnThePhone, seed: int) -> None:
    """Whatever is pressed, said or kept silent, the call ends; each answer is one that the carrier would run."""
    chance = random.Random(seed)
    keys = ["1", "2", "0", "7", "*", "#", BORN, "1941"]
    words = ["help", "hm", "yes", "no", "repeat", "español", "seven", "my chest hurts", "nurse", "stop"]
    answer, steps = rosa.picks_up(), 0
    while answer.gather:
        kind = chance.random()
        if steps == 0:
            answer = rosa.presses("1")
        elif steps == 1 or kind < 0.5:
            answer = rosa.presses(BORN if steps == 1 else chance.choice(keys))
        else:
            answer = rosa.is_silent() if kind < 0.6 else rosa.says(chance.choice(words), str(chance.random()))
        steps += 1
        assert steps < 70
