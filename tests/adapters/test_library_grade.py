"""How hard a text is to read, in both languages."""

from __future__ import annotations

import pytest

from coach.adapters.library.grade import ease, grade, spanish_syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("sol", 1), ("y", 1), ("muy", 1), ("hoy", 1), ("vio", 1), ("pie", 1),
        ("piernas", 2), ("aire", 2), ("guerra", 2), ("queso", 2), ("puerta", 2), ("oír", 2), ("Usted", 2), ("niño", 2),
        ("día", 2), ("río", 2), ("país", 2), ("león", 2), ("ciudad", 2), ("agua", 2), ("guía", 2),
        ("pingüino", 3), ("ahora", 3), ("cuidado", 3), ("siguiente", 3), ("Uruguay", 3), ("quiere", 2), ("máquina", 3),
        ("energía", 4), ("farmacéutico", 5), ("alcohol", 3), ("leía", 3), ("mayo", 2), ("enfermedad", 4),
    ],
)  # fmt: skip
def test_spanish_syllables_are_counted_as_they_are_said(word: str, count: int) -> None:
    """Diphthongs are one, an accent on i or u parts them, and the u of que, qui, gue and gui is silent."""
    assert spanish_syllables(word) == count


def test_the_spanish_figure_is_that_of_fernandez_huerta() -> None:
    """Seven words of eleven syllables in two sentences, worked by hand."""
    assert ease("Tome agua. Descanse un rato en casa.") == pytest.approx(206.84 - 60 * 13 / 7 - 1.02 * 3.5)


def test_short_words_and_sentences_read_more_easily() -> None:
    """Figures and placeholders count for little."""
    hard = "Immediate medical evaluation is necessary considering progressive deterioration."
    assert grade("Sit down. Rest.") < 2
    assert grade(hard) > 6
    difficult = "La evaluación especializada inmediata resulta indispensable considerando su deterioro."
    assert ease(difficult) < 30
    assert ease("Use la silla. Descanse un rato.") > 70
    assert grade("10 20") == 0
    assert ease("10 20") == 100
