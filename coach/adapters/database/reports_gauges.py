"""Figures for the operator: nothing personal, and cheap enough to be asked for every few seconds.

Each is read from the tables when it is asked for, so it is right with any number of processes. Every count reads an
index of what is open or began lately; none grows with the years.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from coach.adapters.database import tables as t
from coach.adapters.database.costs import read_cost_figures
from coach.adapters.database.figures import (
    LATELY,
    CaseFigures,
    Figures,
    JobFigures,
    LaneFigures,
    ProcessFigures,
    SendFigures,
)
from coach.adapters.database.lines import stopped_lines
from coach.adapters.database.processes import read_processes
from coach.adapters.database.states import OutboxState, TimerState
from coach.adapters.library.prices import Prices
from coach.core.model import Disposition, EscalationState, Lane
from coach.ports import Outcome

_HOUR = timedelta(hours=1)  # of a day the sum would cost more than all other figures together
_UNSENT = (OutboxState.PENDING, OutboxState.RELEASED)
_ANSWERS = (Lane.EMERGENCY, Lane.URGENT, Lane.REPLY)


def read_gauges(connection: Connection, now: datetime, prices: Prices | None = None) -> Figures:
    """Backlog, age of what is due, what was sent lately and what it cost, and open work."""
    alarm, task, inbound = t.alarm.c, t.task.c, t.inbound.c
    in_doubt, in_doubt_oldest = _in_doubt(connection, now)
    return Figures(
        lanes=_lanes(connection, now),
        oldest_due_seconds=read_oldest_due(connection, now),
        undecided=connection.scalar(select(func.count()).where(inbound.decided_at.is_(None))) or 0,
        cases=_cases(connection, now),
        tasks=connection.scalar(select(func.count()).where(task.done_at.is_(None))) or 0,
        alarms=connection.scalar(select(func.count()).where(alarm.ended_at.is_(None))) or 0,
        sends=_sends(connection, now),
        in_doubt=in_doubt,
        in_doubt_oldest_seconds=in_doubt_oldest,
        answers=_answers(connection, now),
        jobs=_jobs(connection, now),
        costs=tuple(read_cost_figures(connection, now - _HOUR, now, prices)) if prices else (),
        processes=tuple(ProcessFigures(p.name, _age(p.seen_at, now)) for p in read_processes(connection, now)),
    )


def read_oldest_due(connection: Connection, now: datetime) -> float:
    """Seconds by which the oldest timer, unread text or waiting message is past its time; 0 when none is.

    What waits for a line that is stopped has an alarm of its own.
    """
    pending = select(func.min(t.outbox.c.not_before)).where(t.outbox.c.state == OutboxState.PENDING)
    stopped = {line.channel for line in stopped_lines(connection)}
    if stopped:
        pending = pending.where(t.outbox.c.channel.not_in(stopped))
    oldest: tuple[datetime | None, ...] = (
        connection.scalar(select(func.min(t.timer.c.due_at)).where(t.timer.c.state == TimerState.PENDING)),
        connection.scalar(pending),
        connection.scalar(select(func.min(t.outbox.c.not_before)).where(t.outbox.c.state == OutboxState.RELEASED)),
        connection.scalar(select(func.min(t.inbound.c.received_at)).where(t.inbound.c.decided_at.is_(None))),
    )
    return max(_age(at, now) for at in oldest)


def _lanes(connection: Connection, now: datetime) -> tuple[LaneFigures, ...]:
    """Each state is asked for alone, since each has an index of its own."""
    found = [row for state in _UNSENT for row in connection.execute(_waiting(state))]
    figures = []
    for lane in Lane:
        mine = [(count, _age(oldest, now)) for of, count, oldest in found if of == lane]
        oldest = max((age for _, age in mine), default=0.0)
        figures.append(LaneFigures(lane.name.lower(), sum(count for count, _ in mine), oldest))
    return tuple(figures)


def _waiting(state: OutboxState) -> Select[Any]:
    o = t.outbox.c
    return select(o.lane, func.count(), func.min(o.not_before)).where(o.state == state).group_by(o.lane)


def _cases(connection: Connection, now: datetime) -> tuple[CaseFigures, ...]:
    e = t.escalation.c
    still = select(e.level, e.state, func.count(), func.min(e.raised_at)).where(e.state != EscalationState.CLOSED)
    rows = connection.execute(still.group_by(e.level, e.state)).all()
    figures = []
    for level in Disposition:
        mine = [(state, count, oldest) for of, state, count, oldest in rows if of == level]
        nobodys = [(count, _age(oldest, now)) for state, count, oldest in mine if state == EscalationState.RAISED]
        unowned, age = nobodys[0] if nobodys else (0, 0.0)
        figures.append(CaseFigures(level.value, sum(count for _, count, _ in mine), unowned, age))
    return tuple(figures)


def _sends(connection: Connection, now: datetime) -> tuple[SendFigures, ...]:
    a, o = t.attempt.c, t.outbox.c
    lately = select(o.channel, a.outcome, func.count()).join(t.outbox, o.id == a.outbox_id)
    rows = connection.execute(lately.where(a.started_at >= now - LATELY).group_by(o.channel, a.outcome))
    return tuple(sorted((SendFigures(row[0], row[1] or "open", row[2]) for row in rows), key=_order))


def _order(one: SendFigures) -> tuple[str, str]:
    return one.channel, one.outcome


def _in_doubt(connection: Connection, now: datetime) -> tuple[int, float]:
    a, o = t.attempt.c, t.outbox.c
    doubtful = select(func.count(o.id.distinct()), func.min(a.started_at)).join(t.attempt, a.outbox_id == o.id)
    row = connection.execute(doubtful.where(o.state == OutboxState.IN_DOUBT, a.outcome == Outcome.IN_DOUBT)).one()
    return row[0], _age(row[1], now)


def _answers(connection: Connection, now: datetime) -> tuple[float, ...]:
    """A text that was answered before is not counted again when more is sent about it: its first answer came sooner."""
    a, o, i = t.attempt.c, t.outbox.c, t.inbound.c
    first = select(i.received_at, func.min(a.finished_at)).join(t.outbox, o.inbound_id == i.id).join(t.attempt)
    lately = (a.started_at >= now - LATELY, i.received_at >= now - LATELY)
    answered = first.where(*lately, a.outcome == Outcome.ACCEPTED, o.lane.in_(_ANSWERS))
    rows = connection.execute(answered.group_by(i.id, i.received_at))
    return tuple(sorted((finished - received).total_seconds() for received, finished in rows if finished is not None))


def _jobs(connection: Connection, now: datetime) -> tuple[JobFigures, ...]:
    rows = connection.execute(select(t.job_mark).order_by(t.job_mark.c.name))
    return tuple(
        JobFigures(
            name=row.name,
            ok_seconds=None if row.ok_at is None else _age(row.ok_at, now),
            failing=row.failed_at is not None and (row.ok_at is None or row.failed_at > row.ok_at),
        )
        for row in rows
    )


def _age(at: datetime | None, now: datetime) -> float:
    """Seconds since then; 0 when that is never or still to come."""
    return max(0.0, (now - at).total_seconds()) if at is not None else 0.0
