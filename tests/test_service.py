"""The service on real databases with a carrier that does what a test tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from coach.adapters.database.store import SqlStore
from coach.core.failures import FailureClass, Meaning
from coach.core.model import (
    Channel,
    EscalationState,
    InboundMessage,
    Lane,
    Language,
    OutboundMessage,
    Participant,
    Status,
)
from coach.jobs import PLAN, drain
from coach.ports import DeliveryStatus, Outcome, SendResult
from coach.sending import Options
from coach.service import Coach, Done, Refused
from tests.carriers import NoCallsUnderWay
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK
from tests.service_calls import ServiceCall

RUTH, LINE = "+12025550181", "+12025550100"
MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # ten in New York
FINE = SendResult(Outcome.ACCEPTED, "SM1", "queued")


@dataclass
class ScriptedCarrier(NoCallsUnderWay):
    """Answers each post with the next result of its script, or accepts."""

    script: list[SendResult | Exception] = field(default_factory=list)
    posted: list[OutboundMessage] = field(default_factory=list)
    at_carrier: list[str] = field(default_factory=list)

    def send(self, message: OutboundMessage) -> SendResult:
        """Take a text."""
        self.posted.append(message)
        result = self.script.pop(0) if self.script else SendResult(Outcome.ACCEPTED, f"SM{len(self.posted)}", "queued")
        if isinstance(result, Exception):
            raise result
        return result

    def call(self, message: OutboundMessage) -> SendResult:
        """Take a call."""
        return self.send(message)

    def find(self, message: OutboundMessage, since: datetime) -> Sequence[str]:
        """What the carrier lists."""
        del message, since
        return self.at_carrier


@dataclass
class Practice:
    """A coach with a clock to turn and a carrier to script."""

    coach: Coach
    clock: StoppedClock
    carrier: ScriptedCarrier
    texts: int = 0

    def text(self, body: str, sender: str = RUTH, sid: str | None = None) -> None:
        """Receive a text."""
        self.texts += 1
        message = InboundMessage(sid or f"SM-in-{self.texts}", sender, LINE, body, self.clock())
        self.coach.receive(message, {"Body": body})

    def status(self, sender: str = RUTH) -> Status:
        """Where a number stands."""
        with self.coach.store.begin() as tx:
            return tx.conversation_of_number(sender, "US", self.clock()).participant.status

    def sent(self) -> list[str]:
        """Dispatch, and give back the bodies posted so far."""
        self.coach.dispatch()
        return [message.body for message in self.carrier.posted]


@pytest.fixture
def practice(store: SqlStore) -> Iterator[Practice]:
    """A coach on a Monday morning."""
    clock, carrier = StoppedClock(MORNING), ScriptedCarrier()
    coach = Coach(store, carrier, HANDBOOK, clock, Options(segments_per_second=100, senders=2))
    yield Practice(coach, clock, carrier)
    coach.close()


def test_a_text_is_answered_once_however_often_it_comes(practice: Practice) -> None:
    """The carrier's id is unique for ever."""
    for _ in range(3):
        practice.text("I can't breathe", sid="SM-same")
    assert len(practice.sent()) == 1


def test_an_answer_after_a_refused_post_is_not_repeated(practice: Practice) -> None:
    """A refusal is final: the same text would be refused again."""
    practice.carrier.script = [SendResult(Outcome.REJECTED, code=21211, failure=FailureClass.NUMBER)]
    practice.text("LEGS")
    practice.sent()
    practice.clock.advance(timedelta(minutes=30))
    assert len(practice.sent()) == 1


@pytest.mark.parametrize("outcome", [Outcome.THROTTLED, Outcome.NOT_SENT])
def test_what_was_never_processed_is_sent_again(practice: Practice, outcome: Outcome) -> None:
    """429, and failures before the request left."""
    practice.carrier.script = [SendResult(outcome)]
    practice.text("I can't breathe")
    practice.sent()
    practice.clock.advance(timedelta(minutes=10))
    assert len(practice.sent()) == 2


def test_a_post_without_an_answer_is_not_sent_again_blindly(practice: Practice) -> None:
    """In doubt it stays until somebody knows."""
    practice.carrier.script = [SendResult(Outcome.IN_DOUBT)]
    practice.text("LEGS")
    practice.sent()
    practice.clock.advance(timedelta(minutes=5))
    assert practice.coach.reconcile() == 0
    assert len(practice.sent()) == 1


def test_a_doubt_ends_with_what_the_carrier_lists(practice: Practice) -> None:
    """Found there: bound, and not sent again."""
    practice.carrier.script = [SendResult(Outcome.IN_DOUBT)]
    practice.text("I can't breathe")
    practice.sent()
    practice.clock.advance(timedelta(minutes=5))
    practice.carrier.at_carrier = ["SM-found"]
    assert practice.coach.reconcile() == 1
    practice.clock.advance(timedelta(minutes=30))
    practice.coach.reconcile()
    assert len(practice.sent()) == 1


def test_an_emergency_message_in_doubt_is_sent_again_after_three_minutes(practice: Practice) -> None:
    """At least once for what must arrive; at most once for the rest."""
    practice.carrier.script = [SendResult(Outcome.IN_DOUBT)]
    practice.text("I can't breathe")
    practice.sent()
    practice.clock.advance(timedelta(minutes=4))
    practice.coach.reconcile()
    assert len(practice.sent()) == 2


def test_a_status_that_comes_first_settles_the_doubt(practice: Practice) -> None:
    """The attempt id in the callback address binds the carrier's id."""
    practice.carrier.script = [SendResult(Outcome.IN_DOUBT)]
    practice.text("I can't breathe")
    practice.sent()
    attempt = practice.carrier.posted[0].attempt_id
    practice.coach.update_status(DeliveryStatus(attempt, "SM-late", "delivered", None, practice.clock()))
    practice.clock.advance(timedelta(minutes=30))
    practice.coach.reconcile()
    assert len(practice.sent()) == 1


def test_a_status_for_an_unknown_attempt_is_no_error(practice: Practice) -> None:
    """It is kept for a human."""
    practice.coach.update_status(DeliveryStatus("nobody", "SM9", "delivered", None, practice.clock()))
    assert practice.sent() == []


def test_a_carrier_that_raises_leaves_the_attempt_in_doubt(practice: Practice) -> None:
    """A bug in posting must not double a text."""
    practice.carrier.script = [RuntimeError("the line broke")]
    practice.text("LEGS")
    practice.sent()
    practice.clock.advance(timedelta(minutes=3))
    assert len(practice.sent()) == 1


def test_a_number_that_opted_out_at_the_carrier_is_opted_out_here(practice: Practice) -> None:
    """Twilio's 21610 is as good as a STOP."""
    practice.carrier.script = [SendResult(Outcome.REJECTED, code=21610, failure=FailureClass.SUPPRESSED)]
    practice.text("LEGS")
    practice.sent()
    assert practice.status() is Status.OPTED_OUT


def test_so_is_one_of_which_the_carrier_says_so_later(store: SqlStore) -> None:
    """A messaging service takes the text first. Once, though it is told twice; nothing more is sent."""
    clock, carrier = StoppedClock(MORNING), ScriptedCarrier()
    options = Options(segments_per_second=100, senders=2, meaning=lambda _code: Meaning(FailureClass.SUPPRESSED))
    practice = Practice(Coach(store, carrier, HANDBOOK, clock, options), clock, carrier)
    practice.text("LEGS")
    practice.sent()
    told = DeliveryStatus(carrier.posted[0].attempt_id, "SM-1", "failed", 21610, clock())
    practice.coach.update_status(told)
    practice.coach.update_status(told)
    assert practice.status() is Status.OPTED_OUT
    assert len(practice.sent()) == 1
    practice.coach.close()


def test_nothing_queued_before_a_stop_is_sent_after_it(practice: Practice) -> None:
    """The answer to an earlier text is dropped; the one confirmation goes out."""
    practice.text("LEGS")
    practice.text("please stop texting me")
    sent = practice.sent()
    assert len(sent) == 1
    assert "START" in sent[0]


def test_an_emergency_goes_before_everything_that_waits(practice: Practice) -> None:
    """Lanes first, then age."""
    practice.text("LEGS", sender="+12025550182")
    practice.text("I can't breathe")
    practice.coach.dispatch()
    assert practice.carrier.posted[0].lane is Lane.EMERGENCY


def test_enrolling_the_same_number_twice_is_refused(practice: Practice) -> None:
    """With a sentence for the person who tried."""
    ruth = Participant(0, RUTH, Status.STRANGER, Language.EN, "US", zone="America/New_York")
    assert isinstance(practice.coach.enrol(ruth, "ana"), Done)
    refused = practice.coach.enrol(ruth, "ana")
    assert isinstance(refused, Refused)
    assert "already enrolled" in refused.sentence


def test_an_invitation_by_staff_goes_out_by_day(practice: Practice) -> None:
    """Enrolled at eleven in the evening, invited in the morning."""
    practice.clock.set(MORNING.replace(hour=4))
    ruth = Participant(0, RUTH, Status.STRANGER, Language.EN, "US", zone="America/New_York")
    practice.coach.enrol(ruth, "ana")
    practice.coach.fire_due()
    assert practice.sent() == []
    practice.clock.set(MORNING)
    practice.coach.fire_due()
    assert "reply Y" in practice.sent()[0]


def test_a_case_is_taken_by_one_person_and_closed_with_an_outcome(practice: Practice) -> None:
    """The second to try learns who has it; an outcome must be one of the list."""
    practice.text("I can't breathe")
    assert practice.coach.acknowledge(1, "ana") == Done(1)
    assert practice.coach.acknowledge(1, "ben") == Refused("ana has already taken this case.")
    assert isinstance(practice.coach.close_case(1, "ana", "went away", ""), Refused)
    assert practice.coach.close_case(1, "ana", "spoke_advised", "Called 911 with her.") == Done(1)
    with practice.coach.store.begin() as tx:
        (case,) = tx.conversation_of_escalation(1, practice.clock()).escalations
    assert (case.state, case.outcome, case.owner) == (EscalationState.CLOSED, "spoke_advised", "ana")


def test_a_case_that_does_not_exist_is_said_so(practice: Practice) -> None:
    """No error page for a wrong number."""
    assert practice.coach.acknowledge(99, "ana") == Refused("There is no such case.")


def test_a_spoken_answer_repeated_by_the_carrier_is_answered_the_same(practice: Practice) -> None:
    """The carrier may fetch a step twice; the second time nothing changes."""
    ruth = Participant(0, RUTH, Status.STRANGER, Language.EN, "US", zone="America/New_York", channel=Channel.VOICE)
    practice.coach.enrol(replace(ruth, birth_year=1940), "ana")
    practice.coach.fire_due()
    practice.text("Y")
    call = ServiceCall(practice.coach, RUTH)
    call.presses("1", "1940")
    asked = call.now
    first = call.presses("4")
    call.now = asked
    assert call.presses("4") == first
    assert first.startswith("You said 4.")


def test_a_fault_in_one_prompt_does_not_end_its_slot(practice: Practice) -> None:
    """The failed firing is put off; the next date is set all the same."""
    ruth = Participant(0, RUTH, Status.STRANGER, Language.EN, "US", zone="America/New_York")
    practice.coach.enrol(ruth, "ana")
    practice.coach.fire_due()
    practice.text("Y")
    templates = {k: v for k, v in HANDBOOK.library.templates.items() if not k.startswith("check_in")}
    practice.coach.handbook = replace(HANDBOOK, library=replace(HANDBOOK.library, templates=templates))
    practice.clock.set(MORNING.replace(hour=21, minute=31))
    drain(PLAN, practice.coach)
    practice.coach.handbook = HANDBOOK
    practice.clock.set(MORNING.replace(day=3, hour=21, minute=31))
    before = len(practice.sent())
    drain(PLAN, practice.coach)
    assert any("how weak" in body for body in practice.sent()[before:])


def test_a_history_that_breaks_the_rules_does_not_keep_an_emergency_unanswered(practice: Practice) -> None:
    """The text is judged by itself, and staff are told."""
    practice.text("3")
    practice.coach.handbook = replace(HANDBOOK, trend=replace(HANDBOOK.trend, current=None))  # type: ignore[arg-type]
    practice.text("I can't breathe")
    assert any(body.startswith("Call 911 now") for body in practice.sent())


def test_an_emergency_message_that_never_gets_an_answer_is_not_repeated_for_ever(practice: Practice) -> None:
    """Two blind repeats, then a person is told."""
    practice.carrier.script = [SendResult(Outcome.IN_DOUBT) for _ in range(20)]
    practice.text("I can't breathe")
    for _ in range(60):
        practice.sent()
        practice.clock.advance(timedelta(minutes=1))
        practice.coach.reconcile()
    assert len(practice.carrier.posted) == 3
