"""A disk that is full: nothing is said to be kept that is not, nothing is half there, and it goes on by itself.

`coach serve` runs as it does in life, on a SQLite file, with the phone network looking on.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from coach.adapters.database.tables import escalation, inbound, outbox
from coach.core.model import Lane
from coach.sandbox.faults import RestFault, RestRule
from tests.chaos.disks import CannotMount, Disk, Limited, Small, small_file_system
from tests.chaos.street import Street, open_street, phone, until
from tests.serving import ROOT

ROOM_FOR_A_FILE = 8192
"""Bytes: more than a received text on disk takes, and less than any change to the database."""


@dataclass
class House:
    """A street and the disk it lives on."""

    street: Street
    disk: Disk

    def runs(self) -> None:
        """The coach starts, or starts again."""
        self.street.serve.start(f"{self.street.address}/healthz")

    def inbox(self, number: int) -> list[str]:
        """What somebody has been sent."""
        return [entry.text for entry in self.street.network.ledger.entries() if self._reached(entry, phone(number))]

    @staticmethod
    def _reached(entry: object, who: str) -> bool:
        return getattr(entry, "event", "") in {"message", "auto-reply"} and getattr(entry, "recipient", "") == who

    def spooled(self) -> list[Path]:
        """What waits on disk, and what was left there."""
        return [file for file in (self.street.serve.folder / "coach-spool").rglob("*") if file.is_file()]

    def doctor(self, limit: str = "") -> str:
        """What `coach doctor` says on this disk."""
        command = f'{limit} exec "$0" -c "from coach.cli import main; main()" doctor'
        kept = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **self.street.serve.settings}
        folder = self.street.serve.folder
        return subprocess.run(
            ["sh", "-c", command, sys.executable], cwd=folder, env=kept, capture_output=True, text=True, check=False
        ).stdout


@pytest.fixture(params=["limited", pytest.param("small", marks=pytest.mark.nightly)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """Nobody has written yet."""
    with ExitStack() as stack:
        folder = tmp_path
        if request.param == "small":
            try:
                folder = stack.enter_context(small_file_system(tmp_path / "disk"))
            except CannotMount:
                pytest.skip("this machine does not let us mount a small file system")
        street = stack.enter_context(open_street(folder))
        yield House(street, Small(folder) if request.param == "small" else Limited(street.serve))


def test_a_text_is_not_taken_while_it_can_be_kept_nowhere(house: House) -> None:
    """The carrier hears that it was not; nothing of it is left behind, and later ones are taken without a restart."""
    house.street.enrol(1)
    house.runs()
    until(lambda: len(house.inbox(0)) == 1, "the lesson")
    house.disk.fill()
    assert not house.street.text(phone(1))
    texts = [text for text in house.street.network.state.messages() if text.inbound]
    assert [text.answered.status for text in texts if text.answered] == [503]
    assert house.street.rows(inbound) == []
    assert house.spooled() == []
    house.disk.make_room()
    assert house.street.text(phone(2))
    until(lambda: any(house.street.pages().values()), "the page")
    assert [len(house.inbox(number)) for number in range(3)] == [1, 0, 1]
    until(house.street.is_quiet, "everything settled")


@pytest.mark.nightly
def test_what_was_refused_is_found_at_the_carrier_once_there_is_room(house: House) -> None:
    """Nobody has to write twice."""
    house.runs()
    assert house.street.text(phone(0), "hello")
    house.disk.fill()
    assert not house.street.text(phone(1))
    house.disk.make_room()
    until(house.street.is_quiet, "everything settled")
    house.street.serve.kill()
    house.street.time_goes_by(timedelta(minutes=10))
    house.runs()
    until(lambda: any(house.street.pages().values()), "the page about the text that was refused")
    (case,) = house.street.rows(escalation)
    assert case.level == "emergency"


@pytest.mark.nightly
def test_posts_under_way_when_the_disk_fills_up_are_not_made_twice(house: House) -> None:
    """How they ended is written down when there is room; what was not begun waits until then."""
    house.street.enrol(30)
    house.street.network.faults.add_rule(RestRule(RestFault.SLOW, seconds=0.5, times=20))
    house.runs()
    until(lambda: len(house.street.sent()) >= 4, "the first lessons")
    house.disk.fill()
    time.sleep(2)  # the posts under way end, and nothing tells of it
    before = house.street.sent()
    house.disk.make_room()
    until(house.street.is_quiet, "everything settled")
    lessons = Counter(row.recipient for row in house.street.rows(outbox) if row.lane == Lane.PROMPT)
    assert sum(house.street.sent().values()) == len(lessons) == 30
    assert before <= house.street.sent()
    assert set(house.street.at_carrier().values()) == {1}


@pytest.mark.nightly
@pytest.mark.parametrize("house", ["limited"], indirect=True)
def test_a_text_waits_beside_a_database_that_is_full(house: House) -> None:
    """An emergency is answered from its words alone meanwhile, and becomes a case once there is room."""
    house.disk = Limited(house.street.serve, ROOM_FOR_A_FILE)
    house.runs()
    house.disk.fill()
    assert house.street.text(phone(0))
    assert "911" in house.inbox(0)[0]
    assert len(house.spooled()) == 1
    assert house.street.rows(inbound) == []
    house.disk.make_room()
    until(lambda: any(house.street.pages().values()), "the page")
    assert house.spooled() == []
    until(house.street.is_quiet, "everything settled")
    assert len(house.street.rows(escalation)) == 1


@pytest.mark.nightly
def test_the_doctor_says_that_nothing_can_be_written(house: House) -> None:
    """Of the database and of the spool, and it is well again when there is room."""
    limit = "ulimit -f 0;" if isinstance(house.disk, Limited) else ""
    if not limit:
        house.disk.fill()
    said = house.doctor(limit)
    assert "MEND  database: " in said
    assert "MEND  spool: COACH_SPOOL: the folder coach-spool cannot be written" in said
    if not limit:
        assert "MEND  database: The disk of the database is full; make room on it." in said
        house.disk.make_room()
    well = house.doctor()
    assert "ok    database" in well
    assert "ok    spool" in well
