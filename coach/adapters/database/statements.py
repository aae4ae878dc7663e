"""Statement parts that the two databases spell alike but SQLAlchemy does not."""

from __future__ import annotations

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def one_at_a_time(connection: Connection, number: int) -> None:
    """Wait until nobody else holds this number, and hold it until the transaction ends.

    SQLite needs nothing: there the whole transaction is the lock.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def only_one(connection: Connection, number: int) -> bool:
    """Hold this number until the transaction ends, unless somebody else holds it. SQLite: nobody else can."""
    if connection.dialect.name != "postgresql":
        return True
    held = connection.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number})
    return bool(held)
