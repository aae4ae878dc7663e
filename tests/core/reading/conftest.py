"""The reader as it is delivered, and one short way to ask it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from coach.adapters.library.lexicon import load_lexicon
from coach.core.model import Asked, Channel, Language, Reply
from coach.core.reading import Lexicon, read

ROOT = Path(__file__).parents[3]

Ask = Callable[..., Reply]


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The words of `messages/lexicon`."""
    return load_lexicon(ROOT / "messages")


@pytest.fixture(scope="session")
def ask(lexicon: Lexicon) -> Ask:
    """What a text is read as; nothing was asked unless told."""

    def asked_for(text: str, asked: str = "nothing", language: str = "en", channel: str = "sms") -> Reply:
        return read(text, Asked(asked), Language(language), Channel(channel), lexicon)

    return asked_for
