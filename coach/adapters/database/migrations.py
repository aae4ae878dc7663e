"""The schema's versions, through Alembic, from a checkout or an installed wheel."""

from __future__ import annotations

from alembic.command import upgrade as run_upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from coach.adapters.database.engine import for_reading, open_engine
from coach.resources import folder

_ONE_AT_A_TIME = 5_347_001
"""Any number, the same for all: the advisory lock that keeps two processes from migrating together."""


def upgrade(url: str) -> None:
    """Bring the database at this address to the newest version; harmless when it is there."""
    engine = open_engine(url)
    try:
        upgrade_engine(engine)
    finally:
        engine.dispose()


def upgrade_engine(engine: Engine) -> None:
    """The same for an open database. One transaction: it ends at the new version or where it was."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        run_upgrade(configuration(connection), "head")


def current(url: str) -> str | None:
    """The version of the database at this address; None when it is empty."""
    engine = open_engine(url)
    try:
        return _version(engine)
    finally:
        engine.dispose()


def newest() -> str | None:
    """The newest version this program knows."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def is_current(engine: Engine) -> bool:
    """Whether the database has the newest version."""
    return _version(engine) == newest()


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration; with a connection, the one to migrate over."""
    config = Config()
    config.set_main_option("script_location", str(folder("alembic")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _version(engine: Engine) -> str | None:
    with for_reading(engine).begin() as connection:
        return MigrationContext.configure(connection).get_current_revision()
