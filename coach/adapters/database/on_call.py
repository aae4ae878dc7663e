"""Who is on call: numbers of staff, their shifts and leave. Nothing is deleted; it is ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, case, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from coach.adapters.database import people
from coach.adapters.database.statements import Turn, one_at_a_time
from coach.adapters.database.tables import (
    escalation,
    escalation_step,
    on_call,
    on_call_leave,
    on_call_shift,
    participant,
    staff,
)
from coach.core.escalation import case_ids_of
from coach.core.model import CaseStepKind, Disposition, Escalation, EscalationState, Language, Participant, Status
from coach.core.rota import Leave, OnCall, Rota, Shift
from coach.ports import Duplicate

_WEEK = range(7)


def hold_rota(connection: Connection) -> None:
    """Keep others from changing the rota until the transaction ends; reading it waits for nobody.

    Two who change it at once would each count on the other's hours.
    """
    one_at_a_time(connection, Turn.CHANGE_ROTA)


def read_rota(connection: Connection) -> Rota:
    """Everybody, with what is not ended of their shifts and leave."""
    columns = (on_call, participant.c.name, participant.c.phone, participant.c.language)
    everybody = select(*columns).join(participant, participant.c.id == on_call.c.participant_id)
    shifts = select(on_call_shift).where(on_call_shift.c.ended_at.is_(None))
    leaves = select(on_call_leave).where(on_call_leave.c.ended_at.is_(None))
    return Rota(
        people=tuple(_person(row) for row in connection.execute(everybody.order_by(on_call.c.participant_id))),
        shifts=tuple(_shift(row) for row in connection.execute(shifts.order_by(on_call_shift.c.id))),
        leaves=tuple(_leave(row) for row in connection.execute(leaves.order_by(on_call_leave.c.id))),
    )


def case_by_code(connection: Connection, code: str) -> int | None:
    """The case that a code names: the newest open one, else the newest."""
    newest = connection.scalar(select(func.max(escalation.c.id))) or 0
    is_closed = case((escalation.c.state == EscalationState.CLOSED, 1), else_=0)
    named = select(escalation.c.id).where(escalation.c.id.in_(case_ids_of(code, newest)))
    return connection.scalars(named.order_by(is_closed, escalation.c.id.desc()).limit(1)).first()


def cases_known_to(connection: Connection, person: OnCall) -> Sequence[Escalation]:
    """Open cases that somebody was paged about since they were raised, or has; nothing is locked."""
    e, step = escalation.c, escalation_step.c
    paged = exists().where(step.escalation_id == e.id, step.to_id == person.id, step.step == CaseStepKind.PAGED)
    known: Select[Any] = select(e.id, e.participant_id, e.level, e.raised_at, e.state, e.owner)
    known = known.where(e.state != EscalationState.CLOSED, or_(e.owner == person.handle, paged)).order_by(e.id)
    return [_case(row) for row in connection.execute(known)]


def add(connection: Connection, person: OnCall, by: str, now: datetime) -> int:
    """A number of staff. Raises Duplicate when the number or the handle is taken."""
    row = Participant(
        0, person.phone, Status.ON_CALL, person.language, "US", name=person.name, zone=person.zone, programme=""
    )
    number = people.enrol(connection, row, now)
    account = select(staff.c.id).where(staff.c.username == person.handle).scalar_subquery()
    own = {"participant_id": number, "handle": person.handle, "staff_id": account, "created_at": now}
    try:
        connection.execute(insert(on_call).values(own | _columns(person, by)))
    except IntegrityError:
        message = "the handle is taken"
        raise Duplicate(message) from None
    return number


def change(connection: Connection, person: OnCall, by: str, now: datetime) -> bool:
    """What may change of a person; False when there is none."""
    mine = update(on_call).where(on_call.c.participant_id == person.id)
    known = connection.execute(mine.values(_columns(person, by))).rowcount == 1
    if known:
        details = {"name": person.name, "language": person.language, "zone": person.zone, "changed_at": now}
        connection.execute(update(participant).where(participant.c.id == person.id).values(details))
    return known


def changed_since(connection: Connection, participant_id: int, at: datetime) -> bool:
    """Whether anybody's status was changed after then, or anything about a number of staff."""
    p = participant.c
    number_changed = and_(p.status == Status.ON_CALL, p.changed_at > at)
    changed = select(p.id).where(p.id == participant_id, or_(p.status_at > at, number_changed))
    return connection.scalar(changed) is not None


def add_shift(connection: Connection, shift: Shift, by: str, now: datetime) -> int:
    """A shift from now on."""
    row = {
        "on_call_id": shift.person,
        "layer": shift.layer,
        "weekdays": sum(1 << day for day in shift.weekdays),
        "start_at": shift.start,
        "end_at": shift.end,
        "first_day": shift.first_day,
        "last_day": shift.last_day,
    }
    return _insert(connection, on_call_shift, row, by, now)


def add_leave(connection: Connection, leave: Leave, by: str, now: datetime) -> int:
    """A leave."""
    days = {"first_day": leave.first_day, "last_day": leave.last_day}
    return _insert(connection, on_call_leave, {"on_call_id": leave.person, "cover_id": leave.cover} | days, by, now)


def end(connection: Connection, table: Table, number: int, by: str, now: datetime) -> bool:
    """End a shift or a leave; False when there is none or it was ended before."""
    running = update(table).where(table.c.id == number, table.c.ended_at.is_(None))
    return connection.execute(running.values(ended_at=now, ended_by=by)).rowcount == 1


def _insert(connection: Connection, table: Table, row: dict[str, Any], by: str, now: datetime) -> int:
    added = insert(table).values(row | {"at": now, "staff": by}).returning(table.c.id)
    number: int = connection.execute(added).scalar_one()
    return number


def _columns(person: OnCall, by: str) -> dict[str, Any]:
    return {
        "zone": person.zone,
        "texts": person.texts,
        "calls": person.calls,
        "operator": person.operator,
        "active": person.active,
        "changed_by": by,
    }


def _case(row: Row[Any]) -> Escalation:
    state = EscalationState(row.state)
    return Escalation(
        row.id, row.participant_id, Disposition(row.level), (), "", "", row.raised_at, state=state, owner=row.owner
    )


def _person(row: Row[Any]) -> OnCall:
    return OnCall(
        id=row.participant_id,
        handle=row.handle,
        name=row.name,
        phone=row.phone,
        language=Language(row.language),
        zone=row.zone,
        texts=row.texts,
        calls=row.calls,
        active=row.active,
        operator=row.operator,
    )


def _shift(row: Row[Any]) -> Shift:
    return Shift(
        id=row.id,
        person=row.on_call_id,
        layer=row.layer,
        weekdays=frozenset(day for day in _WEEK if row.weekdays >> day & 1),
        start=row.start_at,
        end=row.end_at,
        first_day=row.first_day,
        last_day=row.last_day,
    )


def _leave(row: Row[Any]) -> Leave:
    return Leave(row.id, row.on_call_id, row.first_day, row.last_day, row.cover_id)
