"""`coach check` and `coach doctor`: is what we would say right, and is this installation fit to say it?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from coach.adapters.clock import system_clock
from coach.adapters.database.maintenance import check as look_for_damage
from coach.adapters.library.carrier import load_carrier_codes, load_voice_script
from coach.adapters.library.handbook import load_handbook
from coach.adapters.library.lint import lint
from coach.cli.problems import Problem, warn
from coach.resources import folder
from coach.settings import Settings, Use, environment, read_settings


def check() -> None:
    """Check every text, rule and word list in messages/.

    Example: coach check
    """
    problems = _content_problems()
    for problem in problems:
        warn(problem)
    if problems:
        raise Problem(f"{len(problems)} problems in messages/.")
    print("messages/ is in order.")


def _content_problems() -> list[str]:
    """What lint finds; only when that is nothing, what loading finds, so that no slip is told twice."""
    messages = folder("messages")
    return [str(problem) for problem in lint(messages)] or _loading_problems(messages)


def _loading_problems(messages: Path) -> list[str]:
    carrier = messages / "carrier.toml"
    loads: tuple[Callable[[], object], ...] = (
        lambda: load_handbook(messages, "Leg Coach"),
        lambda: load_carrier_codes(carrier),
        lambda: load_voice_script(carrier, "Leg Coach", None, "911"),
    )
    return [problem for load in loads for problem in _complaint(load)]


def _complaint(load: Callable[[], object]) -> list[str]:
    try:
        load()
    except ValueError as error:
        return [str(error)]
    return []


def doctor() -> None:
    """Say whether this installation is fit to send: settings, database, content, time zones.

    Example: coach doctor
    """
    settings = read_settings(environment(), Use.LIVE)
    findings = {name: ask(settings) for name, ask in _QUESTIONS.items()}
    for name, finding in findings.items():
        print(f"{'ok  ' if finding is None else 'MEND'}  {name}{'' if finding is None else ': ' + finding}")
    if any(findings.values()):
        raise typer.Exit(1)


def _database(settings: Settings) -> str | None:
    problems = look_for_damage(settings.database_url)
    return "; ".join(problems) or None


def _content(_settings: Settings) -> str | None:
    problems = _content_problems()
    return f"{len(problems)} problems; coach check names them." if problems else None


def _zones(_settings: Settings) -> str | None:
    offset = ZoneInfo("America/New_York").utcoffset(system_clock().replace(tzinfo=None))
    return None if offset else "the time-zone data cannot be read; reinstall tzdata."


_QUESTIONS: dict[str, Callable[[Settings], str | None]] = {
    "database": _database,
    "content": _content,
    "time zones": _zones,
}

COMMANDS = (check, doctor)
