"""Handing messages to workers on other machines: released in batches, begun by whoever gets the batch.

A released row is nobody's yet: nothing was posted, so when its lease ends it is simply pending again. PostgreSQL only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from coach.adapters.database.claims import Claim, NewId, begin_attempts, choose
from coach.adapters.database.lines import stopped_channels
from coach.adapters.database.statements import Turn, only_one
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import outbox
from coach.adapters.database.wanted import wanted, with_their_person
from coach.core.model import Channel, Lane, OutboundMessage
from coach.ports import Submit

_BATCHES_AHEAD = 8
"""No more batches than this stand with the workers unbegun: in their rows STOP, expiry and lanes still act on them."""


def release(connection: Connection, claim: Claim, submit: Submit) -> int:
    """Release what may leave now in batches of `claim.limit`, and hand each over in this very transaction."""
    if not only_one(connection, Turn.RELEASE):
        return 0
    released = select(func.count()).where(outbox.c.state == OutboxState.RELEASED)
    room = claim.limit * _BATCHES_AHEAD - (connection.scalar(released) or 0)
    if room <= 0:
        return 0
    size, claim = claim.limit, replace(claim, limit=room)
    rows = choose(connection, claim)
    for lane, ids in _batches(rows, size):
        leased = {"state": OutboxState.RELEASED, "lease_until": claim.now + claim.lease}
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(leased))
        submit(connection.connection.driver_connection, ids, lane)
    return len(rows)


def _batches(rows: Sequence[Row[Any]], size: int) -> Iterator[tuple[Lane, Sequence[int]]]:
    """Messages of one lane together, so that no reply waits in a batch of prompts."""
    for lane, of_lane in groupby(rows, key=lambda row: Lane(row.lane)):
        ids = [row.id for row in of_lane]
        yield from ((lane, ids[start : start + size]) for start in range(0, len(ids), size))


def begin(connection: Connection, ids: Sequence[int], claim: Claim, new_id: NewId) -> Sequence[OutboundMessage]:
    """Begin an attempt for each of these that is still released and wanted, whoever released it, and however often.

    What was released before its line stopped waits again.
    """
    mine = with_their_person().where(
        outbox.c.id.in_(ids),
        outbox.c.state == OutboxState.RELEASED,
        outbox.c.lease_until > claim.now,
        outbox.c.expires_at > claim.now,
    )
    rows = connection.execute(mine.order_by(outbox.c.id).with_for_update(of=outbox, skip_locked=True)).all()
    stopped = stopped_channels(connection, claim.pace)
    too_late = {row.id for row in rows if _was_before(row, stopped.get(Channel(row.channel)), claim.lease)}
    _wait_again(connection, [row for row in rows if row.id in too_late])
    ready = wanted(connection, [row for row in rows if row.id not in too_late], claim.now)
    return begin_attempts(connection, claim, [(row, new_id()) for row in ready])


def _was_before(row: Row[Any], stopped_at: datetime | None, lease: timedelta) -> bool:
    """Whether its line stopped after this was released; the one that is tried on a stopped line was released later."""
    return stopped_at is not None and not Lane(row.lane).must_arrive and row.lease_until - lease <= stopped_at


def _wait_again(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    if rows:
        mine = update(outbox).where(outbox.c.id.in_([row.id for row in rows]))
        connection.execute(mine.values(state=OutboxState.PENDING, lease_until=None))


def expire(connection: Connection, now: datetime) -> int:
    """What no worker has begun in time is pending again."""
    lapsed = update(outbox).where(outbox.c.state == OutboxState.RELEASED, outbox.c.lease_until < now)
    return connection.execute(lapsed.values(state=OutboxState.PENDING, lease_until=None)).rowcount
