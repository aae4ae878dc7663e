"""The handbook: everything that clinicians and authors can change, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from coach.core.call_rules import CallRules
from coach.core.content import Library
from coach.core.escalation import CaseOutcome, Telling
from coach.core.model import Language
from coach.core.onboarding import Onboarding
from coach.core.policy import Policy
from coach.core.programme import Limits, Programme
from coach.core.reading import Lexicon
from coach.core.trend import TrendRules
from coach.core.triage import TriageRules


class Word(StrEnum):
    """A word that means one thing when it stands alone, whatever was asked."""

    JOIN = "join"
    CALLED = "called"
    SEEN = "seen"
    BOOKED = "booked"
    LOG = "log"
    WHY = "why"
    FINE = "fine"  # answers “are you all right?”
    NOT_FINE = "not_fine"
    REACHED = "reached"  # answers “did somebody phone you?”
    NOT_REACHED = "not_reached"
    CARRIER_STOP = "carrier_stop"  # the carrier itself has confirmed it and blocks us


@dataclass(frozen=True, slots=True)
class Keyword:
    """A bare word with its meaning and the language it shows."""

    word: Word
    language: Language


@dataclass(frozen=True, slots=True)
class Handbook:
    """All of messages/, and the names that every first text gives."""

    library: Library
    programmes: Mapping[str, Programme]
    lexicon: Lexicon
    triage: TriageRules
    trend: TrendRules
    keywords: Mapping[str, Keyword]
    speaks: Mapping[str, Language]  # small words by the language they show
    outcomes: tuple[CaseOutcome, ...]
    tellings: tuple[Telling, ...]
    policy: Policy
    rules_version: str = ""  # what each case is stamped with: which rules, levels and pages were in force
    onboarding: Onboarding = field(default_factory=Onboarding)
    calls: CallRules = field(default_factory=CallRules)
    organisation: str = "Leg Coach"
    support_phone: str = ""

    @property
    def limits(self) -> Limits:
        """The numbers that all programmes share; there whatever programme a person is in."""
        return next(iter(self.programmes.values())).limits
