"""Texts that never reached us are found at the carrier: asked with Twilio's own client, of the phone network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, delete, select

from coach.adapters.database.reports import Reports
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import alarm, escalation, event, inbound, observation, outbox, participant, task
from coach.adapters.library.carrier import load_carrier_codes
from coach.adapters.spool import FolderSpool
from coach.adapters.twilio import CarrierOptions, TwilioCarrier
from coach.core.events import CheckInOpened
from coach.core.model import Asked, Channel, InboundMessage, Kind, Lane, Language, OutboundMessage, Participant, Status
from coach.jobs import CATCH_UP, drain
from coach.ports import Cause, ReceivedText
from coach.receiving import ASK_EVERY, LONGEST_BACK
from coach.receiving.missed import Missed
from coach.sandbox.app import create_app
from coach.sandbox.faults import RestFault, RestRule
from coach.sandbox.network import Conditions, Network
from coach.service import Coach
from tests.carriers import SilentCarrier
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK
from tests.serving import serve

ACCOUNT, TOKEN, SERVICE = "AC" + "0123456789abcdef" * 2, "the-account-token", "MG" + "0" * 32
LINE, OTHER_LINE, ROSA, WALTER = "+12025550100", "+12025550101", "+12025550142", "+12025550143"
CODES = load_carrier_codes(Path(__file__).parents[1] / "messages" / "carrier.toml")


@dataclass
class Counted:
    """A carrier, and how often it was asked."""

    twilio: TwilioCarrier
    asked: int = 0

    def received_since(self, since: datetime) -> Sequence[ReceivedText]:
        """Ask it."""
        self.asked += 1
        return self.twilio.received_since(since)


@dataclass
class Practice:
    """A coach whose webhook may be down, and the carrier that knows what people sent."""

    engine: Engine
    clock: StoppedClock
    network: Network
    address: str
    spool: FolderSpool
    service: bool = False
    seconds: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """It has received one text, so it knows from when on to look."""
        sender = {"messaging_service_sid": SERVICE} if self.service else {"from_number": LINE}
        options = CarrierOptions(ACCOUNT, TOKEN, "https://coach.example.org", api_url=self.address, **sender)
        self.twilio = TwilioCarrier(options, self.clock, CODES)
        self.mailbox = Counted(self.twilio)
        self.restart()
        self.reaches_us(ROSA, "hello")
        self.clock.advance(minutes=30)

    def restart(self) -> None:
        """A new process."""
        self.coach = Coach(
            SqlStore(self.engine),
            SilentCarrier(),
            HANDBOOK,
            self.clock,
            elapsed=lambda: self.seconds,
            spool=self.spool,
            mailbox=self.mailbox,
        )

    def never_reaches_us(self, sender: str, body: str, to: str | None = None) -> str:
        """Somebody texts while the webhook is down. Returns the carrier's id."""
        return self.network.text(sender, body, to=to).sid

    def reaches_us(self, sender: str, body: str) -> str:
        """Somebody texts and all is well."""
        sid = self.never_reaches_us(sender, body)
        self.coach.receiving.text(InboundMessage(sid, sender, LINE, body, self.clock()), {"Body": body})
        return sid

    def later(self, **span: float) -> int:
        """Time goes by, and the job runs. Returns how many texts it found."""
        self.clock.advance(**span)
        self.seconds += timedelta(**span).total_seconds()
        return drain(CATCH_UP, self.coach)

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """All rows in order."""
        with self.engine.begin() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]

    def bodies(self) -> list[str]:
        """The stored texts, in the order they were stored."""
        return [row["body"] for row in self.rows(inbound)]

    def sent(self) -> list[str]:
        """The templates queued to people, in order."""
        return [row["template"] for row in self.rows(outbox) if row["lane"] != Lane.PAGE]

    def enrol(self, phone: str = WALTER, status: Status = Status.ACTIVE) -> int:
        """Somebody takes part."""
        person = Participant(0, phone, status, Language.EN, "US", name="Walter", zone="America/Chicago")
        with self.coach.store.begin() as tx:
            return tx.enrol(person, self.clock())

    def ask(self, person: int, asked: Asked) -> None:
        """A question is put now."""
        now = self.clock()
        with self.coach.store.begin() as tx:
            question = CheckInOpened(asked, now.date(), scheduled=True)
            tx.record(tx.conversation(person, now), (question,), Cause(), now)


@pytest.fixture
def network(clock: StoppedClock) -> Iterator[Network]:
    """A number whose texts are delivered to nobody."""
    conditions = Conditions(background=False, service_sid=SERVICE)
    opened = Network(ACCOUNT, TOKEN, LINE, clock=clock, conditions=conditions)
    yield opened
    opened.close()


@pytest.fixture
def practice(sqlite_engine: Engine, clock: StoppedClock, network: Network, tmp_path: Path) -> Iterator[Practice]:
    """With one number of its own."""
    with serve(create_app(network)) as address:
        yield Practice(sqlite_engine, clock, network, address, FolderSpool(tmp_path / "spool"))


def test_a_text_that_never_reached_us_is_found_and_dealt_with(practice: Practice) -> None:
    """With the time at which it was sent, and marked as found."""
    sid = practice.never_reaches_us(WALTER, "I can't breathe")
    sent_at = practice.clock()
    assert practice.later(minutes=6) == 1
    row = practice.rows(inbound)[-1]
    assert (row["carrier_id"], row["sender"], row["body"]) == (sid, WALTER, "I can't breathe")
    assert (row["received_at"], row["decided_at"]) == (sent_at, practice.clock())
    assert row["raw"]["coach:recovered"] == practice.clock().isoformat()
    assert [case["level"] for case in practice.rows(escalation)] == ["emergency"]
    assert practice.sent()[-1] == "escalation.emergency"


def test_it_is_found_once_however_often_it_is_listed(practice: Practice) -> None:
    """The list is gone through again and again, with an overlap."""
    practice.never_reaches_us(WALTER, "I can't breathe")
    assert [practice.later(minutes=6) for _ in range(4)] == [1, 0, 0, 0]
    assert (len(practice.rows(escalation)), len(practice.rows(inbound))) == (1, 2)


def test_texts_are_found_in_the_order_they_were_sent(practice: Practice) -> None:
    """The carrier lists the newest first."""
    for number in range(5):
        practice.never_reaches_us(WALTER, f"text {number}")
        practice.clock.advance(seconds=40)
    assert practice.later(minutes=6) == 5
    assert practice.bodies() == ["hello", *(f"text {number}" for number in range(5))]


def test_what_waits_on_disk_is_taken_up_before_the_carrier_is_asked(practice: Practice) -> None:
    """A text of an outage is no text that never reached us."""
    sid, now = practice.never_reaches_us(ROSA, "5"), practice.clock()
    practice.spool.keep(ReceivedText(InboundMessage(sid, ROSA, LINE, "5", now), {"Body": "5"}))
    assert practice.later(minutes=6) == 0
    assert (practice.bodies(), "coach:recovered" in practice.rows(inbound)[-1]["raw"]) == (["hello", "5"], False)


def test_a_text_that_was_sent_just_now_may_still_reach_us_by_itself(practice: Practice) -> None:
    """It is looked for the next time."""
    practice.later(minutes=6)
    practice.clock.advance(minutes=5)
    practice.never_reaches_us(WALTER, "6")
    assert practice.later(minutes=1) == 0
    assert practice.later(minutes=5) == 1


def test_the_carrier_is_asked_after_a_start_and_then_seldom(practice: Practice) -> None:
    """However often the job runs."""
    for _ in range(60):
        practice.later(seconds=5)
    assert practice.mailbox.asked == 1
    practice.later(seconds=ASK_EVERY.total_seconds())
    assert practice.mailbox.asked == 2
    practice.restart()
    practice.later(seconds=5)
    assert practice.mailbox.asked == 3


@pytest.mark.parametrize("fault", [RestFault.BROKEN, RestFault.TOO_MANY, RestFault.DROP])
def test_a_carrier_that_cannot_be_asked_changes_nothing(practice: Practice, fault: RestFault) -> None:
    """It is asked again a minute later, and nothing was missed meanwhile."""
    practice.later(minutes=6)
    practice.never_reaches_us(WALTER, "6")
    practice.network.faults.add_rule(RestRule(fault, times=3, method="GET"))
    assert [practice.later(minutes=6) for _ in range(3)] == [0, 0, 0]
    assert practice.bodies() == ["hello"]
    assert practice.later(minutes=2) == 1


def test_a_text_that_is_refused_hinders_no_other(practice: Practice) -> None:
    """The others are taken up, and it is asked for again."""
    refused = practice.never_reaches_us(WALTER, "first")
    practice.never_reaches_us(WALTER, "second")
    receiving, is_refused = practice.coach.receiving, [True]

    def take(text: ReceivedText) -> None:
        if text.message.carrier_id == refused and is_refused.pop():
            raise ZeroDivisionError
        receiving.text(text.message, dict(text.raw))

    missed = Missed(practice.coach.store, practice.mailbox, practice.clock, lambda: 0.0, take)
    practice.clock.advance(minutes=6)
    assert missed.catch_up() == 1
    assert practice.bodies() == ["hello", "second"]
    is_refused.append(False)
    assert missed.catch_up() == 1


def test_an_hour_of_outage_is_gone_through_whole(practice: Practice) -> None:
    """From the last time that everything was gone through, not from the newest text."""
    practice.later(minutes=6)
    practice.never_reaches_us(WALTER, "early")
    practice.clock.advance(minutes=50)
    practice.reaches_us(ROSA, "6")
    assert practice.later(minutes=6) == 1
    assert practice.bodies() == ["hello", "6", "early"]


def test_after_an_endless_outage_not_everything_is_gone_through(practice: Practice) -> None:
    """What is older than some days has no answer any more."""
    practice.never_reaches_us(WALTER, "old")
    practice.clock.advance(LONGEST_BACK)
    practice.never_reaches_us(WALTER, "new")
    assert practice.later(minutes=6) == 1
    assert practice.bodies() == ["hello", "new"]


def test_what_was_sent_to_the_number_before_it_was_ours_is_left_alone(practice: Practice) -> None:
    """A new installation begins with what was sent a quarter of an hour before it first looks."""
    with practice.engine.begin() as connection:
        for table in (event, observation, outbox, task, inbound):
            connection.execute(delete(table))
    practice.never_reaches_us(WALTER, "for somebody else")
    assert practice.later(minutes=20) == 0
    practice.never_reaches_us(WALTER, "for us")
    assert practice.later(minutes=20) == 1
    assert practice.bodies() == ["for us"]


def test_only_what_people_sent_to_our_number_is_taken_up(practice: Practice) -> None:
    """Not what we sent, nor what other numbers of the account received."""
    practice.network.add_line(OTHER_LINE)
    practice.never_reaches_us(WALTER, "elsewhere", to=OTHER_LINE)
    practice.twilio.send(
        OutboundMessage(
            1, "att-1", 1, WALTER, "How are you?", Lane.REPLY, Channel.SMS, practice.clock(), practice.clock()
        )
    )
    assert practice.later(minutes=6) == 0


def test_with_a_messaging_service_every_number_is_gone_through(
    sqlite_engine: Engine, clock: StoppedClock, network: Network, tmp_path: Path
) -> None:
    """And in pages, newest first, as far as is needed."""
    network.add_line(OTHER_LINE)
    with serve(create_app(network)) as address:
        practice = Practice(sqlite_engine, clock, network, address, FolderSpool(tmp_path / "spool"), service=True)
        for number in range(600):
            practice.network.text(WALTER, f"{number}", to=OTHER_LINE if number % 2 else LINE)
        clock.advance(minutes=6)
        found = practice.twilio.received_since(clock() - timedelta(minutes=10))
    assert [text.message.body for text in found] == [str(number) for number in range(600)]
    assert {text.message.recipient for text in found} == {LINE, OTHER_LINE}


# --- in its place -----------------------------------------------------------------------------------------------------


def test_a_late_text_answers_no_question_that_was_put_after_it(practice: Practice) -> None:
    """A figure sent before the question about falls is not a number of falls."""
    walter = practice.enrol()
    practice.never_reaches_us(WALTER, "4")
    practice.clock.advance(minutes=5)
    practice.ask(walter, Asked.FALLS)
    assert practice.later(minutes=6) == 1
    assert {row["kind"] for row in practice.rows(observation) if row["participant_id"] == walter} == {Kind.HEARD}


def test_a_late_text_answers_the_question_that_was_open_then(practice: Practice) -> None:
    """As it would have at once."""
    walter = practice.enrol()
    practice.ask(walter, Asked.WEAKNESS)
    practice.clock.advance(minutes=2)
    practice.never_reaches_us(WALTER, "4")
    assert practice.later(minutes=6) == 1
    assert [(row["kind"], row["value"]) for row in practice.rows(observation)][-1] == (Kind.WEAKNESS, 4.0)


def status_of(practice: Practice, person: int) -> str:
    """Where somebody stands."""
    return str(next(row["status"] for row in practice.rows(participant) if row["id"] == person))


@pytest.mark.parametrize(
    ("first", "then", "status"),
    [
        ("stop", "6", "opted_out"),
        ("stop", "start", "active"),
        ("start", "stop", "opted_out"),
        ("pause", "6", "active"),
        ("6", "7", "active"),
    ],
)
def test_a_text_that_later_ones_overtook_undoes_none_of_them(
    practice: Practice, first: str, then: str, status: str
) -> None:
    """Only the wish to be left alone still counts, unless they came back since; somebody reads it."""
    walter = practice.enrol()
    practice.never_reaches_us(WALTER, first)
    practice.clock.advance(minutes=10)
    practice.reaches_us(WALTER, then)
    practice.later(minutes=6)
    assert status_of(practice, walter) == status
    assert "late_text" in [row["kind"] for row in practice.rows(task)]


def test_an_overtaken_emergency_is_still_an_emergency(practice: Practice) -> None:
    """It is told, and a case."""
    practice.enrol()
    practice.never_reaches_us(WALTER, "I can't breathe")
    practice.clock.advance(minutes=10)
    practice.reaches_us(WALTER, "6")
    practice.later(minutes=6)
    assert [case["level"] for case in practice.rows(escalation)] == ["emergency"]
    assert practice.sent()[-1] == "escalation.emergency"


# --- what people see --------------------------------------------------------------------------------------------------


def test_the_thread_says_that_a_text_came_late(practice: Practice) -> None:
    """So that nobody wonders at the order."""
    walter = practice.enrol()
    practice.never_reaches_us(WALTER, "6 today")
    practice.later(minutes=6)
    page = Reports(practice.engine).person(walter, practice.clock())
    assert page is not None
    assert "6 today\n[did not reach us by itself; found at the carrier later]" in [line.text for line in page.lines]


def test_texts_that_stay_away_again_and_again_are_an_alarm(practice: Practice) -> None:
    """One outage ends by itself; an address that is wrong does not. It is over when nothing is missing."""
    for kinds in ([], ["missed_texts"], ["missed_texts"]):
        practice.never_reaches_us(WALTER, "6")
        practice.later(minutes=6)
        assert [row["kind"] for row in practice.rows(alarm) if row["ended_at"] is None] == kinds
    practice.later(minutes=6)
    assert [row["kind"] for row in practice.rows(alarm) if row["ended_at"] is None] == []
