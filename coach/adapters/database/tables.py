"""The tables: the one truth.

Facts are append-only: `event`, `consent`, `observation`, `escalation_step`. What was received stays as it came in
`inbound`; only the columns that say what became of it are filled in later. Shifts and leave are ended, never deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python on every database; SQLite keeps it without a zone, PostgreSQL as timestamptz."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; they would be somebody's guess."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without a zone cannot be stored"
            raise ValueError(message)
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Give back an aware UTC time. Made once a statement, since a conversation has hundreds of times."""
        del coltype
        return _from_text if dialect.name == "sqlite" else _in_utc


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_ID = BigInteger().with_variant(Integer(), "sqlite")
"""Ids outlast 32 bits on a large programme; SQLite gives ids to INTEGER primary keys only, and those have 64 bits."""


def _participant_id(*, nullable: bool = False) -> Column[int]:
    return Column("participant_id", ForeignKey("participant.id"), nullable=nullable)


participant = Table(
    "participant",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("phone", String(20), nullable=False, unique=True),
    Column("name", Text, nullable=False, default=""),
    Column("status", String(20), nullable=False),
    Column("status_at", UtcDateTime),  # since when; null: from the beginning
    Column("language", String(5), nullable=False),
    Column("country", String(2), nullable=False),
    Column("zone", String(64)),
    Column("quiet_start", Time, nullable=False),
    Column("quiet_end", Time, nullable=False),
    Column("channel", String(10), nullable=False),
    Column("programme", String(64), nullable=False),
    Column("enrolled_on", Date),
    Column("programme_on", Date),  # day 1 of a later programme
    Column("density", String(10), nullable=False, server_default="usual"),
    Column("ask_at", Time),  # local; null: the programme's own
    Column("profile", JSON, nullable=False),
    Column("birth_year", Integer),
    Column("call_pin", String(8)),  # of digits; asked in calls, shown nowhere
    Column("no_voicemail", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index(None, "status"),
)

consent = Table(
    "consent",
    metadata,
    Column("id", _ID, primary_key=True),
    _participant_id(),
    Column("step", String(20), nullable=False),  # invited, confirmed, declined, revoked
    Column("wording_id", String(80), nullable=False),
    Column("wording_version", String(40), nullable=False),
    Column("wording", Text, nullable=False),
    Column("channel", String(10), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("carrier_id", String(80)),  # of the text that said it; invitations have their outbox row
    Column("staff", String(120)),
    Index(None, "participant_id"),
)

inbound = Table(
    "inbound",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("carrier_id", String(80), nullable=False, unique=True),
    _participant_id(nullable=True),
    Column("channel", String(10), nullable=False),
    Column("sender", String(40), nullable=False),
    Column("recipient", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("raw", JSON, nullable=False),  # every field as received
    Column("opt_out_type", String(10)),
    Column("media", Integer, nullable=False, default=0),
    Column("confidence", Float),
    Column("received_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("tries", Integer, nullable=False, default=0),
    Column("error", Text),
    Column("reply", JSON),  # intent, weakness, signs, disposition … as read
    Column("raw_removed_at", UtcDateTime),  # when the fields that are not ours were removed from `raw`
    Index(None, "participant_id", "received_at"),
    Index(
        "ix_inbound_undecided",
        "received_at",
        postgresql_where=text("decided_at IS NULL"),
        sqlite_where=text("decided_at IS NULL"),
    ),
    Index(
        "ix_inbound_raw_kept",
        "received_at",
        postgresql_where=text("raw_removed_at IS NULL"),
        sqlite_where=text("raw_removed_at IS NULL"),
    ),
)

event = Table(  # on PostgreSQL cut by month (months.py); its key is (id, kind, at) there
    "event",
    metadata,
    Column("id", _ID, primary_key=True),
    _participant_id(nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(40), nullable=False),  # class name of the fact in coach.core.events
    Column("data", JSON, nullable=False),
    Column("inbound_id", ForeignKey("inbound.id")),
    Column("timer_id", _ID),
    Column("staff", String(120)),
    Index(None, "participant_id", "id"),
    Index(
        "ix_event_timer_set",
        "at",
        postgresql_where=text("kind = 'TimerSet'"),
        sqlite_where=text("kind = 'TimerSet'"),
    ),
)

check_in = Table(
    "check_in",
    metadata,
    Column("id", _ID, primary_key=True),
    _participant_id(),
    Column("asked", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("scheduled", Boolean, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("base", Float),
    Column("need", Float),
    Column("about", String(80)),
    Index(None, "participant_id", "id"),
)

observation = Table(
    "observation",
    metadata,
    Column("id", _ID, primary_key=True),
    _participant_id(),
    Column("kind", String(20), nullable=False),
    Column("code", String(40)),
    Column("value", Float),
    Column("asked", String(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("day", Date, nullable=False),
    Column("inbound_id", ForeignKey("inbound.id")),
    Column("staff", String(120)),
    Index(None, "participant_id", "at"),
)

escalation = Table(
    "escalation",
    metadata,
    Column("id", _ID, primary_key=True),
    _participant_id(),
    Column("level", String(20), nullable=False),
    Column("rules", JSON, nullable=False),
    Column("because", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("inbound_id", ForeignKey("inbound.id")),
    Column("state", String(20), nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("owner", String(120)),
    Column("acknowledged_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("outcome", String(40)),
    Column("caused_at", UtcDateTime),  # when the reply behind it came in; null: as long ago as it was raised
    Column("rules_version", String(40), nullable=False, server_default=""),
    Column("explanation", JSON(none_as_null=True)),
    Column("contact_by", UtcDateTime),  # what the person is promised, while somebody has the case
    Column("contacted_at", UtcDateTime),
    Index(None, "participant_id", "id"),
    Index(
        "ix_escalation_open",
        "raised_at",
        postgresql_where=text("state <> 'closed'"),
        sqlite_where=text("state <> 'closed'"),
    ),
)

escalation_step = Table(
    "escalation_step",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("escalation_id", ForeignKey("escalation.id"), nullable=False),
    Column("step", String(20), nullable=False),  # CaseStepKind
    Column("at", UtcDateTime, nullable=False),
    Column("staff", String(120)),
    Column("note", Text, nullable=False, default=""),
    Column("to_id", ForeignKey("participant.id")),  # the number on call that a page went to
    Column("channel", String(10)),
    Column("outbox_id", ForeignKey("outbox.id")),
    Index(None, "escalation_id"),
    Index(None, "outbox_id"),
)

task = Table(
    "task",
    metadata,
    Column("id", _ID, primary_key=True),
    _participant_id(nullable=True),
    Column("kind", String(40), nullable=False),
    Column("because", Text, nullable=False),
    Column("inbound_id", ForeignKey("inbound.id")),
    Column("outbox_id", ForeignKey("outbox.id")),  # of the message that did not arrive
    Column("raised_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("done_by", String(120)),
    Column("explanation", JSON(none_as_null=True)),
    Column("key", String(120)),  # what time caused is raised once for each key
    UniqueConstraint("outbox_id", "kind"),
    Index("uq_task_participant_id_key", "participant_id", "key", unique=True),
    Index(None, "participant_id"),
    Index("ix_task_open", "raised_at", postgresql_where=text("done_at IS NULL"), sqlite_where=text("done_at IS NULL")),
)

timer = Table(
    "timer",
    metadata,
    Column("id", _ID, primary_key=True),
    _participant_id(),
    Column("kind", String(40), nullable=False),
    Column("key", String(120), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("state", String(20), nullable=False),  # TimerState
    Column("fired_at", UtcDateTime),
    Column("tries", Integer, nullable=False, default=0),
    Column("error", Text),
    UniqueConstraint("participant_id", "key"),
    Index(
        "ix_timer_pending",
        "participant_id",
        "due_at",
        postgresql_where=text("state = 'pending'"),
        sqlite_where=text("state = 'pending'"),
    ),
    Index("ix_timer_due", "due_at", postgresql_where=text("state = 'pending'"), sqlite_where=text("state = 'pending'")),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _ID, primary_key=True),
    _participant_id(),
    Column("lane", Integer, nullable=False),
    Column("channel", String(10), nullable=False),
    Column("recipient", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("template", String(80), nullable=False),
    Column("because", Text, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("state", String(20), nullable=False),  # OutboxState
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("tries", Integer, nullable=False, default=0),
    Column("inbound_id", ForeignKey("inbound.id")),
    Column("timer_id", ForeignKey("timer.id")),
    Column("staff", String(120)),
    Column("escalation_id", ForeignKey("escalation.id")),  # the case it tells of, asks after or pages about
    Index(None, "participant_id", "id"),
    Index(None, "inbound_id"),
    Index(None, "escalation_id"),
    Index(
        "ix_outbox_expiring",
        "expires_at",
        postgresql_where=text("state = 'pending'"),
        sqlite_where=text("state = 'pending'"),
    ),
    Index(
        "ix_outbox_in_doubt", "id", postgresql_where=text("state = 'in_doubt'"), sqlite_where=text("state = 'in_doubt'")
    ),
    Index(
        "ix_outbox_pending",
        "lane",
        "id",
        postgresql_where=text("state = 'pending'"),
        sqlite_where=text("state = 'pending'"),
    ),
    Index(
        "ix_outbox_calls",
        "lane",
        "id",
        postgresql_where=text("state = 'pending' AND channel = 'voice'"),
        sqlite_where=text("state = 'pending' AND channel = 'voice'"),
    ),
    Index(
        "ix_outbox_leased",
        "lease_until",
        postgresql_where=text("state = 'sending'"),
        sqlite_where=text("state = 'sending'"),
    ),
    Index(
        "ix_outbox_released",
        "lease_until",
        postgresql_where=text("state = 'released'"),
        sqlite_where=text("state = 'released'"),
    ),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", String(40), primary_key=True),  # random; it is in the status-callback address
    Column("outbox_id", ForeignKey("outbox.id"), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("outcome", String(20)),  # coach.ports.Outcome; null while open
    Column("carrier_id", String(80), unique=True),
    Column("status", String(20)),  # the carrier's word, highest rank so far
    Column("code", Integer),
    Column("failure", String(20)),
    Column("status_at", UtcDateTime),
    Column("settled_at", UtcDateTime),  # when a doubt ended without the carrier's word
    Column("answered_by", String(20)),  # of a call: who the carrier thinks took it
    Column("talked_at", UtcDateTime),  # of a call: when somebody pressed a key or spoke
    Column("price_micros", BigInteger),  # millionths of the currency, by the carrier; null: it has not said
    Column("currency", String(3)),
    Column("line", String(80)),  # send_rate.line
    Index(None, "outbox_id"),
    Index(None, "started_at"),
)

call = Table(
    "call",
    metadata,
    Column("carrier_id", String(80), primary_key=True),  # CallSid
    Column("attempt_id", String(40)),  # of a call that we placed
    Column("phone", String(40), nullable=False),  # of the person, whoever called whom
    _participant_id(nullable=True),
    Column("inbound", Boolean, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("state", JSON, nullable=False),
    Column("words", JSON, nullable=False),  # what is being said now
    Column("opened_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("voicemail_at", UtcDateTime),
    Index(None, "attempt_id"),
    Index(None, "ended_at", "changed_at"),  # those that have not ended, and those that may go
    Index(
        "ix_call_voicemail",
        "phone",
        "voicemail_at",
        postgresql_where=text("voicemail_at IS NOT NULL"),
        sqlite_where=text("voicemail_at IS NOT NULL"),
    ),
    Index(None, "phone", "changed_at"),
)

status_callback = Table(
    "status_callback",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("attempt_id", String(40), nullable=False),
    Column("carrier_id", String(80), nullable=False),
    Column("status", String(40), nullable=False),
    Column("code", Integer),
    Column("received_at", UtcDateTime, nullable=False),
    Column("known", Boolean, nullable=False),  # False: attempt or status we do not know; kept
    UniqueConstraint("attempt_id", "carrier_id", "status"),
    Index(None, "received_at"),
)

heat_alert = Table(
    "heat_alert",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("zone", String(64), nullable=False),
    Column("first_day", Date, nullable=False),  # local dates of the zone, both included
    Column("last_day", Date, nullable=False),
    Column("staff", String(120), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),  # from then on it holds on no day
    Index(
        "ix_heat_alert_not_ended",
        "zone",
        postgresql_where=text("ended_at IS NULL"),
        sqlite_where=text("ended_at IS NULL"),
    ),
)

send_rate = Table(
    "send_rate",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row for each line, shared by all processes
    Column("tokens", Float, nullable=False),
    Column("refilled_at", UtcDateTime, nullable=False),
    Column("paused_until", UtcDateTime),  # the ordinary lanes wait until then
    Column("pause_reason", Text),
    Column("line", String(80), nullable=False, server_default=""),  # channel and number or service
    Column("stopped_at", UtcDateTime),  # nothing leaves until somebody says so, or what was tried arrives
    Column("stop_reason", Text),
    Column("tried_at", UtcDateTime),  # of a stopped line: when the last message was tried
    Column("refused_at", UtcDateTime),  # when the carrier last refused our account here
    Column("refused_code", Integer),
    Index("uq_send_rate_line", "line", unique=True),
)

staff = Table(
    "staff",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("username", String(120), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False, default=0),
    Column("failed_at", UtcDateTime),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

on_call = Table(
    "on_call",
    metadata,
    Column("participant_id", ForeignKey("participant.id"), primary_key=True, autoincrement=False),
    Column("handle", String(120), nullable=False, unique=True),
    Column("staff_id", ForeignKey("staff.id")),  # null: a number without an account
    Column("zone", String(64), nullable=False),
    Column("texts", Boolean, nullable=False),
    Column("calls", Boolean, nullable=False),
    Column("operator", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_by", String(120), nullable=False),
)

on_call_shift = Table(
    "on_call_shift",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("on_call_id", ForeignKey("on_call.participant_id"), nullable=False),
    Column("layer", Integer, nullable=False),  # 1 first, 2 second, 9 backup
    Column("weekdays", Integer, nullable=False),  # bit 0 is Monday
    Column("start_at", Time, nullable=False),  # wall time of the person; an end that is not later lies on the next day
    Column("end_at", Time, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    Column("at", UtcDateTime, nullable=False),
    Column("staff", String(120), nullable=False),
    Column("ended_at", UtcDateTime),  # from then on it counts no more; it is never deleted
    Column("ended_by", String(120)),
    Index(None, "on_call_id"),
)

on_call_leave = Table(
    "on_call_leave",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("on_call_id", ForeignKey("on_call.participant_id"), nullable=False),
    Column("first_day", Date, nullable=False),  # local dates of the person, both included
    Column("last_day", Date, nullable=False),
    Column("cover_id", ForeignKey("on_call.participant_id")),
    Column("at", UtcDateTime, nullable=False),
    Column("staff", String(120), nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String(120)),
    Index(None, "on_call_id"),
)

job_mark = Table(
    "job_mark",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("ok_at", UtcDateTime),
    Column("failed_at", UtcDateTime),
    Column("error", Text),
    Column("process", String(80)),
)

process_mark = Table(
    "process_mark",
    metadata,
    Column("process", String(80), primary_key=True),
    Column("job", String(40), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),  # when this process last did this job, well or not
    Column("error", Text),  # of its last run; null: it went well
)

alarm = Table(
    "alarm",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("key", String(120), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("because", Text, nullable=False),
    _participant_id(nullable=True),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("paged_at", UtcDateTime),  # the last time
    Column("seen_by", String(120)),
    Column("seen_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Index(
        "uq_alarm_open",
        "key",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
        sqlite_where=text("ended_at IS NULL"),
    ),
)
