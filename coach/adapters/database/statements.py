"""Statement parts that the two databases spell alike but SQLAlchemy does not."""

from __future__ import annotations

from enum import IntEnum, unique

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return upsert_for(connection.dialect.name, table)


def upsert_for(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The same for a database by its name, for statements that are made once."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@unique
class Turn(IntEnum):
    """What only one process does at a time. The numbers are PostgreSQL's advisory locks: any, the same for all."""

    MIGRATE = 5_347_001
    CHANGE_ROTA = 5_347_002
    MAKE_MONTHS = 5_347_003
    RELEASE = 5_347_004
    FIRST_STEP_OF_CALL = 5_347_005


def one_at_a_time(connection: Connection, turn: Turn) -> None:
    """Wait until nobody else has this turn, and hold it until the transaction ends.

    SQLite needs nothing: there the whole transaction is the lock.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": int(turn)})


def only_one(connection: Connection, turn: Turn) -> bool:
    """Hold this turn until the transaction ends, unless somebody else holds it. SQLite: nobody else can."""
    if connection.dialect.name != "postgresql":
        return True
    held = connection.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": int(turn)})
    return bool(held)
