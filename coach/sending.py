"""Sending: claimed messages go to the carrier in threads of their own, and doubts about them are settled later."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from coach.core.events import ConsentRecorded, StatusChanged
from coach.core.model import Channel, OutboundMessage, Status
from coach.ports import Carrier, Cause, Clock, FailureClass, Outcome, SendResult, Store, Transaction

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """Figures of operation, not of care."""

    country: str = "US"
    segments_per_second: float = 1.0
    batch: int = 50
    senders: int = 8
    lease: timedelta = timedelta(seconds=90)
    look_up_after: timedelta = timedelta(minutes=2)
    decide_after: timedelta = timedelta(minutes=15)
    repeat_urgent_after: timedelta = timedelta(minutes=3)
    blind_repeats: int = 2  # of what must arrive and may have arrived; then a person is told
    decide_again_after: timedelta = timedelta(seconds=10)
    tries: int = 3
    postpone: timedelta = timedelta(hours=1)


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


class Sending:
    """The part of the coach that posts what the store has queued. Thread-safe: all state is in the store."""

    def __init__(self, store: Store, carrier: Carrier, clock: Clock, options: Options) -> None:
        self._store = store
        self._carrier = carrier
        self._clock = clock
        self._options = options
        self._senders = ThreadPoolExecutor(options.senders, thread_name_prefix="sender")

    def close(self) -> None:
        """Let the posts under way end."""
        self._senders.shutdown(wait=True)

    def dispatch(self) -> int:
        """Claim what may be sent now and post it. Returns how many attempts were made."""
        options = self._options
        messages = self._store.claim_outbox(
            self._clock(), options.senders * 3, options.lease, options.segments_per_second
        )
        deadline = time.monotonic() + options.lease.total_seconds() * 2 / 3
        posts = {self._senders.submit(self._post, message, deadline): message for message in messages}
        for post in as_completed(posts):
            self._finish(posts[post], post)
        return len(messages)

    def _post(self, message: OutboundMessage, deadline: float) -> SendResult:
        """One attempt. A sender that was held up past its lease must not post: somebody else may have taken over."""
        if time.monotonic() > deadline:
            return SendResult(Outcome.NOT_SENT)
        return self._carrier.call(message) if message.channel is Channel.VOICE else self._carrier.send(message)

    def _finish(self, message: OutboundMessage, post: Future[SendResult]) -> None:
        error = post.exception()
        if error is not None:
            log.error("posting raised", exc_info=error, extra={"attempt_id": message.attempt_id})
        result = SendResult(Outcome.IN_DOUBT) if error is not None else post.result()
        self._store.finish_attempt(message, result, self._clock())
        if result.failure is FailureClass.SUPPRESSED:
            self._opted_out_at_carrier(message)
        if result.failure is FailureClass.ACCOUNT:
            log.error("the carrier refuses our account or sender", extra={"code": result.code})

    def _opted_out_at_carrier(self, message: OutboundMessage) -> None:
        now = self._clock()
        with self._store.begin() as tx:
            conversation = tx.conversation(message.participant_id, now)
            if conversation.participant.status is Status.ON_CALL:
                texts_stopped(tx, message.participant_id, now)
            elif not conversation.participant.status.has_left:
                wording = "the carrier reports that this number has opted out"
                proof = ConsentRecorded("revoked", "carrier", "21610", wording, message.channel)
                tx.record(conversation, (proof, StatusChanged(Status.OPTED_OUT)), Cause(), now)

    def reconcile(self) -> int:
        """Settle attempts in doubt: bind what the carrier has; else give up, or send again what must arrive."""
        now = self._clock()
        doubtful = self._store.in_doubt(now - self._options.look_up_after, self._options.batch)
        return sum(self._settle(message, now) for message in doubtful)

    def _settle(self, message: OutboundMessage, now: datetime) -> bool:
        found = self._unbound(message)
        if found:
            self._store.settle(message, found[0], send_again=False, now=now)
            return True
        must_arrive = message.lane.must_arrive
        patience = self._options.repeat_urgent_after if must_arrive else self._options.decide_after
        unknown = found is None and not must_arrive  # what must arrive does not wait for a carrier that cannot be asked
        if unknown or now - message.begun_at < patience:
            return False
        repeat = must_arrive and message.tries <= self._options.blind_repeats
        self._store.settle(message, None, send_again=repeat, now=now)
        return True

    def _unbound(self, message: OutboundMessage) -> Sequence[str] | None:
        """Ids at the carrier that may be this attempt and belong to no other; None when it cannot be asked."""
        try:
            ids = self._carrier.find(message, message.begun_at)
        except Exception:
            log.exception("looking up failed", extra={"attempt_id": message.attempt_id})
            return None
        bound = self._store.bound_carrier_ids(ids)
        return [carrier_id for carrier_id in ids if carrier_id not in bound]
