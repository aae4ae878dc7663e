"""The coach as a service: load, decide with a pure function, record in one transaction, send later."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from coach.calls import Calls
from coach.core import escalation, schedule
from coach.core.conversation import (
    Moment,
    fire,
    following,
    invite_later,
    receive,
    respond,
)
from coach.core.events import Event, TaskRaised
from coach.core.handbook import Handbook
from coach.core.model import (
    Conversation,
    InboundMessage,
    Participant,
    Status,
    TimerKind,
)
from coach.details import Details
from coach.duty import LOOK_AGAIN, Done, Duty, NoLinks, PageCall, Refused
from coach.ports import (
    Carrier,
    Cause,
    Clock,
    DeliveryStatus,
    DueTimer,
    Duplicate,
    Forgotten,
    Heartbeat,
    Links,
    Mailbox,
    ReceivedText,
    Spool,
    Store,
    Submit,
    Transaction,
)
from coach.receiving import Door, NoMailbox, NoSpool, Receiving
from coach.rostering import Rostering
from coach.sending import Options, Sending
from coach.watching import NoHeartbeat, Stopwatch, Watching

__all__ = ["FORESEEN", "Coach", "Done", "PageCall", "Refused", "heat_refusal"]

log = logging.getLogger(__name__)


_FORGOTTEN_AT_ONCE = 500
_TIDY_SECONDS = 1.0
"""How long a look may go on removing: on SQLite nobody else writes while a batch goes."""

FORESEEN = timedelta(days=30)
"""No heat alert reaches further ahead: nobody knows the weather so long before, and a slip of the pen could."""


def heat_refusal(first_day: date, last_day: date, today: date) -> str | None:
    """Why a heat alert cannot hold on these local days, in one sentence; None when it can."""
    if last_day < first_day:
        return "The last day lies before the first; choose the same day or a later one."
    if last_day < today:
        return "These days are over; choose today or later."
    if last_day > today + FORESEEN:
        return f"Choose a last day within the next {FORESEEN.days} days."
    return None


def _nobody() -> None:
    """Nobody waits to be woken."""


def has_room(_now: datetime) -> int:
    """Nothing is to be made."""
    return 0


@dataclass
class Coach:
    """Everything the outer world may ask of the coach. Thread-safe: all state is in the store."""

    store: Store
    carrier: Carrier
    handbook: Handbook
    clock: Clock
    options: Options = field(default_factory=Options)
    wake: Callable[[], None] = _nobody  # called when something is waiting to be sent
    links: Links = field(default_factory=NoLinks)
    heartbeat: Heartbeat = field(default_factory=NoHeartbeat)
    elapsed: Callable[[], float] = time.monotonic  # seconds: what waits is measured by this, not by the clock
    spool: Spool = field(default_factory=NoSpool)
    mailbox: Mailbox = field(default_factory=NoMailbox)
    retention: Mapping[Forgotten, timedelta] = field(default_factory=dict)  # what goes after how long; else all stays
    make_room: Callable[[datetime], int] = has_room  # for the facts of the coming months; how many tables were made

    def __post_init__(self) -> None:
        """Make its parts; they hold no state."""
        self._sending = Sending(self.store, self.carrier, self.clock, self.options, self.elapsed)
        self._duty = Duty(self.store, self.handbook, self.clock, self.links)
        self._watching = Watching(self.store, self.handbook, self.clock, self.heartbeat, Stopwatch(self.elapsed))
        self.details = Details(self.store, self.clock)
        self.rostering = Rostering(self.store, self.clock, self.handbook)
        door = Door(
            self.store, self.handbook, self.clock, self.options.country, self.elapsed, self._decide, self.update_status
        )
        self.receiving = Receiving(door, self.spool, self.mailbox)
        keep, country = self.receiving.keep, self.options.country
        self.calls = Calls(self.store, self._duty, country, keep, self._decide, self._wake)

    def _wake(self) -> None:
        self.wake()  # whoever it is by then

    def close(self) -> None:
        """Take nothing more, and let the posts under way end."""
        self.receiving.close()
        self._sending.close()

    # Receiving ------------------------------------------------------------------------------------------------------

    def receive(self, message: InboundMessage, raw: Mapping[str, str]) -> None:
        """Store a text durably, then decide and record. A repeat changes nothing."""
        kept = self.receiving.keep(ReceivedText(message, raw))
        if not kept.decided:
            self._decide(kept.inbound_id)

    def _decide(self, inbound_id: int) -> bool:
        """A decision that raises leaves the stored text to be tried again, and in the end to be read by a person."""
        now = self.clock()
        try:
            with self.store.begin() as tx:
                message = tx.claim_inbound(inbound_id)
                if message is None:
                    return True
                conversation = tx.conversation_of_number(message.sender, self.options.country, now)
                if conversation.participant.status is Status.ON_CALL:
                    self._duty.hear(tx, conversation.participant, message, inbound_id, now)
                elif not self.calls.stands_alone(conversation, message):
                    late = TaskRaised("late_answer", "an answer in a call came after the call had gone on")
                    tx.record(conversation, (late,), Cause(inbound_id=inbound_id), now)
                else:
                    events = self._respond(conversation, message, inbound_id)
                    tx.record(conversation, events, Cause(inbound_id=inbound_id), now)
        except Exception as error:
            log.exception("deciding failed", extra={"inbound_id": inbound_id})
            self.store.inbound_failed(inbound_id, type(error).__name__, self.options.tries, now)
            return False
        self.wake()
        return True

    def _respond(self, conversation: Conversation, message: InboundMessage, inbound_id: int) -> tuple[Event, ...]:
        """The decision; should the person's history break it, the text is judged by itself and staff look at it."""
        now = self.clock()
        try:
            return receive(conversation, message, self.handbook, now)
        except Exception:
            log.exception("deciding with history failed", extra={"inbound_id": inbound_id})
            alone = respond(Conversation(conversation.participant), message, self.handbook, now)
            because = "the text was judged without the person's history, because of a fault"
            return (*alone, TaskRaised("judged_alone", because))

    def update_status(self, status: DeliveryStatus) -> None:
        """Apply what the carrier says became of an attempt; those of unknown attempts are kept."""
        if not self._sending.told(status):
            log.warning("status for an unknown attempt", extra={"attempt_id": status.attempt_id})

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
            events = self._caused(tx, item, now)
        except Exception as error:
            log.exception("firing failed", extra={"timer_id": item.timer.id})
            self._put_off(tx, item, type(error).__name__, now)
            return
        tx.record(item.conversation, events, Cause(timer_id=item.timer.id), now)

    def _caused(self, tx: Transaction, item: DueTimer, now: datetime) -> tuple[Event, ...]:
        if item.timer.kind == TimerKind.CASE:
            return self._duty.wake(tx, item, now)
        return fire(item.conversation, item.timer, self.handbook, now)

    def _put_off(self, tx: Transaction, item: DueTimer, error: str, now: datetime) -> None:
        """A look at cases is tried again soon and for ever, and whoever can be paged is paged meanwhile."""
        if item.timer.kind == TimerKind.CASE:
            tx.record(item.conversation, self._duty.plain_page(tx, item.conversation, now), Cause(), now)
            tx.postpone(item.timer, now + LOOK_AGAIN, error, None)
            return
        tx.record(item.conversation, self._following(item, now), Cause(), now)
        tx.postpone(item.timer, now + self.options.postpone, error, self.options.tries)

    def _following(self, item: DueTimer, now: datetime) -> tuple[Event, ...]:
        try:
            return following(item.conversation, item.timer, self.handbook, now)
        except Exception:
            log.exception("no next firing could be found", extra={"timer_id": item.timer.id})
            return ()

    def dispatch(self) -> int:
        """Claim and post until nothing more may be sent, or for a moment. Returns how many attempts were made."""
        return self._sending.dispatch()

    def dispatch_urgent(self) -> int:
        """The same for what must arrive only."""
        return self._sending.dispatch_urgent()

    def release(self, submit: Submit) -> int:
        """Hand what may wait a moment to the workers of all machines. Returns how many messages."""
        return self._sending.release(submit)

    def deliver(self, ids: Sequence[int]) -> int:
        """Post a batch that was handed over. Returns how many attempts were made."""
        return self._sending.deliver(ids)

    def finish_posts(self) -> None:
        """Record how posts ended that outlasted the call which made them."""
        self._sending.finish()

    def nudge(self) -> None:
        """Whoever is sending in this process looks at once for what is new."""
        self._sending.nudge()

    def reconcile(self) -> int:
        """Settle attempts in doubt. Returns how many were settled."""
        return self._sending.reconcile()

    def recover(self) -> int:
        """Take up what a crash left: texts stored but not decided, calls left open, attempts whose sender vanished."""
        now = self.clock()
        waiting = self.store.undecided_inbound(now - self.options.decide_again_after, self.options.batch)
        for inbound_id in waiting:
            self._decide(inbound_id)
        settled = self.calls.end_abandoned(self.options.batch)
        return len(waiting) + settled + self.store.expire_leases(now)

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
        """Take a case: the person is told by when somebody plans to phone, and the others who were paged stand down."""
        return self._woken(
            self._duty.on_case(
                escalation_id, staff, lambda case, promise, now: escalation.acknowledge(case, staff, promise, now)
            )
        )

    def pass_on(self, escalation_id: int, staff: str) -> Done | Refused:
        """Give a case on; paging goes on as if nobody had it."""
        return self._woken(
            self._duty.on_case(escalation_id, staff, lambda case, _promise, _now: escalation.pass_on(case, staff))
        )

    def contacted(self, escalation_id: int, staff: str, note: str) -> Done | Refused:
        """Somebody of the team spoke with the person."""
        return self._woken(
            self._duty.on_case(
                escalation_id, staff, lambda case, _promise, _now: escalation.contacted(case, staff, note)
            )
        )

    def reopen_case(self, escalation_id: int, staff: str, because: str) -> Done | Refused:
        """Open a closed case again; paging begins anew."""
        return self._woken(
            self._duty.on_case(
                escalation_id, staff, lambda case, _promise, _now: escalation.reopen(case, staff, because)
            )
        )

    def close_case(self, escalation_id: int, staff: str, outcome: str, note: str) -> Done | Refused:
        """End a case with a coded outcome."""
        outcomes = self.handbook.outcomes
        return self._woken(
            self._duty.on_case(
                escalation_id, staff, lambda case, _p, _n: escalation.close(case, staff, outcome, note, outcomes)
            )
        )

    def _woken(self, done: Done | Refused) -> Done | Refused:
        if isinstance(done, Done):
            self.wake()
        return done

    def page_call_opened(self, attempt_id: str) -> PageCall | None:
        """The first words of a call about a case to somebody on call; None when the attempt is not known."""
        return self._duty.call_opened(attempt_id)

    def page_key(self, attempt_id: str, key: str) -> PageCall | None:
        """A key was pressed in such a call."""
        said = self._duty.key(attempt_id, key)
        self.wake()
        return said

    def mark(self, job: str, error: str | None = None, process: str = "") -> None:
        """A recurring job did its work just now, or failed."""
        self._watching.mark(job, error, process)

    def watch(self) -> int:
        """Look after the program itself. Returns how many alarms are open."""
        return self._watching.watch()

    def housekeep(self) -> int:
        """Remove what has served its purpose, a batch of each kind and more for a moment, and make room for what comes.

        Returns how many rows went.
        """
        now, until = self.clock(), self.elapsed() + _TIDY_SECONDS
        try:
            return sum(self._forget(what, now - kept, now, until) for what, kept in self.retention.items())
        finally:
            self.make_room(now)

    def _forget(self, what: Forgotten, before: datetime, now: datetime, until: float) -> int:
        gone = last = self.store.forget(what, before, now, _FORGOTTEN_AT_ONCE)
        while last >= _FORGOTTEN_AT_ONCE and self.elapsed() < until:
            last = self.store.forget(what, before, now, _FORGOTTEN_AT_ONCE)
            gone += last
        return gone

    def finish_task(self, task_id: int, staff: str) -> Done | Refused:
        """Mark a coordinator's task as done."""
        if self.store.finish_task(task_id, staff, self.clock()):
            return Done(task_id)
        return Refused("This task is already done.")

    def declare_heat(self, zone: str, first_day: date, last_day: date, staff: str) -> Done | Refused:
        """Say that it is dangerously hot in a time zone on these local days, both included."""
        now = self.clock()
        refusal = heat_refusal(first_day, last_day, schedule.local(now, zone).date())
        if refusal:
            return Refused(refusal)
        alert_id = self.store.declare_heat(zone, first_day, last_day, staff, now)
        return Refused("There is already a heat alert for these days.") if alert_id is None else Done(alert_id)

    def end_heat(self, alert_id: int, staff: str) -> Done | Refused:
        """End a heat alert; from now on it holds on no day."""
        ended = self.store.end_heat(alert_id, staff, self.clock())
        return Done(alert_id) if ended else Refused("This heat alert has already ended.")
