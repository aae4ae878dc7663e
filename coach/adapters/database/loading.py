"""Rows to conversations: six statements for any number of participants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from coach.adapters.database.encoding import decode_profile
from coach.adapters.database.heat import hot_days
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import check_in, escalation, observation, outbox, participant
from coach.core.conversation.memory import REMEMBERED
from coach.core.model import (
    Asked,
    Channel,
    CheckIn,
    Conversation,
    Density,
    Disposition,
    Escalation,
    EscalationState,
    Kind,
    Lane,
    Language,
    Observation,
    Participant,
    QuietHours,
    Sent,
    Status,
)

_SENT_STATES = (
    OutboxState.PENDING,
    OutboxState.SENDING,
    OutboxState.IN_DOUBT,
    OutboxState.ACCEPTED,
    OutboxState.SAID,
)

T = TypeVar("T")


def lock_participants(connection: Connection, where: ColumnElement[bool]) -> list[Participant]:
    """The participants, held until the transaction ends.

    NO KEY UPDATE, so that rows which merely point at the participant can be added by others meanwhile.
    """
    statement = select(participant).where(where).order_by(participant.c.id).with_for_update(key_share=True)
    return [participant_of(row) for row in connection.execute(statement)]


def load(
    connection: Connection, people: Sequence[Participant], now: datetime, escalation_id: int | None = None
) -> dict[int, Conversation]:
    """The conversations of these participants by participant id; with that one case, however old it is."""
    ids = [person.id for person in people]
    since = now - REMEMBERED
    check_ins = _grouped(connection, _questions(ids), _check_in)
    observations = _grouped(connection, _observations(ids), _observation)
    cases = _grouped(connection, _cases(ids, since, escalation_id), _escalation)
    sent = _grouped(connection, _sent(ids, since), _sent_message)
    earlier = _grouped(connection, _last_sent_before(ids, since), _sent_message)
    hot = hot_days(connection, {person.zone for person in people if person.zone}, now)
    return {
        person.id: Conversation(
            participant=person,
            check_ins=tuple(check_ins[person.id]),
            observations=tuple(observations[person.id]),
            escalations=tuple(cases[person.id]),
            sent=(*earlier[person.id], *sent[person.id]),
            hot_days=hot.get(person.zone, frozenset()) if person.zone else frozenset(),
        )
        for person in people
    }


def participant_of(row: Row[Any]) -> Participant:
    """A row of `participant` as a value."""
    return Participant(
        id=row.id,
        phone=row.phone,
        status=Status(row.status),
        language=Language(row.language),
        country=row.country,
        name=row.name,
        zone=row.zone,
        quiet=QuietHours(row.quiet_start, row.quiet_end),
        channel=Channel(row.channel),
        programme=row.programme,
        enrolled_on=row.enrolled_on,
        programme_on=row.programme_on,
        density=Density(row.density),
        ask_at=row.ask_at,
        profile=decode_profile(row.profile),
    )


def _grouped(
    connection: Connection, statement: Select[Any], make: Callable[[Sequence[Any]], T]
) -> defaultdict[int, list[T]]:
    """Values by participant, whose id is the first column."""
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for row in connection.execute(statement):
        groups[row[0]].append(make(row))
    return groups


def _questions(ids: Collection[int]) -> Select[Any]:
    c = check_in.c
    columns = (c.participant_id, c.id, c.asked, c.opened_at, c.day, c.scheduled, c.answered_at, c.closed_at)
    return select(*columns, c.base, c.need, c.about).where(c.participant_id.in_(ids)).order_by(c.id)


def _observations(ids: Collection[int]) -> Select[Any]:
    o = observation.c
    columns = (o.participant_id, o.kind, o.at, o.day, o.code, o.value, o.asked)
    return select(*columns).where(o.participant_id.in_(ids)).order_by(o.at, o.id)


def _cases(ids: Collection[int], since: datetime, escalation_id: int | None) -> Select[Any]:
    e = escalation.c
    columns = (e.participant_id, e.id, e.level, e.rules, e.because, e.quote, e.raised_at, e.state, e.owner, e.outcome)
    remembered = or_(e.state != EscalationState.CLOSED, e.raised_at >= since, e.id == escalation_id)
    return select(*columns).where(e.participant_id.in_(ids), remembered).order_by(e.id)


def _sent(ids: Collection[int], since: datetime) -> Select[Any]:
    columns = (outbox.c.participant_id, outbox.c.template, outbox.c.lane, outbox.c.created_at)
    statement = select(*columns).where(outbox.c.participant_id.in_(ids), outbox.c.created_at >= since)
    return statement.where(outbox.c.state.in_(_SENT_STATES)).order_by(outbox.c.id)


def _last_sent_before(ids: Collection[int], since: datetime) -> Select[Any]:
    """When each prompt came last before that, so that in the long run none comes back before its turn."""
    o = outbox.c
    last = func.max(o.created_at)
    statement = select(o.participant_id, o.template, o.lane, last).where(
        o.participant_id.in_(ids), o.lane == Lane.PROMPT
    )
    statement = statement.where(o.created_at < since, o.state.in_(_SENT_STATES))
    return statement.group_by(o.participant_id, o.template, o.lane).order_by(last)


def _check_in(row: Sequence[Any]) -> CheckIn:
    _, number, asked, *rest = row
    return CheckIn(number, Asked(asked), *rest)


def _observation(row: Sequence[Any]) -> Observation:
    _, kind, at, day, code, value, asked = row
    return Observation(Kind(kind), at, day, code, value, Asked(asked))


def _escalation(row: Sequence[Any]) -> Escalation:
    person, number, level, rules, because, quote, raised_at, state, owner, outcome = row
    return Escalation(
        id=number,
        participant_id=person,
        level=Disposition(level),
        rules=tuple(rules),
        because=because,
        quote=quote,
        raised_at=raised_at,
        state=EscalationState(state),
        owner=owner,
        outcome=outcome,
    )


def _sent_message(row: Sequence[Any]) -> Sent:
    _, template, lane, at = row
    return Sent(template, Lane(lane), at)
