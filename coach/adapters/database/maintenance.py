"""Upkeep of the database: a copy while it runs, a look at its health."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, make_url, select, text
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from coach.adapters.database.engine import ONLY_READ, for_reading, in_memory, open_engine, why_not_written
from coach.adapters.database.migrations import Standing, standing
from coach.adapters.database.statements import upsert
from coach.adapters.database.tables import job_mark

_BACKUP, _TRIAL = "backup", "doctor"
_STANDING = {
    Standing.EMPTY: "The database is not at the newest version; run: coach db upgrade",
    Standing.OLDER: "The database is not at the newest version; run: coach db upgrade",
    Standing.NEWER: "The database was made by a newer coach than this one; install that version of coach.",
}


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
    found = standing(engine)
    return [] if found is Standing.CURRENT else [_STANDING[found]]


def version_problem(url: str) -> str | None:
    """Why this program must not work on the database, in one sentence that names the command; None when it may."""
    engine = open_engine(url)
    try:
        return next(iter(_version_problems(engine)), None)
    finally:
        engine.dispose()


def writing_problem(url: str) -> str | None:
    """Why nothing can be kept in the database, in one sentence; None when a row was written and taken away again."""
    engine = open_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(upsert(connection, job_mark).values(name=_TRIAL).on_conflict_do_nothing())
            connection.execute(delete(job_mark).where(job_mark.c.name == _TRIAL))
    except DBAPIError as error:
        return cannot_write(error.orig)
    finally:
        engine.dispose()
    return None


def cannot_write(error: BaseException | None) -> str:
    """What to do about a driver's error in writing."""
    if str(getattr(error, "sqlite_errorname", None)).startswith("SQLITE_CANTOPEN"):
        return ONLY_READ  # it was just read, so it is the log beside it that cannot be made
    return why_not_written(error) or f"The database cannot be written ({type(error).__name__}); see its log."


def database_clock(url: str) -> datetime | None:
    """The time on the database's machine; None for SQLite, which has ours."""
    engine = open_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            return None
        with for_reading(engine).connect() as connection:
            told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
            return told.astimezone(UTC)
    finally:
        engine.dispose()


def folder_of(url: str) -> Path | None:
    """Where the database's file lies; None when it is no file of ours."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or in_memory(address):
        return None
    return Path(str(address.database)).resolve().parent


def note_backup(url: str, now: datetime) -> None:
    """Keep when a copy was made. A database of another version is left as it is: it was copied for an upgrade."""
    engine = open_engine(url)
    try:
        if standing(engine) is Standing.CURRENT:
            with engine.begin() as connection:
                mark = upsert(connection, job_mark).values(name=_BACKUP, ok_at=now)
                keep = mark.on_conflict_do_update(index_elements=[job_mark.c.name], set_={"ok_at": now})
                connection.execute(keep)
    finally:
        engine.dispose()


def last_backup(url: str) -> datetime | None:
    """When `coach db backup` last made a copy; None: never, or nothing is known."""
    engine = open_engine(url)
    try:
        with for_reading(engine).connect() as connection:
            found: datetime | None = connection.scalar(select(job_mark.c.ok_at).where(job_mark.c.name == _BACKUP))
            return found
    finally:
        engine.dispose()
