"""What an attempt cost, and indexes by time: for figures of what was done lately, and for what may go.

Revision: 0005. It only adds, so the program of revision 0004 goes on working over these tables.
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
RAW_KEPT = sa.text("raw_removed_at IS NULL")
TIMER_SET = sa.text("kind = 'TimerSet'")


def upgrade() -> None:
    """Add three columns and four indexes."""
    op.add_column("attempt", sa.Column("price_micros", sa.BigInteger(), nullable=True))
    op.add_column("attempt", sa.Column("currency", sa.String(3), nullable=True))
    op.add_column("inbound", sa.Column("raw_removed_at", TIME, nullable=True))
    op.create_index("ix_attempt_started_at", "attempt", ["started_at"])
    op.create_index("ix_status_callback_received_at", "status_callback", ["received_at"])
    op.create_index("ix_inbound_raw_kept", "inbound", ["received_at"], postgresql_where=RAW_KEPT, sqlite_where=RAW_KEPT)
    op.create_index("ix_event_timer_set", "event", ["at"], postgresql_where=TIMER_SET, sqlite_where=TIMER_SET)


def downgrade() -> None:
    """Remove them, with what they hold."""
    op.drop_index("ix_event_timer_set", "event")
    op.drop_index("ix_inbound_raw_kept", "inbound")
    op.drop_index("ix_status_callback_received_at", "status_callback")
    op.drop_index("ix_attempt_started_at", "attempt")
    op.drop_column("inbound", "raw_removed_at")
    for column in ("currency", "price_micros"):
        op.drop_column("attempt", column)
