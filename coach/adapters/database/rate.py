"""The send rate: one token bucket for each line, shared by all processes. Texts count by segments, calls singly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from coach.adapters.database.statements import upsert
from coach.adapters.database.tables import send_rate
from coach.ports import Line, Pace

_BURST_SECONDS = 2.0
_DEBT_SECONDS = 5.0
_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What may leave now. `rate` is segments per second; `tokens` may be negative after urgent messages."""

    tokens: float
    rate: float
    paused: bool = False
    stopped: bool = False
    may_try: bool = False  # of a stopped line: one message may be tried now

    @property
    def burst(self) -> float:
        """The most that gathers while nothing is sent: two seconds' worth, and always one message."""
        return max(self.rate * _BURST_SECONDS, 1.0)

    def has_room(self, segments: int) -> bool:
        """Whether an ordinary message may leave. One larger than the burst goes when the bucket is full."""
        if self.stopped:
            return self.may_try
        return not self.paused and self.tokens >= min(segments, self.burst)

    def spend(self, segments: int) -> Bucket:
        """An ordinary message leaves."""
        return replace(self, tokens=self.tokens - segments, may_try=False)

    def overdraw(self, segments: int) -> Bucket:
        """An urgent message leaves without asking; the debt it makes has a floor, so that others are not starved."""
        floor = min(self.tokens, -_DEBT_SECONDS * self.rate)
        return replace(self, tokens=max(self.tokens - segments, floor))


def open_bucket_at_once(connection: Connection, now: datetime, line: Line) -> Bucket | None:
    """The same without waiting; None while another transaction has the row."""
    free = select(send_rate.c.id).where(send_rate.c.line == line.name)
    if connection.scalar(free.with_for_update(skip_locked=True)) is None and connection.scalar(free) is not None:
        return None
    return open_bucket(connection, now, line)


def open_bucket(connection: Connection, now: datetime, line: Line) -> Bucket:
    """Lock the line's row and fill it up for the time that has passed."""
    the_row = _of(line).with_for_update()
    while (row := connection.execute(the_row).one_or_none()) is None:
        _add(connection, now, line)  # in vain when another line was added at the same time: then once more
    return _bucket(row, now, line)


def see_bucket(connection: Connection, now: datetime, line: Line) -> Bucket:
    """What stands in the row, for whoever does not wait for it and only overdraws."""
    row = connection.execute(_of(line)).one_or_none()
    return _bucket(row, now, line) if row is not None else Bucket(0.0, line.per_second)


def _of(line: Line) -> Select[Any]:
    return select(send_rate).where(send_rate.c.line == line.name)


def _add(connection: Connection, now: datetime, line: Line) -> None:
    next_id = select(func.coalesce(func.max(send_rate.c.id), 0) + 1).scalar_subquery()
    full = Bucket(0.0, line.per_second).burst
    first = upsert(connection, send_rate).values(id=next_id, line=line.name, tokens=full, refilled_at=now)
    connection.execute(first.on_conflict_do_nothing())


def _bucket(row: Row[Any], now: datetime, line: Line) -> Bucket:
    full = Bucket(0.0, line.per_second).burst
    passed = max((now - row.refilled_at).total_seconds(), 0.0)
    return Bucket(
        tokens=min(full, row.tokens + passed * line.per_second),
        rate=line.per_second,
        paused=row.paused_until is not None and row.paused_until > now,
        stopped=row.stopped_at is not None,
        may_try=row.stopped_at is not None and (row.tried_at or row.stopped_at) + line.probe <= now,
    )


def keep_bucket(connection: Connection, bucket: Bucket, now: datetime, line: Line) -> None:
    """Write back what is left. A clock that went back must not fill the bucket twice."""
    latest = func.max if connection.dialect.name == "sqlite" else func.greatest
    refilled = latest(send_rate.c.refilled_at, now)
    mine = update(send_rate).where(send_rate.c.line == line.name)
    connection.execute(mine.values(tokens=bucket.tokens, refilled_at=refilled))


class Buckets:
    """The buckets that one claim pays from. Those of calls are opened when the first call is met, after those of texts.

    Always in this order, so that no two claims wait for each other. A bucket that another transaction has is only seen:
    what must arrive leaves without paying, the rest waits for the next claim.
    """

    def __init__(self, connection: Connection, now: datetime, pace: Pace, texts: Bucket | None) -> None:
        """Without a bucket of texts nothing is locked, nothing kept: for what overdraws anyway."""
        self._connection, self._now, self._pace = connection, now, pace
        self._locks = texts is not None
        self._buckets = {} if texts is None else {pace.texts: texts}
        self._ours = set(self._buckets)
        self._spent: set[Line] = set()

    def of(self, line: Line) -> Bucket:
        """The bucket of a line as it stands after what was paid."""
        if line not in self._buckets:
            self._buckets[line] = self._opened(line)
        return self._buckets[line]

    def _opened(self, line: Line) -> Bucket:
        ours = open_bucket_at_once(self._connection, self._now, line) if self._locks else None
        if ours is None:
            return replace(see_bucket(self._connection, self._now, line), paused=True, may_try=False)
        self._ours.add(line)
        return ours

    def pay(self, line: Line, bucket: Bucket) -> None:
        """This is what is left of it."""
        if self.of(line).may_try and not bucket.may_try:
            tried = update(send_rate).where(send_rate.c.line == line.name)
            self._connection.execute(tried.values(tried_at=self._now))
        self._buckets[line] = bucket
        self._spent.add(line)

    def keep(self) -> None:
        """Write back what was paid from."""
        for line in self._spent & self._ours:
            keep_bucket(self._connection, self._buckets[line], self._now, line)


def pause_after(tries: int) -> timedelta:
    """How long a message waits after so many tries: doubling from four seconds up to ten minutes."""
    return min(_FIRST_PAUSE * float(2 ** min(tries, 10)), _LONGEST_PAUSE)


def pause(connection: Connection, line: str | None, until: datetime, reason: str) -> None:
    """The ordinary lanes of a line, or of all, wait until then; a longer pause stays."""
    longer = send_rate.c.paused_until.is_(None) | (send_rate.c.paused_until < until)
    waiting = update(send_rate).where(longer)
    if line is None:  # in the order of a claim, texts before calls, so that neither waits for the other
        connection.execute(select(send_rate.c.id).order_by(send_rate.c.line).with_for_update())
    mine = waiting if line is None else waiting.where(send_rate.c.line == line)
    connection.execute(mine.values(paused_until=until, pause_reason=reason))
