"""Lines: each has its own pace, one that the carrier refuses stops, and prompts of one minute are spread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from coach.adapters.database.claims import Claim
from coach.adapters.database.engine import open_engine
from coach.adapters.database.releases import release
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import event, outbox, send_rate, task
from coach.core.events import MessageQueued, StatusChanged
from coach.core.failures import FailureClass, Meaning
from coach.core.model import Channel, Lane, OutboundMessage, Status
from coach.core.schedule import local
from coach.ports import Cause, DeliveryStatus, Line, Outcome
from tests.adapters.database.scene import CALLS, LEASE, TEXTS, Scene, pace
from tests.clocks import StoppedClock

UNREGISTERED = Meaning(FailureClass.LINE)
NO_ROUTE = Meaning(FailureClass.LINE, people=3)
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def rosa(scene: Scene) -> int:
    """Somebody to write to."""
    return scene.enrol("Rosa")


@pytest.fixture
def postgres_scene(postgres_url: str, clock: StoppedClock) -> Iterator[Scene]:
    """An empty practice on PostgreSQL."""
    engine = open_engine(postgres_url)
    yield Scene(engine, SqlStore(engine), clock)
    engine.dispose()


def call(scene: Scene, lane: Lane = Lane.PROMPT) -> MessageQueued:
    """A check-in by voice."""
    return scene.message(lane, "", channel=Channel.VOICE)


def refused(scene: Scene, message: OutboundMessage, meaning: Meaning = UNREGISTERED, code: int = 30034) -> None:
    """The carrier takes it, and says afterwards that our number may not send."""
    scene.finish(message, Outcome.ACCEPTED, carrier_id=f"SM{message.attempt_id}", status="queued")
    status = DeliveryStatus(message.attempt_id, f"SM{message.attempt_id}", "undelivered", code, scene.now)
    assert scene.store.apply_status(status, meaning)


def bodies(scene: Scene) -> list[str]:
    """What may leave now."""
    return [message.body for message in scene.claim()]


def stopped(scene: Scene, rosa: int) -> None:
    """The line for texts has stopped at the first of a crowd."""
    for number in range(3):
        scene.queue(rosa, body=f"lesson {number}")
    refused(scene, scene.claim(limit=1)[0])


# Pace -----------------------------------------------------------------------------------------------------------------


def test_texts_and_calls_each_have_their_own_pace(scene: Scene, rosa: int) -> None:
    """Four segments and two calls, at two and one a second."""
    scene.decide(rosa, *(scene.message(Lane.PROMPT, "legs?") for _ in range(9)), *(call(scene) for _ in range(9)))
    found = scene.store.claim_outbox(scene.now, 50, LEASE, pace(2.0, 1.0))
    assert [message.channel for message in found].count(Channel.SMS) == 4
    assert [message.channel for message in found].count(Channel.VOICE) == 2
    assert {row["line"] for row in scene.rows(send_rate)} == {TEXTS, CALLS}


def test_a_line_at_its_limit_holds_back_no_other(scene: Scene, rosa: int) -> None:
    """Texts are throttled; the calls of the hour go."""
    scene.queue(rosa)
    scene.finish(scene.claim_one(), Outcome.THROTTLED, retry_after=timedelta(minutes=5))
    scene.decide(rosa, scene.message(Lane.PROMPT, "legs?"), call(scene))
    assert [message.channel for message in scene.claim()] == [Channel.VOICE]


def test_two_numbers_on_one_database_do_not_share_a_pace(scene: Scene, rosa: int) -> None:
    """Each campaign has its own limit."""
    scene.decide(rosa, *(scene.message(Lane.PROMPT, "legs?") for _ in range(9)))
    first = scene.claim(rate=1.0)
    other = replace(pace(1.0), texts=Line("sms:+15550008888", 1.0))
    second = scene.store.claim_outbox(scene.now, 10, LEASE, other)
    assert (len(first), len(second)) == (2, 2)


def test_the_first_call_of_all_does_not_wait_behind_texts_that_must_wait(scene: Scene, rosa: int) -> None:
    """However many they are."""
    scene.decide(rosa, *(scene.message(Lane.PROMPT, "legs?") for _ in range(20)), call(scene))
    found = scene.store.claim_outbox(scene.now, 5, LEASE, pace(1.0, 1.0))
    assert [message.channel for message in found] == [Channel.SMS, Channel.SMS, Channel.VOICE]


def test_what_must_arrive_does_not_wait_for_whoever_holds_the_pace_of_calls(postgres_scene: Scene) -> None:
    """Be it a process that stands still; the rest waits for the next look."""
    scene = postgres_scene
    rosa = scene.enrol("Rosa")
    scene.decide(rosa, call(scene))
    scene.claim()
    with scene.engine.begin() as other:
        other.execute(select(send_rate.c.id).where(send_rate.c.line == CALLS).with_for_update())
        scene.decide(rosa, scene.message(Lane.EMERGENCY, "Call 911."), call(scene, Lane.PAGE), call(scene))
        found = scene.store.claim_outbox(scene.now, 10, LEASE, pace())
    assert [(message.lane, message.channel) for message in found] == [
        (Lane.EMERGENCY, Channel.SMS),
        (Lane.PAGE, Channel.VOICE),
    ]
    assert [message.channel for message in scene.claim()] == [Channel.VOICE]


# A line that stops ----------------------------------------------------------------------------------------------------


def test_an_unregistered_number_stops_and_not_one_more_is_posted(scene: Scene, rosa: int) -> None:
    """Nothing is lost either: all wait, the one that was refused too."""
    stopped(scene, rosa)
    scene.clock.advance(HALF_AN_HOUR - timedelta(seconds=1))
    assert bodies(scene) == []
    assert scene.column(outbox, "state") == ["pending"] * 3
    (line,) = scene.store.stopped_lines()
    assert (line.name, line.channel) == (TEXTS, Channel.SMS)
    assert "30034" in line.because


def test_a_number_refused_at_once_stops_as_well(scene: Scene, rosa: int) -> None:
    """The message itself waits."""
    scene.queue(rosa)
    scene.finish(scene.claim_one(), Outcome.REJECTED, code=21703, failure=FailureClass.LINE)
    assert scene.column(outbox, "state") == ["pending"]
    assert bodies(scene) == []


def test_the_other_line_goes_on(scene: Scene, rosa: int) -> None:
    """People are still called."""
    stopped(scene, rosa)
    scene.decide(rosa, call(scene))
    assert [message.channel for message in scene.claim()] == [Channel.VOICE]


@pytest.mark.parametrize("lane", [Lane.EMERGENCY, Lane.URGENT])
def test_what_must_arrive_is_tried_all_the_same_and_goes_another_way_when_it_is_refused(
    scene: Scene, rosa: int, lane: Lane
) -> None:
    """It never waits for the line, which may work for this very person."""
    stopped(scene, rosa)
    scene.queue(rosa, lane, "Call 911.")
    message = scene.claim_one()
    assert message.body == "Call 911."
    refused(scene, message)
    assert scene.column(task, "kind") == ["undelivered"]


def test_one_message_is_tried_each_half_hour_and_when_it_arrives_all_go(scene: Scene, rosa: int) -> None:
    """While it is under way the others wait."""
    stopped(scene, rosa)
    scene.clock.advance(HALF_AN_HOUR)
    tried = scene.claim_one()
    assert bodies(scene) == []
    scene.finish(tried, Outcome.ACCEPTED, carrier_id="SM-tried", status="queued")
    scene.callback(tried.attempt_id, "sent", "SM-tried")
    assert bodies(scene) == [], "on its way is not there"
    scene.callback(tried.attempt_id, "delivered", "SM-tried")
    assert bodies(scene) == ["lesson 1", "lesson 2"]
    assert scene.store.stopped_lines() == []


def test_a_try_that_is_refused_leaves_the_line_stopped_for_another_half_hour(scene: Scene, rosa: int) -> None:
    """Two posts an hour, not ten thousand."""
    stopped(scene, rosa)
    posts = 0
    for _ in range(55):
        scene.clock.advance(minutes=1)
        for message in scene.claim():
            posts += 1
            refused(scene, message)
    assert posts == 1


def test_a_text_that_left_before_the_stop_and_arrives_proves_nothing(scene: Scene, rosa: int) -> None:
    """It had another fate already."""
    scene.queue(rosa)
    early = scene.claim_one()
    scene.finish(early, Outcome.ACCEPTED, carrier_id="SM-early", status="queued")
    scene.clock.advance(seconds=1)
    stopped(scene, rosa)
    scene.callback(early.attempt_id, "delivered", "SM-early")
    assert bodies(scene) == []


def test_a_person_says_that_the_line_works_again(scene: Scene, rosa: int) -> None:
    """Then all that waits leaves."""
    stopped(scene, rosa)
    assert scene.store.resume_line(TEXTS)
    assert not scene.store.resume_line(TEXTS)
    assert bodies(scene) == ["lesson 0", "lesson 1", "lesson 2"]


def test_what_waits_too_long_expires_with_its_reason(scene: Scene, rosa: int) -> None:
    """Nobody gets a morning's question at night because a line came back."""
    stopped(scene, rosa)
    scene.clock.advance(hours=1)
    assert bodies(scene) == []
    assert scene.column(outbox, "state") == ["expired"] * 3
    skipped = [row["data"] for row in scene.rows(event, kind="PromptSkipped")]
    assert {data["reason"] for data in skipped} == {"expired"}
    assert {data["because"] for data in skipped} == {
        "it could not be sent while it was still useful, as the line for texts was stopped"
    }


def test_a_batch_that_was_released_before_the_stop_waits_again(scene: Scene, rosa: int) -> None:
    """Workers of other machines post nothing more either."""
    for number in range(3):
        scene.queue(rosa, body=f"lesson {number}")
    first = scene.claim(limit=1)[0]
    scene.store.release_outbox(scene.now, 50, LEASE, pace(), lambda _transaction, _ids, _lane: None)
    refused(scene, first)
    assert list(scene.store.begin_released([2, 3], scene.now, LEASE, pace())) == []
    assert scene.column(outbox, "state") == ["pending"] * 3


def test_a_batch_with_what_must_arrive_is_begun_also_when_the_line_has_stopped(scene: Scene, rosa: int) -> None:
    """Whoever released it, and when."""
    scene.queue(rosa)
    scene.queue(rosa, Lane.EMERGENCY, "Call 911.")
    first, second = scene.claim(limit=2)
    scene.decide(rosa, scene.message(Lane.URGENT, "See a doctor."))
    claim = Claim(scene.now, 50, LEASE, pace())
    with scene.engine.begin() as connection:
        release(connection, claim, lambda _transaction, _ids, _lane: None)
    refused(scene, max(first, second, key=lambda message: message.lane))
    assert [m.body for m in scene.store.begin_released([3], scene.now, LEASE, pace())] == ["See a doctor."]


def test_the_message_that_is_tried_is_begun_by_whoever_gets_its_batch(scene: Scene, rosa: int) -> None:
    """Else no line would ever work again by itself where several machines post."""
    stopped(scene, rosa)
    scene.clock.advance(HALF_AN_HOUR)
    released: list[int] = []
    scene.store.release_outbox(scene.now, 50, LEASE, pace(), lambda _transaction, ids, _lane: released.extend(ids))
    assert len(released) == 1
    assert len(scene.store.begin_released(released, scene.now, LEASE, pace())) == 1


def test_one_odd_number_does_not_stop_the_line(scene: Scene, rosa: int) -> None:
    """Its own messages fail; those to others go."""
    for _ in range(4):
        scene.queue(rosa, Lane.REPLY)
        refused(scene, scene.claim_one(), NO_ROUTE, 21612)
    assert scene.store.stopped_lines() == []
    assert scene.column(outbox, "state") == ["accepted"] * 4


def test_the_same_for_three_people_stops_it(scene: Scene, rosa: int) -> None:
    """Then it is our number."""
    for person in (rosa, scene.enrol("Walter"), scene.enrol("June")):
        assert scene.store.stopped_lines() == []
        scene.queue(person, Lane.REPLY)
        refused(scene, scene.claim_one(), NO_ROUTE, 21612)
    assert [line.name for line in scene.store.stopped_lines()] == [TEXTS]


def test_three_odd_numbers_among_many_that_work_do_not(scene: Scene, rosa: int) -> None:
    """Somebody got a text in between."""
    for person in (rosa, scene.enrol("Walter"), scene.enrol("June")):
        scene.queue(person, Lane.REPLY)
        refused(scene, scene.claim_one(), NO_ROUTE, 21612)
        scene.clock.advance(minutes=1)
        scene.queue(person, Lane.REPLY)
        message = scene.claim_one()
        scene.finish(message, Outcome.ACCEPTED, carrier_id=f"SM{message.attempt_id}", status="queued")
        scene.callback(message.attempt_id, "delivered", f"SM{message.attempt_id}")
    assert scene.store.stopped_lines() == []


def test_a_refused_account_is_told_for_as_long_as_it_is_refused(scene: Scene, rosa: int) -> None:
    """With its code."""
    scene.queue(rosa)
    scene.finish(scene.claim_one(), Outcome.REJECTED, failure=FailureClass.ACCOUNT, code=20003)
    assert scene.store.account_refused(scene.now - timedelta(minutes=5)) == 20003
    scene.clock.advance(minutes=6)
    assert scene.store.account_refused(scene.now - timedelta(minutes=5)) is None


# Spreading ------------------------------------------------------------------------------------------------------------


def timed(scene: Scene, person: int, lane: Lane = Lane.PROMPT) -> None:
    """A prompt that a timer has caused."""
    scene.set_timer(person, scene.now)
    with scene.store.begin() as tx:
        (due,) = tx.claim_timers(scene.now, 1)
        tx.record(due.conversation, (scene.message(lane, "legs?"),), Cause(timer_id=due.timer.id), scene.now)


def spread_claim(scene: Scene, per_second: float = 1.0) -> int:
    """How many leave now, with a crowd spread over five minutes."""
    given = pace(texts=per_second, spread=timedelta(minutes=5))
    return len(scene.store.claim_outbox(scene.now, 50, LEASE, given))


def test_prompts_that_the_line_can_take_leave_at_their_hour(scene: Scene) -> None:
    """No crowd, no spread."""
    for n in range(20):
        timed(scene, scene.enrol(f"No. {n}", phone=f"+1555000{n:04d}"))
    assert spread_claim(scene, per_second=20) == 20


def test_a_crowd_of_one_minute_leaves_over_five(scene: Scene) -> None:
    """Each once, none before its minute and none after the fifth."""
    people = [scene.enrol(f"No. {n}", phone=f"+1555000{n:04d}") for n in range(40)]
    due_at = scene.now
    for person in people:
        timed(scene, person)
    left = [0] * 6
    while scene.now <= due_at + timedelta(minutes=5):
        left[(scene.now - due_at) // timedelta(minutes=1)] += spread_claim(scene)
        scene.clock.advance(seconds=2)
    assert sum(left) == 40
    assert max(left) <= 16
    assert all(local(row["not_before"], None) < due_at + timedelta(minutes=5) for row in scene.rows(outbox))


@pytest.mark.parametrize("lane", [Lane.EMERGENCY, Lane.URGENT, Lane.PAGE, Lane.REPLY])
def test_what_answers_somebody_or_must_arrive_is_not_spread(scene: Scene, rosa: int, lane: Lane) -> None:
    """Also when time has caused it."""
    timed(scene, rosa, lane)
    assert spread_claim(scene) == 1


def test_a_prompt_that_time_did_not_cause_leaves_at_once(scene: Scene, rosa: int) -> None:
    """Whoever just agreed gets the first text now."""
    scene.queue(rosa)
    assert spread_claim(scene) == 1


def test_a_prompt_that_was_put_off_is_dropped_when_stop_comes(scene: Scene) -> None:
    """It waits where STOP acts on it."""
    people = [scene.enrol(f"No. {n}", phone=f"+1555000{n:04d}") for n in range(5)]
    for person in people:
        timed(scene, person)
    gone = spread_claim(scene)
    for row in scene.rows(outbox, state="pending"):
        scene.decide(row["participant_id"], StatusChanged(Status.OPTED_OUT))
    scene.clock.advance(minutes=5)
    assert spread_claim(scene) == 0
    assert scene.column(outbox, "state").count("cancelled") == 5 - gone
