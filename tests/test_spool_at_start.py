"""A process that takes webhooks starts only where it can keep what comes in while the database is away."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from coach.adapters.database.migrations import upgrade

ROOT = Path(__file__).parent.parent
LIVE = {
    "COACH_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "COACH_TWILIO_AUTH_TOKEN": "token of the account",
    "COACH_TWILIO_FROM_NUMBER": "+12025550100",
    "COACH_SECRET_KEY": "s" * 48,
    "COACH_ENCRYPTION_KEYS": "1:" + base64.b64encode(b"k" * 32).decode(),
}


def coach(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder of its own."""
    command = [sys.executable, "-c", "from coach.cli import main; main()", *arguments]
    kept = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **LIVE, **environment}
    return subprocess.run(command, cwd=folder, env=kept, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_spool_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path, command: str) -> None:
    """And nothing starts."""
    upgrade(f"sqlite:///{tmp_path / 'coach.db'}")
    (tmp_path / "in-the-way").write_text("no folder")
    done = coach(command, "--port", "0", folder=tmp_path, COACH_SPOOL="in-the-way/spool")
    assert (done.returncode, done.stderr.strip()) == (
        2, "COACH_SPOOL: the folder in-the-way/spool cannot be written (Not a directory); give one that can be.",
    )  # fmt: skip


def test_the_doctor_looks_at_the_spool(tmp_path: Path) -> None:
    """Before anybody depends on it; the folder is made where there is none."""
    upgrade(f"sqlite:///{tmp_path / 'coach.db'}")
    (tmp_path / "in-the-way").write_text("no folder")
    ill = coach("doctor", folder=tmp_path, COACH_SPOOL="in-the-way/spool").stdout
    assert "MEND  spool: COACH_SPOOL: the folder in-the-way/spool cannot be written (Not a directory)." in ill
    assert "ok    spool" in coach("doctor", folder=tmp_path).stdout
    assert (tmp_path / "coach-spool").is_dir()
