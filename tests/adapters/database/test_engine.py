"""How the database is opened: durable, strict about references, safe for threads and processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from coach.adapters.database.engine import UnknownDatabase, for_reading, is_away, open_engine, wait_without_end
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import metadata, outbox, participant, task
from tests.adapters.database.scene import Scene
from tests.clocks import StoppedClock


def test_sqlite_is_durable_strict_and_patient(sqlite_engine: Engine) -> None:
    """WAL, synchronous FULL (2), foreign keys on, fifteen seconds of patience."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}
    with sqlite_engine.begin() as connection:
        found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in wanted}
    assert found == wanted


def test_a_sqlite_transaction_is_the_writer_from_its_first_word(sqlite_url: str) -> None:
    """Another writer cannot begin while one only reads so far; a reader can."""
    first, second = open_engine(sqlite_url), open_engine(sqlite_url)
    with first.begin() as one:
        assert one.scalar(select(task.c.id)) is None
        with for_reading(second).begin() as reader:
            assert reader.scalar(select(task.c.id)) is None
            raw = reader.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(Exception, match="locked"):
            raw.execute("BEGIN IMMEDIATE")
    first.dispose()
    second.dispose()


def test_an_in_memory_database_is_one_for_all_threads(clock: StoppedClock) -> None:
    """Eight threads queue at once; all see the same tables, and each waits its turn."""
    engine = open_engine("sqlite://")
    metadata.create_all(engine)
    scene = Scene(engine, SqlStore(engine), clock)
    rosa = scene.enrol("Rosa")
    threads = [Thread(target=scene.queue, args=(rosa,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(scene.rows(outbox)) == 8
    engine.dispose()


def test_a_row_cannot_point_at_nobody(engine: Engine, clock: StoppedClock) -> None:
    """On both databases."""
    orphan = {"participant_id": 4711, "kind": "a", "because": "b", "raised_at": clock()}
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(task).values(orphan))


def test_times_come_back_in_utc(engine: Engine) -> None:
    """However they were given, to the microsecond, on a server that thinks in Newfoundland time."""
    given = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    with engine.begin() as connection:
        connection.execute(insert(task).values(kind="a", because="b", raised_at=given))
        found = connection.scalar(select(task.c.raised_at))
    assert found == given
    assert found is not None
    assert found.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    """It would be somebody's guess."""
    naive = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001 - the point
    with pytest.raises(StatementError, match="without a zone"), engine.begin() as connection:
        connection.execute(insert(task).values(kind="a", because="b", raised_at=naive))


def test_a_deadline_is_compared_as_a_time(scene: Scene) -> None:
    """Whole seconds and fractions sort rightly in the text SQLite keeps."""
    rosa = scene.enrol("Rosa")
    scene.clock.set(scene.now.replace(microsecond=0))
    scene.set_timer(rosa, scene.now + timedelta(microseconds=1))
    with scene.store.begin() as tx:
        assert list(tx.claim_timers(scene.now, 1)) == []
        assert len(tx.claim_timers(scene.now + timedelta(microseconds=1), 1)) == 1


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_understood(scheme: str) -> None:
    """Hosts hand out addresses in each of them."""
    engine = open_engine(f"{scheme}://coach@db.example/coach")
    assert engine.dialect.driver == "psycopg"


def test_another_database_is_refused_with_a_plain_sentence() -> None:
    """It says what to use instead."""
    with pytest.raises(UnknownDatabase, match=r"must begin with sqlite:// or postgresql\+psycopg://, not mysql://"):
        open_engine("mysql://localhost/coach")


def test_a_participant_table_starts_empty(engine: Engine) -> None:
    """Tests do not see each other's people."""
    with engine.begin() as connection:
        assert connection.execute(select(participant)).all() == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_session_on_postgresql_waits_ten_seconds_and_stands_still_for_thirty(engine: Engine) -> None:
    """A migration may take its time."""
    names = ("lock_timeout", "idle_in_transaction_session_timeout")
    with engine.begin() as connection:
        found = [connection.scalar(text(f"SHOW {name}")) for name in names]
        wait_without_end(connection)
        migrating = [connection.scalar(text(f"SHOW {name}")) for name in names]
    assert (found, migrating) == (["10s", "30s"], ["0", "0"])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_lock_waited_for_in_vain_counts_as_the_database_being_away(engine: Engine) -> None:
    """So it is tried again, and held against no message."""
    with engine.begin() as first, engine.begin() as second:
        first.execute(text("LOCK TABLE task"))
        second.execute(text("SET LOCAL lock_timeout = '10ms'"))
        with pytest.raises(DBAPIError) as refused:
            second.execute(select(task.c.id))
        second.rollback()
    assert is_away(refused.value)
