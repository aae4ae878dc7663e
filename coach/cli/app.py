"""The commands put together, and how an error reaches a person: one plain sentence, no traceback unless asked for."""

from __future__ import annotations

import sys

import typer

from coach.adapters.database.engine import is_away
from coach.cli import content, data, files, people, serving, staff
from coach.cli.problems import WORK_FOUND_PROBLEMS, WRONG_USE, Problem
from coach.settings import WrongSettings

app = typer.Typer(
    name="coach",
    help="A text and voice coach for adults whose legs feel weak.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(data.app, name="db")
app.add_typer(staff.app, name="staff")
app.add_typer(people.app, name="people")
for command in (*serving.COMMANDS, *files.COMMANDS, *content.COMMANDS):
    app.command()(command)


@app.callback()
def options(debug: bool = typer.Option(False, "--debug", help="Show a traceback when something goes wrong.")) -> None:
    """Options of every command; `--debug` is read by `main`, which sees what was raised."""
    del debug


def main() -> None:
    """Run a command. Exit status: 0 fine, 1 the work found problems, 2 wrong usage or configuration."""
    try:
        app()
    except WrongSettings as wrong:
        _leave(WRONG_USE, *wrong.problems)
    except Problem as problem:
        _leave(problem.status, str(problem))
    except KeyboardInterrupt:
        _leave(WORK_FOUND_PROBLEMS, "Stopped.")
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        _leave(WORK_FOUND_PROBLEMS, _sentence(error))


def _sentence(error: Exception) -> str:
    if is_away(error):
        return "The database cannot be reached or opened; check COACH_DATABASE_URL, and that it is running."
    return f"{_first_line(error)} (--debug shows where)."


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".")


def _leave(status: int, *sentences: str) -> None:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    sys.exit(status)
