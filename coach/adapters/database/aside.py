"""Messages that a fault of ours keeps from being sent: put off, then given to a coordinator. They block nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from coach.adapters.database.pages import lost, tell_the_case
from coach.adapters.database.rate import pause_after
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import outbox
from coach.adapters.database.tasks import raise_task
from coach.core.model import Lane

_TRIES = 3
_BECAUSE = "A fault of the program kept this message from being sent. Please get in touch with the person yourself."


def set_aside(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Count a try of a queued message that raised: it waits, and after three tries it is parked."""
    tries = row.tries + 1
    mine = update(outbox).where(outbox.c.id == row.id)
    later = {"state": OutboxState.PENDING, "lease_until": None, "not_before": now + pause_after(tries)}
    connection.execute(mine.values(tries=tries, **later))
    if tries >= _TRIES:
        connection.execute(mine.values(state=OutboxState.FAILED))
        park(connection, row.id, now)


def park(connection: Connection, outbox_id: int, now: datetime) -> None:
    """Tell a person: the case of a page, or else a coordinator by a task."""
    columns = (outbox.c.lane, outbox.c.participant_id, outbox.c.escalation_id)
    message = connection.execute(select(*columns).where(outbox.c.id == outbox_id)).one()
    if message.lane == Lane.PAGE and message.escalation_id is not None:
        lost(connection, outbox_id, message.participant_id, _BECAUSE, now)
    else:
        raise_task(
            connection, "parked_message", _BECAUSE, now, participant_id=message.participant_id, outbox_id=outbox_id
        )
        tell_the_case(connection, outbox_id, now)
