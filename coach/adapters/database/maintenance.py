"""Upkeep of the database: a copy while it runs, a look at its health."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import DatabaseError, OperationalError

from coach.adapters.database.engine import for_reading, in_memory, open_engine
from coach.adapters.database.migrations import is_current


class CannotBackUp(RuntimeError):
    """This database is not copied by us; the text says what to use."""


def backup(url: str, file: Path) -> None:
    """Copy a running SQLite database to a new file, whole and consistent.

    Raises:
        CannotBackUp: it is PostgreSQL, or lives in memory, or the target exists.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or in_memory(address):
        message = "Only a SQLite file is backed up this way; for PostgreSQL use pg_dump --format=custom."
        raise CannotBackUp(message)
    if file.exists():
        message = f"The file {file} exists already; choose another name."
        raise CannotBackUp(message)
    unfinished = file.with_name(file.name + ".part")
    source = Path(str(address.database)).resolve().as_uri() + "?mode=ro"
    with closing(sqlite3.connect(source, uri=True)) as running, closing(sqlite3.connect(unfinished)) as copy:
        running.backup(copy)
    unfinished.replace(file)


def check(url: str) -> Sequence[str]:
    """What is wrong with the database, one plain sentence each; empty when all is well."""
    engine = open_engine(url)
    try:
        with for_reading(engine).begin() as connection:
            problems = _damage(connection) if connection.dialect.name == "sqlite" else []
        return problems or _version_problems(engine)
    except OperationalError:
        return ["The database cannot be opened; is its address right, and is it running?"]
    except DatabaseError as error:
        return [_damaged(error.orig)]
    finally:
        engine.dispose()


def _damage(connection: Connection) -> list[str]:
    report = connection.execute(text("PRAGMA integrity_check")).scalars().all()
    strays = connection.execute(text("PRAGMA foreign_key_check")).all()
    damage = [_damaged(line) for line in report if line != "ok"]
    return damage or [f"A row of table {row[0]} points at a row that does not exist." for row in strays]


def _damaged(what: object) -> str:
    return f"The database is damaged ({what}); restore a backup."


def _version_problems(engine: Engine) -> list[str]:
    return [] if is_current(engine) else ["The database is not at the newest version; run: coach db upgrade"]
