"""Calls that a machine took: what may be said to it, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time

from coach.calls.connecting import Connecting
from coach.calls.kept import begin, gone_on, speech_of, state_of
from coach.calls.values import Ring, Speech
from coach.core import calling, schedule
from coach.core.calling import CallState, Stage, Words
from coach.core.handbook import Handbook
from coach.ports import Clock, KeptCall, Store, Transaction


@dataclass(frozen=True, slots=True)
class Machines:
    """Answering machines. Thread-safe: all state is in the store."""

    store: Store
    handbook: Handbook
    clock: Clock
    country: str
    team: Connecting

    def is_under_way(self, carrier_id: str) -> bool:
        """Whether somebody has gone on in a call, so that no machine can have taken it."""
        with self.store.begin() as tx:
            call = tx.call(carrier_id)
        return call is not None and (call.state.get("stage") != Stage.READY or bool(call.state.get("talked")))

    def voicemail(self, ring: Ring) -> Speech | None:
        """The words for an answering machine: once a day, and only where it is welcome; None when there is no call.

        Whoever has pressed a key meanwhile is no machine, and goes on.
        """
        now = self.clock()
        with self.store.begin() as tx:
            call = self._found(tx, ring, now)
            if call is None:
                return None
            state = state_of(call)
            if (state.talked or state.stage is not Stage.READY) and not state.words.to_a_machine:
                return self.team.first(speech_of(state), tx, now)
            return self.to_machine(tx, call, replace(calling.ended(state), words=Words(to_a_machine=True)), now)

    def _found(self, tx: Transaction, ring: Ring, now: datetime) -> KeptCall | None:
        """The call, begun if detection came before its first step."""
        known = tx.call(ring.carrier_id)
        if known is not None:
            return known
        return begin(tx, ring, self.handbook, self.country, now)[1]

    def to_machine(self, tx: Transaction, call: KeptCall, state: CallState, now: datetime) -> Speech:
        """Leave the words, unless they were left today or are not welcome: then the call just ends."""
        person = tx.conversation_of_number(call.phone, self.country, now).participant
        today = schedule.local(now, person.zone or "UTC").date()
        morning = schedule.to_utc(today, time(0), person.zone or "UTC")
        left = call.voicemail_at is not None
        may = left or not (person.no_voicemail or tx.voicemail_since(call.phone, morning))
        state = state if may else replace(state, words=Words())
        tx.keep_call(replace(gone_on(call, state, now), voicemail_at=call.voicemail_at or (now if may else None)))
        return speech_of(state)
