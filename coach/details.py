"""Changes of what is known of a participant, by staff."""

from __future__ import annotations

from dataclasses import dataclass

from coach.core.events import DetailsChanged
from coach.core.model import Status
from coach.duty import Done, Refused
from coach.ports import Cause, Clock, Store


@dataclass(frozen=True, slots=True)
class Details:
    """Everything staff change of a person after enrolment. Thread-safe: all state is in the store."""

    store: Store
    clock: Clock

    def change(self, participant_id: int, details: DetailsChanged, staff: str) -> Done | Refused:
        """Record the change with who made it."""
        if details == DetailsChanged():
            return Refused("Nothing was typed, so nothing has changed.")
        now = self.clock()
        with self.store.begin() as tx:
            try:
                known = tx.conversation(participant_id, now)
            except KeyError:
                return Refused("There is no such participant.")
            if known.participant.status is Status.ON_CALL:
                return Refused("This is a number of staff; it is changed on the page of who is on call.")
            tx.record(known, (details,), Cause(staff=staff), now)
        return Done(participant_id)
