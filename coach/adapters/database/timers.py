"""Claiming what is due, and putting off what could not be decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    or_,
    select,
    update,
)

from coach.adapters.database.loading import load
from coach.adapters.database.people import hold
from coach.adapters.database.states import TimerState
from coach.adapters.database.tables import participant, timer
from coach.adapters.database.tasks import raise_task
from coach.core.model import Timer, TimerKind
from coach.ports import DueTimer


def claim_timers(connection: Connection, now: datetime, limit: int) -> Sequence[DueTimer]:
    """Due timers, at most one per participant, none whose participant somebody else holds.

    Looks at cases come first, so that no backlog of other work holds up a page; then what was due earliest.
    """
    held = connection.scalars(_FREE_PARTICIPANTS, {"now": now, "limit": limit}).all()
    if not held:
        return ()
    # Whoever held a participant before us may have dealt with the timer we saw, so it is read again under our lock.
    due = [_timer_of(row) for row in connection.execute(_FIRST_DUE, {"now": now, "held": held})]
    people = hold(connection, [item.participant_id for item in due])
    conversations = load(connection, people, now)
    return [DueTimer(item, conversations[item.participant_id]) for item in due]


def _turn(of: FromClause) -> ColumnElement[int]:
    """Looks at cases go before everything else."""
    return case((of.c.kind == TimerKind.CASE, 0), else_=1)


def _is_first_due() -> tuple[ColumnElement[bool], ...]:
    now: BindParameter[datetime] = bindparam("now")
    earlier = timer.alias("earlier")
    same = (
        earlier.c.participant_id == timer.c.participant_id,
        earlier.c.state == TimerState.PENDING,
        earlier.c.due_at <= now,
    )
    at_once = and_(earlier.c.due_at == timer.c.due_at, earlier.c.id < timer.c.id)
    sooner = or_(earlier.c.due_at < timer.c.due_at, at_once)
    before = or_(_turn(earlier) < _turn(timer), and_(_turn(earlier) == _turn(timer), sooner))
    return (timer.c.state == TimerState.PENDING, timer.c.due_at <= now, ~exists().where(*same, before))


def _first_due() -> Select[Any]:
    """The first due timer of each participant on a list."""
    mine = timer.c.participant_id.in_(bindparam("held", expanding=True))
    return select(timer).where(mine, *_is_first_due()).order_by(_turn(timer), timer.c.due_at, timer.c.id)


def _free_participants() -> Select[Any]:
    """Who has a due timer and is held by nobody.

    The sum keeps SQLite from going through all participants and asking after the timers of each, which its statistics
    can make it think is cheaper; with it the due timers lead.
    """
    theirs = participant.c.id == timer.c.participant_id + 0
    return (
        select(participant.c.id)
        .join(timer, theirs)
        .where(*_is_first_due())
        .order_by(_turn(timer), timer.c.due_at, timer.c.id)
        .limit(bindparam("limit"))
        .with_for_update(key_share=True, skip_locked=True, of=participant)
    )


_FREE_PARTICIPANTS, _FIRST_DUE = _free_participants(), _first_due()


def _timer_of(row: Row[Any]) -> Timer:
    return Timer(row.id, row.participant_id, row.kind, row.key, row.due_at, row.payload)


@dataclass(frozen=True, slots=True)
class PutOff:
    """Until when a timer rests, because of which error, found at which time."""

    until: datetime
    error: str
    found_at: datetime


def postpone(connection: Connection, item: Timer, put_off: PutOff, tries_allowed: int | None) -> None:
    """Put off a timer whose decision raised; when its tries are used up a coordinator gets it as a task.

    Without a number of tries it comes again for ever.
    """
    mine = update(timer).where(timer.c.id == item.id, timer.c.state == TimerState.PENDING)
    counted = mine.values(tries=timer.c.tries + 1, due_at=put_off.until, error=put_off.error)
    tries = connection.execute(counted.returning(timer.c.tries)).scalar_one_or_none()
    if tries is not None and tries_allowed is not None and tries >= tries_allowed:
        connection.execute(mine.values(state=TimerState.PARKED))
        because = f"The coach could not work out what to do next ({item.kind}). Please look after this person by hand."
        raise_task(connection, "parked_timer", because, put_off.found_at, participant_id=item.participant_id)
