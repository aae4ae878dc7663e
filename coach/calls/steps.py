"""The steps of calls: each is stored, decided and recorded in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from coach.calls.connecting import Connecting
from coach.calls.kept import begin, gone_on, speech_of, state_of
from coach.calls.machines import Machines
from coach.calls.values import Heard, Place, Ring, Speech, Undecided
from coach.core import calling
from coach.core.calling import CallState, Given, Stage, Turn
from coach.core.conversation import Moment
from coach.core.events import TaskRaised
from coach.core.model import Channel, Conversation, InboundMessage, Language, Participant, Status
from coach.duty import Duty
from coach.ports import Cause, Kept, KeptCall, ReceivedText, Store, Transaction

log = logging.getLogger(__name__)

ABANDONED = timedelta(minutes=15)
"""A call that stands still so long has ended, though nobody told."""

_A_DAY = timedelta(days=1)
_DATABASE_AWAY = "OperationalError"  # no fault of the call; it is settled later

_CHOICES = frozenset({Stage.CONFIRM, Stage.MENU, Stage.LEAVING, Stage.CALL_BACK, Stage.CONNECT})
"""Stages in which what is said means something only together with what was said before."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Everything the carrier may ask about a call with a person. Thread-safe: all state is in the store."""

    store: Store
    duty: Duty
    country: str
    keep: Callable[[ReceivedText], Kept]
    decide: Callable[[int], bool]  # about something stored, by itself: when a step could not be decided
    wake: Callable[[], None]

    @property
    def machines(self) -> Machines:
        """Answering machines."""
        return Machines(self.store, self.duty.handbook, self.duty.clock, self.country, self.team)

    @property
    def team(self) -> Connecting:
        """The way to somebody on call."""
        return Connecting(self.store, self.duty, self.country, self.wake)

    def phone_of(self, attempt_id: str) -> str | None:
        """The number an attempt was made to."""
        message = self.store.message_of_attempt(attempt_id)
        return message.recipient if message else None

    def opened(self, ring: Ring) -> Speech:
        """The first words."""
        now = self.duty.clock()
        with self.store.begin() as tx:
            known = tx.call(ring.carrier_id)
            return self._opened(tx, ring, now) if known is None else self._now_said(tx, known, now)

    def _opened(self, tx: Transaction, ring: Ring, now: datetime) -> Speech:
        state, call = begin(tx, ring, self.duty.handbook, self.country, now)
        if call is not None:
            tx.keep_call(call)
        return speech_of(state)

    def went_on(self, ring: Ring, place: Place | None, heard: Heard) -> Speech:
        """Take one step. `place` is None when the address was tampered with, which changes nothing.

        Raises:
            Undecided: what was said is stored, and could not be decided in its place.
        """
        message = heard.message if self._is_answer(ring, place, heard) else None
        kept = None if message is None else self.keep(ReceivedText(message, heard.raw))
        if place is None:
            log.warning("a step of a call had a damaged address", extra={"carrier_id": ring.carrier_id})
            self._decide_alone(kept)
            return self.opened(ring)
        try:
            speech = self._decided(ring, place, replace(heard, message=message), kept)
        except Exception as error:
            log.exception("a step of a call could not be decided", extra={"carrier_id": ring.carrier_id})
            self._decide_alone(kept)
            raise Undecided from error
        if speech.overtaken:
            self._decide_alone(kept)
        self.wake()
        return speech

    def _decide_alone(self, kept: Kept | None) -> None:
        if kept is not None and not kept.decided:
            self.decide(kept.inbound_id)

    def _is_answer(self, ring: Ring, place: Place | None, heard: Heard) -> bool:
        stage = place.stage if place else Stage.READY
        if heard.message is None or calling.is_kept(stage, heard.given):
            return heard.message is not None
        now = self.duty.clock()
        conversation = self._known(ring, place, now)
        state = CallState(conversation.participant.language, ring.inbound, stage)
        return calling.may_be_alarm(self._turn(state, conversation, heard, now))

    def _known(self, ring: Ring, place: Place | None, now: datetime) -> Conversation:
        """The person; while the database is away nobody in particular, so that an alarm can still be told."""
        try:
            with self.store.begin() as tx:
                return tx.conversation_of_number(ring.phone, self.country, now)
        except Exception as error:  # noqa: BLE001 - words that cannot wait go to disk then
            told = {"carrier_id": ring.carrier_id, "error": type(error).__name__}
            log.error("a step of a call is read without the person's history", extra=told)  # noqa: TRY400
            language = place.language if place else Language.EN
            return Conversation(Participant(0, ring.phone, Status.ACTIVE, language, self.country))

    def stands_alone(self, conversation: Conversation, message: InboundMessage) -> bool:
        """Whether something said in a call can be decided outside of its step.

        An answer to a question can, and words that cannot wait. A key of a menu means nothing there, nor does a yes to
        what was read back.
        """
        if message.channel is not Channel.VOICE or message.carrier_id.rpartition("-")[2] not in _CHOICES:
            return True
        heard = Heard(Given("", message.body, message.confidence), message, {})
        state = CallState(conversation.participant.language, inbound=True)  # nothing in it is a machine's greeting
        return calling.may_be_alarm(self._turn(state, conversation, heard, message.received_at))

    def _decided(self, ring: Ring, place: Place, heard: Heard, kept: Kept | None) -> Speech:
        """Take the step, unless the call has gone on, ended, or is not known any more: then nothing changes here."""
        now = self.duty.clock()
        with self.store.begin() as tx:
            call = tx.call(ring.carrier_id)
            if call is None:
                return replace(self._opened(tx, ring, now), overtaken=True)
            if (place.turn, place.stage) != (call.turn, call.state.get("stage")) or call.ended_at is not None:
                return replace(self._now_said(tx, call, now), overtaken=True)
            if kept is not None and tx.claim_inbound(kept.inbound_id) is None:
                heard = replace(heard, given=Given(), message=None)  # taken already; only its question is put again
            state = self._steps(tx, call, heard, kept, now)
            if state.words.to_a_machine:
                return self.machines.to_machine(tx, call, state, now)
            return self.team.first(speech_of(state), tx, now)

    def _steps(self, tx: Transaction, call: KeptCall, heard: Heard, kept: Kept | None, now: datetime) -> CallState:
        conversation = tx.conversation_of_number(call.phone, self.country, now)
        can_connect = self.team.can_connect(tx, now)
        turn = self._turn(state_of(call), conversation, heard, now, can_connect=can_connect)
        if turn.state.stage is Stage.READY:
            turn = replace(turn, wrong_before=tx.wrong_identities(call.phone, now - _A_DAY))
        step = calling.go_on(turn)
        if step.events or kept is not None:
            tx.record(conversation, step.events, Cause(inbound_id=kept.inbound_id if kept else None), now)
        tx.keep_call(gone_on(call, step.state, now))
        return step.state

    def _turn(
        self, state: CallState, conversation: Conversation, heard: Heard, now: datetime, *, can_connect: bool = False
    ) -> Turn:
        person = conversation.participant
        moment = Moment(conversation, self.duty.handbook, now, Channel.VOICE).of(
            replace(person, language=state.language)
        )
        return Turn(state, moment, heard.given, heard.message, can_connect, known_language=person.language)

    def _now_said(self, tx: Transaction, call: KeptCall, now: datetime) -> Speech:
        return self.team.first(speech_of(state_of(call)), tx, now)

    # the end ----------------------------------------------------------------------------------------------------------

    def ended(self, carrier_id: str) -> None:
        """The call is over: what was answered and not confirmed is settled. A second time changes nothing."""
        now = self.duty.clock()
        with self.store.begin() as tx:
            call = tx.call(carrier_id)
            if call is None or call.ended_at is not None:
                return
            state = state_of(call)
            self._settle(tx, call, state, now)
            tx.keep_call(replace(gone_on(call, calling.ended(state), now), ended_at=now))
        self.wake()

    def _settle(self, tx: Transaction, call: KeptCall, state: CallState, now: datetime) -> None:
        if state.pending is None:
            return
        conversation = tx.conversation_of_number(call.phone, self.country, now)
        body = state.pending.body
        message = InboundMessage(f"{call.carrier_id}-end", call.phone, "", body, now, Channel.VOICE)
        events = calling.over(self._turn(state, conversation, Heard(Given(), message, {}), now))
        if events:
            tx.record(conversation, events, Cause(), now)

    def end_abandoned(self, limit: int) -> int:
        """Settle calls of which nobody told that they ended. Returns how many."""
        abandoned = self.store.unended_calls(self.duty.clock() - ABANDONED, limit)
        return sum(self._end_abandoned(carrier_id) for carrier_id in abandoned)

    def _end_abandoned(self, carrier_id: str) -> bool:
        """One that cannot be settled holds up no other."""
        try:
            self.ended(carrier_id)
        except Exception as error:
            log.exception("a call could not be settled", extra={"carrier_id": carrier_id})
            if type(error).__name__ == _DATABASE_AWAY:
                return False
            self._give_up(carrier_id)
        return True

    def _give_up(self, carrier_id: str) -> None:
        """End a call that cannot be settled, and let a person look at it."""
        now = self.duty.clock()
        with self.store.begin() as tx:
            call = tx.call(carrier_id)
            if call is not None:
                conversation = tx.conversation_of_number(call.phone, self.country, now)
                because = "a call could not be settled, because of a fault; see what was said in it"
                tx.record(conversation, (TaskRaised("unconfirmed_answer", because),), Cause(), now)
                tx.keep_call(replace(call, changed_at=now, ended_at=now))
