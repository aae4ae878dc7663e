"""Answers about stairs and daily tasks as the service keeps them: the case, the text, and a correction by text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import escalation, escalation_step, observation, outbox
from coach.core.conversation import Moment
from coach.core.conversation.moment import SCREEN
from coach.core.conversation.timetable import begin
from coach.core.events import CheckInOpened
from coach.core.model import Asked, InboundMessage, Language, OutboundMessage, Participant, Profile, Status
from coach.jobs import PLAN, drain
from coach.ports import Cause, Outcome, SendResult
from coach.sending import Options
from coach.service import Coach
from tests.carriers import NoCallsUnderWay
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK

RUTH, LINE = "+12025550181", "+12025550100"
SUNDAY_OF_WEEK_3 = datetime(2026, 3, 22, 20, 29, tzinfo=UTC)  # 16:29 in New York, in summer time
TUESDAY_OF_WEEK_3 = datetime(2026, 3, 17, 13, 29, tzinfo=UTC)  # 9:29
WEDNESDAY_EVENING = datetime(2026, 3, 18, 20, 31, tzinfo=UTC)
RUTHS = Participant(
    0,
    RUTH,
    Status.ACTIVE,
    Language.EN,
    "US",
    zone="America/New_York",
    enrolled_on=date(2026, 3, 2),
    profile=Profile(age=72, sex="f", fluid_limit=False),
)


class SilentCarrier(NoCallsUnderWay):
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

    def again(self, body: str) -> None:
        """The carrier posts the last text once more."""
        message = InboundMessage(f"SM-in-{self.texts}", RUTH, LINE, body, self.clock())
        self.coach.receive(message, {"Body": body})

    def at(self, moment: datetime) -> None:
        """Let time pass, and what comes due happen."""
        self.clock.set(moment)
        drain(PLAN, self.coach)

    def answers(self) -> list[tuple[str, str, float]]:
        """The answers on daily tasks and their sums, as they are kept: kind, question, value."""
        kept = [row for row in self.rows(observation) if row["kind"].startswith("sarc_f")]
        return [(row["kind"], row["asked"], row["value"]) for row in kept]

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
    with store.begin() as tx:
        known = tx.conversation(tx.enrol(RUTHS, clock()), clock())
        tx.record(known, begin(Moment(known, HANDBOOK, clock()), known.participant), Cause(staff="ana"), clock())
    clock.advance(timedelta(minutes=2))
    drain(PLAN, coach)
    yield Practice(coach, clock, engine)
    coach.close()


@pytest.fixture
def tuesday(engine: Engine, store: SqlStore) -> Iterator[Practice]:
    """The Tuesday before: Ruth has said no to the warning signs and gave a 3, and the first question on tasks came."""
    clock = StoppedClock(TUESDAY_OF_WEEK_3)
    coach = Coach(store, SilentCarrier(), HANDBOOK, clock, Options(segments_per_second=100, senders=2))
    practice = Practice(coach, clock, engine)
    with store.begin() as tx:
        known = tx.conversation(tx.enrol(RUTHS, clock()), clock())
        list_of_signs = CheckInOpened(Asked.RED_FLAG, date(2026, 3, 17), about=SCREEN)
        events = (*begin(Moment(known, HANDBOOK, clock()), known.participant), list_of_signs)
        tx.record(known, events, Cause(staff="ana"), clock())
    practice.text("N", "my legs are a 3")
    practice.at(TUESDAY_OF_WEEK_3 + timedelta(minutes=32))
    yield practice
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


# --- SARC-F ---


def test_five_answers_on_daily_tasks_are_kept_with_their_sum(tuesday: Practice) -> None:
    """Four points or more are a routine case, told in its words, with a note on falls."""
    tuesday.text("1", "0", "2", "1", "1")
    questions = ["sarc_f_carry", "sarc_f_walk", "sarc_f_rise", "sarc_f_climb", "sarc_f_falls"]
    each = [("sarc_f", asked, value) for asked, value in zip(questions, (1, 0, 2, 1, 1), strict=True)]
    assert tuesday.answers() == [*each, ("sarc_f_points", "sarc_f_falls", 5)]
    (case,) = tuesday.rows(escalation)
    assert (case["level"], case["rules"], case["because"]) == ("routine", ["sarc_f"], "SARC-F gives 5 points.")
    asked = [template for template in tuesday.templates() if template.startswith("sarc_f.")]
    assert asked == ["sarc_f.carry", "sarc_f.walk", "sarc_f.rise", "sarc_f.climb", "sarc_f.falls"]
    assert tuesday.templates()[-2:] == ["escalation.routine_sign", "function.fall_risk"]


def test_an_answer_that_the_carrier_posts_twice_counts_once(tuesday: Practice) -> None:
    """Else the second would answer the next question."""
    tuesday.text("1")
    tuesday.again("1")
    assert tuesday.answers() == [("sarc_f", "sarc_f_carry", 1)]


def test_what_was_left_off_goes_on_from_the_tables(tuesday: Practice) -> None:
    """With Wednesday's score; nothing of it was kept in memory."""
    tuesday.text("1", "1")
    tuesday.at(WEDNESDAY_EVENING)
    tuesday.text("3")
    assert tuesday.templates()[-1] == "sarc_f.rise"
    tuesday.text("1", "0", "0")
    assert tuesday.answers()[-1] == ("sarc_f_points", "sarc_f_falls", 3)
    assert tuesday.rows(escalation) == []


def test_a_sum_that_was_taken_back_stays_with_staff(tuesday: Practice) -> None:
    """Both sums are kept; the case is theirs to close."""
    tuesday.text("1", "1", "1", "1", "2", "sorry, I meant 0")
    assert [value for kind, _, value in tuesday.answers() if kind == "sarc_f_points"] == [6, 4]
    answered = [row["note"] for row in tuesday.rows(escalation_step) if row["step"] == "answered"]
    assert answered == ["gave another answer: SARC-F falls 0"]
    assert tuesday.templates()[-1] == "function.corrected"


def test_a_skipped_question_ends_the_run_in_the_tables_too(tuesday: Practice) -> None:
    """It is not taken up with the next score."""
    tuesday.text("1", "skip")
    tuesday.at(WEDNESDAY_EVENING)
    tuesday.text("3")
    assert "sarc_f.rise" not in tuesday.templates()
    assert tuesday.templates().count("sarc_f.walk") == 1
