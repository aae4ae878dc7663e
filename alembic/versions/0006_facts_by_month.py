"""On PostgreSQL the facts are cut by month: the record, and apart from it the facts that a timer was set.

Revision: 0006. On SQLite nothing changes. Existing rows are copied while the program of revision 0005 goes on writing;
it waits for the last of them, the check of the foreign keys and the change of names, then writes into the new table.
Readers of people and texts wait for these too. Whoever has locks that are needed is given way to until they are free.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import cycle

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

EXPAND = (
    "CREATE TABLE event_cut (LIKE event INCLUDING DEFAULTS) PARTITION BY LIST (kind)",
    "CREATE TABLE event_timers PARTITION OF event_cut FOR VALUES IN ('TimerSet') PARTITION BY RANGE (at)",
    "CREATE TABLE event_timers_rest PARTITION OF event_timers DEFAULT",
    "CREATE TABLE event_record PARTITION OF event_cut DEFAULT PARTITION BY RANGE (at)",
    "CREATE TABLE event_record_rest PARTITION OF event_record DEFAULT",
)
PIECE = (
    "CREATE TABLE {cut}_{first:%Y_%m} PARTITION OF {cut}"
    " FOR VALUES FROM ('{first:%Y-%m-%d} 00:00Z') TO ('{end:%Y-%m-%d} 00:00Z')"
)
MONTHS = """
SELECT date_trunc('month', at AT TIME ZONE 'UTC') AS first FROM event
UNION
SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + ahead * interval '1 month' FROM generate_series(0, 3) AS ahead
ORDER BY first
"""
COPY = "INSERT INTO event_cut SELECT * FROM event WHERE id <= :seam"
COPY_LAST = "INSERT INTO event_cut SELECT * FROM event WHERE id > :seam"
WRITTEN_SO_FAR = "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM event_id_seq"
INDEX = (
    "ALTER TABLE event_cut ADD CONSTRAINT pk_event_cut PRIMARY KEY (id, kind, at)",
    "CREATE INDEX ix_event_cut_participant_id_id ON event_cut (participant_id, id)",
    "CREATE INDEX ix_event_cut_timer_set ON event_cut (at) WHERE kind = 'TimerSet'",
    "ANALYZE event_cut",
)
POINT = "ALTER TABLE event_cut ADD CONSTRAINT fk_event_{0}_id FOREIGN KEY ({0}_id) REFERENCES {0} (id)"
QUIET = "LOCK TABLE event IN SHARE MODE"
ALONE = (  # of what is pointed at too: a foreign key that goes needs no less
    "LOCK TABLE participant, inbound, event IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE event, participant, inbound IN ACCESS EXCLUSIVE MODE",
)
BRIEFLY = "SET LOCAL lock_timeout = '200ms'"  # of three locks: together less than PostgreSQL's deadlock_timeout
WITHOUT_END = "SET LOCAL lock_timeout = 0"
PAUSE = "SELECT pg_sleep(0.1)"
HELD_BY_OTHERS = frozenset({"55P03", "40P01"})  # no lock in time, deadlock
RENAME = (
    POINT.format("participant"),
    POINT.format("inbound"),
    "ALTER SEQUENCE event_id_seq OWNED BY event_cut.id",
    "DROP TABLE event",
    "ALTER TABLE event_cut RENAME TO event",
    "ALTER TABLE event RENAME CONSTRAINT pk_event_cut TO pk_event",
    "ALTER INDEX ix_event_cut_participant_id_id RENAME TO ix_event_participant_id_id",
    "ALTER INDEX ix_event_cut_timer_set RENAME TO ix_event_timer_set",
)


def upgrade() -> None:
    """Make the table that is cut, copy, and let it take the name."""
    if op.get_bind().dialect.name == "postgresql":
        _replace(EXPAND + tuple(_pieces()), INDEX)


def downgrade() -> None:
    """The same with a table that is whole."""
    if op.get_bind().dialect.name == "postgresql":
        whole = "ALTER TABLE event_cut ADD CONSTRAINT pk_event_cut PRIMARY KEY (id)"
        _replace(("CREATE TABLE event_cut (LIKE event INCLUDING DEFAULTS)",), (whole, *INDEX[1:]))


def _replace(expand: Iterable[str], index: Iterable[str]) -> None:
    """Put a new table in the place of `event`. Its facts are only ever added, so what is copied once is copied."""
    _run(expand)
    seam = {"seam": _seam()}
    op.get_bind().execute(sa.text(COPY), seam)
    _run(index)
    _locked(*ALONE).commit()  # which keeps them
    _run([WITHOUT_END])
    op.get_bind().execute(sa.text(COPY_LAST), seam)
    _run(RENAME)


def _pieces() -> Iterable[str]:
    """One for each month that has facts, and for this month and the next three."""
    for first in op.get_bind().scalars(sa.text(MONTHS)).all():
        end = _next(first)
        yield from (PIECE.format(cut=cut, first=first, end=end) for cut in ("event_timers", "event_record"))


def _next(first: datetime) -> datetime:
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def _seam() -> int:
    """An id up to which every fact is committed and none can come any more: for a moment nobody may write."""
    moment = _locked(QUIET)
    seam: int = op.get_bind().scalar(sa.text(WRITTEN_SO_FAR)) or 0
    moment.rollback()  # which gives the lock back
    return seam


def _locked(*orders: str) -> sa.NestedTransaction:
    """Take locks in one order or another: programs mostly take people, their texts, then facts, but not always.

    What is not to be had soon is let go and tried again in the next order, before others wait for us and we for them.
    """
    for lock in cycle(orders):
        moment = op.get_bind().begin_nested()
        try:
            _run([BRIEFLY, lock])
        except OperationalError as error:
            moment.rollback()
            if getattr(error.orig, "sqlstate", None) not in HELD_BY_OTHERS:
                raise
            _run([PAUSE])
        else:
            return moment
    raise AssertionError(orders)


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        op.execute(sa.text(statement))
