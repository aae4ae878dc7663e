"""Calls keep how far they have come, and a person has what a call asks for before it speaks of their health.

Revision: 0009. It only adds, so the program of revision 0008 goes on working over these tables. Whoever has locks that
are needed is given way to until they are free: nobody may wait behind us for somebody's backup.
"""

from __future__ import annotations

from itertools import cycle

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
PEOPLE = ("LOCK TABLE participant IN ACCESS EXCLUSIVE MODE",)
ALONE = (  # also what revision 0006 takes on the way back: it cannot give way while people are locked already
    "LOCK TABLE participant, inbound, event IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE event, participant, inbound IN ACCESS EXCLUSIVE MODE",
)
BRIEFLY = "SET LOCAL lock_timeout = '200ms'"  # of three locks: together less than PostgreSQL's deadlock_timeout
WITHOUT_END = "SET LOCAL lock_timeout = 0"
PAUSE = "SELECT pg_sleep(0.1)"
HELD_BY_OTHERS = frozenset({"55P03", "40P01"})  # no lock in time, deadlock
VOICEMAIL = sa.text("voicemail_at IS NOT NULL")


def upgrade() -> None:
    """Add three columns to `participant`, and one table."""
    _lock(*PEOPLE)
    op.add_column("participant", sa.Column("birth_year", sa.Integer(), nullable=True))
    op.add_column("participant", sa.Column("call_pin", sa.String(8), nullable=True))
    op.add_column("participant", sa.Column("no_voicemail", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "call",
        sa.Column("carrier_id", sa.String(80), nullable=False),
        sa.Column("attempt_id", sa.String(40), nullable=True),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("participant_id", ID, nullable=True),
        sa.Column("inbound", sa.Boolean(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("voicemail_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("carrier_id", name="pk_call"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_call_participant_id"),
    )
    op.create_index("ix_call_attempt_id", "call", ["attempt_id"])
    op.create_index("ix_call_ended_at_changed_at", "call", ["ended_at", "changed_at"])
    op.create_index("ix_call_phone_changed_at", "call", ["phone", "changed_at"])
    which = {"postgresql_where": VOICEMAIL, "sqlite_where": VOICEMAIL}
    op.create_index("ix_call_voicemail", "call", ["phone", "voicemail_at"], **which)


def downgrade() -> None:
    """Remove them, with what they hold."""
    _lock(*ALONE)
    op.drop_table("call")
    for name in ("no_voicemail", "call_pin", "birth_year"):
        op.drop_column("participant", name)


def _lock(*orders: str) -> None:
    """Take locks in one order or another; what is not to be had soon is let go and tried again in the next order."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for lock in cycle(orders):
        moment = op.get_bind().begin_nested()
        try:
            _run(BRIEFLY, lock)
        except OperationalError as error:
            moment.rollback()
            if getattr(error.orig, "sqlstate", None) not in HELD_BY_OTHERS:
                raise
            _run(PAUSE)
        else:
            moment.commit()  # which keeps them
            _run(WITHOUT_END)
            return


def _run(*statements: str) -> None:
    for statement in statements:
        op.execute(sa.text(statement))
