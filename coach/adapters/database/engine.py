"""Opens the database: SQLite on one machine, PostgreSQL on several.

SQLite follows SQLAlchemy's recipe for explicit transactions (dialect page, "Enabling Non-Legacy SQLite Transactional
Modes"): the driver's own BEGIN is switched off and ours is IMMEDIATE, because two processes that read first and write
later would otherwise both act on the same row.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

_BUSY_MS = 15_000
_READ_ONLY = ("SQLITE_READONLY", "25006")  # SQLite's names, PostgreSQL's SQLSTATE
_FULL = ("SQLITE_FULL", "53100")
_READING = "coach_reading"
ONLY_READ = "The database can only be read; let the account that runs coach write the file and its folder."
_WAITS = {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "30s"}
"""How long a PostgreSQL session waits for others, and how long others wait for one that stands still."""
LINE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A PostgreSQL server that answers no more is noticed within half a minute. Seconds, and milliseconds for the last."""
SESSION = ("SET TIME ZONE 'UTC'", *(f"SET {name} = '{span}'" for name, span in _WAITS.items()))
"""What every PostgreSQL session begins with."""


class UnknownDatabase(ValueError):
    """The address names a database this coach cannot use."""


def open_engine(url: str) -> Engine:
    """Open a database by its SQLAlchemy address.

    Args:
        url: `sqlite:///file.db`, `sqlite://` (in memory, for one process) or `postgresql+psycopg://…`.

    Raises:
        UnknownDatabase: the address is neither.
    """
    address = make_url(url)
    backend = address.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(address)
    if backend in {"postgresql", "postgres"}:
        return _open_postgresql(address.set(drivername="postgresql+psycopg"))
    message = f"The database address must begin with sqlite:// or postgresql+psycopg://, not {address.drivername}://."
    raise UnknownDatabase(message)


def postgresql_address(url: str) -> str | None:
    """The same database as PostgreSQL's own programs spell it; None when it is not PostgreSQL."""
    address = make_url(url)
    if address.get_backend_name() not in {"postgresql", "postgres"}:
        return None
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


def is_away(error: Exception) -> bool:
    """Whether this is the database not answering, as against a fault of ours."""
    return isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def why_not_written(error: BaseException | None) -> str | None:
    """What to do about a database that answers but takes nothing, by the driver's error; None for another error."""
    told = str(getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None))
    if told.startswith(_READ_ONLY):
        return ONLY_READ
    return "The disk of the database is full; make room on it." if told in _FULL else None


def wait_without_end(connection: Connection) -> None:
    """For this transaction: a migration may take its time and waits for its turn."""
    if connection.dialect.name == "postgresql":
        for name in _WAITS:
            connection.exec_driver_sql(f"SET LOCAL {name} = 0")


def for_reading(engine: Engine) -> Engine:
    """The same database for transactions that only read: on SQLite they do not wait for the writer."""
    return engine.execution_options(**{_READING: True})


def _open_sqlite(address: URL) -> Engine:
    arguments: dict[str, Any] = {"connect_args": {"check_same_thread": False}}
    if in_memory(address):
        # One connection handed from thread to thread: a second one would open a second, empty database.
        arguments |= {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    engine = create_engine(address, **arguments)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def in_memory(address: URL) -> bool:
    """Whether the SQLite address names no file."""
    return not address.database or address.database == ":memory:"


def _prepare_sqlite(driver: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection has no type here
    driver.isolation_level = None
    cursor = driver.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _open_postgresql(address: URL) -> Engine:
    engine = create_engine(address, isolation_level="READ COMMITTED", pool_pre_ping=True, connect_args=LINE)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(driver: Any, _record: object) -> None:  # noqa: ANN401 - as above
    for statement in SESSION:
        driver.execute(statement)
    driver.commit()
