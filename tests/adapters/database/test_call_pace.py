"""How fast calls begin: one a second unless said otherwise, all of them counted, and nobody in need waits for it.

The carrier begins one call a second for an account and queues the rest, where nothing can be put before them.
"""

from __future__ import annotations

from collections import Counter

import pytest

from coach.bootstrap import sending_options
from coach.core.events import MessageQueued
from coach.core.model import Channel, Lane
from coach.ports import Pace
from coach.settings import Settings
from tests.adapters.database.scene import LEASE, Scene


@pytest.fixture
def pace() -> Pace:
    """Of an installation that sets nothing."""
    return sending_options(Settings()).pace


def calls(scene: Scene, lane: Lane, count: int) -> list[MessageQueued]:
    """Calls that are due at once."""
    return [scene.message(lane, "", channel=Channel.VOICE) for _ in range(count)]


def begun(scene: Scene, pace: Pace) -> Counter[Lane]:
    """What a look finds to call now."""
    return Counter(message.lane for message in scene.store.claim_outbox(scene.now, 50, LEASE, pace))


def test_a_morning_of_check_in_calls_begins_one_a_second(scene: Scene, pace: Pace) -> None:
    """Two seconds' worth of a rested line, then sixty in a minute."""
    scene.decide(scene.enrol("Rosa"), *calls(scene, Lane.PROMPT, 100))
    total = 0
    for _ in range(120):
        total += begun(scene, pace).total()
        scene.clock.advance(seconds=0.5)
    assert 60 <= total <= 62


@pytest.mark.parametrize("lane", [Lane.PAGE, Lane.URGENT, Lane.EMERGENCY])
def test_a_call_about_somebody_in_need_goes_before_all_check_ins(scene: Scene, pace: Pace, lane: Lane) -> None:
    """It never waits for the pace, and what it takes of it the check-ins wait for."""
    rosa = scene.enrol("Rosa")
    scene.decide(rosa, *calls(scene, Lane.PROMPT, 20))
    assert begun(scene, pace) == {Lane.PROMPT: 2}
    scene.decide(rosa, *calls(scene, lane, 3))
    assert begun(scene, pace) == {lane: 3}
    waited = 0
    while not begun(scene, pace):
        scene.clock.advance(seconds=1)
        waited += 1
    assert waited == 4


def test_a_call_counts_once_however_much_it_says(scene: Scene, pace: Pace) -> None:
    """Texts are counted by their length, calls are not."""
    long = [scene.message(Lane.PROMPT, "x" * 900, channel=Channel.VOICE) for _ in range(3)]
    scene.decide(scene.enrol("Rosa"), *long)
    assert begun(scene, pace) == {Lane.PROMPT: 2}
