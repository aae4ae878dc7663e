"""Writers of one process take turns on SQLite; nobody waits for a turn for ever, and PostgreSQL knows no turns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from coach.adapters.database.writer import Writer


def _half_of_it(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE half_done (id INTEGER)"))
    connection.execute(text("SELECT 1 FROM no_such_table"))


def test_whoever_comes_second_writes_after_the_first(sqlite_engine: Engine) -> None:
    """In the order in which they began."""
    writer, first_is_in, order = Writer(sqlite_engine), Event(), list[str]()

    def first() -> None:
        with writer.begin():
            first_is_in.set()
            order.append("first")

    def second() -> None:
        first_is_in.wait()
        with writer.begin():
            order.append("second")

    with ThreadPoolExecutor(2) as hands:
        for ends in [hands.submit(second), hands.submit(first)]:
            ends.result()
    assert order == ["first", "second"]


def test_a_writer_that_stands_still_before_the_database_holds_up_nobody_for_long(sqlite_engine: Engine) -> None:
    """After a while SQLite's own lock decides, and that one is free."""
    writer = Writer(sqlite_engine)
    turn = writer._turn  # noqa: SLF001 - as if a thread had stopped between the turn and its transaction
    assert turn is not None
    with turn, writer.begin() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_a_transaction_that_raises_gives_its_turn_back(sqlite_engine: Engine) -> None:
    """And nothing of it is kept."""
    writer = Writer(sqlite_engine)
    with pytest.raises(OperationalError), writer.begin() as connection:
        _half_of_it(connection)
    with writer.begin() as connection:
        found = connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'half_done'"))
    assert found == 0
