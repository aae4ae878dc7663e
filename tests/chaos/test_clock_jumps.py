"""A machine whose clock is set while it works: nothing is doubled, nothing comes at night, emergencies still leave.

People live by their programme through days on which clocks are changed, on the wall and by mistake. Judged by the
ledger of the phone network, which lives by the same clock as the coach.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import escalation
from coach.core.conversation import timetable
from coach.core.conversation.moment import Moment
from coach.core.model import InboundMessage, Language, Participant, Status
from coach.jobs import DISPATCH, PLAN, RECONCILE, RECOVER, drain
from coach.ports import Cause
from coach.sandbox.ledger import Entry
from coach.service import Coach
from tests.chaos.coaches import open_coach
from tests.chaos.mortal import Killed, Life
from tests.chaos.street import ALARM, LINE, Street, open_street, phone
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK

ZONES = ("America/New_York", "America/Los_Angeles", "Europe/Madrid", "Australia/Lord_Howe")
PEOPLE = 12
STEP = timedelta(minutes=20)
DAYS = timedelta(days=2)
FORWARDS, BACK = timedelta(hours=2), -timedelta(hours=2)
STARTS = {
    "an ordinary day": date(2026, 6, 9),
    "the hour that comes twice in America": date(2026, 10, 31),
    "the hour that is left out in America": date(2026, 3, 7),
    "the half hour that comes twice on Lord Howe": date(2026, 4, 4),
}


@dataclass
class Practice:
    """People in four zones, and a coach whose clock is set now and then."""

    street: Street
    clock: StoppedClock
    coach: Coach
    chance: random.Random
    alarms: list[tuple[str, datetime]] = field(default_factory=list)

    def enrol(self) -> None:
        """Everybody begins the programme."""
        now, store = self.clock(), SqlStore(self.street.engine)
        for number in range(PEOPLE):
            zone = ZONES[number % len(ZONES)]
            today = now.astimezone(ZoneInfo(zone)).date()
            who = Participant(
                0, phone(number), Status.ACTIVE, Language.EN, "US", name="Rosa", zone=zone, enrolled_on=today
            )
            with store.begin() as tx:
                known = tx.conversation(tx.enrol(who, now), now)
                tx.record(known, timetable.begin(Moment(known, HANDBOOK, now), known.participant), Cause(), now)

    def lives(self, until: datetime) -> None:
        """Up to that time, by however many detours."""
        while self.clock() < until:
            self.clock.advance(STEP)
            self.works()
            if self.chance.random() < 0.1:
                self.jumps(self.chance.choice((FORWARDS, BACK)))

    def jumps(self, by: timedelta) -> None:
        """The clock is set, and somebody needs help at that very moment."""
        self.clock.advance(by)
        sender = phone(PEOPLE + len(self.alarms))
        text = InboundMessage(f"SM-{sender}", sender, LINE, ALARM, self.clock())
        self.coach.receive(text, {"Body": ALARM})
        self.alarms.append((sender, self.clock()))
        self.works()
        for row in self.street.rows(escalation):
            self.coach.acknowledge(row.id, "ana")

    def works(self) -> None:
        """All jobs, once."""
        for job in (PLAN, DISPATCH, RECOVER, RECONCILE):
            drain(job, self.coach)

    def to_people(self) -> list[Entry]:
        """What was sent to those who take part."""
        everybody = {phone(number) for number in range(PEOPLE)}
        return [entry for entry in self.street.network.ledger.entries("message") if entry.recipient in everybody]


def wall(entry: Entry) -> datetime:
    """The time at the person's."""
    which = [phone(number) for number in range(PEOPLE)].index(entry.recipient)
    return entry.at.astimezone(ZoneInfo(ZONES[which % len(ZONES)]))


@pytest.fixture
def practice(sqlite_url: str, tmp_path: Path) -> Iterator[Practice]:
    """Nobody takes part yet."""
    clock = StoppedClock()
    with open_street(tmp_path, sqlite_url, ("worker",), clock) as street:
        coach = open_coach(street)
        yield Practice(street, clock, coach, random.Random(4))
        coach.close()


@pytest.mark.nightly
@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS.keys())
def test_a_clock_that_jumps_doubles_nothing_and_wakes_nobody(practice: Practice, start: date) -> None:
    """Two hours forwards and back, on days on which the wall clocks change too; each alarm leaves at once."""
    practice.clock.set(datetime.combine(start, time(6), UTC))
    practice.enrol()
    practice.lives(practice.clock() + DAYS)
    sent = practice.to_people()
    assert len(sent) >= PEOPLE
    assert {wall(entry).hour for entry in sent} <= set(range(9, 20))
    times = Counter((entry.recipient, wall(entry).date(), entry.text) for entry in sent)
    assert set(times.values()) == {1}
    assert practice.alarms
    for sender, at in practice.alarms:
        got = [entry for entry in practice.street.network.ledger.entries("message") if entry.recipient == sender]
        assert [entry.at for entry in got if "911" in entry.text][:1] == [at]


def test_every_alarm_at_a_jump_is_paged_at_that_time(practice: Practice) -> None:
    """Whichever way the clock was set."""
    for by in (FORWARDS, BACK, BACK, FORWARDS):
        before = set(practice.street.pages())
        practice.jumps(by)
        (case,) = {row.id for row in practice.street.rows(escalation)} - before
        assert practice.street.pages()[case] >= 1


def test_a_prompt_that_was_sent_is_not_sent_again_when_its_hour_comes_again(practice: Practice) -> None:
    """The clock is set back while it is still useful, again and again."""
    practice.clock.set(datetime(2026, 6, 9, 6, tzinfo=UTC))
    practice.enrol()
    practice.clock.set(datetime(2026, 6, 9, 14, tzinfo=UTC))
    for _ in range(6):
        practice.clock.advance(STEP)
        practice.works()
    before = len(practice.to_people())
    assert before
    for _ in range(2):
        practice.clock.advance(BACK)
        for _ in range(6):
            practice.clock.advance(STEP)
            practice.works()
    assert len(practice.to_people()) == before


def test_what_somebody_killed_had_in_hand_leaves_soon_also_when_the_clock_is_set_back(practice: Practice) -> None:
    """By the clock as it now is."""
    doomed = open_coach(practice.street, Life("before send"))
    text = InboundMessage("SM-1", phone(PEOPLE), LINE, ALARM, practice.clock())
    practice.coach.receive(text, {"Body": ALARM})
    with suppress(Killed):
        doomed.dispatch()
    with suppress(Killed):
        doomed.close()
    practice.clock.advance(BACK)
    for _ in range(20):
        practice.clock.advance(minutes=1)
        practice.works()
    told = [entry.recipient for entry in practice.street.network.ledger.entries("message")]
    assert phone(PEOPLE) in told
