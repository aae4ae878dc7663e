"""Staff on call in the service: their texts are never a participant's, and no case is ever left without a look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import escalation_step, inbound, outbox, task, timer
from coach.core.model import InboundMessage, Lane, Language, Participant, Status, TimerKind
from coach.core.rota import FIRST, OnCall, Rota, Shift
from coach.jobs import WATCH, drain
from coach.ports import Transaction
from coach.sending import Options
from coach.service import Coach, Done, Refused
from tests.carriers import SilentCarrier
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK

RUTH, ANA, LINE = "+12025550181", "+12025550190", "+12025550100"
MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Stumbling:
    """A transaction in which the first look at the rota fails, and with it the look at the cases."""

    def __init__(self, inner: Transaction) -> None:
        """Nothing has failed yet."""
        self._inner = inner
        self._failed = False

    def rota(self) -> Rota:
        """Fail once."""
        if not self._failed:
            self._failed = True
            raise RuntimeError
        return self._inner.rota()

    def __getattr__(self, name: str) -> Any:
        """Everything else works."""
        return getattr(self._inner, name)


class StumblingStore:
    """A store of such transactions."""

    def __init__(self, inner: SqlStore) -> None:
        """Over a real one."""
        self._inner = inner

    @contextmanager
    def begin(self) -> Iterator[Stumbling]:
        """Open one."""
        with self._inner.begin() as tx:
            yield Stumbling(tx)

    def __getattr__(self, name: str) -> Any:
        """Everything else works."""
        return getattr(self._inner, name)


@dataclass
class Practice:
    """A coach, its clock, and its tables."""

    coach: Coach
    clock: StoppedClock
    engine: Engine
    texts: int = 0

    def text(self, body: str, sender: str = RUTH) -> None:
        """Receive a text."""
        self.texts += 1
        message = InboundMessage(f"SM-in-{self.texts}", sender, LINE, body, self.clock())
        self.coach.receive(message, {"Body": body})

    def rows(self, statement: str) -> list[dict[str, object]]:
        """All rows of a table by name, in order."""
        table = {t.name: t for t in (escalation_step, inbound, outbox, task, timer)}[statement]
        with self.engine.begin() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]

    def looks(self) -> list[dict[str, object]]:
        """Timers of cases that are still to fire."""
        return [row for row in self.rows("timer") if row["kind"] == TimerKind.CASE and row["state"] == "pending"]


@pytest.fixture
def practice(engine: Engine, store: SqlStore) -> Iterator[Practice]:
    """Ruth takes part and Ana is on call."""
    clock = StoppedClock(MORNING)
    coach = Coach(store, SilentCarrier(), HANDBOOK, clock, Options(segments_per_second=100, senders=2))
    ruth = Participant(0, RUTH, Status.ACTIVE, Language.EN, "US", name="Ruth Ames", zone="America/New_York")
    with store.begin() as tx:
        tx.enrol(ruth, clock())
    added = coach.rostering.add(OnCall(0, "ana", "Ana Ruiz", ANA, Language.EN, "America/New_York"), "admin")
    assert isinstance(added, Done)
    yield Practice(coach, clock, engine)
    coach.close()


@pytest.mark.parametrize("body", ["ACK 4821", "STOP", "I can't breathe", "LEGS", "hello"])
def test_a_text_of_staff_is_never_taken_for_a_participants(practice: Practice, body: str) -> None:
    """No case, no consent, no welcome, no new standing; it is kept under their own number."""
    practice.text(body, ANA)
    (row,) = practice.rows("inbound")
    with practice.coach.store.begin() as tx:
        ana = tx.conversation_of_number(ANA, "US", practice.clock())
    assert ana.participant.status is Status.ON_CALL
    assert (row["participant_id"], row["decided_at"]) == (ana.participant.id, practice.clock())
    assert (ana.escalations, ana.observations, ana.check_ins) == ((), (), ())
    assert practice.rows("task") == []


def test_a_number_on_call_cannot_be_enrolled(practice: Practice) -> None:
    """Nor the other way about."""
    ana = Participant(0, ANA, Status.STRANGER, Language.EN, "US")
    assert isinstance(practice.coach.enrol(ana, "admin"), Refused)
    ruth = OnCall(0, "ruth", "Ruth", RUTH, Language.EN, "America/New_York")
    assert isinstance(practice.coach.rostering.add(ruth, "admin"), Refused)


def test_a_look_that_fails_is_tried_again_for_ever_and_everybody_is_paged(practice: Practice, store: SqlStore) -> None:
    """Never parked; the page is made from the case alone, and not again each minute."""
    practice.text("I can't breathe")
    broken = Coach(StumblingStore(store), SilentCarrier(), HANDBOOK, practice.clock)  # type: ignore[arg-type]  # delegates
    for _ in range(12):
        broken.fire_due()
        assert len(practice.looks()) == 1
        practice.clock.advance(MINUTE)
    broken.close()
    pages = [row for row in practice.rows("outbox") if row["lane"] == Lane.PAGE]
    assert [row["created_at"] for row in pages] == [MORNING + n * MINUTE for n in (0, 5, 10)]
    assert all(str(row["body"]).startswith("EMERGENCY case, R. A.") for row in pages)
    assert not any("Ruth" in str(row["body"]) or "breath" in str(row["body"]) for row in pages)
    assert [row for row in practice.rows("task") if row["kind"] == "parked_timer"] == []
    assert [row["step"] for row in practice.rows("escalation_step")].count("paged") == 3


def test_a_case_without_a_look_gets_one(practice: Practice) -> None:
    """Cases of an older version of the program, and any whose timer was lost."""
    practice.text("I can't breathe")
    practice.coach.fire_due()
    with practice.engine.begin() as connection:
        connection.execute(update(timer).values(state="cancelled"))
    for _ in range(2):
        drain(WATCH, practice.coach)
        assert len(practice.looks()) == 1


@pytest.mark.parametrize(("calls", "promises"), [(False, []), (True, ["follow_up.staffed"])])
def test_who_can_be_reached_by_no_way_is_not_told_of_as_staff(
    practice: Practice, store: SqlStore, *, calls: bool, promises: list[str]
) -> None:
    """Ana is on duty and takes no texts: Ruth hears that staff look after her only while Ana can be called."""
    with store.begin() as tx:
        ana = tx.rota().named("ana")
        assert ana is not None
        tx.change_on_call(replace(ana, texts=False, calls=calls), "admin", practice.clock())
    hours = Shift(0, ana.id, FIRST, frozenset(range(7)), time(0), time(0), date(2026, 1, 1))
    assert isinstance(practice.coach.rostering.add_shift(hours, "admin"), Done)
    practice.text("I want to die")
    practice.coach.fire_due()
    staffed = [row["template"] for row in practice.rows("outbox") if row["template"] == "follow_up.staffed"]
    assert staffed == promises


def test_staff_take_a_case_once_and_may_reach_close_and_open_it(practice: Practice) -> None:
    """By its number, each step in the trail under their name."""
    practice.text("I can't breathe")
    coach = practice.coach
    assert coach.acknowledge(1, "ana") == Done(1)
    assert coach.acknowledge(1, "ben") == Refused("ana has already taken this case.")
    assert coach.acknowledge(9, "ben") == Refused("There is no such case.")
    assert isinstance(coach.pass_on(1, "ben"), Refused)
    assert coach.pass_on(1, "ana") == Done(1)
    assert coach.contacted(1, "ben", "calm") == Done(1)
    assert coach.close_case(1, "ben", "admitted", "") == Done(1)
    assert coach.reopen_case(1, "ben", "sent home again") == Done(1)
    by_staff = [(row["step"], row["staff"]) for row in practice.rows("escalation_step") if row["staff"]]
    assert by_staff == [
        ("acknowledged", "ana"),
        ("passed", "ana"),
        ("contacted", "ben"),
        ("closed", "ben"),
        ("reopened", "ben"),
    ]


def test_a_case_may_be_taken_over_once_the_person_was_not_reached_in_time(practice: Practice) -> None:
    """The time is that of the policy."""
    practice.text("I can't breathe")
    practice.coach.acknowledge(1, "ana")
    practice.clock.advance(15 * MINUTE)
    assert isinstance(practice.coach.acknowledge(1, "ben"), Refused)
    practice.clock.advance(MINUTE)
    assert practice.coach.acknowledge(1, "ben") == Done(1)
