"""Migrations lead to exactly the tables the program uses."""

from __future__ import annotations

from datetime import time

from alembic.autogenerate import compare_metadata
from alembic.command import check, downgrade
from alembic.migration import MigrationContext
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, insert, inspect, select, text

from coach.adapters.database.engine import open_engine
from coach.adapters.database.loading import participant_of
from coach.adapters.database.migrations import configuration, current, is_current, newest, upgrade, upgrade_engine
from coach.adapters.database.months import is_piece
from coach.adapters.database.tables import metadata, participant
from coach.core.model import Density
from coach.resources import folder
from tests.clocks import StoppedClock


def test_a_migrated_database_has_exactly_the_tables_of_the_program(engine: Engine) -> None:
    """Tables, columns, types, keys and indexes, compared by Alembic."""
    with engine.begin() as connection:
        opts = {"compare_type": True, "include_name": lambda name, *_: _is_ours(str(name))}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_alembics_own_check_agrees(engine: Engine) -> None:
    """It raises when a migration is missing."""
    with engine.begin() as connection:
        check(configuration(connection))
    assert is_current(engine)


def test_indexes_over_few_rows_have_the_same_condition_everywhere(engine: Engine) -> None:
    """Comparison by Alembic does not look at conditions, so this does."""
    wanted = {
        index.name: str(index.dialect_options["postgresql"]["where"])
        for table in metadata.sorted_tables
        for index in table.indexes
        if index.dialect_options["postgresql"]["where"] is not None
    }
    catalogue = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%WHERE%'"
        " AND tablename NOT LIKE 'procrastinate%' AND tablename NOT LIKE 'event!_%' ESCAPE '!'",
    }[engine.dialect.name]
    with engine.begin() as connection:
        found = {row[0]: _condition(row[1]) for row in connection.execute(text(catalogue))}
    assert found == wanted


def test_people_of_the_first_version_go_on_as_usual(engine: Engine, clock: StoppedClock) -> None:
    """Those enrolled before the upgrade, and those the old program still enrols during it."""
    june: dict[str, object] = {
        "name": "June", "status": "active", "language": "en", "country": "US", "quiet_start": time(20),
        "quiet_end": time(9), "channel": "sms", "programme": "legs-12-weeks", "profile": {},
        "created_at": clock(), "changed_at": clock(),
    }  # fmt: skip
    with engine.begin() as connection:
        downgrade(configuration(connection), "0001")
        connection.execute(insert(participant).values(june | {"phone": "+15550001003"}))
    upgrade_engine(engine)
    with engine.begin() as connection:
        connection.execute(insert(participant).values(june | {"phone": "+15550001004"}))
        people = [participant_of(row) for row in connection.execute(select(participant))]
    assert [(p.density, p.ask_at, p.programme_on) for p in people] == [(Density.USUAL, None, None)] * 2


def _is_ours(table: str) -> bool:
    """Procrastinate's tables are its own; the pieces of a table that is cut by month have its form."""
    return not table.startswith("procrastinate_") and not is_piece(table)


def _condition(definition: str) -> str:
    """The condition of an index without what PostgreSQL adds to it."""
    bare = definition.partition("WHERE ")[2].replace("::text", "")
    return bare.replace("(", "").replace(")", "")


def test_upgrading_again_changes_nothing(database_url: str) -> None:
    """Every start may upgrade."""
    upgrade(database_url)
    assert current(database_url) == newest()


def test_an_empty_database_has_no_version() -> None:
    """It is not current, and an upgrade makes it so."""
    engine = open_engine("sqlite://")
    assert not is_current(engine)
    upgrade_engine(engine)
    assert is_current(engine)
    engine.dispose()


def test_every_step_can_be_taken_back(engine: Engine) -> None:
    """Down to nothing and up again."""
    with engine.begin() as connection:
        downgrade(configuration(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    upgrade_engine(engine)
    assert is_current(engine)


def test_the_engines_tables_are_those_of_the_installed_procrastinate() -> None:
    """The migration keeps a copy of its schema; a newer Procrastinate with another schema wants a migration of ours."""
    kept = (folder("alembic") / "versions" / "0004_procrastinate.sql").read_text("utf-8")
    assert kept.endswith(SchemaManager.get_schema())
