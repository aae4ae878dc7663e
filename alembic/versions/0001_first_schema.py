"""The first schema.

Revision: 0001
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)

TABLES = (
    "participant",
    "send_rate",
    "staff",
    "status_callback",
    "check_in",
    "consent",
    "inbound",
    "staff_session",
    "timer",
    "escalation",
    "event",
    "observation",
    "outbox",
    "attempt",
    "escalation_step",
    "task",
)


def upgrade() -> None:
    """Create everything."""
    create_participant()
    create_send_rate()
    create_staff()
    create_status_callback()
    create_check_in()
    create_consent()
    create_inbound()
    create_staff_session()
    create_timer()
    create_escalation()
    create_event()
    create_observation()
    create_outbox()
    create_attempt()
    create_escalation_step()
    create_task()


def downgrade() -> None:
    """Remove everything."""
    for name in reversed(TABLES):
        op.drop_table(name)


def index(name: str, table: str, columns: list[str], where: str | None = None) -> None:
    """Create an index, over the rows of a condition only if one is given."""
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns, postgresql_where=condition, sqlite_where=condition)


def create_participant() -> None:
    """Create `participant`."""
    op.create_table(
        "participant",
        sa.Column("id", ID),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("status_at", TIME, nullable=True),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("zone", sa.String(64), nullable=True),
        sa.Column("quiet_start", sa.Time(), nullable=False),
        sa.Column("quiet_end", sa.Time(), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("programme", sa.String(64), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=True),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_participant"),
        sa.UniqueConstraint("phone", name="uq_participant_phone"),
    )
    index("ix_participant_status", "participant", ["status"])


def create_send_rate() -> None:
    """Create `send_rate`."""
    op.create_table(
        "send_rate",
        sa.Column("id", sa.Integer(), autoincrement=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("refilled_at", TIME, nullable=False),
        sa.Column("paused_until", TIME, nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_send_rate"),
    )


def create_staff() -> None:
    """Create `staff`."""
    op.create_table(
        "staff",
        sa.Column("id", ID),
        sa.Column("username", sa.String(120), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("username", name="uq_staff_username"),
    )


def create_status_callback() -> None:
    """Create `status_callback`."""
    op.create_table(
        "status_callback",
        sa.Column("id", ID),
        sa.Column("attempt_id", sa.String(40), nullable=False),
        sa.Column("carrier_id", sa.String(80), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_status_callback"),
        sa.UniqueConstraint(
            "attempt_id", "carrier_id", "status", name="uq_status_callback_attempt_id_carrier_id_status"
        ),
    )


def create_check_in() -> None:
    """Create `check_in`."""
    op.create_table(
        "check_in",
        sa.Column("id", ID),
        sa.Column(
            "participant_id", ID, sa.ForeignKey("participant.id", name="fk_check_in_participant_id"), nullable=False
        ),
        sa.Column("asked", sa.String(20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scheduled", sa.Boolean(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("base", sa.Float(), nullable=True),
        sa.Column("need", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_check_in"),
    )
    index("ix_check_in_participant_id_id", "check_in", ["participant_id", "id"])


def create_consent() -> None:
    """Create `consent`."""
    op.create_table(
        "consent",
        sa.Column("id", ID),
        sa.Column(
            "participant_id", ID, sa.ForeignKey("participant.id", name="fk_consent_participant_id"), nullable=False
        ),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("wording_id", sa.String(80), nullable=False),
        sa.Column("wording_version", sa.String(40), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("carrier_id", sa.String(80), nullable=True),
        sa.Column("staff", sa.String(120), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    index("ix_consent_participant_id", "consent", ["participant_id"])


def create_inbound() -> None:
    """Create `inbound`."""
    op.create_table(
        "inbound",
        sa.Column("id", ID),
        sa.Column("carrier_id", sa.String(80), nullable=False),
        sa.Column(
            "participant_id", ID, sa.ForeignKey("participant.id", name="fk_inbound_participant_id"), nullable=True
        ),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("sender", sa.String(40), nullable=False),
        sa.Column("recipient", sa.String(40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("opt_out_type", sa.String(10), nullable=True),
        sa.Column("media", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("reply", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbound"),
        sa.UniqueConstraint("carrier_id", name="uq_inbound_carrier_id"),
    )
    index("ix_inbound_participant_id_received_at", "inbound", ["participant_id", "received_at"])
    index("ix_inbound_undecided", "inbound", ["received_at"], "decided_at IS NULL")


def create_staff_session() -> None:
    """Create `staff_session`."""
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(64)),
        sa.Column("staff_id", ID, sa.ForeignKey("staff.id", name="fk_staff_session_staff_id"), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_session"),
    )


def create_timer() -> None:
    """Create `timer`."""
    op.create_table(
        "timer",
        sa.Column("id", ID),
        sa.Column(
            "participant_id", ID, sa.ForeignKey("participant.id", name="fk_timer_participant_id"), nullable=False
        ),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("fired_at", TIME, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_timer"),
        sa.UniqueConstraint("participant_id", "key", name="uq_timer_participant_id_key"),
    )
    index("ix_timer_due", "timer", ["due_at"], "state = 'pending'")
    index("ix_timer_pending", "timer", ["participant_id", "due_at"], "state = 'pending'")


def create_escalation() -> None:
    """Create `escalation`."""
    op.create_table(
        "escalation",
        sa.Column("id", ID),
        sa.Column(
            "participant_id", ID, sa.ForeignKey("participant.id", name="fk_escalation_participant_id"), nullable=False
        ),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("inbound_id", ID, sa.ForeignKey("inbound.id", name="fk_escalation_inbound_id"), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("owner", sa.String(120), nullable=True),
        sa.Column("acknowledged_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_escalation"),
    )
    index("ix_escalation_open", "escalation", ["raised_at"], "state <> 'closed'")
    index("ix_escalation_participant_id_id", "escalation", ["participant_id", "id"])


def create_event() -> None:
    """Create `event`."""
    op.create_table(
        "event",
        sa.Column("id", ID),
        sa.Column("participant_id", ID, sa.ForeignKey("participant.id", name="fk_event_participant_id"), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("inbound_id", ID, sa.ForeignKey("inbound.id", name="fk_event_inbound_id"), nullable=True),
        sa.Column("timer_id", ID, nullable=True),
        sa.Column("staff", sa.String(120), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    index("ix_event_participant_id_id", "event", ["participant_id", "id"])


def create_observation() -> None:
    """Create `observation`."""
    op.create_table(
        "observation",
        sa.Column("id", ID),
        sa.Column(
            "participant_id", ID, sa.ForeignKey("participant.id", name="fk_observation_participant_id"), nullable=False
        ),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("code", sa.String(40), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("asked", sa.String(20), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("inbound_id", ID, sa.ForeignKey("inbound.id", name="fk_observation_inbound_id"), nullable=True),
        sa.Column("staff", sa.String(120), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_observation"),
    )
    index("ix_observation_participant_id_at", "observation", ["participant_id", "at"])


def create_outbox() -> None:
    """Create `outbox`."""
    op.create_table(
        "outbox",
        sa.Column("id", ID),
        sa.Column(
            "participant_id", ID, sa.ForeignKey("participant.id", name="fk_outbox_participant_id"), nullable=False
        ),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("recipient", sa.String(40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("template", sa.String(80), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("not_before", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("inbound_id", ID, sa.ForeignKey("inbound.id", name="fk_outbox_inbound_id"), nullable=True),
        sa.Column("timer_id", ID, sa.ForeignKey("timer.id", name="fk_outbox_timer_id"), nullable=True),
        sa.Column("staff", sa.String(120), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    index("ix_outbox_expiring", "outbox", ["expires_at"], "state = 'pending'")
    index("ix_outbox_in_doubt", "outbox", ["id"], "state = 'in_doubt'")
    index("ix_outbox_inbound_id", "outbox", ["inbound_id"])
    index("ix_outbox_leased", "outbox", ["lease_until"], "state = 'sending'")
    index("ix_outbox_participant_id_id", "outbox", ["participant_id", "id"])
    index("ix_outbox_pending", "outbox", ["lane", "id"], "state = 'pending'")


def create_attempt() -> None:
    """Create `attempt`."""
    op.create_table(
        "attempt",
        sa.Column("id", sa.String(40)),
        sa.Column("outbox_id", ID, sa.ForeignKey("outbox.id", name="fk_attempt_outbox_id"), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("carrier_id", sa.String(80), nullable=True),
        sa.Column("status", sa.String(20), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(20), nullable=True),
        sa.Column("status_at", TIME, nullable=True),
        sa.Column("settled_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.UniqueConstraint("carrier_id", name="uq_attempt_carrier_id"),
    )
    index("ix_attempt_outbox_id", "attempt", ["outbox_id"])


def create_escalation_step() -> None:
    """Create `escalation_step`."""
    op.create_table(
        "escalation_step",
        sa.Column("id", ID),
        sa.Column(
            "escalation_id", ID, sa.ForeignKey("escalation.id", name="fk_escalation_step_escalation_id"), nullable=False
        ),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("staff", sa.String(120), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_escalation_step"),
    )
    index("ix_escalation_step_escalation_id", "escalation_step", ["escalation_id"])


def create_task() -> None:
    """Create `task`."""
    op.create_table(
        "task",
        sa.Column("id", ID),
        sa.Column("participant_id", ID, sa.ForeignKey("participant.id", name="fk_task_participant_id"), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("inbound_id", ID, sa.ForeignKey("inbound.id", name="fk_task_inbound_id"), nullable=True),
        sa.Column("outbox_id", ID, sa.ForeignKey("outbox.id", name="fk_task_outbox_id"), nullable=True),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("done_by", sa.String(120), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
        sa.UniqueConstraint("outbox_id", "kind", name="uq_task_outbox_id_kind"),
    )
    index("ix_task_open", "task", ["raised_at"], "done_at IS NULL")
    index("ix_task_participant_id", "task", ["participant_id"])
