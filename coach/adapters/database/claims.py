"""Claiming from the outbox: what may leave now, first lane first, never to somebody who has left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, and_, insert, or_, update

from coach.adapters.database.rate import Bucket, Buckets, open_bucket, open_bucket_at_once
from coach.adapters.database.spreading import put_off
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import attempt, outbox
from coach.adapters.database.wanted import expire, pending, wanted
from coach.core.model import Channel, Lane, OutboundMessage
from coach.ports import Line, Pace

NewId: TypeAlias = Callable[[], str]

_PUT_OFF_AT_ONCE = 100
"""A crowd is put off, held until the morning or dropped in pieces, so that nobody waits for a long transaction."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is asked for: at most `limit` messages of these lanes, each held for `lease`, within the pace."""

    now: datetime
    limit: int
    lease: timedelta
    pace: Pace
    first: Lane = Lane.EMERGENCY
    last: Lane = Lane.PROMPT


def claim_outbox(connection: Connection, claim: Claim, new_id: NewId) -> Sequence[OutboundMessage]:
    """Claim messages and add an attempt for each."""
    return begin_attempts(connection, claim, [(row, new_id()) for row in choose(connection, claim)])


def choose(connection: Connection, claim: Claim) -> Sequence[Row[Any]]:
    """Rows that may leave now, locked and paid for; what may not leave any more is dropped."""
    texts = open_bucket_at_once(connection, claim.now, claim.pace.texts)
    if texts is None:
        urgent = _choose_urgent(connection, claim)
        if urgent or claim.last.must_arrive:
            return urgent
        texts = open_bucket(connection, claim.now, claim.pace.texts)
    chosen = _choose(connection, claim, texts)
    if len(chosen) < claim.limit:  # while there is a crowd the recurring look for lapsed leases does this
        expire(connection, claim.now)
    return chosen


def _choose_urgent(connection: Connection, claim: Claim) -> Sequence[Row[Any]]:
    """What must arrive waits neither for tokens nor for whoever holds the bucket, be it a process that stands still."""
    return _choose(connection, replace(claim, last=min(claim.last, Lane.PAGE)), None)


def _choose(connection: Connection, claim: Claim, texts: Bucket | None) -> list[Row[Any]]:
    buckets = Buckets(connection, claim.now, claim.pace, texts)
    chosen = _take(connection, claim, buckets)
    if texts is not None:
        buckets.keep()
    return chosen


def _take(connection: Connection, claim: Claim, buckets: Buckets) -> list[Row[Any]]:
    """Those that may leave, in their order; what must wait and has no place of its own holds back its own line only."""
    taken, looked_over, channels = _Taken(buckets, claim.pace), 0, frozenset(Channel)
    page = _candidates(connection, claim, claim.limit)
    while page:
        must_wait = taken.add(wanted(connection, page, claim.now))
        held_back = put_off(connection, must_wait, claim.now, claim.pace.spread)
        looked_over += len(page) - len(held_back)
        channels -= {Channel(row.channel) for row in held_back}
        missing = claim.limit - len(taken.chosen)
        if not channels or not missing or looked_over - len(taken.chosen) >= _PUT_OFF_AT_ONCE:
            break
        page = _candidates(connection, claim, missing, page[-1], channels)
    return taken.chosen


@dataclass
class _Taken:
    """What one claim has taken so far."""

    buckets: Buckets
    pace: Pace
    chosen: list[Row[Any]] = field(default_factory=list)

    def add(self, rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
        """Pay for these and take them; returns those that must wait: the first without room, and all behind it.

        What must arrive never waits, nor for a line that is stopped: when it is refused its case takes another way.
        """
        must_wait: list[Row[Any]] = []
        full: set[Line] = set()
        for row in rows:
            line, urgent = self.pace.of(Channel(row.channel)), Lane(row.lane).must_arrive
            bucket = self.buckets.of(line)
            if not urgent and (line in full or not bucket.has_room(row.segments)):
                full.add(line)
                must_wait.append(row)
            else:
                self.buckets.pay(line, bucket.overdraw(row.segments) if urgent else bucket.spend(row.segments))
                self.chosen.append(row)
        return must_wait


def _candidates(
    connection: Connection,
    claim: Claim,
    limit: int,
    after: Row[Any] | None = None,
    channels: Collection[Channel] = frozenset(Channel),
) -> Sequence[Row[Any]]:
    lanes = outbox.c.lane.between(claim.first, claim.last)
    statement = pending().where(lanes, outbox.c.not_before <= claim.now, outbox.c.expires_at > claim.now)
    if len(channels) < len(Channel):
        statement = statement.where(or_(*(outbox.c.channel == channel for channel in channels)))
    if after is not None:
        further = and_(outbox.c.lane == after.lane, outbox.c.id > after.id)
        statement = statement.where(or_(outbox.c.lane > after.lane, further))
    ordered = statement.order_by(outbox.c.lane, outbox.c.id).limit(limit)
    return connection.execute(ordered.with_for_update(of=outbox, skip_locked=True)).all()


def begin_attempts(
    connection: Connection, claim: Claim, claimed: Iterable[tuple[Row[Any], str]]
) -> Sequence[OutboundMessage]:
    """Mark the rows as being sent, with an attempt for each."""
    messages = [message_of(row, attempt_id, claim.now, row.tries + 1) for row, attempt_id in claimed]
    if messages:
        ids = [message.outbox_id for message in messages]
        leased = {"state": OutboxState.SENDING, "lease_until": claim.now + claim.lease, "tries": outbox.c.tries + 1}
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(leased))
        connection.execute(insert(attempt), [_begun(message, claim) for message in messages])
    return messages


def _begun(message: OutboundMessage, claim: Claim) -> dict[str, Any]:
    line = claim.pace.of(message.channel).name
    return {"id": message.attempt_id, "outbox_id": message.outbox_id, "started_at": claim.now, "line": line}


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
