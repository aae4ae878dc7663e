"""Where benchmarks run: fresh databases of both kinds, a folder of their own, and words about the machine."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import Engine, make_url

from coach.adapters.clock import system_clock
from coach.adapters.database.engine import open_engine
from coach.adapters.database.migrations import upgrade
from tests.benchmarks.template import Template, live_through
from tests.databases import URL_VARIABLE, find_programs, running_server

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
KINDS = (SQLITE, POSTGRES)


def say(words: str) -> None:
    """Tell on stderr what takes its time now."""
    sys.stderr.write(f"{system_clock():%H:%M:%S} {words}\n")
    sys.stderr.flush()


@dataclass
class Place:
    """A folder and a PostgreSQL server for the length of one run."""

    folder: Path
    quick: bool
    _stack: ExitStack
    _templates: dict[int, Template] = field(default_factory=dict)

    def template(self, days: int) -> Template:
        """The rows of somebody who has taken part for so many days."""
        if days not in self._templates:
            say(f"one person lives through {days} days")
            self._templates[days] = live_through(self.folder, days)
        return self._templates[days]

    def database(self, kind: str) -> str:
        """The address of a migrated database that nobody has used."""
        name = f"bench_{uuid4().hex[:12]}"
        url = f"sqlite:///{self.folder}/{name}.db" if kind == SQLITE else self._on_server(name)
        upgrade(url)
        return url

    @contextmanager
    def opened(self, url: str) -> Iterator[Engine]:
        """The database as the product opens it."""
        engine = open_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()

    def drop(self, url: str) -> None:
        """A large database is gone before the next is made."""
        address = make_url(url)
        if address.get_backend_name() == "sqlite":
            for end in ("", "-wal", "-shm"):
                Path(f"{address.database}{end}").unlink(missing_ok=True)
            return
        with psycopg.connect(self._control, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{address.database}" WITH (FORCE)'.encode())

    def _on_server(self, name: str) -> str:
        with psycopg.connect(self._control, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        address = make_url(self._server).set(drivername="postgresql+psycopg", database=name)
        return address.render_as_string(hide_password=False)

    @cached_property
    def _server(self) -> str:
        given = os.environ.get(URL_VARIABLE)
        return given or self._stack.enter_context(running_server(find_programs()))

    @property
    def _control(self) -> str:
        return make_url(self._server).set(drivername="postgresql").render_as_string(hide_password=False)

    def postgres_version(self) -> str:
        """As the server says it, with what it does at a commit."""
        with psycopg.connect(self._control) as connection:
            told = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in ("server_version", "fsync")]
        number, fsync = (str(row[0]) if row else "?" for row in told)
        return f"{number.split()[0]} (fsync {fsync})"


@contextmanager
def open_place(*, quick: bool) -> Iterator[Place]:
    """A place that is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coach-bench-")))
        yield Place(folder, quick, stack)


def machine() -> str:
    """What it ran on, in one line."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts = (
        f"{_processor()}, {cores} cores, {memory:.0f} GB, Linux {platform.release()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} (WAL, synchronous FULL)",
        f"SQLAlchemy {version('sqlalchemy')}, APScheduler {version('apscheduler')}",
    )
    return "; ".join(parts)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def load() -> str:
    """How busy the machine is: the average number of processes that wanted to run in the last minute."""
    return f"{os.getloadavg()[0]:.1f}"
