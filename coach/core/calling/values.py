"""A call as plain values: where it stands, what was pressed or said, what is said now."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from coach.core.call_rules import Hints
from coach.core.conversation import Moment
from coach.core.events import Event
from coach.core.model import Asked, InboundMessage, Language


class Stage(StrEnum):
    """What a call waits for."""

    READY = "ready"  # the first key
    IDENTITY = "identity"  # who is there
    MENU = "menu"  # what somebody who calls us wants
    QUESTION = "question"  # the answer to an open question
    CONFIRM = "confirm"  # whether an answer was heard right
    CONNECT = "connect"  # whether to try somebody on call
    LEAVING = "leaving"  # no calls, or nothing at all
    CALL_BACK = "call_back"  # to call again, or a person
    OVER = "over"  # nothing: the call ends


@dataclass(frozen=True, slots=True)
class Given:
    """What came in one step: keys, words as they were recognised, or neither (silence)."""

    keys: str = ""
    speech: str = ""
    confidence: float | None = None  # of the words, 0 to 1; None when the carrier gave none


@dataclass(frozen=True, slots=True)
class Ear:
    """How the next step is listened for: so many keys at most, and whether to words too."""

    keys: int = 1
    speech: bool = True
    hints: Hints = Hints.CHOICE


@dataclass(frozen=True, slots=True)
class Words:
    """What is said now. Without an ear the call ends afterwards, or is connected with somebody on call."""

    lines: tuple[str, ...] = ()
    ear: Ear | None = None
    other_language: str = ""  # said last, in the other language
    connects: bool = False
    to_a_machine: bool = False  # the words that may be left on an answering machine


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer that waits to be confirmed."""

    body: str
    confidence: float | None = None  # None: by key


@dataclass(frozen=True, slots=True)
class CallState:
    """Where a call stands. `turn` counts the steps, so that one which comes twice is known."""

    language: Language
    inbound: bool = False
    stage: Stage = Stage.READY
    turn: int = 0
    words: Words = Words()
    question: tuple[str, ...] = ()  # what "repeat" says again
    identified: bool = False
    misses: int = 0  # silences and misunderstandings in a row
    wrong: int = 0  # birth years or PINs
    asked: Asked = Asked.NOTHING  # the question that was put, in QUESTION and CONFIRM
    pending: Pending | None = None
    talked: bool = False  # something that was said or pressed was taken
    acted: bool = False  # a case was raised, or they left: nobody but a person says so


@dataclass(frozen=True, slots=True)
class Turn:
    """One step to decide: the call so far, the person at this moment, and what came in."""

    state: CallState
    moment: Moment  # by voice, in the language of the call
    given: Given = field(default_factory=Given)
    message: InboundMessage | None = None  # what came in as it was stored; None for what is not kept
    can_connect: bool = False  # whether somebody on call could be tried now
    wrong_before: int = 0  # birth years or PINs given wrong in other calls of the day
    known_language: Language = Language.EN  # the person's own, as it is kept


@dataclass(frozen=True, slots=True)
class Step:
    """What a step decided: where the call stands now, and the facts."""

    state: CallState
    events: tuple[Event, ...] = ()
