"""Collected rows to statements, in an order in which clearing comes before adding."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    Insert,
    Update,
    and_,
    bindparam,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    update,
)

from coach.adapters.database.rows import Linked, Row, Rows
from coach.adapters.database.statements import upsert_for
from coach.adapters.database.states import OutboxState, TimerState
from coach.adapters.database.tables import (
    check_in,
    consent,
    escalation,
    escalation_step,
    event,
    inbound,
    observation,
    outbox,
    participant,
    task,
    timer,
)
from coach.core.escalation import NOT_REACHED
from coach.core.model import CaseStepKind, EscalationState, Lane, TimerKind

_FIRED = (
    update(timer)
    .where(timer.c.id == bindparam("b_id"), timer.c.state == TimerState.PENDING)
    .values(state=TimerState.FIRED, fired_at=bindparam("b_at"))
)
_DECIDED = (
    update(inbound)
    .where(inbound.c.id == bindparam("b_id"))
    .values(decided_at=bindparam("b_at"), participant_id=bindparam("b_participant"))
)
_READ = _DECIDED.values(reply=bindparam("b_reply", type_=inbound.c.reply.type))
_TIMERS_CLEARED = (
    update(timer)
    .where(timer.c.participant_id == bindparam("b_participant"), timer.c.kind == bindparam("b_kind"))
    .where(timer.c.state == TimerState.PENDING)
    .values(state=TimerState.CANCELLED)
)
_OUTBOX_CLEARED = (
    update(outbox)
    .where(outbox.c.participant_id == bindparam("b_participant"), outbox.c.lane == bindparam("b_lane"))
    .where(or_(outbox.c.state == OutboxState.PENDING, outbox.c.state == OutboxState.RELEASED))
    .values(state=OutboxState.CANCELLED)
)
_PAGES_CLEARED = (
    update(outbox)
    .where(outbox.c.escalation_id == bindparam("b_case"), outbox.c.lane == Lane.PAGE)
    .where(outbox.c.state == OutboxState.PENDING)
    .values(state=OutboxState.CANCELLED)
)
_QUESTION_CLOSED = (
    update(check_in)
    .where(check_in.c.id == bindparam("b_id"), check_in.c.participant_id == bindparam("b_participant"))
    .where(check_in.c.closed_at.is_(None))
    .values(closed_at=bindparam("b_at"), answered_at=bindparam("b_answered"))
)
_QUESTION_REPLACED = (
    update(check_in)
    .where(check_in.c.participant_id == bindparam("b_participant"), check_in.c.asked == bindparam("b_asked"))
    .where(check_in.c.closed_at.is_(None))
    .values(closed_at=bindparam("b_at"))
)
_CASE = update(escalation).where(
    escalation.c.id == bindparam("b_id"), escalation.c.participant_id == bindparam("b_participant")
)
_OPEN_CASE = _CASE.where(escalation.c.state != EscalationState.CLOSED)
_PAST_ITS_PROMISE = and_(
    escalation.c.state == EscalationState.ACKNOWLEDGED, escalation.c.contact_by < bindparam("b_at")
)
_noted, _told = escalation_step.alias("noted").c, escalation_step.alias("told").c
_LAST_NOTED = (
    select(func.max(_noted.id))
    .where(_noted.escalation_id == _told.escalation_id, _noted.step == CaseStepKind.CONTACTED)
    .scalar_subquery()
)
_DENIED = and_(
    escalation.c.state == EscalationState.CONTACTED,
    exists()
    .where(_told.escalation_id == escalation.c.id, _told.id > _LAST_NOTED)
    .where(_told.step == CaseStepKind.ANSWERED, _told.note == NOT_REACHED),
)
_NOBODYS = {
    "state": EscalationState.RAISED,
    "owner": null(),
    "acknowledged_at": null(),
    "contact_by": null(),
    "contacted_at": null(),
}
_ACKNOWLEDGED = _CASE.where(or_(escalation.c.state == EscalationState.RAISED, _PAST_ITS_PROMISE, _DENIED)).values(
    state=EscalationState.ACKNOWLEDGED,
    owner=bindparam("b_staff"),
    acknowledged_at=bindparam("b_at"),
    contact_by=bindparam("b_contact_by"),
    contacted_at=null(),
)
_PASSED = _OPEN_CASE.values(_NOBODYS)
_CONTACTED = _OPEN_CASE.values(
    state=EscalationState.CONTACTED,
    owner=func.coalesce(escalation.c.owner, bindparam("b_staff", type_=escalation.c.owner.type)),
    acknowledged_at=func.coalesce(escalation.c.acknowledged_at, bindparam("b_at", type_=escalation.c.raised_at.type)),
    contacted_at=bindparam("b_at"),
)
_CLOSED = _OPEN_CASE.values(
    state=EscalationState.CLOSED,
    outcome=bindparam("b_outcome"),
    closed_at=bindparam("b_at"),
    owner=func.coalesce(escalation.c.owner, bindparam("b_staff")),
)
_REOPENED = _CASE.where(escalation.c.state == EscalationState.CLOSED).values(
    _NOBODYS | {"outcome": null(), "closed_at": null()}
)
_RELEVELLED = _OPEN_CASE.values(level=bindparam("b_level"))
_RAISED = insert(escalation).returning(escalation.c.id, sort_by_parameter_order=True)
_QUEUED = insert(outbox).returning(outbox.c.id, sort_by_parameter_order=True)
_STEPPED, _ASKED, _OBSERVED = insert(escalation_step), insert(check_in), insert(observation)
_CONSENTED, _WAITING, _HAPPENED = insert(consent), insert(outbox), insert(event)


def write(connection: Connection, rows: Rows) -> None:
    """Write everything that was collected."""
    _run(connection, _FIRED, rows.fired)
    _run(connection, _DECIDED, rows.decided)
    _run(connection, _READ, rows.read)
    for participant_id, changed in rows.details:
        connection.execute(_details(participant_id, changed))
    _clear(connection, rows)
    _write_cases(connection, rows)
    _add(connection, rows)


def _clear(connection: Connection, rows: Rows) -> None:
    _run(connection, _TIMERS_CLEARED, rows.timers_cleared)
    _run(connection, _OUTBOX_CLEARED, rows.outbox_cleared)
    _run(connection, _PAGES_CLEARED, rows.pages_cleared)
    _run(connection, _QUESTION_CLOSED, rows.questions_closed)
    _run(connection, _QUESTION_REPLACED, rows.questions_replaced)


def _write_cases(connection: Connection, rows: Rows) -> None:
    _run(connection, _ACKNOWLEDGED, rows.acknowledged)
    _run(connection, _PASSED, rows.passed)
    _run(connection, _CONTACTED, rows.contacted)
    _run(connection, _CLOSED, rows.closed)
    _run(connection, _REOPENED, rows.reopened)
    _run(connection, _RELEVELLED, rows.relevelled)
    first_steps: list[Row] = []
    if rows.cases:
        ids = connection.scalars(_RAISED, rows.cases).all()
        first_steps = [_first_step(case, case_id) for case, case_id in zip(rows.cases, ids, strict=True)]
        for about, case_id in ((linked, ids[_place(rows, linked)]) for linked in rows.linked if linked.case):
            about.message["escalation_id"] = about.step["escalation_id"] = case_id
    _run(connection, _STEPPED, first_steps + rows.steps)


def _place(rows: Rows, linked: Linked) -> int:
    return next(place for place, case in enumerate(rows.cases) if case is linked.case)


def _first_step(case: Row, case_id: int) -> Row:
    step = {"escalation_id": case_id, "step": CaseStepKind.RAISED, "at": case["raised_at"], "note": case["because"]}
    return step | {"staff": None, "to_id": None, "channel": None, "outbox_id": None}


def _add(connection: Connection, rows: Rows) -> None:
    _run(connection, _ASKED, rows.questions)
    _run(connection, _OBSERVED, rows.observations)
    _run(connection, _raise_task(connection.dialect.name), rows.tasks)
    _run(connection, _CONSENTED, _with_carrier_ids(connection, rows.consents))
    _run(connection, _set_timer(connection.dialect.name), rows.timers)
    _queue(connection, rows)
    _run(connection, _HAPPENED, rows.events)


def _queue(connection: Connection, rows: Rows) -> None:
    """The messages, and the steps of those about a case, which name their message."""
    if not rows.linked:
        _run(connection, _WAITING, rows.messages)
        return
    numbers = connection.scalars(_QUEUED, rows.messages).all()
    of_message = {id(message): number for message, number in zip(rows.messages, numbers, strict=True)}
    steps = [linked.step | {"outbox_id": of_message[id(linked.message)]} for linked in rows.linked]
    _run(connection, _STEPPED, steps)


@cache
def _raise_task(dialect: str) -> Insert:
    """A task that time causes is raised once for its key, however often the timer comes."""
    return upsert_for(dialect, task).on_conflict_do_nothing(index_elements=[task.c.participant_id, task.c.key])


def _run(connection: Connection, statement: Executable, rows: list[Row]) -> None:
    if rows:
        connection.execute(statement, rows)


def _details(participant_id: int, changed: Mapping[str, Any]) -> Update:
    return update(participant).where(participant.c.id == participant_id).values(**changed)


@cache
def _set_timer(dialect: str) -> Insert:
    """A key is used once. A timer that was cancelled has caused nothing yet, so the same key may set it again.

    One of cases may be set again whatever it caused: a case that changes at the very moment of a look needs another.
    """
    statement = upsert_for(dialect, timer)
    fresh = {name: statement.excluded[name] for name in ("kind", "due_at", "payload", "state", "tries")}
    looked = and_(timer.c.kind == TimerKind.CASE, timer.c.state != TimerState.PENDING)
    return statement.on_conflict_do_update(
        index_elements=[timer.c.participant_id, timer.c.key],
        set_=fresh,
        where=or_(timer.c.state == TimerState.CANCELLED, looked),
    )


def _with_carrier_ids(connection: Connection, consents: list[Row]) -> list[Row]:
    """Proof names the very text that gave it."""
    ids = {row["inbound_id"] for row in consents if row["inbound_id"] is not None}
    if not ids:
        return [_proof(row, None) for row in consents]
    found = connection.execute(select(inbound.c.id, inbound.c.carrier_id).where(inbound.c.id.in_(ids)))
    carrier_ids = {row.id: row.carrier_id for row in found}
    return [_proof(row, carrier_ids.get(row["inbound_id"])) for row in consents]


def _proof(row: Row, carrier_id: str | None) -> Row:
    return {name: value for name, value in row.items() if name != "inbound_id"} | {"carrier_id": carrier_id}
