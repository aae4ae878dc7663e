"""Where the fold over one participant's rows stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coach.core.trend.function import Function
from coach.core.trend.record import Record
from coach.core.trend.sending import Sending
from coach.core.trend.signs import SignLog
from coach.core.trend.silence import Silence

if TYPE_CHECKING:
    from coach.core.trend.questions import Question
    from coach.core.trend.rules import TrendRules
    from coach.core.trend.values import Person, Rule


@dataclass(frozen=True, slots=True)
class State:
    """All that the rules remember of one participant. `day` is the calendar day the fold stands in."""

    person: Person
    rules: TrendRules
    day: int = 1
    record: Record = field(default_factory=Record)
    sending: Sending = field(default_factory=Sending)
    question: Question | None = None  # the open one; its rule says which
    asked: tuple[tuple[Rule, int], ...] = ()  # every question put, with its day
    silence: Silence = field(default_factory=Silence)
    function: Function = field(default_factory=Function)
    signs: SignLog = field(default_factory=SignLog)
    worse_on: int | None = None  # day of the last comparison answer, when it was "worse" and not counted yet
    recovery_on: int | None = None  # day of the last recovery note
    acted_on: int | None = None  # last day with an escalation or a recheck

    @property
    def current(self) -> float | None:
        """C at the last scored day."""
        return self.record.latest.current if self.record.latest else None

    @property
    def baseline(self) -> float | None:
        """B, or C of the last visit, at the last scored day."""
        return self.record.latest.baseline if self.record.latest else None

    @property
    def reference(self) -> float | None:
        """Ref at the last scored day."""
        return self.record.latest.reference if self.record.latest else None

    @property
    def last_visit(self) -> int | None:
        """Day of the last visit to a clinician."""
        return self.record.visits[-1] if self.record.visits else None

    @property
    def next_due(self) -> int | None:
        """The next moment (minutes since the start of day 0) at which a task falls due if nothing is heard."""
        question = self.question.task_due if self.question else None
        silent = self.silence.urgent_due if self.silence.told_on is None else None
        return min((due for due in (question, silent) if due is not None), default=None)
