"""The store: `coach.ports.Store` over the tables, SQLite and PostgreSQL alike."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import OperationalError

from coach.adapters.database import (
    attempts,
    calls,
    claims,
    endings,
    heat,
    inbox,
    lines,
    on_call,
    pages,
    people,
    releases,
    retention,
    statuses,
    tasks,
    timers,
    wanted,
    watch,
)
from coach.adapters.database.engine import for_reading, is_away
from coach.adapters.database.loading import load
from coach.adapters.database.recording import collect
from coach.adapters.database.reports_gauges import read_oldest_due
from coach.adapters.database.rows import Rows
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import on_call_leave, on_call_shift, outbox
from coach.adapters.database.writer import Writer
from coach.adapters.database.writing import write
from coach.core.events import Event
from coach.core.failures import Meaning
from coach.core.model import Conversation, Escalation, InboundMessage, Lane, OutboundMessage, Participant, Timer
from coach.core.rota import Leave, OnCall, Rota, Shift
from coach.ports import (
    Alarm,
    Cause,
    DeliveryStatus,
    DueTimer,
    Forgotten,
    JobMark,
    Kept,
    KeptCall,
    Pace,
    SendResult,
    StoppedLine,
    Submit,
)

log = logging.getLogger(__name__)


def random_id() -> str:
    """An attempt id nobody can guess: it stands in a public address."""
    return secrets.token_hex(16)


class SqlTransaction:
    """One transaction. What is recorded is collected and written in a few statements before the next read or the end.

    Locks (PostgreSQL): participants first, then their rows. On SQLite the whole transaction is the lock.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = Rows()
        self._claimed_at: datetime | None = None

    def conversation(self, participant_id: int, now: datetime) -> Conversation:
        """All that is known of one participant. KeyError when there is none."""
        self.flush()
        return self._one(people.hold(self._connection, [participant_id]), now)

    def conversation_of_number(self, phone: str, country: str, now: datetime) -> Conversation:
        """The same by E.164 number; an unknown number becomes a stranger first."""
        self.flush()
        return self._one(people.meet(self._connection, phone, country, now), now)

    def conversation_of_escalation(self, escalation_id: int, now: datetime) -> Conversation:
        """The conversation a case belongs to, this case among its cases however old. KeyError when there is none."""
        self.flush()
        return self._one(people.hold_of_case(self._connection, escalation_id), now, escalation_id)

    def _one(self, held: Sequence[Participant], now: datetime, escalation_id: int | None = None) -> Conversation:
        if not held:
            message = "there is no such participant"
            raise KeyError(message)
        return load(self._connection, held, now, escalation_id)[held[0].id]

    def enrol(self, participant: Participant, now: datetime) -> int:
        """Store a new participant or raise Duplicate when the number is known and not a stranger."""
        self.flush()
        return people.enrol(self._connection, participant, now)

    def claim_timers(self, now: datetime, limit: int) -> Sequence[DueTimer]:
        """Due timers, earliest first, at most one per participant, none that another transaction holds."""
        self.flush()
        self._claimed_at = now
        return timers.claim_timers(self._connection, now, limit)

    def claim_inbound(self, inbound_id: int) -> InboundMessage | None:
        """The stored message if it is not yet decided, locked; else None."""
        self.flush()
        return inbox.claim(self._connection, inbound_id)

    def call(self, carrier_id: str) -> KeptCall | None:
        """The call with this carrier id, held until the transaction ends, also when it is not there yet."""
        return calls.hold(self._connection, carrier_id)

    def keep_call(self, call: KeptCall) -> None:
        """Store a call, or what it has become."""
        calls.keep(self._connection, call)

    def voicemail_since(self, phone: str, since: datetime) -> bool:
        """Whether words were left on the answering machine of this number at or after then."""
        return calls.voicemail_since(self._connection, phone, since)

    def wrong_identities(self, phone: str, since: datetime) -> int:
        """How many wrong birth years or PINs were given in calls with this number that began at or after then."""
        return calls.wrong_identities(self._connection, phone, since)

    def record(self, conversation: Conversation, events: Sequence[Event], cause: Cause, now: datetime) -> None:
        """Collect the facts, and the mark on their cause."""
        if conversation.participant.id in self._rows.participants:
            self.flush()  # a second decision about somebody acts upon the first
        collect(self._rows, conversation, events, cause, now)

    def changed_since(self, participant_id: int, at: datetime) -> bool:
        """Whether their status, or how a number on call is reached, was changed after then."""
        self.flush()
        return on_call.changed_since(self._connection, participant_id, at)

    def postpone(self, timer: Timer, until: datetime, error: str, tries_allowed: int | None) -> None:
        """Put off a timer whose decision raised; past the allowed tries, if any, a coordinator gets it as a task."""
        self.flush()
        put_off = timers.PutOff(until, error, self._claimed_at or timer.due_at)
        timers.postpone(self._connection, timer, put_off, tries_allowed)

    def settle_inbound(self, inbound_id: int, participant_id: int, now: datetime) -> None:
        """Mark a text of staff as dealt with under their own row."""
        self.flush()
        inbox.settle(self._connection, inbound_id, participant_id, now)

    def case_by_code(self, code: str) -> int | None:
        """The case that the code of a page names: the newest open one, else the newest."""
        self.flush()
        return on_call.case_by_code(self._connection, code)

    def cases_known_to(self, person: OnCall) -> Sequence[Escalation]:
        """Open cases that a number on call was paged about or has, oldest first, without their steps."""
        self.flush()
        return on_call.cases_known_to(self._connection, person)

    def case_of_attempt(self, attempt_id: str) -> int | None:
        """The case that an attempt pages about; None when it is about none."""
        return pages.case_of_attempt(self._connection, attempt_id)

    def raise_alarm(self, key: str, kind: str, because: str, now: datetime, participant_id: int | None = None) -> bool:
        """Open an alarm together with what else is recorded; False when one with this key is open already."""
        row = {"key": key, "kind": kind, "because": because, "raised_at": now, "participant_id": participant_id}
        return watch.raise_alarm(self._connection, row)

    def end_alarm(self, key: str, now: datetime) -> bool:
        """It is over; False when none with this key is open."""
        return watch.end(self._connection, key, now)

    def rota(self) -> Rota:
        """Everybody on call, with what is not ended of their shifts and leave."""
        return on_call.read_rota(self._connection)

    def rota_to_change(self) -> Rota:
        """The same; others who want to change it wait until this transaction ends."""
        on_call.hold_rota(self._connection)
        return self.rota()

    def add_on_call(self, person: OnCall, staff: str, now: datetime) -> int:
        """Store a number of staff, or raise Duplicate."""
        self.flush()
        return on_call.add(self._connection, person, staff, now)

    def change_on_call(self, person: OnCall, staff: str, now: datetime) -> bool:
        """Store what may change of a person; False when there is none."""
        return on_call.change(self._connection, person, staff, now)

    def add_shift(self, shift: Shift, staff: str, now: datetime) -> int:
        """Store a shift."""
        return on_call.add_shift(self._connection, shift, staff, now)

    def end_shift(self, shift_id: int, staff: str, now: datetime) -> bool:
        """End a shift for good."""
        return on_call.end(self._connection, on_call_shift, shift_id, staff, now)

    def add_leave(self, leave: Leave, staff: str, now: datetime) -> int:
        """Store a leave."""
        return on_call.add_leave(self._connection, leave, staff, now)

    def end_leave(self, leave_id: int, staff: str, now: datetime) -> bool:
        """End a leave."""
        return on_call.end(self._connection, on_call_leave, leave_id, staff, now)

    def flush(self) -> None:
        """Write what was collected."""
        rows, self._rows = self._rows, Rows()
        if rows != Rows():
            write(self._connection, rows)


class SqlStore:
    """The tables behind `coach.ports.Store`. Threads and processes may share them."""

    def __init__(self, engine: Engine, *, new_attempt_id: Callable[[], str] = random_id) -> None:
        self._writer = Writer(engine)
        self._reader = for_reading(engine)
        self._new_attempt_id = new_attempt_id

    def begin(self) -> AbstractContextManager[SqlTransaction]:
        """Open a transaction; commits at the end of the block, rolls back when it raises."""
        return self._transaction()

    @contextmanager
    def _transaction(self) -> Iterator[SqlTransaction]:
        with self._writer.begin() as connection:
            transaction = SqlTransaction(connection)
            yield transaction
            transaction.flush()

    def keep_inbound(self, message: InboundMessage, raw: Mapping[str, str]) -> Kept:
        """Store a received message durably, once per carrier id."""
        with self._writer.begin() as connection:
            return inbox.keep(connection, message, raw)

    def known_inbound(self, carrier_ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids whose message is stored."""
        with self._reader.begin() as connection:
            return inbox.known(connection, carrier_ids)

    def newest_text(self) -> datetime | None:
        """When the newest stored text came in."""
        with self._reader.begin() as connection:
            return inbox.newest_text(connection)

    def undecided_inbound(self, before: datetime, limit: int) -> Sequence[int]:
        """Ids of messages received before then and not dealt with."""
        with self._reader.begin() as connection:
            return inbox.undecided(connection, before, limit)

    def inbound_failed(self, inbound_id: int, error: str, tries_allowed: int, now: datetime) -> None:
        """Count a decision that raised; past the allowed tries the text becomes a task for a coordinator to read."""
        if error == OperationalError.__name__:
            return  # the database was away or a lock was held: no fault of the text
        with self._writer.begin() as connection:
            inbox.failed(connection, inbound_id, error, tries_allowed, now)

    def said_for(self, inbound_id: int) -> Sequence[str]:
        """The sentences spoken in answer to a message, in order."""
        said = select(outbox.c.body).where(outbox.c.inbound_id == inbound_id, outbox.c.state == OutboxState.SAID)
        with self._reader.begin() as connection:
            return connection.scalars(said.order_by(outbox.c.id)).all()

    def finish_task(self, task_id: int, staff: str, now: datetime) -> bool:
        """Mark a task as done; False when there is none or it was done before."""
        with self._writer.begin() as connection:
            return tasks.finish_task(connection, task_id, staff, now)

    def declare_heat(self, zone: str, first_day: date, last_day: date, staff: str, now: datetime) -> int | None:
        """Store a heat alert; None when one that has not ended holds on all these days."""
        with self._writer.begin() as connection:
            return heat.declare(connection, zone, (first_day, last_day), staff, now)

    def end_heat(self, alert_id: int, staff: str, now: datetime) -> bool:
        """End a heat alert; False when there is none or it was ended before."""
        with self._writer.begin() as connection:
            return heat.end(connection, alert_id, staff, now)

    def claim_outbox(
        self,
        now: datetime,
        limit: int,
        lease: timedelta,
        pace: Pace,
        last: Lane = Lane.PROMPT,
    ) -> Sequence[OutboundMessage]:
        """Claim pending messages, first lane first, within the pace, and commit an attempt row for each."""
        claim = claims.Claim(now, limit, lease, pace, last=last)
        with self._writer.begin() as connection:
            return claims.claim_outbox(connection, claim, self._new_attempt_id)

    def release_outbox(self, now: datetime, batch: int, lease: timedelta, pace: Pace, submit: Submit) -> int:
        """Hand pending messages that may wait to workers, in batches and within the pace."""
        claim = claims.Claim(now, batch, lease, pace, first=Lane.REPLY)
        with self._writer.begin() as connection:
            return releases.release(connection, claim, submit)

    def begin_released(
        self, ids: Sequence[int], now: datetime, lease: timedelta, pace: Pace
    ) -> Sequence[OutboundMessage]:
        """Claim those of the messages that are still released and still wanted."""
        claim = claims.Claim(now, len(ids), lease, pace)
        with self._writer.begin() as connection:
            return releases.begin(connection, ids, claim, self._new_attempt_id)

    def unwanted(self, attempt_ids: Sequence[str]) -> frozenset[str]:
        """Those of the attempts under way whose message must not be posted any more."""
        with self._reader.begin() as connection:
            return wanted.unwanted(connection, attempt_ids)

    def stopped_lines(self) -> Sequence[StoppedLine]:
        """The lines from which nothing is posted, by name."""
        with self._reader.begin() as connection:
            return lines.stopped_lines(connection)

    def account_refused(self, since: datetime) -> int | None:
        """The code with which the carrier last refused our account; None when it has not since then."""
        with self._reader.begin() as connection:
            return lines.account_refused(connection, since)

    def resume_line(self, name: str) -> bool:
        """A person says that a line works again; False when it is not stopped."""
        with self._writer.begin() as connection:
            return lines.resume(connection, name)

    def finish_attempts(self, ended: Sequence[tuple[OutboundMessage, SendResult]], now: datetime) -> frozenset[str]:
        """Record how attempts ended, together if that goes well; returns the ids of those of which recording raised."""
        others: Sequence[endings.End] = ended
        try:
            with self._writer.begin() as connection:
                others = endings.finish_together(connection, ended, now)
        except Exception as error:
            if is_away(error):
                raise
            log.warning("attempts are recorded one by one", extra={"error": type(error).__name__})
            others = ended
        if not others:
            return frozenset()
        with self._writer.begin() as connection:
            return endings.finish_alone(connection, others, now)

    def apply_status(self, status: DeliveryStatus, meaning: Meaning | None = None) -> bool:
        """Apply a status callback by rank, binding the carrier id; False when the attempt is unknown."""
        with self._writer.begin() as connection:
            return statuses.apply_status(connection, status, meaning)

    def expire_leases(self, now: datetime) -> int:
        """Attempts whose sender vanished become in doubt; what no worker has begun waits again. Returns how many."""
        with self._writer.begin() as connection:
            return attempts.expire_leases(connection, now)

    def in_doubt(self, older_than: datetime, limit: int) -> Sequence[OutboundMessage]:
        """Attempts in doubt that started before then and still have no carrier id."""
        with self._reader.begin() as connection:
            return attempts.in_doubt(connection, older_than, limit)

    def settle(self, message: OutboundMessage, carrier_id: str | None, *, send_again: bool, now: datetime) -> None:
        """End a doubt: bind the found id, or give up, or queue the message once more."""
        with self._writer.begin() as connection:
            attempts.settle(connection, message, carrier_id, send_again=send_again, now=now)

    def bound_carrier_ids(self, carrier_ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that already belong to an attempt."""
        with self._reader.begin() as connection:
            return attempts.bound_carrier_ids(connection, carrier_ids)

    def message_of_attempt(self, attempt_id: str) -> OutboundMessage | None:
        """The message an attempt was made for."""
        with self._reader.begin() as connection:
            return attempts.message_of_attempt(connection, attempt_id)

    def note_call(self, attempt_id: str, *, answered_by: str | None = None, talked_at: datetime | None = None) -> None:
        """Keep who the carrier thinks took a call, and when somebody in it pressed a key or spoke."""
        with self._writer.begin() as connection:
            attempts.note_call(connection, attempt_id, answered_by, talked_at)

    def unended_calls(self, before: datetime, limit: int) -> Sequence[str]:
        """Carrier ids of calls that have not ended and stand still since before then."""
        with self._reader.begin() as connection:
            return calls.unended(connection, before, limit)

    def call_of_attempt(self, attempt_id: str) -> str | None:
        """The carrier id of the newest call of an attempt, or as the carrier bound it."""
        with self._reader.begin() as connection:
            return calls.of_attempt(connection, attempt_id)

    def mark_job(self, name: str, now: datetime, error: str | None, process: str) -> None:
        """Keep that a job did its work just now, or failed."""
        ended = {"ok_at": now} if error is None else {"failed_at": now}
        with self._writer.begin() as connection:
            watch.mark_job(connection, JobMark(name, error=error, process=process, **ended))

    def jobs_marked(self) -> Sequence[JobMark]:
        """The marks of all jobs, by name."""
        with self._reader.begin() as connection:
            return watch.jobs_marked(connection)

    def raise_alarm(self, key: str, kind: str, because: str, now: datetime, participant_id: int | None = None) -> bool:
        """Open an alarm; False when one with this key is open already."""
        row = {"key": key, "kind": kind, "because": because, "raised_at": now, "participant_id": participant_id}
        with self._writer.begin() as connection:
            return watch.raise_alarm(connection, row)

    def open_alarms(self) -> Sequence[Alarm]:
        """Alarms that are not over, oldest first."""
        with self._reader.begin() as connection:
            return watch.open_alarms(connection)

    def alarm_paged(self, alarm_id: int, now: datetime) -> None:
        """Keep that somebody was paged about it."""
        with self._writer.begin() as connection:
            watch.paged(connection, alarm_id, now)

    def see_alarm(self, alarm_id: int, staff: str, now: datetime) -> bool:
        """Keep who looks after it."""
        with self._writer.begin() as connection:
            return watch.see(connection, alarm_id, staff, now)

    def end_alarm(self, key: str, now: datetime) -> bool:
        """It is over."""
        with self._writer.begin() as connection:
            return watch.end(connection, key, now)

    def cases_without_wakeup(self, limit: int) -> Sequence[int]:
        """Participants with an open case and no pending look at it."""
        with self._reader.begin() as connection:
            return watch.cases_without_wakeup(connection, limit)

    def cases_ahead(self, now: datetime) -> int:
        """Open cases of which something is noted at a time after this one."""
        with self._reader.begin() as connection:
            return watch.cases_ahead(connection, now)

    def overdue_people(self, since: datetime, limit: int) -> Sequence[int]:
        """Active participants in a programme of whom nothing was sent, skipped or heard since then."""
        with self._reader.begin() as connection:
            return watch.overdue_people(connection, since, limit)

    def oldest_due(self, now: datetime) -> float:
        """Seconds by which the oldest timer, unread text or waiting message is past its time."""
        with self._reader.begin() as connection:
            return read_oldest_due(connection, now)

    def forget(self, what: Forgotten, before: datetime, now: datetime, limit: int) -> int:
        """Remove at most so many rows of a kind that are older than `before`. Returns how many."""
        with self._writer.begin() as connection:
            return retention.forget(connection, what, before, now, limit)

    def failing_numbers(self, now: datetime) -> Sequence[int]:
        """Participant ids of active numbers on call whose last settled page by text or by call did not arrive."""
        with self._reader.begin() as connection:
            return watch.failing_numbers(connection, now)
