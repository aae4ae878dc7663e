"""The whole life of a case: its trail with pages, who is on call, what time caused once, and the program's own watch.

Revision: 0003. It only adds, so the program of revision 0002 goes on working over these tables.
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
NOT_ENDED = sa.text("ended_at IS NULL")
REFERENCES = (  # table, column, the table it points to
    ("escalation_step", "to_id", "participant"),
    ("escalation_step", "outbox_id", "outbox"),
    ("outbox", "escalation_id", "escalation"),
)


def upgrade() -> None:
    """Add columns to `escalation`, `escalation_step`, `outbox`, `attempt` and `task`, and five tables."""
    _life_of_a_case()
    op.add_column("attempt", sa.Column("answered_by", sa.String(20), nullable=True))
    op.add_column("attempt", sa.Column("talked_at", TIME, nullable=True))
    op.add_column("task", sa.Column("explanation", sa.JSON(), nullable=True))
    op.add_column("task", sa.Column("key", sa.String(120), nullable=True))
    op.create_index("uq_task_participant_id_key", "task", ["participant_id", "key"], unique=True)
    _rota()
    _watch()


def _life_of_a_case() -> None:
    op.add_column("escalation", sa.Column("caused_at", TIME, nullable=True))
    op.add_column("escalation", sa.Column("rules_version", sa.String(40), nullable=False, server_default=""))
    op.add_column("escalation", sa.Column("explanation", sa.JSON(), nullable=True))
    op.add_column("escalation", sa.Column("contact_by", TIME, nullable=True))
    op.add_column("escalation", sa.Column("contacted_at", TIME, nullable=True))
    op.add_column("escalation_step", sa.Column("channel", sa.String(10), nullable=True))
    for table, column, target in REFERENCES:  # inline, as SQLite cannot add a key to a table that is there
        key = sa.ForeignKey(f"{target}.id", name=f"fk_{table}_{column}")
        op.add_column(table, sa.Column(column, ID, key, nullable=True), inline_references=True)
    op.create_index("ix_escalation_step_outbox_id", "escalation_step", ["outbox_id"])
    op.create_index("ix_outbox_escalation_id", "outbox", ["escalation_id"])


def _rota() -> None:
    op.create_table(
        "on_call",
        sa.Column("participant_id", ID, autoincrement=False),
        sa.Column("handle", sa.String(120), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("texts", sa.Boolean(), nullable=False),
        sa.Column("calls", sa.Boolean(), nullable=False),
        sa.Column("operator", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("participant_id", name="pk_on_call"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_on_call_participant_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_on_call_staff_id"),
        sa.UniqueConstraint("handle", name="uq_on_call_handle"),
    )
    op.create_table(
        "on_call_shift",
        sa.Column("id", ID),
        sa.Column("on_call_id", ID, nullable=False),
        sa.Column("layer", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("start_at", sa.Time(), nullable=False),
        sa.Column("end_at", sa.Time(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("staff", sa.String(120), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", sa.String(120), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_on_call_shift"),
        sa.ForeignKeyConstraint(["on_call_id"], ["on_call.participant_id"], name="fk_on_call_shift_on_call_id"),
    )
    op.create_index("ix_on_call_shift_on_call_id", "on_call_shift", ["on_call_id"])
    op.create_table(
        "on_call_leave",
        sa.Column("id", ID),
        sa.Column("on_call_id", ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("cover_id", ID, nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("staff", sa.String(120), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", sa.String(120), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_on_call_leave"),
        sa.ForeignKeyConstraint(["on_call_id"], ["on_call.participant_id"], name="fk_on_call_leave_on_call_id"),
        sa.ForeignKeyConstraint(["cover_id"], ["on_call.participant_id"], name="fk_on_call_leave_cover_id"),
    )
    op.create_index("ix_on_call_leave_on_call_id", "on_call_leave", ["on_call_id"])


def _watch() -> None:
    op.create_table(
        "job_mark",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("ok_at", TIME, nullable=True),
        sa.Column("failed_at", TIME, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("process", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_job_mark"),
    )
    op.create_table(
        "alarm",
        sa.Column("id", ID),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("participant_id", ID, nullable=True),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("paged_at", TIME, nullable=True),
        sa.Column("seen_by", sa.String(120), nullable=True),
        sa.Column("seen_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name="fk_alarm_participant_id"),
    )
    op.create_index("uq_alarm_open", "alarm", ["key"], unique=True, postgresql_where=NOT_ENDED, sqlite_where=NOT_ENDED)


def downgrade() -> None:
    """Remove them, with what they hold."""
    for table in ("alarm", "job_mark", "on_call_leave", "on_call_shift", "on_call"):
        op.drop_table(table)
    op.drop_index("uq_task_participant_id_key", "task")
    for column in ("key", "explanation"):
        op.drop_column("task", column)
    for column in ("talked_at", "answered_by"):
        op.drop_column("attempt", column)
    op.drop_index("ix_outbox_escalation_id", "outbox")
    op.drop_index("ix_escalation_step_outbox_id", "escalation_step")
    for table, column, _ in reversed(REFERENCES):
        op.drop_column(table, column)
    op.drop_column("escalation_step", "channel")
    for column in ("contacted_at", "contact_by", "explanation", "rules_version", "caused_at"):
        op.drop_column("escalation", column)
