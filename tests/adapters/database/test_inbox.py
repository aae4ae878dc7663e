"""Received messages are stored once, before anything can fail, and decided once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coach.adapters.database.tables import inbound, task
from coach.core.model import Channel, InboundMessage
from coach.ports import Cause
from tests.adapters.database.scene import OURS, PHONES, Scene


def test_a_text_is_kept_with_every_field_as_received(scene: Scene) -> None:
    """The raw form can be read again years later."""
    message = InboundMessage("SM1", PHONES["Rosa"], OURS, "4 today", scene.now, opt_out_type="HELP", media=2)
    kept = scene.store.keep_inbound(message, {"Body": "4 today", "NumMedia": "2"})
    (row,) = scene.rows(inbound)
    assert not kept.decided
    assert row["raw"] == {"Body": "4 today", "NumMedia": "2"}
    assert (row["id"], row["received_at"], row["media"]) == (kept.inbound_id, scene.now, 2)


def test_a_repeated_carrier_id_is_kept_once(scene: Scene) -> None:
    """The carrier may deliver a webhook twice."""
    first = scene.receive("Rosa", "4", "SM1")
    second = scene.receive("Rosa", "4", "SM1")
    assert first == second
    assert len(scene.rows(inbound)) == 1


def test_a_repeat_of_a_decided_text_says_so(scene: Scene) -> None:
    """So that nobody is answered twice."""
    person = scene.enrol("Rosa")
    inbound_id = scene.receive("Rosa", "4", "SM1")
    scene.decide(person, cause=Cause(inbound_id=inbound_id))
    assert scene.store.keep_inbound(scene.text("Rosa", "4", "SM1"), {}).decided


def test_a_claimed_text_is_the_text_that_was_kept(scene: Scene) -> None:
    """Nothing of it is lost on the way through the table."""
    message = InboundMessage("CA1/2", PHONES["Rosa"], OURS, "siete", scene.now, Channel.VOICE, confidence=0.81)
    kept = scene.store.keep_inbound(message, {})
    with scene.store.begin() as tx:
        assert tx.claim_inbound(kept.inbound_id) == message


def test_a_decided_text_cannot_be_claimed(scene: Scene) -> None:
    """A decision is made once."""
    person = scene.enrol("Rosa")
    inbound_id = scene.receive("Rosa", "4")
    scene.decide(person, cause=Cause(inbound_id=inbound_id))
    with scene.store.begin() as tx:
        assert tx.claim_inbound(inbound_id) is None


def test_an_unknown_text_cannot_be_claimed(scene: Scene) -> None:
    """There is nothing to decide about."""
    with scene.store.begin() as tx:
        assert tx.claim_inbound(4711) is None


def test_undecided_texts_are_found_oldest_first(scene: Scene) -> None:
    """After a crash they are taken up in the order they came."""
    first = scene.receive("Walter", "fell")
    scene.clock.advance(seconds=30)
    second = scene.receive("Rosa", "5")
    before = scene.clock.advance(seconds=1)
    assert list(scene.store.undecided_inbound(before, 10)) == [first, second]
    assert list(scene.store.undecided_inbound(before, 1)) == [first]


def test_fresh_texts_are_left_to_whoever_received_them(scene: Scene) -> None:
    """A decision under way is no crash."""
    scene.receive("Walter", "fell")
    assert list(scene.store.undecided_inbound(scene.now - timedelta(seconds=10), 10)) == []


def test_a_text_that_cannot_be_decided_becomes_a_task(scene: Scene) -> None:
    """After the allowed tries a person reads it; until then it is tried again."""
    person = scene.enrol("Walter")
    inbound_id = scene.receive("Walter", "my chest feels odd")
    later = scene.now + timedelta(hours=1)
    for _ in range(2):
        scene.store.inbound_failed(inbound_id, "ZeroDivisionError", 3, scene.now)
        assert list(scene.store.undecided_inbound(later, 10)) == [inbound_id]
    scene.store.inbound_failed(inbound_id, "ZeroDivisionError", 3, scene.now)
    (work,) = scene.rows(task)
    assert (work["kind"], work["inbound_id"], work["participant_id"]) == ("unread_text", inbound_id, person)
    assert list(scene.store.undecided_inbound(later, 10)) == []


def test_a_failure_reported_late_does_not_touch_a_decided_text(scene: Scene) -> None:
    """Somebody else decided it in the meantime."""
    person = scene.enrol("Rosa")
    inbound_id = scene.receive("Rosa", "4")
    scene.decide(person, cause=Cause(inbound_id=inbound_id))
    scene.store.inbound_failed(inbound_id, "TimeoutError", 1, scene.now)
    assert scene.rows(task) == []


@pytest.mark.parametrize("body", ["", "7 🙂", "x" * 1600])
def test_any_body_survives_the_table(scene: Scene, body: str) -> None:
    """Empty, emoji and the longest text the carrier passes on."""
    inbound_id = scene.receive("Rosa", body)
    (row,) = scene.rows(inbound)
    assert (row["id"], row["body"]) == (inbound_id, body)


def test_a_lock_waited_for_in_vain_is_not_held_against_a_text(scene: Scene) -> None:
    """It is decided at a later tick, however often that takes."""
    scene.enrol("Rosa")
    text = scene.receive("Rosa", "I fell")
    for _ in range(5):
        scene.store.inbound_failed(text, "OperationalError", 3, scene.now)
    with scene.store.begin() as tx:
        assert tx.claim_inbound(text) is not None
