"""Which process did which job when: so that one that died is seen also where another does its work.

Revision: 0008. It only adds, so the program of revision 0007 goes on working over these tables.
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add one table."""
    op.create_table(
        "process_mark",
        sa.Column("process", sa.String(80), nullable=False),
        sa.Column("job", sa.String(40), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("process", "job", name="pk_process_mark"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("process_mark")
