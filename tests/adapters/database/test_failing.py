"""What the carrier's codes set off in the tables: repeats, bad numbers, codes nobody knows."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from coach.adapters.database.tables import attempt, outbox, task
from coach.adapters.library.carrier import load_carrier_codes
from coach.core.failures import Meaning
from coach.core.model import Lane, OutboundMessage
from coach.core.schedule import local
from coach.ports import DeliveryStatus, Outcome
from coach.resources import folder
from tests.adapters.database.scene import Scene

CODES = load_carrier_codes(folder("messages") / "carrier.toml")
DAY = timedelta(days=1)
PHONE_OFF, NO_REASON, NOBODY_THERE, HELD, LANDLINE, QUEUE_FULL, NEW = 30003, 30008, 30005, 30450, 30006, 30001, 31999


@pytest.fixture
def rosa(scene: Scene) -> int:
    """Somebody to write to."""
    return scene.enrol("Rosa")


def sent(scene: Scene, rosa: int, lane: Lane = Lane.PROMPT) -> OutboundMessage:
    """A message that the carrier has taken, useful for the day."""
    scene.queue(rosa, lane, expires_at=scene.now + timedelta(hours=12))
    return taken(scene)


def taken(scene: Scene) -> OutboundMessage:
    """The one that waits goes to the carrier."""
    message = scene.claim_one()
    scene.finish(message, Outcome.ACCEPTED, carrier_id=f"SM{message.attempt_id}", status="queued")
    return message


def fails(scene: Scene, message: OutboundMessage, code: int, word: str = "undelivered") -> None:
    """The carrier says later that it did not arrive."""
    status = DeliveryStatus(message.attempt_id, f"SM{message.attempt_id}", word, code, scene.now)
    assert scene.store.apply_status(status, CODES.meaning(code))


def test_a_phone_that_is_off_is_tried_three_times_with_growing_pauses(scene: Scene, rosa: int) -> None:
    """Then no more, and nobody is bothered: tomorrow is another prompt."""
    message = sent(scene, rosa)
    for minutes in (15, 45, 120):
        fails(scene, message, PHONE_OFF)
        scene.clock.advance(minutes=minutes - 1)
        assert list(scene.claim()) == []
        scene.clock.advance(minutes=1)
        message = taken(scene)
    fails(scene, message, PHONE_OFF)
    scene.clock.advance(hours=6)
    assert list(scene.claim()) == []
    assert scene.rows(task) == []
    assert scene.column(attempt, "code") == [PHONE_OFF] * 4


@pytest.mark.parametrize("lane", [Lane.REPLY, Lane.PROMPT])
def test_what_is_tried_again_into_the_night_waits_for_the_morning(scene: Scene, rosa: int, lane: Lane) -> None:
    """Rosa texted at half past seven in the evening, and her phone was off."""
    scene.clock.advance(hours=10, minutes=30)
    message = sent(scene, rosa, lane)
    assert local(scene.now, "America/Chicago").time() == time(19, 30)
    scene.clock.advance(minutes=20)
    fails(scene, message, PHONE_OFF)
    scene.clock.advance(minutes=15)
    assert list(scene.claim()) == []
    (later,) = scene.column(outbox, "not_before")
    assert local(local(later, None), "America/Chicago").time() == time(9)


def test_an_answer_at_night_leaves_at_once_and_what_must_arrive_is_never_held(scene: Scene, rosa: int) -> None:
    """Whoever has just texted is awake."""
    scene.clock.advance(hours=14)
    scene.queue(rosa, Lane.REPLY)
    assert len(scene.claim()) == 1
    scene.queue(rosa, Lane.EMERGENCY)
    scene.clock.advance(minutes=40)
    assert len(scene.claim()) == 1


def test_a_failure_without_a_reason_is_repeated_once(scene: Scene, rosa: int) -> None:
    """It may have arrived."""
    message = sent(scene, rosa)
    fails(scene, message, NO_REASON)
    scene.clock.advance(minutes=30)
    fails(scene, taken(scene), NO_REASON)
    scene.clock.advance(hours=6)
    assert list(scene.claim()) == []


def test_what_is_held_as_fraud_goes_again_after_half_an_hour(scene: Scene, rosa: int) -> None:
    """Also when it is held at once."""
    scene.queue(rosa, expires_at=scene.now + timedelta(hours=12))
    held = CODES.meaning(HELD)
    scene.finish(scene.claim_one(), Outcome.REJECTED, code=HELD, failure=held.failure, meaning=held)
    assert scene.column(outbox, "not_before") == [scene.now + timedelta(minutes=30)]
    scene.clock.advance(minutes=30)
    fails(scene, taken(scene), HELD)
    assert scene.column(outbox, "not_before") == [scene.now + timedelta(minutes=60)]


def test_a_full_queue_at_the_carrier_rests_the_line_and_the_message_goes_again(scene: Scene, rosa: int) -> None:
    """Nothing more is heaped upon it for two minutes."""
    message = sent(scene, rosa)
    scene.queue(rosa, body="another")
    fails(scene, message, QUEUE_FULL, word="failed")
    scene.clock.advance(seconds=119)
    assert list(scene.claim()) == []
    scene.clock.advance(seconds=1)
    assert len(scene.claim()) == 2


def test_nothing_goes_again_when_it_is_of_no_more_use(scene: Scene, rosa: int) -> None:
    """The pause would outlast it."""
    scene.queue(rosa, expires_at=scene.now + timedelta(minutes=10))
    fails(scene, taken(scene), PHONE_OFF)
    assert scene.column(outbox, "state") == ["accepted"]


def test_a_callback_that_comes_twice_repeats_once(scene: Scene, rosa: int) -> None:
    """Also after the message went again."""
    message = sent(scene, rosa)
    for _ in range(2):
        fails(scene, message, PHONE_OFF)
    scene.clock.advance(minutes=15)
    taken(scene)
    fails(scene, message, PHONE_OFF)
    assert scene.column(outbox, "state") == ["accepted"]
    assert len(scene.rows(attempt)) == 2


@pytest.mark.parametrize("lane", [Lane.EMERGENCY, Lane.URGENT])
def test_what_must_arrive_becomes_work_at_once_and_does_not_wait(scene: Scene, rosa: int, lane: Lane) -> None:
    """A person rings, or its case calls."""
    fails(scene, sent(scene, rosa, lane), PHONE_OFF)
    assert scene.column(task, "kind") == ["undelivered"]
    assert scene.column(outbox, "state") == ["accepted"]


def test_a_number_that_nobody_has_counts_as_bad_on_the_second_day(scene: Scene, rosa: int) -> None:
    """Two texts of one day are one day."""
    for hours in (1, 23):
        fails(scene, sent(scene, rosa), NOBODY_THERE)
        assert scene.rows(task) == []
        scene.clock.advance(hours=hours)
    fails(scene, sent(scene, rosa), NOBODY_THERE)
    assert scene.column(task, "kind") == ["undelivered"]
    fails(scene, sent(scene, rosa), NOBODY_THERE)
    assert len(scene.rows(task)) == 1, "not again while the first is open"


def test_the_days_are_the_persons_own(scene: Scene, rosa: int) -> None:
    """Half past five and half past six in the evening of Chicago are two dates by London's clock, and one by hers."""
    scene.clock.set(scene.now.replace(hour=23, minute=30))
    fails(scene, sent(scene, rosa), NOBODY_THERE)
    scene.clock.advance(hours=1)
    fails(scene, sent(scene, rosa), NOBODY_THERE)
    assert scene.rows(task) == []


def test_a_text_that_arrives_begins_the_count_anew(scene: Scene, rosa: int) -> None:
    """The number lives."""
    fails(scene, sent(scene, rosa), NOBODY_THERE)
    scene.clock.advance(hours=12)
    message = sent(scene, rosa)
    scene.callback(message.attempt_id, "delivered", f"SM{message.attempt_id}")
    scene.clock.advance(hours=12)
    fails(scene, sent(scene, rosa), NOBODY_THERE)
    assert scene.rows(task) == []


def test_a_landline_is_bad_at_once_also_when_it_is_told_late(scene: Scene, rosa: int) -> None:
    """The carrier took the text and found out afterwards."""
    fails(scene, sent(scene, rosa), LANDLINE, word="failed")
    (work,) = scene.rows(task)
    assert (work["kind"], work["participant_id"]) == ("undelivered", rosa)


def test_a_code_nobody_knows_is_kept_shown_once_and_not_repeated(scene: Scene, rosa: int) -> None:
    """The carrier adds codes every year."""
    for _ in range(2):
        fails(scene, sent(scene, rosa), NEW)
    (work,) = scene.rows(task)
    assert (work["kind"], work["key"]) == ("unknown_code", f"code/{NEW}")
    assert f"errors/{NEW}" in work["because"]
    assert scene.column(attempt, "code") == [NEW] * 2
    scene.clock.advance(hours=6)
    assert list(scene.claim()) == []


def test_a_code_nobody_knows_is_shown_also_when_it_comes_at_once(scene: Scene, rosa: int) -> None:
    """Judged by the HTTP status, and shown."""
    scene.queue(rosa)
    meaning = CODES.meaning(NEW, 400)
    scene.finish(scene.claim_one(), Outcome.REJECTED, code=NEW, failure=meaning.failure, meaning=meaning)
    assert scene.column(outbox, "state") == ["failed"]
    assert scene.column(task, "kind") == ["unknown_code"]


def test_without_a_table_of_codes_a_failure_is_only_kept(scene: Scene, rosa: int) -> None:
    """Nothing is made up."""
    message = sent(scene, rosa)
    nothing: Meaning | None = None
    status = DeliveryStatus(message.attempt_id, f"SM{message.attempt_id}", "undelivered", LANDLINE, scene.now)
    assert scene.store.apply_status(status, nothing)
    assert scene.rows(task) == []
    assert scene.column(attempt, "status") == ["undelivered"]


def test_a_crowd_that_waits_for_the_morning_holds_up_nobody(scene: Scene) -> None:
    """It is seen to in pieces, and the next look goes on."""
    person = scene.enrol("Rosa")
    scene.clock.advance(hours=10, minutes=30)
    scene.decide(person, *(scene.message(Lane.REPLY, f"{n}", expires_at=scene.now + DAY) for n in range(250)))
    scene.clock.advance(hours=3)
    scene.queue(person, Lane.EMERGENCY, "Call 911.")
    assert [message.body for message in scene.claim(limit=50)] == ["Call 911."]
    waiting = sum(local(at, None) > scene.now for at in scene.column(outbox, "not_before"))
    assert 50 <= waiting <= 150
    for _ in range(4):
        assert list(scene.claim(limit=50)) == []
    assert sum(local(at, None) > scene.now for at in scene.column(outbox, "not_before")) == 250
