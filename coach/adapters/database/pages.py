"""Messages that were lost although they matter: their cases know, and a coordinator hears of those to people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from coach.adapters.database.statements import upsert
from coach.adapters.database.states import TimerState
from coach.adapters.database.tables import attempt, escalation, escalation_step, outbox, timer
from coach.adapters.database.tasks import raise_undelivered
from coach.core.escalation import case_timer
from coach.core.model import CaseStepKind, Lane

_LOST = (CaseStepKind.PAGE_FAILED, CaseStepKind.NOT_DELIVERED)


def lost(connection: Connection, outbox_id: int, participant_id: int, because: str, now: datetime) -> None:
    """A message that must arrive did not, or not in time.

    One to a participant becomes a task for a coordinator. A page, or a message to the participant about a case, becomes
    a step of that case, once, with a look at the case right now; a text to staff that is no page of a case is let go.
    """
    if _lane_of(connection, outbox_id) is not Lane.PAGE:
        raise_undelivered(connection, outbox_id, participant_id, because, now)
    tell_the_case(connection, outbox_id, now)


def tell_the_case(connection: Connection, outbox_id: int, now: datetime) -> None:
    """The case of an important message knows that it was lost, and what that calls for is decided at the next look."""
    queued = outbox.c
    columns = (queued.id, queued.lane, queued.escalation_id, queued.participant_id, queued.channel, queued.template)
    statement: Select[Any] = select(*columns).where(queued.id == outbox_id)
    message = connection.execute(statement).one()
    if message.escalation_id is None or not Lane(message.lane).must_arrive or _is_told(connection, outbox_id):
        return
    step = {"escalation_id": message.escalation_id, "at": now, "channel": message.channel, "outbox_id": message.id}
    connection.execute(insert(escalation_step).values(**step, **_what_was_lost(message)))
    whose = select(escalation.c.participant_id).where(escalation.c.id == message.escalation_id)
    _look_now(connection, connection.execute(whose).scalar_one(), now)


def _lane_of(connection: Connection, outbox_id: int) -> Lane:
    return Lane(connection.execute(select(outbox.c.lane).where(outbox.c.id == outbox_id)).scalar_one())


def _what_was_lost(message: Row[Any]) -> dict[str, Any]:
    if message.lane == Lane.PAGE:
        return {"step": CaseStepKind.PAGE_FAILED, "to_id": message.participant_id, "note": ""}
    return {"step": CaseStepKind.NOT_DELIVERED, "to_id": None, "note": message.template}


def case_of_attempt(connection: Connection, attempt_id: str) -> int | None:
    """The case that an attempt pages about."""
    paged = select(outbox.c.escalation_id).join(attempt, attempt.c.outbox_id == outbox.c.id)
    return connection.scalar(paged.where(attempt.c.id == attempt_id, outbox.c.lane == Lane.PAGE))


def _is_told(connection: Connection, outbox_id: int) -> bool:
    s = escalation_step.c
    told = select(s.id).where(s.outbox_id == outbox_id, s.step.in_(_LOST))
    return connection.scalars(told.limit(1)).first() is not None


def _look_now(connection: Connection, participant_id: int, now: datetime) -> None:
    """A look at the cases of this person; one of this very moment that was made before is made again."""
    look = case_timer(now)
    fresh = {"kind": look.kind, "due_at": look.due_at, "payload": {}, "state": TimerState.PENDING, "tries": 0}
    wanted = upsert(connection, timer).values(participant_id=participant_id, key=look.key, **fresh)
    connection.execute(
        wanted.on_conflict_do_update(
            index_elements=[timer.c.participant_id, timer.c.key],
            set_={"state": TimerState.PENDING, "tries": 0},
            where=timer.c.state != TimerState.PENDING,
        )
    )
