"""Calls as far as they have come, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, exists, select, text

from coach.adapters.database.statements import Turn, upsert
from coach.adapters.database.tables import attempt, call
from coach.ports import KeptCall

_NAMES = tuple(field.name for field in fields(KeptCall))
_FIRST = frozenset({"carrier_id", "opened_at"})  # what a call keeps from its first step


def hold(connection: Connection, carrier_id: str) -> KeptCall | None:
    """The call, held until the transaction ends. One that is not there yet is held by its id."""
    known = _held(connection, carrier_id)
    if known is not None or connection.dialect.name != "postgresql":
        return known
    number = text("SELECT pg_advisory_xact_lock(:turn, hashtext(:carrier_id))")
    connection.execute(number, {"turn": int(Turn.FIRST_STEP_OF_CALL), "carrier_id": carrier_id})
    return _held(connection, carrier_id)  # whoever was first may have stored it meanwhile


def keep(connection: Connection, kept: KeptCall) -> None:
    """Store it, or what it has become."""
    row = {name: getattr(kept, name) for name in _NAMES}
    row |= {"state": dict(kept.state), "words": dict(kept.words)}
    statement = upsert(connection, call).values(row)
    later = {name: statement.excluded[name] for name in _NAMES if name not in _FIRST}
    connection.execute(statement.on_conflict_do_update(index_elements=[call.c.carrier_id], set_=later))


def unended(connection: Connection, before: datetime, limit: int) -> Sequence[str]:
    """Those that stand still since before then, the longest first."""
    still = select(call.c.carrier_id).where(call.c.ended_at.is_(None), call.c.changed_at < before)
    return connection.scalars(still.order_by(call.c.changed_at, call.c.carrier_id).limit(limit)).all()


def voicemail_since(connection: Connection, phone: str, since: datetime) -> bool:
    """Whether words were left for this number at or after then."""
    left = exists().where(call.c.phone == phone, call.c.voicemail_at >= since)
    return bool(connection.scalar(select(left)))


def wrong_identities(connection: Connection, phone: str, since: datetime) -> int:
    """Over all calls with this number that changed at or after then: few, and only theirs are read."""
    mine = select(call.c.state).where(call.c.phone == phone, call.c.changed_at >= since)
    return sum(int(state.get("wrong") or 0) for state in connection.scalars(mine))


def of_attempt(connection: Connection, attempt_id: str) -> str | None:
    """By its newest row, else as the carrier bound it to the attempt."""
    mine = select(call.c.carrier_id).where(call.c.attempt_id == attempt_id)
    known: str | None = connection.scalar(mine.order_by(call.c.opened_at.desc()).limit(1))
    return known or connection.scalar(select(attempt.c.carrier_id).where(attempt.c.id == attempt_id))


def _held(connection: Connection, carrier_id: str) -> KeptCall | None:
    mine = select(call).where(call.c.carrier_id == carrier_id).with_for_update()
    row = connection.execute(mine).mappings().one_or_none()
    return None if row is None else KeptCall(**row)
