"""The synthetic voices calls are spoken with, as "en-US:Polly.Joanna-Neural": a language tag and the carrier's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from coach.core.model import Language

_WRITTEN = re.compile(r"(?P<tag>[a-z]{2}-[A-Z]{2}):(?P<name>[A-Za-z0-9.-]{1,80})")
_POLLY = re.compile(r"Polly\.(?P<person>[A-Z][a-z]+)(?:-Neural|-Generative)?")
_GOOGLE = re.compile(r"Google\.(?P<tag>[a-z]{2}-[A-Z]{2})-[A-Za-z0-9-]+")
_CANNOT_BE_SLOW = "Chirp"  # reads marked-up text only in part, and not its rate
_SPEAKERS = {
    "en-AU": "Nicole Olivia Russell",
    "en-GB": "Amy Arthur Brian Emma",
    "en-IN": "Aditi Kajal Raveena",
    "en-US": "Danielle Gregory Ivy Joanna Joey Justin Kendra Kevin Kimberly Matthew Ruth Salli Stephen",
    "es-ES": "Alba Conchita Enrique Lucia Raul Sergio",
    "es-MX": "Andres Mia",
    "es-US": "Lupe Miguel Pedro Penelope",
}  # https://docs.aws.amazon.com/polly/latest/dg/available-voices.html
_SPEAKS: Mapping[str, str] = MappingProxyType(
    {person: tag for tag, people in _SPEAKERS.items() for person in people.split()}
)


@dataclass(frozen=True, slots=True)
class Voice:
    """One voice: `tag` is its language and country (en-US), `name` what the carrier calls it."""

    tag: str
    name: str


@dataclass(frozen=True, slots=True)
class Voices:
    """The voice of each language."""

    en: Voice
    es: Voice

    def of(self, language: Language) -> Voice:
        """The voice that speaks this language."""
        return self.es if language is Language.ES else self.en


STANDARD = Voices(Voice("en-US", "Polly.Joanna-Neural"), Voice("es-US", "Polly.Lupe-Neural"))


def read_voice(written: str, language: Language) -> Voice:
    """Read a voice that is to speak this language.

    Raises:
        ValueError: it is not written so, does not speak the language, cannot be slowed down, or tag and name disagree
            as far as the name tells; the message says what to write.
    """
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        problem = "must be a language and a voice such as en-US:Polly.Joanna-Neural or es-US:Google.es-US-Neural2-A"
        raise ValueError(problem)
    voice = Voice(found["tag"], found["name"])
    wrong = misfit(voice, language)
    if wrong is not None:
        raise ValueError(wrong)
    return voice


def misfit(voice: Voice, language: Language) -> str | None:
    """Why this voice cannot speak this language; None when nothing speaks against it."""
    if not voice.tag.startswith(f"{language.value}-"):
        return f"must begin with {language.value}- and a country, not with {voice.tag}"
    polly, google = _POLLY.fullmatch(voice.name), _GOOGLE.fullmatch(voice.name)
    if polly is None and google is None:
        return "must name a voice of Polly or Google, such as Polly.Joanna-Neural or Google.en-US-Neural2-F"
    if _CANNOT_BE_SLOW in voice.name:
        return f"names {voice.name}, which cannot be made to speak slowly; take a Neural voice"
    own = google["tag"] if google else _SPEAKS.get(polly["person"], voice.tag) if polly else voice.tag
    return None if own == voice.tag else f"names {voice.name}, which speaks {own}, not {voice.tag}"
