"""Storms at the carrier: too many requests, broken answers, lost answers, and words about them in any order or never.

Judged by the ledger of the phone network.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from coach.adapters.database.tables import outbox
from coach.core.model import InboundMessage, Lane
from coach.jobs import DISPATCH, PLAN, RECONCILE, RECOVER, drain
from coach.sandbox.faults import CallbackChaos, RestFault, RestRule
from coach.sending import Options
from coach.service import Coach
from tests.chaos.coaches import open_coach
from tests.chaos.street import ALARM, LINE, Street, open_street, phone, until
from tests.chaos.verdict import judge, nothing_is_lost_or_doubled
from tests.clocks import StoppedClock

PEOPLE, ALARMS, RATE = 100, 6, 10.0
STORM = timedelta(minutes=30)
BACKLOG_GONE_WITHIN = timedelta(minutes=10)
STEP = timedelta(seconds=20)


@dataclass
class Practice:
    """A coach at a carrier with troubles."""

    street: Street
    clock: StoppedClock
    coach: Coach

    def works_for(self, span: timedelta) -> None:
        """All jobs, every so often."""
        ends = self.clock() + span
        while self.clock() < ends:
            self.clock.advance(STEP)
            for job in (PLAN, RECOVER, RECONCILE, DISPATCH):
                drain(job, self.coach)

    def alarms(self, first: int) -> set[str]:
        """Some people need help. Returns who."""
        senders = [phone(PEOPLE + first + number) for number in range(ALARMS)]
        for sender in senders:
            self.coach.receive(InboundMessage(f"SM-{sender}", sender, LINE, ALARM, self.clock()), {"Body": ALARM})
        return set(senders)

    def requests(self) -> int:
        """Posts that reached the carrier, whatever became of them."""
        ledger = self.street.network.ledger
        broken = [entry for entry in ledger.entries("fault") if entry.detail.endswith((" 429", " 500"))]
        return len(ledger.entries("message")) + len(broken)


@pytest.fixture
def practice(sqlite_url: str, tmp_path: Path) -> Iterator[Practice]:
    """Prompts are due all through the storm."""
    clock, chance = StoppedClock(), random.Random(5)
    with open_street(tmp_path, sqlite_url, ("worker",), clock) as street:
        street.plan([clock() + chance.random() * 2 * STORM for _ in range(PEOPLE)])
        coach = open_coach(street, options=Options(segments_per_second=RATE, senders=1))  # in order
        yield Practice(street, clock, coach)
        coach.close()


@pytest.mark.nightly
def test_after_a_storm_everything_due_has_been_sent_once(practice: Practice) -> None:
    """Half an hour in which all is refused, and half an hour in which much breaks before, in or after it is done."""
    faults = practice.street.network.faults
    faults.add_rule(RestRule(RestFault.TOO_MANY))
    alarmed = practice.alarms(0)
    practice.works_for(STORM)
    assert not practice.street.sent()
    alarmed |= practice.alarms(ALARMS)
    for fault in (RestFault.BROKEN_AFTER, RestFault.DROP, RestFault.BROKEN):
        faults.clear()
        faults.add_rule(RestRule(fault, share=0.4))
        practice.works_for(STORM / 3)
    faults.clear()
    practice.works_for(STORM)
    verdict = judge(practice.street, PEOPLE, [phone(number) for number in range(PEOPLE)], alarmed)
    nothing_is_lost_or_doubled(practice.street, verdict)


@pytest.mark.nightly
def test_a_backlog_is_gone_within_minutes_and_without_needless_requests(practice: Practice) -> None:
    """At the rate that is allowed; each message is asked for about once."""
    faults = practice.street.network.faults
    faults.add_rule(RestRule(RestFault.TOO_MANY))
    practice.works_for(2 * STORM)
    waiting = [row for row in practice.street.rows(outbox) if row.state == "pending"]
    assert len(waiting) == PEOPLE
    before = practice.requests()
    faults.clear()
    practice.works_for(BACKLOG_GONE_WITHIN)
    assert {row.state for row in practice.street.rows(outbox)} == {"accepted"}
    assert practice.requests() - before <= 1.5 * PEOPLE


@pytest.mark.nightly
def test_words_from_the_carrier_in_any_order_or_never_change_nothing(tmp_path: Path) -> None:
    """Before the answer to the post, twice, swapped or lost, while some answers are lost too; with `coach serve`."""
    with open_street(tmp_path) as street:
        street.enrol(40)
        faults = street.network.faults
        faults.set_chaos(CallbackChaos(doubled=0.25, reordered=0.25, dropped=0.25))
        faults.add_rule(RestRule(RestFault.SLOW, share=0.4, seconds=0.3))
        faults.add_rule(RestRule(RestFault.DROP, share=0.5))
        street.serve.start(f"{street.address}/healthz")
        with street.texts([phone(40 + number) for number in range(6)]):
            until(lambda: len(street.sent()) >= 40, "most lessons sent")
        faults.clear()
        until(lambda: not [row for row in street.rows(outbox) if row.state == "sending"], "nothing in hand")
        street.serve.kill()
        street.time_goes_by(timedelta(minutes=20))
        street.serve.start(f"{street.address}/healthz")
        until(street.is_quiet, "everything settled")
        verdict = judge(street, 6, [phone(number) for number in range(40)], street.answered)
        nothing_is_lost_or_doubled(street, verdict)
        assert (verdict.sent, verdict.alarms) == (40, 6)
        states = {row.state for row in street.rows(outbox) if row.lane == Lane.PROMPT}
        assert states == {"accepted"}, "whatever was said or not, the carrier's list settles it"
