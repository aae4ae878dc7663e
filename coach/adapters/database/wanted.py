"""Which queued messages may still be sent. What nobody may get any more, and what is past its use, is dropped."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from coach.adapters.database.aside import set_aside
from coach.adapters.database.lines import stopped_lines
from coach.adapters.database.pages import lost
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import attempt, event, outbox, participant, send_rate
from coach.core import schedule
from coach.core.model import Channel, Lane, QuietHours, Status
from coach.core.programme import SkipReason

log = logging.getLogger(__name__)

_EXPIRED_AT_ONCE = 500
_SOON = timedelta(minutes=15)
"""What leaves within this time is an answer to somebody who is awake, or was planned for that hour."""

_WAITS = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(not_before=bindparam("b_at", type_=outbox.c.not_before.type), state=OutboxState.PENDING, lease_until=None)
)
_BECAUSE = {
    SkipReason.EXPIRED: "it could not be sent while it was still useful",
    SkipReason.OPTED_OUT: "the person has opted out",
    SkipReason.WRONG_PERSON: "the number belongs to somebody else",
    SkipReason.PAUSED: "the person has paused",
    SkipReason.NOT_ACTIVE: "the person is not taking part",
}
_UNWELCOME = {
    Status.OPTED_OUT: SkipReason.OPTED_OUT,
    Status.WRONG_PERSON: SkipReason.WRONG_PERSON,
    Status.PAUSED: SkipReason.PAUSED,
}
_STOPPED = {
    Channel.SMS: ", as the line for texts was stopped",
    Channel.VOICE: ", as the line for calls was stopped",
}


def with_their_person() -> Select[Any]:
    """Queued messages with what decides whether their person may still get them."""
    p = participant.c
    columns = (outbox, p.status, p.status_at, p.zone, p.quiet_start, p.quiet_end)
    return select(*columns).join(participant, participant.c.id == outbox.c.participant_id)


def pending() -> Select[Any]:
    """Those that wait."""
    return with_their_person().where(outbox.c.state == OutboxState.PENDING)


def wanted(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> list[Row[Any]]:
    """Those that may be sent now. What nobody may get any more is dropped, what cannot be read is set aside.

    What comes late and into the person's night, after a pause or on another try, waits for the morning.
    """
    readable = _readable(connection, rows, now)
    welcome = [row for row in readable if is_welcome(row)]
    if len(welcome) < len(readable):
        kept = {row.id for row in welcome}
        _drop(connection, [row for row in readable if row.id not in kept], OutboxState.CANCELLED, now)
    mornings = {row.id: morning for row in welcome if (morning := _morning(row, now)) > now}
    wait(connection, mornings)
    return [row for row in welcome if row.id not in mornings]


def wait(connection: Connection, until: Mapping[int, datetime]) -> None:
    """These, by id, wait until then, whoever has them in hand."""
    if until:
        connection.execute(_WAITS, [{"b_id": number, "b_at": at} for number, at in until.items()])


def _morning(row: Row[Any], now: datetime) -> datetime:
    """When this may leave, if it is late by now and only polite; else now."""
    if Lane(row.lane).must_arrive or row.zone is None or now - row.created_at <= _SOON:
        return now
    return schedule.first_allowed(now, row.zone, QuietHours(row.quiet_start, row.quiet_end))


def unwanted(connection: Connection, attempt_ids: Sequence[str]) -> frozenset[str]:
    """Those of the attempts under way whose person may not get the message any more, or whose line is stopped."""
    columns = (attempt.c.id.label("attempt_id"), send_rate.c.stopped_at, attempt.c.started_at)
    mine = with_their_person().add_columns(*columns).join(attempt, attempt.c.outbox_id == outbox.c.id)
    mine = mine.outerjoin(send_rate, send_rate.c.line == attempt.c.line).where(attempt.c.id.in_(attempt_ids))
    rows = connection.execute(mine).all()
    return frozenset(row.attempt_id for row in rows if _stopped_since(row) or not is_welcome(row))


def _stopped_since(row: Row[Any]) -> bool:
    """The message that is tried on a stopped line was begun after it stopped."""
    return row.stopped_at is not None and row.started_at <= row.stopped_at and not Lane(row.lane).must_arrive


def _readable(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> Sequence[Row[Any]]:
    """A row that an older program does not know, or that is damaged, must not hold up the others."""
    readable: list[Row[Any]] = []
    for row in rows:
        try:
            Lane(row.lane), Channel(row.channel), Status(row.status), schedule.local(row.created_at, row.zone)
        except (ValueError, KeyError, OSError):
            log.exception("a queued message cannot be read", extra={"outbox_id": row.id})
            set_aside(connection, row, now)
        else:
            readable.append(row)
    return readable


def is_welcome(row: Row[Any]) -> bool:
    """Whether the person may still get this message, as they stand now."""
    if row.lane == Lane.PAGE:
        return True
    if Status(row.status).has_left:
        answers_them = row.inbound_id is not None
        since_leaving = row.status_at is None or row.created_at >= row.status_at
        return answers_them and (since_leaving or row.lane == Lane.EMERGENCY)
    return bool(row.lane != Lane.PROMPT or row.status == Status.ACTIVE)


def expire(connection: Connection, now: datetime) -> None:
    """Drop what is past its usefulness; somebody hears of what mattered."""
    late = pending().where(outbox.c.expires_at <= now).order_by(outbox.c.expires_at).limit(_EXPIRED_AT_ONCE)
    rows = connection.execute(late.with_for_update(of=outbox, skip_locked=True)).all()
    rows = _readable(connection, rows, now)
    stopped = {line.channel for line in stopped_lines(connection)} if rows else set()
    _drop(connection, rows, OutboxState.EXPIRED, now, stopped)
    for row in rows:
        if Lane(row.lane).must_arrive:
            because = "This message could not be sent in time. Please get in touch with the person yourself."
            lost(connection, row.id, row.participant_id, because, now)


def _drop(
    connection: Connection,
    rows: Sequence[Row[Any]],
    state: OutboxState,
    now: datetime,
    stopped: Collection[Channel] = (),
) -> None:
    if rows:
        ids = [row.id for row in rows]
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(state=state))
        connection.execute(insert(event), [_dropped(row, state, now, stopped) for row in rows])


def _dropped(row: Row[Any], state: OutboxState, now: datetime, stopped: Collection[Channel]) -> dict[str, Any]:
    """A fact shaped like the core's own PromptSkipped, so that both are read alike."""
    unwelcome = _UNWELCOME.get(Status(row.status), SkipReason.NOT_ACTIVE)
    reason = SkipReason.EXPIRED if state is OutboxState.EXPIRED else unwelcome
    day = schedule.local(row.created_at, row.zone).date().isoformat()
    why = _STOPPED[Channel(row.channel)] if row.channel in stopped else ""
    data = {"slot": row.template, "day": day, "reason": reason, "because": _BECAUSE[reason] + why}
    kind = "PromptSkipped" if row.lane == Lane.PROMPT else "MessageDropped"
    return {"participant_id": row.participant_id, "at": now, "kind": kind, "data": data | {"outbox_id": row.id}}
