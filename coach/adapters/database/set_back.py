"""After the clock was set back: what was noted in a time still to come is not waited for."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import attempt, outbox
from coach.core.model import Lane

_LONGEST_LEASE = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(minutes=1)
"""Nothing is held, and nothing that must arrive waits, for as long as that; so a later time is another clock's."""


def see_to_set_back(connection: Connection, now: datetime) -> None:
    """What must arrive may leave, leases end, and attempts in doubt began no later than now.

    Prompts wait until their time has come again: so none is doubled. Attempts before their messages, as everywhere.
    """
    unsettled = (OutboxState.SENDING, OutboxState.IN_DOUBT)
    open_ones = select(outbox.c.id).where(outbox.c.state.in_(unsettled))
    began_later = (attempt.c.outbox_id.in_(open_ones), attempt.c.started_at > now + _LONGEST_WAIT)
    connection.execute(update(attempt).where(*began_later).values(started_at=now))
    urgent = (outbox.c.state == OutboxState.PENDING, outbox.c.lane <= Lane.PAGE)
    connection.execute(update(outbox).where(*urgent, outbox.c.not_before > now + _LONGEST_WAIT).values(not_before=now))
    leased = outbox.c.state.in_((OutboxState.RELEASED, OutboxState.SENDING))
    held = (leased, outbox.c.lease_until > now + _LONGEST_LEASE)
    connection.execute(update(outbox).where(*held).values(lease_until=now))
