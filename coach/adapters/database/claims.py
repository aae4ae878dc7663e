"""Claiming from the outbox: what may leave now, first lane first, never to somebody who has left."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, Select, and_, insert, or_, select, update

from coach.adapters.database.aside import set_aside
from coach.adapters.database.pages import lost
from coach.adapters.database.rate import Bucket, keep_bucket, open_bucket, open_bucket_at_once
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import attempt, event, outbox, participant
from coach.core import schedule
from coach.core.model import Channel, Lane, OutboundMessage, Status
from coach.core.programme import SkipReason

log = logging.getLogger(__name__)

NewId: TypeAlias = Callable[[], str]

_UNHURRIED = (Lane.REPLY, Lane.PROMPT)
_EXPIRED_AT_ONCE = 500
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


@dataclass(frozen=True, slots=True)
class Claim:
    """What is asked for: at most `limit` messages of these lanes, each held for `lease`, within the rate."""

    now: datetime
    limit: int
    lease: timedelta
    segments_per_second: float
    first: Lane = Lane.EMERGENCY
    last: Lane = Lane.PROMPT


def claim_outbox(connection: Connection, claim: Claim, new_id: NewId) -> Sequence[OutboundMessage]:
    """Claim messages and add an attempt for each."""
    return begin_attempts(connection, claim, [(row, new_id()) for row in choose(connection, claim)])


def choose(connection: Connection, claim: Claim) -> Sequence[Row[Any]]:
    """Rows that may leave now, locked and paid for; what may not leave any more is dropped."""
    bucket = open_bucket_at_once(connection, claim.now, claim.segments_per_second)
    if bucket is None:
        urgent = _choose_urgent(connection, claim)
        if urgent or claim.last.must_arrive:
            return urgent
        bucket = open_bucket(connection, claim.now, claim.segments_per_second)
    chosen, bucket = _choose(connection, claim, bucket)
    if chosen:
        keep_bucket(connection, bucket, claim.now)
    if len(chosen) < claim.limit:  # while there is a crowd the recurring look for lapsed leases does this
        expire(connection, claim.now)
    return chosen


def _choose_urgent(connection: Connection, claim: Claim) -> Sequence[Row[Any]]:
    """What must arrive waits neither for tokens nor for whoever holds the bucket, be it a process that stands still."""
    urgent = replace(claim, last=min(claim.last, Lane.PAGE))
    return _choose(connection, urgent, Bucket(0.0, claim.segments_per_second))[0]


def _choose(connection: Connection, claim: Claim, bucket: Bucket) -> tuple[list[Row[Any]], Bucket]:
    chosen: list[Row[Any]] = []
    page = _candidates(connection, claim, claim.limit, None)
    while page:
        for row in wanted(connection, page, claim.now):
            after = _pay(bucket, row)
            if after is None:
                return chosen, bucket
            bucket = after
            chosen.append(row)
        missing = claim.limit - len(chosen)
        page = _candidates(connection, claim, missing, page[-1]) if missing else []
    return chosen, bucket


def wanted(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> list[Row[Any]]:
    """Those that may still be sent. What nobody may get any more is dropped, what cannot be read is set aside."""
    readable = _readable(connection, rows, now)
    welcome = [row for row in readable if _welcome(row)]
    if len(welcome) < len(readable):
        kept = {row.id for row in welcome}
        _drop(connection, [row for row in readable if row.id not in kept], OutboxState.CANCELLED, now)
    return welcome


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


def _candidates(connection: Connection, claim: Claim, limit: int, after: Row[Any] | None) -> Sequence[Row[Any]]:
    lanes = outbox.c.lane.between(claim.first, claim.last)
    statement = _pending().where(lanes, outbox.c.not_before <= claim.now, outbox.c.expires_at > claim.now)
    if after is not None:
        further = and_(outbox.c.lane == after.lane, outbox.c.id > after.id)
        statement = statement.where(or_(outbox.c.lane > after.lane, further))
    ordered = statement.order_by(outbox.c.lane, outbox.c.id).limit(limit)
    return connection.execute(ordered.with_for_update(of=outbox, skip_locked=True)).all()


def _pending() -> Select[Any]:
    return with_their_person().where(outbox.c.state == OutboxState.PENDING)


def with_their_person() -> Select[Any]:
    """Queued messages with what decides whether their person may still get them."""
    columns = (outbox, participant.c.status, participant.c.status_at, participant.c.zone)
    return select(*columns).join(participant, participant.c.id == outbox.c.participant_id)


def _welcome(row: Row[Any]) -> bool:
    """Whether the person may still get this message, as they stand now."""
    if row.lane == Lane.PAGE:
        return True
    if Status(row.status).has_left:
        answers_them = row.inbound_id is not None
        since_leaving = row.status_at is None or row.created_at >= row.status_at
        return answers_them and (since_leaving or row.lane == Lane.EMERGENCY)
    return bool(row.lane != Lane.PROMPT or row.status == Status.ACTIVE)


def _pay(bucket: Bucket, row: Row[Any]) -> Bucket | None:
    """The bucket after this message; None when it must wait, and then so must all behind it."""
    if row.lane not in _UNHURRIED:
        return bucket.overdraw(row.segments)
    return bucket.spend(row.segments) if bucket.has_room(row.segments) else None


def expire(connection: Connection, now: datetime) -> None:
    """Drop what is past its usefulness; somebody hears of what mattered."""
    late = _pending().where(outbox.c.expires_at <= now).order_by(outbox.c.expires_at).limit(_EXPIRED_AT_ONCE)
    rows = connection.execute(late.with_for_update(of=outbox, skip_locked=True)).all()
    rows = _readable(connection, rows, now)
    _drop(connection, rows, OutboxState.EXPIRED, now)
    for row in rows:
        if Lane(row.lane).must_arrive:
            because = "This message could not be sent in time. Please get in touch with the person yourself."
            lost(connection, row.id, row.participant_id, because, now)


def _drop(connection: Connection, rows: Sequence[Row[Any]], state: OutboxState, now: datetime) -> None:
    if rows:
        ids = [row.id for row in rows]
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(state=state))
        connection.execute(insert(event), [_dropped(row, state, now) for row in rows])


def _dropped(row: Row[Any], state: OutboxState, now: datetime) -> dict[str, Any]:
    """A fact shaped like the core's own PromptSkipped, so that both are read alike."""
    unwelcome = _UNWELCOME.get(Status(row.status), SkipReason.NOT_ACTIVE)
    reason = SkipReason.EXPIRED if state is OutboxState.EXPIRED else unwelcome
    day = schedule.local(row.created_at, row.zone).date().isoformat()
    data = {"slot": row.template, "day": day, "reason": reason, "because": _BECAUSE[reason]}
    kind = "PromptSkipped" if row.lane == Lane.PROMPT else "MessageDropped"
    return {"participant_id": row.participant_id, "at": now, "kind": kind, "data": data | {"outbox_id": row.id}}


def begin_attempts(
    connection: Connection, claim: Claim, claimed: Iterable[tuple[Row[Any], str]]
) -> Sequence[OutboundMessage]:
    """Mark the rows as being sent, with an attempt for each."""
    messages = [message_of(row, attempt_id, claim.now, row.tries + 1) for row, attempt_id in claimed]
    if messages:
        ids = [message.outbox_id for message in messages]
        leased = {"state": OutboxState.SENDING, "lease_until": claim.now + claim.lease, "tries": outbox.c.tries + 1}
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(leased))
        begun = [{"id": m.attempt_id, "outbox_id": m.outbox_id, "started_at": claim.now} for m in messages]
        connection.execute(insert(attempt), begun)
    return messages


def message_of(row: Row[Any], attempt_id: str, begun_at: datetime, tries: int) -> OutboundMessage:
    """A row of `outbox` as the value its sender gets."""
    return OutboundMessage(
        outbox_id=row.id,
        attempt_id=attempt_id,
        participant_id=row.participant_id,
        recipient=row.recipient,
        body=row.body,
        lane=Lane(row.lane),
        channel=Channel(row.channel),
        begun_at=begun_at,
        expires_at=row.expires_at,
        tries=tries,
    )
