"""Rows to conversations: the same few statements for any number of participants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, literal, or_, select

from coach.adapters.database.encoding import decode_profile
from coach.adapters.database.heat import hot_days
from coach.adapters.database.states import OutboxState
from coach.adapters.database.tables import (
    attempt,
    check_in,
    escalation,
    escalation_step,
    observation,
    outbox,
    participant,
)
from coach.core.conversation.memory import REMEMBERED
from coach.core.model import (
    Asked,
    CaseStep,
    CaseStepKind,
    Channel,
    CheckIn,
    Conversation,
    Density,
    Disposition,
    Escalation,
    EscalationState,
    Fate,
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
    OutboxState.RELEASED,
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
    steps = _grouped(connection, _steps([case.id for known in cases.values() for case in known]), _step)
    sent = _grouped(connection, _sent(ids, since), _sent_message)
    earlier = _grouped(connection, _last_sent_before(ids, since), _sent_message)
    hot = hot_days(connection, {person.zone for person in people if person.zone}, now)
    return {
        person.id: Conversation(
            participant=person,
            check_ins=tuple(check_ins[person.id]),
            observations=tuple(observations[person.id]),
            escalations=tuple(replace(case, steps=tuple(steps[case.id])) for case in cases[person.id]),
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
    """Values by participant or case, whose id is the first column."""
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
    statement = select(*columns, e.caused_at, e.rules_version, e.contact_by)
    return statement.where(e.participant_id.in_(ids), remembered).order_by(e.id)


def _steps(case_ids: Collection[int]) -> Select[Any]:
    s = escalation_step.c
    columns = (s.escalation_id, s.step, s.at, s.staff, s.to_id, s.channel, s.note, s.outbox_id)
    return select(*columns).where(s.escalation_id.in_(case_ids)).order_by(s.at, s.id)


def _sent(ids: Collection[int], since: datetime) -> Select[Any]:
    """Each with the carrier's last word on it."""
    o, a, later = outbox.c, attempt.c, attempt.alias("later")
    after = or_(later.c.started_at > a.started_at, and_(later.c.started_at == a.started_at, later.c.id > a.id))
    is_last = ~exists().where(later.c.outbox_id == a.outbox_id, after)
    columns = (o.participant_id, o.template, o.lane, o.created_at, o.channel, a.status, a.answered_by, a.talked_at)
    statement = select(*columns).outerjoin_from(outbox, attempt, and_(a.outbox_id == o.id, is_last))
    statement = statement.where(o.participant_id.in_(ids), o.created_at >= since)
    return statement.where(o.state.in_(_SENT_STATES)).order_by(o.id)


def _last_sent_before(ids: Collection[int], since: datetime) -> Select[Any]:
    """When each prompt came last before that, so that in the long run none comes back before its turn."""
    o = outbox.c
    last = func.max(o.created_at)
    unknown = (literal(None).label("status"), literal(None).label("answered_by"), literal(None).label("talked_at"))
    statement = select(o.participant_id, o.template, o.lane, last, o.channel, *unknown).where(
        o.participant_id.in_(ids), o.lane == Lane.PROMPT
    )
    statement = statement.where(o.created_at < since, o.state.in_(_SENT_STATES))
    return statement.group_by(o.participant_id, o.template, o.lane, o.channel).order_by(last)


def _check_in(row: Sequence[Any]) -> CheckIn:
    _, number, asked, *rest = row
    return CheckIn(number, Asked(asked), *rest)


def _observation(row: Sequence[Any]) -> Observation:
    _, kind, at, day, code, value, asked = row
    return Observation(Kind(kind), at, day, code, value, Asked(asked))


def _escalation(row: Sequence[Any]) -> Escalation:
    person, number, level, rules, because, quote, raised_at, state, owner, outcome, caused_at, version, contact_by = row
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
        caused_at=caused_at,
        rules_version=version,
        contact_by=contact_by,
    )


def _step(row: Sequence[Any]) -> CaseStep:
    _, kind, at, staff, to, channel, note, outbox_id = row
    return CaseStep(CaseStepKind(kind), at, staff, to, Channel(channel) if channel else None, note, outbox_id)


def _sent_message(row: Sequence[Any]) -> Sent:
    _, template, lane, at, channel, status, answered_by, talked_at = row
    spoke = talked_at is not None
    fate = _of_call(status, answered_by, spoke=spoke) if channel == Channel.VOICE else _OF_TEXT.get(status)
    return Sent(template, Lane(lane), at, Channel(channel), fate or Fate.UNKNOWN, status in _CONFIRMED)


_OF_TEXT = {
    "undelivered": Fate.NOT_DELIVERED,
    "failed": Fate.NOT_DELIVERED,
    "sent": Fate.DELIVERED,  # many carriers give no receipt
    "delivered": Fate.DELIVERED,
    "read": Fate.DELIVERED,
}
_CONFIRMED = ("delivered", "read")
_OF_CALL = {"failed": Fate.NOT_DELIVERED, "no-answer": Fate.NO_ANSWER, "busy": Fate.NO_ANSWER}


def _of_call(status: str | None, answered_by: str | None, *, spoke: bool) -> Fate | None:
    if spoke:
        return Fate.TALKED
    if status != "completed":
        return _OF_CALL.get(status or "")
    return Fate.MACHINE if (answered_by or "").startswith(("machine", "fax")) else Fate.HUNG_UP
