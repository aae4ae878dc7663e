"""The facts are cut by month on PostgreSQL: the pieces of the coming months are made here, ahead of time.

`event` has two parts, each with a piece for every month: `event_record`, which is kept, and `event_timers`, the facts
that a timer was set, which go in time. What no month covers falls into a `rest`, so a missing piece loses nothing. A
lock that is not to be had soon is given up: the work is done at the next look.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    TableClause,
    and_,
    column,
    delete,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.exc import OperationalError

from coach.adapters.database.engine import for_reading, open_engine
from coach.adapters.database.statements import Turn, one_at_a_time
from coach.adapters.database.tables import event

log = logging.getLogger(__name__)

RECORD, TIMERS = "event_record", "event_timers"
_PARTS = (RECORD, TIMERS)
_AHEAD = 3
"""Months: a housekeeping that stands still is noticed before."""
_MOVED_AT_ONCE = 20_000
"""Rows of a rest that move to their month while others work; more would keep them waiting."""
_NO_LOCK = "55P03"
_CHILDREN = text("""
SELECT child.relname, parent.relname FROM pg_inherits
JOIN pg_class child ON child.oid = inhrelid JOIN pg_class parent ON parent.oid = inhparent
WHERE inhparent IN (to_regclass('event_record'), to_regclass('event_timers'))
""")


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """One month of one part, in UTC."""

    part: str
    year: int
    month: int

    @property
    def name(self) -> str:
        """Of its table."""
        return f"{self.part}_{self.year:04d}_{self.month:02d}"

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return self.later(1).begins

    def later(self, months: int) -> Piece:
        """The piece so many months after it."""
        years, month = divmod(self.month - 1 + months, 12)
        return Piece(self.part, self.year + years, month + 1)

    def within(self, rows: FromClause) -> ColumnElement[bool]:
        """Of rows of facts: those of this month."""
        return and_(rows.c.at >= self.begins, rows.c.at < self.ends)


def is_piece(name: str) -> bool:
    """Whether a table is a part, a piece or a rest: none of which is written to by its name."""
    return name.startswith(_PARTS)


def facts(name: str) -> TableClause:
    """A part, a piece or a rest as a table of its own."""
    return table(name, *(column(one.name, one.type) for one in event.columns))


def rest(part: str) -> TableClause:
    """What no month of this part covers."""
    return facts(f"{part}_rest")


def pieces(connection: Connection) -> Iterator[Piece]:
    """Those there are."""
    for name, part in connection.execute(_CHILDREN).all():
        year, _, month = name.removeprefix(f"{part}_").partition("_")
        if year.isdigit() and month.isdigit():
            yield Piece(part, int(year), int(month))


def make_months(engine: Engine, now: datetime, *, all_at_once: bool = False) -> int:
    """Make what is missing of the pieces of this month and the next three. Returns how many were made.

    Args:
        engine: on SQLite nothing is to be done.
        now: in the first of these months.
        all_at_once: also make the months of whatever lies in a rest, however much must move and others wait.
    """
    if engine.dialect.name != "postgresql":
        return 0
    with for_reading(engine).begin() as connection:
        wanted = {*_coming(now), *(_in_rest(connection) if all_at_once else ())}
        missing = sorted(wanted - set(pieces(connection)))
    made, may_move = 0, None if all_at_once else _MOVED_AT_ONCE
    with giving_way():
        for piece in missing:
            made += _make_alone(engine, piece, may_move)
    return made


def months_problem(url: str, now: datetime) -> str | None:
    """What is amiss with the months, in one sentence that names the command; None when all is well, as on SQLite."""
    engine = open_engine(url)
    try:
        if engine.dialect.name != "postgresql":
            return None
        with for_reading(engine).begin() as connection:
            return _problem(connection, now)
    finally:
        engine.dispose()


@contextmanager
def giving_way() -> Iterator[None]:
    """End the block, and only log it, when somebody else held a lock for too long."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_LOCK:
            raise
        log.warning("a month's table is held by others and waits")


def wait_briefly(connection: Connection) -> None:
    """For this transaction: less than PostgreSQL's deadlock_timeout, so in a knot of locks it is we who give way."""
    connection.execute(text("SET LOCAL lock_timeout = '500ms'"))


def _coming(now: datetime, ahead: int = _AHEAD) -> Iterator[Piece]:
    at = now.astimezone(UTC)
    for part in _PARTS:
        yield from (Piece(part, at.year, at.month).later(months) for months in range(ahead + 1))


def _in_rest(connection: Connection) -> Iterator[Piece]:
    for part in _PARTS:
        month = func.date_trunc("month", func.timezone("UTC", rest(part).c.at))
        for first in connection.scalars(select(month).distinct()):
            yield Piece(part, first.year, first.month)


def _make_alone(engine: Engine, piece: Piece, may_move: int | None) -> bool:
    """Whether it was made: not when another process was faster, or too much must move."""
    with engine.begin() as connection:
        wait_briefly(connection)
        one_at_a_time(connection, Turn.MAKE_MONTHS)
        if piece in set(pieces(connection)):
            return False
        if may_move is not None and _waiting(connection, piece, may_move + 1) > may_move:
            log.warning("too many facts wait for their month", extra={"code": piece.name})
            return False
        _make(connection, piece)
    return True


def _waiting(connection: Connection, piece: Piece, at_most: int) -> int:
    """How many rows of the rest belong to the month."""
    old = rest(piece.part)
    some = select(old.c.id).where(piece.within(old)).limit(at_most).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0


def _make(connection: Connection, piece: Piece) -> None:
    """Locks are taken in the order in which others take them: first what facts point at, then where facts lie."""
    old, new = rest(piece.part), facts(piece.name)
    names = [one.name for one in old.columns]
    span = f"FROM ('{piece.begins.isoformat()}') TO ('{piece.ends.isoformat()}')"
    connection.execute(text("LOCK TABLE participant, inbound IN SHARE ROW EXCLUSIVE MODE"))  # new foreign keys
    connection.execute(text(f"LOCK TABLE {old.name} IN ACCESS EXCLUSIVE MODE"))
    connection.execute(text(f"CREATE TABLE {new.name} (LIKE {piece.part} INCLUDING DEFAULTS)"))
    connection.execute(insert(new).from_select(names, select(old).where(piece.within(old))))
    connection.execute(delete(old).where(piece.within(old)))
    connection.execute(text(f"ALTER TABLE {piece.part} ATTACH PARTITION {new.name} FOR VALUES {span}"))


def _problem(connection: Connection, now: datetime) -> str | None:
    there = set(pieces(connection))
    missing = next((one for one in _coming(now, ahead=1) if one not in there), None)
    if missing is not None:
        return f"{missing.begins:%B %Y} has no table for its facts; run coach db months, and see that a worker runs."
    full = next((part for part in _PARTS if connection.scalar(select(rest(part).c.id).limit(1)) is not None), None)
    return f"facts lie in {full}_rest, outside their months; run coach db months." if full else None
