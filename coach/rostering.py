"""Changes of the rota by staff, with what is refused: hours nobody would cover, numbers that are somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from coach.core import paging, rota_changes
from coach.core.handbook import Handbook
from coach.core.model import EscalationState, Status
from coach.core.rota import Leave, OnCall, Rota, Shift
from coach.duty import Done, Refused
from coach.ports import Cause, Clock, Duplicate, Store, Transaction

_COUNTRY = "US"  # of a row made and taken over at once; what is kept is what the rota says

Refusing: TypeAlias = Callable[[Rota, datetime], str | None]
"""Why a change of this rota is not possible now, in one sentence; None when it is."""


@dataclass(frozen=True, slots=True)
class Rostering:
    """Everything that changes who is on call. Thread-safe: all state is in the store."""

    store: Store
    clock: Clock
    handbook: Handbook

    def rota(self) -> Rota:
        """As it stands now."""
        with self.store.begin() as tx:
            return tx.rota()

    def add(self, person: OnCall, staff: str) -> Done | Refused:
        """A number of staff that may be paged from now on."""
        now = self.clock()
        try:
            with self.store.begin() as tx:
                refusal = rota_changes.unreachable(person) or _taken(tx, person, now)
                return Refused(refusal) if refusal else Done(tx.add_on_call(person, staff, now))
        except Duplicate:
            return Refused("This number or this name is already taken; a number on call is nobody else's.")

    def change(self, person: OnCall, staff: str) -> Done | Refused:
        """Other details of a number of staff, also whether they are active."""
        return self._carried_out(
            lambda rota, now: rota_changes.change_refusal(rota, person, now),
            lambda tx, now: Done(person.id) if tx.change_on_call(person, staff, now) else _NOBODY,
        )

    def take_off(self, person_id: int, staff: str) -> Done | Refused:
        """Somebody is paged no more: their shifts and leave end, and their number stays known."""

        def off(tx: Transaction, now: datetime) -> Done | Refused:
            rota = tx.rota()
            known = rota.person(person_id)
            if known is None or not tx.change_on_call(replace(known, active=False), staff, now):
                return _NOBODY
            for shift in (one for one in rota.shifts if one.person == person_id):
                tx.end_shift(shift.id, staff, now)
            for leave in (one for one in rota.leaves if one.person == person_id):
                tx.end_leave(leave.id, staff, now)
            return Done(person_id)

        return self._carried_out(lambda rota, now: rota_changes.off_refusal(rota, person_id, now), off)

    def put_back(self, person_id: int, staff: str) -> Done | Refused:
        """Somebody may be paged again; their hours are given to them anew."""

        def back(tx: Transaction, now: datetime) -> Done | Refused:
            known = tx.rota().person(person_id)
            if known is None or not tx.change_on_call(replace(known, active=True), staff, now):
                return _NOBODY
            return Done(person_id)

        return self._carried_out(lambda rota, now: rota_changes.back_refusal(rota, person_id, now), back)

    def add_shift(self, shift: Shift, staff: str) -> Done | Refused:
        """A shift more; never refused for what it leaves open."""
        return self._carried_out(
            lambda rota, now: rota_changes.shift_refusal(rota, shift, now),
            lambda tx, now: Done(tx.add_shift(shift, staff, now)),
        )

    def end_shift(self, shift_id: int, staff: str) -> Done | Refused:
        """A shift less; refused when it would leave hours of the next 14 days without anybody."""
        return self._carried_out(
            lambda rota, now: rota_changes.end_refusal(rota, shift_id, now),
            lambda tx, now: Done(shift_id) if tx.end_shift(shift_id, staff, now) else Refused(rota_changes.SHIFT_OVER),
        )

    def add_leave(self, leave: Leave, staff: str) -> Done | Refused:
        """A leave; refused when it would leave hours of the next 14 days without anybody and names no cover."""
        return self._carried_out(
            lambda rota, now: rota_changes.leave_refusal(rota, leave, now),
            lambda tx, now: Done(tx.add_leave(leave, staff, now)),
        )

    def end_leave(self, leave_id: int, staff: str) -> Done | Refused:
        """The person is back."""
        with self.store.begin() as tx:
            ended = tx.end_leave(leave_id, staff, self.clock())
        return Done(leave_id) if ended else Refused("This leave has already ended.")

    def page_me(self, person_id: int, staff: str) -> Done | Refused:
        """A page without a case, to see that a number works: a text, or a call to who takes no texts."""
        now = self.clock()
        with self.store.begin() as tx:
            to = tx.rota().person(person_id)
            if to is None or not to.active:
                return _NOBODY
            page = paging.page_to_try(to, self.handbook, now, f"{staff} asked for a test page")
            tx.record(tx.conversation(person_id, now), (page,), Cause(staff=staff), now)
        return Done(person_id)

    def see_alarm(self, alarm_id: int, staff: str) -> Done | Refused:
        """Say that somebody looks after an alarm; the first one counts."""
        seen = self.store.see_alarm(alarm_id, staff, self.clock())
        return Done(alarm_id) if seen else Refused("This alarm is over, or somebody looks after it already.")

    def _carried_out(
        self, refusing: Refusing, act: Callable[[Transaction, datetime], Done | Refused]
    ) -> Done | Refused:
        """What is checked still holds when it is written: changes of the rota come one after another."""
        now = self.clock()
        with self.store.begin() as tx:
            refusal = refusing(tx.rota_to_change(), now)
            return Refused(refusal) if refusal else act(tx, now)


_NOBODY = Refused(rota_changes.NOBODY)


def _taken(tx: Transaction, person: OnCall, now: datetime) -> str | None:
    known = tx.conversation_of_number(person.phone, _COUNTRY, now)
    status = known.participant.status
    if status is Status.ON_CALL:
        return "This number is already on call."
    if status is not Status.STRANGER:
        return "This number belongs to somebody in the programme; a number on call must be nobody else's."
    if any(case.state is not EscalationState.CLOSED for case in known.escalations):
        return "There is an open case about this number; see to it first."
    return None
