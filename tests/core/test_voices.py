"""The voices of calls: written in one line, refused where they would not be understood, or not be heard at all."""

from __future__ import annotations

import pytest

from coach.core.model import Language
from coach.core.voices import STANDARD, Voice, read_voice


@pytest.mark.parametrize(
    ("written", "language", "voice"),
    [
        ("en-US:Polly.Joanna-Neural", Language.EN, STANDARD.en),
        ("es-US:Polly.Lupe-Neural", Language.ES, STANDARD.es),
        ("es-MX:Polly.Mia-Neural", Language.ES, Voice("es-MX", "Polly.Mia-Neural")),
        (" en-GB:Polly.Amy-Generative ", Language.EN, Voice("en-GB", "Polly.Amy-Generative")),
        ("es-US:Google.es-US-Neural2-A", Language.ES, Voice("es-US", "Google.es-US-Neural2-A")),
        ("en-US:Polly.Newcomer-Neural", Language.EN, Voice("en-US", "Polly.Newcomer-Neural")),
    ],
)
def test_a_voice_is_its_language_and_its_name(written: str, language: Language, voice: Voice) -> None:
    """A person's name we have not heard of may be a new voice, and is let pass."""
    assert read_voice(written, language) == voice


@pytest.mark.parametrize(
    ("written", "language", "problem"),
    [
        ("Polly.Joanna-Neural", Language.EN, "such as en-US:Polly.Joanna-Neural"),
        ("en-us:Polly.Joanna-Neural", Language.EN, "such as en-US:Polly.Joanna-Neural"),
        ('en-US:Polly.Joanna"/>', Language.EN, "such as en-US:Polly.Joanna-Neural"),
        ("en-US:Polly.Joanna-Neural", Language.ES, "must begin with es-"),
        ("fr-FR:Polly.Lea-Neural", Language.EN, "must begin with en-"),
        ("es-US:Polly.Joanna-Neural", Language.ES, "which speaks en-US, not es-US"),
        ("es-US:Polly.Mia-Neural", Language.ES, "which speaks es-MX, not es-US"),
        ("es-MX:Google.es-US-Neural2-A", Language.ES, "which speaks es-US, not es-MX"),
        ("en-US:alice", Language.EN, "a voice of Polly or Google"),
        ("en-US:Google.en-US-Chirp3-HD-Kore", Language.EN, "cannot be made to speak slowly"),
    ],
)
def test_a_voice_that_does_not_fit_is_refused_with_what_to_write(
    written: str, language: Language, problem: str
) -> None:
    """The carrier would end the call with an error, or read Spanish with an English tongue."""
    with pytest.raises(ValueError, match=problem):
        read_voice(written, language)


def test_each_language_has_its_voice() -> None:
    """And no other."""
    assert (STANDARD.of(Language.EN).tag, STANDARD.of(Language.ES).tag) == ("en-US", "es-US")
