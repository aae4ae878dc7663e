"""Calls as they are kept: one row a call, one step at a time, and what is looked up of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from alembic.command import downgrade
from sqlalchemy import Engine, text

from coach.adapters.database import calls
from coach.adapters.database.migrations import configuration, is_current, upgrade_engine
from coach.adapters.database.tables import call, event, participant
from coach.core.events import DetailsChanged, EscalationRaised
from coach.core.model import Channel, Disposition
from coach.ports import Cause, Forgotten, KeptCall, Outcome
from tests.adapters.database.scene import PHONES, Scene

DAY = timedelta(days=1)
CALL = "CA" + "1" * 32


@pytest.fixture
def rosa(scene: Scene) -> int:
    """Somebody who is called."""
    return scene.enrol("Rosa", channel=Channel.VOICE, birth_year=1950)


def opened(scene: Scene, rosa: int | None, carrier_id: str = CALL, attempt_id: str | None = "a-rosa") -> KeptCall:
    """A call to Rosa that has just been taken."""
    state: dict[str, object] = {"stage": "ready", "misses": 0, "pending": None}
    words: dict[str, object] = {"lines": ["Hello. ¿Habla español?"], "keys": 1}
    return KeptCall(
        carrier_id,
        attempt_id,
        PHONES["Rosa"],
        rosa,
        inbound=attempt_id is None,
        turn=0,
        state=state,
        words=words,
        opened_at=scene.now,
        changed_at=scene.now,
    )


def keep(scene: Scene, kept: KeptCall) -> None:
    """Store it."""
    with scene.store.begin() as tx:
        tx.keep_call(kept)


def kept_as(scene: Scene, carrier_id: str = CALL) -> KeptCall | None:
    """What is stored of a call."""
    with scene.store.begin() as tx:
        return tx.call(carrier_id)


def test_a_call_comes_back_as_it_was_kept(scene: Scene, rosa: int) -> None:
    """With its words in any language, and its times in UTC."""
    taken = opened(scene, rosa)
    keep(scene, taken)
    assert kept_as(scene) == taken


def test_a_call_nobody_has_opened_is_not_known(scene: Scene) -> None:
    """The first step of a call finds nothing."""
    assert kept_as(scene) is None


def test_somebody_unknown_may_call_us(scene: Scene) -> None:
    """There is no attempt and no participant behind it."""
    keep(scene, opened(scene, None, attempt_id=None))
    known = kept_as(scene)
    assert known is not None
    assert known.inbound
    assert known.participant_id is None


def test_a_step_replaces_the_one_before_and_keeps_when_the_call_began(scene: Scene, rosa: int) -> None:
    """One row a call, whatever happens in it."""
    first = opened(scene, rosa)
    keep(scene, first)
    scene.clock.advance(seconds=9)
    answered = replace(first, turn=1, state={"stage": "identity"}, words={}, opened_at=scene.now, changed_at=scene.now)
    keep(scene, replace(answered, ended_at=scene.now, voicemail_at=scene.now))
    assert kept_as(scene) == replace(answered, opened_at=first.opened_at, ended_at=scene.now, voicemail_at=scene.now)
    assert len(scene.rows(call)) == 1


def test_a_step_that_raises_leaves_the_call_as_it_was(scene: Scene, rosa: int) -> None:
    """Facts and the state of the call are one transaction."""
    first = opened(scene, rosa)
    keep(scene, first)

    def step() -> None:
        with scene.store.begin() as tx:
            tx.record(tx.conversation(rosa, scene.now), [DetailsChanged(name="Nobody")], Cause(), scene.now)
            tx.keep_call(replace(first, turn=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        step()
    assert kept_as(scene) == first
    assert scene.column(participant, "name") == ["Rosa"]


@pytest.mark.parametrize("begun", ["already begun", "not yet there"])
def test_steps_that_come_at_once_are_taken_one_after_the_other(scene: Scene, rosa: int, begun: str) -> None:
    """The carrier posts the same step twice: the second finds what the first has made of the call."""
    if begun == "already begun":
        keep(scene, opened(scene, rosa))

    def step(_: int) -> int:
        with scene.store.begin() as tx:
            known = tx.call(CALL) or opened(scene, rosa)
            tx.keep_call(replace(known, turn=known.turn + 1))
            return known.turn

    with ThreadPoolExecutor(4) as posts:
        found = sorted(posts.map(step, range(8)))
    assert found == list(range(8))


def test_calls_that_stand_still_are_found_the_longest_first(scene: Scene, rosa: int) -> None:
    """Not those that go on, not those that ended."""
    for number in ("1", "2", "3"):
        keep(scene, opened(scene, rosa, f"CA{number}"))
        scene.clock.advance(minutes=1)
    over = kept_as(scene, "CA2")
    assert over is not None
    keep(scene, replace(over, ended_at=scene.now))
    keep(scene, opened(scene, rosa, "CA4"))
    assert scene.store.unended_calls(scene.now, 10) == ["CA1", "CA3"]
    assert scene.store.unended_calls(scene.now, 1) == ["CA1"]


def test_a_voicemail_counts_for_its_number_and_its_time(scene: Scene, rosa: int) -> None:
    """At most one a day: what was left yesterday counts no more, nor what another person was left."""
    keep(scene, replace(opened(scene, rosa), voicemail_at=scene.now))
    keep(scene, opened(scene, rosa, "CA2"))
    with scene.store.begin() as tx:
        assert tx.voicemail_since(PHONES["Rosa"], scene.now)
        assert not tx.voicemail_since(PHONES["Rosa"], scene.now + timedelta(seconds=1))
        assert not tx.voicemail_since(PHONES["Walter"], scene.now - DAY)


def test_the_call_of_an_attempt_is_its_newest(scene: Scene, rosa: int) -> None:
    """Before the first step it is what the carrier said when it took the call."""
    scene.queue(rosa, channel=Channel.VOICE, body="")
    message = scene.claim_one()
    assert scene.store.call_of_attempt(message.attempt_id) is None
    scene.finish(message, Outcome.ACCEPTED, carrier_id="CA1", status="queued")
    assert scene.store.call_of_attempt(message.attempt_id) == "CA1"
    keep(scene, opened(scene, rosa, "CA2", message.attempt_id))
    scene.clock.advance(seconds=1)
    keep(scene, opened(scene, rosa, "CA3", message.attempt_id))
    assert scene.store.call_of_attempt(message.attempt_id) == "CA3"
    assert scene.store.call_of_attempt("nobody's") is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_looked_up_of_calls_has_its_index(scene: Scene, rosa: int) -> None:
    """None of them reads all calls there ever were."""
    keep(scene, opened(scene, rosa))
    looks = (
        (lambda connection: calls.unended(connection, scene.now, 10), "ix_call_ended_at_changed_at"),
        (lambda connection: calls.voicemail_since(connection, PHONES["Rosa"], scene.now), "ix_call_voicemail"),
        (lambda connection: calls.of_attempt(connection, "a-rosa"), "ix_call_attempt_id"),
    )
    for look, index in looks:
        plans = scene.plans(look)
        assert any(index in plan for plan in plans), plans


def test_calls_go_in_time_but_not_unended_nor_of_somebody_with_an_open_case(scene: Scene, rosa: int) -> None:
    """What was answered in them is kept as received in any event."""
    walter = scene.enrol("Walter")
    scene.decide(walter, EscalationRaised(Disposition.URGENT, ("S1",), "legs gave way", "my legs gave way"))
    keep(scene, replace(opened(scene, rosa, "CA-over"), ended_at=scene.now))
    keep(scene, opened(scene, rosa, "CA-unended"))
    keep(scene, replace(opened(scene, walter, "CA-walter"), ended_at=scene.now))
    keep(scene, replace(opened(scene, None, "CA-stranger"), ended_at=scene.now))
    scene.clock.advance(days=91)
    keep(scene, replace(opened(scene, rosa, "CA-new"), ended_at=scene.now))
    assert scene.store.forget(Forgotten.CALLS, scene.now - 90 * DAY, scene.now, 100) == 2
    assert scene.column(call, "carrier_id") == ["CA-new", "CA-unended", "CA-walter"]


def test_what_a_call_asks_of_somebody_comes_back_and_is_changed(scene: Scene, rosa: int) -> None:
    """The year alone at first, then the PIN and no voicemail."""
    with scene.store.begin() as tx:
        known = tx.conversation(rosa, scene.now).participant
    assert (known.birth_year, known.call_pin, known.no_voicemail) == (1950, None, False)
    scene.decide(rosa, DetailsChanged(birth_year=1951, call_pin="480215", no_voicemail=True))
    with scene.store.begin() as tx:
        known = tx.conversation(rosa, scene.now).participant
    assert (known.birth_year, known.call_pin, known.no_voicemail) == (1951, "480215", True)
    scene.decide(rosa, DetailsChanged(no_voicemail=False))
    with scene.store.begin() as tx:
        known = tx.conversation(rosa, scene.now).participant
    assert (known.birth_year, known.call_pin, known.no_voicemail) == (1951, "480215", False)


def test_a_pin_stands_nowhere_but_with_the_person(scene: Scene, rosa: int) -> None:
    """Not among the facts, and not in what a value shows of itself."""
    changed = DetailsChanged(call_pin="480215")
    scene.decide(rosa, changed)
    with scene.store.begin() as tx:
        known = tx.conversation(rosa, scene.now).participant
    (fact,) = scene.rows(event)
    assert fact["data"]["call_pin"] == "set"
    assert "480215" not in f"{fact} {known} {changed}"


WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'participant'::regclass"
    " AND mode = 'AccessExclusiveLock'"
)


def test_nobody_waits_behind_the_upgrade_while_it_waits_for_a_backup(
    postgres_engine: Engine, postgres_url: str
) -> None:
    """A backup reads the participants for hours; texts go on coming in, and then the upgrade comes through."""
    del postgres_url  # which empties the tables
    with postgres_engine.begin() as connection:
        downgrade(configuration(connection), "0008")
    with ThreadPoolExecutor(1) as pool:
        with postgres_engine.connect() as backup, postgres_engine.connect() as others:
            backup.execute(text("SELECT count(*) FROM participant"))
            upgrading = pool.submit(upgrade_engine, postgres_engine)
            while not others.scalar(WAITING):
                assert not upgrading.done()
            for _ in range(3):
                others.execute(text("SELECT count(*) FROM participant"))
                others.rollback()
            assert not upgrading.done()
        upgrading.result(60)
    assert is_current(postgres_engine)


def test_wrong_birth_years_of_a_day_are_counted_over_all_calls_with_a_number(scene: Scene, rosa: int) -> None:
    """Three tries a call would else be as many as somebody cares to ring."""
    for number, wrong in ((1, 2), (2, 3)):
        call = opened(scene, rosa, f"CA{number}")
        keep(scene, replace(call, state={**call.state, "wrong": wrong}))
    with scene.store.begin() as tx:
        assert tx.wrong_identities(PHONES["Rosa"], scene.now - DAY) == 5
        assert tx.wrong_identities(PHONES["Rosa"], scene.now + timedelta(seconds=1)) == 0
        assert tx.wrong_identities(PHONES["Walter"], scene.now - DAY) == 0
