"""`coach doctor`: is this installation fit to send, and would somebody be told of what it finds?"""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import typer

from coach.adapters.clock import system_clock
from coach.adapters.database.maintenance import check as look_for_damage
from coach.bootstrap import open_house
from coach.cli.content import content_problems
from coach.core.rota import problems
from coach.settings import Settings, Use, environment, read_settings


def doctor() -> None:
    """Say whether this installation is fit to send: settings, database, content, time zones, who is on call.

    Example: coach doctor
    """
    settings = read_settings(environment(), Use.LIVE)
    findings = {name: ask(settings) for name, ask in _QUESTIONS.items()}
    for name, finding in findings.items():
        print(f"{'ok  ' if finding is None else 'MEND'}  {name}{'' if finding is None else ': ' + finding}")
    for name, advise in _ADVICE.items():
        advice = advise(settings)
        print(f"{'ok  ' if advice is None else 'note'}  {name}{'' if advice is None else ': ' + advice}")
    if any(findings.values()):
        raise typer.Exit(1)


def _database(settings: Settings) -> str | None:
    return "; ".join(look_for_damage(settings.database_url)) or None


def _content(_settings: Settings) -> str | None:
    found = content_problems()
    return f"{len(found)} problems; coach check names them." if found else None


def _zones(_settings: Settings) -> str | None:
    offset = ZoneInfo("America/New_York").utcoffset(system_clock().replace(tzinfo=None))
    return None if offset else "the time-zone data cannot be read; reinstall tzdata."


def _rota(settings: Settings) -> str | None:
    if _database(settings):
        return "it cannot be read before the database is mended."
    house = open_house(settings, system_clock)
    try:
        with house.store.begin() as tx:
            return " ".join(problems(tx.rota(), house.clock())) or None
    finally:
        house.close()


def _heartbeat(settings: Settings) -> str | None:
    unwatched = "nobody outside would notice that all of this had stopped; set COACH_HEARTBEAT_URL."
    return None if settings.heartbeat_url else unwatched


_QUESTIONS: dict[str, Callable[[Settings], str | None]] = {
    "database": _database,
    "content": _content,
    "time zones": _zones,
    "rota": _rota,
}
_ADVICE: dict[str, Callable[[Settings], str | None]] = {"heartbeat": _heartbeat}  # fit to send without it
