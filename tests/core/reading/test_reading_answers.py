"""Scores, amounts, yes and no, onset, trend and intents are read as they are meant."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parents[1] / "vectors"


def _cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = tomllib.loads((VECTORS / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return cases


def _wishes() -> list[tuple[str, str, str]]:
    tables = tomllib.loads((VECTORS / "reading_intents.toml").read_text(encoding="utf-8"))
    return [(intent, lang, text) for intent, row in tables.items() for lang in ("en", "es") for text in row[lang]]


@pytest.mark.parametrize("case", _cases("reading_numbers"), ids=lambda case: case["text"])
def test_the_number_that_answers_is_found(case: dict[str, Any], ask: Any) -> None:
    """A time, a dose, an age or a sugar reading is never the score."""
    reply = ask(case["text"], case.get("asked", "weakness"), channel=case.get("channel", "sms"))
    assert (reply.weakness, reply.amount) == (case.get("weakness"), case.get("amount"))
    assert reply.yes == case.get("yes")


@pytest.mark.parametrize(("intent", "language", "text"), _wishes())
def test_wishes_are_understood(intent: str, language: str, text: str, ask: Any) -> None:
    """What a person wants is read from a word or a sentence, in either language."""
    assert ask(text, language=language).intent == intent


@pytest.mark.parametrize(
    ("text", "asked", "yes"),
    [
        ("Y", "join", True),
        ("no thanks", "join", False),
        ("si", "identity", True),
        ("done", "hydration", True),
        ("listo", "exercise", True),
        ("didn't do it today", "exercise", False),
        ("not yet", "seen", False),
        ("booked for tuesday", "seen", None),
        ("no estoy bien", "safe", False),
    ],
)
def test_yes_and_no(text: str, asked: str, yes: Any, ask: Any) -> None:
    """A yes/no or done question gets a plain answer, or none when the text leaves it open."""
    assert ask(text, asked).yes is yes


@pytest.mark.parametrize(
    ("text", "asked", "onset"),
    [
        ("1", "onset", "today"),
        ("since this morning", "onset", "today"),
        ("desde ayer", "onset", "this_week"),
        ("for months now", "onset", "longer"),
        ("my foot went numb an hour ago", "nothing", "today"),
        ("fine today", "nothing", None),
        ("worse than yesterday", "nothing", None),
    ],
)
def test_onset_is_read_only_of_what_began(text: str, asked: str, onset: str | None, ask: Any) -> None:
    """A time tells the onset when it is asked for or dates a sign."""
    assert ask(text, asked).onset == onset


@pytest.mark.parametrize("channel", ["sms", "voice"])
@pytest.mark.parametrize(
    ("text", "language", "onset"),
    [
        ("3 hours ago", "en", "today"),
        ("2 hrs", "en", "today"),
        ("2-3 hours", "en", "today"),
        ("3 minutes", "en", "today"),
        ("3h", "en", "today"),
        ("3 am", "en", "today"),
        ("3 a.m.", "en", "today"),
        ("3pm", "en", "today"),
        ("at 3", "en", "today"),
        ("at three", "en", "today"),
        ("2:30", "en", "today"),
        ("3 hors ago", "en", None),
        ("2 hous", "en", None),
        ("2 this morning", "en", "today"),
        ("3 times since this morning", "en", "today"),
        ("3 horas", "es", "today"),
        ("hace 3 horas", "es", "today"),
        ("a las 3", "es", "today"),
        ("3 de la mañana", "es", "today"),
        ("3 yesterday", "en", "this_week"),
        ("1 day", "en", "this_week"),
        ("3 days", "en", "this_week"),
        ("3 dias", "es", "this_week"),
        ("10 days", "en", "longer"),
        ("2 weeks", "en", "longer"),
        ("1 month ago", "en", "longer"),
        ("1 year", "en", "longer"),
        ("2 años", "es", "longer"),
        ("2", "en", "this_week"),
        ("3.", "es", "longer"),
        ("3, for years", "en", "longer"),
    ],
)
def test_a_number_that_tells_a_time_is_no_choice_in_the_menu(
    text: str, language: str, onset: str | None, channel: str, ask: Any
) -> None:
    """An hour read as a choice would make what began today an old complaint."""
    assert ask(text, "onset", language, channel).onset == onset


@pytest.mark.parametrize("asked", ["nothing", "weakness", "trend", "onset", "seen", "reached", "symptom", "safe"])
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I don't know", "en"),
        ("dunno", "en"),
        ("No I do not know", "en"),
        ("idk", "en"),
        ("not really sure", "en"),
        ("no sé", "es"),
        ("ni idea", "es"),
    ],
)
def test_not_knowing_answers_nothing_and_is_no_sign(text: str, language: str, asked: str, ask: Any) -> None:
    """Who cannot tell is not confused."""
    reply = ask(text, asked, language)
    assert (reply.yes, reply.onset, reply.codes) == (None, None, ())


@pytest.mark.parametrize("text", ["I don't know where I am", "I don't know what day it is"])
def test_not_knowing_where_one_is_stays_a_sign(text: str, ask: Any) -> None:
    """What is not known says what is wrong."""
    assert ask(text, "weakness").codes == ("new_confusion",)


@pytest.mark.parametrize(
    ("text", "asked", "trend"),
    [
        ("2", "trend", "same"),
        ("mucho peor", "trend", "much_worse"),
        ("better", "trend", "better"),
        ("5, way worse than yesterday", "weakness", "much_worse"),
        ("5 same as ever", "weakness", "same"),
        ("5", "weakness", None),
    ],
)
def test_trend(text: str, asked: str, trend: str | None, ask: Any) -> None:
    """Better, same or worse is read from the menu digit or from words."""
    assert ask(text, asked).trend == trend


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("don't text me until monday, at a wedding", "en", "pause"),
        ("no me manden nada hasta el lunes", "es", "pause"),
        ("stop texting me", "en", "stop"),
        ("ya no me escriban", "es", "stop"),
        ("párenle ya con los textos", "es", "stop"),
    ],
)
def test_a_break_is_no_goodbye(text: str, language: str, intent: str, ask: Any) -> None:
    """Words to stop that name a time ask for a break; without one they are the wish to leave."""
    assert ask(text, language=language).intent == intent


def test_an_age_is_no_amount(ask: Any) -> None:
    """Who tells an age beside the answer has not counted it."""
    assert ask("I'm 84 and yes I took my walk", "exercise").amount is None


def test_who_asks_has_said_neither_yes_nor_no(ask: Any) -> None:
    """A "not" in a question answers nothing, and the question is of something."""
    reply = ask("how do I know my body has not enough water?", "hydration")
    assert (reply.intent, reply.yes, reply.topic) == ("question", None, "dehydration")
