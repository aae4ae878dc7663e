"""Numbers of staff, their shifts and leave, as they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from coach.adapters.database.tables import inbound, on_call_leave, on_call_shift
from coach.core.escalation import page_code
from coach.core.events import EscalationClosed, EscalationRaised
from coach.core.model import Disposition, Language, Status
from coach.core.rota import BACKUP, FIRST, Leave, OnCall, Shift
from coach.ports import Duplicate
from tests.adapters.database.scene import PHONES, Scene

ANA = OnCall(0, "ana", "Ana Ruiz", "+15550002001", Language.ES, "America/Chicago", operator=True)
BEN = OnCall(0, "ben", "Ben Ode", "+15550002002", Language.EN, "America/New_York", texts=False)
NIGHTS = Shift(0, 0, FIRST, frozenset({0, 6}), time(20), time(8), date(2026, 11, 1))


def test_a_rota_comes_back_as_it_was_stored(scene: Scene) -> None:
    """People, shifts of each layer, leave with its cover."""
    with scene.store.begin() as tx:
        ana, ben = (tx.add_on_call(person, "admin", scene.now) for person in (ANA, BEN))
        night = replace(NIGHTS, person=ana)
        day = replace(NIGHTS, person=ben, layer=BACKUP, last_day=date(2027, 1, 1))
        leave = Leave(0, ana, date(2026, 12, 24), date(2026, 12, 26), ben)
        ids = [tx.add_shift(shift, "admin", scene.now) for shift in (night, day)]
        away = tx.add_leave(leave, "admin", scene.now)
        rota = tx.rota()
    assert rota.people == (replace(ANA, id=ana), replace(BEN, id=ben))
    assert rota.shifts == (replace(night, id=ids[0]), replace(day, id=ids[1]))
    assert rota.leaves == (replace(leave, id=away),)


def test_what_is_ended_counts_no_more_and_is_kept(scene: Scene) -> None:
    """With who ended it; once."""
    with scene.store.begin() as tx:
        ana = tx.add_on_call(ANA, "admin", scene.now)
        shift = tx.add_shift(replace(NIGHTS, person=ana), "admin", scene.now)
        leave = tx.add_leave(Leave(0, ana, date(2026, 12, 24), date(2026, 12, 26)), "admin", scene.now)
        assert [tx.end_shift(shift, "bea", scene.now), tx.end_leave(leave, "bea", scene.now)] == [True, True]
        assert [tx.end_shift(shift, "cy", scene.now), tx.end_leave(leave, "cy", scene.now)] == [False, False]
        assert (tx.rota().shifts, tx.rota().leaves) == ((), ())
    assert [row["ended_by"] for table in (on_call_shift, on_call_leave) for row in scene.rows(table)] == ["bea", "bea"]


def test_details_of_a_number_on_call_can_change(scene: Scene) -> None:
    """Its phone and handle stay."""
    with scene.store.begin() as tx:
        ana = tx.add_on_call(ANA, "admin", scene.now)
        changed = replace(ANA, id=ana, name="Ana R.", active=False, texts=False, zone="Europe/Madrid")
        assert tx.change_on_call(changed, "admin", scene.now)
        assert tx.rota().people == (changed,)
        assert not tx.change_on_call(replace(changed, id=ana + 1), "admin", scene.now)


@pytest.mark.parametrize("name", ["Rosa", "ana"])
def test_a_number_is_never_both_a_participants_and_on_call(scene: Scene, name: str) -> None:
    """Nor has a handle two numbers."""
    scene.enrol("Rosa")
    with scene.store.begin() as tx:
        tx.add_on_call(ANA, "admin", scene.now)
    taken = replace(BEN, phone=PHONES["Rosa"]) if name == "Rosa" else replace(BEN, handle="ana")
    with pytest.raises(Duplicate), scene.store.begin() as tx:
        tx.add_on_call(taken, "admin", scene.now)
    with scene.store.begin() as tx:
        assert [person.handle for person in tx.rota().people] == ["ana"]


def test_a_code_names_the_open_case_before_a_closed_one(scene: Scene) -> None:
    """Of what there is; a code that names none names none."""
    rosa = scene.enrol("Rosa")
    for _ in range(2):
        scene.decide(rosa, EscalationRaised(Disposition.URGENT, ("a",), "b", "c"))
    scene.decide(rosa, EscalationClosed(2, "ana", "seen", ""))
    with scene.store.begin() as tx:
        assert [tx.case_by_code(page_code(number)) for number in (1, 2, 3)] == [1, 2, None]
        assert tx.case_by_code("12") is None


def test_a_text_of_staff_stays_under_their_own_number(scene: Scene) -> None:
    """Whatever case it was about, it never shows in a participant's thread."""
    with scene.store.begin() as tx:
        ana = tx.add_on_call(replace(ANA, phone=PHONES["Sam"]), "admin", scene.now)
    inbound_id = scene.receive("Sam", "ACK 4821")
    with scene.store.begin() as tx:
        assert tx.conversation_of_number(PHONES["Sam"], "US", scene.now).participant.status is Status.ON_CALL
        tx.settle_inbound(inbound_id, ana, scene.now)
    (row,) = scene.rows(inbound)
    assert (row["participant_id"], row["decided_at"]) == (ana, scene.now)
