"""The carrier says, perhaps twice and late, that a number has opted out: it holds until whoever it is comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from sqlalchemy import Engine

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import consent, on_call, participant
from coach.core.events import StatusChanged
from coach.core.failures import FailureClass, Meaning
from coach.core.model import Lane, Language, OutboundMessage, Status
from coach.core.rota import OnCall
from coach.ports import DeliveryStatus, Outcome, SendResult
from coach.refusals import texts_back
from coach.sending import Options, Sending
from tests.adapters.database.scene import FAST, Scene
from tests.carriers import NoCallsUnderWay
from tests.clocks import StoppedClock


@dataclass
class Network(NoCallsUnderWay):
    """A carrier that takes everything, and says later what became of it."""

    taken: list[OutboundMessage] = field(default_factory=list)

    def send(self, message: OutboundMessage) -> SendResult:
        """Take a text."""
        self.taken.append(message)
        return SendResult(Outcome.ACCEPTED, f"SM{message.attempt_id}", "queued")

    call = send

    def find(self, message: OutboundMessage, since: datetime) -> Sequence[str]:
        """Nothing is in doubt."""
        del message, since
        return ()


@dataclass
class Office:
    """Rosa takes part, Sam is on call."""

    scene: Scene
    network: Network
    sending: Sending
    rosa: int = 0
    sam: int = 0

    def text(self, person: int, lane: Lane = Lane.PROMPT) -> DeliveryStatus:
        """Post a text. Returns the callback that says its number has opted out, which may come later."""
        self.scene.queue(person, lane)
        self.sending.dispatch()
        sent = self.network.taken[-1]
        assert sent.participant_id == person
        carrier_id = f"SM{sent.attempt_id}"
        return DeliveryStatus(sent.attempt_id, carrier_id, "undelivered", 21610, self.scene.now)

    def told(self, callback: DeliveryStatus) -> None:
        """It comes, some minutes later."""
        self.scene.clock.advance(minutes=5)
        assert self.sending.told(callback)

    def starts(self) -> None:
        """Rosa texts START."""
        self.scene.clock.advance(minutes=5)
        self.scene.decide(self.rosa, StatusChanged(Status.ACTIVE))

    def status(self) -> str:
        """Where Rosa stands."""
        (row,) = self.scene.rows(participant, id=self.rosa)
        return str(row["status"])

    def sam_takes_texts(self) -> bool:
        """Whether texts go to Sam."""
        (row,) = self.scene.rows(on_call)
        return bool(row["texts"])


@pytest.fixture
def office(engine: Engine, store: SqlStore, clock: StoppedClock) -> Iterator[Office]:
    """A line that is fast, and a table of codes of which every one means an opt-out."""
    scene, network = Scene(engine, store, clock), Network()
    figures = Options(segments_per_second=FAST, meaning=lambda _code: Meaning(FailureClass.SUPPRESSED))
    office = Office(scene, network, Sending(store, network, clock, figures))
    office.rosa = scene.enrol("Rosa")
    with store.begin() as tx:
        person = OnCall(0, "sam", "Sam Roy", "+15550001004", Language.EN, "America/Chicago")
        office.sam = tx.add_on_call(person, "admin", scene.now)
    scene.clock.advance(minutes=5)
    yield office
    office.sending.close()


def test_whoever_came_back_is_not_opted_out_by_the_same_callback_again(office: Office) -> None:
    """Carriers repeat callbacks, and a spool is read again. The first one acts, with its proof, and only once."""
    callback = office.text(office.rosa)
    office.told(callback)
    assert office.status() == Status.OPTED_OUT
    office.starts()
    office.told(callback)
    assert office.status() == Status.ACTIVE
    assert [row["wording_version"] for row in office.scene.rows(consent)] == ["21610"]


def test_nor_by_one_that_comes_only_after_they_came_back(office: Office) -> None:
    """It is about a message from before."""
    callback = office.text(office.rosa)
    office.scene.decide(office.rosa, StatusChanged(Status.OPTED_OUT))
    office.starts()
    office.told(callback)
    assert office.status() == Status.ACTIVE


def test_whoever_opts_out_again_is_opted_out_again(office: Office) -> None:
    """A message begun after they came back is refused."""
    office.told(office.text(office.rosa))
    office.starts()
    office.scene.clock.advance(minutes=5)
    office.told(office.text(office.rosa))
    assert office.status() == Status.OPTED_OUT


def test_staff_who_take_texts_again_are_not_stopped_by_the_same_callback(office: Office) -> None:
    """They are paged by text as before; a new refusal stops texts again."""
    callback = office.text(office.sam, Lane.PAGE)
    office.told(callback)
    assert not office.sam_takes_texts()
    office.scene.clock.advance(minutes=5)
    with office.scene.store.begin() as tx:
        texts_back(tx, office.sam, office.scene.now)
    office.told(callback)
    assert office.sam_takes_texts()
    office.told(office.text(office.sam, Lane.PAGE))
    assert not office.sam_takes_texts()
