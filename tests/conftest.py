"""What every test may ask for: an empty, migrated database of each kind, and the store over it."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from coach.adapters.database.engine import open_engine
from coach.adapters.database.migrations import upgrade
from coach.adapters.database.store import SqlStore
from tests.clocks import StoppedClock
from tests.databases import NoPostgres, empty, postgres_database

collect_ignore = [] if importlib.util.find_spec("sklearn") else ["learning"]  # teaching needs the training group


def pytest_addoption(parser: pytest.Parser) -> None:
    """Transcripts are compared, or written anew when asked."""
    parser.addoption("--rewrite-transcripts", action="store_true", help="write tests/transcripts/*.txt as they now are")


@pytest.fixture
def clock() -> StoppedClock:
    """A clock that stands at 15:00 UTC on a Tuesday in November."""
    return StoppedClock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "coach.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite file."""
    file = tmp_path / "coach.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """A fresh SQLite file, open: for tests that are about something else than the database."""
    opened = open_engine(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def postgres_engine() -> Iterator[Engine]:
    """A database on a PostgreSQL server that runs for the length of the session."""
    try:
        with postgres_database() as url:
            engine = open_engine(url)
            yield engine
            engine.dispose()
    except NoPostgres as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL: {reason}")


@pytest.fixture
def postgres_url(postgres_engine: Engine) -> str:
    """The address of the PostgreSQL database, emptied."""
    empty(postgres_engine)
    return postgres_engine.url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database: every test that asks runs on both kinds."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The same, open."""
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    """The store over it."""
    return SqlStore(engine)
