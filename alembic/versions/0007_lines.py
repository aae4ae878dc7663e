"""A send rate for each line (number or messaging service), lines that stop, and the line of an attempt.

Revision: 0007. It only adds, so the program of revision 0006 goes on working over these tables.
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
CALLS = sa.text("state = 'pending' AND channel = 'voice'")


def upgrade() -> None:
    """Add seven columns and two indexes."""
    op.add_column("send_rate", sa.Column("line", sa.String(80), nullable=False, server_default=""))
    for name in ("stopped_at", "tried_at", "refused_at"):
        op.add_column("send_rate", sa.Column(name, TIME, nullable=True))
    op.add_column("send_rate", sa.Column("stop_reason", sa.Text(), nullable=True))
    op.add_column("send_rate", sa.Column("refused_code", sa.Integer(), nullable=True))
    op.add_column("attempt", sa.Column("line", sa.String(80), nullable=True))
    op.create_index("uq_send_rate_line", "send_rate", ["line"], unique=True)
    op.create_index("ix_outbox_calls", "outbox", ["lane", "id"], postgresql_where=CALLS, sqlite_where=CALLS)


def downgrade() -> None:
    """Remove them, with what they hold. The bucket of the program before has the id 1."""
    op.drop_index("ix_outbox_calls", "outbox")
    op.drop_index("uq_send_rate_line", "send_rate")
    op.drop_column("attempt", "line")
    for name in ("refused_code", "refused_at", "tried_at", "stop_reason", "stopped_at", "line"):
        op.drop_column("send_rate", name)
