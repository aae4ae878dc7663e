"""Status callbacks: best effort, doubled, out of order, and sometimes the first to tell us the carrier's id."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from coach.adapters.database.failing import Happened, follow
from coach.adapters.database.lines import resume
from coach.adapters.database.pages import lost
from coach.adapters.database.statements import upsert
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import attempt, outbox, send_rate, status_callback
from coach.adapters.database.tasks import show_once
from coach.core.failures import Meaning
from coach.core.model import Lane
from coach.ports import DeliveryStatus, Outcome

_FINAL = 6
_ATTEMPT_MOST, _STATUS_MOST = 40, 40  # characters of the columns; what is longer is nothing of ours
_FAILED = frozenset({"undelivered", "failed"})
_WORKS = frozenset({"delivered", "read", "ringing", "in-progress", "completed", "busy", "no-answer"})
"""A word that comes from the other end, so that the line it came over works."""
_NOT_REACHED = frozenset({"undelivered", "failed", "canceled", "busy", "no-answer"})

RANK = {
    "accepted": 0,
    "scheduled": 1,
    "queued": 2,
    "sending": 3,
    "initiated": 3,
    "sent": 4,
    "ringing": 4,
    "in-progress": 5,
    "delivered": _FINAL,
    "read": _FINAL,
    "completed": _FINAL,
    **dict.fromkeys(_NOT_REACHED, _FINAL),
}
"""A higher rank overwrites a lower one, never the reverse; of several final words the first stays (Twilio's life
cycles of messages and calls)."""


def apply_status(connection: Connection, status: DeliveryStatus, meaning: Meaning | None = None) -> bool:
    """Keep the callback, bind the carrier id, raise the status; False when the attempt is unknown.

    With the meaning of its code a failure is acted upon. A word we do not know changes nothing; the first time it
    comes a coordinator has it as a task.
    """
    target = _target(connection, status.attempt_id)
    bound = target is not None and (target.carrier_id == status.carrier_id or _bind_status(connection, status))
    known = bound and status.status in RANK
    _keep(connection, status, known=known)
    if target is not None and known:
        _advance(connection, target, status, meaning)
    if target is not None and status.status not in RANK:
        _show(connection, target, status)
    return target is not None


def _target(connection: Connection, attempt_id: str) -> Row[Any] | None:
    columns = (attempt, outbox.c.lane, outbox.c.participant_id, send_rate.c.stopped_at)
    statement = select(*columns).join(outbox, outbox.c.id == attempt.c.outbox_id).where(attempt.c.id == attempt_id)
    statement = statement.outerjoin(send_rate, send_rate.c.line == attempt.c.line)
    return connection.execute(statement.with_for_update(of=attempt)).one_or_none()


def _bind_status(connection: Connection, status: DeliveryStatus) -> bool:
    reached = status.status not in _NOT_REACHED
    return bind(connection, status.attempt_id, status.carrier_id, status.received_at, reached=reached)


def bind(connection: Connection, attempt_id: str, carrier_id: str, now: datetime, *, reached: bool = True) -> bool:
    """Tie a carrier id to an attempt, which ends any doubt about it.

    Returns:
        False when the attempt has another id or the id belongs to another attempt; then nothing is changed.
    """
    free = or_(attempt.c.carrier_id.is_(None), attempt.c.carrier_id == carrier_id)
    exists_at_carrier = {
        "carrier_id": carrier_id,
        "outcome": Outcome.ACCEPTED,
        "finished_at": func.coalesce(attempt.c.finished_at, now),
    }
    statement = update(attempt).where(attempt.c.id == attempt_id, free).values(exists_at_carrier)
    try:
        with connection.begin_nested():
            row = connection.execute(statement.returning(attempt.c.outbox_id)).one_or_none()
    except IntegrityError:
        return False
    if row is not None:
        _end_doubt(connection, row.outbox_id, reached=reached)
    return row is not None


def _end_doubt(connection: Connection, outbox_id: int, *, reached: bool) -> None:
    """A message queued once more is not needed after all, unless the first one failed."""
    queued_again = (OutboxState.PENDING, OutboxState.RELEASED) if reached else ()
    states = (OutboxState.SENDING, OutboxState.IN_DOUBT, *queued_again)
    doubtful = update(outbox).where(outbox.c.id == outbox_id, outbox.c.state.in_(states))
    connection.execute(doubtful.values(state=OutboxState.ACCEPTED, lease_until=None))


def _keep(connection: Connection, status: DeliveryStatus, *, known: bool) -> None:
    row = {
        "attempt_id": status.attempt_id[:_ATTEMPT_MOST],
        "carrier_id": status.carrier_id,
        "status": status.status[:_STATUS_MOST],
        "code": status.code,
        "received_at": status.received_at,
        "known": known,
    }
    connection.execute(upsert(connection, status_callback).values(**row).on_conflict_do_nothing())


def _advance(connection: Connection, target: Row[Any], status: DeliveryStatus, meaning: Meaning | None) -> None:
    reached_rank = RANK.get(target.status, -1) if target.status else -1
    if RANK[status.status] <= reached_rank:
        return
    word = {"status": status.status, "code": status.code, "status_at": status.received_at}
    connection.execute(update(attempt).where(attempt.c.id == target.id).values(word))
    if status.status in _NOT_REACHED and Lane(target.lane).must_arrive:
        because = "An important message did not arrive. Please get in touch with the person yourself."
        lost(connection, target.outbox_id, target.participant_id, because, status.received_at)
    if status.status in _FAILED and meaning is not None:
        happened = Happened(status.attempt_id, OutboxState.ACCEPTED, status.code, meaning, status.received_at)
        follow(connection, happened)
    if status.status in _WORKS and target.stopped_at is not None:
        resume(connection, target.line, begun_at=target.started_at)


def _show(connection: Connection, target: Row[Any], status: DeliveryStatus) -> None:
    """Once for each word, however many messages it comes about: it may mean that texts do not arrive."""
    work = {
        "participant_id": target.participant_id,
        "kind": "unknown_status",
        "because": f"The carrier says of a message “{status.status[:_STATUS_MOST]}”, a word that is not known here. "
        "Please see whether it arrived, and tell those who run this.",
        "outbox_id": target.outbox_id,
        "raised_at": status.received_at,
        "key": f"status/{status.status[:_STATUS_MOST]}",
    }
    show_once(connection, work)
