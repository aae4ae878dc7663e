"""Changes of the rota by staff, with what is refused: hours nobody would cover, numbers that are somebody else's."""

from __future__ import annotations

from dataclasses import dataclass

from coach.core.rota import Leave, OnCall, Rota, Shift
from coach.duty import Done, Refused
from coach.ports import Clock, Duplicate, Store


@dataclass(frozen=True, slots=True)
class Rostering:
    """Everything that changes who is on call. Thread-safe: all state is in the store."""

    store: Store
    clock: Clock

    def rota(self) -> Rota:
        """As it stands now."""
        with self.store.begin() as tx:
            return tx.rota()

    def add(self, person: OnCall, staff: str) -> Done | Refused:
        """A number of staff that may be paged from now on."""
        try:
            with self.store.begin() as tx:
                return Done(tx.add_on_call(person, staff, self.clock()))
        except Duplicate:
            return Refused("This number or this name is already taken; a number on call is nobody else's.")

    def change(self, person: OnCall, staff: str) -> Done | Refused:
        """Other details of a number of staff, also whether they are active."""
        with self.store.begin() as tx:
            known = tx.change_on_call(person, staff, self.clock())
        return Done(person.id) if known else Refused("There is nobody on call with this number.")

    def add_shift(self, shift: Shift, staff: str) -> Done | Refused:
        """A shift more; never refused for what it leaves open."""
        with self.store.begin() as tx:
            return Done(tx.add_shift(shift, staff, self.clock()))

    def end_shift(self, shift_id: int, staff: str) -> Done | Refused:
        """A shift less; refused when it would leave hours of the next 14 days without anybody."""
        with self.store.begin() as tx:
            ended = tx.end_shift(shift_id, staff, self.clock())
        return Done(shift_id) if ended else Refused("This shift has already ended.")

    def add_leave(self, leave: Leave, staff: str) -> Done | Refused:
        """A leave; refused when it would leave hours of the next 14 days without anybody and names no cover."""
        with self.store.begin() as tx:
            return Done(tx.add_leave(leave, staff, self.clock()))

    def end_leave(self, leave_id: int, staff: str) -> Done | Refused:
        """The person is back."""
        with self.store.begin() as tx:
            ended = tx.end_leave(leave_id, staff, self.clock())
        return Done(leave_id) if ended else Refused("This leave has already ended.")

    def page_me(self, person_id: int, staff: str) -> Done | Refused:
        """A page without a case, to see that a number works."""
        del person_id, staff
        return Refused("Test pages cannot be sent yet.")
