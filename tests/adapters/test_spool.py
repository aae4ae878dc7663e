"""The spool: what was kept is found again, whole and in order; what cannot be kept is never said to be."""

from __future__ import annotations

import errno
import json
import os
import stat
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.adapters.spool import Disk, FolderSpool
from coach.adapters.twilio.parse import visible
from coach.core.model import Channel, InboundMessage
from coach.ports import DeliveryStatus, ReceivedText

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MESSAGE = InboundMessage("SM1", "+12025550123", "+12025550100", "7 worse", NOON, opt_out_type="HELP", media=2)
TEXT = ReceivedText(MESSAGE, {"Body": "7 worse", "NumMedia": "2"})
STATUS = DeliveryStatus("att-1", "SM9", "delivered", 30003, NOON)
STEPS = ("write", "rename", "force")


@dataclass
class FailingDisk(Disk):
    """A disk that refuses one step, as a full or read-only one does; and one that loses its power at a step."""

    refused: str = ""
    number: int = errno.ENOSPC
    asked: list[str] = field(default_factory=list)

    def write(self, file: Path, content: bytes) -> None:
        """Write half of it before it is full."""
        if self.refused == "write":
            file.write_bytes(content[: len(content) // 2])
        self._step("write")
        super().write(file, content)

    def rename(self, file: Path, to: Path) -> None:
        """Give a file its place."""
        self._step("rename")
        super().rename(file, to)

    def force(self, folder: Path) -> None:
        """Force a folder to disk."""
        self._step("force")
        super().force(folder)

    def _step(self, name: str) -> None:
        self.asked.append(name)
        if self.refused == name:
            raise OSError(self.number, os.strerror(self.number))


@pytest.fixture
def spool(tmp_path: Path) -> FolderSpool:
    """A spool whose folder does not exist yet."""
    return FolderSpool(tmp_path / "data" / "spool")


def test_what_was_kept_is_found_as_it_was(spool: FolderSpool) -> None:
    """Texts with all their fields, and statuses."""
    spoken = replace(MESSAGE, carrier_id="CA1-2", channel=Channel.VOICE, confidence=0.8, opt_out_type=None)
    everything = [TEXT, STATUS, ReceivedText(spoken, {}), replace(STATUS, code=None)]
    for one in everything:
        spool.keep(one)
    assert [entry.what for entry in spool.waiting()] == everything


def test_it_is_found_in_the_order_it_came_in(spool: FolderSpool) -> None:
    """By time, and within one moment by turn."""
    late = [replace(STATUS, carrier_id=f"SM{n}", received_at=NOON + timedelta(seconds=1)) for n in range(20)]
    for one in (*late, STATUS):
        spool.keep(one)
    assert [entry.what for entry in spool.waiting()] == [STATUS, *late]


def test_another_process_finds_it_and_takes_it_away(spool: FolderSpool) -> None:
    """Nothing is remembered but the files; to take one away twice is harmless."""
    spool.keep(TEXT)
    (entry,) = FolderSpool(spool.folder).waiting()
    for _ in range(2):
        spool.done(entry.name)
    assert list(FolderSpool(spool.folder).waiting()) == []


def test_only_the_program_can_read_what_people_wrote(spool: FolderSpool) -> None:
    """Neither a folder nor a file is open to others, whatever files are usually made like, and wherever they move."""
    usual = os.umask(0)
    try:
        for _ in range(2):
            spool.keep(TEXT)
        first, _second = spool.waiting()
        spool.set_aside(first.name)
    finally:
        os.umask(usual)
    aside = spool.folder / "unreadable"
    folders, files = (spool.folder, aside), (*spool.folder.glob("*.json"), aside / first.name)
    assert [stat.S_IMODE(place.stat().st_mode) for place in (*folders, *files)] == [0o700, 0o700, 0o600, 0o600]
    assert not spool.is_open_to_others()


def test_a_folder_that_was_there_before_may_be_open_and_its_files_are_not(spool: FolderSpool) -> None:
    """It is left as it was given, and said."""
    assert not spool.is_open_to_others()
    spool.folder.mkdir(parents=True)
    spool.folder.chmod(0o755)
    spool.keep(TEXT)
    (file,) = spool.folder.iterdir()
    assert (spool.is_open_to_others(), stat.S_IMODE(file.stat().st_mode)) == (True, 0o600)


def test_a_file_is_forced_to_disk_before_its_name_and_the_name_before_we_say_so(spool: FolderSpool) -> None:
    """In this order, or a power cut leaves a name without its words."""
    disk = FailingDisk()
    FolderSpool(spool.folder, disk).keep(TEXT)
    assert disk.asked == ["write", "rename", "force"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("step", STEPS)
def test_a_disk_that_refuses_a_step_is_said_and_leaves_nothing_behind(
    spool: FolderSpool, step: str, number: int
) -> None:
    """Full, read-only, closed or broken: an OSError, and no half of a text to be taken up later."""
    broken = FolderSpool(spool.folder, FailingDisk(step, number))
    with pytest.raises(OSError, match=os.strerror(number)):
        broken.keep(TEXT)
    assert list(spool.folder.iterdir()) == []


def test_a_disk_that_works_again_keeps_again(spool: FolderSpool) -> None:
    """Without a restart."""
    disk = FailingDisk("write")
    broken = FolderSpool(spool.folder, disk)
    with pytest.raises(OSError, match="No space"):
        broken.keep(TEXT)
    disk.refused = ""
    broken.keep(TEXT)
    assert [entry.what for entry in broken.waiting()] == [TEXT]


def test_what_a_crash_left_half_written_does_not_wait(spool: FolderSpool) -> None:
    """Nobody was told that it is kept."""
    spool.keep(TEXT)
    (file,) = spool.folder.iterdir()
    file.rename(file.with_suffix(".part"))
    assert list(spool.waiting()) == []


DAMAGED = {
    "empty": b"",
    "cut": b'{"format": 1, "text": {"carrier_id": "SM',
    "no json": b"\x00\xff\x00",
    "a list": b"[1, 2]",
    "another kind": json.dumps({"format": 1}).encode(),
    "another format": json.dumps({"format": 2, "status": {}}).encode(),
    "a field too many": json.dumps({"format": 1, "status": {"received_at": "2026-01-01T00:00+00:00", "x": 1}}).encode(),
    "no time": json.dumps({"format": 1, "text": {"received_at": "noon", "channel": "sms"}, "raw": {}}).encode(),
    "a time of nowhere": json.dumps({"format": 1, "status": {"received_at": "2026-01-01T00:00"}}).encode(),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_found_as_such(spool: FolderSpool, name: str) -> None:
    """It is there, and says nothing."""
    spool.keep(TEXT)
    (file,) = spool.folder.iterdir()
    file.write_bytes(DAMAGED[name])
    assert [entry.what for entry in spool.waiting()] == [None]


def test_what_is_set_aside_waits_no_more_and_is_still_there(spool: FolderSpool) -> None:
    """As it was, byte for byte."""
    spool.keep(TEXT)
    (entry,) = spool.waiting()
    before = (spool.folder / entry.name).read_bytes()
    spool.set_aside(entry.name)
    assert (list(spool.waiting()), spool.aside()) == ([], 1)
    assert (spool.folder / "unreadable" / entry.name).read_bytes() == before


def test_a_folder_that_can_be_written_has_no_problem_and_nothing_new(spool: FolderSpool) -> None:
    """Asking leaves nothing behind."""
    assert spool.problem() is None
    assert list(spool.folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_says_why(spool: FolderSpool, tmp_path: Path) -> None:
    """In the words of the system."""
    (tmp_path / "file").write_text("in the way")
    assert FolderSpool(tmp_path / "file" / "spool").problem() == "Not a directory"
    assert FolderSpool(spool.folder, FailingDisk("write", errno.EROFS)).problem() == "Read-only file system"


def test_how_much_waits_and_for_how_long_is_known(spool: FolderSpool) -> None:
    """For those who watch: nothing, then the age of the oldest."""
    assert spool.figures(NOON) == (0, 0.0)
    spool.keep(STATUS)
    spool.keep(replace(TEXT, message=replace(MESSAGE, received_at=NOON + timedelta(seconds=30))))
    assert spool.figures(NOON + timedelta(seconds=90)) == (2, 90.0)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_come_back_as_they_were(spool: FolderSpool, body: str) -> None:
    """Whatever code points a text has once it can be stored at all."""
    text = ReceivedText(replace(MESSAGE, body=visible(body)), {"Body": visible(body)})
    spool.keep(text)
    (entry,) = spool.waiting()
    spool.done(entry.name)
    assert entry.what == text
