"""The engine between the machines waits for nothing without end: its connections keep the same times as ours."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from coach.adapters.database.engine import LINE, postgresql_address
from coach.clockwork.cluster import patient_connector

WAITS = {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "30s", "statement_timeout": "30s"}


async def asked(address: str) -> dict[str, Any]:
    """What a connection of the engine says of itself, and how it was opened."""
    connector = patient_connector(address)
    await connector.open_async()
    try:
        async with connector.pool.connection() as connection:
            told = connection.info.get_parameters()
            line = {name: told.get(name) for name in LINE}
        rows = [await connector.execute_query_one_async(f"SHOW {name}") for name in WAITS]
        return {"line": line, "waits": {name: value for row in rows for name, value in row.items()}}
    finally:
        await connector.close_async()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_every_wait_of_the_engine_has_an_end(database_url: str) -> None:
    """For the server, for a lock, in a transaction that stands still, and for an answer."""
    address = postgresql_address(database_url)
    assert address is not None
    found = asyncio.run(asked(address))
    assert found["waits"] == WAITS
    assert found["line"] == {name: str(value) for name, value in LINE.items()}


def test_a_server_that_is_not_there_is_given_up_after_ten_seconds() -> None:
    """For the engine and for ourselves."""
    assert LINE["connect_timeout"] == 10
