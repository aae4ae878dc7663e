"""Signs are found in both languages, and denied, past, other people's and imagined ones are not taken for present."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parents[1] / "vectors"
MISSED_AT_MOST = {"signs_emergency": 0.02, "signs_urgent": 0.03, "signs_routine": 0.03}


def _sentences(name: str) -> list[tuple[str, str, str]]:
    tables = tomllib.loads((VECTORS / f"{name}.toml").read_text(encoding="utf-8"))
    return [(code, lang, text) for code, row in tables.items() for lang in ("en", "es") for text in row[lang]]


def _tricky() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = tomllib.loads((VECTORS / "reading_tricky.toml").read_text(encoding="utf-8"))["case"]
    return cases


@pytest.mark.parametrize("name", MISSED_AT_MOST)
def test_signs_are_found_in_what_people_write(name: str, ask: Any) -> None:
    """Hardly any sentence of the vector files goes by without its sign."""
    sentences = _sentences(name)
    missed = [text for code, lang, text in sentences if code not in ask(text, language=lang).codes]
    assert len(missed) <= MISSED_AT_MOST[name] * len(sentences), missed


def test_every_sign_has_sentences_in_both_languages() -> None:
    """All 45 signs are covered by the vector files."""
    codes = {code for name in MISSED_AT_MOST for code, _, _ in _sentences(name)}
    assert len(codes) == 45


def test_a_denied_sign_is_never_reported_present(ask: Any) -> None:
    """No sentence that denies a sign is taken as telling of it."""
    told = [text for code, lang, text in _sentences("signs_denied") if code in ask(text, language=lang).codes]
    assert told == []


def test_denied_signs_are_recorded_as_denied(ask: Any) -> None:
    """Hardly any denial goes unheard."""
    sentences = _sentences("signs_denied")
    unheard = [text for code, lang, text in sentences if code not in ask(text, language=lang).denied_codes]
    assert len(unheard) <= 0.02 * len(sentences), unheard


@pytest.mark.parametrize("case", _tricky(), ids=lambda case: case["text"])
def test_tricky_sentences_are_read_as_a_nurse_would(case: dict[str, Any], ask: Any) -> None:
    """Negation, idiom, past, other people and questions do not mislead the reader."""
    reply = ask(case["text"])
    assert list(reply.codes) == case.get("signs", [])
    assert list(reply.denied_codes) == case.get("denied", [])
    assert sorted(f.code for f in reply.hypothetical) == case.get("asked_about", [])
    assert reply.intent != case.get("not_intent")


def test_a_finding_points_at_the_words_that_showed_it(ask: Any) -> None:
    """The evidence can be quoted from the original text, accents and all."""
    text = "Hola, soy Rosa. ¡Me DUELE el pecho!"
    finding = ask(text, language="es").signs[0]
    assert text[finding.start : finding.end] == "DUELE el pecho"


def test_a_denied_finding_names_the_denying_word(ask: Any) -> None:
    """Staff can see why a sign was taken as denied."""
    assert ask("no chest pain").denied[0].cue == "no"
