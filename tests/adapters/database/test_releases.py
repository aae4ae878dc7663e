"""Handing messages to workers: in batches, within one transaction, and without harm when a batch is lost or doubled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from coach.adapters.database.engine import postgresql_address
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import attempt, outbox
from coach.clockwork.cluster import ProcrastinateConveyor
from coach.core.events import OutboxCleared, StatusChanged
from coach.core.model import Lane, OutboundMessage, Status
from coach.ports import Outcome
from tests.adapters.database.scene import FAST, LEASE, Scene, pace


@dataclass
class Belt:
    """Takes batches as a conveyor would."""

    batches: list[tuple[Lane, list[int]]] = field(default_factory=list)

    def submit(self, transaction: object, ids: Sequence[int], lane: Lane) -> None:
        """Keep the batch."""
        assert transaction is not None
        self.batches.append((lane, list(ids)))


@pytest.fixture
def belt() -> Belt:
    """Nothing lies on it."""
    return Belt()


@pytest.fixture
def rosa(scene: Scene) -> int:
    """Somebody to write to."""
    return scene.enrol("Rosa")


def release(scene: Scene, belt: Belt, batch: int = 50, rate: float = FAST) -> int:
    """Release what may leave now."""
    return scene.store.release_outbox(scene.now, batch, LEASE, pace(rate), belt.submit)


def begin(scene: Scene, ids: Sequence[int]) -> Sequence[OutboundMessage]:
    """A worker begins a batch."""
    return scene.store.begin_released(ids, scene.now, LEASE, pace())


def states(scene: Scene) -> list[str]:
    """Of all messages in order."""
    return scene.column(outbox, "state")


def test_what_may_wait_a_moment_is_released_in_batches_of_one_lane(scene: Scene, rosa: int, belt: Belt) -> None:
    """No reply lies in a batch of prompts."""
    for lane in (Lane.PROMPT, Lane.REPLY, Lane.PROMPT, Lane.PROMPT):
        scene.queue(rosa, lane)
    assert release(scene, belt, batch=2) == 4
    assert belt.batches == [(Lane.REPLY, [2]), (Lane.PROMPT, [1, 3]), (Lane.PROMPT, [4])]
    assert {(row["state"], row["lease_until"], row["tries"]) for row in scene.rows(outbox)} == {
        ("released", scene.now + LEASE, 0)
    }
    assert scene.rows(attempt) == []


@pytest.mark.parametrize("lane", [Lane.EMERGENCY, Lane.URGENT, Lane.PAGE])
def test_what_must_arrive_is_never_released(scene: Scene, rosa: int, belt: Belt, lane: Lane) -> None:
    """It is posted by whoever sees it first."""
    scene.queue(rosa, lane)
    assert release(scene, belt) == 0
    assert [message.lane for message in scene.claim()] == [lane]


def test_a_claim_up_to_a_lane_leaves_the_others_alone(scene: Scene, rosa: int) -> None:
    """So that what must arrive can be posted beside the batches."""
    for lane in (Lane.PROMPT, Lane.PAGE, Lane.REPLY):
        scene.queue(rosa, lane)
    found = scene.store.claim_outbox(scene.now, 10, LEASE, pace(), Lane.PAGE)
    assert [message.lane for message in found] == [Lane.PAGE]


def test_a_batch_that_cannot_be_handed_over_is_not_released(scene: Scene, rosa: int) -> None:
    """Rows and batch are committed together or not at all."""

    def refuse(_transaction: object, _ids: Sequence[int], _lane: Lane) -> None:
        raise RuntimeError("the engine is away")

    scene.queue(rosa)
    with pytest.raises(RuntimeError):
        scene.store.release_outbox(scene.now, 50, LEASE, pace(), refuse)
    assert states(scene) == ["pending"]


def test_a_worker_begins_what_was_released_with_an_attempt_for_each(scene: Scene, rosa: int, belt: Belt) -> None:
    """From here on it is as if it had been claimed."""
    scene.queue(rosa)
    scene.queue(rosa)
    release(scene, belt)
    messages = begin(scene, [1, 2])
    assert [message.outbox_id for message in messages] == [1, 2]
    assert scene.column(attempt, "outcome") == [None, None]
    for message in messages:
        scene.finish(message, Outcome.ACCEPTED, carrier_id=f"SM{message.outbox_id}")
    assert states(scene) == ["accepted", "accepted"]


def test_a_batch_that_comes_twice_is_begun_once(scene: Scene, rosa: int, belt: Belt) -> None:
    """Also while the first is under way."""
    scene.queue(rosa)
    release(scene, belt)
    assert len(begin(scene, [1])) == 1
    assert list(begin(scene, [1])) == []
    assert len(scene.rows(attempt)) == 1


def test_a_batch_that_is_lost_waits_again_when_its_lease_ends(scene: Scene, rosa: int, belt: Belt) -> None:
    """Nothing of it was posted, so nothing is in doubt."""
    scene.queue(rosa)
    release(scene, belt)
    scene.clock.advance(LEASE + timedelta(seconds=1))
    assert list(begin(scene, [1])) == [], "the batch comes too late"
    assert scene.store.expire_leases(scene.now) == 1
    assert states(scene) == ["pending"]
    assert release(scene, belt) == 1
    assert len(begin(scene, [1])) == 1


def test_a_worker_that_vanishes_after_it_began_leaves_a_doubt(scene: Scene, rosa: int, belt: Belt) -> None:
    """That may have been posted."""
    scene.queue(rosa)
    scene.queue(rosa)
    release(scene, belt)
    begin(scene, [1])
    scene.clock.advance(LEASE + timedelta(seconds=1))
    scene.store.expire_leases(scene.now)
    assert states(scene) == ["in_doubt", "pending"]


@pytest.mark.parametrize("fact", [StatusChanged(Status.OPTED_OUT), OutboxCleared((Lane.PROMPT,), "stop")])
def test_stop_between_release_and_post_is_heard(scene: Scene, rosa: int, belt: Belt, fact: object) -> None:
    """Whether the person leaves or only this is not wanted any more."""
    scene.queue(rosa)
    release(scene, belt)
    scene.decide(rosa, fact)  # type: ignore[arg-type]
    assert list(begin(scene, [1])) == []
    assert states(scene) == ["cancelled"]


def test_what_is_past_its_usefulness_is_not_begun(scene: Scene, rosa: int, belt: Belt) -> None:
    """It expires when its lease does."""
    scene.queue(rosa, expires_at=scene.now + timedelta(seconds=10))
    release(scene, belt)
    scene.clock.advance(seconds=10)
    assert list(begin(scene, [1])) == []
    scene.clock.advance(LEASE)
    scene.store.expire_leases(scene.now)
    scene.claim()
    assert states(scene) == ["expired"]


def test_releases_keep_to_the_send_rate(scene: Scene, rosa: int, belt: Belt) -> None:
    """Two seconds' worth at once, then as time goes by."""
    for _ in range(10):
        scene.queue(rosa)
    assert release(scene, belt, rate=2.0) == 4
    assert release(scene, belt, rate=2.0) == 0
    scene.clock.advance(seconds=1)
    assert release(scene, belt, rate=2.0) == 2


def test_little_is_released_ahead_of_the_workers(scene: Scene, rosa: int, belt: Belt) -> None:
    """In their rows STOP, expiry and lanes act at once; eight batches are enough."""
    scene.decide(rosa, *(scene.message(Lane.PROMPT, str(number)) for number in range(20)))
    assert release(scene, belt, batch=2) == 16
    assert release(scene, belt, batch=2) == 0
    begin(scene, belt.batches[0][1])
    assert release(scene, belt, batch=2) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_one_process_at_a_time_releases(scene: Scene, rosa: int) -> None:
    """The other goes on with its work instead of waiting. A SQLite file has one writer anyhow."""
    scene.queue(rosa)
    other, found = SqlStore(scene.engine), []

    def submit(_transaction: object, _ids: Sequence[int], _lane: Lane) -> None:
        found.append(other.release_outbox(scene.now, 50, LEASE, pace(), Belt().submit))

    assert scene.store.release_outbox(scene.now, 50, LEASE, pace(), submit) == 1
    assert found == [0]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_rows_and_the_engines_job_are_committed_together(scene: Scene, database_url: str) -> None:
    """One job for the whole batch, on the connection that releases it; a rollback takes both back."""
    rosa = scene.enrol("Rosa")
    for _ in range(3):
        scene.queue(rosa)
    address = postgresql_address(database_url)
    assert address is not None
    conveyor = ProcrastinateConveyor(address)

    def submit_and_fail(transaction: object, ids: Sequence[int], lane: Lane) -> None:
        conveyor.submit(transaction, ids, lane)
        raise RuntimeError("just before the commit")

    with pytest.raises(RuntimeError):
        scene.store.release_outbox(scene.now, 50, LEASE, pace(), submit_and_fail)
    assert jobs(scene.engine) == []
    scene.store.release_outbox(scene.now, 50, LEASE, pace(), conveyor.submit)
    assert jobs(scene.engine) == [{"ids": [1, 2, 3]}]


def jobs(engine: Engine) -> list[dict[str, object]]:
    """What lies in the engine's queue."""
    with engine.begin() as connection:
        return list(connection.scalars(text("SELECT args FROM procrastinate_jobs ORDER BY id")))
