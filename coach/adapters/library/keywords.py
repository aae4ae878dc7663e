"""messages/keywords.toml → bare words with a meaning."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.core.conversation.meaning import plain
from coach.core.handbook import Keyword, Word
from coach.core.model import Language


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    en: tuple[str, ...]
    es: tuple[str, ...]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    join: _Words
    called: _Words
    seen: _Words
    booked: _Words
    log: _Words
    why: _Words
    fine: _Words
    not_fine: _Words
    reached: _Words
    not_reached: _Words
    carrier_stop: _Words
    speaks: _Words


def load_speaks(folder: Path) -> Mapping[str, Language]:
    """The small words that show a language. Raises as `load_keywords`."""
    words = _read(folder).speaks
    return {**{plain(w): Language.EN for w in words.en}, **{plain(w): Language.ES for w in words.es}}


def _read(folder: Path) -> _File:
    path = folder / "keywords.toml"
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        message = f"{path.name}: {error}"
        raise ValueError(message) from None


def load_keywords(folder: Path) -> Mapping[str, Keyword]:
    """Every keyword in the form it is compared in. Raises ValueError that names the file and what to mend."""
    content = _read(folder)
    found: dict[str, Keyword] = {}
    for word in Word:
        words: _Words = getattr(content, word.value)
        for language, texts in ((Language.EN, words.en), (Language.ES, words.es)):
            for text in texts:
                _add(found, plain(text), Keyword(word, language))
    return found


def _add(found: dict[str, Keyword], text: str, keyword: Keyword) -> None:
    if text in found:
        message = f"keywords.toml: '{text}' stands twice; leave it under one meaning and one language."
        raise ValueError(message)
    found[text] = keyword
