"""Rows to conversations: the same few statements for any number of participants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, literal, or_, select

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

_ASKED = {asked.value: asked for asked in Asked}
_KINDS = {kind.value: kind for kind in Kind}
_LANES = {lane.value: lane for lane in Lane}
_CHANNELS = {channel.value: channel for channel in Channel}
"""Looked up a hundred times for a conversation, which is dearer by the enumeration's own way."""

T = TypeVar("T")


def load(
    connection: Connection, people: Sequence[Participant], now: datetime, escalation_id: int | None = None
) -> dict[int, Conversation]:
    """The conversations of these participants by participant id; with that one case, however old it is."""
    whom = {"ids": [person.id for person in people], "since": now - REMEMBERED}
    check_ins = _grouped(connection.execute(_QUESTIONS, whom).all(), _check_in)
    observations = _grouped(connection.execute(_OBSERVATIONS, whom).all(), _observation)
    cases = _grouped(connection.execute(_CASES, whom | {"also": escalation_id}).all(), _escalation)
    numbers = [case.id for known in cases.values() for case in known]
    steps = _grouped(connection.execute(_STEPS, {"cases": numbers}).all() if numbers else (), _step)
    sent = _grouped(_last_attempts(connection.execute(_SENT, whom).all()), _sent_message)
    earlier = _grouped(connection.execute(_SENT_BEFORE, whom).all(), _sent_message)
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
        birth_year=row.birth_year,
        call_pin=row.call_pin,
        no_voicemail=row.no_voicemail,
    )


def _grouped(rows: Iterable[Row[Any]], make: Callable[[Sequence[Any]], T]) -> defaultdict[int, list[T]]:
    """Values by participant or case, whose id is the first column."""
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(make(row))
    return groups


def _last_attempts(rows: Iterable[Row[Any]]) -> Collection[Row[Any]]:
    """One row for each message: that of its last attempt, which comes last. The message's id is the last column."""
    return {row[-1]: row for row in rows}.values()


def _of_them(column: ColumnElement[int], name: str = "ids") -> ColumnElement[bool]:
    """A condition on a list that is given when the statement runs; statements are made once, for that is not cheap."""
    return column.in_(bindparam(name, expanding=True))


def _questions() -> Select[Any]:
    c = check_in.c
    columns = (c.participant_id, c.id, c.asked, c.opened_at, c.day, c.scheduled, c.answered_at, c.closed_at)
    return select(*columns, c.base, c.need, c.about).where(_of_them(c.participant_id)).order_by(c.id)


def _observations() -> Select[Any]:
    o = observation.c
    columns = (o.participant_id, o.kind, o.at, o.day, o.code, o.value, o.asked)
    return select(*columns).where(_of_them(o.participant_id)).order_by(o.at, o.id)


def _cases() -> Select[Any]:
    e = escalation.c
    columns = (e.participant_id, e.id, e.level, e.rules, e.because, e.quote, e.raised_at, e.state, e.owner, e.outcome)
    named = e.id == bindparam("also", type_=e.id.type)
    remembered = or_(e.state != EscalationState.CLOSED, e.raised_at >= bindparam("since"), named)
    statement = select(*columns, e.caused_at, e.rules_version, e.contact_by)
    return statement.where(_of_them(e.participant_id), remembered).order_by(e.id)


def _steps() -> Select[Any]:
    s = escalation_step.c
    columns = (s.escalation_id, s.step, s.at, s.staff, s.to_id, s.channel, s.note, s.outbox_id)
    return select(*columns).where(_of_them(s.escalation_id, "cases")).order_by(s.at, s.id)


def _sent() -> Select[Any]:
    """Each with what is known of each of its attempts, the last one last."""
    o, a = outbox.c, attempt.c
    columns = (o.participant_id, o.template, o.lane, o.created_at, o.channel, a.status, a.answered_by, a.talked_at)
    statement = select(*columns, o.id).outerjoin_from(outbox, attempt, a.outbox_id == o.id)
    statement = statement.where(_of_them(o.participant_id), o.created_at >= bindparam("since"))
    return statement.where(o.state.in_(_SENT_STATES)).order_by(o.id, a.started_at, a.id)


def _sent_before() -> Select[Any]:
    """When each prompt came last before that, so that in the long run none comes back before its turn."""
    o = outbox.c
    last = func.max(o.created_at)
    unknown = [literal(None).label(name) for name in ("status", "answered_by", "talked_at", "id")]
    statement = select(o.participant_id, o.template, o.lane, last, o.channel, *unknown).where(
        _of_them(o.participant_id), o.lane == Lane.PROMPT
    )
    statement = statement.where(o.created_at < bindparam("since"), o.state.in_(_SENT_STATES))
    return statement.group_by(o.participant_id, o.template, o.lane, o.channel).order_by(last)


_QUESTIONS, _OBSERVATIONS, _CASES, _STEPS = _questions(), _observations(), _cases(), _steps()
_SENT, _SENT_BEFORE = _sent(), _sent_before()


def _check_in(row: Sequence[Any]) -> CheckIn:
    _, number, asked, *rest = row
    return CheckIn(number, _ASKED[asked], *rest)


def _observation(row: Sequence[Any]) -> Observation:
    _, kind, at, day, code, value, asked = row
    return Observation(_KINDS[kind], at, day, code, value, _ASKED[asked])


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
    _, template, lane, at, channel, status, answered_by, talked_at, _ = row
    fate = _fate(channel, status, answered_by, talked_at is not None)
    return Sent(template, _LANES[lane], at, _CHANNELS[channel], fate, status in _CONFIRMED)


@lru_cache(maxsize=256)
def _fate(channel: str, status: str | None, answered_by: str | None, spoke: bool) -> Fate:  # noqa: FBT001 - a column
    """What became of a message, from the carrier's last word on it; there are few different ones."""
    known = _of_call(status, answered_by, spoke=spoke) if channel == Channel.VOICE else _OF_TEXT.get(status or "")
    return known or Fate.UNKNOWN


_OF_TEXT = {
    "undelivered": Fate.NOT_DELIVERED,
    "failed": Fate.NOT_DELIVERED,
    "sent": Fate.DELIVERED,  # many carriers give no receipt
    "delivered": Fate.DELIVERED,
    "read": Fate.DELIVERED,
}
_CONFIRMED = ("delivered", "read")
_OF_CALL = {"failed": Fate.NO_ANSWER, "no-answer": Fate.NO_ANSWER, "busy": Fate.NO_ANSWER}


def _of_call(status: str | None, answered_by: str | None, *, spoke: bool) -> Fate | None:
    if spoke:
        return Fate.TALKED
    if status != "completed":
        return _OF_CALL.get(status or "")
    return Fate.MACHINE if (answered_by or "").startswith(("machine", "fax")) else Fate.HUNG_UP
