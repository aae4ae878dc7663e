"""What the service needs of the outer world, as protocols.

Adapters keep these promises; tests may stand in for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

from coach.core.events import Event
from coach.core.failures import FailureClass, Meaning
from coach.core.model import (
    Channel,
    Conversation,
    Escalation,
    InboundMessage,
    Lane,
    OutboundMessage,
    Participant,
    Timer,
)
from coach.core.rota import Leave, OnCall, Rota, Shift

Clock: TypeAlias = Callable[[], datetime]
"""Gives the present as an aware UTC datetime."""


class Outcome(StrEnum):
    """How one attempt to send ended, as far as is known."""

    ACCEPTED = "accepted"  # the carrier has it and gave an id
    REJECTED = "rejected"  # the carrier refused it; it was not created
    THROTTLED = "throttled"  # refused unprocessed: safe to repeat
    NOT_SENT = "not_sent"  # the request never left: safe to repeat
    IN_DOUBT = "in_doubt"  # may or may not exist at the carrier: never repeated blindly


@dataclass(frozen=True, slots=True)
class SendResult:
    """The end of one attempt."""

    outcome: Outcome
    carrier_id: str | None = None
    status: str | None = None
    code: int | None = None
    failure: FailureClass | None = None
    retry_after: timedelta | None = None
    meaning: Meaning | None = field(default=None, compare=False)  # all that the table says of the code


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """A status callback: what the carrier says became of an attempt."""

    attempt_id: str
    carrier_id: str
    status: str
    code: int | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """What messages of one channel leave from: our number or messaging service, and how fast."""

    name: str  # the channel and the number or service; all processes know the line by it
    per_second: float  # segments of texts; calls
    probe: timedelta = timedelta(minutes=30)  # while it is stopped, one message in so long is tried


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast messages may leave, over all processes that name the same lines."""

    texts: Line
    calls: Line
    spread: timedelta = timedelta(0)  # a crowd of prompts of one minute leaves within so long

    def of(self, channel: Channel) -> Line:
        """The line of a channel."""
        return self.calls if channel is Channel.VOICE else self.texts


@dataclass(frozen=True, slots=True)
class StoppedLine:
    """A line from which nothing is posted until a person says so, or a message that was tried arrives."""

    name: str
    channel: Channel
    because: str
    since: datetime


WHOLE_FIELD = "coach:whole"
MEDIA_FIELD = "coach:media"
RECOVERED_FIELD = "coach:recovered"
"""Entries of ours among the raw fields of a text: all of a body that is shown shortened, the kinds of its pictures and
files in words, and when a text that never reached us was found at the carrier."""


@dataclass(frozen=True, slots=True)
class ReceivedText:
    """A received text with its fields as they came in."""

    message: InboundMessage
    raw: Mapping[str, str]


Spooled: TypeAlias = ReceivedText | DeliveryStatus
"""What may be set down on disk while the database is away."""


@dataclass(frozen=True, slots=True)
class SpoolEntry:
    """One thing on disk, by the name of its file; `what` is None when it cannot be read."""

    name: str
    what: Spooled | None


class Spool(Protocol):
    """This machine's disk, for what comes in while the database is away."""

    def keep(self, what: Spooled) -> None:
        """Set it down. It is durable when this returns; OSError when it cannot be."""

    def waiting(self) -> Iterable[SpoolEntry]:
        """What waits, in the order it came in."""

    def done(self, name: str) -> None:
        """The database has it; harmless when it is gone already."""

    def set_aside(self, name: str) -> None:
        """Keep a file that cannot be taken up apart from the others; it is never deleted."""

    def aside(self) -> int:
        """How many files were set aside."""


class Mailbox(Protocol):
    """What the carrier itself lists of the texts people sent us."""

    def received_since(self, since: datetime) -> Sequence[ReceivedText]:
        """Texts that people sent us at or after then, oldest first.

        Raises:
            ConnectionError: the carrier cannot be asked, which is different from knowing of none.
        """


Submit: TypeAlias = Callable[[object, Sequence[int], Lane], None]
"""Hands a batch of messages of one lane over to workers, within the database transaction that releases them."""


class Conveyor(Protocol):
    """Carries batches of messages to workers on any machine. A batch that is lost, late or doubled does no harm."""

    def submit(self, transaction: object, ids: Sequence[int], lane: Lane) -> None:
        """Hand over a batch; it leaves when the transaction commits. `transaction` is its database connection."""

    def run_workers(self, deliver: Callable[[Sequence[int]], int]) -> None:
        """Begin to deliver batches in this process, whoever handed them over; returns at once."""

    def close(self) -> None:
        """End after the batches under way."""


class Forgotten(StrEnum):
    """What may be removed when it has served its purpose; how long each is kept stands in messages/retention.toml."""

    STATUS_CALLBACKS = "status_callbacks"  # the carrier's words on settled messages; the last one stays
    RAW_FIELDS = "raw_fields"  # what a received text came with, beside the text itself
    TIMER_FACTS = "timer_facts"  # that a timer was set; the timer itself stays
    SESSIONS = "sessions"
    ALARMS = "alarms"  # about the program itself, and over
    CALLS = "calls"  # how far calls came; what was answered in them stays as received
    PROCESSES = "processes"  # marks of processes that are no more


class Carrier(Protocol):
    """Sends texts and places calls. One call is one attempt: no retries inside, always a bounded wait."""

    def send(self, message: OutboundMessage) -> SendResult:
        """Post one text, with the attempt id in its status-callback address."""

    def call(self, message: OutboundMessage) -> SendResult:
        """Start one call, with the attempt id in its dialogue address."""

    def find(self, message: OutboundMessage, since: datetime) -> Sequence[str]:
        """Carrier ids of messages like this one created at or after `since`; to settle an attempt in doubt."""

    def redirect(self, carrier_id: str, path: str) -> bool:
        """Send a call under way to a path below our public address, such as /twilio/voice/x; never raises.

        False when the carrier refuses, as for a call that is over, or cannot be reached.
        """

    def hang_up(self, carrier_id: str) -> bool:
        """End a call; never raises. False when the carrier refuses or cannot be reached."""


@dataclass(frozen=True, slots=True)
class PageLink:
    """What a signed address of a page says once it is proven."""

    case_id: int
    person: int  # the OnCall.id it was made for


class Links(Protocol):
    """Signed addresses that open a case in the dashboard. They open, they never act."""

    def page(self, case_id: int, person: int, now: datetime) -> str:
        """The address for one person on call; "" when there is no dashboard to open."""

    def read(self, token: str, now: datetime) -> PageLink | None:
        """What the last part of an address says; None when it is forged, damaged or out of date."""


class Heartbeat(Protocol):
    """Tells a watcher outside that all is well; that it stops is the message."""

    def beat(self, *, well: bool) -> None:
        """Say so when it is well; never raises."""


@dataclass(frozen=True, slots=True)
class JobMark:
    """When a recurring job last did its work, and when it last failed."""

    name: str
    ok_at: datetime | None = None
    failed_at: datetime | None = None
    error: str | None = None
    process: str | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something about the program itself that a person must see to; open until it is over."""

    id: int
    key: str
    kind: str
    because: str
    raised_at: datetime
    participant_id: int | None = None
    paged_at: datetime | None = None
    seen_by: str | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """What set off a decision: exactly one of the ids, or a staff name."""

    inbound_id: int | None = None
    timer_id: int | None = None
    staff: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A received message that is durably stored."""

    inbound_id: int
    decided: bool  # True when this carrier id was already received and dealt with


@dataclass(frozen=True, slots=True)
class KeptCall:
    """One phone call as far as it has come: enough to go on with it after any step, in any process."""

    carrier_id: str  # CallSid
    attempt_id: str | None  # None: they called us
    phone: str  # E.164 of the person
    participant_id: int | None
    inbound: bool
    turn: int  # grows by one with every step; an older step changes nothing
    state: Mapping[str, object]  # JSON: where the dialogue stands
    words: Mapping[str, object]  # JSON: what is being said now, for whoever asks again
    opened_at: datetime
    changed_at: datetime
    ended_at: datetime | None = None
    voicemail_at: datetime | None = None  # when words were left on an answering machine


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A claimed timer with everything known of its participant."""

    timer: Timer
    conversation: Conversation


class Transaction(Protocol):
    """One short transaction. Participants loaded in it are locked until it ends."""

    def conversation(self, participant_id: int, now: datetime) -> Conversation:
        """All that is known of one participant. KeyError when there is none."""

    def conversation_of_number(self, phone: str, country: str, now: datetime) -> Conversation:
        """The same by E.164 number; an unknown number becomes a stranger first."""

    def conversation_of_escalation(self, escalation_id: int, now: datetime) -> Conversation:
        """The conversation a case belongs to. KeyError when there is none."""

    def enrol(self, participant: Participant, now: datetime) -> int:
        """Store a new participant (its id is ignored).

        Raises:
            Duplicate: the number is known and not a stranger's.
        """

    def claim_timers(self, now: datetime, limit: int) -> Sequence[DueTimer]:
        """Due timers, earliest first, at most one per participant, none that another transaction holds."""

    def claim_inbound(self, inbound_id: int) -> InboundMessage | None:
        """The stored message if it is not yet decided, locked; else None."""

    def record(self, conversation: Conversation, events: Sequence[Event], cause: Cause, now: datetime) -> None:
        """Write the facts, and mark the cause (inbound or timer) as dealt with."""

    def call(self, carrier_id: str) -> KeptCall | None:
        """The call with this carrier id, held until this transaction ends; also one that is not there yet.

        Hold a call before its participant, never after.
        """

    def keep_call(self, call: KeptCall) -> None:
        """Store a call, or what it has become."""

    def voicemail_since(self, phone: str, since: datetime) -> bool:
        """Whether words were left on the answering machine of this number at or after then."""

    def wrong_identities(self, phone: str, since: datetime) -> int:
        """How many wrong birth years or PINs were given in calls with this number that began at or after then."""

    def changed_since(self, participant_id: int, at: datetime) -> bool:
        """Whether their status, or how a number on call is reached, was changed after then."""

    def postpone(self, timer: Timer, until: datetime, error: str, tries_allowed: int | None) -> None:
        """Put off a timer whose decision raised; past the allowed tries it is parked as a task for a coordinator.

        With None it is never parked.
        """

    def settle_inbound(self, inbound_id: int, participant_id: int, now: datetime) -> None:
        """Mark a text of staff as dealt with under their own row; what it caused is recorded with their handle."""

    def case_by_code(self, code: str) -> int | None:
        """The case that the code of a page names: the newest open one, else the newest; None when there is none."""

    def cases_known_to(self, person: OnCall) -> Sequence[Escalation]:
        """Open cases that a number on call was paged about or has, oldest first: their state, without their steps."""

    def case_of_attempt(self, attempt_id: str) -> int | None:
        """The case that an attempt pages about; None when it is about none."""

    def raise_alarm(self, key: str, kind: str, because: str, now: datetime, participant_id: int | None = None) -> bool:
        """Open an alarm together with what else is recorded; False when one with this key is open already."""

    def end_alarm(self, key: str, now: datetime) -> bool:
        """It is over; False when none with this key is open."""

    def rota(self) -> Rota:
        """Everybody on call, with what is not ended of their shifts and leave."""

    def rota_to_change(self) -> Rota:
        """The same, and nobody else's until this transaction ends: what is checked on it holds when it is written."""

    def add_on_call(self, person: OnCall, staff: str, now: datetime) -> int:
        """Store a number of staff (its id is ignored).

        Raises:
            Duplicate: the number or the handle is taken.
        """

    def change_on_call(self, person: OnCall, staff: str, now: datetime) -> bool:
        """Store name, language, zone, texts, calls, operator and active anew; False when there is no such person."""

    def add_shift(self, shift: Shift, staff: str, now: datetime) -> int:
        """Store a shift (its id is ignored)."""

    def end_shift(self, shift_id: int, staff: str, now: datetime) -> bool:
        """End a shift for good; False when there is none or it was ended before."""

    def add_leave(self, leave: Leave, staff: str, now: datetime) -> int:
        """Store a leave (its id is ignored)."""

    def end_leave(self, leave_id: int, staff: str, now: datetime) -> bool:
        """End a leave; False when there is none or it was ended before."""


class Duplicate(Exception):
    """The number is already enrolled."""


class Store(Protocol):
    """The tables. Every method is one transaction of its own unless it says otherwise."""

    def keep_inbound(self, message: InboundMessage, raw: Mapping[str, str]) -> Kept:
        """Store a received message durably, once per carrier id."""

    def known_inbound(self, carrier_ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids whose message is stored."""

    def newest_text(self) -> datetime | None:
        """When the newest stored text came in; None when there is none."""

    def undecided_inbound(self, before: datetime, limit: int) -> Sequence[int]:
        """Ids of messages received before then and not dealt with (a crash, or a decision that raised)."""

    def inbound_failed(self, inbound_id: int, error: str, tries_allowed: int, now: datetime) -> None:
        """Count a decision that raised; past the allowed tries the text becomes a task for a coordinator to read."""

    def said_for(self, inbound_id: int) -> Sequence[str]:
        """The sentences spoken in answer to a message, in order: a repeated webhook says the same again."""

    def finish_task(self, task_id: int, staff: str, now: datetime) -> bool:
        """Mark a coordinator's task as done; False when there is none or it was done before."""

    def declare_heat(self, zone: str, first_day: date, last_day: date, staff: str, now: datetime) -> int | None:
        """Store a heat alert, both days included; None when one that has not ended holds on all these days."""

    def end_heat(self, alert_id: int, staff: str, now: datetime) -> bool:
        """End a heat alert; False when there is none or it was ended before."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """Open a transaction; commits at the end of the block, rolls back when it raises."""

    def claim_outbox(
        self,
        now: datetime,
        limit: int,
        lease: timedelta,
        pace: Pace,
        last: Lane = Lane.PROMPT,
    ) -> Sequence[OutboundMessage]:
        """Claim pending messages, first lane first and none after `last`, and commit an attempt row for each.

        Expires what is past its usefulness; EMERGENCY, URGENT and PAGE lanes never wait for the pace. On a line that is
        stopped they count as lost at once, and the others wait but for the one that is tried. Prompts to people
        who are not active are dropped, and so is everything to people who have left but the answers to what they wrote
        since. A row that cannot be read is set aside, and in the end becomes a task.
        """

    def release_outbox(self, now: datetime, batch: int, lease: timedelta, pace: Pace, submit: Submit) -> int:
        """Hand pending messages that may wait to workers, in batches and within the pace. Returns how many.

        Those are the lanes after PAGE. The rows and their batches are committed together. Nothing is released while
        enough is, or while somebody else does so. What no worker has begun when its lease ends is pending again.
        """

    def begin_released(
        self, ids: Sequence[int], now: datetime, lease: timedelta, pace: Pace
    ) -> Sequence[OutboundMessage]:
        """Claim those of the messages that are still released and still wanted, as `claim_outbox` does."""

    def unwanted(self, attempt_ids: Sequence[str]) -> frozenset[str]:
        """Those of the attempts under way whose message must not be posted any more: STOP came, or the line stopped."""

    def stopped_lines(self) -> Sequence[StoppedLine]:
        """The lines from which nothing is posted, by name."""

    def account_refused(self, since: datetime) -> int | None:
        """The code with which the carrier last refused our account; None when it has not since then."""

    def resume_line(self, name: str) -> bool:
        """A person says that a line works again; False when it is not stopped."""

    def finish_attempts(self, ended: Sequence[tuple[OutboundMessage, SendResult]], now: datetime) -> frozenset[str]:
        """Record how attempts ended; a repeatable failure puts the message back with a growing pause.

        An attempt that is no longer open stays as it is; only a carrier id is still bound, since it ends the doubt.

        Returns:
            The ids of attempts of which recording raised; nothing was recorded of them, and all of the others.
        """

    def apply_status(self, status: DeliveryStatus, meaning: Meaning | None = None) -> bool:
        """Apply a status callback by rank, binding the carrier id; False when the attempt is unknown.

        With the meaning of its code a failure is also acted upon (`coach.core.failures`).
        """

    def expire_leases(self, now: datetime) -> int:
        """Attempts whose sender vanished become in doubt; what no worker has begun waits again. Returns how many."""

    def in_doubt(self, older_than: datetime, limit: int) -> Sequence[OutboundMessage]:
        """Attempts in doubt that started before then and still have no carrier id."""

    def settle(self, message: OutboundMessage, carrier_id: str | None, *, send_again: bool, now: datetime) -> None:
        """End a doubt: bind the found id, or give up, or queue the message once more."""

    def bound_carrier_ids(self, carrier_ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that already belong to an attempt."""

    def message_of_attempt(self, attempt_id: str) -> OutboundMessage | None:
        """The message an attempt was made for."""

    def note_call(self, attempt_id: str, *, answered_by: str | None = None, talked_at: datetime | None = None) -> None:
        """Keep who the carrier thinks took a call, and when somebody in it pressed a key or spoke."""

    def unended_calls(self, before: datetime, limit: int) -> Sequence[str]:
        """Carrier ids of calls that have not ended and stand still since before then, the longest first."""

    def call_of_attempt(self, attempt_id: str) -> str | None:
        """The carrier id of the newest call of an attempt, or as the carrier bound it; None when none is known."""

    def mark_job(self, name: str, now: datetime, error: str | None, process: str) -> None:
        """Keep that a job did its work just now, or failed."""

    def jobs_marked(self) -> Sequence[JobMark]:
        """The marks of all jobs, by name."""

    def raise_alarm(self, key: str, kind: str, because: str, now: datetime, participant_id: int | None = None) -> bool:
        """Open an alarm; False when one with this key is open already."""

    def open_alarms(self) -> Sequence[Alarm]:
        """Alarms that are not over, oldest first."""

    def alarm_paged(self, alarm_id: int, now: datetime) -> None:
        """Keep that somebody was paged about it."""

    def see_alarm(self, alarm_id: int, staff: str, now: datetime) -> bool:
        """Keep who looks after it; False when there is none, or somebody does already."""

    def end_alarm(self, key: str, now: datetime) -> bool:
        """It is over; False when none with this key is open."""

    def cases_without_wakeup(self, limit: int) -> Sequence[int]:
        """Participants with an open case and no pending look at it."""

    def cases_ahead(self, now: datetime) -> int:
        """Open cases of which something is noted at a time after this one."""

    def overdue_people(self, since: datetime, limit: int) -> Sequence[int]:
        """Active participants in a programme of whom nothing was sent, skipped or heard since then."""

    def oldest_due(self, now: datetime) -> float:
        """Seconds by which the oldest timer, unread text or waiting message is past its time; 0 when none is."""

    def forget(self, what: Forgotten, before: datetime, now: datetime, limit: int) -> int:
        """Remove at most so many rows of a kind that are older than `before`. Returns how many.

        Nothing of somebody with an open case, no undecided text, no unsettled attempt, no proof of consent.
        """

    def failing_numbers(self, now: datetime) -> Sequence[int]:
        """Participant ids of active numbers on call whose last settled page by text or by call did not arrive."""
