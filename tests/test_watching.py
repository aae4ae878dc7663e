"""The watch over the program: whatever stops is noticed by what still runs, and somebody hears of it."""

from __future__ import annotations

import time as real_time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, Table, delete, select, update

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import alarm, attempt, outbox, task, timer
from coach.clockwork.embedded import Lookout, Ticker
from coach.core.events import Event, MessageQueued, PageQueued
from coach.core.failures import FailureClass
from coach.core.model import Channel, InboundMessage, Lane, Language, OutboundMessage, Participant, Status
from coach.core.rota import BACKUP, FIRST, OnCall, Shift
from coach.jobs import CATCH_UP, DISPATCH, PLAN, RECONCILE, RECOVER, REPLAY, WATCH, drain
from coach.ports import Cause, Outcome, SendResult
from coach.sending import Options
from coach.service import Coach, Done
from coach.watching import AlarmKind
from tests.carriers import NoCallsUnderWay
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK

ANA, BEN, ROSA = "+12025550190", "+12025550191", "+12025550142"
MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ALWAYS = frozenset(range(7))
ALL_JOBS = (PLAN, DISPATCH, RECOVER, RECONCILE, REPLAY, CATCH_UP, WATCH)


@dataclass
class Line(NoCallsUnderWay):
    """A carrier that keeps what it was given, and refuses some numbers."""

    texts: list[OutboundMessage] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    refuses: SendResult | None = None  # every text
    calls: list[OutboundMessage] = field(default_factory=list)

    def send(self, message: OutboundMessage) -> SendResult:
        """Take a text, unless the number is refused, or ours."""
        if self.refuses is not None:
            return self.refuses
        if message.recipient in self.refused:
            return SendResult(Outcome.REJECTED, code=30006)
        self.texts.append(message)
        return SendResult(Outcome.ACCEPTED, f"SM{message.attempt_id}", "delivered")

    def call(self, message: OutboundMessage) -> SendResult:
        """Take a call."""
        self.calls.append(message)
        return SendResult(Outcome.ACCEPTED, f"CA{message.attempt_id}", "queued")

    def find(self, message: OutboundMessage, since: datetime) -> tuple[str, ...]:
        """Nothing is in doubt."""
        del message, since
        return ()


@dataclass
class Pulse:
    """What the watcher outside would hear."""

    beats: list[bool] = field(default_factory=list)

    def beat(self, *, well: bool) -> None:
        """Keep it."""
        self.beats.append(well)


@dataclass
class Practice:
    """One database, seen by the process that does the work and by the one that only serves the web."""

    clock: StoppedClock
    engine: Engine
    store: SqlStore
    line: Line = field(default_factory=Line)
    pulse: Pulse = field(default_factory=Pulse)

    def __post_init__(self) -> None:
        """Both processes run."""
        self.worker, self.web = self.process(), self.process()

    def process(self, handbook: Any = HANDBOOK) -> Coach:
        """A coach of its own on the same tables."""
        options = Options(segments_per_second=100, senders=2)
        return Coach(
            self.store,
            self.line,
            handbook,
            self.clock,
            options,
            heartbeat=self.pulse,
            elapsed=lambda: self.clock().timestamp(),
        )

    def lives(self, minutes: float, working: Callable[[str], bool] = lambda _job: True) -> None:
        """Let time pass in steps of half a minute; each living job of the worker does its work, and the web looks."""
        ticker, lookout = Ticker(self.worker, timedelta(0)), Ticker(self.web, timedelta(0))
        for _ in range(int(minutes * 2)):
            self.clock.advance(seconds=30)
            for job in ALL_JOBS:
                if working(job.name):
                    ticker.tick(job)
            lookout.tick(WATCH)

    def alarms(self) -> list[str]:
        """The keys of those that are open."""
        return [one.key for one in self.store.open_alarms()]

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """All rows in order."""
        with self.engine.begin() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]

    def pages(self, phone: str = ANA) -> list[str]:
        """The templates of the alarm pages to a number, in order."""
        sent = [row for row in self.rows(outbox) if row["lane"] == Lane.PAGE and row["recipient"] == phone]
        return [row["template"] for row in sent if row["template"].startswith("alarm.")]

    def enrol(self, **facts: Any) -> int:
        """Rosa takes part."""
        rosa = Participant(0, ROSA, Status.ACTIVE, Language.EN, "US", name="Rosa Diaz", zone="UTC", **facts)
        with self.store.begin() as tx:
            return tx.enrol(rosa, self.clock())

    def adds(self, handle: str, phone: str, **facts: Any) -> int:
        """Somebody is on call from now on."""
        done = self.worker.rostering.add(OnCall(0, handle, handle.title(), phone, Language.EN, "UTC", **facts), "admin")
        assert isinstance(done, Done)
        assert done.id is not None
        return done.id

    def shift(self, person: int, layer: int, start: time = time(0), end: time = time(0)) -> None:
        """They are on duty every day."""
        with self.store.begin() as tx:
            tx.add_shift(Shift(0, person, layer, ALWAYS, start, end, date(2026, 11, 1)), "admin", self.clock())

    def sql(self, statement: Any) -> None:
        """Something that happened to the tables."""
        with self.engine.begin() as connection:
            connection.execute(statement)


class _Blind:
    """A store that cannot say what waits."""

    def __init__(self, inner: SqlStore) -> None:
        """Over a real one."""
        self._inner = inner

    def oldest_due(self, now: datetime) -> float:
        """Fail."""
        raise RuntimeError(now)

    def __getattr__(self, name: str) -> Any:
        """Everything else works."""
        return getattr(self._inner, name)


_TEXTS = count(1)


def _text(body: str, at: datetime) -> InboundMessage:
    return InboundMessage(f"SM-in-{next(_TEXTS)}", ROSA, "+12025550100", body, at)


def _queue(practice: Practice, person: int, event: Event) -> None:
    with practice.store.begin() as tx:
        tx.record(tx.conversation(person, practice.clock()), (event,), Cause(), practice.clock())


def _page(practice: Practice, person: int, phone: str) -> None:
    until = practice.clock() + timedelta(hours=1)
    _queue(practice, person, PageQueued(person, phone, Channel.SMS, "page.new", "A case.", until, "a case is open"))


@pytest.fixture
def practice(sqlite_engine: Engine) -> Iterator[Practice]:
    """Ana is on duty at every hour and looks after the program; Ben is the backup."""
    made = Practice(StoppedClock(MONDAY), sqlite_engine, SqlStore(sqlite_engine))
    made.shift(made.adds("ana", ANA, operator=True), FIRST)
    made.shift(made.adds("ben", BEN), BACKUP)
    yield made
    made.worker.close()
    made.web.close()


def test_while_all_is_well_there_is_no_alarm_and_the_heart_beats(practice: Practice) -> None:
    """Nobody is paged."""
    practice.lives(10)
    assert practice.alarms() == []
    assert practice.pages() == practice.pages(BEN) == []
    assert all(practice.pulse.beats)
    assert len(practice.pulse.beats) == 40


def test_a_killed_worker_is_noticed_by_the_web_process_within_three_minutes(practice: Practice) -> None:
    """It opens the alarm, sends the page itself, and the heart stops."""
    practice.lives(5)
    practice.line.texts.clear()
    practice.lives(3, working=lambda _job: False)
    assert {"job/plan", "job/dispatch"} <= set(practice.alarms())
    assert [text.recipient for text in practice.line.texts] == [ANA]
    assert "part of the program has stopped" in practice.line.texts[0].body
    assert practice.pulse.beats[-1] is False


def test_the_web_process_does_the_work_of_a_killed_worker_meanwhile(practice: Practice) -> None:
    """So a person who writes of an emergency is answered, and the alarm does not end by that help."""
    practice.enrol()
    practice.lives(3)
    practice.lives(3, working=lambda _job: False)
    with practice.store.begin() as tx:
        known = tx.conversation_of_number(ROSA, "US", practice.clock())
    practice.web.store.keep_inbound(_text("I can't breathe", practice.clock()), {})
    practice.lives(1, working=lambda _job: False)
    assert known.escalations == ()
    assert any(text.recipient == ROSA and "911" in text.body for text in practice.line.texts)
    assert "job/plan" in practice.alarms()


@pytest.mark.parametrize("job", [job.name for job in ALL_JOBS if job is not WATCH])
def test_each_job_that_stops_is_noticed(practice: Practice, job: str) -> None:
    """Also when all others go on."""
    practice.lives(2)
    practice.lives(3, working=lambda name: name != job)
    assert practice.alarms() == [f"job/{job}"]
    assert practice.pages() == ["alarm.late_job"]


def test_the_alarm_ends_when_the_job_works_again(practice: Practice) -> None:
    """And the heart beats again."""
    practice.lives(4, working=lambda _job: False)
    assert practice.alarms()
    practice.lives(1)
    assert practice.alarms() == []
    assert practice.pulse.beats[-1] is True


def test_a_process_that_has_just_started_ends_no_alarm_of_another(practice: Practice) -> None:
    """It has not watched long enough to know, but the job has not worked since."""
    practice.lives(4, working=lambda name: name != "plan")
    fresh = practice.process()
    fresh.watch()
    assert practice.alarms() == ["job/plan"]
    fresh.close()


def test_a_leap_of_the_clock_is_no_late_job(practice: Practice) -> None:
    """What waits is measured by the watch's own time: wall clocks are set, and machines sleep."""
    steady, seconds = practice.process(), StoppedClock()
    steady.elapsed = lambda: seconds().timestamp()
    steady.__post_init__()
    for job in ALL_JOBS:
        practice.worker.mark(job.name)
    steady.watch()
    practice.clock.advance(hours=18)
    seconds.advance(seconds=30)
    steady.watch()
    assert [key for key in practice.alarms() if key.startswith("job/")] == []
    steady.close()


def test_a_job_that_fails_every_time_is_late_and_its_error_is_named(practice: Practice) -> None:
    """By its kind; its words may hold what was received."""
    practice.lives(1)
    for _ in range(6):
        practice.clock.advance(seconds=30)
        practice.worker.mark("plan", "OperationalError", "worker")
        practice.web.watch()
    (plan,) = [one for one in practice.store.open_alarms() if one.key == "job/plan"]
    assert "fails with OperationalError" in plan.because


def test_operators_are_paged_every_hour_until_somebody_sees_to_it(practice: Practice) -> None:
    """Ben is no operator and hears nothing."""
    practice.lives(125, working=lambda name: name != "reconcile")
    assert practice.pages() == ["alarm.late_job"] * 3
    (late,) = practice.store.open_alarms()
    practice.store.see_alarm(late.id, "ana", practice.clock())
    practice.lives(70, working=lambda name: name != "reconcile")
    assert practice.pages() == ["alarm.late_job"] * 3
    assert practice.pages(BEN) == []
    assert practice.alarms() == ["job/reconcile"]


def test_an_alarm_somebody_sees_to_lets_the_heart_beat(practice: Practice) -> None:
    """Otherwise nobody outside would notice that the whole program dies in the meantime."""
    practice.lives(4, working=lambda name: name != "reconcile")
    assert practice.pulse.beats[-1] is False
    (late,) = practice.store.open_alarms()
    practice.store.see_alarm(late.id, "ana", practice.clock())
    practice.lives(1, working=lambda name: name != "reconcile")
    assert practice.pulse.beats[-1] is True


def test_two_processes_page_once(practice: Practice) -> None:
    """Each reads what the other has sent, under the lock of that number."""
    practice.lives(3, working=lambda name: name in {"watch", "plan"})
    practice.worker.watch()
    practice.web.watch()
    assert practice.pages() == ["alarm.late_job"]


def test_work_that_waits_is_an_alarm_after_a_minute_of_it(practice: Practice) -> None:
    """The senders run, but the carrier's line is shut, say."""
    person = practice.enrol()
    _queue(practice, person, MessageQueued("ack.noted", "Noted.", Lane.REPLY, MONDAY + timedelta(hours=9), "wrote"))
    practice.sql(update(outbox).values(not_before=MONDAY - timedelta(minutes=3)))
    practice.web.watch()
    assert practice.alarms() == []
    practice.clock.advance(minutes=1)
    practice.web.watch()
    assert practice.alarms() == ["backlog"]


def test_a_case_that_lost_its_next_look_gets_it_back_and_somebody_hears_of_it(practice: Practice) -> None:
    """Once: with the look the alarm is over."""
    practice.enrol()
    practice.worker.receive(_text("I can't breathe", practice.clock()), {})
    practice.sql(delete(timer))
    practice.web.watch()
    assert practice.store.cases_without_wakeup(10) == []
    assert practice.alarms() == ["lost_wakeup"]
    assert practice.pages() == ["alarm.lost_wakeup"]
    practice.web.watch()
    assert practice.alarms() == []


def test_a_person_nobody_writes_to_is_work_for_a_coordinator_and_an_alarm(practice: Practice) -> None:
    """One task for it, not one at each look; both end when they are heard or written to."""
    person = practice.enrol(enrolled_on=date(2026, 11, 20))
    practice.clock.advance(days=7)
    practice.lives(5)
    assert practice.alarms() == [f"contact/{person}"]
    assert [(row["kind"], row["participant_id"]) for row in practice.rows(task)] == [("no_contact", person)]
    assert practice.pages() == ["alarm.no_contact"]
    practice.worker.receive(_text("5", practice.clock()), {})
    practice.lives(1)
    assert practice.alarms() == []


def test_a_rota_with_a_gap_is_an_alarm(practice: Practice) -> None:
    """With its first fault; by day, while somebody is on duty at all."""
    practice.sql(delete(alarm))
    with practice.store.begin() as tx:
        tx.end_shift(2, "admin", practice.clock())
    practice.web.watch()
    (found,) = practice.store.open_alarms()
    assert (found.kind, found.because) == (AlarmKind.ROTA, "There is no backup for when those on duty do not answer.")
    assert practice.pages() == ["alarm.rota"]


def test_a_fault_of_the_rota_waits_for_the_morning_unless_nobody_is_on_duty(practice: Practice) -> None:
    """Ana is not woken for a shift that will be missing next week; she is when this very hour has nobody."""
    practice.clock.set(MONDAY.replace(hour=3))
    with practice.store.begin() as tx:
        tx.end_shift(2, "admin", practice.clock())
    practice.web.watch()
    assert (practice.alarms(), practice.pages()) == (["rota"], [])
    with practice.store.begin() as tx:
        tx.end_shift(1, "admin", practice.clock())
    practice.web.watch()
    assert practice.pages() == ["alarm.rota"]


def test_without_anybody_on_call_nothing_beats(sqlite_engine: Engine) -> None:
    """Nobody can be paged, so the watcher outside is the only one who may tell."""
    practice = Practice(StoppedClock(MONDAY), sqlite_engine, SqlStore(sqlite_engine))
    practice.lives(1)
    assert practice.alarms() == ["rota"]
    assert not any(practice.pulse.beats)
    practice.worker.close()
    practice.web.close()


def test_a_number_on_call_that_takes_no_pages_is_an_alarm_until_one_arrives(practice: Practice) -> None:
    """Ben's number is dead; Ana, who looks after the program, hears of it."""
    practice.line.refused.add(BEN)
    ben = 2
    _page(practice, ben, BEN)
    practice.lives(1)
    assert practice.alarms() == [f"number/{ben}"]
    assert practice.pages() == ["alarm.dead_number"]
    practice.line.refused.clear()
    _page(practice, ben, BEN)
    practice.lives(0.5)
    practice.sql(update(attempt).where(attempt.c.outcome == Outcome.ACCEPTED).values(status="delivered"))
    practice.lives(0.5)
    assert practice.alarms() == []


def test_operators_who_take_no_texts_leave_it_to_everybody_else(practice: Practice) -> None:
    """Somebody must read it."""
    with practice.store.begin() as tx:
        ana = tx.rota().named("ana")
        assert ana is not None
        tx.change_on_call(replace(ana, texts=False), "admin", MONDAY)
    practice.lives(3, working=lambda name: name != "recover")
    assert (practice.pages(ANA), practice.pages(BEN)) == ([], ["alarm.late_job"])


def test_a_check_that_fails_is_an_alarm_itself_and_hinders_no_other(practice: Practice) -> None:
    """Whatever it is: what cannot be looked at is not well."""
    practice.web.store = _Blind(practice.store)
    practice.web.__post_init__()
    practice.lives(3, working=lambda name: name != "recover")
    assert sorted(practice.alarms()) == ["check/backlog", "job/recover"]


def test_a_lookout_looks_until_it_is_closed(practice: Practice) -> None:
    """In a thread of its own, as the web process runs it."""
    lookout = Lookout(practice.web, timedelta(milliseconds=5))
    lookout.start()
    for _ in range(1000):
        if len(practice.store.jobs_marked()) > 0:
            break
        real_time.sleep(0.01)
    lookout.close()
    beats = len(practice.pulse.beats)
    real_time.sleep(0.05)
    assert 0 < beats == len(practice.pulse.beats)
    assert [mark.name for mark in practice.store.jobs_marked()] == ["watch"]


def test_the_watch_of_a_quiet_practice_finds_no_work(practice: Practice) -> None:
    """The job counts the alarms that are open."""
    assert drain(WATCH, practice.web) == 0


def test_operators_are_paged_while_open_cases_have_times_still_to_come(practice: Practice) -> None:
    """The clock was set back, so the next page about them waits; when its time has come again the alarm ends."""
    practice.enrol()
    practice.web.receive(_text("I can't breathe", practice.clock()), {})
    practice.lives(1)
    practice.clock.advance(hours=-2)
    practice.lives(2)
    assert "clock" in practice.alarms()
    assert "alarm.clock_set_back" in practice.pages()
    practice.clock.advance(hours=2)
    practice.lives(1)
    assert "clock" not in practice.alarms()


# What the carrier refuses us as a whole -------------------------------------------------------------------------------


def _lesson(practice: Practice, person: int) -> None:
    until = practice.clock() + timedelta(hours=8)
    _queue(practice, person, MessageQueued("legs.today", "How are your legs?", Lane.PROMPT, until, "the programme"))


def test_operators_are_called_about_a_line_for_texts_that_stopped(practice: Practice) -> None:
    """By text they would never hear of it."""
    practice.line.refuses = SendResult(Outcome.REJECTED, code=30034, failure=FailureClass.LINE)
    _lesson(practice, practice.enrol())
    practice.lives(6)
    assert [key.split(":")[0] for key in practice.alarms()] == ["line/sms"], "and no worker is looked for"
    assert practice.pages() == ["alarm.line_stopped"]
    assert [call.recipient for call in practice.line.calls] == [ANA]
    assert "refuses our number" in practice.line.calls[0].body


def test_the_alarm_ends_when_somebody_says_that_the_line_works_again(practice: Practice) -> None:
    """And what waited leaves."""
    practice.line.refuses = SendResult(Outcome.REJECTED, code=30034, failure=FailureClass.LINE)
    _lesson(practice, practice.enrol())
    practice.lives(3)
    practice.line.refuses = None
    (stopped,) = practice.store.stopped_lines()
    assert practice.store.resume_line(stopped.name)
    practice.lives(2)
    assert practice.alarms() == []
    assert [text.body for text in practice.line.texts] == ["How are your legs?"]


def test_operators_are_paged_about_an_account_that_is_refused_until_it_is_not(practice: Practice) -> None:
    """Pages are tried all the while: they must arrive."""
    practice.line.refuses = SendResult(Outcome.REJECTED, code=20003, failure=FailureClass.ACCOUNT)
    _lesson(practice, practice.enrol())
    practice.lives(3)
    assert "account" in practice.alarms()
    assert practice.pages()[0] == "alarm.account_refused"
    practice.line.refuses = None
    practice.lives(8)
    assert "account" not in practice.alarms()
    assert {text.recipient for text in practice.line.texts} >= {ANA, ROSA}
