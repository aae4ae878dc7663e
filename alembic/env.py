"""Runs migrations: over the connection the coach gives, or over COACH_DATABASE_URL for Alembic's own commands."""

from __future__ import annotations

import os
from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from alembic import context
from coach.adapters.database.engine import open_engine, wait_without_end
from coach.adapters.database.months import is_piece
from coach.adapters.database.tables import UtcDateTime, metadata


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - Alembic's hook
    """Write our time type as the plain one, so that old migrations outlive changes of the code."""
    del autogen
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def include_name(name: str | None, kind: str, parents: Any) -> bool:  # noqa: ANN401 - Alembic's hook
    """Compare our tables only: Procrastinate's are its own, and the pieces of a table are made by the program."""
    del parents
    return kind != "table" or not (str(name).startswith("procrastinate_") or is_piece(str(name)))


def migrate(connection: Connection) -> None:
    """Run the migrations asked for over this connection."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_item,
        include_name=include_name,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    engine = open_engine(os.environ.get("COACH_DATABASE_URL", "sqlite:///coach.db"))
    with engine.begin() as own:
        wait_without_end(own)
        migrate(own)
    engine.dispose()
