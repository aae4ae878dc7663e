"""The house of a command that works on the tables: it is opened only when the database is of this program's version."""

from __future__ import annotations

from coach.adapters.clock import system_clock
from coach.adapters.database.maintenance import version_problem
from coach.bootstrap import House, open_house
from coach.cli.problems import WRONG_USE, Problem
from coach.settings import Use, environment, read_settings


def open_fitting() -> House:
    """The house of COACH_DATABASE_URL.

    Raises:
        Problem: the database is older or newer than this program; it says what to do.
    """
    settings = read_settings(environment(), Use.DATA)
    refuse_other_version(settings.database_url)
    return open_house(settings, system_clock)


def refuse_other_version(url: str) -> None:
    """Raise a Problem when this program must not work on the database: it would not understand it, or spoil it."""
    outdated = version_problem(url)
    if outdated:
        raise Problem(outdated, WRONG_USE)
