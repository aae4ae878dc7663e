"""The values of messages/calls.toml: how patient a call is, and the words that mean something in every call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from coach.core.model import Language


class WordList(StrEnum):
    """Words by what they mean in a call; both languages are always understood."""

    READY = "ready"  # instead of the first key
    ALARM = "alarm"  # before any key, these end the menu and are read like a text
    WRONG_NUMBER = "wrong_number"  # among what is said before it is known who is there
    LATER = "later"  # all that is said: another time
    MACHINE = "machine"  # an answering machine's greeting
    REPEAT = "repeat"
    YES = "yes"
    NO = "no"
    ENGLISH = "english"
    SPANISH = "spanish"
    CHECK_IN = "check_in"  # the choices of somebody who calls us
    ADVICE = "advice"
    PERSON = "person"
    STOP_CALLS = "stop_calls"


class Hints(StrEnum):
    """Word lists that help speech recognition."""

    READY = "ready"
    NUMBER = "number"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class CallRules:
    """How calls go on."""

    confidence: float = 0.6  # speech that was recognised less surely is read back first (0 to 1)
    patience: int = 3  # silences or misunderstandings in a row: kinder words, keys alone, the offer to call back
    identity_tries: int = 3  # wrong birth years or PINs, then the call ends
    call_back: timedelta = timedelta(minutes=60)
    words: Mapping[WordList, tuple[str, ...]] = field(default_factory=dict)
    hints: Mapping[Hints, Mapping[Language, tuple[str, ...]]] = field(default_factory=dict)
    answers: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)  # how they are read back
    person: Mapping[Language, str] = field(default_factory=dict)  # the wish for a person, as it would be texted
    stop: Mapping[Language, str] = field(default_factory=dict)  # the wish to hear no more, as it would be texted

    def listed(self, words: WordList) -> tuple[str, ...]:
        """Every word of that meaning, in both languages."""
        return self.words.get(words, ())
