"""Claiming from the outbox: first lane first, once each, with an attempt for every claim."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import attempt, event, outbox, task
from coach.core.model import Channel, Lane, OutboundMessage
from tests.adapters.database.scene import LEASE, PHONES, Scene, pace


def test_lanes_go_in_order_and_within_a_lane_the_older_first(scene: Scene) -> None:
    """An emergency overtakes everything that waits."""
    rosa = scene.enrol("Rosa")
    for lane in (Lane.PROMPT, Lane.REPLY, Lane.PROMPT, Lane.PAGE, Lane.URGENT, Lane.EMERGENCY):
        scene.queue(rosa, lane, f"{lane.name}")
    found = [message.body for message in scene.claim()]
    assert found == ["EMERGENCY", "URGENT", "PAGE", "REPLY", "PROMPT", "PROMPT"]


def test_a_claimed_message_says_all_its_sender_needs(scene: Scene) -> None:
    """Under an attempt id of its own."""
    rosa = scene.enrol("Rosa")
    scene.decide(rosa, scene.message(Lane.REPLY, "call.script", channel=Channel.VOICE))
    store = SqlStore(scene.engine, new_attempt_id=lambda: "attempt-1")
    (message,) = store.claim_outbox(scene.now, 10, LEASE, pace(1.0))
    until = scene.now + timedelta(hours=1)
    assert message == OutboundMessage(
        1, "attempt-1", rosa, PHONES["Rosa"], "call.script", Lane.REPLY, Channel.VOICE, scene.now, until
    )
    assert store.message_of_attempt("attempt-1") == message
    assert store.message_of_attempt("attempt-2") is None


def test_the_attempt_is_stored_before_the_claim_returns(scene: Scene) -> None:
    """A sender that dies at once still leaves its trace."""
    scene.queue(scene.enrol("Rosa"))
    message = scene.claim_one()
    (row,) = scene.rows(attempt)
    assert (row["id"], row["outbox_id"], row["started_at"]) == (message.attempt_id, message.outbox_id, scene.now)
    assert row["outcome"] is None
    assert [(r["state"], r["tries"], r["lease_until"]) for r in scene.rows(outbox)] == [
        ("sending", 1, scene.now + LEASE)
    ]


def test_attempt_ids_cannot_be_guessed(scene: Scene) -> None:
    """They stand in a public address: 128 random bits, never the same."""
    rosa = scene.enrol("Rosa")
    for _ in range(5):
        scene.queue(rosa)
    ids = [message.attempt_id for message in scene.claim()]
    assert len(set(ids)) == 5
    assert {len(attempt_id) for attempt_id in ids} == {32}


def test_a_claimed_message_is_not_claimed_again(scene: Scene) -> None:
    """Until somebody puts it back."""
    scene.queue(scene.enrol("Rosa"))
    scene.claim_one()
    assert list(scene.claim()) == []


def test_at_most_the_limit_is_claimed(scene: Scene) -> None:
    """The rest waits for the next sender."""
    rosa = scene.enrol("Rosa")
    for number in range(5):
        scene.queue(rosa, body=str(number))
    assert [m.body for m in scene.claim(limit=2)] == ["0", "1"]
    assert [m.body for m in scene.claim(limit=2)] == ["2", "3"]


def test_what_is_no_longer_useful_expires(scene: Scene) -> None:
    """A prompt of yesterday is not sent today, and the record says so on the person's own day."""
    rosa = scene.enrol("Rosa")
    scene.clock.set(scene.now.replace(hour=3))  # still the 23rd in Chicago
    scene.queue(rosa, Lane.PROMPT, expires_at=scene.now + timedelta(minutes=30))
    scene.clock.advance(minutes=30)
    assert list(scene.claim()) == []
    assert scene.column(outbox, "state") == ["expired"]
    skipped = scene.rows(event)[-1]
    assert (skipped["kind"], skipped["participant_id"]) == ("PromptSkipped", rosa)
    assert (skipped["data"]["reason"], skipped["data"]["day"]) == ("expired", "2026-11-23")
    assert scene.rows(task) == []


@pytest.mark.parametrize("lane", [Lane.EMERGENCY, Lane.URGENT])
def test_an_important_message_that_expires_becomes_a_task(scene: Scene, lane: Lane) -> None:
    """Nothing that matters is lost in silence."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa, lane)
    scene.clock.advance(hours=2)
    assert list(scene.claim()) == []
    assert [(row["kind"], row["participant_id"], row["outbox_id"]) for row in scene.rows(task)] == [
        ("undelivered", rosa, 1)
    ]


def test_two_senders_at_once_never_get_the_same_message(scene: Scene) -> None:
    """Sixty messages, two threads: every row once, none left."""
    rosa = scene.enrol("Rosa")
    scene.decide(rosa, *(scene.message(Lane.PROMPT, str(number)) for number in range(60)))
    start = Barrier(2)
    found: list[list[int]] = [[], []]

    def send(mine: list[int]) -> None:
        start.wait(10)
        while batch := scene.claim(limit=7):
            mine.extend(message.outbox_id for message in batch)

    threads = [Thread(target=send, args=(mine,)) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found[0] + found[1]) == list(range(1, 61))
    assert len(scene.rows(attempt)) == 60
