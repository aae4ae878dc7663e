"""What the carrier tells of a call comes late, doubled and out of order, and ends in the same words all the same."""

from __future__ import annotations

from itertools import permutations

import pytest

from coach.adapters.database.tables import attempt, outbox, task
from coach.core.model import Channel, Lane
from tests.adapters.database.scene import Scene

BEFORE = ("initiated", "ringing", "in-progress")
LAST = ("completed", "busy", "no-answer", "failed", "canceled")


def called(scene: Scene, rosa: int, lane: Lane = Lane.PROMPT) -> str:
    """The id of a call under way."""
    scene.queue(rosa, lane, channel=Channel.VOICE, body="")
    return scene.claim_one().attempt_id


@pytest.mark.parametrize("last", LAST)
def test_in_whatever_order_a_calls_words_come_the_last_of_it_stays(scene: Scene, last: str) -> None:
    """Each comes twice; none of them opens the call again."""
    rosa = scene.enrol("Rosa")
    for number, order in enumerate(permutations((*BEFORE, last))):
        attempt_id = called(scene, rosa)
        for word in (*order, *order):
            scene.callback(attempt_id, word, f"CA{number}")
    assert set(scene.column(attempt, "status")) == {last}
    assert set(scene.column(outbox, "state")) == {"accepted"}


@pytest.mark.parametrize("order", list(permutations(("initiated", "ringing", "no-answer"))))
def test_an_important_call_that_failed_is_told_once(scene: Scene, order: tuple[str, ...]) -> None:
    """However often, and after what, the carrier says so."""
    attempt_id = called(scene, scene.enrol("Rosa"), Lane.URGENT)
    for word in (*order, "no-answer", "ringing", "busy"):
        scene.callback(attempt_id, word, "CA1")
    assert scene.column(attempt, "status") == ["no-answer"]
    assert len(scene.rows(task)) == 1
