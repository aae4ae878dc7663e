"""Cases with their trail: what happened, who was paged, and what became of each page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from coach.adapters.database import tables as t
from coach.adapters.database.reports_rows import AnyRow
from coach.adapters.database.reports_values import CaseHistory, Delivery, Step
from coach.adapters.database.reports_words import delivery_in_words
from coach.core.model import CaseStepKind, Disposition, EscalationState

_REACHED = (CaseStepKind.PAGED, CaseStepKind.TOLD)  # the further one first


def read_cases(connection: Connection, person: int, now: datetime) -> tuple[CaseHistory, ...]:
    """A person's cases: open ones by level and then age, then closed ones, newest first."""
    e = t.escalation.c
    steps = _steps(connection, person)
    rows = connection.execute(
        select(t.escalation)
        .where(e.participant_id == person)
        .order_by((e.state == EscalationState.CLOSED), level_rank().desc(), e.raised_at, e.id)
    ).all()
    opened = [row for row in rows if row.state != EscalationState.CLOSED]
    closed = sorted((r for r in rows if r.state == EscalationState.CLOSED), key=lambda r: r.raised_at, reverse=True)
    return tuple(_case(row, tuple(steps[row.id]), now) for row in (*opened, *closed))


def level_rank() -> ColumnElement[int]:
    """SQL for the rank of an escalation's level; a level nobody knows comes first rather than last."""
    return case({str(d): d.rank for d in Disposition}, value=t.escalation.c.level, else_=len(Disposition))


def newest_steps(connection: Connection, ids: Collection[int]) -> Mapping[int, Mapping[str, datetime]]:
    """When each kind of step last happened, by case; only the kinds that say how far a case is."""
    s = t.escalation_step.c
    kinds = (*_REACHED, CaseStepKind.REOPENED)
    newest = select(s.escalation_id, s.step, func.max(s.at).label("at")).where(
        s.escalation_id.in_(sorted(ids)), s.step.in_(kinds)
    )
    found = defaultdict[int, dict[str, datetime]](dict)
    for row in connection.execute(newest.group_by(s.escalation_id, s.step)):
        found[row.escalation_id][row.step] = row.at
    return found


def stage_of(row: AnyRow, newest: Mapping[str, datetime]) -> str:
    """How far a case is: its state, or `told` or `paged` while nobody has it. The same as `escalation.stage`."""
    if row.state != EscalationState.RAISED:
        return str(row.state)
    since = newest.get(CaseStepKind.REOPENED) or row.caused_at or row.raised_at
    reached = (kind.value for kind in _REACHED if kind in newest and newest[kind] >= since)
    return next(reached, CaseStepKind.RAISED.value)


def is_late(row: AnyRow, now: datetime) -> bool:
    """Whether somebody has the case and has not reached the person by the time that was promised."""
    waiting = row.state == EscalationState.ACKNOWLEDGED
    return waiting and row.contact_by is not None and row.contact_by < now


def _steps(connection: Connection, person: int) -> defaultdict[int, list[Step]]:
    s, e, o, to = t.escalation_step.c, t.escalation.c, t.outbox.c, t.participant.c
    of_person: Select[Any] = (
        select(
            s.escalation_id, s.step, s.at, s.staff, s.note, s.channel, s.outbox_id, to.name,
            o.state, o.channel.label("sent_by"),
        )
        .select_from(
            t.escalation_step.join(t.escalation, e.id == s.escalation_id)
            .outerjoin(t.participant, to.id == s.to_id)
            .outerjoin(t.outbox, o.id == s.outbox_id)
        )
        .where(e.participant_id == person)
        .order_by(s.at, s.id)
    )  # fmt: skip
    attempts = _last_attempts(connection, person)
    steps: defaultdict[int, list[Step]] = defaultdict(list)
    for row in connection.execute(of_person):
        steps[row.escalation_id].append(_step(row, *attempts.get(row.outbox_id, (None, None))))
    return steps


def _last_attempts(connection: Connection, person: int) -> dict[int, tuple[str | None, str | None]]:
    """The last attempt of each message that a step of the person's cases is about."""
    a, s, e = t.attempt.c, t.escalation_step.c, t.escalation.c
    about = select(s.outbox_id).join(t.escalation, e.id == s.escalation_id).where(e.participant_id == person)
    statement = select(a.outbox_id, a.status, a.failure).where(a.outbox_id.in_(about)).order_by(a.started_at, a.id)
    return {row.outbox_id: (row.status, row.failure) for row in connection.execute(statement)}


def _step(row: AnyRow, status: str | None, failure: str | None) -> Step:
    sent = row.state is not None and row.step == CaseStepKind.PAGED
    delivery: Delivery | None = delivery_in_words(row.state, status, failure, row.sent_by) if sent else None
    return Step(row.step, row.at, row.staff or "", row.note or "", row.name or "", row.channel or "", delivery)


def _case(row: AnyRow, steps: tuple[Step, ...], now: datetime) -> CaseHistory:
    newest = {step.step: step.at for step in steps}
    return CaseHistory(
        id=row.id,
        level=Disposition(row.level),
        rules=tuple(row.rules),
        because=row.because,
        quote=row.quote,
        state=EscalationState(row.state),
        raised_at=row.raised_at,
        owner=row.owner,
        outcome=row.outcome,
        inbound_id=row.inbound_id,
        steps=steps,
        stage=stage_of(row, newest),
        contact_by=row.contact_by,
        contacted_at=row.contacted_at,
        late=is_late(row, now),
        rules_version=row.rules_version or "",
        explanation=row.explanation,
    )
