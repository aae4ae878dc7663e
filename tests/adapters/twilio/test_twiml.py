"""What calls are told to do: slow speech in the right voice, one key where one key is meant, and always a next step."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.adapters.twilio.twiml import (
    MOST_HINTS,
    MOST_NUMBERS,
    Dialling,
    Listening,
    ask,
    ask_key,
    bridge,
    dial,
    tell,
    tell_all,
)
from coach.core.model import Language
from coach.core.voices import STANDARD, Voice, Voices
from tests.adapters.twilio.twiml_rules import check_twiml, spoken

EN, ES = Language.EN, Language.ES
HERE = "/twilio/voice/att-1/turn/2?step=a&b=c"
ANA, BEN, OURS = "+14155550111", "+14155550112", "+14155550199"
MEXICAN = Voices(STANDARD.en, Voice("es-MX", "Polly.Mia-Neural"))
PUT_THROUGH = Dialling((ANA, BEN), "/whisper/1", "/dialled/1", OURS)


def gather_of(document: str) -> dict[str, str]:
    """How an answer is listened for."""
    (gather,) = ET.fromstring(document).iter("Gather")  # noqa: S314 - our own
    return dict(gather.attrib)


def verbs_of(document: str) -> list[str]:
    """The instructions in order."""
    return [verb.tag for verb in ET.fromstring(document)]  # noqa: S314 - our own


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("voices", [STANDARD, MEXICAN])
@pytest.mark.parametrize("words", ["Press 1.", "Marque el 911: 9 1 1. Adiós.", "a & b < c >", "10 2 3", "\x0b\ud83d x"])
def test_every_answer_keeps_the_carriers_rules(language: Language, voices: Voices, words: str) -> None:
    """Whatever is said, in either language."""
    documents = [
        ask((words, words), language, Listening(HERE, 1, ("yes", "sí, claro")), voices),
        ask((words,), language, Listening(HERE, 4, finish="", seconds=20), voices),
        ask((words,), language, Listening(HERE, None, speech=False), voices),
        ask_key((words,), language, HERE, voices),
        tell((words,), language, voices, pause=1, times=2),
        tell((), language, voices),
        tell_all([(one, (words,)) for one in Language], voices),
        dial((words,), language, voices, PUT_THROUGH),
        bridge(),
    ]
    for document in documents:
        check_twiml(document)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=60))
def test_what_is_heard_is_what_was_written(words: str) -> None:
    """Pauses between digits change no word."""
    document = tell((words,), EN)
    check_twiml(document)
    assert spoken(document) == " ".join(words.split())


@given(st.text(st.characters(categories=("Cc", "Cs", "Cn", "L")), max_size=60))
def test_what_xml_cannot_carry_is_left_out(words: str) -> None:
    """It would end the call with an error."""
    document = tell((words, "Goodbye."), EN)
    check_twiml(document)
    assert spoken(document).endswith("Goodbye.")


@given(st.lists(st.sampled_from(["9", "1", "42", "911:", "dial", "9 1 1.", "4 1 5,", "¿sí?"]), max_size=12))
def test_digits_told_one_by_one_keep_their_words(pieces: list[str]) -> None:
    """Whatever stands around them."""
    words = " ".join(pieces)
    document = tell((words,), ES)
    check_twiml(document)
    assert spoken(document) == words


def test_a_number_told_digit_by_digit_has_a_pause_after_each_but_the_last() -> None:
    """People write it down."""
    assert "9<break" in tell(("Dial 911: 9 1 1.",), EN)
    assert tell(("Dial 911: 9 1 1.",), EN).count("<break") == 2
    assert tell(("4 1 5, 5 5 5",), EN).count("<break") == 4
    assert "<break" not in tell(("From 0 to 10, or 2 3/4.",), EN).replace("2<break", "")


def test_each_language_is_spoken_and_heard_in_its_own_voice() -> None:
    """The recogniser listens for the language that is spoken."""
    document = ask(("¿Listo?",), ES, Listening(HERE, 1), MEXICAN)
    assert 'language="es-MX" voice="Polly.Mia-Neural"' in document
    assert gather_of(document)["language"] == "es-MX"


@pytest.mark.parametrize(
    ("listening", "finish"),
    [
        (Listening(HERE, 1), ""),
        (Listening(HERE, 4), "#"),
        (Listening(HERE, None), "#"),
        (Listening(HERE, 4, finish=""), ""),
    ],
)
def test_a_single_key_is_an_answer_by_itself(listening: Listening, finish: str) -> None:
    """Also the pound key; longer answers may be ended with it."""
    assert gather_of(ask(("?",), EN, listening))["finishOnKey"] == finish


def test_silence_leads_where_an_answer_leads() -> None:
    """The carrier tells of it, and if it does not, the next instruction does."""
    document = ask(("?",), EN, Listening(HERE, 1))
    gather, redirect = ET.fromstring(document)  # noqa: S314 - our own
    assert gather.get("actionOnEmptyResult") == "true"
    assert (gather.get("action"), redirect.text) == (HERE, HERE)


def test_keys_alone_are_listened_for_without_the_words_of_speech() -> None:
    """A television in the room says nothing then."""
    gather = gather_of(ask(("?",), EN, Listening(HERE, 4, ("yes",), speech=False, seconds=20)))
    assert (gather["input"], gather["timeout"], gather["numDigits"]) == ("dtmf", "20", "4")
    assert not {"hints", "language", "speechTimeout"} & {*gather}


def test_only_as_many_hints_go_along_as_the_carrier_takes() -> None:
    """The first are the most likely ones."""
    hints = gather_of(ask(("?",), EN, Listening(HERE, 1, tuple(f"word {n}" for n in range(700)))))["hints"].split(",")
    assert (len(hints), hints[0]) == (MOST_HINTS, "word 0")


def test_words_for_an_answering_machine_wait_and_are_said_twice() -> None:
    """The first time may be before the tone."""
    assert verbs_of(tell(("Hello.",), EN, pause=1, times=2)) == ["Pause", "Say", "Pause", "Say", "Hangup"]


def test_a_caller_is_put_through_to_the_first_who_accepts() -> None:
    """Each hears the whisper first; whatever becomes of it leads on."""
    document = dial(("One moment.",), EN, STANDARD, PUT_THROUGH)
    (ringing,) = ET.fromstring(document).iter("Dial")  # noqa: S314 - our own
    assert ringing.attrib == {
        "action": "/dialled/1",
        "method": "POST",
        "answerOnBridge": "true",
        "callerId": OURS,
        "timeout": "25",
        "timeLimit": "3600",
    }
    assert [(one.text, one.get("url")) for one in ringing] == [(ANA, "/whisper/1"), (BEN, "/whisper/1")]


def test_no_more_phones_ring_at_once_than_the_carrier_lets() -> None:
    """Those first on call are rung."""
    many = Dialling(tuple(f"+1415555{n:04}" for n in range(20)), "/whisper", "/dialled", OURS)
    assert dial(("One moment.",), EN, STANDARD, many).count("<Number") == MOST_NUMBERS


def test_a_whisper_that_was_accepted_joins_the_two() -> None:
    """Nothing more is to be done."""
    assert verbs_of(bridge()) == []


SAY = '<Say language="en-US" voice="Polly.Joanna-Neural"><prosody rate="85%">Hello.</prosody></Say>'
GATHER = "<Gather action='/a' method='POST' actionOnEmptyResult='true' numDigits='1' finishOnKey=''>"
NUMBER = f"<Number url='/w' method='POST'>{ANA}</Number>"
ANY_KEY = "finishOnKey=''"
DIAL = f"<Dial action='/d' method='POST' answerOnBridge='true' callerId='{OURS}'>{NUMBER}</Dial>"
NEXT = '<Redirect method="POST">/a</Redirect>'


@pytest.mark.parametrize(
    "inner",
    [
        f"{SAY}",
        f"{GATHER}{SAY}</Gather>",
        f"<Gather method='POST' actionOnEmptyResult='true'>{SAY}</Gather>{NEXT}",
        f"<Gather action='/a' method='POST'>{SAY}</Gather>{NEXT}",
        f"{GATHER.replace(ANY_KEY, '')}{SAY}</Gather>{NEXT}",
        f"{GATHER.replace('numDigits', 'numberOfDigits')}{SAY}</Gather>{NEXT}",
        f"{GATHER.replace('1', 'one')}{SAY}</Gather>{NEXT}",
        f"{SAY}<Hangup/>{SAY}<Hangup/>",
        "<Speak>Hello.</Speak><Hangup/>",
        f"<Gather><Dial action='/a'>{ANA}</Dial></Gather><Hangup/>",
        DIAL.replace("action='/d'", ""),
        DIAL.replace("url='/w'", ""),
        DIAL.replace(OURS, "anonymous"),
        DIAL.replace(NUMBER, ""),
        DIAL.replace(NUMBER, NUMBER * 11),
        DIAL + SAY,
        f"{SAY.replace('en-US', 'es-US')}<Hangup/>",
        f"{SAY.replace('en-US', 'fr-FR')}<Hangup/>",
        f"{SAY.replace('85%', '100%')}<Hangup/>",
        f"{SAY.replace('Hello.', ' ')}<Hangup/>",
        f"{SAY.replace('Hello.', 'Dial 9 1 1.')}<Hangup/>",
        f"{SAY.replace('Hello.', 'x' * 5000)}<Hangup/>",
        f"{SAY * 800}<Hangup/>",
        f"{SAY}<Redirect method='POST'> </Redirect>",
        f"{SAY}\x7f<Hangup/>",
    ],
)
def test_the_rules_find_what_would_end_or_lose_a_call(inner: str) -> None:
    """So that no test of an answer passes by their weakness."""
    with pytest.raises(AssertionError):
        check_twiml(f"<Response>{inner}</Response>")


@pytest.mark.parametrize("document", ["<Response>", "<Message/>", "", "<Response>&nbsp;</Response>"])
def test_what_is_no_document_of_a_call_is_found(document: str) -> None:
    """Not well formed, or something else."""
    with pytest.raises((AssertionError, ET.ParseError)):
        check_twiml(document)


def test_the_rules_know_an_answer_that_is_right() -> None:
    """Written by hand."""
    check_twiml(f"<Response>{GATHER}{SAY}</Gather>{NEXT}</Response>")
    check_twiml(f"<Response>{SAY}{DIAL}</Response>")
    check_twiml("<Response/>")
