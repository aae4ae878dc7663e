"""An answer about stairs as the service keeps it: the case, the text, and a correction by text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import escalation, escalation_step, outbox
from coach.core.conversation import Moment
from coach.core.conversation.timetable import begin
from coach.core.model import InboundMessage, Language, OutboundMessage, Participant, Profile, Status
from coach.jobs import PLAN, drain
from coach.ports import Cause, Outcome, SendResult
from coach.sending import Options
from coach.service import Coach
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK

RUTH, LINE = "+12025550181", "+12025550100"
SUNDAY_OF_WEEK_3 = datetime(2026, 3, 22, 20, 29, tzinfo=UTC)  # 16:29 in New York, in summer time


class SilentCarrier:
    """Takes whatever comes."""

    def send(self, message: OutboundMessage) -> SendResult:
        """Accept a text."""
        return SendResult(Outcome.ACCEPTED, f"SM{message.outbox_id}", "queued")

    def call(self, message: OutboundMessage) -> SendResult:
        """Accept a call."""
        return self.send(message)

    def find(self, message: OutboundMessage, since: datetime) -> tuple[str, ...]:
        """Nothing is in doubt."""
        del message, since
        return ()


@dataclass
class Practice:
    """A coach, its clock, and its tables."""

    coach: Coach
    clock: StoppedClock
    engine: Engine
    texts: int = 0

    def text(self, *bodies: str) -> None:
        """Receive texts from Ruth, a minute apart."""
        for body in bodies:
            self.texts += 1
            self.clock.advance(timedelta(minutes=1))
            message = InboundMessage(f"SM-in-{self.texts}", RUTH, LINE, body, self.clock())
            self.coach.receive(message, {"Body": body})

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """All rows of a table, in order."""
        with self.engine.begin() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]

    def templates(self) -> list[str]:
        """What was queued for Ruth, in order."""
        return [row["template"] for row in self.rows(outbox) if row["recipient"] == RUTH]


@pytest.fixture
def practice(engine: Engine, store: SqlStore) -> Iterator[Practice]:
    """Ruth takes part since 2 March, and Sunday's first question has just come."""
    clock = StoppedClock(SUNDAY_OF_WEEK_3)
    coach = Coach(store, SilentCarrier(), HANDBOOK, clock, Options(segments_per_second=100, senders=2))
    person = Participant(
        0,
        RUTH,
        Status.ACTIVE,
        Language.EN,
        "US",
        zone="America/New_York",
        enrolled_on=date(2026, 3, 2),
        profile=Profile(age=72, sex="f", fluid_limit=False),
    )
    with store.begin() as tx:
        known = tx.conversation(tx.enrol(person, clock()), clock())
        tx.record(known, begin(Moment(known, HANDBOOK, clock()), known.participant), Cause(staff="ana"), clock())
    clock.advance(timedelta(minutes=2))
    drain(PLAN, coach)
    yield Practice(coach, clock, engine)
    coach.close()


def test_an_answer_that_stairs_are_impossible_opens_an_urgent_case(practice: Practice) -> None:
    """Trend, falls, stairs: the third answer is “cannot”. The case says why, and Ruth is told to get care today."""
    practice.text("2", "0", "3 cannot")
    (case,) = practice.rows(escalation)
    assert (case["level"], case["rules"], case["state"]) == ("urgent", ["stairs"], "raised")
    assert case["because"] == "Stairs are newly impossible."
    assert "Stairs are newly impossible." in case["explanation"]["because"]
    assert practice.templates()[-1] == "escalation.urgent"
    told = [row["note"] for row in practice.rows(escalation_step) if row["step"] == "told"]
    assert told == ["escalation.urgent"]


def test_a_corrected_answer_is_in_the_trail_and_the_case_stays_open(practice: Practice) -> None:
    """Ruth pressed the wrong key; staff decide what becomes of the case."""
    practice.text("2", "0", "3", "sorry, I meant 2")
    (case,) = practice.rows(escalation)
    assert case["state"] == "raised"
    answered = [row["note"] for row in practice.rows(escalation_step) if row["step"] == "answered"]
    assert answered == ["gave another answer: stairs 2"]
    assert practice.templates()[-1] == "function.corrected"


def test_a_correction_to_cannot_opens_the_case(practice: Practice) -> None:
    """While the next question of the set is open already."""
    practice.text("2", "0", "1", "I meant 3")
    (case,) = practice.rows(escalation)
    assert (case["level"], case["rules"]) == ("urgent", ["stairs"])


def test_why_tells_of_the_stairs(practice: Practice) -> None:
    """From the tables, as for any case."""
    practice.text("2", "0", "3", "WHY")
    answer = practice.rows(outbox)[-1]
    assert answer["template"] == "why.urgent"
    assert "stairs that got harder" in answer["body"]
