"""`coach lines`: what the carrier refuses, and that a person says when it works again."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from coach.adapters.database.engine import open_engine
from coach.adapters.database.store import SqlStore
from coach.cli.app import app
from coach.core.failures import FailureClass
from coach.ports import Outcome
from tests.adapters.database.scene import TEXTS, Scene
from tests.clocks import StoppedClock


@pytest.fixture
def practice(sqlite_url: str, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A text to Rosa is waiting."""
    monkeypatch.setenv("COACH_DATABASE_URL", sqlite_url)
    scene = Scene(engine := open_engine(sqlite_url), SqlStore(engine), clock)
    scene.queue(scene.enrol("Rosa"))
    return scene


def lines(*words: str) -> Result:
    """The command with these words."""
    return CliRunner().invoke(app, ["lines", *words])


def test_while_all_lines_work_there_is_none_to_show(practice: Scene) -> None:
    """And it says so."""
    del practice
    assert lines("list").stdout == "No line is stopped.\n"


def test_a_stopped_line_is_shown_with_its_reason_and_resumed_by_its_name(practice: Scene) -> None:
    """What waits leaves afterwards."""
    practice.finish(practice.claim_one(), Outcome.REJECTED, failure=FailureClass.LINE, code=30034)
    shown = lines("list").stdout
    assert shown.startswith(f"{TEXTS}\t2026-11-24 15:00\tTexts have stopped")
    assert "30034" in shown
    assert lines("resume", TEXTS).stdout == f"{TEXTS} sends again.\n"
    assert practice.claim_one().body == "How are your legs?"


def test_a_name_of_no_stopped_line_is_refused(practice: Scene) -> None:
    """A slip of the pen changes nothing."""
    practice.finish(practice.claim_one(), Outcome.REJECTED, failure=FailureClass.LINE, code=30034)
    assert lines("resume", "sms:+1").exit_code != 0
    assert len(practice.store.stopped_lines()) == 1
