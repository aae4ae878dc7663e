"""Pages and their answers in the service: by text and by key, whatever staff send, and two who answer at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, select

from coach.adapters.database.reports import Reports
from coach.adapters.database.reports_values import Delivery
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import alarm, attempt, escalation, escalation_step, inbound, on_call, outbox, task
from coach.core.escalation import page_code
from coach.core.failures import FailureClass
from coach.core.model import InboundMessage, Lane, Language, OutboundMessage, Participant, Status
from coach.core.rota import BACKUP, FIRST, OnCall, Shift
from coach.duty import PageCall
from coach.ports import DeliveryStatus, Outcome, SendResult
from coach.sending import Options
from coach.service import Coach, Done
from tests.carriers import NoCallsUnderWay
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK

RUTH, WALTER = "+12025550181", "+12025550182"
ANA, BEN, LINE = "+12025550190", "+12025550191", "+12025550100"
MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # 10:00 in New York
MINUTE = timedelta(minutes=1)
CODE, SECOND_CODE = page_code(1), page_code(2)
YOURS = f"EMERGENCY case {CODE}, R. A., is yours. Please phone the person by 10:15. Then reply SPOKE {CODE}."


@dataclass
class Network(NoCallsUnderWay):
    """A carrier that takes everything but texts to numbers it was told to refuse."""

    refused: set[str] = field(default_factory=set)
    taken: list[OutboundMessage] = field(default_factory=list)

    def send(self, message: OutboundMessage) -> SendResult:
        """Accept a text, unless the number has opted out."""
        if message.recipient in self.refused:
            return SendResult(Outcome.REJECTED, code=21610, failure=FailureClass.SUPPRESSED)
        self.taken.append(message)
        return SendResult(Outcome.ACCEPTED, f"SM{message.attempt_id}", "queued")

    def call(self, message: OutboundMessage) -> SendResult:
        """Accept a call."""
        self.taken.append(message)
        return SendResult(Outcome.ACCEPTED, f"CA{message.attempt_id}", "queued")

    def find(self, message: OutboundMessage, since: datetime) -> tuple[str, ...]:
        """Nothing is in doubt."""
        del message, since
        return ()


@dataclass
class Practice:
    """Ruth and Walter take part; Ana is on call, Ben in reserve."""

    coach: Coach
    network: Network
    clock: StoppedClock
    engine: Engine
    ana: int
    ben: int
    texts: int = 0

    def text(self, body: str, sender: str = RUTH, **details: Any) -> None:
        """Receive a text."""
        self.texts += 1
        message = InboundMessage(f"SM-in-{self.texts}", sender, LINE, body, self.clock(), **details)
        self.coach.receive(message, {"Body": body})

    def work(self) -> None:
        """Fire what is due and send what is waiting, until there is nothing."""
        while self.coach.fire_due() or self.coach.dispatch():
            pass

    def emergency(self, sender: str = RUTH) -> None:
        """An emergency, paged."""
        self.text("I can't breathe", sender)
        self.work()

    def heard(self, phone: str = ANA) -> list[str]:
        """Texts to a number that were sent, oldest first."""
        self.work()
        texts = [m for m in self.network.taken if m.recipient == phone and m.channel == "sms"]
        return [message.body.strip() for message in texts]

    def call(self, phone: str = ANA) -> str:
        """The attempt of the last call to a number."""
        return [m.attempt_id for m in self.network.taken if m.recipient == phone and m.channel == "voice"][-1]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """All rows of a table by name, in order."""
        tables = (alarm, attempt, escalation, escalation_step, inbound, on_call, outbox, task)
        table = {t.name: t for t in tables}[name]
        with self.engine.begin() as connection:
            found = connection.execute(select(table).order_by(*table.primary_key.columns))
            return [dict(row) for row in found.mappings()]

    def owners(self) -> list[str | None]:
        """Who has the cases."""
        return [row["owner"] for row in self.rows("escalation")]

    def steps(self, kind: str) -> list[dict[str, Any]]:
        """Steps of a kind."""
        return [row for row in self.rows("escalation_step") if row["step"] == kind]


@pytest.fixture
def practice(engine: Engine, store: SqlStore) -> Iterator[Practice]:
    """On each database."""
    clock, network = StoppedClock(MORNING), Network()
    coach = Coach(store, network, HANDBOOK, clock, Options(segments_per_second=100, senders=2))
    for name, phone in (("Ruth Ames", RUTH), ("Walter Obi", WALTER)):
        person = Participant(0, phone, Status.ACTIVE, Language.EN, "US", name=name, zone="America/New_York")
        with store.begin() as tx:
            tx.enrol(person, clock())
    numbers = []
    for handle, name, phone, layer in (("ana", "Ana Ruiz", ANA, FIRST), ("ben", "Ben Ode", BEN, BACKUP)):
        added = coach.rostering.add(OnCall(0, handle, name, phone, Language.EN, "America/New_York"), "admin")
        assert isinstance(added, Done)
        numbers.append(added.id or 0)
        hours = Shift(0, numbers[-1], layer, frozenset(range(7)), time(0), time(0), date(2026, 1, 1))
        assert isinstance(coach.rostering.add_shift(hours, "admin"), Done)
    yield Practice(coach, network, clock, engine, *numbers)
    coach.close()


# --- by text ---


@pytest.mark.parametrize("body", [f"ACK {CODE}", f"ack{CODE}", f" Ack: {CODE}.", f"TOMO {CODE}", "ACK", "tomo"])
def test_a_page_is_answered_with_the_word_and_the_code_or_the_word_alone(practice: Practice, body: str) -> None:
    """In either language; the answer says whose case it is now and by when to phone."""
    practice.emergency()
    practice.text(body, ANA)
    assert practice.owners() == ["ana"]
    assert practice.heard()[-1] == YOURS


@pytest.mark.parametrize(
    ("body", "back"),
    [
        ("ACK 4821", "There is no open case 4821. Please check the code."),
        ("SPOKE 9999", "There is no open case 9999. Please check the code."),
        ("I am driving", "Pages only: reply ACK, PASS or SPOKE and the code."),
        ("ACK 48", "Pages only: reply ACK, PASS or SPOKE and the code."),
        (f"please ACK {CODE}", "Pages only: reply ACK, PASS or SPOKE and the code."),
        ("", "Pages only: reply ACK, PASS or SPOKE and the code."),
        ("I can't breathe", "Pages only: reply ACK, PASS or SPOKE and the code."),
    ],
)
def test_what_is_no_answer_changes_nothing_and_says_how_to_answer(practice: Practice, body: str, back: str) -> None:
    """The case stays nobody's; nothing of it is in Ruth's thread, and no new case opens."""
    practice.emergency()
    practice.text(body, ANA)
    assert practice.owners() == [None]
    assert practice.heard()[-1].startswith(back)
    assert [row["participant_id"] for row in practice.rows("inbound")][-1] == practice.ana


def test_the_help_names_the_emergency_number_and_does_not_answer_a_machine_for_ever(practice: Practice) -> None:
    """Three times an hour at most: the other end may answer everything by itself."""
    for _ in range(6):
        practice.text("I am away until Monday.", ANA)
    assert [text.endswith("In an emergency call 911.") for text in practice.heard()] == [True] * 3
    practice.clock.advance(61 * MINUTE)
    practice.text("I am away until Monday.", ANA)
    assert len(practice.heard()) == 4


def test_a_bare_answer_without_any_page_says_so(practice: Practice) -> None:
    """Nothing was sent to Ana."""
    practice.text("ACK", ANA)
    assert practice.heard() == [
        "No case waits for your answer. To answer a page, send its code too: ACK, PASS or SPOKE and four digits."
    ]


def test_a_bare_answer_while_two_cases_wait_lists_their_codes(practice: Practice) -> None:
    """And takes neither."""
    practice.emergency()
    practice.emergency(WALTER)
    practice.text("ACK", ANA)
    assert practice.owners() == [None, None]
    assert practice.heard()[-1].endswith(f"Open now: {CODE}, {SECOND_CODE}.")


def test_a_bare_spoke_leaves_a_new_case_of_somebody_else_to_its_pages(practice: Practice) -> None:
    """Ana has spoken with Ruth and closed her case; her late SPOKE is not about Walter, who is still paged."""
    practice.emergency()
    practice.text("ACK", ANA)
    practice.coach.close_case(1, "ana", "admitted", "")
    practice.emergency(WALTER)
    practice.text("SPOKE", ANA)
    assert practice.heard()[-1].endswith(f"Please send the word and one code. Open now: {SECOND_CODE}.")
    assert practice.steps("contacted") == []
    before = len(practice.heard())
    practice.clock.advance(5 * MINUTE)
    assert practice.heard()[before:] == [
        f"EMERGENCY case, W. O.: nobody has it yet. To take it reply ACK {SECOND_CODE}."
    ]


def test_a_bare_spoke_of_who_has_a_case_means_that_one(practice: Practice) -> None:
    """A new case of Walter is nobody's still."""
    practice.emergency()
    practice.text("ACK", ANA)
    practice.emergency(WALTER)
    practice.text("SPOKE", ANA)
    assert [row["state"] for row in practice.rows("escalation")] == ["contacted", "raised"]
    practice.text("SPOKE", ANA)
    assert practice.heard()[-1] == f"It is noted already that somebody spoke with R. A., case {CODE}."
    assert [row["state"] for row in practice.rows("escalation")] == ["contacted", "raised"]


def test_a_bare_pass_passes_on_neither_of_two_peoples_cases(practice: Practice) -> None:
    """Ana has none of her own: she must say whose."""
    practice.emergency()
    practice.emergency(WALTER)
    practice.text("PASS", ANA)
    assert practice.heard()[-1].endswith(f"Open now: {CODE}, {SECOND_CODE}.")
    assert practice.steps("passed") == []


def test_that_somebody_spoke_is_kept_a_second_time_after_the_person_denied_it(practice: Practice) -> None:
    """Ana texts SPOKE too early, Ruth says that nobody phoned, Ana phones: both stand in the trail."""
    practice.emergency()
    practice.text("ACK", ANA)
    practice.clock.advance(26 * MINUTE)
    practice.work()
    practice.text("SPOKE", ANA)
    practice.text("2")
    assert practice.heard()[-1] == f"EMERGENCY case {CODE}, R. A.: the person says that nobody has phoned them."
    practice.clock.advance(3 * MINUTE)
    practice.text("SPOKE", ANA)
    assert practice.heard()[-1].startswith("Noted: you spoke with R. A.")
    assert [step["at"] for step in practice.steps("contacted")] == [MORNING + n * MINUTE for n in (26, 29)]
    (case,) = practice.rows("escalation")
    assert (case["state"], case["contacted_at"]) == ("contacted", MORNING + 29 * MINUTE)
    before = len(practice.heard())
    practice.clock.advance(60 * MINUTE)
    assert len(practice.heard()) == before


def test_a_case_is_taken_over_once_the_person_says_that_nobody_phoned(practice: Practice) -> None:
    """Ana noted a call that never was; Ben takes the case, and Ruth and Ana are told so."""
    practice.emergency()
    practice.text("ACK", ANA)
    practice.clock.advance(26 * MINUTE)
    practice.work()
    practice.text("SPOKE", ANA)
    practice.text(f"ACK {CODE}", BEN)
    assert practice.owners() == ["ana"]
    practice.text("2")
    practice.clock.advance(11 * MINUTE)
    assert practice.heard(BEN)[-1].endswith(f"To take it over reply ACK {CODE}.")
    practice.text(f"ACK {CODE}", BEN)
    (case,) = practice.rows("escalation")
    assert (case["owner"], case["state"], case["contacted_at"]) == ("ben", "acknowledged", None)
    assert case["contact_by"] == MORNING + (26 + 11 + 15) * MINUTE
    assert [step["staff"] for step in practice.steps("acknowledged")] == ["ana", "ben"]
    assert practice.heard()[-1] == f"EMERGENCY case {CODE}: ben has it since 10:37."
    assert practice.heard(RUTH)[-1].startswith("Ben from our team plans to phone you by 10:52 am.")
    practice.text(f"ACK {CODE}", ANA)
    assert practice.owners() == ["ben"]


def test_a_case_that_is_taken_is_told_with_who_has_it(practice: Practice) -> None:
    """Anybody on call may take a case, paged or not; the others who were paged hear of it."""
    practice.emergency()
    practice.text(f"ACK {CODE}", BEN)
    practice.text(f"ACK {CODE}", ANA)
    taken = f"EMERGENCY case {CODE}: ben has it since 10:00."
    assert practice.heard()[-2:] == [taken, taken]
    practice.text(f"ACK {CODE}", BEN)
    assert practice.heard(BEN)[-1].startswith(f"You have EMERGENCY case {CODE} already.")
    assert practice.owners() == ["ben"]


def test_a_closed_case_is_told_with_when_and_by_whom(practice: Practice) -> None:
    """A late answer opens nothing again."""
    practice.emergency()
    practice.coach.close_case(1, "dr.lee", "admitted", "")
    practice.text(f"PASS {CODE}", ANA)
    assert practice.heard()[-1] == f"Case {CODE} was closed at 10:00 by dr.lee."


def test_somebody_who_is_on_call_no_more_changes_nothing(practice: Practice) -> None:
    """Their number is known, and the emergency number is named."""
    practice.emergency()
    with practice.coach.store.begin() as tx:
        who = tx.rota().named("ben")
        assert who is not None
        tx.change_on_call(replace(who, active=False), "admin", practice.clock())
    practice.text(f"ACK {CODE}", BEN)
    assert practice.owners() == [None]
    assert practice.heard(BEN)[-1].startswith("Only the team on call can answer pages")


def test_the_trail_names_staff_and_ruths_thread_has_none_of_their_texts(practice: Practice) -> None:
    """What Ana sent is kept under her own number."""
    practice.emergency()
    for body in (f"ACK {CODE}", f"SPOKE {CODE}"):
        practice.text(body, ANA)
    practice.work()
    trail = [(row["step"], row["staff"]) for row in practice.rows("escalation_step") if row["staff"] == "ana"]
    assert ("acknowledged", "ana") in trail
    assert ("contacted", "ana") in trail
    assert {row["participant_id"] for row in practice.rows("inbound") if row["sender"] == ANA} == {practice.ana}


def test_two_who_take_a_case_at_once_get_one_yes_and_one_name(practice: Practice) -> None:
    """On PostgreSQL in two transactions at the same moment; the second one learns who was first."""
    practice.emergency()
    barrier = Barrier(2)

    def take(sender: str) -> None:
        message = InboundMessage(f"SM-{sender}", sender, LINE, f"ACK {CODE}", practice.clock())
        barrier.wait()
        practice.coach.receive(message, {})

    with ThreadPoolExecutor(2) as both:
        list(both.map(take, (ANA, BEN)))
    (owner,) = practice.owners()
    winner, loser = (ANA, BEN) if owner == "ana" else (BEN, ANA)
    assert practice.heard(winner)[-1] == YOURS
    assert f"EMERGENCY case {CODE}: {owner} has it since 10:00." in practice.heard(loser)
    assert [step["staff"] for step in practice.steps("acknowledged")] == [owner]


def test_pages_that_wait_are_withdrawn_when_the_case_is_taken(practice: Practice) -> None:
    """Ana hears no more of it, by text or by call; the trail shows that her pages were not sent, and why."""
    practice.text("I can't breathe")
    practice.coach.fire_due()
    assert isinstance(practice.coach.acknowledge(1, "ben"), Done)
    practice.work()
    assert practice.heard(ANA) == [f"EMERGENCY case {CODE}: ben has it since 10:00."]
    assert [m.channel for m in practice.network.taken if m.recipient == ANA] == ["sms"]
    (ruth,) = {row["participant_id"] for row in practice.rows("escalation")}
    found = Reports(practice.engine).person(ruth, practice.clock())
    assert found is not None
    paged = [step.delivery for step in found.cases[0].steps if step.step == "paged"]
    assert paged == [Delivery("Not sent: no longer needed")] * 2


# --- by key ---


def test_a_call_says_what_is_open_and_key_one_takes_it(practice: Practice) -> None:
    """No name, number or sign; the text with the code comes besides."""
    practice.emergency()
    opened = practice.coach.page_call_opened(practice.call())
    assert opened == PageCall(
        Language.EN,
        (
            (
                "This is Leg Coach. EMERGENCY case, initials R. A. To take it press 1. To pass it on press 2. "
                "To hear this again press 9."
            ),
        ),
        asks=True,
    )
    taken = practice.coach.page_key(practice.call(), "1")
    assert taken is not None
    assert not taken.asks
    assert taken.lines[0].startswith("The EMERGENCY case is yours, initials R. A. Please phone the person by 10:15.")
    assert practice.owners() == ["ana"]
    assert practice.heard()[-1] == YOURS


def test_a_key_that_comes_twice_does_no_harm(practice: Practice) -> None:
    """The carrier repeats a request that it got no answer to."""
    practice.emergency()
    practice.coach.page_key(practice.call(), "1")
    again = practice.coach.page_key(practice.call(), "1")
    assert again is not None
    assert again.lines[0].startswith(f"You have EMERGENCY case {CODE} already.")
    assert len(practice.steps("acknowledged")) == 1


def test_key_two_passes_it_on_and_the_next_person_is_paged_at_once(practice: Practice) -> None:
    """Not after ten minutes."""
    practice.emergency()
    passed = practice.coach.page_key(practice.call(), "2")
    assert passed is not None
    assert passed.lines[0].startswith("You passed it on.")
    assert practice.heard(BEN)[-1] == f"EMERGENCY case, R. A.: to take it reply ACK {CODE}."


@pytest.mark.parametrize("key", ["9", "0", "#", ""])
def test_any_other_key_says_it_again(practice: Practice, key: str) -> None:
    """And changes nothing."""
    practice.emergency()
    assert practice.coach.page_key(practice.call(), key) == practice.coach.page_call_opened(practice.call())
    assert practice.owners() == [None]


def test_a_call_about_a_case_that_is_taken_or_closed_meanwhile_only_says_so(practice: Practice) -> None:
    """Who has it, or who closed it."""
    practice.emergency()
    practice.coach.acknowledge(1, "dr.lee")
    opened = practice.coach.page_call_opened(practice.call())
    assert opened == PageCall(Language.EN, (f"EMERGENCY case {CODE}: dr.lee has it since 10:00.",))
    practice.coach.close_case(1, "dr.lee", "admitted", "")
    closed = practice.coach.page_key(practice.call(), "1")
    assert closed == PageCall(Language.EN, (f"Case {CODE} was closed at 10:00 by dr.lee.",))


def test_an_attempt_that_is_no_page_is_not_known(practice: Practice) -> None:
    """Nor is one that never was."""
    practice.text("I can't breathe")
    practice.coach.dispatch()
    (alarm_text,) = [m for m in practice.network.taken if m.recipient == RUTH]
    assert practice.coach.page_call_opened(alarm_text.attempt_id) is None
    assert practice.coach.page_key("nobody", "1") is None


# --- what the carrier says ---


def test_staff_who_are_opted_out_at_the_carrier_are_called_and_stay_on_call(practice: Practice) -> None:
    """They do not become somebody who left the programme; an alarm says so, and START mends it."""
    practice.network.refused.add(ANA)
    practice.emergency()
    assert [row["kind"] for row in practice.rows("alarm")] == ["texts_stopped"]
    assert [row["texts"] for row in practice.rows("on_call")] == [False, True]
    with practice.coach.store.begin() as tx:
        assert tx.conversation(practice.ana, practice.clock()).participant.status is Status.ON_CALL
    practice.clock.advance(5 * MINUTE)
    practice.work()
    to_ana = [row["channel"] for row in practice.rows("outbox") if row["participant_id"] == practice.ana]
    assert to_ana == ["sms", "voice", "voice"]
    practice.network.refused.clear()
    practice.text("START", ANA, opt_out_type="START")
    assert [row["texts"] for row in practice.rows("on_call")] == [True, True]
    assert [row["ended_at"] is None for row in practice.rows("alarm")] == [False]


@pytest.mark.parametrize("details", [{}, {"opt_out_type": "STOP"}])
def test_staff_who_send_stop_get_no_text_and_are_called(practice: Practice, details: dict[str, str]) -> None:
    """No consent is revoked and nobody leaves; the carrier would refuse any text."""
    practice.text("Stop", ANA, **details)
    assert practice.heard() == []
    practice.emergency()
    assert {m.channel.value for m in practice.network.taken if m.recipient == ANA} == {"voice"}
    assert [row["kind"] for row in practice.rows("alarm")] == ["texts_stopped"]


def test_start_gives_no_texts_to_somebody_who_never_took_any(practice: Practice) -> None:
    """What the rota says stays."""
    with practice.coach.store.begin() as tx:
        who = tx.rota().named("ben")
        assert who is not None
        tx.change_on_call(replace(who, texts=False), "admin", practice.clock())
    practice.text("START", BEN)
    assert [row["texts"] for row in practice.rows("on_call")] == [True, False]


def test_a_page_that_does_not_arrive_brings_the_next_person_and_no_task(practice: Practice) -> None:
    """A coordinator cannot get in touch with Ana about Ruth; Ben can help Ruth."""
    practice.emergency()
    to_ana = [m for m in practice.network.taken if m.recipient == ANA]
    for message, word in zip(to_ana, ("undelivered", "no-answer"), strict=True):
        prefix = "SM" if message.channel == "sms" else "CA"
        carrier_id = f"{prefix}{message.attempt_id}"
        practice.coach.update_status(DeliveryStatus(message.attempt_id, carrier_id, word, None, practice.clock()))
    practice.work()
    assert [row["kind"] for row in practice.rows("task") if row["kind"] == "undelivered"] == []
    assert [(s["to_id"], s["channel"]) for s in practice.steps("page_failed")] == [
        (practice.ana, "sms"),
        (practice.ana, "voice"),
    ]
    assert len(practice.heard(BEN)) == 1


def test_delivered_is_not_acknowledged(practice: Practice) -> None:
    """A phone that has it may lie in another room."""
    practice.emergency()
    for message in [m for m in practice.network.taken if m.recipient == ANA and m.channel == "sms"]:
        word = DeliveryStatus(message.attempt_id, f"SM{message.attempt_id}", "delivered", None, practice.clock())
        practice.coach.update_status(word)
    practice.clock.advance(5 * MINUTE)
    assert len(practice.heard()) == 2
    assert [row["lane"] for row in practice.rows("outbox") if row["participant_id"] == practice.ana] == [Lane.PAGE] * 4
