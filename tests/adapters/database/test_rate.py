"""The send rate: segments per second over all processes together; what is urgent never waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from coach.adapters.database.rate import Bucket
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import outbox, send_rate
from coach.core.failures import FailureClass
from coach.core.model import Lane
from coach.ports import Outcome
from tests.adapters.database.scene import LEASE, Scene, pace

TWO_SEGMENTS = "x" * 200


@pytest.fixture
def rosa(scene: Scene) -> int:
    """Somebody to write to."""
    return scene.enrol("Rosa")


def test_a_rested_line_has_two_seconds_worth(scene: Scene, rosa: int) -> None:
    """At three segments a second, six leave at once."""
    for _ in range(10):
        scene.queue(rosa)
    assert len(scene.claim(rate=3.0)) == 6


def test_the_rate_holds_over_a_minute(scene: Scene, rosa: int) -> None:
    """Two a second: 120 in 60 seconds and the burst of four, counted in segments."""
    scene.decide(rosa, *(scene.message(Lane.PROMPT, TWO_SEGMENTS) for _ in range(100)))
    sent = 0
    for _ in range(120):
        sent += sum(2 for _ in scene.claim(limit=50, rate=2.0))
        scene.clock.advance(seconds=0.5)
    assert 118 <= sent <= 124


def test_two_processes_share_one_rate(scene: Scene, rosa: int) -> None:
    """The second finds the bucket as the first left it."""
    for _ in range(10):
        scene.queue(rosa)
    other = SqlStore(scene.engine)
    first = scene.claim(rate=2.0)
    second = other.claim_outbox(scene.now, 10, LEASE, pace(2.0))
    assert (len(first), len(second)) == (4, 0)


def test_a_message_larger_than_the_burst_is_sent_and_paid_for(scene: Scene, rosa: int) -> None:
    """It must not wait for ever; what follows waits longer."""
    scene.queue(rosa, body="x" * 700)
    scene.queue(rosa, body="next")
    assert len(scene.claim(rate=1.0)) == 1
    waited = 0
    while not scene.claim(rate=1.0):
        scene.clock.advance(seconds=1)
        waited += 1
    assert waited == 4


def test_a_long_message_is_not_overtaken_by_shorter_ones_behind_it(scene: Scene, rosa: int) -> None:
    """Else it would never go."""
    scene.queue(rosa, body="first")
    scene.queue(rosa, body=TWO_SEGMENTS)
    scene.queue(rosa, body="last")
    assert [m.body for m in scene.claim(rate=1.0)] == ["first"]


@pytest.mark.parametrize("lane", [Lane.EMERGENCY, Lane.URGENT, Lane.PAGE])
def test_what_is_urgent_does_not_wait_for_the_rate(scene: Scene, rosa: int, lane: Lane) -> None:
    """Also not behind an empty bucket."""
    for _ in range(5):
        scene.queue(rosa, Lane.REPLY)
    scene.claim(rate=1.0)
    for _ in range(8):
        scene.queue(rosa, lane)
    assert [message.lane for message in scene.claim(limit=20, rate=1.0)] == [lane] * 8


def test_urgent_messages_put_the_line_in_debt_for_five_seconds_at_most(scene: Scene, rosa: int) -> None:
    """A hundred emergencies do not silence the line for minutes."""
    scene.decide(rosa, *(scene.message(Lane.EMERGENCY, "Call 911.") for _ in range(100)))
    assert len(scene.claim(limit=100, rate=2.0)) == 100
    assert scene.column(send_rate, "tokens") == [-10.0]
    scene.queue(rosa, Lane.REPLY)
    scene.clock.advance(seconds=5)
    assert list(scene.claim(rate=2.0)) == []
    scene.clock.advance(seconds=0.5)
    assert len(scene.claim(rate=2.0)) == 1


def test_overdrawing_never_lessens_a_debt() -> None:
    """A long message may have left more of it than urgent ones may make."""
    assert Bucket(-8.0, rate=1.0).overdraw(1).tokens == -8.0


def test_a_clock_that_goes_back_fills_no_bucket_twice(scene: Scene, rosa: int) -> None:
    """Two machines never agree to the millisecond."""
    for _ in range(20):
        scene.queue(rosa)
    scene.claim(rate=1.0)
    scene.clock.advance(seconds=-10)
    assert list(scene.claim(rate=1.0)) == []
    scene.clock.advance(seconds=10)
    assert list(scene.claim(rate=1.0)) == []


def test_a_throttling_carrier_rests_for_as_long_as_it_asks(scene: Scene, rosa: int) -> None:
    """Only what is urgent still tries."""
    scene.queue(rosa)
    scene.finish(scene.claim_one(), Outcome.THROTTLED, retry_after=timedelta(seconds=20))
    scene.queue(rosa, Lane.REPLY)
    scene.clock.advance(seconds=19)
    assert list(scene.claim()) == []
    scene.queue(rosa, Lane.EMERGENCY)
    assert [message.lane for message in scene.claim()] == [Lane.EMERGENCY]
    scene.clock.advance(seconds=1)
    assert [message.lane for message in scene.claim()] == [Lane.REPLY]
    scene.clock.advance(seconds=5)
    assert [message.lane for message in scene.claim()] == [Lane.PROMPT]


def test_a_refused_account_stops_the_line_and_loses_nothing(scene: Scene, rosa: int) -> None:
    """An expired key must not burn a morning's prompts."""
    scene.queue(rosa)
    scene.queue(rosa)
    first, second = scene.claim()
    scene.finish(first, Outcome.REJECTED, failure=FailureClass.ACCOUNT, code=20003)
    scene.finish(second, Outcome.REJECTED, failure=FailureClass.ACCOUNT, code=20003)
    scene.clock.advance(seconds=59)
    assert list(scene.claim()) == []
    assert set(scene.column(outbox, "state")) == {"pending"}
    scene.clock.advance(seconds=1)
    assert len(scene.claim()) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("last", [Lane.PAGE, Lane.PROMPT])
def test_an_emergency_does_not_wait_for_a_process_that_holds_the_bucket(scene: Scene, rosa: int, last: Lane) -> None:
    """Whoever stands still with it holds up the others only."""
    scene.queue(rosa, Lane.REPLY)
    scene.claim()
    scene.queue(rosa, Lane.EMERGENCY)
    with scene.engine.begin() as frozen:
        frozen.execute(select(send_rate).with_for_update())
        found = scene.store.claim_outbox(scene.now, 10, LEASE, pace(1.0), last)
    assert [message.lane for message in found] == [Lane.EMERGENCY]
