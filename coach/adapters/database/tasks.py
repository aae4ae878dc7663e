"""Work for coordinators that the store itself finds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from coach.adapters.database.statements import upsert
from coach.adapters.database.tables import task


def raise_task(  # noqa: PLR0913 - the columns of a task
    connection: Connection,
    kind: str,
    because: str,
    now: datetime,
    *,
    participant_id: int | None = None,
    inbound_id: int | None = None,
    outbox_id: int | None = None,
) -> None:
    """Add a task; once per kind for the same message."""
    row = {
        "participant_id": participant_id,
        "kind": kind,
        "because": because,
        "inbound_id": inbound_id,
        "outbox_id": outbox_id,
        "raised_at": now,
    }
    connection.execute(upsert(connection, task).values(**row).on_conflict_do_nothing())


def raise_undelivered(connection: Connection, outbox_id: int, participant_id: int, because: str, now: datetime) -> None:
    """A message did not arrive and a person must see to it."""
    raise_task(connection, "undelivered", because, now, participant_id=participant_id, outbox_id=outbox_id)


def has_open_task(connection: Connection, participant_id: int, kind: str) -> bool:
    """Whether a coordinator already has such a task about this participant."""
    mine = select(task.c.id).where(task.c.participant_id == participant_id, task.c.kind == kind)
    return connection.scalars(mine.where(task.c.done_at.is_(None)).limit(1)).first() is not None


def finish_task(connection: Connection, task_id: int, staff: str, now: datetime) -> bool:
    """Mark a task as done; False when there is none or it was done before."""
    waiting = update(task).where(task.c.id == task_id, task.c.done_at.is_(None))
    return connection.execute(waiting.values(done_at=now, done_by=staff)).rowcount == 1


def show_once(connection: Connection, work: dict[str, Any]) -> None:
    """A task for the first message of which something is not known, by its key, however many messages follow."""
    if connection.scalar(select(task.c.id).where(task.c.key == work["key"]).limit(1)) is None:
        connection.execute(upsert(connection, task).values(**work).on_conflict_do_nothing())
