"""Page calls over real tables: a webhook that comes twice, late or at the same time takes a case once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import attempt, escalation, escalation_step, outbox
from coach.adapters.library.carrier import load_voice_script
from coach.adapters.twilio import Verifier
from coach.core.model import Channel, InboundMessage, Language, Participant, Status
from coach.core.rota import FIRST, OnCall, Shift
from coach.sending import Options
from coach.service import Coach
from coach.web.call_notes import CallNotes
from coach.web.page_calls import page_calls
from tests.adapters.twilio.posting import ACCOUNT, TOKEN, URL, Poster
from tests.adapters.twilio.twiml_rules import check_twiml, spoken
from tests.carriers import SilentCarrier
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK

MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
RUTH, ANA, BEN, LINE = "+12025550181", "+12025550190", "+12025550191", "+12025550100"
SCRIPT = load_voice_script(Path(__file__).parents[2] / "messages" / "carrier.toml", "Harbor Clinic", None, "911")


@dataclass
class Ward:
    """A coach, the carrier's side of its page calls, and its tables."""

    coach: Coach
    poster: Poster
    clock: StoppedClock
    engine: Engine

    def call_to(self, phone: str) -> str:
        """The attempt of the newest page call to a number."""
        calls = select(attempt.c.id).join(outbox, outbox.c.id == attempt.c.outbox_id)
        calls = calls.where(outbox.c.channel == Channel.VOICE, outbox.c.recipient == phone)
        with self.engine.connect() as connection:
            found = connection.scalars(calls.order_by(outbox.c.id.desc())).first()
        assert found is not None
        return str(found)

    def post(self, where: str, phone: str = ANA, **pressed: str) -> str:
        """Post a webhook of a call and give what is said."""
        sid = "CA" + "1" * 32
        fields = {"AccountSid": ACCOUNT, "CallSid": sid, "CallStatus": "in-progress", "From": LINE, "To": phone}
        answer = self.poster.post(f"/twilio/voice/page/{where}", fields | pressed)
        assert answer.status_code == 200
        check_twiml(answer.text)
        return spoken(answer.text)

    def steps(self, kind: str) -> list[str | None]:
        """Who did the steps of one kind."""
        with self.engine.connect() as connection:
            found = select(escalation_step.c.staff).where(escalation_step.c.step == kind).order_by(escalation_step.c.id)
            return list(connection.scalars(found))

    @property
    def owner(self) -> str | None:
        """Who has the case."""
        with self.engine.connect() as connection:
            return connection.scalar(select(escalation.c.owner))

    def talked(self, attempt_id: str) -> datetime | None:
        """When somebody first pressed a key in a call."""
        with self.engine.connect() as connection:
            found: datetime | None = connection.scalar(select(attempt.c.talked_at).where(attempt.c.id == attempt_id))
            return found

    def work(self) -> None:
        """Fire what is due and send it."""
        while self.coach.fire_due() + self.coach.dispatch():
            pass


@pytest.fixture
def ward(engine: Engine, store: SqlStore) -> Iterator[Ward]:
    """Ruth cannot breathe; Ana and Ben are both first on call, and both were called."""
    clock = StoppedClock(MORNING)
    coach = Coach(store, SilentCarrier(), HANDBOOK, clock, Options(segments_per_second=100, senders=2))
    with store.begin() as tx:
        tx.enrol(Participant(0, RUTH, Status.ACTIVE, Language.EN, "US", "Ruth Ames", "America/New_York"), clock())
        for handle, phone in (("ana", ANA), ("ben", BEN)):
            person = OnCall(0, handle, handle.title(), phone, Language.EN, "America/New_York")
            number = tx.add_on_call(person, "admin", clock())
            first_day = clock().date() - timedelta(days=1)
            tx.add_shift(Shift(0, number, FIRST, frozenset(range(7)), time(0), time(0), first_day), "admin", clock())
    coach.receive(InboundMessage("SM-1", RUTH, LINE, "I can't breathe", clock()), {"Body": "x"})
    app = FastAPI()
    app.include_router(page_calls(coach, Verifier((TOKEN,), URL, ACCOUNT), SCRIPT, CallNotes(store, clock)))
    made = Ward(coach, Poster(app), clock, engine)
    made.work()
    clock.advance(minutes=11)
    made.work()
    yield made
    coach.close()


def test_the_same_key_twice_takes_a_case_once(ward: Ward) -> None:
    """The second time it is said who has it: whoever pressed."""
    call = ward.call_to(ANA)
    assert "press 1" in ward.post(call)
    first, again = (ward.post(f"{call}/key/1", Digits="1") for _ in range(2))
    assert (ward.owner, ward.steps("acknowledged")) == ("ana", ["ana"])
    assert first
    assert again
    assert "press" not in first + again


def test_a_key_that_comes_late_changes_nothing(ward: Ward) -> None:
    """Ben has taken it meanwhile; Ana hears so, and a second 2 of hers does not pass on what is Ben's."""
    ana, ben = ward.call_to(ANA), ward.call_to(BEN)
    ward.post(f"{ben}/key/1", BEN, Digits="1")
    assert "ben" in ward.post(f"{ana}/key/1", Digits="1")
    ward.post(f"{ana}/key/1", Digits="2")
    assert (ward.owner, ward.steps("acknowledged"), ward.steps("passed")) == ("ben", ["ben"], [])


def test_many_keys_at_once_take_a_case_once(ward: Ward) -> None:
    """Two people and repeated webhooks, all in the same moment."""
    calls = [(ward.call_to(phone), phone) for phone in (ANA, BEN)] * 3
    with ThreadPoolExecutor(len(calls)) as fingers:
        said = list(fingers.map(lambda one: ward.post(f"{one[0]}/key/1", one[1], Digits="1"), calls))
    assert len(ward.steps("acknowledged")) == 1
    assert ward.steps("acknowledged") == [ward.owner]
    assert all(said)
    assert not any("went wrong" in words for words in said)


def test_a_key_says_when_somebody_was_there(ward: Ward) -> None:
    """The first one counts; picking up alone says nothing."""
    call = ward.call_to(ANA)
    ward.post(call)
    assert ward.talked(call) is None
    ward.post(f"{call}/key/1", Digits="9")
    ward.clock.advance(minutes=1)
    ward.post(f"{call}/key/2", Digits="1")
    assert ward.talked(call) == MORNING + timedelta(minutes=11)


def test_silence_takes_nothing_from_anybody(ward: Ward) -> None:
    """However often a machine is called."""
    call = ward.call_to(ANA)
    for n in range(1, 4):
        ward.post(f"{call}/key/{n}?lang=en&silent=0")
    assert (ward.owner, ward.steps("acknowledged"), ward.talked(call)) == (None, [], None)
