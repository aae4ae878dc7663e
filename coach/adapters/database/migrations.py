"""The schema's versions, through Alembic, from a checkout or an installed wheel."""

from __future__ import annotations

from enum import StrEnum

from alembic.command import upgrade as run_upgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from coach.adapters.database.engine import for_reading, open_engine, wait_without_end
from coach.adapters.database.statements import Turn, one_at_a_time
from coach.resources import folder


class Standing(StrEnum):
    """How a database stands to this program."""

    CURRENT = "current"
    EMPTY = "empty"
    OLDER = "older"
    NEWER = "newer"  # made by a later program, whose migrations this one does not have


class TooNew(RuntimeError):
    """A later program made this database, so it cannot be brought to our version."""


def upgrade(url: str) -> None:
    """Bring the database at this address to the newest version; harmless when it is there."""
    engine = open_engine(url)
    try:
        upgrade_engine(engine)
    finally:
        engine.dispose()


def upgrade_engine(engine: Engine) -> None:
    """The same for an open database. One transaction: it ends at the new version or where it was.

    Raises:
        TooNew: it is past the newest version this program knows.
    """
    if standing(engine) is Standing.NEWER:
        message = "The database was made by a newer coach; install that version, then run this again."
        raise TooNew(message)
    with engine.begin() as connection:
        wait_without_end(connection)
        one_at_a_time(connection, Turn.MIGRATE)
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


def standing(engine: Engine) -> Standing:
    """Whether this program fits the database."""
    version = _version(engine)
    if version is None:
        return Standing.EMPTY
    if version == newest():
        return Standing.CURRENT
    return Standing.OLDER if _is_known(version) else Standing.NEWER


def _is_known(version: str) -> bool:
    try:
        return ScriptDirectory.from_config(configuration()).get_revision(version) is not None
    except CommandError:
        return False


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration; with a connection, the one to migrate over."""
    config = Config()
    config.set_main_option("script_location", str(folder("alembic")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _version(engine: Engine) -> str | None:
    with for_reading(engine).begin() as connection:
        return MigrationContext.configure(connection).get_current_revision()
