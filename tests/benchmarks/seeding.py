"""Filling a database with people by the ten thousand: the template's rows, multiplied inside the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    cast,
    create_engine,
    event,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.exc import ProgrammingError

from coach.adapters.database.tables import timer
from coach.cli.progress import with_progress
from tests.benchmarks.template import TABLES, Row, Template

_AT_ONCE = 10_000
_FIRST_PHONE = 2_012_000_000
_POINTS_AT = {"participant_id": "participant", "inbound_id": "inbound", "timer_id": "timer", "outbox_id": "outbox"}
_THE_PHONE = {("participant", "phone"), ("inbound", "sender"), ("outbox", "recipient")}
_NAMES = {"carrier_id", "attempt_id"}


def phone_of(number: int) -> str:
    """The phone of person 0, 1, 2 and so on."""
    return f"+1{_FIRST_PHONE + number}"


def seed(url: str, template: Template, people: int, without: Collection[str] = ()) -> None:
    """Add so many people, who all have lived the template's life, to an empty database; some tables may stay empty."""
    chosen = [table for table in TABLES if table.name not in without]
    with _fast(url) as engine:
        staged = {table.name: _stage(engine, table, template.rows[table.name]) for table in chosen}
        steps = {table.name: template.step(table.name) for table in TABLES}
        slices = range(0, people, _AT_ONCE)
        for first in with_progress(slices, len(slices), f"adding {people:,} people"):
            with engine.begin() as connection:
                for table in chosen:
                    _multiply(connection, table, staged[table.name], steps, range(first, min(people, first + _AT_ONCE)))
        with engine.begin() as connection:
            MetaData().drop_all(connection, tables=list(staged.values()))
            _settle(connection, chosen)


@contextmanager
def _fast(url: str) -> Iterator[Engine]:
    """The database without the checks and the waiting that a seed does not need; the product never opens it so."""
    engine = create_engine(url)

    def prepare(driver: Any, _record: object) -> None:
        if engine.dialect.name == "sqlite":
            for pragma in ("synchronous = OFF", "foreign_keys = OFF", "cache_size = -400000"):
                driver.execute(f"PRAGMA {pragma}")
            return
        try:
            driver.execute("SET session_replication_role = 'replica'")
        except ProgrammingError:  # only a superuser may; then the keys are checked
            driver.rollback()
        driver.execute("SET TIME ZONE 'UTC'")
        driver.commit()

    event.listen(engine, "connect", prepare)
    try:
        yield engine
    finally:
        engine.dispose()


def _stage(engine: Engine, table: Table, rows: Sequence[Row]) -> Table:
    staged = Table(f"seed_{table.name}", MetaData(), *(Column(column.name, column.type) for column in table.columns))
    with engine.begin() as connection:
        staged.create(connection)
        if rows:
            connection.execute(insert(staged), list(rows))
    return staged


def _multiply(connection: Connection, table: Table, staged: Table, steps: dict[str, int], numbers: range) -> None:
    begin = select(literal(numbers.start, Integer).label("number")).cte("people", recursive=True)
    people = begin.union_all(select(begin.c.number + 1).where(begin.c.number < numbers.stop - 1))
    values = [_value(table, staged.c[column.name], people.c.number, steps) for column in table.columns]
    ordered = select(*values).select_from(people.join(staged, literal(1) == 1))
    connection.execute(insert(table).from_select([column.name for column in table.columns], ordered))


def _value(table: Table, column: Column[Any], number: ColumnElement[int], steps: dict[str, int]) -> ColumnElement[Any]:
    name = column.name
    if (table.name, name) in _THE_PHONE:
        return literal("+1") + cast(number + _FIRST_PHONE, String)
    if name in _NAMES or (table.name, name) == ("attempt", "id"):
        return column + "-" + cast(number, String)
    target = table.name if name == "id" else _POINTS_AT.get(name)
    return column + number * steps[target] if target else column


def _settle(connection: Connection, tables: Sequence[Table]) -> None:
    """Ids go on after ours. PostgreSQL keeps its statistics by itself, in time; SQLite has none, as in the product."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        if isinstance(table.c.id.type, String):
            continue
        sequence = func.pg_get_serial_sequence(table.name, "id")
        top = select(func.coalesce(func.max(table.c.id), 1)).scalar_subquery()
        connection.execute(select(func.setval(sequence, top)))
    connection.execute(text("ANALYZE"))


def sizes(engine: Engine) -> dict[str, tuple[int, int]]:
    """Rows and bytes, indexes included, of each table that a person's life fills."""
    found = {}
    with engine.connect() as connection:
        for table in TABLES:
            rows = connection.scalar(select(func.count()).select_from(table)) or 0
            found[table.name] = (rows, _bytes(connection, table))
    return found


def _bytes(connection: Connection, table: Table) -> int:
    if connection.dialect.name == "postgresql":
        return int(connection.scalar(_TOTAL, {"name": table.name}) or 0)
    names = [table.name, *(row[0] for row in connection.execute(_INDEXES, {"name": table.name}))]
    size = text("SELECT sum(pgsize) FROM dbstat WHERE name = :name AND aggregate = TRUE")
    return sum(int(connection.scalar(size, {"name": name}) or 0) for name in names)


_TOTAL = text("""
SELECT coalesce(sum(pg_total_relation_size(relid)), pg_total_relation_size(:name)) FROM pg_partition_tree(:name)
""")
_INDEXES = text("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = :name")


def pending_timers(engine: Engine) -> int:
    """How many timers wait."""
    with engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(timer).where(timer.c.state == "pending")) or 0)
