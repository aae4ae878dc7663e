"""A call as it is kept, and as it speaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from coach.calls.values import Place, Ring, Speech
from coach.core import calling
from coach.core.calling import CallState
from coach.core.handbook import Handbook
from coach.core.model import Conversation
from coach.ports import KeptCall, Transaction


def begin(
    tx: Transaction, ring: Ring, handbook: Handbook, country: str, now: datetime
) -> tuple[CallState, KeptCall | None]:
    """The first words, and the call to keep; None where nobody takes part, for then it ends with them."""
    conversation = tx.conversation_of_number(ring.phone, country, now)
    state = calling.begin(conversation, handbook, now, inbound=ring.inbound)
    return state, _begun(ring, conversation, state, now) if conversation.participant.status.talks else None


def _begun(ring: Ring, conversation: Conversation, state: CallState, now: datetime) -> KeptCall:
    """A call with its first words."""
    return KeptCall(
        carrier_id=ring.carrier_id,
        attempt_id=ring.attempt_id,
        phone=ring.phone,
        participant_id=conversation.participant.id,
        inbound=ring.inbound,
        turn=state.turn,
        state=calling.as_stored(state),
        words=calling.words_as_stored(state.words),
        opened_at=now,
        changed_at=now,
    )


def gone_on(call: KeptCall, state: CallState, now: datetime) -> KeptCall:
    """The call after a step."""
    stored, words = calling.as_stored(state), calling.words_as_stored(state.words)
    return replace(call, turn=state.turn, state=stored, words=words, changed_at=now)


def state_of(call: KeptCall) -> CallState:
    """Where it stands."""
    return calling.from_stored(call.state, call.words)


def speech_of(state: CallState) -> Speech:
    """What it says now."""
    place = Place(state.turn, state.stage, state.language)
    return Speech(state.language, state.words, place, heard=state.acted)
