"""Recording how many attempts ended at once: the usual case in a few statements, everything else one by one."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from coach.adapters.database.attempts import finish
from coach.adapters.database.engine import is_away
from coach.adapters.database.states import OutboxState
from coach.adapters.database.statuses import RANK
from coach.adapters.database.tables import attempt, outbox
from coach.core.model import OutboundMessage
from coach.ports import Outcome, SendResult

log = logging.getLogger(__name__)

End: TypeAlias = tuple[OutboundMessage, SendResult]

_ACCEPTED = (
    update(attempt)
    .where(attempt.c.id == bindparam("b_id"))
    .values(
        outcome=Outcome.ACCEPTED,
        finished_at=bindparam("b_at", type_=attempt.c.finished_at.type),
        status=bindparam("b_status"),
        code=bindparam("b_code"),
        failure=bindparam("b_failure"),
        carrier_id=bindparam("b_carrier_id"),
    )
)


def finish_together(connection: Connection, ended: Sequence[End], now: datetime) -> Sequence[End]:
    """Record the usual ends in a few statements. Returns the others, of which nothing is recorded yet.

    Raises:
        DBAPIError: the database refuses one of them; then the transaction is lost.
    """
    stored = _stored(connection, ended)
    usual = [end for end in ended if _is_usual(end, stored)]
    if usual:
        _accept(connection, usual, now)
    return [end for end in ended if not _is_usual(end, stored) and not _is_known(end, stored)]


def finish_alone(connection: Connection, ended: Sequence[End], now: datetime) -> frozenset[str]:
    """Record one by one; returns the ids of attempts of which recording raised.

    An attempt that is not open any more is left as it is but for the carrier's id, as `finish` says.
    """
    return frozenset(message.attempt_id for message, result in ended if not _finish(connection, message, result, now))


def _stored(connection: Connection, ended: Sequence[End]) -> Mapping[str, Row[Any]]:
    """The attempts as they stand, locked in one order whoever locks them."""
    columns = (attempt.c.id, attempt.c.outcome, attempt.c.carrier_id)
    mine: Select[Any] = select(*columns).where(attempt.c.id.in_([message.attempt_id for message, _ in ended]))
    return {row.id: row for row in connection.execute(mine.order_by(attempt.c.id).with_for_update())}


def _is_usual(end: End, stored: Mapping[str, Row[Any]]) -> bool:
    """Accepted with an id, while the attempt is open."""
    message, result = end
    row = stored.get(message.attempt_id)
    accepted = result.outcome is Outcome.ACCEPTED and result.carrier_id is not None
    return accepted and row is not None and row.outcome is None and row.carrier_id is None


def _is_known(end: End, stored: Mapping[str, Row[Any]]) -> bool:
    """A callback was faster and has told the same."""
    message, result = end
    row = stored.get(message.attempt_id)
    return row is not None and row.outcome == result.outcome == Outcome.ACCEPTED and row.carrier_id == result.carrier_id


def _accept(connection: Connection, ended: Sequence[End], now: datetime) -> None:
    connection.execute(_ACCEPTED, [_accepted(message, result, now) for message, result in ended])
    ids = [message.outbox_id for message, _ in ended]
    sending = update(outbox).where(outbox.c.id.in_(ids), outbox.c.state == OutboxState.SENDING)
    connection.execute(sending.values(state=OutboxState.ACCEPTED, lease_until=None))


def _accepted(message: OutboundMessage, result: SendResult, now: datetime) -> dict[str, Any]:
    return {
        "b_id": message.attempt_id,
        "b_at": now,
        "b_status": result.status if result.status in RANK else None,
        "b_code": result.code,
        "b_failure": result.failure,
        "b_carrier_id": result.carrier_id,
    }


def _finish(connection: Connection, message: OutboundMessage, result: SendResult, now: datetime) -> bool:
    """Record one by itself; False when that raised, and then nothing of it is recorded."""
    try:
        with connection.begin_nested():
            finish(connection, message, result, now)
    except Exception as error:
        _raise_when_away(connection, error)
        log.exception("recording raised", extra={"attempt_id": message.attempt_id})
        return False
    return True


def _raise_when_away(connection: Connection, error: Exception) -> None:
    """Only what is the fault of the row itself is counted against it."""
    if is_away(error) or connection.closed or connection.invalidated:
        raise error
