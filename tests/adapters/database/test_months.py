"""On PostgreSQL each month's facts have a table of their own: made ahead of time, found alone, and gone as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier
from threading import Event as Signal

import pytest
from alembic.command import downgrade
from sqlalchemy import Engine, Select, insert, select, text, update
from typer.testing import CliRunner

from coach.adapters.database.engine import open_engine, wait_without_end
from coach.adapters.database.migrations import configuration, upgrade_engine
from coach.adapters.database.months import make_months, months_problem, pieces
from coach.adapters.database.reports import Reports
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import event, participant
from coach.cli.app import app
from coach.core.events import EscalationClosed, EscalationRaised, PromptSkipped, TimerSet
from coach.core.model import Disposition
from coach.ports import Forgotten
from tests.adapters.database.scene import Scene
from tests.clocks import StoppedClock

JUNE = datetime(2031, 6, 15, 15, tzinfo=UTC)
RAISED = EscalationRaised(Disposition.URGENT, ("a",), "b", "c")


@pytest.fixture
def practice(postgres_engine: Engine, postgres_url: str) -> Iterator[Scene]:
    """June 2031: years of which no month has a table yet, and none is left behind."""
    engine = open_engine(postgres_url)
    yield Scene(engine, SqlStore(engine), StoppedClock(JUNE))
    with postgres_engine.begin() as connection:
        for piece in set(pieces(connection)):
            if piece.year > 2030:
                connection.execute(text(f"DROP TABLE {piece.name}"))
    engine.dispose()


def places(scene: Scene) -> list[tuple[str, str]]:
    """In which table each fact lies, in order."""
    where = text("SELECT kind, tableoid::regclass::text FROM event ORDER BY id")
    with scene.engine.begin() as connection:
        return [(kind, place) for kind, place in connection.execute(where)]


def tables(scene: Scene) -> list[str]:
    """The names of the months' tables of these years, in order."""
    with scene.engine.begin() as connection:
        return [piece.name for piece in sorted(pieces(connection)) if piece.year > 2030]


def told(scene: Scene, person: int, at: datetime | None = None) -> None:
    """A fact of each part: a prompt that was held back, and a timer that was set."""
    if at is not None:
        scene.clock.set(at)
    skipped = PromptSkipped("morning", scene.now.date(), "quiet", "It was night.")
    scene.decide(person, skipped, TimerSet("prompt", f"prompt/{scene.now}", scene.now))


def told_before(scene: Scene, person: int, at: datetime) -> None:
    """The same by a program of the time: ours knows more columns of people."""
    facts = [{"participant_id": person, "at": at, "kind": kind, "data": {}} for kind in ("PromptSkipped", "TimerSet")]
    with scene.engine.begin() as connection:
        connection.execute(insert(event), facts)


def read(scene: Scene, statement: Select[int]) -> set[str]:
    """Which tables of facts PostgreSQL means to read for it."""
    asked = statement.compile(scene.engine, compile_kwargs={"literal_binds": True})
    with scene.engine.begin() as connection:
        plan = "\n".join(connection.scalars(text(f"EXPLAIN {asked}")))
    return set(re.findall(r" on (event\w+)", plan))


def test_only_the_facts_are_cut_and_nothing_that_must_be_unique(practice: Scene) -> None:
    """A callback that comes twice is still known by its key: a key of a table cut by month must hold the month."""
    with practice.engine.begin() as connection:
        cut = connection.scalars(text("SELECT partrelid::regclass::text FROM pg_partitioned_table ORDER BY 1")).all()
    assert cut == ["event", "event_record", "event_timers"]
    for _ in range(2):
        practice.callback("an-attempt", "sent", "SM1")
    with practice.engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM status_callback")) == 1


def test_the_months_ahead_are_made_once(practice: Scene) -> None:
    """This one and three more, of the record and of the timers."""
    assert [make_months(practice.engine, JUNE), make_months(practice.engine, JUNE)] == [8, 0]
    months = ("2031_06", "2031_07", "2031_08", "2031_09")
    assert tables(practice) == [f"event_{part}_{month}" for part in ("record", "timers") for month in months]


def test_a_year_ends_in_december(practice: Scene) -> None:
    """And the next month is January."""
    assert make_months(practice.engine, datetime(2031, 12, 31, 23, tzinfo=UTC)) == 8
    assert tables(practice)[:2] == ["event_record_2031_12", "event_record_2032_01"]


def test_a_fact_lies_in_the_month_it_happened_in(practice: Scene) -> None:
    """By UTC, whatever the server calls local."""
    make_months(practice.engine, JUNE)
    person = practice.enrol("Rosa")
    last, first = datetime(2031, 6, 30, 23, 59, 59, 999999, tzinfo=UTC), datetime(2031, 7, 1, tzinfo=UTC)
    for at in (last, first):
        told(practice, person, at)
    assert places(practice) == [
        ("PromptSkipped", "event_record_2031_06"),
        ("TimerSet", "event_timers_2031_06"),
        ("PromptSkipped", "event_record_2031_07"),
        ("TimerSet", "event_timers_2031_07"),
    ]


def test_a_missing_month_loses_nothing(practice: Scene) -> None:
    """Its facts are kept and found; when the month is made, they move there as they are."""
    person = practice.enrol("Rosa")
    told(practice, person)
    assert places(practice) == [("PromptSkipped", "event_record_rest"), ("TimerSet", "event_timers_rest")]
    before = practice.rows(event)
    assert before[0]["participant_id"] == person
    assert make_months(practice.engine, JUNE) == 8
    assert places(practice) == [("PromptSkipped", "event_record_2031_06"), ("TimerSet", "event_timers_2031_06")]
    assert practice.rows(event) == before
    page = Reports(practice.engine).person(person, practice.now)
    assert page is not None
    assert [skipped.slot for skipped in page.skipped] == ["morning"]


def test_facts_too_many_to_move_while_others_work_wait_for_the_command(practice: Scene) -> None:
    """Their month is made when somebody asks for it, the others meanwhile."""
    row = {"participant_id": practice.enrol("Rosa"), "at": JUNE, "kind": "PromptSkipped", "data": {}}
    with practice.engine.begin() as connection:
        connection.execute(insert(event), [row] * 20_001)
    assert make_months(practice.engine, JUNE) == 7
    assert "event_record_2031_06" not in tables(practice)
    assert make_months(practice.engine, JUNE, all_at_once=True) == 1
    assert set(places(practice)) == {("PromptSkipped", "event_record_2031_06")}
    assert len(places(practice)) == 20_001


def test_several_processes_may_make_them_at_once(practice: Scene) -> None:
    """Each month is made once, and nobody stumbles."""
    told(practice, practice.enrol("Rosa"))
    start = Barrier(4)

    def process(_number: int) -> int:
        own = open_engine(practice.engine.url.render_as_string(hide_password=False))
        start.wait(30)
        try:
            return make_months(own, JUNE)
        finally:
            own.dispose()

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(process, range(4)))
    assert sum(made) == len(tables(practice)) == 8
    assert len(practice.rows(event)) == 2


def test_making_months_gives_way_to_somebody_who_writes(practice: Scene) -> None:
    """It waits half a second, keeps nobody from working, and is done at the next look."""
    rosa = practice.enrol("Rosa")
    with practice.engine.begin() as writer:
        writer.execute(update(participant).where(participant.c.id == rosa).values(name="Rosa Diaz"))
        assert make_months(practice.engine, JUNE) == 0
    assert make_months(practice.engine, JUNE) == 8


def test_a_question_about_one_month_reads_one_table(practice: Scene) -> None:
    """However many months are kept; what comes of a timer is never read beside the record."""
    make_months(practice.engine, JUNE)
    e = event.c
    skipped = select(e.id).where(e.kind == "PromptSkipped", e.at >= JUNE, e.at < JUNE + timedelta(days=1))
    assert read(practice, skipped) == {"event_record_2031_06"}
    set_in_june = select(e.id).where(e.kind == "TimerSet", e.at >= JUNE, e.at < JUNE + timedelta(days=1))
    assert read(practice, set_in_june) == {"event_timers_2031_06"}


def forget(scene: Scene, before: datetime, limit: int = 100) -> int:
    """Remove what says of a timer before then that it was set."""
    return scene.store.forget(Forgotten.TIMER_FACTS, before, scene.now, limit)


def test_a_month_of_timers_goes_as_a_whole_when_all_of_it_is_over(practice: Scene) -> None:
    """The record of that month stays; so do the younger months."""
    make_months(practice.engine, JUNE)
    rosa = practice.enrol("Rosa")
    for day in range(3):
        told(practice, rosa, JUNE + timedelta(days=day))
    told(practice, rosa, JUNE + timedelta(days=30))
    assert forget(practice, datetime(2031, 6, 30, 23, tzinfo=UTC)) == 0
    assert forget(practice, datetime(2031, 7, 1, tzinfo=UTC), limit=1) == 3
    assert "event_timers_2031_06" not in tables(practice)
    assert [place for kind, place in places(practice) if kind == "TimerSet"] == ["event_timers_2031_07"]
    assert sum(kind == "PromptSkipped" for kind, _ in places(practice)) == 4
    assert forget(practice, datetime(2031, 7, 1, tzinfo=UTC)) == 0


def test_a_month_that_is_over_keeps_what_belongs_to_somebody_with_an_open_case(practice: Scene) -> None:
    """As it was; it goes when the case is closed."""
    make_months(practice.engine, JUNE)
    rosa, walter = practice.enrol("Rosa"), practice.enrol("Walter")
    for person in (rosa, walter):
        told(practice, person)
    practice.decide(walter, RAISED)
    walters = practice.rows(event, participant_id=walter)
    july = datetime(2031, 7, 1, tzinfo=UTC)
    assert [forget(practice, july), forget(practice, july)] == [1, 0]
    assert practice.rows(event, participant_id=walter) == walters
    assert [row["kind"] for row in practice.rows(event, participant_id=rosa)] == ["PromptSkipped"]
    practice.decide(walter, EscalationClosed(1, "ana", "seen", ""))
    assert [forget(practice, july), forget(practice, july)] == [1, 0]
    assert "event_timers_2031_06" not in tables(practice)


def test_what_lies_in_no_month_goes_row_by_row(practice: Scene) -> None:
    """In batches, as on SQLite."""
    rosa = practice.enrol("Rosa")
    for day in range(3):
        told(practice, rosa, JUNE + timedelta(days=day))
    before = JUNE + timedelta(days=2)
    assert [forget(practice, before, limit=1) for _ in range(3)] == [1, 1, 0]
    assert [place for kind, place in places(practice) if kind == "TimerSet"] == ["event_timers_rest"]


def test_dropping_a_month_gives_way_to_somebody_who_reads_it(practice: Scene) -> None:
    """It goes at the next look."""
    make_months(practice.engine, JUNE)
    told(practice, practice.enrol("Rosa"))
    july = datetime(2031, 7, 1, tzinfo=UTC)
    with practice.engine.begin() as reader:
        reader.execute(select(event)).all()
        assert forget(practice, july) == 0
    assert forget(practice, july) == 1


def test_a_month_without_its_tables_is_named_with_the_command_that_helps(
    practice: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And facts outside their months are, until the command has moved them, those of long ago too."""
    url = practice.engine.url.render_as_string(hide_password=False)
    sentence = "{} has no table for its facts; run coach db months, and see that a worker runs."
    assert months_problem(url, JUNE) == sentence.format("June 2031")
    make_months(practice.engine, JUNE)
    assert months_problem(url, JUNE) is None
    assert months_problem(url, JUNE + timedelta(days=100)) == sentence.format("October 2031")
    told(practice, practice.enrol("Rosa"), datetime(2032, 2, 29, tzinfo=UTC))
    assert months_problem(url, JUNE) == "facts lie in event_record_rest, outside their months; run coach db months."
    monkeypatch.setenv("COACH_DATABASE_URL", url)
    assert CliRunner().invoke(app, ["db", "months"]).exit_code == 0
    assert {place for _, place in places(practice)} == {"event_record_2032_02", "event_timers_2032_02"}
    assert months_problem(url, JUNE) is None


def test_sqlite_has_no_months(sqlite_engine: Engine, sqlite_url: str) -> None:
    """Nothing is to be done, and nothing is amiss."""
    assert make_months(sqlite_engine, JUNE) == 0
    assert months_problem(sqlite_url, JUNE) is None


def test_the_facts_of_years_are_taken_along_and_back(practice: Scene) -> None:
    """Each lands in its month, with its number; the next number is a new one; and all of it can be undone."""
    rosa = practice.enrol("Rosa")
    with practice.engine.begin() as connection:
        downgrade(configuration(connection), "0005")
    for months in range(0, 20, 4):
        told_before(practice, rosa, JUNE + timedelta(days=30 * months))
    before = practice.rows(event)
    assert {place for _, place in places(practice)} == {"event"}
    upgrade_engine(practice.engine)
    assert practice.rows(event) == before
    months = ["2031_06", "2031_10", "2032_02", "2032_06", "2032_10"]
    assert [place for _, place in places(practice)] == [
        f"event_{part}_{month}" for month in months for part in ("record", "timers")
    ]
    told(practice, rosa, JUNE + timedelta(days=480))
    assert [row["id"] for row in practice.rows(event)] == list(range(1, 13))
    after = practice.rows(event)
    with practice.engine.begin() as connection:
        downgrade(configuration(connection), "0005")
    assert practice.rows(event) == after
    upgrade_engine(practice.engine)
    assert practice.rows(event) == after


def test_the_program_goes_on_writing_while_the_facts_are_moved(practice: Scene) -> None:
    """What was written before, during and after is there once, also what was not yet committed when it began."""
    rosa = practice.enrol("Rosa")
    with practice.engine.begin() as connection:
        downgrade(configuration(connection), "0005")
    fact = {"participant_id": rosa, "at": JUNE, "kind": "TimerSet", "data": {}}
    with ThreadPoolExecutor(1) as pool:
        with practice.engine.begin() as writer:
            writer.execute(insert(event).values(fact))
            moving = pool.submit(upgrade_engine, practice.engine)
        written = 1
        while not moving.done():
            with practice.engine.begin() as writer:
                writer.execute(insert(event).values(fact))
            written += 1
        moving.result(60)
    told(practice, rosa)
    assert len(practice.rows(event)) == len({row["id"] for row in practice.rows(event)}) == written + 2


HELD = "SELECT id FROM participant FOR NO KEY UPDATE"
NAMED = "UPDATE participant SET name = name"
MARKED = "UPDATE inbound SET error = error"
READ = "SELECT id FROM event LIMIT 1"
FACT = "INSERT INTO event (participant_id, at, kind, data) SELECT id, now(), 'TimerSet', '{}' FROM participant"


@pytest.mark.parametrize(
    "order",
    [(HELD, FACT), (NAMED, FACT), (HELD, FACT, NAMED), (FACT, MARKED), (READ, NAMED)],
    ids=["held", "named", "held, then named", "text marked", "facts read"],
)
def test_whatever_programs_lock_first_they_and_the_move_get_through(practice: Scene, order: tuple[str, ...]) -> None:
    """There and back: nobody is thrown out to end a deadlock, and every fact is there once."""
    practice.enrol("Rosa")
    practice.receive("Rosa", "Hi")
    over = Signal()

    def program() -> int:
        for written in count():
            if over.is_set():
                return written
            with practice.engine.begin() as writer:
                for statement in order:
                    writer.execute(text(statement))
                    writer.execute(text("SELECT pg_sleep(0.01)"))
        raise AssertionError

    with ThreadPoolExecutor(3) as pool:
        programs = [pool.submit(program) for _ in range(3)]
        try:
            for _ in range(2):
                with practice.engine.begin() as connection:
                    wait_without_end(connection)
                    downgrade(configuration(connection), "0005")
                upgrade_engine(practice.engine)
        finally:
            over.set()
        written = sum(one.result(60) for one in programs)
    assert len(practice.rows(event)) == (written if FACT in order else 0)
