"""Sending: claimed messages go to the carrier in threads of their own, and doubts about them are settled later."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from coach.core.failures import FailureClass, Meaning
from coach.core.model import Channel, Lane, OutboundMessage
from coach.ports import Carrier, Clock, DeliveryStatus, Line, Outcome, Pace, SendResult, Store, Submit
from coach.posting import Claimed, Ended, Look, Posting
from coach.recheck import Recheck
from coach.refusals import opted_out
from coach.senders import Senders

log = logging.getLogger(__name__)

_TURN_SECONDS = 2.0
_OPT_OUT_LASTS = timedelta(days=1)
"""Told so late that a number had opted out, the person may have come back meanwhile."""


def nothing_known(_code: int | None) -> Meaning | None:
    """There is no table of codes."""
    return None


@dataclass(frozen=True, slots=True)
class Options:
    """Figures of operation, not of care."""

    country: str = "US"
    segments_per_second: float = 1.0
    calls_per_second: float = 1.0
    texts_from: str = ""  # our number or messaging service; its pace is shared by all processes that name it
    calls_from: str = ""
    probe: timedelta = timedelta(minutes=30)  # one message in so long is tried on a line that is stopped
    spread: timedelta = timedelta(0)  # a crowd of prompts of one minute leaves within so long
    meaning: Callable[[int | None], Meaning | None] = nothing_known  # of the carrier's codes
    batch: int = 50
    senders: int = 8
    reserved: int = 2  # senders that post nothing but what must arrive
    lease: timedelta = timedelta(seconds=90)
    look_up_after: timedelta = timedelta(minutes=2)
    decide_after: timedelta = timedelta(minutes=15)
    repeat_urgent_after: timedelta = timedelta(minutes=3)
    blind_repeats: int = 2  # of what must arrive and may have arrived; then a person is told
    decide_again_after: timedelta = timedelta(seconds=10)
    tries: int = 3
    postpone: timedelta = timedelta(hours=1)

    @property
    def pace(self) -> Pace:
        """How fast messages may leave, and from where."""
        texts = Line(f"{Channel.SMS}:{self.texts_from}", self.segments_per_second, self.probe)
        calls = Line(f"{Channel.VOICE}:{self.calls_from}", self.calls_per_second, self.probe)
        return Pace(texts, calls, self.spread)


class Sending:
    """The part of the coach that posts what the store has queued. Thread-safe: what lasts is in the store."""

    def __init__(
        self,
        store: Store,
        carrier: Carrier,
        clock: Clock,
        options: Options,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """`elapsed` gives seconds that also pass while the process is stopped."""
        self._elapsed = elapsed
        self._store = store
        self._carrier = carrier
        self._clock = clock
        self._options = options
        self._pace = options.pace
        self._recheck = Recheck(store.unwanted, elapsed)
        self._senders = Senders(options.senders, options.reserved)
        urgent = Look(Lane.PAGE, urgent=True)
        self._all = Posting(self._claim, self, self._senders, (Look(), urgent), options.batch)
        self._urgent = Posting(self._claim, self, self._senders, (replace(urgent),), options.batch)
        self._unfinished: dict[int, Posting] = {}  # batches handed over, of which results wait to be recorded

    def close(self) -> None:
        """Let the posts under way end."""
        self._senders.close()
        self.finish()

    def finish(self) -> None:
        """Record what has ended since it was last looked at, whoever posted it."""
        for posting in (self._all, self._urgent):
            posting.finish()
        for key, posting in list(self._unfinished.items()):
            posting.finish()
            if posting.is_done:
                self._unfinished.pop(key, None)

    def nudge(self) -> None:
        """Something new is waiting to be sent."""
        self._all.nudge()
        self._urgent.nudge()

    def dispatch(self) -> int:
        """Claim and post until nothing more may be sent now, or for a moment. Returns how many attempts were made.

        After that moment posts may still be under way; the next call goes on with them.
        """
        return self._turn(self._all)

    def dispatch_urgent(self) -> int:
        """The same for what must arrive only."""
        return self._turn(self._urgent)

    def _turn(self, posting: Posting) -> int:
        """Posting comes first: recording what others left may be held up."""
        try:
            return posting.turn(_TURN_SECONDS)
        finally:
            self.finish()

    def release(self, submit: Submit) -> int:
        """Hand what may wait a moment to the workers of all machines, in batches. Returns how many messages."""
        options = self._options
        return self._store.release_outbox(self._clock(), options.batch, options.lease, self._pace, submit)

    def deliver(self, ids: Sequence[int]) -> int:
        """Post a batch that was handed over. Returns how many attempts were made: those that nobody else has made."""
        left = list(ids)

        def claim(most: int, last: Lane) -> Claimed:
            del last
            mine, left[:] = left[:most], left[most:]
            asked_at, deadline = self._elapsed(), self._deadline()
            begun = self._store.begin_released(mine, self._clock(), self._options.lease, self._pace)
            self._recheck.claimed(begun, asked_at)
            return Claimed(begun, deadline, more=bool(left))

        posting = Posting(claim, self, self._senders, (Look(),), self._options.batch)
        try:
            return posting.turn()
        except Exception:
            self._unfinished[id(posting)] = posting
            raise

    def _claim(self, most: int, last: Lane) -> Claimed:
        asked_at, deadline = self._elapsed(), self._deadline()
        messages = self._store.claim_outbox(self._clock(), most, self._options.lease, self._pace, last)
        self._recheck.claimed(messages, asked_at)
        return Claimed(messages, deadline, more=len(messages) == most)

    def _deadline(self) -> float:
        """Asked for before a claim, which may be held up itself."""
        return self._elapsed() + self._hold.total_seconds()

    @property
    def _hold(self) -> timedelta:
        return self._options.lease * 2 / 3

    def post(self, message: OutboundMessage, deadline: float) -> SendResult:
        """One attempt. Nothing expired, nothing unwanted, nothing once held up past its lease: others may have it."""
        is_wanted = self._recheck.may_go(message)
        by_clock = min(message.expires_at, message.begun_at + self._hold)  # a suspended machine's clock goes on
        if not is_wanted or self._elapsed() > deadline or self._clock() >= by_clock:
            return SendResult(Outcome.NOT_SENT)
        return self._carrier.call(message) if message.channel is Channel.VOICE else self._carrier.send(message)

    def record(self, ended: Sequence[Ended]) -> Sequence[Ended]:
        """Keep how attempts ended; returns those of which keeping it raised."""
        raised = self._store.finish_attempts([(one.message, one.result) for one in ended], self._clock())
        for one in ended:
            if one.message.attempt_id not in raised:
                self._follow_up(one)
        return [one for one in ended if one.message.attempt_id in raised]

    def _follow_up(self, ended: Ended) -> None:
        """What else a refusal means. A fault in it concerns nobody else."""
        if ended.result.failure in {FailureClass.ACCOUNT, FailureClass.LINE}:
            log.error("the carrier refuses our account or line", extra={"code": ended.result.code})
        if ended.result.failure is FailureClass.SUPPRESSED:
            self._opted_out(ended.message)

    def _opted_out(self, message: OutboundMessage) -> None:
        try:
            opted_out(self._store, message, self._clock())
        except Exception:
            log.exception("an opt-out could not be recorded", extra={"attempt_id": message.attempt_id})

    def told(self, status: DeliveryStatus) -> bool:
        """What the carrier says became of an attempt, acted upon by its code; False when the attempt is unknown."""
        meaning = self._options.meaning(status.code) if status.code is not None else None
        if not self._store.apply_status(status, meaning):
            return False
        if meaning is not None and meaning.failure is FailureClass.SUPPRESSED:
            message = self._store.message_of_attempt(status.attempt_id)
            if message is not None and self._clock() - message.begun_at < _OPT_OUT_LASTS:
                self._opted_out(message)
        return True

    def reconcile(self) -> int:
        """Settle attempts in doubt: bind what the carrier has; else give up, or send again what must arrive."""
        now = self._clock()
        doubtful = self._store.in_doubt(now - self._options.look_up_after, self._options.batch)
        return sum(self._settled(message, now) for message in doubtful)

    def _settled(self, message: OutboundMessage, now: datetime) -> bool:
        """One whose settling raises holds up no other, and is given up in time."""
        try:
            return self._settle(message, now)
        except Exception:
            log.exception("settling failed", extra={"attempt_id": message.attempt_id})
        if now - message.begun_at < self._options.decide_after:
            return False
        self._store.settle(message, None, send_again=False, now=now)
        return True

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
