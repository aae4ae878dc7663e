"""What is said aloud to a question of a call: a yes, a no, or one of our own phrases said back, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coach.core.conversation import Moment
from coach.core.conversation.hearing import Heard, hear
from coach.core.events import CheckInOpened
from coach.core.model import Asked, Channel, Disposition, InboundMessage, Kind, Language
from tests.core.calling.people import known, rings, takes_part
from tests.core.talking import HANDBOOK

EN, ES = Language.EN, Language.ES
_ABOUT = {Asked.SIDE_EFFECTS: "medicine_changed", Asked.SEEN: "case/1"}


def heard(asked: Asked, language: Language, words: str) -> Heard:
    """What is read in words said to a question of a call."""
    talk = takes_part(language=language)
    talk.keep((CheckInOpened(asked, talk.moment().today, scheduled=False, about=_ABOUT.get(asked)),))
    talk.now += timedelta(minutes=1)
    moment = Moment(talk.known(), HANDBOOK, talk.now, Channel.VOICE)
    return hear(moment, InboundMessage("CA1", "+1", "+2", words, talk.now, Channel.VOICE))


# --- yes, no, and neither ---

A_NO = {
    EN: "no|nope|of course not|absolutely not|okay no|no thank you|no thanks|not at all|none of them|none|nothing like"
    " that|not that I know of|I don't have any of those|no ma'am none of those|well no",
    ES: "no|claro que no|por supuesto que no|para nada|ninguna|nada de eso|no gracias|que no|bueno no|no que yo sepa"
    "|no tengo nada de eso|de ninguna manera|no señor",
}
A_YES = {
    EN: "yes|yeah|I do|yes ma'am|I think so|maybe|all of them|the last one|one of them|I have one of those|okay yes"
    "|both",
    ES: "sí|sí tengo|claro que sí|creo que sí|a lo mejor|todas|la última|una de esas|tal vez|sí, la primera|puede ser",
}
NEITHER = {
    EN: "ok|okay|mhm|uh huh|aha|right|sure|I don't know|not sure|I don't think so|no wait maybe|okay let me think",
    ES: "ok|bueno|mhm|ajá|está bien|no sé|creo que no|no creo|no estoy bien|por supuesto",
}
QUESTIONS = (Asked.RED_FLAG, Asked.SIDE_EFFECTS)


def said(table: dict[Language, str]) -> list[tuple[Language, str]]:
    """Each phrase with its language."""
    return [(language, words) for language, phrases in table.items() for words in phrases.split("|")]


@pytest.mark.parametrize("asked", QUESTIONS)
@pytest.mark.parametrize(("language", "words"), said(A_NO))
def test_a_no_however_it_is_put_is_a_no(asked: Asked, language: Language, words: str) -> None:
    """“Of course not” begins like a yes."""
    assert heard(asked, language, words).reply.yes is False


@pytest.mark.parametrize("asked", QUESTIONS)
@pytest.mark.parametrize(("language", "words"), said(A_YES))
def test_a_yes_counts_also_when_it_hedges(asked: Asked, language: Language, words: str) -> None:
    """A wrong alarm costs a call, a missed one more."""
    assert heard(asked, language, words).reply.yes is True


@pytest.mark.parametrize("asked", QUESTIONS)
@pytest.mark.parametrize(("language", "words"), said(NEITHER))
def test_what_takes_note_or_doubts_is_neither_and_is_asked_again(asked: Asked, language: Language, words: str) -> None:
    """“Okay” says no more than that the question was heard."""
    assert heard(asked, language, words).reply.yes is None


@pytest.mark.parametrize(("language", "words"), [(EN, "of course not"), (EN, "okay no"), (ES, "claro que no")])
def test_not_yet_seen_is_no_visit(language: Language, words: str) -> None:
    """However emphatic."""
    assert codes(heard(Asked.SEEN, language, words), Kind.SEEN) == ["not_yet"]


@pytest.mark.parametrize(("language", "words"), [(EN, "ok"), (EN, "I think so"), (ES, "bueno"), (ES, "creo que sí")])
def test_only_a_plain_yes_is_a_visit(language: Language, words: str) -> None:
    """A case is not closed over an “okay”."""
    assert codes(heard(Asked.SEEN, language, words), Kind.SEEN) == []


def test_the_no_of_a_sign_denies_nothing() -> None:
    """“No puedo orinar” begins like a no."""
    answer = heard(Asked.RED_FLAG, ES, "no puedo orinar")
    assert answer.reply.yes is not False
    assert answer.reply.codes == ("cauda_equina_signs",)


# --- our own words said back ---

SIGNS = {
    EN: {
        "chest pain": "chest_pain",
        "trouble breathing": "breathing_trouble",
        "a drooping face": "stroke_signs",
        "sudden weakness": "sudden_weakness",
        "a leg gone cold": "cold_pale_leg",
        "numbness between the legs": "cauda_equina_signs",
        "trouble passing urine": "cauda_equina_signs",
    },
    ES: {
        "dolor de pecho": "chest_pain",
        "falta de aire": "breathing_trouble",
        "la cara caída": "stroke_signs",
        "debilidad repentina": "sudden_weakness",
        "una pierna helada": "cold_pale_leg",
        "la entrepierna dormida": "cauda_equina_signs",
        "no puede orinar": "cauda_equina_signs",
    },
}
LIKE_THEM = {
    EN: {"my face is drooping": "stroke_signs", "numb between the legs": "cauda_equina_signs"},
    ES: {
        "no puedo orinar": "cauda_equina_signs",
        "problemas para orinar": "cauda_equina_signs",
        "dificultad para orinar": "cauda_equina_signs",
        "tengo la cara caída": "stroke_signs",
    },
}
LEADS = {EN: ("", "yes, ", "I have "), ES: ("", "sí, ", "tengo ")}


@pytest.mark.parametrize("language", [EN, ES])
def test_the_list_here_is_the_list_that_is_read_out(language: Language) -> None:
    """Whoever changes the question finds the rest of this page."""
    asked = HANDBOOK.library.templates["voice.ask_red_flag"].text[language].split(":", 1)[1]
    listed = asked.split("?", 1)[0].replace(", or ", ", ").replace(", o ", ", ").split(", ")
    assert [one.strip() for one in listed] == list(SIGNS[language])


@pytest.mark.parametrize(
    ("language", "words", "sign"),
    [
        (language, words, sign)
        for table in (SIGNS, LIKE_THEM)
        for language, signs in table.items()
        for words, sign in signs.items()
    ],
)
def test_each_sign_of_the_list_said_back_is_an_emergency_that_names_it(
    language: Language, words: str, sign: str
) -> None:
    """Alone, after a yes, and as a sentence."""
    leads = LEADS[language] if words in SIGNS[language] else ("",)
    for lead in leads:
        answer = heard(Asked.RED_FLAG, language, lead + words)
        assert answer.assessment.disposition is Disposition.EMERGENCY, lead
        assert answer.assessment.reasons[0].rule == sign, lead


CANNOT_STAND = {
    EN: "I cannot stand|I can't stand|cannot stand",
    ES: "no puedo ponerme de pie|no me puedo poner de pie|no poder ponerse de pie|no me puedo parar",
}


@pytest.mark.parametrize(("language", "words"), said(CANNOT_STAND))
def test_the_upper_end_of_the_scale_said_in_words_is_the_sign_it_is(language: Language, words: str) -> None:
    """Whoever cannot stand needs more than a figure."""
    answer = heard(Asked.WEAKNESS, language, words)
    assert (answer.reply.codes, answer.assessment.disposition) == (("cannot_stand_new",), Disposition.EMERGENCY)


CHOICES: dict[Asked, dict[Language, dict[str, str | float]]] = {
    Asked.WEAKNESS: {EN: {"not weak": 0, "not weak at all": 0}, ES: {"nada débiles": 0, "nada": 0}},
    Asked.ONSET: {
        EN: {"today": "today", "this week": "this_week", "longer ago": "longer"},
        ES: {"hoy": "today", "fue hoy": "today", "fue esta semana": "this_week", "fue antes": "longer"},
    },
    Asked.TREND: {
        EN: {"better": "better", "about the same": "same", "worse": "worse", "much worse": "much_worse"},
        ES: {"mejor": "better", "igual": "same", "peor": "worse", "mucho peor": "much_worse"},
    },
    Asked.STAIRS: {
        EN: {"easy": 0, "with the rail": 1, "step by step": 2, "cannot": 3},
        ES: {"va bien": 0, "con baranda": 1, "escalón por escalón": 2, "no puedo": 3},
    },
    Asked.SEEN: {
        EN: {"yes": "yes", "I have a date": "booked", "not yet": "not_yet"},
        ES: {"ya me vieron": "yes", "tengo cita": "booked", "todavía no": "not_yet"},
    },
    Asked.FALLS: {EN: {"none": 0, "two": 2, "nine": 9}, ES: {"ninguna": 0, "dos": 2, "nueve": 9}},
}
_KINDS = {asked: Kind(asked.value) for asked in CHOICES}


@pytest.mark.parametrize(
    ("asked", "language", "words", "meant"),
    [
        (asked, language, words, meant)
        for asked, both in CHOICES.items()
        for language, choices in both.items()
        for words, meant in choices.items()
    ],
)
def test_each_choice_said_back_is_that_choice(asked: Asked, language: Language, words: str, meant: str | float) -> None:
    """In the words of the question."""
    assert codes(heard(asked, language, words), _KINDS[asked]) == [meant]


def codes(answer: Heard, kind: Kind) -> list[str | float | None]:
    """What was noted of one kind."""
    facts = [fact for fact in answer.observations if fact.kind is kind]
    return [fact.code if fact.code is not None else fact.value for fact in facts]


SUDDENLY = {EN: "all at once|it came on all at once|suddenly", ES: "empezó de golpe|de golpe|de repente"}
SLOWLY = {EN: "today, not all at once|no, this week", ES: "hoy, no fue de golpe|esta semana, poco a poco"}


@pytest.mark.parametrize(("language", "words"), said(SUDDENLY))
def test_all_at_once_is_an_emergency(language: Language, words: str) -> None:
    """The question itself says to dial the emergency number for it."""
    assert heard(Asked.ONSET, language, words).assessment.disposition is Disposition.EMERGENCY


@pytest.mark.parametrize(("language", "words"), said(SLOWLY))
def test_not_all_at_once_is_none(language: Language, words: str) -> None:
    """Only when it began is noted."""
    assert heard(Asked.ONSET, language, words).reply.codes == ()


# --- the advice once more ---


@pytest.mark.parametrize(
    ("language", "answer", "advice"),
    [(EN, "today", "Please get medical care today."), (ES, "hoy", "Busque atención médica hoy.")],
)
def test_the_last_advice_about_a_case_holds_no_question(language: Language, answer: str, advice: str) -> None:
    """Else its keys would mean two things with the choices behind it."""
    talk = takes_part(language=language, channel=Channel.SMS)
    talk.says("my legs have gone numb")
    talk.says(answer)
    talk.now += timedelta(minutes=30)
    call = known(rings(talk, inbound=True))
    words, _, _choices = call.presses("2").partition({EN: " Press 1 for", ES: " Oprima 1 para"}[language])
    assert words.startswith(advice)
    assert "?" not in words


def test_no_spoken_form_asks_to_write() -> None:
    """Nobody can reply in a call."""
    spoken = [text for name, text in HANDBOOK.library.templates.items() if name.startswith("spoken.")]
    for text in spoken:
        for words in text.text.values():
            assert not any(word in words for word in ("Reply", "Text me", "Responda", "Escriba", "all {em}"))
