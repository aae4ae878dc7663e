"""The scene every test of the database plays in."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from coach.adapters.database.store import SqlStore
from tests.adapters.database.scene import Scene
from tests.clocks import StoppedClock


@pytest.fixture
def scene(engine: Engine, store: SqlStore, clock: StoppedClock) -> Scene:
    """An empty practice on SQLite, then on PostgreSQL."""
    return Scene(engine, store, clock)
