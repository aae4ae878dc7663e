"""Sending as a stream: slow posts hold up nobody, results are recorded in groups, a fault harms one message only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock, Thread, current_thread
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import OperationalError

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import attempt, outbox, participant, task
from coach.adapters.database.tables import event as fact
from coach.core.events import StatusChanged
from coach.core.failures import FailureClass
from coach.core.model import Lane, OutboundMessage, Status
from coach.ports import Outcome, SendResult, Store
from coach.posting import GROUP
from coach.recheck import FRESH_SECONDS
from coach.sending import Options, Sending
from tests.adapters.database.scene import FAST, LEASE, Scene
from tests.carriers import NoCallsUnderWay
from tests.clocks import StoppedClock

PATIENCE = 20.0
MONSTROUS = 2**70
"""An error code that no database takes."""


@dataclass
class Line(NoCallsUnderWay):
    """A carrier that accepts; some bodies are held until they are let go, some make it fail."""

    posted: list[str] = field(default_factory=list)
    held: dict[str, Event] = field(default_factory=dict)
    answers: dict[str, Callable[[], SendResult]] = field(default_factory=dict)
    listed: dict[str, Sequence[Any]] = field(default_factory=dict)
    _changed: Lock = field(default_factory=Lock)

    def hold(self, *bodies: str) -> None:
        """These posts do not end by themselves."""
        self.held |= {body: Event() for body in bodies}

    def let_go(self) -> None:
        """They end."""
        for event in self.held.values():
            event.set()

    def send(self, message: OutboundMessage) -> SendResult:
        """Take a text."""
        with self._changed:
            self.posted.append(message.body)
        if message.body in self.held:
            assert self.held[message.body].wait(PATIENCE)
        answer = self.answers.get(message.body)
        return answer() if answer else SendResult(Outcome.ACCEPTED, f"SM{message.attempt_id}", "queued")

    call = send

    def find(self, message: OutboundMessage, since: datetime) -> Sequence[str]:
        """What it lists."""
        del since
        return self.listed.get(message.body, ())


@dataclass
class Counted:
    """A store that notes how many results were recorded together, and fails when told to."""

    inner: SqlStore
    groups: list[int] = field(default_factory=list)
    away: bool = False
    asked: list[int] = field(default_factory=list)  # about how many messages, shortly before they are posted

    def finish_attempts(self, ended: Sequence[tuple[OutboundMessage, SendResult]], now: datetime) -> frozenset[str]:
        """Record, unless the database is away."""
        if self.away:
            raise OperationalError("UPDATE", {}, Exception("the server closed the connection"))
        self.groups.append(len(ended))
        return self.inner.finish_attempts(ended, now)

    def unwanted(self, attempt_ids: Sequence[str]) -> frozenset[str]:
        """Ask, unless the database is away."""
        self.asked.append(len(attempt_ids))
        if self.away:
            raise OperationalError("SELECT", {}, Exception("the server closed the connection"))
        return self.inner.unwanted(attempt_ids)

    def __getattr__(self, name: str) -> Any:
        """Everything else as it is."""
        return getattr(self.inner, name)


@dataclass
class Office:
    """Somebody to write to, a carrier to script, and the part of the coach that sends."""

    scene: Scene
    line: Line
    store: Counted
    elapsed: StoppedClock
    rosa: int = 0
    _open: list[Sending] = field(default_factory=list)

    def sending(self, senders: int = 2, **options: Any) -> Sending:
        """A sender with so many threads."""
        figures = Options(segments_per_second=FAST, senders=senders, **options)
        store: Store = self.store  # type: ignore[assignment]
        made = Sending(store, self.line, self.scene.clock, figures, lambda: self.elapsed().timestamp())
        self._open.append(made)
        return made

    def queue(self, *bodies: str, lane: Lane = Lane.PROMPT) -> None:
        """Messages to Rosa."""
        self.scene.decide(self.rosa, *(self.scene.message(lane, body) for body in bodies))

    def states(self) -> dict[str, str]:
        """Where each message stands, by its body."""
        return {row["body"]: row["state"] for row in self.scene.rows(outbox)}

    def close(self) -> None:
        """Let everything end."""
        self.line.let_go()
        for sending in self._open:
            sending.close()


@pytest.fixture
def office(engine: Engine, store: SqlStore, clock: StoppedClock) -> Iterator[Office]:
    """Nothing is queued."""
    scene = Scene(engine, store, clock)
    made = Office(scene, Line(), Counted(store), StoppedClock())
    made.rosa = scene.enrol("Rosa")
    yield made
    made.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for what other threads bring about."""
    never = Event()
    for _ in range(int(PATIENCE / 0.01)):
        if condition():
            return
        never.wait(0.01)
    raise AssertionError(current_thread())


def numbered(count: int) -> list[str]:
    """So many bodies."""
    return [f"lesson {number}" for number in range(count)]


def test_everything_waiting_is_sent_in_one_go(office: Office) -> None:
    """Also more than fits into one claim."""
    office.queue(*numbered(120))
    assert office.sending().dispatch() == 120
    assert sorted(office.line.posted) == sorted(numbered(120))
    assert set(office.states().values()) == {"accepted"}


def test_results_are_recorded_in_groups(office: Office) -> None:
    """Twenty-five at most, and not one by one."""
    office.queue(*numbered(100))
    office.sending(senders=8).dispatch()
    assert sum(office.store.groups) == 100
    assert max(office.store.groups) <= GROUP
    assert len(office.store.groups) <= 40


def test_a_slow_post_holds_up_nobody(office: Office) -> None:
    """The rest is claimed, posted and recorded while the first hangs; it is recorded when it ends."""
    office.line.hold("slow")
    office.queue("slow", *numbered(30))
    sending = office.sending(senders=2)
    sender = Thread(target=lambda: [sending.dispatch() for _ in range(10)])
    sender.start()
    until(lambda: list(office.states().values()).count("accepted") == 30)
    assert office.states()["slow"] == "sending"
    office.line.let_go()
    sender.join(PATIENCE)
    assert office.states()["slow"] == "accepted"


def test_a_busy_sender_comes_back_after_a_moment(office: Office) -> None:
    """So that it is seen to live; what was under way is recorded by the next call."""
    office.line.hold("slow")
    office.queue("slow")
    sending = office.sending()
    assert sending.dispatch() == 1
    assert office.states() == {"slow": "sending"}
    office.line.let_go()
    until(lambda: sending.dispatch() == 0 and office.states() == {"slow": "accepted"})
    assert office.line.posted == ["slow"]


def test_little_is_claimed_ahead(office: Office) -> None:
    """What is claimed and not posted is in doubt after a crash, and STOP acts on it no more."""
    office.line.hold(*numbered(40))
    office.queue(*numbered(40))
    office.sending(senders=2).dispatch()
    assert sorted(office.line.posted) == ["lesson 0", "lesson 1"]
    assert list(office.states().values()).count("sending") == 3 * 2


def test_what_must_arrive_passes_everything_claimed_before_it(office: Office) -> None:
    """All senders hang on lessons and more are claimed; the alarm has a sender of its own."""
    office.line.hold(*numbered(10))
    office.queue(*numbered(10))
    sending = office.sending(senders=2)
    sending.dispatch()
    office.queue("Call 911.", lane=Lane.EMERGENCY)
    sending.dispatch()
    assert office.line.posted[-1] == "Call 911."
    assert office.states()["Call 911."] == "accepted"


def test_a_nudge_is_heard_while_posts_are_under_way(office: Office) -> None:
    """An alarm does not wait for the next look."""
    office.line.hold("slow")
    office.queue("slow")
    sending = office.sending(senders=2)
    sender = Thread(target=sending.dispatch)
    sender.start()
    until(lambda: office.line.posted == ["slow"])
    office.queue("Call 911.", lane=Lane.EMERGENCY)
    sending.nudge()
    until(lambda: office.states()["Call 911."] == "accepted")
    office.line.let_go()
    sender.join(PATIENCE)
    assert office.states()["slow"] == "accepted"


def test_a_sender_that_stood_still_past_its_lease_posts_nothing_more(office: Office) -> None:
    """The process was held while it had the first in hand; somebody else may have taken over the others."""
    office.line.answers["lesson 0"] = lambda: _after(office.elapsed, LEASE)
    office.queue(*numbered(3))
    office.sending(senders=1).dispatch()
    assert office.line.posted == ["lesson 0"]
    assert office.states() == {"lesson 0": "accepted", "lesson 1": "pending", "lesson 2": "pending"}


def _after(clock: StoppedClock, span: timedelta) -> SendResult:
    clock.advance(span)
    return SendResult(Outcome.ACCEPTED, "SM-late", "queued")


def test_a_batch_keeps_to_its_deadline_too(office: Office) -> None:
    """Handed over or claimed, it is the same."""
    office.line.answers["lesson 0"] = lambda: _after(office.elapsed, LEASE)
    office.queue(*numbered(3))
    batches: list[Sequence[int]] = []
    sending = office.sending(senders=1)
    sending.release(lambda _transaction, ids, _lane: batches.append(ids))
    assert sending.deliver(batches[0]) == 3
    assert office.line.posted == ["lesson 0"]
    assert sending.deliver(batches[0]) == 0


def test_a_batch_that_was_taken_over_is_not_posted(office: Office) -> None:
    """Its lease had ended, it was released again and delivered elsewhere."""
    office.queue(*numbered(5))
    batches: list[Sequence[int]] = []
    sending = office.sending()
    sending.release(lambda _transaction, ids, _lane: batches.append(ids))
    office.scene.clock.advance(LEASE + timedelta(seconds=1))
    office.scene.store.expire_leases(office.scene.now)
    assert sending.dispatch() == 5
    assert sending.deliver(batches[0]) == 0
    assert sorted(office.line.posted) == numbered(5)


def test_results_survive_a_database_that_is_away(office: Office) -> None:
    """They are recorded when it is back; nothing is posted again."""
    office.queue(*numbered(5))
    office.store.away = True
    sending = office.sending()
    with pytest.raises(OperationalError):
        sending.dispatch()
    office.store.away = False
    until(lambda: sending.dispatch() == 0 and set(office.states().values()) == {"accepted"})
    assert sorted(office.line.posted) == numbered(5)


# Faults of our own ----------------------------------------------------------------------------------------------------


def kinds(office: Office) -> list[str]:
    """The tasks that coordinators have."""
    return [row["kind"] for row in office.scene.rows(task)]


def test_a_result_that_cannot_be_recorded_leaves_a_doubt_and_hinders_no_other(office: Office) -> None:
    """Tried three times; then only that it may have been sent."""
    office.line.answers["bad"] = lambda: SendResult(Outcome.ACCEPTED, "SM-bad", "queued", MONSTROUS)
    office.queue("bad", *numbered(9))
    sending = office.sending()
    sending.dispatch()
    assert office.states() == dict.fromkeys(numbered(9), "accepted") | {"bad": "in_doubt"}
    assert office.line.posted.count("bad") == 1
    office.line.listed["bad"] = ["SM-bad"]
    office.scene.clock.advance(minutes=5)
    assert sending.reconcile() == 1
    assert office.states()["bad"] == "accepted"


def test_a_lesson_whose_post_raises_is_tried_once_and_becomes_a_task(office: Office) -> None:
    """It may have left; nobody sends it again, and somebody hears of it when the carrier does not list it."""
    office.line.answers["bad"] = _broken
    office.queue("bad", *numbered(9))
    sending = office.sending()
    sending.dispatch()
    for _ in range(5):
        office.scene.clock.advance(minutes=5)
        sending.dispatch()
        sending.reconcile()
    assert office.states() == dict.fromkeys(numbered(9), "accepted") | {"bad": "failed"}
    assert office.line.posted.count("bad") == 1
    assert kinds(office) == ["parked_message"]


def _broken() -> SendResult:
    raise RuntimeError("a bug")


def test_an_alarm_whose_post_raises_is_tried_three_times_and_becomes_a_task(office: Office) -> None:
    """It must arrive, so it may go twice; it does not go for ever."""
    office.line.answers["bad"] = _broken
    office.queue("bad", lane=Lane.EMERGENCY)
    sending = office.sending()
    for _ in range(12):
        sending.dispatch()
        office.scene.clock.advance(minutes=4)
        sending.reconcile()
    assert office.line.posted == ["bad"] * 3
    assert office.states() == {"bad": "failed"}
    assert kinds(office) == ["undelivered"]


@pytest.mark.parametrize("damage", [{"channel": "pigeon"}, {"lane": 3, "channel": ""}])
def test_a_row_that_cannot_be_read_is_set_aside_and_becomes_a_task(office: Office, damage: dict[str, Any]) -> None:
    """A newer program wrote it, say; the others go, and after three tries a person hears of it."""
    office.queue("odd", *numbered(5))
    _damage(office, update(outbox).where(outbox.c.body == "odd").values(damage))
    sending = office.sending()
    assert sending.dispatch() == 5
    for _ in range(6):
        assert office.scene.rows(attempt, outbox_id=1) == []
        office.scene.clock.advance(minutes=1)
        assert sending.dispatch() == 0
    assert office.states()["odd"] == "failed"
    assert kinds(office) == ["parked_message"]


def test_a_row_of_an_unknown_lane_ends_with_a_task_too(office: Office) -> None:
    """When its time is up at the latest."""
    office.queue("odd")
    _damage(office, update(outbox).values(lane=9))
    sending = office.sending()
    office.scene.clock.advance(hours=2)
    for _ in range(3):
        assert sending.dispatch() == 0
    assert office.states() == {"odd": "failed"}
    assert kinds(office) == ["parked_message"]


def test_somebody_whose_row_is_damaged_holds_up_nobody_when_batches_are_released(office: Office) -> None:
    """The same care in the other clockwork."""
    walter = office.scene.enrol("Walter")
    office.scene.queue(walter, body="odd")
    office.queue(*numbered(3))
    _damage(office, update(participant).where(participant.c.id == walter).values(zone="Nowhere/Land"))
    batches: list[Sequence[int]] = []
    sending = office.sending()
    assert sending.release(lambda _transaction, ids, _lane: batches.append(ids)) == 3
    assert sending.deliver(batches[0]) == 3
    assert office.states()["odd"] == "pending"


def _damage(office: Office, statement: Any) -> None:
    with office.scene.engine.begin() as connection:
        connection.execute(statement)


def test_a_doubt_that_cannot_be_settled_hinders_no_other_and_is_given_up(office: Office) -> None:
    """What the carrier lists cannot be stored; after a quarter of an hour that is the end of it."""
    office.line.answers |= dict.fromkeys(("bad", "good"), lambda: SendResult(Outcome.IN_DOUBT))
    office.line.listed |= {"bad": [object()], "good": ["SM-good"]}
    office.queue("bad", "good")
    sending = office.sending()
    sending.dispatch()
    office.scene.clock.advance(minutes=3)
    assert sending.reconcile() == 1
    assert office.states() == {"bad": "in_doubt", "good": "accepted"}
    office.scene.clock.advance(minutes=15)
    assert sending.reconcile() == 1
    assert sending.reconcile() == 0
    assert office.states()["bad"] == "failed"


# Held up, suspended, away ---------------------------------------------------------------------------------------------


def test_what_expired_in_the_hands_of_a_sender_is_not_posted(office: Office) -> None:
    """It ends as expired, and does not go round."""
    scene = office.scene
    office.line.answers["first"] = lambda: _after(scene.clock, timedelta(seconds=10))
    office.queue("first")
    soon = scene.now + timedelta(seconds=5)
    scene.decide(office.rosa, scene.message(Lane.PROMPT, "second", expires_at=soon))
    sending = office.sending(senders=1)
    for _ in range(3):
        sending.dispatch()
        scene.clock.advance(minutes=1)
    assert office.line.posted == ["first"]
    assert office.states() == {"first": "accepted", "second": "expired"}


def test_a_machine_that_was_suspended_posts_nothing_it_had_claimed(office: Office) -> None:
    """The clock has gone on, though the seconds of the process have not."""
    office.line.answers["lesson 0"] = lambda: _after(office.scene.clock, LEASE)
    office.queue(*numbered(2))
    office.sending(senders=1).dispatch()
    assert office.line.posted == ["lesson 0"]
    assert office.states()["lesson 1"] == "pending"


def test_results_of_a_batch_survive_a_database_that_is_away(office: Office) -> None:
    """The next turn of any kind records them."""
    office.queue(*numbered(5))
    batches: list[Sequence[int]] = []
    sending = office.sending()
    sending.release(lambda _transaction, ids, _lane: batches.append(ids))
    office.store.away = True
    with pytest.raises(OperationalError):
        sending.deliver(batches[0])
    office.store.away = False
    until(lambda: sending.dispatch_urgent() == 0 and list(office.states().values()).count("accepted") >= 1)
    begun = [row["body"] for row in office.scene.rows(outbox) if row["state"] != "released"]
    until(lambda: sending.dispatch_urgent() == 0 and all(office.states()[body] == "accepted" for body in begun))
    assert sorted(office.line.posted) == sorted(begun)


def test_a_slow_post_is_recorded_by_whoever_looks_next(office: Office) -> None:
    """Also when nothing is dispatched any more."""
    office.line.hold("slow")
    office.queue("slow")
    sending = office.sending()
    sending.dispatch()
    office.line.let_go()

    def recorded() -> bool:
        sending.finish()
        return office.states() == {"slow": "accepted"}

    until(recorded)
    assert office.line.posted == ["slow"]


# STOP between the claim and the post ----------------------------------------------------------------------------------


def stopped_while_slow(office: Office) -> Callable[[], SendResult]:
    """The post takes more than a moment, and meanwhile Rosa sends STOP."""

    def answer() -> SendResult:
        office.scene.decide(office.rosa, StatusChanged(Status.OPTED_OUT))
        return _after(office.elapsed, timedelta(seconds=FRESH_SECONDS * 2))

    return answer


def test_nothing_is_posted_to_somebody_who_sent_stop_after_the_claim(office: Office) -> None:
    """Though they were claimed together; what is left is dropped with its reason."""
    office.queue(*numbered(5))
    office.line.answers["lesson 0"] = stopped_while_slow(office)
    sending = office.sending(senders=1)
    sending.dispatch()
    office.scene.clock.advance(minutes=1)
    sending.dispatch()
    assert office.line.posted == ["lesson 0"]
    assert office.states() == {"lesson 0": "accepted"} | dict.fromkeys(numbered(5)[1:], "cancelled")
    assert {row["data"]["reason"] for row in office.scene.rows(fact, kind="PromptSkipped")} == {"opted_out"}


def test_the_same_holds_for_a_batch_that_was_handed_over(office: Office) -> None:
    """By whichever machine."""
    office.queue(*numbered(5))
    office.line.answers["lesson 0"] = stopped_while_slow(office)
    batches: list[Sequence[int]] = []
    sending = office.sending(senders=1)
    sending.release(lambda _transaction, ids, _lane: batches.append(ids))
    sending.deliver(batches[0])
    assert office.line.posted == ["lesson 0"]


def test_others_of_the_batch_still_get_theirs(office: Office) -> None:
    """Only Rosa has stopped."""
    walter = office.scene.enrol("Walter")
    office.queue("lesson 0")
    office.queue("to rosa")
    office.scene.queue(walter, body="to walter")
    office.line.answers["lesson 0"] = stopped_while_slow(office)
    office.sending(senders=1).dispatch()
    assert office.line.posted == ["lesson 0", "to walter"]


def test_an_emergency_is_posted_without_asking_again(office: Office) -> None:
    """Nothing holds it up; its claim has asked."""
    office.queue("Call 911.", lane=Lane.EMERGENCY)
    office.queue(*numbered(3))
    office.line.answers["Call 911."] = lambda: _after(office.elapsed, timedelta(seconds=FRESH_SECONDS * 2))
    office.sending(senders=1).dispatch()
    assert office.line.posted == ["Call 911.", *numbered(3)]
    assert office.store.asked == [2], "about all in hand that still wait, in one statement"


def test_while_posts_are_quick_nothing_is_asked_again(office: Office) -> None:
    """The claim has just looked."""
    office.queue(*numbered(60))
    office.sending(senders=8).dispatch()
    assert office.store.asked == []


def test_what_cannot_be_asked_about_is_not_posted_and_waits(office: Office) -> None:
    """Rather late than to somebody who has left."""
    office.queue(*numbered(3))
    office.line.answers["lesson 0"] = lambda: _away_for_a_moment(office)
    sending = office.sending(senders=1)
    with pytest.raises(OperationalError):
        sending.dispatch()
    office.store.away = False
    assert office.line.posted == ["lesson 0"]

    def sent() -> bool:
        office.scene.clock.advance(seconds=5)
        return sending.dispatch() == 0 and set(office.states().values()) == {"accepted"}

    until(sent)
    assert sorted(office.line.posted) == numbered(3)


def _away_for_a_moment(office: Office) -> SendResult:
    office.store.away = True
    return _after(office.elapsed, timedelta(seconds=FRESH_SECONDS * 2))


def test_what_is_in_hand_when_its_line_stops_is_not_posted(office: Office) -> None:
    """The carrier has just refused our number."""
    office.queue(*numbered(3))
    office.line.answers["lesson 0"] = lambda: _line_stops(office)
    office.sending(senders=1).dispatch()
    assert office.line.posted == ["lesson 0", REFUSED]
    assert office.states() == {"lesson 0": "accepted"} | dict.fromkeys(("lesson 1", "lesson 2", REFUSED), "pending")


REFUSED = "of another process"


def _line_stops(office: Office) -> SendResult:
    office.scene.clock.advance(seconds=1)
    other = office.sending(senders=1)
    office.queue(REFUSED)
    office.line.answers[REFUSED] = lambda: SendResult(Outcome.REJECTED, code=30034, failure=FailureClass.LINE)
    other.dispatch()
    return _after(office.elapsed, timedelta(seconds=FRESH_SECONDS * 2))
