"""The reckoning of speaking time, held against a voice that can be listened to here."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.core.model import Language
from tests.espeak import BAND, SPEAKER, WHY_SKIPPED, heard_seconds
from tests.speech_time import seconds

PASSAGES = {
    Language.EN: "Hello. This is an automated call from Harbor Clinic. From zero to ten, how weak do your legs feel "
    "today? Press a key, or say the number. If this is an emergency, hang up and dial 9 1 1.",
    Language.ES: "Hola. Esta es una llamada automática de Harbor Clinic. De cero a diez, ¿qué tan débiles siente sus "
    "piernas hoy? Oprima una tecla, o diga el número. Si es una emergencia, cuelgue y marque el 9 1 1.",
}


def test_a_hundred_words_take_three_quarters_of_a_minute() -> None:
    """At 85 % of 150 words a minute."""
    assert seconds("word " * 100) == pytest.approx(47.06, abs=0.01)


def test_digits_are_words_and_those_told_one_by_one_have_pauses() -> None:
    """Signs are not spoken."""
    assert seconds("911") == pytest.approx(seconds("nine one one"))
    assert seconds("9 1 1") == pytest.approx(seconds("nine one one") + 0.5)
    assert seconds("— (…)") == 0.0
    assert seconds("I'm well-known.") == pytest.approx(seconds("two words"))


@pytest.mark.skipif(SPEAKER is None, reason=WHY_SKIPPED)
@pytest.mark.parametrize("language", Language)
def test_a_voice_at_our_rate_takes_about_as_long(language: Language, tmp_path: Path) -> None:
    """Of a few sentences."""
    heard = heard_seconds(PASSAGES[language], language, tmp_path / "spoken.wav")
    assert BAND[0] < heard / seconds(PASSAGES[language]) < BAND[1]
