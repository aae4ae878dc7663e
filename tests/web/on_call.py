"""People on call for tests: Ana by day, Ben by night, Cleo as backup; every hour is covered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from coach.core.model import Language
from coach.core.rota import BACKUP, FIRST, OnCall, Shift
from coach.ports import Store
from tests.clocks import StoppedClock

NEW_YORK = "America/New_York"
ANA = OnCall(0, "ana", "Ana Ruiz", "+12025550181", Language.EN, NEW_YORK, operator=True)
BEN = OnCall(0, "ben", "Ben Ode", "+12025550182", Language.EN, NEW_YORK, texts=False)
CLEO = OnCall(0, "cleo", "Cleo Marin", "+12025550183", Language.ES, NEW_YORK)
EVERY_DAY = frozenset(range(7))
DAY, NIGHT, ALWAYS = (time(8), time(20)), (time(20), time(8)), (time(0), time(0))
SINCE = date(2026, 11, 1)


def put_on_call(store: Store, clock: StoppedClock) -> tuple[OnCall, OnCall, OnCall]:
    """Store all three with their hours; shift 1 is Ana's, 2 Ben's and 3 Cleo's."""
    with store.begin() as tx:
        people = [replace(one, id=tx.add_on_call(one, "test", clock())) for one in (ANA, BEN, CLEO)]
        for one, layer, (start, end) in zip(people, (FIRST, FIRST, BACKUP), (DAY, NIGHT, ALWAYS), strict=True):
            tx.add_shift(Shift(0, one.id, layer, EVERY_DAY, start, end, SINCE), "test", clock())
    ana, ben, cleo = people
    return ana, ben, cleo
