"""`coach db`: bring the database up to date, copy it, check it."""

from __future__ import annotations

from pathlib import Path

import typer

from coach.adapters.clock import system_clock
from coach.adapters.database.engine import open_engine
from coach.adapters.database.maintenance import backup as back_up
from coach.adapters.database.maintenance import check as look
from coach.adapters.database.maintenance import note_backup
from coach.adapters.database.migrations import TooNew
from coach.adapters.database.migrations import upgrade as bring_up
from coach.adapters.database.months import make_months, months_problem
from coach.cli.opening import refuse_other_version
from coach.cli.problems import WRONG_USE, Problem
from coach.settings import Use, environment, read_settings

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Bring the tables to the form this version needs.

    Example: coach db upgrade
    """
    try:
        bring_up(read_settings(environment(), Use.DATA).database_url)
    except TooNew as newer:
        raise Problem(str(newer), WRONG_USE) from None
    print("The database is up to date.")


@app.command()
def backup(file: Path = typer.Argument(help="Where the copy goes; it must not exist yet.")) -> None:
    """Copy the database to a file while it is in use.

    Example: coach db backup /backups/coach-2026-11-22.db
    """
    if file.exists():
        raise Problem(f"{file} exists already; name another file.", WRONG_USE)
    url = read_settings(environment(), Use.DATA).database_url
    back_up(url, file)
    note_backup(url, system_clock())
    print(f"The copy is in {file}.")


@app.command()
def check() -> None:
    """Look for damage.

    Example: coach db check
    """
    problems = look(read_settings(environment(), Use.DATA).database_url)
    if problems:
        raise Problem("\n".join(problems))
    print("No damage found.")


@app.command()
def months() -> None:
    """Make the tables of the coming months now, and bring the facts that lie outside theirs into them (PostgreSQL).

    Whoever runs workers needs this only when coach doctor says so. While many facts move, others wait.

    Example: coach db months
    """
    url, now = read_settings(environment(), Use.DATA).database_url, system_clock()
    refuse_other_version(url)
    engine = open_engine(url)
    try:
        made = make_months(engine, now, all_at_once=True)
    finally:
        engine.dispose()
    left = months_problem(url, now)
    if left:
        raise Problem(f"Somebody else holds what must be changed ({left}) Try again in a quiet hour.")
    print(f"{made} tables were made; every month has its own." if made else "Every month has its table.")
