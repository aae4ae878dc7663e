"""Removes what has served its purpose, a little at a time: messages/retention.toml says how long each kind is kept.

Whatever that says, nothing goes that belongs to somebody with an open case, to a text nobody has dealt with, to an
attempt that is not settled, or to a text by which somebody agreed or stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    TableClause,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from coach.adapters.database.months import TIMERS, Piece, facts, giving_way, pieces, rest, wait_briefly
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import (
    alarm,
    attempt,
    call,
    consent,
    escalation,
    event,
    inbound,
    outbox,
    process_mark,
    staff_session,
    status_callback,
)
from coach.core.events import TimerSet
from coach.core.model import EscalationState
from coach.ports import Forgotten, Outcome

_UNSETTLED = (OutboxState.PENDING, OutboxState.RELEASED, OutboxState.SENDING, OutboxState.IN_DOUBT)
_COUNTED = 10_000
"""Rows up to which a month is counted before it goes; reading a larger one for its number would cost too much."""
_OURS = "coach:"  # how the entries of ours among the raw fields begin

_Forget: TypeAlias = Callable[[Connection, datetime, datetime, int], int]


def forget(connection: Connection, what: Forgotten, before: datetime, now: datetime, limit: int) -> int:
    """Remove at most so many rows (or raw fields) of a kind that are older than `before`. Returns how many."""
    return _HOW[what](connection, before, now, limit)


def _status_callbacks(connection: Connection, before: datetime, _now: datetime, limit: int) -> int:
    """Also those of attempts nobody knows: nothing can become of them any more."""
    s, o, a = status_callback.c, outbox.c, attempt.c
    mine = select(a.id).join(outbox, o.id == a.outbox_id).where(a.id == s.attempt_id)
    needed = or_(o.state.in_(_UNSETTLED), a.outcome.is_(None), _in_doubt(), _has_open_case(o.participant_id))
    old = select(s.id).where(s.received_at < before, ~exists(mine.where(needed)))
    chosen = old.order_by(s.received_at).limit(limit)
    return connection.execute(delete(status_callback).where(s.id.in_(chosen))).rowcount


def _in_doubt() -> ColumnElement[bool]:
    a = attempt.c
    return (a.outcome == Outcome.IN_DOUBT) & a.settled_at.is_(None)


def _raw_fields(connection: Connection, before: datetime, now: datetime, limit: int) -> int:
    """The body, the numbers and what the text was read as stay; so do the entries of ours among the raw fields."""
    i = inbound.c
    proof = exists().where(consent.c.participant_id == i.participant_id, consent.c.carrier_id == i.carrier_id)
    may_go = (i.decided_at.is_not(None), i.raw_removed_at.is_(None), ~proof, ~_has_open_case(i.participant_id))
    old = select(i.id, i.raw).where(i.received_at < before, *may_go).order_by(i.received_at).limit(limit)
    rows = connection.execute(old.with_for_update(of=inbound, skip_locked=True)).all()
    if rows:
        kept = [{"b_id": row.id, "raw": _ours(row.raw), "raw_removed_at": now} for row in rows]
        connection.execute(update(inbound).where(i.id == bindparam("b_id")), kept)
    return len(rows)


def _ours(raw: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in raw.items() if name.startswith(_OURS)}


def _timer_facts(connection: Connection, before: datetime, _now: datetime, limit: int) -> int:
    """On PostgreSQL a month at a time, when all of it is older; row by row what lies in no month, as on SQLite."""
    if connection.dialect.name == "postgresql":
        return _over_months(connection, before) or _timer_rows(connection, rest(TIMERS), before, limit)
    return _timer_rows(connection, event, before, limit)


def _timer_rows(connection: Connection, table: TableClause, before: datetime, limit: int) -> int:
    t = table.c
    old = select(t.id).where(t.kind == TimerSet.__name__, t.at < before, ~_has_open_case(t.participant_id))
    return connection.execute(delete(table).where(t.id.in_(old.order_by(t.at).limit(limit)))).rowcount


def _over_months(connection: Connection, before: datetime) -> int:
    """Drop the oldest month of which something may go, or empty it but for people with an open case."""
    over = sorted(piece for piece in pieces(connection) if piece.part == TIMERS and piece.ends <= before)
    for piece in over:
        month = facts(piece.name)
        if _any(connection, month, ~_has_open_case(month.c.participant_id)):
            with giving_way(), connection.begin_nested():
                return _empty(connection, piece)
            return 0
    return 0


def _empty(connection: Connection, piece: Piece) -> int:
    month, kept = facts(piece.name), facts("coach_kept")
    stays, names = select(month).where(_has_open_case(month.c.participant_id)), [one.name for one in month.columns]
    wait_briefly(connection)
    connection.execute(text(f"LOCK TABLE ONLY {piece.part}, {piece.name} IN ACCESS EXCLUSIVE MODE"))
    rows, few = _about(connection, month), _count(connection, stays)
    if few:
        connection.execute(text(f"CREATE TEMP TABLE {kept.name} (LIKE {piece.name}) ON COMMIT DROP"))
        connection.execute(insert(kept).from_select(names, stays))
        connection.execute(text(f"TRUNCATE {piece.name}"))
        connection.execute(insert(month).from_select(names, select(kept)))
    else:
        connection.execute(text(f"DROP TABLE {piece.name}"))
    return rows - few


def _any(connection: Connection, table: FromClause, which: ColumnElement[bool]) -> bool:
    return connection.scalar(select(table.c.id).where(which).limit(1)) is not None


def _count(connection: Connection, rows: Select[Any]) -> int:
    return connection.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _about(connection: Connection, month: TableClause) -> int:
    """How many rows: counted when they are few, else as PostgreSQL's statistics have it."""
    counted = _count(connection, select(month.c.id).limit(_COUNTED))
    known = text("SELECT CAST(reltuples AS bigint) FROM pg_class WHERE oid = to_regclass(:name)")
    return counted if counted < _COUNTED else max(counted, connection.scalar(known, {"name": month.name}) or 0)


def _sessions(connection: Connection, before: datetime, _now: datetime, limit: int) -> int:
    s = staff_session.c
    old = select(s.token_hash).where(s.created_at < before).limit(limit)
    return connection.execute(delete(staff_session).where(s.token_hash.in_(old))).rowcount


def _alarms(connection: Connection, before: datetime, _now: datetime, limit: int) -> int:
    a = alarm.c
    old = select(a.id).where(a.ended_at < before).limit(limit)
    return connection.execute(delete(alarm).where(a.id.in_(old))).rowcount


def _calls(connection: Connection, before: datetime, _now: datetime, limit: int) -> int:
    """One that has not ended stays: something in it may not be dealt with."""
    c = call.c
    old = select(c.carrier_id).where(c.ended_at < before, ~_has_open_case(c.participant_id))
    chosen = old.order_by(c.ended_at).limit(limit)
    return connection.execute(delete(call).where(c.carrier_id.in_(chosen))).rowcount


def _processes(connection: Connection, before: datetime, _now: datetime, limit: int) -> int:
    p = process_mark.c
    old = select(p.process).where(p.seen_at < before).limit(limit)
    return connection.execute(delete(process_mark).where(p.process.in_(old), p.seen_at < before)).rowcount


def _has_open_case(person: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(escalation.c.participant_id == person, escalation.c.state != EscalationState.CLOSED)


_HOW: Mapping[Forgotten, _Forget] = {
    Forgotten.STATUS_CALLBACKS: _status_callbacks,
    Forgotten.RAW_FIELDS: _raw_fields,
    Forgotten.TIMER_FACTS: _timer_facts,
    Forgotten.SESSIONS: _sessions,
    Forgotten.ALARMS: _alarms,
    Forgotten.CALLS: _calls,
    Forgotten.PROCESSES: _processes,
}
