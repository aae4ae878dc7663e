"""Killed a hundred times, at every moment that matters: what is due goes out, once, as the phone network counts it.

Two coaches work side by side on one database and one of them is killed again and again, each time at the next of the
named moments. Here they live in this process, and time is a clock that is moved; `test_many_kills.py` kills real ones.
"""

from __future__ import annotations

import logging
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest

from coach.adapters.database.tables import escalation
from coach.core.model import InboundMessage
from coach.jobs import DISPATCH, PLAN, RECONCILE, RECOVER, drain
from coach.service import Coach, Done
from tests.chaos.coaches import open_coach
from tests.chaos.mortal import AMONG_MANY, ANYWHERE, Killed, Life
from tests.chaos.street import ALARM, LINE, Street, open_street, phone
from tests.chaos.verdict import judge, nothing_is_lost_or_doubled
from tests.clocks import StoppedClock

KILLS, PEOPLE, ALARMS = 50, 150, 15
LASTS = timedelta(minutes=40)


@dataclass
class Quarter:
    """A street that two coaches look after, each of which may die; together they see to it that one always does."""

    street: Street
    url: str
    clock: StoppedClock
    chance: random.Random
    belt: list[Sequence[int]] = field(default_factory=list)
    deaths: Counter[str] = field(default_factory=Counter)
    alarmed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Both live; nobody is to die yet."""
        self.shared = self.url.startswith("postgresql")
        self.moments = cycle(AMONG_MANY if self.shared else ANYWHERE)
        self.lives = [Life(), Life()]
        self.coaches = [open_coach(self.street, life) for life in self.lives]

    def goes_on(self) -> None:
        """Some time passes, and one of them does something; it may be its last."""
        self.clock.advance(seconds=self.chance.uniform(0, 30))
        which = self.chance.randrange(2)
        with suppress(Killed):
            self.chance.choice(self._jobs())(self.coaches[which])
        life = self.lives[which]
        if life.is_over:
            self.deaths[life.ends_at] += 1
            self.begin_anew(which, Life(next(self.moments)))
        elif self.chance.random() < 0.1:
            life.ends_at = next(self.moments)  # that moment does not come now

    def begin_anew(self, which: int, life: Life) -> None:
        """Another life in the place of one, which is over now if it was not before."""
        self.lives[which].is_over = True
        with suppress(Killed):
            self.coaches[which].close()
        self.lives[which], self.coaches[which] = life, open_coach(self.street, life)

    def _jobs(self) -> Sequence[Callable[[Coach], object]]:
        often = (lambda coach: drain(PLAN, coach), self._recover, self._reconcile)
        return (*often, self._share, self._share, self._deliver, self._deliver) if self.shared else (*often, *_DISPATCH)

    def _recover(self, coach: Coach) -> None:
        drain(RECOVER, coach)

    def _reconcile(self, coach: Coach) -> None:
        drain(RECONCILE, coach)

    def _share(self, coach: Coach) -> None:
        """What may wait is put on the belt, also when that is undone a moment later."""
        coach.dispatch_urgent()
        coach.release(lambda _transaction, ids, _lane: self.belt.append(ids))

    def _deliver(self, coach: Coach) -> None:
        """Some batch; now and then it stays on the belt for somebody else, and now and then it falls off it."""
        if not self.belt:
            return
        batch = self.chance.choice(self.belt)
        if self.chance.random() < 0.8:
            self.belt.remove(batch)
        if self.chance.random() < 0.9:
            coach.deliver(batch)

    def alarm(self, sender: str) -> None:
        """Somebody texts an emergency; what was not taken is nobody's promise."""
        message = InboundMessage(f"SM-{sender}", sender, LINE, ALARM, self.clock())
        with suppress(OSError):
            self.chance.choice(self.coaches).receiving.text(message, {"Body": ALARM})
            self.alarmed.add(sender)

    def cases_are_taken(self) -> None:
        """By Ana, of whom those she was paged about are known."""
        pages = self.street.pages()
        for row in self.street.rows(escalation):
            if pages[row.id] and row.owner is None:
                self.begin_anew(0, Life())
                assert isinstance(self.coaches[0].acknowledge(row.id, "ana"), Done)

    def calms_down(self) -> None:
        """Nobody dies any more; after the longest patience everything is settled."""
        for which in range(2):
            self.begin_anew(which, Life())
        for _ in range(25):
            self.clock.advance(minutes=1)
            for coach in self.coaches:
                for job in (*self._jobs(), *_DISPATCH):
                    job(coach)


_DISPATCH: tuple[Callable[[Coach], object], ...] = (lambda coach: drain(DISPATCH, coach),) * 2


@pytest.fixture
def quarter(database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Quarter]:
    """Some hundred people are to get a prompt within the next hours."""
    caplog.set_level(logging.CRITICAL)  # the last words of those who are killed
    clock, chance = StoppedClock(), random.Random(1)
    with open_street(tmp_path, database_url, ("worker",), clock) as street:
        street.plan([clock() + chance.random() * LASTS for _ in range(PEOPLE)])
        opened = Quarter(street, database_url, clock, chance)
        yield opened
        for coach in opened.coaches:
            coach.close()


def test_a_hundred_kills_lose_nothing_and_double_nothing(quarter: Quarter, tmp_path: Path) -> None:
    """At each named moment several times; alarms come in meanwhile."""
    ends, alarming = quarter.clock() + LASTS, iter(range(PEOPLE, PEOPLE + ALARMS))
    while quarter.deaths.total() < KILLS or quarter.clock() < ends:
        quarter.goes_on()
        if quarter.chance.random() < 0.1:
            quarter.alarm(phone(next(alarming, PEOPLE)))
        if quarter.chance.random() < 0.02:
            quarter.cases_are_taken()
    quarter.cases_are_taken()
    quarter.calms_down()
    due = [phone(number) for number in range(PEOPLE)]
    verdict = judge(quarter.street, quarter.deaths.total(), due, quarter.alarmed)
    (tmp_path / "figures.txt").write_text(f"{verdict}\n{quarter.deaths}\n", encoding="utf-8")
    sys.stderr.write(f"{verdict}\n{quarter.deaths}\n")
    nothing_is_lost_or_doubled(quarter.street, verdict)
    assert quarter.street.is_quiet()
