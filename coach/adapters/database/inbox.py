"""Received messages: stored once, before anything can fail, and decided once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update
from sqlalchemy.sql.dml import ReturningInsert

from coach.adapters.database.statements import upsert_for
from coach.adapters.database.tables import inbound, participant
from coach.adapters.database.tasks import raise_task
from coach.core.model import BODY_SHOWN, Channel, InboundMessage
from coach.ports import WHOLE_FIELD, Kept

_TAIL = 2_000
_CUT = " […] "

_KNOWN = select(inbound.c.id, inbound.c.decided_at).where(inbound.c.carrier_id == bindparam("carrier_id"))
_WAITING = select(inbound).where(inbound.c.id == bindparam("id"), inbound.c.decided_at.is_(None)).with_for_update()


def shortened(body: str) -> str:
    """Keep 10,000 characters of a giant text, its head and its tail, for people to look at."""
    if len(body) <= BODY_SHOWN:
        return body
    return body[: BODY_SHOWN - _TAIL - len(_CUT)] + _CUT + body[-_TAIL:]


def keep(connection: Connection, message: InboundMessage, raw: Mapping[str, str]) -> Kept:
    """Store a message, or find the one with the same carrier id."""
    row = _columns(message, raw) | {"b_sender": message.sender}
    added: int | None = connection.scalar(_keep(connection.dialect.name), row)
    if added is not None:
        return Kept(added, decided=False)
    known = connection.execute(_KNOWN, {"carrier_id": message.carrier_id}).one()
    return Kept(known.id, decided=known.decided_at is not None)


@cache
def _keep(dialect: str) -> ReturningInsert[int]:
    """Gives the new row's id, or nothing when the carrier's id is known."""
    sender = select(participant.c.id).where(participant.c.phone == bindparam("b_sender")).scalar_subquery()
    statement = upsert_for(dialect, inbound).values(participant_id=sender)
    return statement.on_conflict_do_nothing(index_elements=["carrier_id"]).returning(inbound.c.id)


def _columns(message: InboundMessage, raw: Mapping[str, str]) -> dict[str, Any]:
    is_shortened = len(message.body) > BODY_SHOWN
    return {
        "carrier_id": message.carrier_id,
        "channel": message.channel,
        "sender": message.sender,
        "recipient": message.recipient,
        "body": shortened(message.body),
        "raw": {**raw, WHOLE_FIELD: message.body} if is_shortened else dict(raw),
        "opt_out_type": message.opt_out_type,
        "media": message.media,
        "confidence": message.confidence,
        "received_at": message.received_at,
    }


def known(connection: Connection, carrier_ids: Sequence[str]) -> frozenset[str]:
    """Those of the ids whose message is stored."""
    return frozenset(connection.scalars(select(inbound.c.carrier_id).where(inbound.c.carrier_id.in_(carrier_ids))))


def newest_text(connection: Connection) -> datetime | None:
    """When the newest stored text came in."""
    newest: datetime | None = connection.scalar(
        select(func.max(inbound.c.received_at)).where(inbound.c.channel == Channel.SMS)
    )
    return newest


def undecided(connection: Connection, before: datetime, limit: int) -> Sequence[int]:
    """Messages that wait, oldest first."""
    waiting = select(inbound.c.id).where(inbound.c.decided_at.is_(None), inbound.c.received_at < before)
    return connection.scalars(waiting.order_by(inbound.c.received_at, inbound.c.id).limit(limit)).all()


def claim(connection: Connection, inbound_id: int) -> InboundMessage | None:
    """The message, locked, unless it was decided before."""
    row = connection.execute(_WAITING, {"id": inbound_id}).one_or_none()
    return _message_of(row) if row else None


def settle(connection: Connection, inbound_id: int, participant_id: int, now: datetime) -> None:
    """Mark a message as dealt with under the row of whoever sent it, whomever it was about."""
    mine = update(inbound).where(inbound.c.id == inbound_id)
    connection.execute(mine.values(decided_at=now, participant_id=participant_id))


def failed(connection: Connection, inbound_id: int, error: str, tries_allowed: int, now: datetime) -> None:
    """Count a decision that raised; when the tries are used up a coordinator reads the message."""
    counted = (
        update(inbound)
        .where(inbound.c.id == inbound_id, inbound.c.decided_at.is_(None))
        .values(tries=inbound.c.tries + 1, error=error)
        .returning(inbound.c.tries, inbound.c.participant_id)
    )
    row = connection.execute(counted).one_or_none()
    if row is not None and row.tries >= tries_allowed:
        connection.execute(update(inbound).where(inbound.c.id == inbound_id).values(decided_at=now))
        because = "The coach could not deal with this message. Please read it and answer the person yourself."
        raise_task(connection, "unread_text", because, now, participant_id=row.participant_id, inbound_id=inbound_id)


def _message_of(row: Row[Any]) -> InboundMessage:
    return InboundMessage(
        carrier_id=row.carrier_id,
        sender=row.sender,
        recipient=row.recipient,
        body=row.raw.get(WHOLE_FIELD, row.body),
        received_at=row.received_at,
        channel=Channel(row.channel),
        opt_out_type=row.opt_out_type,
        media=row.media,
        confidence=row.confidence,
    )
