"""What goes in and out of a call's step, as the web and the service speak of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coach.core.calling import Given, Stage, Words
from coach.core.model import InboundMessage, Language


class Undecided(Exception):
    """What was said was stored but could not be decided; the caller must not hear a goodbye."""


@dataclass(frozen=True, slots=True)
class Ring:
    """One call as the carrier names it."""

    carrier_id: str  # CallSid
    phone: str  # E.164 of the person
    attempt_id: str | None = None  # None: they called us

    @property
    def inbound(self) -> bool:
        """Whether they called us."""
        return self.attempt_id is None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a call a step belongs, as its address says."""

    turn: int
    stage: Stage
    language: Language


@dataclass(frozen=True, slots=True)
class Heard:
    """What came in one step; `message` is how it would be stored, None for silence."""

    given: Given
    message: InboundMessage | None
    raw: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Speech:
    """What a call says now, and where in it the next step belongs."""

    language: Language
    words: Words
    place: Place
    number: str | None = None  # whom to connect the caller with, when the words say so
    tried: int = 0  # how many of the team were tried before
    heard: bool = False  # a case was raised in this call, or they left: a person is there
    overtaken: bool = False  # the step came too late; what was said in it is decided by itself
