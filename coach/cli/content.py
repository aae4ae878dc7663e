"""`coach check`: is what we would say right?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from coach.adapters.clock import system_clock
from coach.adapters.library import sheets
from coach.adapters.library.carrier import load_carrier_codes, load_voice_script
from coach.adapters.library.coverage import document
from coach.adapters.library.desk import Desk, read_desk
from coach.adapters.library.handbook import load_handbook
from coach.adapters.library.lint import lint
from coach.adapters.library.person import WrongPerson, situation_of
from coach.adapters.library.preview import preview
from coach.adapters.library.prices import load_prices
from coach.adapters.library.problems import Problem as LibraryProblem
from coach.adapters.library.problems import located
from coach.adapters.library.rehearsals import load_rehearsals
from coach.adapters.library.retention import load_retention
from coach.cli.calendars import written_out
from coach.cli.problems import WRONG_USE, Problem, warn
from coach.resources import folder


def check(
    show: str = typer.Option("", metavar="ID", help="Show a text, or what a group would send, to one person."),
    profile: str = typer.Option("", metavar="FACTS", help="That person, such as: age=82 medicines=statin language=es"),
    coverage: bool = typer.Option(False, "--coverage", help="Print docs/content.md: which text covers what."),
    texts: str = typer.Option("", metavar="FOLDER", help="Write every text in words into a folder, as in docs/texts."),
    calendar: str = typer.Option("", metavar="ID", help="Print docs/calendars/ID.md: two weeks of an invented person."),
) -> None:
    """Check every text, rule and word list in messages/, or show what they say.

    Examples: coach check · coach check --texts docs/texts · coach check --show hydration --profile "age=82"
    """
    messages = folder("messages")
    if calendar:
        print(written_out(messages, calendar), end="")
        return
    if texts:
        _write_sheets(_desk(messages), Path(texts))
        return
    if show or coverage:
        desk = _desk(messages)
        print(document(desk) if coverage else _shown(desk, show, profile), end="" if coverage else "\n")
        return
    if profile:
        raise Problem("--profile says for whom; add --show ID to say which text.", WRONG_USE)
    problems = content_problems()
    for problem in problems:
        warn(problem)
    if problems:
        raise Problem(f"{len(problems)} problems in messages/.")
    print("messages/ is in order.")


def _desk(messages: Path) -> Desk:
    """The content, as far as it can be used; what cannot be is told on the way."""
    problems: list[LibraryProblem] = []
    desk = read_desk(messages, problems)
    for problem in located(problems, messages):
        warn(str(problem))
    if desk is None or not desk.texts:
        raise Problem("The texts cannot be shown before this is mended.")
    return desk


def _shown(desk: Desk, name: str, profile: str) -> str:
    try:
        situation = situation_of(profile, desk.signs, system_clock().date())
        return "\n".join(preview(desk, name, situation))
    except (WrongPerson, LookupError) as wrong:
        raise Problem(str(wrong), WRONG_USE) from None


def _write_sheets(desk: Desk, into: Path) -> None:
    made = sheets.pages(desk)
    try:
        sheets.write(into, made)
    except FileExistsError as other:
        raise Problem(str(other), WRONG_USE) from None
    print(f"{len(made)} pages with {len(desk.texts)} texts are in {into}.")


def content_problems() -> list[str]:
    """What lint finds; only when that is nothing, what loading finds, so that no slip is told twice."""
    messages = folder("messages")
    return [str(problem) for problem in lint(messages)] or _loading_problems(messages)


def _loading_problems(messages: Path) -> list[str]:
    carrier = messages / "carrier.toml"
    loads: tuple[Callable[[], object], ...] = (
        lambda: load_handbook(messages, "Leg Coach"),
        lambda: load_rehearsals(messages),
        lambda: load_carrier_codes(carrier),
        lambda: load_prices(messages),
        lambda: load_retention(messages),
        lambda: load_voice_script(carrier, "Leg Coach", None, "911"),
    )
    return [problem for load in loads for problem in _complaint(load)]


def _complaint(load: Callable[[], object]) -> list[str]:
    try:
        load()
    except ValueError as error:
        return [str(error)]
    return []
