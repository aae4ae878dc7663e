"""A process killed without warning loses nothing and sends nothing twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from coach.adapters.database.tables import attempt, outbox
from coach.core.model import Lane
from tests.adapters.database.scene import LEASE, Scene

ROOT = Path(__file__).parents[3]

DOOMED = """
import os, signal, sys
from datetime import datetime, timedelta
from coach.adapters.database.engine import open_engine
from coach.adapters.database.store import SqlStore
from coach.sending import Options

engine = open_engine(sys.argv[1])
store = SqlStore(engine)
now = datetime.fromisoformat(sys.argv[2])
if sys.argv[3] == "after claim":
    store.claim_outbox(now, 10, timedelta(seconds=90), Options(segments_per_second=1000).pace)
else:
    connection = engine.connect()
    connection.begin()
    connection.exec_driver_sql("UPDATE outbox SET state = 'sending'")
os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_a_sender(scene: Scene, url: str, moment: str) -> None:
    """Start a second process and have it die at that moment."""
    command = [sys.executable, "-c", DOOMED, url, scene.now.isoformat(), moment]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr


def test_a_sender_killed_after_its_claim_leaves_its_messages_in_doubt(scene: Scene, database_url: str) -> None:
    """They may have been posted: never repeated blindly."""
    rosa = scene.enrol("Rosa")
    for _ in range(3):
        scene.queue(rosa, Lane.REPLY)
    kill_a_sender(scene, database_url, "after claim")
    assert scene.column(outbox, "state") == ["sending"] * 3
    assert list(scene.claim()) == []
    later = scene.clock.advance(LEASE * 2)
    assert scene.store.expire_leases(later) == 3
    assert len(scene.store.in_doubt(later, 10)) == 3
    assert scene.column(attempt, "outcome") == ["in_doubt"] * 3


def test_a_sender_killed_within_its_claim_leaves_nothing(scene: Scene, database_url: str) -> None:
    """What was not committed was not claimed."""
    scene.queue(scene.enrol("Rosa"))
    kill_a_sender(scene, database_url, "within claim")
    assert len(scene.claim()) == 1
