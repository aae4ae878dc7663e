"""Whatever arrives, a reply comes out; noise changes nothing, and a friendly word never hides an alarm."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.adapters.library.triage import load_triage
from coach.core.model import Asked, Profile, Reply
from coach.core.triage import TriageRules, assess

ROOT = Path(__file__).parents[3]
ALARMS = [
    "my chest hurts",
    "I can't pee",
    "me falta el aire",
    "no puedo caminar",
    "my face is drooping",
    "left calf swollen and hot",
    "me desmayé",
    "pee looks like cola",
    "throwing up all night",
    "no feeling down there",
]
HARMLESS = ["Thanks and have a nice day.", "Que tenga buen día.", "The weather is lovely.", "Hello from Ana.", "ok"]
ANY_TEXT = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=300)
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def rules() -> TriageRules:
    """The triage rules as they are delivered."""
    return load_triage(ROOT / "messages")


def _rank(reply: Reply, rules: TriageRules) -> int:
    return assess(reply, Profile(), rules).disposition.rank


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "🦵🏽💥", "a\u0301" * 50, "…¿?¡!", "٣٤", "0.0.0/10", "½"])
def test_odd_texts_are_read_without_error(text: str, ask: Any) -> None:
    """Empty, broken and foreign texts give a reply."""
    assert isinstance(ask(text), Reply)


@RELAXED
@given(text=ANY_TEXT, asked=st.sampled_from(list(Asked)), language=st.sampled_from(["en", "es"]))
def test_any_text_returns_a_reply(text: str, asked: Asked, language: str, ask: Any) -> None:
    """No text at all makes the reader fail."""
    reply = ask(text, asked, language)
    assert reply.weakness is None or 0 <= reply.weakness <= 10


def test_the_alarm_at_the_end_of_a_very_long_text_is_heard(ask: Any) -> None:
    """A hundred thousand characters do not hide it."""
    story = "we had a lovely walk and the legs were tired and my foot hurts a bit. "
    reply = ask(story * (100_000 // len(story)) + " i can't pee")
    assert "cauda_equina_signs" in reply.codes


@pytest.mark.parametrize("alarm", ALARMS)
@pytest.mark.parametrize(
    "noise", [str.upper, str.title, lambda t: f"{t}!!!", lambda t: f"  {t}...", lambda t: f"¡{t}!"]
)
def test_case_and_punctuation_do_not_change_the_level(alarm: str, noise: Any, rules: TriageRules, ask: Any) -> None:
    """Shouting or dots leave the level as it is."""
    assert _rank(ask(noise(alarm)), rules) == _rank(ask(alarm), rules)


@pytest.mark.parametrize("alarm", ALARMS)
@pytest.mark.parametrize("accent", ["\u0301", "\u0300", "\u200b"])
@pytest.mark.parametrize("letter", list("aeiou"))
def test_accents_do_not_change_the_level(alarm: str, accent: str, letter: str, rules: TriageRules, ask: Any) -> None:
    """Accents, typed as one letter or as two, and invisible marks leave the level as it is."""
    typed = alarm.replace(letter, letter + accent)
    assert _rank(ask(typed), rules) == _rank(ask(alarm), rules)
    assert _rank(ask(unicodedata.normalize("NFC", typed)), rules) == _rank(ask(alarm), rules)


@pytest.mark.parametrize("alarm", ALARMS)
@pytest.mark.parametrize("friendly", HARMLESS)
def test_a_harmless_sentence_added_never_lowers_the_level(
    alarm: str, friendly: str, rules: TriageRules, ask: Any
) -> None:
    """Politeness before or after an alarm does not hide it."""
    level = _rank(ask(alarm), rules)
    assert _rank(ask(f"{alarm}. {friendly}"), rules) >= level
    assert _rank(ask(f"{friendly} {alarm}"), rules) >= level


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("my cheeest hurts", "chest_pain"),
        ("inchado el pie derecho", "one_leg_swelling"),
        ("diarreah all day", "vomiting_diarrhea"),
        ("me siento mareada y con bomito", "vomiting_diarrhea"),
    ],
)
def test_misspelt_words_are_understood(typed: str, code: str, ask: Any) -> None:
    """Repeated letters, spelling by ear and a slipped key do not hide a sign."""
    assert code in ask(typed, language="es").codes or code in ask(typed).codes
