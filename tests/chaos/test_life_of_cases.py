"""The life of cases under chaos: whatever happens in whatever order, no case is forgotten and no step is lost.

A practice on a real file lives through texts, answers to pages, clicks in the dashboard, refused sends, crashes before
a commit, restarts, leaps of the clock, and processes lost between what they recorded and what they sent. After each
step the tables and the carrier are looked at, not the program.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from coach.adapters.database.engine import open_engine
from coach.adapters.database.migrations import upgrade
from coach.adapters.database.reports import Reports
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import escalation, escalation_step, outbox, task, timer
from coach.core.escalation import page_code
from coach.core.model import (
    EscalationState,
    InboundMessage,
    Lane,
    Language,
    Participant,
    Status,
    TimerKind,
)
from coach.core.rota import BACKUP, FIRST, SECOND, OnCall, Shift
from coach.jobs import DISPATCH, PLAN, RECONCILE, RECOVER, WATCH, Job, drain
from coach.ports import Outcome
from coach.sending import Options
from coach.service import Coach, Done
from tests.chaos.failing import Crash, CrashingStore, Line
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK

LINE = "+12025550100"
RUTH, LUIS = "+12025550181", "+12025550182"
STAFF = {"ana": "+12025550190", "ben": "+12025550191", "cleo": "+12025550192"}
BEGAN = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)  # a Friday; the clocks change on Sunday
ALWAYS = frozenset(range(7))

ALARMING = (
    "I can't breathe",
    "my calf is swollen and hot",
    "I want to die",
    "no puedo mover la pierna",
    "my toes are numb",
)
SAID = (
    *ALARMING, "me siento peor de las piernas", "7", "3", "ok", "yes", "no", "1", "2", "CALLED", "SEEN", "BOOKED",
    "HELP", "WHY", "PAUSE", "RESUME", "wrong number",
)  # fmt: skip
OPTIONS = Options(segments_per_second=1000, senders=1)
JOBS = (RECOVER, RECONCILE, WATCH, PLAN, DISPATCH)
OUTCOMES = tuple(outcome.id for outcome in HANDBOOK.outcomes)
_JUMPS = tuple(timedelta(**given) for given in ({"hours": 2}, {"hours": 14}, {"days": 3}, {"minutes": -10}))


class LifeOfCases(RuleBasedStateMachine):
    """Ruth and Luis take part; Ana and Ben are on duty, Cleo is the backup."""

    template: ClassVar[Path]
    lived: ClassVar[int] = 0  # steps, over all lives
    staff = st.sampled_from(sorted(STAFF))
    nth = st.sampled_from([1, 1, 2, 3, 9])  # most often there is a case of that number

    def __init__(self) -> None:
        """An empty practice on a file of its own."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=self.template.parent)
        self.file = Path(self.folder.name) / "coach.db"
        shutil.copy(self.template, self.file)
        self.clock, self.line = StoppedClock(BEGAN), Line()
        self.texts = 0
        self.cases: frozenset[int] = frozenset()
        self.steps: tuple[tuple[int, int, str], ...] = ()
        self._open()
        self._populate()

    def _open(self) -> None:
        self.engine = open_engine(f"sqlite:///{self.file}")
        self.store = CrashingStore(SqlStore(self.engine))
        self.coach = Coach(
            self.store,
            self.line,
            HANDBOOK,
            self.clock,
            OPTIONS,
            elapsed=lambda: self.clock().timestamp(),
        )

    def _shut(self) -> None:
        self.coach.close()
        self.engine.dispose()

    def _populate(self) -> None:
        with self.store.begin() as tx:
            for phone, name, language in ((RUTH, "Ruth Ames", Language.EN), (LUIS, "Luis Vera", Language.ES)):
                person = Participant(0, phone, Status.ACTIVE, language, "US", name=name, zone="America/New_York")
                tx.enrol(person, self.clock())
        for layer, (handle, phone) in zip((FIRST, SECOND, BACKUP), STAFF.items(), strict=True):
            one = OnCall(0, handle, handle.title(), phone, Language.EN, "America/New_York", operator=handle == "cleo")
            done = self.coach.rostering.add(one, "admin")
            assert isinstance(done, Done)
            with self.store.begin() as tx:
                whole = Shift(0, done.id or 0, layer, ALWAYS, time(0), time(0), date(2026, 3, 1))
                tx.add_shift(whole, "admin", self.clock())

    def _receive(self, sender: str, body: str) -> None:
        """A text comes in a few seconds later, as the webhook gives it to the coach."""
        self.texts += 1
        self.clock.advance(seconds=7)
        message = InboundMessage(f"SM{self.texts:032d}", sender, LINE, body, self.clock())
        self.coach.receive(message, {"Body": body})

    def _tried(self, work: Callable[[], object]) -> None:
        """Something that a crash may end."""
        try:
            work()
        except Crash:
            self.store.crashes = 0

    @initialize(who=st.sampled_from([RUTH, LUIS]), body=st.sampled_from(ALARMING))
    def begin(self, who: str, body: str) -> None:
        """Every life begins with a case."""
        self._receive(who, body)

    # What may happen ------------------------------------------------------------------------------------------------

    @rule(who=st.sampled_from([RUTH, LUIS]), body=st.sampled_from(SAID))
    def text(self, who: str, body: str) -> None:
        """Somebody who takes part writes."""
        self._tried(lambda: self._receive(who, body))

    @rule(who=st.sampled_from([RUTH, LUIS]), word=st.sampled_from(["STOP", "START"]))
    def stop(self, who: str, word: str) -> None:
        """They leave, or come back."""
        self._tried(lambda: self._receive(who, word))

    @rule(who=staff, verb=st.sampled_from(["ACK", "PASS", "SPOKE", "tomo", "paso", "hablé"]), case=st.none() | nth)
    def answer_page(self, who: str, verb: str, case: int | None) -> None:
        """Staff answer a page, with the code of a case that may not exist, or without one."""
        self._tried(lambda: self._receive(STAFF[who], verb if case is None else f"{verb} {page_code(case)}"))

    @rule(who=staff, case=nth)
    def take(self, who: str, case: int) -> None:
        """Staff take a case in the dashboard."""
        self._tried(lambda: self.coach.acknowledge(case, who))

    @rule(who=staff, case=nth)
    def pass_on(self, who: str, case: int) -> None:
        """Staff give it on there."""
        self._tried(lambda: self.coach.pass_on(case, who))

    @rule(who=staff, case=nth)
    def spoke(self, who: str, case: int) -> None:
        """Staff spoke with the person."""
        self._tried(lambda: self.coach.contacted(case, who, "on the phone"))

    @rule(who=staff, case=nth, outcome=st.sampled_from([*OUTCOMES, "no such outcome"]))
    def close_case(self, who: str, case: int, outcome: str) -> None:
        """Staff close it, with an outcome that may not exist."""
        self._tried(lambda: self.coach.close_case(case, who, outcome, ""))

    @rule(who=staff, case=nth)
    def reopen(self, who: str, case: int) -> None:
        """Staff open it again."""
        self._tried(lambda: self.coach.reopen_case(case, who, "it came back"))

    @rule(minutes=st.sampled_from([0, 1, 5, 11, 25, 65]), job=st.sampled_from(JOBS))
    def tick(self, minutes: int, job: Job) -> None:
        """Time passes and one of the jobs runs; the others are late."""
        self.clock.advance(minutes=minutes)
        self._tried(lambda: drain(job, self.coach, 3))

    @rule(
        outcome=st.sampled_from([Outcome.ACCEPTED, Outcome.REJECTED, Outcome.IN_DOUBT, Outcome.NOT_SENT]),
        remembers=st.booleans(),
    )
    def fail(self, outcome: Outcome, remembers: bool) -> None:  # noqa: FBT001 - Hypothesis gives it by name
        """The carrier changes its mind about what it takes and what it tells."""
        self.line.outcome, self.line.remembers = outcome, remembers

    @rule(crashes=st.integers(1, 3))
    def crash(self, crashes: int) -> None:
        """The next transactions die before their commit."""
        self.store.crashes = crashes

    @rule()
    def restart(self) -> None:
        """Another process opens the same file."""
        self._shut()
        self._open()

    @rule(who=st.sampled_from([RUTH, LUIS]), body=st.sampled_from(ALARMING))
    def lose_before_sending(self, who: str, body: str) -> None:
        """The process is lost with an alarm on record and nothing of it sent; another one begins."""
        self._tried(lambda: self._receive(who, body))
        self._lose()

    @rule(posted=st.integers(0, 3))
    def lose_while_sending(self, posted: int) -> None:
        """The process is lost with messages in hand: the carrier has the first of them, nobody knows which."""
        claimed = self.store.claim_outbox(self.clock(), OPTIONS.batch, OPTIONS.lease, OPTIONS.pace)
        for message in claimed[:posted]:
            self.line.send(message)
        self._lose()

    def _lose(self) -> None:
        """Nothing is tidied up, and nothing of it is used again."""
        self.store.crashes = 0
        self._shut()
        self._open()

    @rule(by=st.sampled_from(_JUMPS))
    def leap(self, by: timedelta) -> None:
        """The machine slept, or its clock was set."""
        self.clock.advance(by)

    @precondition(lambda self: self.cases)
    @rule()
    def calm(self) -> None:
        """All jobs run while nothing fails; then whoever has no owner has been paged or will be."""
        self._nothing_fails()
        self._work()
        self._every_open_case_is_on_the_worklist()

    def _nothing_fails(self) -> None:
        self.store.crashes, self.line.outcome, self.line.remembers = 0, Outcome.ACCEPTED, True

    def _work(self) -> None:
        for job in JOBS:
            drain(job, self.coach, 3)

    # What always holds ----------------------------------------------------------------------------------------------

    @invariant()
    def every_open_case_has_an_owner_or_a_next_look(self) -> None:
        """So somebody has it, or somebody will be paged."""
        looked_at = {row.participant_id for row in self._rows(timer) if _is_a_look(row)}
        forgotten = [
            row.id
            for row in self._rows(escalation)
            if row.state != EscalationState.CLOSED and row.owner is None and row.participant_id not in looked_at
        ]
        assert forgotten == []

    @invariant()
    def every_closed_case_has_an_outcome(self) -> None:
        """And an open one has none."""
        for row in self._rows(escalation):
            assert (row.outcome is not None) == (row.state == EscalationState.CLOSED), row.id

    @invariant()
    def whoever_has_a_case_is_named(self) -> None:
        """A case that somebody took or closed has its owner; one that waits has none."""
        for row in self._rows(escalation):
            assert (row.owner is None) == (row.state == EscalationState.RAISED), row.id

    @invariant()
    def no_case_is_ever_lost(self) -> None:
        """Their number never shrinks."""
        now = frozenset(row.id for row in self._rows(escalation))
        assert self.cases <= now
        self.cases = now

    @invariant()
    def the_trail_only_grows(self) -> None:
        """What is written stays as it was, and what comes is added behind."""
        now = tuple((row.id, row.escalation_id, row.step) for row in self._rows(escalation_step))
        assert now[: len(self.steps)] == self.steps
        self.steps = now

    @invariant()
    def nothing_is_sent_again_that_may_have_arrived(self) -> None:
        """But for what must arrive, and that within its bounds."""
        for outbox_id, times in Counter(message.outbox_id for message in self.line.taken).items():
            lane = next(message.lane for message in self.line.taken if message.outbox_id == outbox_id)
            assert times <= (1 + OPTIONS.blind_repeats if lane.must_arrive else 1), (outbox_id, lane)

    @invariant()
    def every_step_counts(self) -> None:
        """A run says how many there were."""
        LifeOfCases.lived += 1

    def _rows(self, table: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(table).order_by(table.c.id)))

    def teardown(self) -> None:
        """In the end all jobs work for an hour; whoever waits is paged about, and nothing that must arrive is lost."""
        self.calm_down()
        self._what_must_arrive_did_or_somebody_knows()
        self._every_open_case_is_on_the_worklist()
        self._shut()
        self.folder.cleanup()

    def calm_down(self) -> None:
        """An hour in which nothing fails."""
        self._nothing_fails()
        began = self.clock()
        for _ in range(12):
            self.clock.advance(minutes=5)
            self._work()
        drain(DISPATCH, self.coach)
        self._everybody_who_waits_was_paged(began)

    def _everybody_who_waits_was_paged(self, began: datetime) -> None:
        """Emergencies and urgent cases at any hour: nothing else waits less long than this hour."""
        paged = {row.escalation_id for row in self._rows(escalation_step) if row.step == "paged" and row.at >= began}
        waiting = [row for row in self._rows(escalation) if row.state == EscalationState.RAISED]
        assert [row.id for row in waiting if row.level != "routine" and row.id not in paged] == []

    def _every_open_case_is_on_the_worklist(self) -> None:
        """Also a routine one that nobody is paged about at this hour."""
        listed = {case.id for case in Reports(self.engine).worklist(self.clock()).cases}
        assert {row.id for row in self._rows(escalation) if row.state != EscalationState.CLOSED} <= listed

    def _what_must_arrive_did_or_somebody_knows(self) -> None:
        """The carrier has it, or a coordinator has a task, or its case has the step; else the person has left."""
        taken = {message.outbox_id for message in self.line.taken}
        told = {row.outbox_id for row in self._rows(task)}
        told |= {row.outbox_id for row in self._rows(escalation_step) if row.step == "page_failed"}
        for row in (row for row in self._rows(outbox) if Lane(row.lane).must_arrive):
            lost = row.id not in taken | told
            assert not lost or row.state == "cancelled" or _is_no_page_of_a_case(row), (row.id, row.template, row.state)


def _is_no_page_of_a_case(row: Any) -> bool:
    """A word back to staff, which nobody misses."""
    return bool(row.lane == Lane.PAGE and row.escalation_id is None)


def _is_a_look(row: Any) -> bool:
    return bool(row.kind == TimerKind.CASE and row.state == "pending")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> type[LifeOfCases]:
    """The machine with a migrated file to begin from."""
    template = tmp_path_factory.mktemp("life") / "template.db"
    upgrade(f"sqlite:///{template}")
    LifeOfCases.template = template
    return LifeOfCases


_RELAXED = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


def test_no_case_is_forgotten_whatever_happens(machine: type[LifeOfCases]) -> None:
    """A few lives, the same each time."""
    few = settings(_RELAXED, max_examples=8, stateful_step_count=25, derandomize=True, database=None)
    run_state_machine_as_test(machine, settings=few)


@pytest.mark.nightly
def test_no_case_is_forgotten_in_fifty_thousand_steps(machine: type[LifeOfCases]) -> None:
    """Many lives, others each time; the steps are counted."""
    many = settings(_RELAXED, max_examples=200, stateful_step_count=50)
    before = machine.lived
    while machine.lived - before < 50_000:
        run_state_machine_as_test(machine, settings=many)
    sys.stderr.write(f"{machine.lived - before} steps\n")
    assert machine.lived - before >= 50_000
