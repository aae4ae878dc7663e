"""The test harness itself: PostgreSQL is found and started wherever the tests run."""

from __future__ import annotations

import psycopg
import pytest

from tests.databases import Programs, dependency_programs, find_programs, running_server


@pytest.mark.parametrize("programs", [find_programs(), dependency_programs()], ids=["found first", "dependency"])
def test_a_server_starts_answers_and_is_gone(programs: Programs) -> None:
    """From the machine's own programs, and from the development dependency's."""
    with running_server(programs) as url:
        with psycopg.connect(url) as connection:
            version = connection.execute("SHOW server_version_num").fetchone()
        assert version is not None
        assert int(version[0]) >= 150000
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
