"""No command works on a database of another version: it would read it amiss, or write what the other cannot read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coach.cli.app import app
from coach.cli.problems import Problem

COMMANDS = (
    "people list", "people add +12125552368 --language en", "staff list", "rota list", "rota check", "costs",
    "db months",
)  # fmt: skip
UPGRADE = "The database is not at the newest version; run: coach db upgrade"
NEWER = "The database was made by a newer coach than this one; install that version of coach."


def refusal(command: str, url: str, here: pytest.MonkeyPatch) -> tuple[int, str]:
    """With which status and sentence a command ends."""
    here.setenv("COACH_DATABASE_URL", url)
    done = CliRunner().invoke(app, command.split())
    assert isinstance(done.exception, Problem), done
    return done.exception.status, str(done.exception)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("version", "sentence"), [("0002", UPGRADE), ("9999", NEWER)])
def test_an_older_and_a_newer_database_are_left_alone(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, command: str, version: str, sentence: str
) -> None:
    """Each time with what helps."""
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (version,))
        database.commit()
    assert refusal(command, sqlite_url, monkeypatch) == (2, sentence)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_empty_database_is_to_be_upgraded_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """As on the first day."""
    assert refusal(command, f"sqlite:///{tmp_path}/new.db", monkeypatch) == (2, UPGRADE)
