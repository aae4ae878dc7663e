"""The questions on daily tasks are answered with 0, 1 or 2, or in words; what is neither is asked about again."""

from typing import Any

import pytest

NONE, SOME, LOT = 0, 1, 2


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("0", "en", NONE),
        ("two", "en", LOT),
        ("1 - some", "en", SOME),
        ("2, my back hurts", "en", LOT),
        ("sorry, I meant 2", "en", LOT),
        ("No", "en", NONE),
        ("no trouble at all", "en", NONE),
        ("very easy", "en", NONE),
        ("a little", "en", SOME),
        ("a bit hard", "en", SOME),
        ("not very hard", "en", SOME),
        ("not too bad", "en", SOME),
        ("a lot", "en", LOT),
        ("very hard", "en", LOT),
        ("hard", "en", LOT),
        ("I can't", "en", LOT),
        ("only with help", "en", LOT),
        ("I use a cane", "en", LOT),
        ("nada", "es", NONE),
        ("no me cuesta", "es", NONE),
        ("bastante bien", "es", NONE),
        ("un poco", "es", SOME),
        ("sí, algo", "es", SOME),
        ("no mucho", "es", SOME),
        ("me cuesta mucho", "es", LOT),
        ("muy difícil", "es", LOT),
        ("no puedo", "es", LOT),
        ("con andador", "es", LOT),
    ],
)
def test_how_hard_a_task_is_in_words_is_a_place_in_the_menu(text: str, language: str, place: int, ask: Any) -> None:
    """“Hard” alone is a lot, the careful side; of a figure and words the figure counts."""
    reply = ask(text, "sarc_f_carry", language)
    assert (reply.intent, reply.amount, reply.weakness) == ("answer", place, None)


@pytest.mark.parametrize("text", ["3", "7", "yes", "what do you mean?", "help", "need help", "my bag is blue"])
def test_what_is_no_place_in_the_menu_answers_nothing(text: str, ask: Any) -> None:
    """A three is no “a lot”, and a cry for help is no answer."""
    assert ask(text, "sarc_f_walk").amount is None


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("2", "en", LOT),
        ("2 times", "en", SOME),
        ("twice", "en", SOME),
        ("fell once", "en", SOME),
        ("3", "en", SOME),
        ("4", "en", LOT),
        ("five times", "en", LOT),
        ("4 or 5 times", "en", LOT),
        ("many times", "en", LOT),
        ("never", "en", NONE),
        ("0 falls", "en", NONE),
        ("dos veces", "es", SOME),
        ("2 veces", "es", SOME),
        ("cinco veces", "es", LOT),
        ("no me he caído", "es", NONE),
    ],
)
def test_falls_of_a_year_are_a_place_or_a_count(text: str, language: str, place: int, ask: Any) -> None:
    """A figure alone is a place in the menu as long as it is in it; “2 times” is a count, and one to three are 1."""
    assert ask(text, "sarc_f_falls", language).amount == place


def test_a_sign_told_beside_the_answer_is_heard(ask: Any) -> None:
    """Whatever was asked."""
    reply = ask("0 but my chest hurts", "sarc_f_rise")
    assert (reply.amount, reply.codes) == (NONE, ("chest_pain",))


@pytest.mark.parametrize(
    ("text", "language", "signs"),
    [
        ("2 falls this week", "en", ("fall_no_injury",)),
        ("once today", "en", ("fall_no_injury",)),
        ("una vez ayer", "es", ("fall_no_injury",)),
        ("twice", "en", ()),
        ("2 in the last 12 months", "en", ()),
        ("none this week", "en", ()),
    ],
)
def test_a_count_of_falls_with_a_recent_day_is_a_sign(
    text: str, language: str, signs: tuple[str, ...], ask: Any
) -> None:
    """As at the question of the week; a count without one is only an answer on the year."""
    assert ask(text, "sarc_f_falls", language).codes == signs
