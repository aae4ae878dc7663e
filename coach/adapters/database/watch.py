"""Marks of jobs, alarms about the program itself, and what has fallen silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select, text, update

from coach.adapters.database.statements import upsert
from coach.adapters.database.states import TimerState
from coach.adapters.database.tables import (
    alarm,
    attempt,
    escalation,
    escalation_step,
    event,
    inbound,
    job_mark,
    on_call,
    outbox,
    participant,
    process_mark,
    timer,
)
from coach.core.events import PromptSkipped
from coach.core.model import Channel, EscalationState, Lane, Status, TimerKind
from coach.ports import Alarm, JobMark, Outcome

_OPEN = alarm.c.ended_at.is_(None)
_ARRIVED = ("delivered", "read", "completed")
_DID_NOT = ("undelivered", "failed")
_LATELY = timedelta(days=7)
"""A page that long ago says nothing of a number any more."""


def mark_job(connection: Connection, mark: JobMark) -> None:
    """Keep a mark over the one before; what it does not say stays."""
    told = {"ok_at": mark.ok_at, "failed_at": mark.failed_at, "error": mark.error, "process": mark.process}
    fresh = {name: value for name, value in told.items() if value is not None}
    statement = upsert(connection, job_mark).values(name=mark.name, **fresh)
    connection.execute(statement.on_conflict_do_update(index_elements=[job_mark.c.name], set_=fresh))
    seen_at = mark.ok_at or mark.failed_at
    if mark.process and seen_at is not None:
        _see_process(connection, mark.process, mark.name, {"seen_at": seen_at, "error": mark.error})


def _see_process(connection: Connection, process: str, job: str, seen: dict[str, Any]) -> None:
    """The job is judged by its own mark, whoever did it; this says who is there."""
    statement = upsert(connection, process_mark).values(process=process, job=job, **seen)
    keys = [process_mark.c.process, process_mark.c.job]
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=seen))


def jobs_marked(connection: Connection) -> Sequence[JobMark]:
    """All marks, by name."""
    rows = connection.execute(select(job_mark).order_by(job_mark.c.name))
    return [JobMark(row.name, row.ok_at, row.failed_at, row.error, row.process) for row in rows]


def raise_alarm(connection: Connection, row: dict[str, Any]) -> bool:
    """Open an alarm; False when one with this key is open already."""
    statement = upsert(connection, alarm).values(**row)
    once = statement.on_conflict_do_nothing(index_elements=[alarm.c.key], index_where=text("ended_at IS NULL"))
    return connection.scalars(once.returning(alarm.c.id)).first() is not None


def open_alarms(connection: Connection) -> Sequence[Alarm]:
    """Those not over, oldest first."""
    return [_alarm(row) for row in connection.execute(select(alarm).where(_OPEN).order_by(alarm.c.id))]


def paged(connection: Connection, alarm_id: int, now: datetime) -> None:
    """Somebody was paged about it."""
    connection.execute(update(alarm).where(alarm.c.id == alarm_id).values(paged_at=now))


def see(connection: Connection, alarm_id: int, staff: str, now: datetime) -> bool:
    """Somebody looks after it; the first one counts."""
    unseen = update(alarm).where(alarm.c.id == alarm_id, _OPEN, alarm.c.seen_at.is_(None))
    return connection.execute(unseen.values(seen_by=staff, seen_at=now)).rowcount == 1


def end(connection: Connection, key: str, now: datetime) -> bool:
    """It is over."""
    return connection.execute(update(alarm).where(alarm.c.key == key, _OPEN).values(ended_at=now)).rowcount == 1


def cases_without_wakeup(connection: Connection, limit: int) -> Sequence[int]:
    """Participants with an open case and no pending look at it."""
    e, t = escalation.c, timer.c
    looks = exists().where(
        t.participant_id == e.participant_id, t.kind == TimerKind.CASE, t.state == TimerState.PENDING
    )
    alone = select(e.participant_id).where(e.state != EscalationState.CLOSED, ~looks)
    return connection.scalars(alone.distinct().order_by(e.participant_id).limit(limit)).all()


def cases_ahead(connection: Connection, now: datetime) -> int:
    """Open cases that were raised, or of which something is noted, at a time still to come."""
    e, s = escalation.c, escalation_step.c
    later = exists().where(s.escalation_id == e.id, s.at > now)
    ahead = select(func.count()).where(e.state != EscalationState.CLOSED, or_(e.raised_at > now, later))
    return int(connection.scalar(ahead) or 0)


def overdue_people(connection: Connection, since: datetime, limit: int) -> Sequence[int]:
    """Active people in a programme of whom nothing was sent, skipped or heard since then."""
    p = participant.c
    heard = exists().where(inbound.c.participant_id == p.id, inbound.c.received_at >= since)
    sent = exists().where(outbox.c.participant_id == p.id, outbox.c.created_at >= since)
    kept = exists().where(event.c.participant_id == p.id, event.c.at >= since, event.c.kind == PromptSkipped.__name__)
    known = (p.enrolled_on.is_not(None), p.changed_at < since, or_(p.status_at.is_(None), p.status_at < since))
    silent = select(p.id).where(p.status == Status.ACTIVE, *known)
    return connection.scalars(silent.where(~heard, ~sent, ~kept).order_by(p.id).limit(limit)).all()


def failing_numbers(connection: Connection, now: datetime) -> Sequence[int]:
    """Active numbers on call whose last settled page by text or by call, as they are to get them, did not arrive."""
    o, a, n = outbox.c, attempt.c, on_call.c
    settled = or_(a.status.in_(_ARRIVED + _DID_NOT), a.outcome == Outcome.REJECTED)
    newest = func.row_number().over(partition_by=(o.participant_id, o.channel), order_by=a.started_at.desc())
    pages = (
        select(o.participant_id, a.status, newest.label("nth"))
        .join(attempt, a.outbox_id == o.id)
        .join(on_call, n.participant_id == o.participant_id)
        .where(o.lane == Lane.PAGE, o.created_at >= now - _LATELY, n.active, settled)
        .where(or_(and_(o.channel == Channel.SMS, n.texts), and_(o.channel == Channel.VOICE, n.calls)))
        .subquery()
    )
    failed = pages.c.status.is_(None) | pages.c.status.not_in(_ARRIVED)
    last = select(pages.c.participant_id).where(pages.c.nth == 1, failed)
    return connection.scalars(last.distinct().order_by(pages.c.participant_id)).all()


def _alarm(row: Row[Any]) -> Alarm:
    return Alarm(
        id=row.id,
        key=row.key,
        kind=row.kind,
        because=row.because,
        raised_at=row.raised_at,
        participant_id=row.participant_id,
        paged_at=row.paged_at,
        seen_by=row.seen_by,
        seen_at=row.seen_at,
    )
