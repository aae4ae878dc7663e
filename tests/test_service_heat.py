"""The staff actions about heat, on real databases."""

from __future__ import annotations

from datetime import date

from coach.adapters.database.store import SqlStore
from coach.service import Coach, Done, Refused
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK
from tests.test_service import ScriptedCarrier

TODAY = date(2026, 11, 24)


def test_staff_set_and_end_an_alert_once(store: SqlStore, clock: StoppedClock) -> None:
    """The second time either is refused with a sentence."""
    coach = Coach(store, ScriptedCarrier(), HANDBOOK, clock)
    done = coach.declare_heat("America/Phoenix", TODAY, TODAY, "ana")
    assert isinstance(done, Done)
    assert done.id is not None
    again = coach.declare_heat("America/Phoenix", TODAY, TODAY, "ben")
    assert again == Refused("There is already a heat alert for these days.")
    assert coach.end_heat(done.id, "ben") == done
    assert coach.end_heat(done.id, "ana") == Refused("This heat alert has already ended.")
    coach.close()


def test_days_that_are_over_there_are_refused(store: SqlStore, clock: StoppedClock) -> None:
    """On Kiritimati it is tomorrow already."""
    coach = Coach(store, ScriptedCarrier(), HANDBOOK, clock)
    assert isinstance(coach.declare_heat("America/Phoenix", TODAY, TODAY, "ana"), Done)
    over = coach.declare_heat("Pacific/Kiritimati", TODAY, TODAY, "ana")
    assert over == Refused("These days are over; choose today or later.")
    coach.close()
