"""A telephone line for the tests of calls, over both kinds of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.clocks import StoppedClock
from tests.web.on_the_phone import OnThePhone
from tests.web.phone_line import Line, open_line


@pytest.fixture
def line(engine: Engine, clock: StoppedClock, tmp_path: Path) -> Iterator[Line]:
    """Rosa, born in 1940, takes part by call; it is ten in the morning where she lives."""
    with open_line(engine, clock, tmp_path) as opened:
        opened.enrol()
        yield opened


@pytest.fixture
def rosa(line: Line) -> OnThePhone:
    """Rosa, whom we call."""
    return line.rings(attempt="att-1")


@pytest.fixture
def rosa_calls(line: Line) -> OnThePhone:
    """Rosa, who calls us."""
    return line.rings()
