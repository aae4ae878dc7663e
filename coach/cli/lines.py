"""`coach lines`: the numbers and services that messages leave from, when the carrier refuses one."""

from __future__ import annotations

import typer

from coach.cli.opening import open_fitting
from coach.cli.problems import WRONG_USE, Problem

app = typer.Typer(help="Numbers and services from which nothing leaves any more.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """Show every line that is stopped, since when (UTC) and why.

    Example: coach lines list
    """
    stopped = open_fitting().store.stopped_lines()
    for line in stopped:
        print(f"{line.name}\t{line.since:%Y-%m-%d %H:%M}\t{line.because}")
    if not stopped:
        print("No line is stopped.")


@app.command()
def resume(name: str = typer.Argument(help="The line as `coach lines list` names it.")) -> None:
    """Say that a line works again, once it is mended at the carrier; what still waits there leaves at once.

    Example: coach lines resume sms:+12025550100
    """
    if not open_fitting().store.resume_line(name):
        raise Problem(f"No line {name} is stopped; see coach lines list.", WRONG_USE)
    print(f"{name} sends again.")
