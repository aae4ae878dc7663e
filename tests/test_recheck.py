"""The last look before posting: one question at a time about what may wait; what must arrive never waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue

import pytest

from coach.core.model import Channel, Lane, OutboundMessage
from coach.recheck import FRESH_SECONDS, Recheck

PATIENCE = 20.0
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def message(name: str, lane: Lane = Lane.PROMPT) -> OutboundMessage:
    """One that is claimed; its name is its attempt."""
    return OutboundMessage(1, name, 1, "+15550001001", "Stand up.", lane, Channel.SMS, NOW, NOW + timedelta(hours=1), 1)


@dataclass
class Desk:
    """Answers questions one by one, when told to; the seconds pass when told to."""

    seconds: float = 100.0
    asked: SimpleQueue[tuple[Sequence[str], Future[AbstractSet[str]]]] = field(default_factory=SimpleQueue)
    looks: SimpleQueue[float] = field(default_factory=SimpleQueue)  # at the clock, by whoever

    def elapsed(self) -> float:
        """Seconds; everybody who comes looks first."""
        self.looks.put(self.seconds)
        return self.seconds

    def unwanted(self, attempt_ids: Sequence[str]) -> AbstractSet[str]:
        """Wait for the answer."""
        answer: Future[AbstractSet[str]] = Future()
        self.asked.put((attempt_ids, answer))
        return answer.result(PATIENCE)

    def question(self) -> tuple[Sequence[str], Future[AbstractSet[str]]]:
        """The next question, and where its answer goes."""
        return self.asked.get(timeout=PATIENCE)


@dataclass
class Hall:
    """Threads that want to post, a desk that answers, and the recheck between them."""

    desk: Desk
    recheck: Recheck
    threads: ThreadPoolExecutor

    def claim(self, *names: str) -> None:
        """Messages that may wait are claimed now."""
        self.recheck.claimed([message(name) for name in names], self.desk.seconds)

    def later(self, seconds: float = 2 * FRESH_SECONDS) -> None:
        """So long that what was seen is not believed any more."""
        self.desk.seconds += seconds

    def may_go(self, name: str) -> Future[bool]:
        """A thread wants to post it, and has come."""
        while not self.desk.looks.empty():
            self.desk.looks.get()
        going = self.threads.submit(self.recheck.may_go, message(name))
        self.desk.looks.get(timeout=PATIENCE)
        return going


@pytest.fixture
def hall() -> Iterator[Hall]:
    """Nothing is claimed. Whatever a test leaves unanswered is wanted."""
    desk = Desk()
    with ThreadPoolExecutor(8) as threads:
        yield Hall(desk, Recheck(desk.unwanted, desk.elapsed), threads)
        while not desk.asked.empty():
            desk.asked.get()[1].set_result(frozenset())


def test_an_emergency_is_claimed_and_posted_while_a_question_is_open(hall: Hall) -> None:
    """So are pages; and also together with lessons, of which the claim is noted."""
    hall.claim("lesson")
    hall.later()
    lesson = hall.may_go("lesson")
    _, answer = hall.desk.question()
    for lane in (Lane.EMERGENCY, Lane.PAGE):
        urgent = message("alarm", lane)
        claimed = [urgent, message("another lesson")]
        hall.threads.submit(hall.recheck.claimed, claimed, hall.desk.seconds).result(PATIENCE)
        assert hall.threads.submit(hall.recheck.may_go, urgent).result(PATIENCE)
    assert not lesson.done()
    answer.set_result(frozenset())
    assert lesson.result(PATIENCE)


def test_what_was_just_claimed_is_posted_while_a_question_is_open(hall: Hall) -> None:
    """Its claim has looked."""
    hall.claim("lesson 1")
    hall.later()
    slow = hall.may_go("lesson 1")
    _, answer = hall.desk.question()
    hall.claim("lesson 2")
    assert hall.may_go("lesson 2").result(PATIENCE)
    answer.set_result(frozenset())
    assert slow.result(PATIENCE)


def test_one_question_serves_all_that_came_before_it_was_put(hall: Hall) -> None:
    """However long the answer takes; whoever came after it was put asks again."""
    hall.claim("first", "second", "third")
    hall.later()
    first = hall.may_go("first")
    _, answer = hall.desk.question()
    hall.later()
    others = [hall.may_go("second"), hall.may_go("third")]
    hall.later()
    answer.set_result(frozenset())
    assert first.result(PATIENCE)
    asked, answer = hall.desk.question()
    assert not any(other.done() for other in others), "an answer from before they came is not theirs"
    assert set(asked) == {"second", "third"}
    hall.later()
    answer.set_result({"third"})
    assert [other.result(PATIENCE) for other in others] == [True, False]
    assert hall.desk.asked.empty()


def test_what_is_claimed_during_a_question_is_asked_about_when_its_turn_comes(hall: Hall) -> None:
    """An answer says nothing of what it was not asked about."""
    hall.claim("early")
    hall.later()
    early = hall.may_go("early")
    _, answer = hall.desk.question()
    hall.claim("late")
    hall.later()
    answer.set_result({"early"})
    assert not early.result(PATIENCE)
    late = hall.may_go("late")
    asked, answer = hall.desk.question()
    assert list(asked) == ["late"]
    answer.set_result({"late"})
    assert not late.result(PATIENCE)


def test_what_cannot_be_asked_about_waits(hall: Hall) -> None:
    """All that the question was about, and nothing else; once it is claimed again it may go."""
    hall.claim("first", "second")
    hall.later()
    first = hall.may_go("first")
    _, answer = hall.desk.question()
    hall.claim("third")
    answer.set_exception(OSError("the database is away"))
    assert not first.result(PATIENCE)
    assert not hall.may_go("second").result(PATIENCE)
    assert hall.may_go("third").result(PATIENCE)
    hall.claim("first")
    assert hall.may_go("first").result(PATIENCE)


def test_what_was_posted_during_a_question_leaves_nothing_behind(hall: Hall) -> None:
    """The answer comes too late for it, and nobody would ever fetch it."""
    hall.claim("slow")
    hall.later()
    hall.claim("quick")
    slow = hall.may_go("slow")
    asked, answer = hall.desk.question()
    assert set(asked) == {"slow", "quick"}
    assert hall.may_go("quick").result(PATIENCE)
    answer.set_result({"quick"})
    assert slow.result(PATIENCE)
    hall.claim("quick")
    assert hall.may_go("quick").result(PATIENCE)
