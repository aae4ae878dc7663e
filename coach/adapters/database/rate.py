"""The send rate: one token bucket for all processes, counted in message segments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from coach.adapters.database.statements import upsert
from coach.adapters.database.tables import send_rate

_BURST_SECONDS = 2.0
_DEBT_SECONDS = 5.0
_THE_ROW = 1
_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What may leave now. `rate` is segments per second; `tokens` may be negative after urgent messages."""

    tokens: float
    rate: float
    paused: bool = False

    @property
    def burst(self) -> float:
        """The most that gathers while nothing is sent: two seconds' worth, and always one message."""
        return max(self.rate * _BURST_SECONDS, 1.0)

    def has_room(self, segments: int) -> bool:
        """Whether an ordinary message may leave. One larger than the burst goes when the bucket is full."""
        return not self.paused and self.tokens >= min(segments, self.burst)

    def spend(self, segments: int) -> Bucket:
        """An ordinary message leaves."""
        return replace(self, tokens=self.tokens - segments)

    def overdraw(self, segments: int) -> Bucket:
        """An urgent message leaves without asking; the debt it makes has a floor, so that others are not starved."""
        floor = min(self.tokens, -_DEBT_SECONDS * self.rate)
        return replace(self, tokens=max(self.tokens - segments, floor))


def open_bucket_at_once(connection: Connection, now: datetime, rate: float) -> Bucket | None:
    """The same without waiting; None while another transaction has the row."""
    free = select(send_rate.c.id).with_for_update(skip_locked=True)
    if connection.scalar(free) is None and connection.scalar(select(send_rate.c.id)) is not None:
        return None
    return open_bucket(connection, now, rate)


def open_bucket(connection: Connection, now: datetime, rate: float) -> Bucket:
    """Lock the one row and fill it up for the time that has passed."""
    full = Bucket(0.0, rate).burst
    the_row = select(send_rate).where(send_rate.c.id == _THE_ROW).with_for_update()
    row = connection.execute(the_row).one_or_none()
    if row is None:
        first = {"id": _THE_ROW, "tokens": full, "refilled_at": now}
        connection.execute(upsert(connection, send_rate).values(**first).on_conflict_do_nothing())
        row = connection.execute(the_row).one()
    passed = max((now - row.refilled_at).total_seconds(), 0.0)
    paused = row.paused_until is not None and row.paused_until > now
    return Bucket(min(full, row.tokens + passed * rate), rate, paused)


def keep_bucket(connection: Connection, bucket: Bucket, now: datetime) -> None:
    """Write back what is left. A clock that went back must not fill the bucket twice."""
    latest = func.max if connection.dialect.name == "sqlite" else func.greatest
    refilled = latest(send_rate.c.refilled_at, now)
    connection.execute(update(send_rate).values(tokens=bucket.tokens, refilled_at=refilled))


def pause_after(tries: int) -> timedelta:
    """How long a message waits after so many tries: doubling from four seconds up to ten minutes."""
    return min(_FIRST_PAUSE * float(2 ** min(tries, 10)), _LONGEST_PAUSE)


def pause(connection: Connection, until: datetime, reason: str) -> None:
    """The ordinary lanes wait until then; a longer pause stays."""
    longer = send_rate.c.paused_until.is_(None) | (send_rate.c.paused_until < until)
    connection.execute(update(send_rate).where(longer).values(paused_until=until, pause_reason=reason))
