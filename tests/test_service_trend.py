"""What time decides by the rules on scores, kept in the tables: one task whatever becomes of the timer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select, update

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import escalation, escalation_step, outbox, task, timer
from coach.core.model import InboundMessage, Language, Participant, Status, TimerKind
from coach.jobs import PLAN, drain
from coach.sending import Options
from coach.service import Coach
from tests.carriers import SilentCarrier
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK

RUTH, LINE = "+12025550181", "+12025550100"
AFTERNOON = datetime(2026, 3, 2, 21, 40, tzinfo=UTC)  # 16:40 in New York
DAY = timedelta(days=1)


@dataclass
class Practice:
    """A coach, its clock, and its tables."""

    coach: Coach
    clock: StoppedClock
    engine: Engine
    texts: int = 0

    def text(self, body: str) -> None:
        """Receive a text from Ruth."""
        self.texts += 1
        message = InboundMessage(f"SM-in-{self.texts}", RUTH, LINE, body, self.clock())
        self.coach.receive(message, {"Body": body})

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """All rows of a table, in order."""
        with self.engine.begin() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]

    def tasks(self, kind: str) -> list[dict[str, Any]]:
        """The tasks of a kind."""
        return [row for row in self.rows(task) if row["kind"] == kind]

    def again(self, kind: TimerKind) -> None:
        """Make timers that have fired wait again, as a restored database would."""
        with self.engine.begin() as connection:
            connection.execute(update(timer).where(timer.c.kind == kind).values(state="pending"))


@pytest.fixture
def practice(engine: Engine, store: SqlStore) -> Iterator[Practice]:
    """Ruth takes part since 2 March."""
    clock = StoppedClock(AFTERNOON)
    coach = Coach(store, SilentCarrier(), HANDBOOK, clock, Options(segments_per_second=100, senders=2))
    ruth = Participant(0, RUTH, Status.ACTIVE, Language.EN, "US", zone="America/New_York", enrolled_on=date(2026, 3, 2))
    with store.begin() as tx:
        tx.enrol(ruth, clock())
    yield Practice(coach, clock, engine)
    coach.close()


def jumped(practice: Practice) -> None:
    """Six days of 2 or 3, then a jump that is asked about, and no answer."""
    for score in "223222":
        practice.text(f"my score is {score}")
        practice.clock.advance(DAY)
    practice.clock.set(datetime(2026, 3, 8, 20, 40, tzinfo=UTC))  # summer time began that day
    practice.text("my score is 6")


def test_a_question_without_an_answer_is_one_task_however_often_its_timer_comes(practice: Practice) -> None:
    """After four waking hours, with its explanation; the doubled timer finds the key taken."""
    jumped(practice)
    practice.clock.set(datetime(2026, 3, 9, 13, 40, tzinfo=UTC))
    drain(PLAN, practice.coach)
    assert practice.tasks("J1") == []
    practice.clock.advance(timedelta(minutes=1))
    for _ in range(3):
        drain(PLAN, practice.coach)
        practice.again(TimerKind.TREND)
        practice.clock.advance(timedelta(minutes=1))
    (row,) = practice.tasks("J1")
    assert row["key"] == "trend/J1/2026-03-09"
    assert "Had the question been answered" in str(row["explanation"])


def test_a_case_keeps_its_long_explanation_and_its_short_one(practice: Practice) -> None:
    """The replies used with their dates, the version, and the nearest change that would have kept it silent."""
    jumped(practice)
    practice.clock.advance(timedelta(minutes=20))
    practice.text("2")
    (case,) = practice.rows(escalation)
    assert case["rules"] == ["J1"]
    assert str(case["explanation"]["because"]).startswith(case["because"])
    assert "Sunday 8 March" in case["explanation"]["because"]
    assert "would not have come" in case["explanation"]["because"]


def test_a_held_text_comes_once_and_is_tied_to_its_case(practice: Practice) -> None:
    """The question at once, the urgent text after half an hour; a doubled timer tells nothing more."""
    practice.text("my left leg is weaker than my right")
    for _ in range(3):
        practice.clock.advance(timedelta(minutes=31))
        drain(PLAN, practice.coach)
        practice.again(TimerKind.HELD)
    (case,) = practice.rows(escalation)
    assert (case["level"], case["state"]) == ("urgent", "raised")
    told = [row["note"] for row in practice.rows(escalation_step) if row["step"] == "told"]
    assert told == ["ask_first.onset", "escalation.urgent"]
    texts = {row["template"] for row in practice.rows(outbox) if row["escalation_id"] == case["id"]}
    assert {"ask_first.onset", "escalation.urgent"} <= texts


def test_an_answer_settles_the_case_that_waits(practice: Practice) -> None:
    """Found again in the tables by the moment both were recorded."""
    practice.text("my left leg is weaker than my right")
    practice.clock.advance(timedelta(minutes=5))
    practice.text("3")
    (case,) = practice.rows(escalation)
    assert case["level"] == "routine"
    assert [row["step"] for row in practice.rows(escalation_step)].count("level") == 1


def test_silence_after_an_urgent_message_is_in_the_trail(practice: Practice) -> None:
    """So that whoever has the case is paged."""
    practice.text("my calf is swollen and hot")
    practice.clock.advance(2 * DAY)
    for _ in range(2):
        drain(PLAN, practice.coach)
        practice.again(TimerKind.TREND)
    silent = [row for row in practice.rows(escalation_step) if row["step"] == "silent"]
    assert len([row for row in silent if "12 waking hours" in row["note"]]) == 1
    assert len(practice.tasks("silence-urgent")) == 1
