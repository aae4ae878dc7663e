"""`coach serve` killed for real, on a real file, with the phone network looking on: what was answered is never lost.

What the design promises (decision 1): whatever stands in the database is carried out after a restart; what may have
been posted is looked up at the carrier and never repeated blindly; a prompt is never sent twice.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import attempt, escalation, inbound, outbox
from coach.core.escalation import page_code
from coach.core.model import InboundMessage, Lane, Language, OutboundMessage, Participant, Status
from coach.ports import Outcome, SendResult
from coach.sandbox.faults import RestFault, RestRule
from coach.sending import Options
from coach.service import Coach
from tests.carriers import NoCallsUnderWay
from tests.chaos.street import ALARM, LINE, Street, open_street, phone, until
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK
from tests.serving import Program
from tests.town import ANA

OUTAGE = timedelta(minutes=6)
"""Longer than a lease, the patience with what must arrive, and the pause between two pages; shorter than a promise."""
GIVEN_UP = timedelta(minutes=16)
"""Longer than the patience with what need not arrive."""


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """Nobody takes part yet."""
    with open_street(tmp_path) as opened:
        yield opened


def runs(street: Street) -> None:
    """The coach starts, or starts again."""
    street.serve.start(f"{street.address}/healthz")


def every_answered_alarm_was_answered_and_paged(street: Street) -> None:
    """Each text answered with 200 is one case, one alarm to the person, and at least one page."""
    texts = {row.id: row.sender for row in street.rows(inbound)}
    cases = {texts[row.inbound_id]: row for row in street.rows(escalation)}
    assert len(cases) == len(street.rows(escalation)), "one case for each text"
    assert street.answered <= cases.keys(), "a case for each text that was answered"
    sent, pages = street.sent(), street.pages()
    alarms = {texts[row.inbound_id]: row for row in street.rows(outbox) if row.lane == Lane.EMERGENCY}
    for sender, case in cases.items():
        assert case.level == "emergency"
        assert sent[alarms[sender].id] >= 1, f"{sender} was told"
        assert pages[case.id] >= 1, f"case {case.id} was paged"


def nothing_was_doubled(street: Street) -> None:
    """No attempt is posted twice, no lesson or reply repeated, and what must arrive only within its bounds."""
    assert set(street.at_carrier().values()) <= {1}
    sent = street.sent()
    for row in street.rows(outbox):
        must_arrive = Lane(row.lane).must_arrive
        assert sent[row.id] <= (1 + Options().blind_repeats if must_arrive else 1), (row.template, row.recipient)
    alarms = [row.inbound_id for row in street.rows(outbox) if row.template == "escalation.emergency"]
    assert len(alarms) == len(set(alarms)), "one decision for each text"


def ana_takes_all(street: Street) -> None:
    """By text, case by case."""
    for row in street.rows(escalation):
        assert street.text(ANA.phone, f"ACK {page_code(row.id)}")
    until(lambda: street.owners() == {"ana"}, "all cases taken")


def test_what_was_answered_before_the_program_was_killed_is_done_after_it(street: Street) -> None:
    """The carrier takes nothing until the kill: all that is known of four alarms stands in the database."""
    street.enrol(4)
    street.network.faults.add_rule(RestRule(RestFault.TOO_MANY))
    runs(street)
    with street.texts([phone(number) for number in range(4)]):
        pass
    until(lambda: not street.unsettled(), "nothing in hand, so that nothing is in doubt for long")
    street.serve.kill()
    assert len(street.answered) == 4
    assert not street.sent()
    street.network.faults.clear()
    street.time_goes_by(OUTAGE)
    runs(street)
    until(street.is_quiet, "everything sent")
    every_answered_alarm_was_answered_and_paged(street)
    nothing_was_doubled(street)
    assert set(street.sent().values()) == {1}
    ana_takes_all(street)
    until(street.is_quiet, "everybody told")
    street.serve.kill()
    taken = street.pages()
    street.time_goes_by(OUTAGE)
    runs(street)
    until(street.is_quiet, "everything looked at")
    assert street.pages() == taken, "whoever has a case is not asked to take it"


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_lost_or_doubled_whenever_the_program_is_killed(street: Street, seed: int) -> None:
    """Three times at moments of chance, while people text and a slow carrier takes some of it."""
    chance = random.Random(seed)
    street.enrol(18)
    street.network.faults.add_rule(RestRule(RestFault.SLOW, share=0.5, seconds=0.4))
    for life in range(3):
        runs(street)
        with street.texts([phone(number) for number in range(6 * life, 6 * life + 6)]):
            time.sleep(chance.uniform(0.0, 2.0))
            street.serve.kill()
        street.time_goes_by(chance.choice([timedelta(0), timedelta(minutes=2)]))
    street.time_goes_by(OUTAGE)
    before = street.pages()
    runs(street)
    until(street.is_quiet, "everything settled", 240)
    every_answered_alarm_was_answered_and_paged(street)
    nothing_was_doubled(street)
    assert all(pages > before[case] for case, pages in street.pages().items()), "paged on while nobody has them"
    ana_takes_all(street)
    street.serve.kill()
    taken = street.pages()
    street.time_goes_by(OUTAGE)
    runs(street)
    until(street.is_quiet, "everything looked at", 240)
    assert street.pages() == taken


@pytest.mark.nightly
def test_a_process_held_still_past_its_lease_posts_nothing_late(street: Street, tmp_path: Path) -> None:
    """Another worker takes over what it had in hand; when it goes on it finds that out, and keeps still."""
    street.enrol(20)
    street.network.faults.add_rule(RestRule(RestFault.TOO_MANY))
    runs(street)
    with street.texts([phone(number) for number in range(10)]):
        pass
    street.serve.kill()
    street.network.faults.clear()
    street.network.faults.add_rule(RestRule(RestFault.SLOW, resource="Messages", seconds=3))
    street.time_goes_by(timedelta(minutes=1))
    runs(street)
    street.hold_while_sending()
    in_hand = {row.outbox_id for row in street.rows(attempt) if row.outcome is None}
    posted = street.sent()
    assert in_hand - posted.keys(), "some of it was not posted yet"
    worker = Program(("worker",), tmp_path, street.serve.settings)
    worker.start()
    try:
        until(lambda: not street.unsettled(), "the worker has taken over", 300)
        before = street.at_carrier()
        street.serve.let_go()
        until(street.serve_works_again, "the process works again")
        late = {row.id for row in street.rows(attempt) if row.outbox_id in in_hand and row.id not in before}
        assert not late & street.at_carrier().keys()
    finally:
        worker.kill()
        street.serve.kill()
    street.network.faults.clear()
    street.time_goes_by(GIVEN_UP)
    runs(street)
    until(street.is_quiet, "everything settled")
    every_answered_alarm_was_answered_and_paged(street)
    nothing_was_doubled(street)
    lessons = {row.id for row in street.rows(outbox) if row.lane == Lane.PROMPT}
    assert not {number for number in lessons & in_hand if street.sent()[number] > posted[number]}


# --- held up in one process ---


class HeldUp:
    """A store at which the process is held still for two minutes while it claims."""

    def __init__(self, inner: SqlStore, clock: StoppedClock) -> None:
        """Once only."""
        self._inner, self._clock = inner, clock
        self._minutes = [2]

    def claim_outbox(self, *what: Any) -> Any:
        """The rows are claimed, and the process stands still before it hears so."""
        claimed = self._inner.claim_outbox(*what)
        if self._minutes:
            self._clock.advance(minutes=self._minutes.pop())
        return claimed

    def __getattr__(self, name: str) -> Any:
        """Everything else takes no time."""
        return getattr(self._inner, name)


class Counting(NoCallsUnderWay):
    """A carrier that takes everything."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.posted: list[OutboundMessage] = []

    def send(self, message: OutboundMessage) -> SendResult:
        """Take it."""
        self.posted.append(message)
        return SendResult(Outcome.ACCEPTED, f"SM{message.attempt_id}", "queued")

    call = send

    def find(self, message: OutboundMessage, since: datetime) -> tuple[str, ...]:
        """It has what it took."""
        del since
        return tuple(f"SM{one.attempt_id}" for one in self.posted if one.outbox_id == message.outbox_id)


def test_a_sender_held_still_while_it_claims_posts_nothing(store: SqlStore, clock: StoppedClock) -> None:
    """Its lease was running meanwhile: by now the message may be in another's hands. It goes out once, later."""
    carrier = Counting()
    coach = Coach(HeldUp(store, clock), carrier, HANDBOOK, clock, elapsed=lambda: clock().timestamp())
    with store.begin() as tx:
        tx.enrol(Participant(0, phone(0), Status.ACTIVE, Language.EN, "US", name="Ruth Ames", zone="UTC"), clock())
    coach.receive(InboundMessage("SM-1", phone(0), LINE, ALARM, clock()), {})
    other = Coach(store, carrier, HANDBOOK, clock)
    assert coach.dispatch() == 1
    assert carrier.posted == []
    for _ in range(4):
        clock.advance(minutes=1)
        other.recover()
        other.reconcile()
        other.dispatch()
    assert [message.lane for message in carrier.posted] == [Lane.EMERGENCY]
    coach.close()
    other.close()
