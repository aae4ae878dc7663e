"""What has served its purpose goes after its time, a little at a time; what somebody may still need never does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Table, insert

from coach.adapters.database.retention import forget as look
from coach.adapters.database.staff import Accounts
from coach.adapters.database.tables import (
    alarm,
    attempt,
    consent,
    escalation,
    event,
    inbound,
    outbox,
    staff_session,
    status_callback,
    timer,
)
from coach.core.events import ConsentRecorded, EscalationClosed, EscalationRaised, TimerSet
from coach.core.model import Channel, Disposition, TimerKind
from coach.ports import MEDIA_FIELD, Cause, Forgotten, Outcome
from tests.adapters.database.scene import Scene

RAISED = EscalationRaised(Disposition.URGENT, ("a",), "b", "c")
LONG_AGO = timedelta(days=400)
STATUSES, RAW, TIMERS = Forgotten.STATUS_CALLBACKS, Forgotten.RAW_FIELDS, Forgotten.TIMER_FACTS


def forget(scene: Scene, what: Forgotten, limit: int = 100) -> int:
    """Remove what is older than a year."""
    return scene.store.forget(what, scene.now - timedelta(days=365), scene.now, limit)


def sent(scene: Scene, person: int, outcome: Outcome = Outcome.ACCEPTED) -> str:
    """A message that was posted, with three words of the carrier on it; gives its attempt."""
    scene.queue(person)
    message = scene.claim_one()
    scene.finish(message, outcome, carrier_id=f"SM{message.attempt_id}" if outcome is Outcome.ACCEPTED else None)
    return message.attempt_id


def told(scene: Scene, attempt_id: str) -> None:
    """Three words of the carrier on an attempt."""
    for status in ("queued", "sent", "delivered"):
        scene.callback(attempt_id, status, f"SM{attempt_id}")


def wrote(scene: Scene, name: str, person: int, body: str = "5 as ever", **raw: str) -> int:
    """A text that was dealt with, with what came beside it."""
    message = scene.text(name, body, f"SM-{name}-{body}")
    inbound_id = scene.store.keep_inbound(message, {"Body": body, "FromCity": "SPRINGFIELD", **raw}).inbound_id
    scene.decide(person, cause=Cause(inbound_id=inbound_id))
    return inbound_id


def count(scene: Scene, table: Table) -> int:
    """How many rows."""
    return len(scene.rows(table))


def test_the_carriers_words_on_a_settled_message_go_and_its_last_word_stays(scene: Scene) -> None:
    """Not before their time."""
    attempt_id = sent(scene, scene.enrol("Rosa"))
    told(scene, attempt_id)
    assert forget(scene, STATUSES) == 0
    scene.clock.advance(LONG_AGO)
    assert forget(scene, STATUSES) == 3
    assert count(scene, status_callback) == 0
    assert [row["status"] for row in scene.rows(attempt)] == ["delivered"]


def test_a_little_goes_at_a_time(scene: Scene) -> None:
    """So that nobody waits for it."""
    told(scene, sent(scene, scene.enrol("Rosa")))
    scene.clock.advance(LONG_AGO)
    assert [forget(scene, STATUSES, limit=2) for _ in range(3)] == [2, 1, 0]


def test_words_on_an_attempt_nobody_knows_go_too(scene: Scene) -> None:
    """Nothing can become of them any more."""
    assert scene.callback("of-another-installation", "sent") is False
    scene.clock.advance(LONG_AGO)
    assert forget(scene, STATUSES) == 1


def test_words_on_an_attempt_in_doubt_stay(scene: Scene) -> None:
    """However long the doubt lasts."""
    attempt_id = sent(scene, scene.enrol("Rosa"), Outcome.IN_DOUBT)
    row = {
        "attempt_id": attempt_id,
        "carrier_id": "SM-other",
        "status": "odd",
        "received_at": scene.now,
        "known": False,
    }
    with scene.engine.begin() as connection:
        connection.execute(insert(status_callback).values(row))
    scene.clock.advance(LONG_AGO)
    assert forget(scene, STATUSES) == 0


def test_what_came_beside_a_text_goes_and_the_text_stays(scene: Scene) -> None:
    """With the entries of ours, which pages show."""
    rosa = scene.enrol("Rosa")
    wrote(scene, "Rosa", rosa, **{MEDIA_FIELD: "image/jpeg"})
    before = scene.rows(inbound)[0]
    scene.clock.advance(LONG_AGO)
    assert [forget(scene, RAW), forget(scene, RAW)] == [1, 0]
    (after,) = scene.rows(inbound)
    assert after == before | {"raw": {MEDIA_FIELD: "image/jpeg"}, "raw_removed_at": scene.now}


def test_a_text_nobody_has_dealt_with_stays_whole(scene: Scene) -> None:
    """It may have to be read anew."""
    scene.enrol("Rosa")
    scene.receive("Rosa", "is anybody there")
    scene.clock.advance(LONG_AGO)
    assert forget(scene, RAW) == 0
    assert scene.column(inbound, "raw") == [{"Body": "is anybody there"}]


def test_a_text_that_proves_consent_stays_whole(scene: Scene) -> None:
    """And so does the proof."""
    rosa = scene.enrol("Rosa")
    yes = scene.text("Rosa", "Y", "SM-yes")
    inbound_id = scene.store.keep_inbound(yes, {"Body": "Y", "FromCity": "SPRINGFIELD"}).inbound_id
    agreed = ConsentRecorded("confirmed", "enrol.invitation", "1", "Reply Y", Channel.SMS)
    scene.decide(rosa, agreed, cause=Cause(inbound_id=inbound_id))
    scene.clock.advance(LONG_AGO)
    assert sum(forget(scene, what) for what in Forgotten) == 0
    assert scene.column(inbound, "raw") == [{"Body": "Y", "FromCity": "SPRINGFIELD"}]
    assert count(scene, consent) == 1


def test_that_a_timer_was_set_goes_and_the_timer_stays(scene: Scene) -> None:
    """Its key says that it fired."""
    rosa = scene.enrol("Rosa")
    scene.set_timer(rosa, scene.now)
    scene.decide(rosa, RAISED)
    scene.decide(rosa, EscalationClosed(1, "ana", "seen", ""))
    scene.clock.advance(LONG_AGO)
    assert forget(scene, TIMERS) == 1
    assert scene.column(event, "kind") == ["EscalationRaised", "EscalationClosed"]
    assert count(scene, timer) == 1


def test_nothing_goes_of_somebody_with_an_open_case(scene: Scene) -> None:
    """Until it is closed; what belongs to others goes meanwhile."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    for name, person in (("Rosa", rosa), ("Walter", walter)):
        told(scene, sent(scene, person))
        wrote(scene, name, person)
        scene.decide(person, TimerSet(TimerKind.PROMPT, "prompt/1", scene.now))
    scene.decide(rosa, RAISED)
    scene.clock.advance(LONG_AGO)
    assert [forget(scene, what) for what in (STATUSES, RAW, TIMERS)] == [3, 1, 1]
    scene.decide(rosa, EscalationClosed(1, "ana", "seen", ""))
    assert [forget(scene, what) for what in (STATUSES, RAW, TIMERS)] == [3, 1, 1]
    assert [count(scene, table) for table in (inbound, outbox, attempt, escalation)] == [2, 2, 2, 1]


def test_sessions_and_alarms_that_are_over_go(scene: Scene) -> None:
    """An open alarm stays, however old."""
    accounts = Accounts(scene.engine, scene.clock)
    accounts.add("ana", "Ana Ruiz", "coordinator", "a short sentence is good")
    accounts.sign_in("ana", "a short sentence is good")
    for key in ("rota", "backlog"):
        scene.store.raise_alarm(key, key, "it is late", scene.now)
    scene.store.end_alarm("rota", scene.now)
    scene.clock.advance(LONG_AGO)
    assert (forget(scene, Forgotten.SESSIONS), forget(scene, Forgotten.ALARMS)) == (1, 1)
    assert count(scene, staff_session) == 0
    assert scene.column(alarm, "key") == ["backlog"]


@pytest.mark.parametrize("what", list(Forgotten))
def test_an_empty_practice_has_nothing_to_forget(scene: Scene, what: Forgotten) -> None:
    """Every kind can be asked for."""
    assert forget(scene, what) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_forgotten_is_found_by_an_index(scene: Scene) -> None:
    """A look costs little when there is nothing to do, however many years are kept.

    Only SQLite tells it here: PostgreSQL's planner reads small tables whole.
    """
    wanted = {
        "status_callback": "ix_status_callback_received_at",
        "inbound": "ix_inbound_raw_kept",
        "event": "ix_event_timer_set",
        "call": "ix_call_ended_at_changed_at",
    }
    plans = [
        plan
        for what in (STATUSES, RAW, TIMERS, Forgotten.CALLS)
        for plan in scene.plans(
            lambda connection, what=what: look(connection, what, scene.now, scene.now, 10), "DELETE"
        )
    ]
    for table, index in wanted.items():
        assert any(f"{table} USING" in plan and index in plan for plan in plans), (table, plans)
