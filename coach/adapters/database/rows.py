"""What a batch of decisions is going to write, table by table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from coach.core.model import Participant
from coach.ports import Cause

Row: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class Linked:
    """A message about a case, with the step it is. The case of the same decision gets its id with its own row."""

    message: Row  # one of Rows.messages
    step: Row
    case: Row | None = None  # one of Rows.cases; None when the case was there before


@dataclass(slots=True)
class Rows:
    """What is to be written. Names beginning with `b_` are parameters of statements in `writing.py`."""

    participants: set[int] = field(default_factory=set)
    fired: list[Row] = field(default_factory=list)
    decided: list[Row] = field(default_factory=list)
    read: list[Row] = field(default_factory=list)  # decided, and what the text was read as
    details: list[tuple[int, Row]] = field(default_factory=list)
    timers_cleared: list[Row] = field(default_factory=list)
    outbox_cleared: list[Row] = field(default_factory=list)
    pages_cleared: list[Row] = field(default_factory=list)
    questions_closed: list[Row] = field(default_factory=list)
    questions_replaced: list[Row] = field(default_factory=list)
    questions: list[Row] = field(default_factory=list)
    observations: list[Row] = field(default_factory=list)
    cases: list[Row] = field(default_factory=list)
    acknowledged: list[Row] = field(default_factory=list)
    passed: list[Row] = field(default_factory=list)
    contacted: list[Row] = field(default_factory=list)
    closed: list[Row] = field(default_factory=list)
    reopened: list[Row] = field(default_factory=list)
    relevelled: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    consents: list[Row] = field(default_factory=list)
    timers: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    linked: list[Linked] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Whom a decision is about, what set it off, and when."""

    participant: Participant
    cause: Cause
    now: datetime

    @property
    def traced(self) -> Row:
        """The columns by which a row leads back to its inbound message or staff member."""
        return {
            "participant_id": self.participant.id,
            "inbound_id": self.cause.inbound_id,
            "staff": self.cause.staff,
        }
