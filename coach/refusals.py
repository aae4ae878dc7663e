"""The carrier says that a number has opted out: what that means for a participant, and for somebody on call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from coach.core.events import ConsentRecorded, StatusChanged
from coach.core.model import OutboundMessage, Status
from coach.ports import Cause, Store, Transaction


def opted_out(store: Store, message: OutboundMessage, now: datetime) -> None:
    """Put the person on our own list too; the carrier's is only the second line of defence.

    Told twice, or late, of a message begun before they came back or changed otherwise, it says nothing of them now; if
    it still holds, the next message is refused too.
    """
    with store.begin() as tx:
        conversation = tx.conversation(message.participant_id, now)
        if tx.changed_since(message.participant_id, message.begun_at):
            return
        if conversation.participant.status is Status.ON_CALL:
            texts_stopped(tx, message.participant_id, now)
        elif not conversation.participant.status.has_left:
            wording = "the carrier reports that this number has opted out"
            proof = ConsentRecorded("revoked", "carrier", "21610", wording, message.channel)
            tx.record(conversation, (proof, StatusChanged(Status.OPTED_OUT)), Cause(), now)


def texts_stopped(tx: Transaction, person: int, now: datetime) -> None:
    """The carrier takes no more texts to a number on call: it is called from now on, and somebody must mend that."""
    who = tx.rota().person(person)
    if who is None or not who.texts:
        return
    tx.change_on_call(replace(who, texts=False), "carrier", now)
    because = f"The number of {who.handle} was opted out of texts: they can only be called. Let them text START."
    tx.raise_alarm(_texts_of(person), "texts_stopped", because, now, person)


def texts_back(tx: Transaction, person: int, now: datetime) -> None:
    """Texts reach them again; nothing changes for whoever never took any."""
    who = tx.rota().person(person)
    if who is not None and tx.end_alarm(_texts_of(person), now):
        tx.change_on_call(replace(who, texts=True), "carrier", now)


def _texts_of(person: int) -> str:
    return f"texts/{person}"
