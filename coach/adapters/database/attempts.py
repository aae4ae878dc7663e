"""How attempts end: known, put back, in doubt, settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from coach.adapters.database.aside import park
from coach.adapters.database.claims import message_of
from coach.adapters.database.failing import Happened, follow
from coach.adapters.database.pages import lost
from coach.adapters.database.rate import pause, pause_after
from coach.adapters.database.releases import expire as expire_released
from coach.adapters.database.set_back import see_to_set_back
from coach.adapters.database.states import OutboxState
from coach.adapters.database.statuses import RANK, bind
from coach.adapters.database.tables import attempt, outbox
from coach.adapters.database.wanted import expire
from coach.core.failures import FailureClass, Meaning
from coach.core.model import Lane, OutboundMessage
from coach.core.schedule import staggered
from coach.ports import Outcome, SendResult

_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE_FOR_URGENT = timedelta(seconds=30)
_TELL_AFTER = timedelta(minutes=3)
_LATER = (FailureClass.ACCOUNT, FailureClass.THROTTLE, FailureClass.RETRY)
_DAYS = {FailureClass.NUMBER: 1}


def finish(connection: Connection, message: OutboundMessage, result: SendResult, now: datetime) -> None:
    """Record how an attempt ended.

    A sender whose lease ran out, or who was overtaken by a callback, changes nothing but one thing: when the carrier
    gave it an id, that id is bound, for it ends the doubt.
    """
    still_open = _close(connection, message, result, now)
    if result.outcome is Outcome.ACCEPTED and result.carrier_id is not None:
        bind(connection, message.attempt_id, result.carrier_id, now)
    if still_open:
        _move(connection, message, result, now)


def _close(connection: Connection, message: OutboundMessage, result: SendResult, now: datetime) -> bool:
    ended = {
        "finished_at": now,
        "outcome": result.outcome,
        "status": result.status if result.status in RANK else None,
        "code": result.code,
        "failure": result.failure,
    }
    still_open = update(attempt).where(attempt.c.id == message.attempt_id, attempt.c.outcome.is_(None))
    return connection.execute(still_open.values(ended)).rowcount == 1


def _move(connection: Connection, message: OutboundMessage, result: SendResult, now: datetime) -> None:
    """Take the message on from `sending`."""
    match result.outcome:
        case Outcome.ACCEPTED:
            _set_state(connection, message, OutboxState.ACCEPTED)
        case Outcome.IN_DOUBT:
            _set_state(connection, message, OutboxState.IN_DOUBT)
        case Outcome.REJECTED:
            _refused(connection, message, result, now)
        case _:
            _put_back(connection, message, result, now)


def _refused(connection: Connection, message: OutboundMessage, result: SendResult, now: datetime) -> None:
    """What the table says follows; without figures there, what may pass goes again after growing pauses."""
    failure = result.failure or FailureClass.UNKNOWN
    meaning = result.meaning or Meaning(failure, days=_DAYS.get(failure))
    if meaning.failure in _LATER and (message.lane.must_arrive or not meaning.pauses):
        _put_back(connection, message, result, now)
        meaning = replace(meaning, days=None)
    follow(connection, Happened(message.attempt_id, OutboxState.SENDING, result.code, meaning, now))
    _set_state(connection, message, OutboxState.FAILED)
    if message.lane.must_arrive:
        because = "The carrier refused an important message. Please get in touch with the person yourself."
        lost(connection, message.outbox_id, message.participant_id, because, now)


def _set_state(connection: Connection, message: OutboundMessage, state: OutboxState) -> None:
    sending = update(outbox).where(outbox.c.id == message.outbox_id, outbox.c.state == OutboxState.SENDING)
    connection.execute(sending.values(state=state, lease_until=None))


def _put_back(connection: Connection, message: OutboundMessage, result: SendResult, now: datetime) -> None:
    """Not created at the carrier, so it may go again: later each time, until it expires."""
    mine = (outbox.c.id == message.outbox_id, outbox.c.state == OutboxState.SENDING)
    row = connection.execute(select(outbox.c.tries, outbox.c.created_at).where(*mine)).one_or_none()
    if row is None:
        return
    asked_for = result.retry_after if result.retry_after is not None else pause_after(row.tries)
    wait = staggered(asked_for, message.attempt_id)
    if message.lane.must_arrive:
        wait = min(wait, _LONGEST_PAUSE_FOR_URGENT)
        if now - row.created_at >= _TELL_AFTER:
            because = "An important message could not be sent yet. Please get in touch with the person yourself."
            lost(connection, message.outbox_id, message.participant_id, because, now)
    again = {"state": OutboxState.PENDING, "lease_until": None, "not_before": now + wait}
    connection.execute(update(outbox).where(*mine).values(again))
    if result.outcome is Outcome.THROTTLED:
        until = now + (result.retry_after or _FIRST_PAUSE)
        pause(connection, _line_of(connection, message), until, "the carrier asked for fewer messages")


def _line_of(connection: Connection, message: OutboundMessage) -> str | None:
    return connection.scalar(select(attempt.c.line).where(attempt.c.id == message.attempt_id))


def expire_leases(connection: Connection, now: datetime) -> int:
    """Attempts whose sender vanished become in doubt; what was released and not begun waits again.

    What is past its usefulness is dropped on this occasion; it is not counted.
    """
    see_to_set_back(connection, now)
    expire(connection, now)
    statement = select(attempt.c.id, attempt.c.outbox_id).join(outbox, outbox.c.id == attempt.c.outbox_id)
    lapsed = (outbox.c.state == OutboxState.SENDING, outbox.c.lease_until < now)
    vanished = statement.where(*lapsed, attempt.c.outcome.is_(None))
    rows = connection.execute(vanished.with_for_update(skip_locked=True)).all()
    if rows:
        doubt = {"outcome": Outcome.IN_DOUBT, "finished_at": now}
        connection.execute(update(attempt).where(attempt.c.id.in_([row.id for row in rows])).values(doubt))
        ids = [row.outbox_id for row in rows]
        released = {"state": OutboxState.IN_DOUBT, "lease_until": None}
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(released))
    return len(rows) + expire_released(connection, now)


def in_doubt(connection: Connection, older_than: datetime, limit: int) -> Sequence[OutboundMessage]:
    """Unsettled attempts without a carrier id that began before then: what must arrive first, then the oldest."""
    doubtful = _attempts().where(
        outbox.c.state == OutboxState.IN_DOUBT,
        attempt.c.outcome == Outcome.IN_DOUBT,
        attempt.c.carrier_id.is_(None),
        attempt.c.settled_at.is_(None),
        attempt.c.started_at < older_than,
    )
    order = (outbox.c.lane > Lane.PAGE, attempt.c.started_at, attempt.c.id)
    rows = connection.execute(doubtful.order_by(*order).limit(limit))
    return [message_of(row, row.attempt_id, row.started_at, row.tries) for row in rows]


def settle(
    connection: Connection, message: OutboundMessage, carrier_id: str | None, *, send_again: bool, now: datetime
) -> None:
    """End a doubt. A callback that came first has the last word."""
    mine = update(attempt).where(attempt.c.id == message.attempt_id, attempt.c.carrier_id.is_(None))
    if carrier_id is not None:
        bind(connection, message.attempt_id, carrier_id, now)
        return
    failure = connection.execute(mine.values(settled_at=now).returning(attempt.c.failure)).scalar_one_or_none()
    doubtful = update(outbox).where(outbox.c.id == message.outbox_id, outbox.c.state == OutboxState.IN_DOUBT)
    state = OutboxState.PENDING if send_again else OutboxState.FAILED
    ended = connection.execute(doubtful.values(state=state, not_before=now)).rowcount == 1
    if ended and not send_again and message.lane.must_arrive:
        because = "It is not known whether an important message was sent. Please get in touch with the person yourself."
        lost(connection, message.outbox_id, message.participant_id, because, now)
    elif ended and not send_again and failure == FailureClass.FAULT:
        park(connection, message.outbox_id, now)


def note_call(connection: Connection, attempt_id: str, answered_by: str | None, talked_at: datetime | None) -> None:
    """Who took a call, and when somebody first spoke in it; what is not told stays as it is."""
    told = {
        "answered_by": func.coalesce(answered_by, attempt.c.answered_by),
        "talked_at": func.coalesce(attempt.c.talked_at, bindparam("talked", talked_at, type_=attempt.c.talked_at.type)),
    }
    connection.execute(update(attempt).where(attempt.c.id == attempt_id).values(told))


def message_of_attempt(connection: Connection, attempt_id: str) -> OutboundMessage | None:
    """The message an attempt was made for."""
    row = connection.execute(_attempts().where(attempt.c.id == attempt_id)).one_or_none()
    return message_of(row, attempt_id, row.started_at, row.tries) if row else None


def bound_carrier_ids(connection: Connection, carrier_ids: Sequence[str]) -> frozenset[str]:
    """Those of the ids that already belong to an attempt."""
    known = select(attempt.c.carrier_id).where(attempt.c.carrier_id.in_(carrier_ids))
    return frozenset(connection.scalars(known))


def _attempts() -> Select[Any]:
    statement = select(outbox, attempt.c.id.label("attempt_id"), attempt.c.started_at)
    return statement.join(attempt, attempt.c.outbox_id == outbox.c.id)
