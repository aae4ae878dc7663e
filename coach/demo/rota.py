"""Who is on call in the demonstration: two who share the day, and a backup."""

from __future__ import annotations

from datetime import date, time

from coach.core.model import Language
from coach.core.rota import BACKUP, FIRST, SECOND, OnCall, Shift
from coach.ports import Clock, Store

ZONE = "America/New_York"
STAFF = "demo"
"""The account one signs in with, and the first on call by day."""

DANA = OnCall(0, STAFF, "Dana Reyes", "+12025550190", Language.EN, ZONE, operator=True)
THEO = OnCall(0, "theo", "Theo Brandt", "+12025550191", Language.EN, ZONE)
MINA = OnCall(0, "mina", "Mina Castellano", "+12025550192", Language.ES, "America/Chicago")
PEOPLE = (DANA, THEO, MINA)

_EVERY_DAY = frozenset(range(7))
_MORNING, _EVENING, _MIDNIGHT = time(7), time(19), time(0)
_HOURS = (
    (DANA, FIRST, _MORNING, _EVENING),
    (THEO, FIRST, _EVENING, _MORNING),
    (THEO, SECOND, time(9), time(17)),
    (MINA, BACKUP, _MIDNIGHT, _MIDNIGHT),
)


def put_on_call(store: Store, clock: Clock, first_day: date) -> None:
    """Store everybody with their hours; from the first day on every hour is covered."""
    with store.begin() as tx:
        ids = {person.handle: tx.add_on_call(person, STAFF, clock()) for person in PEOPLE}
        for person, layer, start, end in _HOURS:
            shift = Shift(0, ids[person.handle], layer, _EVERY_DAY, start, end, first_day)
            tx.add_shift(shift, STAFF, clock())
