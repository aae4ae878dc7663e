"""What people choose about their prompts, what a question is about, and heat alerts.

Revision: 0002. It only adds, so the program of revision 0001 goes on working over these tables.
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
NOT_ENDED = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Add columns to `participant` and `check_in`, and the table `heat_alert`."""
    op.add_column("participant", sa.Column("density", sa.String(10), nullable=False, server_default="usual"))
    op.add_column("participant", sa.Column("ask_at", sa.Time(), nullable=True))
    op.add_column("participant", sa.Column("programme_on", sa.Date(), nullable=True))
    op.add_column("check_in", sa.Column("about", sa.String(80), nullable=True))
    op.create_table(
        "heat_alert",
        sa.Column("id", ID),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("staff", sa.String(120), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_heat_alert"),
    )
    op.create_index(
        "ix_heat_alert_not_ended", "heat_alert", ["zone"], postgresql_where=NOT_ENDED, sqlite_where=NOT_ENDED
    )


def downgrade() -> None:
    """Remove them, with what they hold."""
    op.drop_table("heat_alert")
    op.drop_column("check_in", "about")
    for column in ("programme_on", "ask_at", "density"):
        op.drop_column("participant", column)
