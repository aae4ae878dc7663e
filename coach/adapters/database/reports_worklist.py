"""The worklist, in the same few statements however long it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, func, or_, select

from coach.adapters.database import tables as t
from coach.adapters.database.reports_cases import is_late, level_rank, newest_steps, stage_of
from coach.adapters.database.reports_heat import read_alerts
from coach.adapters.database.reports_rows import AnyRow
from coach.adapters.database.reports_values import SPARK_DAYS, Case, Counts, DayScore, OpenTask, Worklist
from coach.adapters.database.states import OutboxState
from coach.core.model import Disposition, EscalationState, Kind, Status

STALE = timedelta(minutes=2)
"""Texts that wait longer than this, in either direction, are worth a word to the coordinators."""


def read_worklist(connection: Connection, now: datetime) -> Worklist:
    """Open cases by level and then age, open tasks by age, and the figures above them."""
    rows = connection.execute(_open_cases()).all()
    scores = scores_of(connection, {row.participant_id for row in rows}, now - timedelta(days=SPARK_DAYS))
    steps = newest_steps(connection, {row.id for row in rows})
    return Worklist(
        at=now,
        cases=tuple(_case(row, scores[row.participant_id], steps.get(row.id, {}), now) for row in rows),
        tasks=tuple(task_of(row) for row in connection.execute(open_tasks())),
        counts=_counts(connection, now),
        heat=tuple(alert for alert in read_alerts(connection, now) if alert.in_force),
    )


def _open_cases() -> Select[tuple[object, ...]]:
    e, p = t.escalation.c, t.participant.c
    return (
        select(
            e.id, e.participant_id, e.level, e.because, e.quote, e.state, e.owner, e.raised_at,
            e.caused_at, e.contact_by, p.name, p.phone, p.zone, p.status,
        )
        .join(t.participant)
        .where(e.state != EscalationState.CLOSED)
        .order_by(level_rank().desc(), e.raised_at, e.id)
    )  # fmt: skip


def open_tasks() -> Select[tuple[object, ...]]:
    """Tasks not yet done, oldest first, with the person and the text they are about."""
    k, p = t.task.c, t.participant.c
    return (
        select(k.id, k.kind, k.because, k.raised_at, k.participant_id, p.name, p.phone, p.zone, t.inbound.c.body)
        .select_from(t.task.outerjoin(t.participant).outerjoin(t.inbound, k.inbound_id == t.inbound.c.id))
        .where(k.done_at.is_(None))
        .order_by(k.raised_at, k.id)
    )


def scores_of(connection: Connection, people: Iterable[int], since: datetime) -> defaultdict[int, tuple[DayScore, ...]]:
    """The last weakness score of each local day by participant, oldest day first."""
    o = t.observation.c
    by_day: defaultdict[int, dict[object, DayScore]] = defaultdict(dict)
    rows = connection.execute(
        select(o.participant_id, o.day, o.value)
        .where(o.participant_id.in_(sorted(people)), o.kind == Kind.WEAKNESS, o.at >= since, o.value.is_not(None))
        .order_by(o.at, o.id)
    )
    for row in rows:
        by_day[row.participant_id][row.day] = DayScore(row.day, row.value)
    return defaultdict(tuple, {i: tuple(sorted(days.values(), key=lambda s: s.day)) for i, days in by_day.items()})


def _case(row: AnyRow, scores: tuple[DayScore, ...], steps: Mapping[str, datetime], now: datetime) -> Case:
    return Case(
        id=row.id,
        participant_id=row.participant_id,
        name=row.name,
        phone=row.phone,
        zone=row.zone,
        status=Status(row.status),
        level=Disposition(row.level),
        because=row.because,
        quote=row.quote,
        state=EscalationState(row.state),
        owner=row.owner,
        raised_at=row.raised_at,
        scores=scores,
        stage=stage_of(row, steps),
        contact_by=row.contact_by,
        late=is_late(row, now),
    )


def task_of(row: AnyRow) -> OpenTask:
    """The task in a row of `open_tasks`."""
    return OpenTask(
        id=row.id,
        kind=row.kind,
        because=row.because,
        raised_at=row.raised_at,
        participant_id=row.participant_id,
        name=row.name or "",
        phone=row.phone or "",
        zone=row.zone,
        quote=row.body or "",
    )


def _counts(connection: Connection, now: datetime) -> Counts:
    people = connection.execute(select(t.participant.c.status, func.count()).group_by(t.participant.c.status))
    by_status = {row[0]: row[1] for row in people}
    unread = select(func.count()).where(t.inbound.c.decided_at.is_(None), t.inbound.c.received_at < now - STALE)
    late = select(func.count()).where(t.outbox.c.state == OutboxState.PENDING, t.outbox.c.not_before < now - STALE)
    rate = t.send_rate.c
    reason = func.coalesce(rate.stop_reason, rate.pause_reason)
    paused = select(reason).where(or_(rate.stopped_at.is_not(None), rate.paused_until > now)).order_by(rate.stopped_at)
    return Counts(
        active=by_status.get(Status.ACTIVE, 0),
        invited=by_status.get(Status.INVITED, 0),
        paused=by_status.get(Status.PAUSED, 0),
        unread=connection.scalar(unread) or 0,
        late=connection.scalar(late) or 0,
        pause_reason=connection.scalar(paused.limit(1)) or "",
    )
