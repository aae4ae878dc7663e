"""Figures for the operator: nothing personal, and cheap enough to be asked for every few seconds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from coach.adapters.database import tables as t
from coach.adapters.database.reports_values import Gauges
from coach.adapters.database.states import OutboxState, TimerState
from coach.core.model import Disposition, EscalationState, Lane


def read_gauges(connection: Connection, now: datetime) -> Gauges:
    """Backlog, age of what is due, and open work. Every count has an index of what is open to read."""
    o, e = t.outbox.c, t.escalation.c
    pending = select(o.lane, func.count()).where(o.state == OutboxState.PENDING)
    waiting = dict(_pairs(connection, pending.group_by(o.lane)))
    by_state = [
        (row[0], row[1], row[2])
        for row in connection.execute(
            select(e.level, e.state, func.count()).where(e.state != EscalationState.CLOSED).group_by(e.level, e.state)
        )
    ]
    return Gauges(
        backlog=tuple((lane.name.lower(), waiting.get(lane.value, 0)) for lane in Lane),
        oldest_due_seconds=read_oldest_due(connection, now),
        undecided=connection.scalar(select(func.count()).where(t.inbound.c.decided_at.is_(None))) or 0,
        cases=tuple((d.value, sum(n for level, _, n in by_state if level == d)) for d in Disposition),
        unowned=tuple(
            (d.value, sum(n for level, state, n in by_state if level == d and state == EscalationState.RAISED))
            for d in Disposition
        ),
        tasks=connection.scalar(select(func.count()).where(t.task.c.done_at.is_(None))) or 0,
    )


def read_oldest_due(connection: Connection, now: datetime) -> float:
    """Seconds by which the oldest timer, unread text or waiting message is past its time; 0 when none is."""
    oldest: tuple[datetime | None, ...] = (
        connection.scalar(select(func.min(t.timer.c.due_at)).where(t.timer.c.state == TimerState.PENDING)),
        connection.scalar(select(func.min(t.outbox.c.not_before)).where(t.outbox.c.state == OutboxState.PENDING)),
        connection.scalar(select(func.min(t.inbound.c.received_at)).where(t.inbound.c.decided_at.is_(None))),
    )
    return max([0.0, *((now - at).total_seconds() for at in oldest if at is not None)])


def _pairs(connection: Connection, statement: object) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in connection.execute(statement)]  # type: ignore[call-overload]
