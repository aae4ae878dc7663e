"""Which processes there are, by the marks that their jobs leave: also one whose work another has taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from coach.adapters.database.engine import for_reading, open_engine
from coach.adapters.database.tables import process_mark

LATELY = timedelta(days=1)
"""Processes not seen for longer are of no interest: they were stopped, or somebody has heard of it."""
SEEN_EVERY = timedelta(minutes=2)
"""A process leaves a mark every half minute at least; one that has left none for so long has stopped."""
_TOLD = 3


@dataclass(frozen=True, slots=True)
class ProcessSeen:
    """A process by the name of its machine and its number there, and when any job of it was last done."""

    name: str
    seen_at: datetime


def read_processes(connection: Connection, now: datetime) -> Sequence[ProcessSeen]:
    """Those seen in the last day, the last seen first."""
    p = process_mark.c
    seen = func.max(p.seen_at, type_=p.seen_at.type)
    rows = connection.execute(select(p.process, seen).group_by(p.process).having(seen >= now - LATELY))
    return sorted((ProcessSeen(*row) for row in rows), key=lambda one: (now - one.seen_at, one.name))


def processes_problem(url: str, now: datetime) -> str | None:
    """In one sentence which processes have stopped leaving marks, or that there is none; None when all is well."""
    engine = open_engine(url)
    try:
        with for_reading(engine).begin() as connection:
            return _problem(read_processes(connection, now), now)
    finally:
        engine.dispose()


def _problem(seen: Sequence[ProcessSeen], now: datetime) -> str | None:
    gone = [one for one in seen if now - one.seen_at > SEEN_EVERY]
    if len(gone) == len(seen):
        last = f" since {seen[0].seen_at:%d %b %H:%M} UTC" if seen else ""
        return f"no process has been at work{last}; start coach serve, or coach web and coach worker."
    if not gone:
        return None
    names = ", ".join(f"{one.name} (last seen {one.seen_at:%d %b %H:%M} UTC)" for one in gone[:_TOLD])
    more = f" and {len(gone) - _TOLD} more" if len(gone) > _TOLD else ""
    return f"{len(seen) - len(gone)} at work; stopped: {names}{more}. Unless that was on purpose, see their logs."
