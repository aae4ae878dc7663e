"""The commands put together, and how an error reaches a person: one plain sentence, no traceback unless asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from coach.cli.lazy import lazy_group
from coach.cli.problems import WORK_FOUND_PROBLEMS, WRONG_USE, Problem

PLACES = {
    "demo": "coach.cli.serving:demo",
    "serve": "coach.cli.serving:serve",
    "web": "coach.cli.serving:web",
    "worker": "coach.cli.serving:worker",
    "phone": "coach.cli.phone:phone",
    "read": "coach.cli.reading:read",
    "assess": "coach.cli.assessing:assess",
    "check": "coach.cli.content:check",
    "doctor": "coach.cli.doctor:doctor",
    "fallback": "coach.cli.fallback:fallback",
    "costs": "coach.cli.costs:costs",
    "db": "coach.cli.data:app",
    "staff": "coach.cli.staff:app",
    "people": "coach.cli.people:app",
    "rota": "coach.cli.rota:app",
    "lines": "coach.cli.lines:app",
}
"""Where each command, or group of commands, is found."""

app = typer.Typer(
    name="coach",
    cls=lazy_group(PLACES),
    help="A text and voice coach for adults whose legs feel weak.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def options(debug: bool = typer.Option(False, "--debug", help="Show a traceback when something goes wrong.")) -> None:
    """Options of every command; `--debug` is read by `main`, which sees what was raised."""
    del debug


def main() -> None:
    """Run a command. Exit status: 0 fine, 1 the work found problems, 2 wrong usage or configuration."""
    try:
        app()
    except Problem as problem:
        _leave(problem.status, str(problem))
    except KeyboardInterrupt:
        _leave(WORK_FOUND_PROBLEMS, "Stopped.")
    except Exception as error:
        wrong_settings = _wrong_settings(error)
        if wrong_settings:
            _leave(WRONG_USE, *wrong_settings)
        if "--debug" in sys.argv:
            raise
        _leave(WORK_FOUND_PROBLEMS, _sentence(error))


def _wrong_settings(error: Exception) -> Sequence[str]:
    """The problems of settings that cannot be used; none for another error.

    What a command did not import cannot have raised, so it is not imported here either.
    """
    settings = sys.modules.get("coach.settings")
    if settings is None or not isinstance(error, settings.WrongSettings):
        return ()
    return tuple(error.problems)


def _sentence(error: Exception) -> str:
    database = sys.modules.get("coach.adapters.database.engine")
    refused: str | None = database.why_not_written(getattr(error, "orig", None)) if database is not None else None
    if refused:
        return refused
    if database is not None and database.is_away(error):
        return "The database cannot be reached or opened; check COACH_DATABASE_URL, and that it is running."
    return f"{_first_line(error)} (--debug shows where)."


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".")


def _leave(status: int, *sentences: str) -> None:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    sys.exit(status)
