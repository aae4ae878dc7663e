"""Messages released to workers on many machines; on PostgreSQL also the tables of Procrastinate, which carries them.

Revision: 0004. It only adds, so the program of revision 0003 goes on working over these tables.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RELEASED = sa.text("state = 'released'")
PROCRASTINATE = Path(__file__).with_name("0004_procrastinate.sql")
DROP_PROCRASTINATE = """
DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
DO $$
DECLARE
    each regprocedure;
BEGIN
    FOR each IN
        SELECT oid::regprocedure FROM pg_proc
        WHERE proname LIKE 'procrastinate!_%' ESCAPE '!' AND pronamespace = current_schema()::regnamespace
    LOOP
        EXECUTE 'DROP FUNCTION ' || each;
    END LOOP;
END;
$$;
DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_event_type, procrastinate_job_status;
"""


def upgrade() -> None:
    """Add the index of what is released, and Procrastinate's own schema."""
    op.create_index("ix_outbox_released", "outbox", ["lease_until"], postgresql_where=RELEASED, sqlite_where=RELEASED)
    run_on_postgresql(PROCRASTINATE.read_text("utf-8"))


def downgrade() -> None:
    """Remove them; what is released waits again."""
    run_on_postgresql(DROP_PROCRASTINATE)
    op.execute("UPDATE outbox SET state = 'pending', lease_until = NULL WHERE state = 'released'")
    op.drop_index("ix_outbox_released", "outbox")


def run_on_postgresql(script: str) -> None:
    """Run many statements at once, as they are: SQLAlchemy would take their % and : for parameters."""
    driver = op.get_bind().connection.driver_connection
    if op.get_bind().dialect.name == "postgresql" and driver is not None:
        driver.execute(script)
