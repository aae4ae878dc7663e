"""Upkeep: a copy of the running database, a look at its health."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from coach.adapters.database.engine import open_engine
from coach.adapters.database.maintenance import CannotBackUp, backup, check
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import participant
from tests.adapters.database.scene import Scene
from tests.clocks import StoppedClock


def scene_at(url: str) -> Scene:
    """A practice on that database."""
    engine = open_engine(url)
    return Scene(engine, SqlStore(engine), StoppedClock())


def test_a_backup_holds_what_was_committed_while_a_writer_is_at_work(sqlite_url: str, tmp_path: Path) -> None:
    """And can be used at once."""
    running = scene_at(sqlite_url)
    running.enrol("Rosa")
    copy = tmp_path / "backup.db"
    with running.engine.begin() as connection:
        connection.execute(participant.update().values(name="not yet"))
        backup(sqlite_url, copy)
    found = scene_at(f"sqlite:///{copy}")
    assert found.column(participant, "name") == ["Rosa"]
    assert list(check(f"sqlite:///{copy}")) == []
    assert sorted(file.name for file in tmp_path.glob("backup*")) == ["backup.db", "backup.db-shm", "backup.db-wal"]
    running.engine.dispose()
    found.engine.dispose()


def test_a_backup_never_overwrites(sqlite_url: str, tmp_path: Path) -> None:
    """Yesterday's is worth keeping."""
    copy = tmp_path / "backup.db"
    copy.write_text("yesterday")
    with pytest.raises(CannotBackUp, match="choose another name"):
        backup(sqlite_url, copy)
    assert copy.read_text() == "yesterday"


@pytest.mark.parametrize("url", ["postgresql+psycopg://db.example/coach", "sqlite://"])
def test_other_databases_are_backed_up_another_way(url: str, tmp_path: Path) -> None:
    """The sentence names it."""
    with pytest.raises(CannotBackUp, match="pg_dump"):
        backup(url, tmp_path / "backup.db")


def test_a_healthy_database_has_no_problems(database_url: str) -> None:
    """On both."""
    assert list(check(database_url)) == []


def test_a_row_that_points_at_nothing_is_named(sqlite_url: str) -> None:
    """Some other program wrote to the file."""
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("INSERT INTO escalation_step (escalation_id, step, at, note) VALUES (9, 'a', '2026-01-01', '')")
        other.commit()
    assert list(check(sqlite_url)) == ["A row of table escalation_step points at a row that does not exist."]


def test_an_old_version_is_named(sqlite_url: str) -> None:
    """With the command that helps."""
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("DELETE FROM alembic_version")
        other.commit()
    assert list(check(sqlite_url)) == ["The database is not at the newest version; run: coach db upgrade"]


def test_a_damaged_file_is_named(sqlite_url: str) -> None:
    """Also when it can hardly be read."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    content = bytearray(file.read_bytes())
    content[8192:40960] = bytes(32768)
    file.write_bytes(content)
    problems = check(sqlite_url)
    assert problems
    assert all(problem.startswith("The database is damaged (") for problem in problems)


def test_a_database_that_cannot_be_opened_is_a_plain_sentence(tmp_path: Path) -> None:
    """A wrong folder, a server that is down."""
    for url in (f"sqlite:///{tmp_path}/nowhere/coach.db", f"postgresql+psycopg://coach@/coach?host={tmp_path}"):
        assert list(check(url)) == ["The database cannot be opened; is its address right, and is it running?"]
