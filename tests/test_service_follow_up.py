"""What follows a case, kept in the store: every question and repeat goes once, and nothing after STOP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, select

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import escalation_step, outbox, task
from coach.core.failures import FailureClass
from coach.core.model import InboundMessage, Lane, Language, OutboundMessage, Participant, Status
from coach.core.rota import FIRST, OnCall, Shift
from coach.jobs import DISPATCH, PLAN, drain
from coach.ports import DeliveryStatus, Outcome, SendResult
from coach.sending import Options
from coach.service import Coach, Done
from tests.carriers import NoCallsUnderWay
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK
from tests.service_calls import ServiceCall

RUTH, ANA, LINE = "+12025550181", "+12025550190", "+12025550100"
BORN = "1940"
MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # ten in New York
MINUTE = timedelta(minutes=1)


class Phones(NoCallsUnderWay):
    """Takes whatever comes, and remembers what went to Ruth."""

    def __init__(self) -> None:
        """Nothing has come yet, and texts to Ruth arrive."""
        self.to_ruth: list[str] = []
        self.words: tuple[str, ...] = ("sent", "delivered")  # what the carrier says of each text to her
        self.refuses = False
        self.failure = FailureClass.NUMBER
        self.called: list[str] = []
        self.fresh: list[OutboundMessage] = []

    def send(self, message: OutboundMessage) -> SendResult:
        """Accept a text, or refuse it as one to a number that takes none."""
        if message.recipient == RUTH and self.refuses:
            return SendResult(Outcome.REJECTED, failure=self.failure)
        if message.recipient == RUTH:
            self.to_ruth.append(message.body)
            self.fresh.append(message)
        return SendResult(Outcome.ACCEPTED, f"SM{message.outbox_id}", "queued")

    def call(self, message: OutboundMessage) -> SendResult:
        """Accept a call."""
        self.called.append(message.recipient)
        if message.recipient == RUTH:
            self.to_ruth.append("a call")
        return SendResult(Outcome.ACCEPTED, f"CA{message.outbox_id}", "queued")

    def find(self, message: OutboundMessage, since: datetime) -> tuple[str, ...]:
        """Nothing is in doubt."""
        del message, since
        return ()


@dataclass
class Story:
    """A coach with its clock, its phones and its tables."""

    coach: Coach
    clock: StoppedClock
    engine: Engine
    phones: Phones
    texts: int = 0

    def ruth(self, body: str) -> None:
        """Ruth writes, a minute later."""
        self.clock.advance(MINUTE)
        self.texts += 1
        message = InboundMessage(f"SM-in-{self.texts}", RUTH, LINE, body, self.clock())
        self.coach.receive(message, {"Body": body})
        self._runs()

    def passes(self, minutes: int) -> None:
        """Time goes by, minute after minute."""
        for _ in range(minutes):
            self.clock.advance(MINUTE)
            self._runs()

    def _runs(self) -> None:
        drain(PLAN, self.coach)
        drain(DISPATCH, self.coach)
        fresh, self.phones.fresh = self.phones.fresh, []
        for message, word in ((message, word) for message in fresh for word in self.phones.words):
            status = DeliveryStatus(message.attempt_id, f"SM{message.outbox_id}", word, None, self.clock())
            self.coach.update_status(status)

    def templates(self) -> list[str]:
        """What was queued for Ruth, in order."""
        with self.engine.begin() as connection:
            rows = connection.execute(select(outbox).where(outbox.c.recipient == RUTH).order_by(outbox.c.id))
            return [row["template"] for row in rows.mappings()]

    def steps(self, kind: str) -> list[str]:
        """The notes of the steps of one kind."""
        with self.engine.begin() as connection:
            rows = connection.execute(select(escalation_step).order_by(escalation_step.c.id)).mappings()
            return [row["note"] for row in rows if row["step"] == kind]

    def tasks(self) -> list[str]:
        """The work raised for coordinators."""
        with self.engine.begin() as connection:
            return list(connection.execute(select(task.c.kind).order_by(task.c.id)).scalars())


@pytest.fixture
def story(engine: Engine, store: SqlStore) -> Iterator[Story]:
    """Ruth takes part, and Ana is on call day and night."""
    clock, phones = StoppedClock(MORNING), Phones()
    coach = Coach(store, phones, HANDBOOK, clock, Options(segments_per_second=100, senders=2))
    ruth = Participant(0, RUTH, Status.ACTIVE, Language.EN, "US", name="Ruth Ames", zone="America/New_York")
    with store.begin() as tx:
        tx.enrol(replace(ruth, birth_year=int(BORN)), clock())
    added = coach.rostering.add(OnCall(0, "ana", "Ana Ruiz", ANA, Language.EN, "America/New_York"), "admin")
    assert isinstance(added, Done)
    assert added.id is not None
    always = Shift(0, added.id, FIRST, frozenset(range(7)), time(0), time(0), date(2026, 3, 1))
    assert isinstance(coach.rostering.add_shift(always, "admin"), Done)
    yield Story(coach, clock, engine, phones)
    coach.close()


def test_an_emergency_without_a_word_is_said_again_then_called_then_paged(story: Story) -> None:
    """Each once, though the case is looked at every few minutes."""
    story.ruth("I can't breathe")
    story.passes(40)
    assert story.templates() == ["escalation.emergency", "escalation.emergency_again", "voice.alarm"]
    assert story.phones.to_ruth[2] == "a call"
    assert story.steps("silent") == ["no word since the alarm"]
    assert "page.silent_take" in story.steps("paged")


@pytest.mark.parametrize("words", [("undelivered", "undelivered", "failed"), ("sent", "failed", "failed", "sent")])
def test_an_emergency_that_does_not_arrive_is_called_out_and_paged_at_once(
    story: Story, words: tuple[str, ...]
) -> None:
    """Once each, however often the carrier says so; a coordinator has it as a task besides."""
    story.phones.words = words
    story.ruth("I can't breathe")
    story.passes(1)
    assert story.templates() == ["escalation.emergency", "voice.alarm"]
    assert story.phones.to_ruth[1] == "a call"
    assert story.steps("not_delivered") == ["escalation.emergency"]
    assert story.steps("paged") == ["page.new"] * 2 + ["page.unreached_take"] * 2
    assert story.tasks() == ["undelivered"]


def test_so_is_one_that_the_carrier_refuses(story: Story) -> None:
    """As a number that takes no texts."""
    story.phones.refuses = True
    story.ruth("I can't breathe")
    story.passes(1)
    assert story.phones.to_ruth == ["a call"]
    assert "page.unreached_take" in story.steps("paged")


def test_so_is_one_while_no_text_may_leave(story: Story) -> None:
    """The carrier refuses our number, the alarm too: Ruth and Ana are called."""
    story.phones.failure, story.phones.refuses = FailureClass.LINE, True
    story.ruth("LEGS")
    story.ruth("I can't breathe")
    story.passes(1)
    assert story.phones.to_ruth == ["a call"]
    assert set(story.phones.called) == {RUTH, ANA}
    assert story.steps("not_delivered") == ["escalation.emergency"]
    call = ServiceCall(story.coach, RUTH)
    assert "9 1 1" in call.said
    assert "dial 9 1 1 now" in call.presses("1", BORN)


def test_so_is_an_urgent_one(story: Story) -> None:
    """A call says the text that was lost, since no other says as much."""
    story.phones.words = ("undelivered",)
    story.ruth("my pee looks like cola")
    story.passes(1)
    assert story.templates() == ["escalation.urgent", "voice.alarm"]
    assert story.steps("paged") == ["page.new"] + ["page.unreached_take"] * 2
    call = ServiceCall(story.coach, RUTH)
    assert "care" not in call.said
    assert call.presses("1", BORN).startswith("Please get medical care today.")
    again = ServiceCall(story.coach, RUTH, sid="CA2")
    assert not again.presses("1", BORN).startswith("Get medical care today.")


def test_an_emergency_of_which_no_carrier_says_that_it_arrived_is_called_out_after_three_minutes(story: Story) -> None:
    """It is not known that it was lost, so nobody is told so."""
    story.phones.words = ("sent",)
    story.ruth("I can't breathe")
    story.passes(2)
    assert story.templates() == ["escalation.emergency"]
    story.passes(1)
    assert story.templates() == ["escalation.emergency", "voice.alarm"]
    assert story.steps("unreached") == []


def test_whoever_sent_stop_is_not_called_and_the_page_says_that_they_were_not_reached(story: Story) -> None:
    """The carrier itself keeps texts from them; their own words of danger are heard all the same."""
    story.ruth("STOP")
    story.phones.words = ("undelivered",)
    story.ruth("I can't breathe")
    story.passes(30)
    assert "a call" not in story.phones.to_ruth
    assert story.steps("paged").count("page.unreached_take") == 2


def test_ruth_hears_who_phones_and_is_asked_whether_it_happened(story: Story) -> None:
    """Her no is a step of the case and a page; a yes ends the asking."""
    story.ruth("I can't breathe")
    story.ruth("CALLED")
    assert story.coach.acknowledge(1, "ana") == Done(1)
    story.passes(26)
    assert story.templates()[2:] == ["follow_up.call_by", "followup.reached"]
    story.ruth("No one called")
    story.passes(1)
    assert story.steps("answered") == ["has called for help", "not_reached"]
    assert "page.not_called" in story.steps("paged")
    with story.coach.store.begin() as tx:
        assert tx.conversation_of_number(RUTH, "US", story.clock()).participant.status is Status.ACTIVE


@pytest.mark.parametrize("words", ["it got worse", "ha empeorado"])
def test_worse_told_to_that_question_is_kept_as_a_case_and_paged(story: Story, words: str) -> None:
    """Ana has the first case and is paged about the second; the question whether somebody phoned stays open."""
    story.ruth("I can't breathe")
    story.ruth("CALLED")
    assert story.coach.acknowledge(1, "ana") == Done(1)
    story.passes(26)
    story.ruth(words)
    story.passes(1)
    with story.coach.store.begin() as tx:
        known = tx.conversation_of_number(RUTH, "US", story.clock())
    assert [case.rules for case in known.escalations] == [
        ("breathing_trouble",),
        ("breathing_trouble", "worsened"),
    ]
    assert story.templates()[-1] == "escalation.emergency"
    assert "told that it got worse" in story.steps("answered")
    assert [step.note for step in known.escalations[1].steps].count("page.new") > 0
    story.ruth("No one called")
    assert story.steps("answered")[-1] == "not_reached"


def test_after_stop_ruth_hears_nothing_and_ana_is_paged_on(story: Story) -> None:
    """Also of what was planned before."""
    story.ruth("I can't breathe")
    story.ruth("STOP")
    told, paged = len(story.phones.to_ruth), len(story.steps("paged"))
    story.passes(45)
    assert len(story.phones.to_ruth) == told
    assert len(story.steps("paged")) > paged
    assert story.coach.acknowledge(1, "ana") == Done(1)
    story.passes(45)
    assert len(story.phones.to_ruth) == told


def test_a_call_for_help_without_an_answer_is_a_case_once(story: Story) -> None:
    """With the number once more in the lane of what cannot wait, and one task for the call itself."""
    story.ruth("auxilio")
    story.passes(20)
    assert story.templates() == ["distress.ask", "distress.unanswered"]
    assert story.tasks() == ["asked_for_help"]
    with story.coach.store.begin() as tx:
        known = tx.conversation_of_number(RUTH, "US", story.clock())
    assert [case.rules for case in known.escalations] == [("distress",)]
    assert [sent.lane for sent in known.sent] == [Lane.REPLY, Lane.URGENT]
