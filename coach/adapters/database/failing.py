"""A message failed, at once or later: what the table of codes calls for, with what was seen before, and doing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select, update

from coach.adapters.database.lines import refuse_account, stop
from coach.adapters.database.pages import lost
from coach.adapters.database.rate import pause
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import attempt, outbox, participant
from coach.adapters.database.tasks import has_open_task, show_once
from coach.core import schedule
from coach.core.failures import Failed, FailureClass, Meaning, Verdict, decide
from coach.core.model import Lane
from coach.ports import Outcome

_ACCOUNT_PAUSE = timedelta(minutes=1)
_PEOPLE_WITHIN = timedelta(hours=1)
_DAYS_WITHIN = timedelta(days=30)
_FAILED = ("undelivered", "failed")
_ARRIVED = ("delivered", "read", "in-progress", "completed")


@dataclass(frozen=True, slots=True)
class Happened:
    """A failure of one attempt. The message may go again while it is in `state`, and no later attempt was made."""

    attempt_id: str
    state: OutboxState
    code: int | None
    meaning: Meaning
    now: datetime


def follow(connection: Connection, happened: Happened) -> None:
    """Do what the failure calls for. Of what must arrive its case, or a coordinator, has been told by the caller."""
    row = _message(connection, happened.attempt_id)
    meaning, now = happened.meaning, happened.now
    verdict = decide(meaning, _seen(connection, row, happened))
    if meaning.failure is FailureClass.ACCOUNT:
        pause(connection, None, now + _ACCOUNT_PAUSE, f"the carrier refuses the account ({happened.code})")
        refuse_account(connection, happened.code, now)
    if meaning.failure is FailureClass.THROTTLE and meaning.pauses:
        pause(connection, row.line, now + meaning.pauses[0], "the carrier asked for fewer messages")
    if verdict.line_stops:
        stop(connection, row.line, happened.code, now)
    if not meaning.known:
        _show_code(connection, row, happened)
    _go_on(connection, row, happened, verdict)


def _message(connection: Connection, attempt_id: str) -> Row[Any]:
    columns = (outbox.c.id, outbox.c.lane, outbox.c.channel, outbox.c.participant_id, outbox.c.expires_at)
    statement: Select[Any] = select(*columns, attempt.c.line, attempt.c.started_at, participant.c.zone)
    statement = statement.join(attempt, attempt.c.outbox_id == outbox.c.id)
    statement = statement.join(participant, participant.c.id == outbox.c.participant_id)
    return connection.execute(statement.where(attempt.c.id == attempt_id)).one()


def _seen(connection: Connection, row: Row[Any], happened: Happened) -> Failed:
    """Only what the meaning asks for is looked up."""
    meaning = happened.meaning
    return Failed(
        lane=Lane(row.lane),
        now=happened.now,
        expires_at=row.expires_at,
        before=_failed_before(connection, row, happened.attempt_id) if meaning.pauses else 0,
        days=_days(connection, row, happened) if (meaning.days or 1) > 1 else 1,
        people=_people(connection, row, happened) if meaning.people > 1 else 1,
    )


def _failed_before(connection: Connection, row: Row[Any], attempt_id: str) -> int:
    a = attempt.c
    failed = or_(a.status.in_(_FAILED), a.outcome == Outcome.REJECTED)
    return connection.scalar(select(func.count()).where(a.outbox_id == row.id, a.id != attempt_id, failed)) or 0


def _days(connection: Connection, row: Row[Any], happened: Happened) -> int:
    """The person's dates on which this code came, since anything last arrived there."""
    a, o, since = attempt.c, outbox.c, happened.now - _DAYS_WITHIN
    theirs = select(a.started_at).join(outbox, o.id == a.outbox_id)
    theirs = theirs.where(o.participant_id == row.participant_id, o.channel == row.channel)
    arrived = theirs.where(a.status.in_(_ARRIVED), a.started_at >= since).order_by(a.started_at.desc()).limit(1)
    last = connection.scalar(arrived) or since
    moments = connection.scalars(theirs.where(a.code == happened.code, a.started_at > last))
    return len({schedule.local(at, row.zone).date() for at in (*moments, row.started_at)})


def _people(connection: Connection, row: Row[Any], happened: Happened) -> int:
    """How many met with this code on this line lately, since anything last arrived over it."""
    a, o, since = attempt.c, outbox.c, happened.now - _PEOPLE_WITHIN
    arrived = select(func.max(a.started_at)).where(a.line == row.line, a.status.in_(_ARRIVED), a.started_at >= since)
    last = connection.scalar(arrived) or since
    met = select(func.count(o.participant_id.distinct())).join(attempt, a.outbox_id == o.id)
    return connection.scalar(met.where(a.line == row.line, a.code == happened.code, a.started_at > last)) or 1


def _go_on(connection: Connection, row: Row[Any], happened: Happened, verdict: Verdict) -> None:
    if verdict.again_at is not None:
        a, mine = attempt.c, (outbox.c.id == row.id, outbox.c.state == happened.state)
        is_last = ~select(a.id).where(a.outbox_id == row.id, a.started_at > row.started_at).exists()
        again = {"state": OutboxState.PENDING, "lease_until": None, "not_before": verdict.again_at}
        connection.execute(update(outbox).where(*mine, is_last).values(again))
    is_told = Lane(row.lane).must_arrive or has_open_task(connection, row.participant_id, "undelivered")
    if verdict.number_is_bad and not is_told:
        because = "This number cannot take messages. Please find another way to reach the person."
        lost(connection, row.id, row.participant_id, because, happened.now)


def _show_code(connection: Connection, row: Row[Any], happened: Happened) -> None:
    """Once for each code, however many messages it comes about."""
    work = {
        "participant_id": row.participant_id,
        "kind": "unknown_code",
        "because": f"A message failed with the carrier's code {happened.code}, which is not known here; it is not sent "
        f"again. See https://www.twilio.com/docs/api/errors/{happened.code}, and tell those who run this.",
        "outbox_id": row.id,
        "raised_at": happened.now,
        "key": f"code/{happened.code}",
    }
    show_once(connection, work)
