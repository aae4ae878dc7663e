"""The coach as a service: load, decide with a pure function, record in one transaction, send later."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coach.core import escalation
from coach.core.conversation import Moment, fire, greeting, invite_later, open_call, respond
from coach.core.escalation import Refusal
from coach.core.events import ConsentRecorded, Event, Said, StatusChanged
from coach.core.handbook import Handbook
from coach.core.model import (
    Asked,
    Channel,
    Conversation,
    Escalation,
    InboundMessage,
    Lane,
    Language,
    OutboundMessage,
    Participant,
    Status,
)
from coach.ports import (
    Carrier,
    Cause,
    Clock,
    DeliveryStatus,
    DueTimer,
    Duplicate,
    FailureClass,
    Outcome,
    SendResult,
    Store,
    Transaction,
)

log = logging.getLogger(__name__)

_ASKED_IN_CALLS = (Asked.WEAKNESS, Asked.RED_FLAG)
_MUST_ARRIVE = (Lane.EMERGENCY, Lane.URGENT, Lane.PAGE)


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
    decide_again_after: timedelta = timedelta(seconds=10)
    tries: int = 3
    postpone: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a call says now. `asked` is the question to wait for; None means hang up afterwards."""

    language: Language
    lines: tuple[str, ...]
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A staff action that was carried out."""

    id: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A staff action that was not possible, with one sentence that says why."""

    sentence: str


def _nobody() -> None:
    """Nobody waits to be woken."""


@dataclass
class Coach:
    """Everything the outer world may ask of the coach. Thread-safe: all state is in the store."""

    store: Store
    carrier: Carrier
    handbook: Handbook
    clock: Clock
    options: Options = field(default_factory=Options)
    wake: Callable[[], None] = _nobody  # called when something is waiting to be sent

    def __post_init__(self) -> None:
        """Make the threads that post; they hold no state."""
        self._senders = ThreadPoolExecutor(self.options.senders, thread_name_prefix="sender")

    def close(self) -> None:
        """Let the posts under way end."""
        self._senders.shutdown(wait=True)

    # Receiving ------------------------------------------------------------------------------------------------------

    def receive(self, message: InboundMessage, raw: Mapping[str, str]) -> Spoken:
        """Store a text or spoken answer durably, then decide and record. A repeat changes nothing, answers the same."""
        kept = self.store.keep_inbound(message, raw)
        if not kept.decided:
            self._decide(kept.inbound_id)
        return self._spoken_for(message, kept.inbound_id)

    def _decide(self, inbound_id: int) -> None:
        """A decision that raises leaves the stored text to be tried again, and in the end to be read by a person."""
        now = self.clock()
        try:
            with self.store.begin() as tx:
                message = tx.claim_inbound(inbound_id)
                if message is None:
                    return
                conversation = tx.conversation_of_number(message.sender, self.options.country, now)
                events = respond(conversation, message, self.handbook, now)
                tx.record(conversation, events, Cause(inbound_id=inbound_id), now)
        except Exception as error:
            log.exception("deciding failed", extra={"inbound_id": inbound_id})
            self.store.inbound_failed(inbound_id, type(error).__name__, self.options.tries, now)
            return
        self.wake()

    def _spoken_for(self, message: InboundMessage, inbound_id: int) -> Spoken:
        if message.channel is not Channel.VOICE:
            return Spoken(Language.EN, ())
        with self.store.begin() as tx:
            after = tx.conversation_of_number(message.sender, self.options.country, self.clock())
        lines = tuple(self.store.said_for(inbound_id))
        return Spoken(after.participant.language, lines, self._asked(after))

    def _asked(self, conversation: Conversation) -> Asked | None:
        question = Moment(conversation, self.handbook, self.clock(), Channel.VOICE).question()
        return question.asked if question and question.asked in _ASKED_IN_CALLS else None

    def update_status(self, status: DeliveryStatus) -> None:
        """Apply what the carrier says became of an attempt; unknown attempts are kept for a human to see."""
        if not self.store.apply_status(status):
            log.warning("status for an unknown attempt", extra={"attempt_id": status.attempt_id})

    # Calls ----------------------------------------------------------------------------------------------------------

    def greeting(self, phone: str) -> Spoken:
        """The neutral first words of a call with this number."""
        conversation = self._by_number(phone)
        said = greeting(conversation, self.handbook, self.clock())
        known = conversation.participant.status in (Status.ACTIVE, Status.PAUSED)
        return Spoken(conversation.participant.language, (said.body,), Asked.IDENTITY if known else None)

    def open_call(self, phone: str) -> Spoken:
        """Somebody is there: the first question of the check-in."""
        now = self.clock()
        with self.store.begin() as tx:
            conversation = tx.conversation_of_number(phone, self.options.country, now)
            events = open_call(conversation, self.handbook, now)
            tx.record(conversation, events, Cause(), now)
            after = tx.conversation_of_number(phone, self.options.country, now)
        lines = tuple(event.body for event in events if isinstance(event, Said))
        return Spoken(after.participant.language, lines, self._asked(after))

    def script(self, phone: str, template: str) -> Spoken:
        """A fixed sentence of the call, in the person's language."""
        conversation = self._by_number(phone)
        moment = Moment(conversation, self.handbook, self.clock(), Channel.VOICE)
        body = moment.text(template, em=moment.spoken_number())
        return Spoken(conversation.participant.language, (body,))

    def phone_of(self, attempt_id: str) -> str | None:
        """The number an attempt was made to."""
        message = self.store.message_of_attempt(attempt_id)
        return message.recipient if message else None

    def _by_number(self, phone: str) -> Conversation:
        with self.store.begin() as tx:
            return tx.conversation_of_number(phone, self.options.country, self.clock())

    # Jobs -----------------------------------------------------------------------------------------------------------

    def fire_due(self) -> int:
        """Decide one batch of due timers. Returns how many were dealt with."""
        now = self.clock()
        with self.store.begin() as tx:
            due = tx.claim_timers(now, self.options.batch)
            for item in due:
                self._fire(tx, item, now)
        if due:
            self.wake()
        return len(due)

    def _fire(self, tx: Transaction, item: DueTimer, now: datetime) -> None:
        """A timer whose decision raises is put off, so that it holds up nobody else."""
        try:
            events = fire(item.conversation, item.timer, self.handbook, now)
        except Exception as error:
            log.exception("firing failed", extra={"timer_id": item.timer.id})
            tx.postpone(item.timer, now + self.options.postpone, type(error).__name__, self.options.tries)
            return
        tx.record(item.conversation, events, Cause(timer_id=item.timer.id), now)

    def dispatch(self) -> int:
        """Claim what may be sent now and post it. Returns how many attempts were made."""
        options = self.options
        messages = self.store.claim_outbox(
            self.clock(), options.senders * 3, options.lease, options.segments_per_second
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
        return self.carrier.call(message) if message.channel is Channel.VOICE else self.carrier.send(message)

    def _finish(self, message: OutboundMessage, post: Future[SendResult]) -> None:
        error = post.exception()
        if error is not None:
            log.error("posting raised", exc_info=error, extra={"attempt_id": message.attempt_id})
        result = SendResult(Outcome.IN_DOUBT) if error is not None else post.result()
        self.store.finish_attempt(message, result, self.clock())
        if result.failure is FailureClass.SUPPRESSED:
            self._opted_out_at_carrier(message)
        if result.failure is FailureClass.ACCOUNT:
            log.error("the carrier refuses our account or sender", extra={"code": result.code})

    def _opted_out_at_carrier(self, message: OutboundMessage) -> None:
        now = self.clock()
        wording = "the carrier reports that this number has opted out"
        proof = ConsentRecorded("revoked", "carrier", "21610", wording, message.channel)
        with self.store.begin() as tx:
            conversation = tx.conversation(message.participant_id, now)
            if conversation.participant.status is not Status.OPTED_OUT:
                tx.record(conversation, (proof, StatusChanged(Status.OPTED_OUT)), Cause(), now)

    def reconcile(self) -> int:
        """Settle attempts in doubt: bind what the carrier has; else give up, or send again what must arrive."""
        now = self.clock()
        doubtful = self.store.in_doubt(now - self.options.look_up_after, self.options.batch)
        return sum(self._settle(message, now) for message in doubtful)

    def _settle(self, message: OutboundMessage, now: datetime) -> bool:
        found = self._unbound(message)
        if found is None:
            return False
        if found:
            self.store.settle(message, found[0], send_again=False, now=now)
            return True
        if now - message.begun_at < self.options.decide_after:
            return False
        self.store.settle(message, None, send_again=message.lane in _MUST_ARRIVE, now=now)
        return True

    def _unbound(self, message: OutboundMessage) -> Sequence[str] | None:
        """Ids at the carrier that may be this attempt and belong to no other; None when it cannot be asked."""
        try:
            ids = self.carrier.find(message, message.begun_at)
        except Exception:
            log.exception("looking up failed", extra={"attempt_id": message.attempt_id})
            return None
        bound = self.store.bound_carrier_ids(ids)
        return [carrier_id for carrier_id in ids if carrier_id not in bound]

    def recover(self) -> int:
        """Take up what a crash left: texts stored but not decided, attempts whose sender vanished."""
        now = self.clock()
        waiting = self.store.undecided_inbound(now - self.options.decide_again_after, self.options.batch)
        for inbound_id in waiting:
            self._decide(inbound_id)
        return len(waiting) + self.store.expire_leases(now)

    # Staff ----------------------------------------------------------------------------------------------------------

    def enrol(self, participant: Participant, staff: str) -> Done | Refused:
        """Store a person and send the one invitation, by day."""
        now = self.clock()
        try:
            with self.store.begin() as tx:
                participant_id = tx.enrol(participant, now)
                conversation = tx.conversation(participant_id, now)
                events = invite_later(Moment(conversation, self.handbook, now))
                tx.record(conversation, events, Cause(staff=staff), now)
        except Duplicate:
            return Refused("Somebody with this number is already enrolled.")
        self.wake()
        return Done(participant_id)

    def acknowledge(self, escalation_id: int, staff: str) -> Done | Refused:
        """Take a case."""
        return self._on_case(escalation_id, staff, lambda case: escalation.acknowledge(case, staff))

    def close_case(self, escalation_id: int, staff: str, outcome: str, note: str) -> Done | Refused:
        """End a case with a coded outcome."""
        outcomes = self.handbook.outcomes
        return self._on_case(escalation_id, staff, lambda case: escalation.close(case, staff, outcome, note, outcomes))

    def _on_case(self, escalation_id: int, staff: str, step: Callable[[Escalation], Event | Refusal]) -> Done | Refused:
        now = self.clock()
        with self.store.begin() as tx:
            try:
                conversation = tx.conversation_of_escalation(escalation_id, now)
            except KeyError:
                return Refused("There is no such case.")
            case = next(c for c in conversation.escalations if c.id == escalation_id)
            fact = step(case)
            if isinstance(fact, Refusal):
                return Refused(fact.sentence)
            tx.record(conversation, (fact,), Cause(staff=staff), now)
        return Done(escalation_id)

    def finish_task(self, task_id: int, staff: str) -> Done | Refused:
        """Mark a coordinator's task as done."""
        if self.store.finish_task(task_id, staff, self.clock()):
            return Done(task_id)
        return Refused("This task is already done.")
