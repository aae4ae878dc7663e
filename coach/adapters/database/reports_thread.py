"""One conversation of texts, calls, staff steps and system facts, merged by time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from coach.adapters.database import tables as t
from coach.adapters.database.reports_calls import answer_note, call_in_words
from coach.adapters.database.reports_media import media_note
from coach.adapters.database.reports_rows import AnyRow, passed_over_of, read_of
from coach.adapters.database.reports_values import Line, Speaker
from coach.adapters.database.reports_words import (
    code_in_words,
    consent_in_words,
    delivery_in_words,
    status_in_words,
    step_in_words,
)
from coach.adapters.database.states import OutboxState
from coach.core.model import CaseStepKind, PassedOver
from coach.ports import MEDIA_FIELD, RECOVERED_FIELD

_BESIDE = (
    CaseStepKind.TOLD,
    CaseStepKind.NOT_DELIVERED,
    CaseStepKind.PAGED,
    CaseStepKind.PAGE_FAILED,
    CaseStepKind.FOLLOWED_UP,
)
"""Steps that are no lines of a conversation: a message of its own says it, or staff were paged, maybe very often."""

LINES = 80
"""How many lines one page of a conversation shows."""


def read_lines(
    connection: Connection, person: int, before: datetime | None
) -> tuple[tuple[Line, ...], datetime | None]:
    """The newest lines before a time, oldest first, and the time to ask for next (None when nothing is older)."""
    sources = (_received, _sent, _steps, _tasks_done, _consents, _statuses)
    found = [line for source in sources for line in source(connection, person, before)]
    found.sort(key=_order, reverse=True)
    if len(found) <= LINES:
        return tuple(reversed(found)), None
    cut = found[LINES].at
    # Lines of one moment stay together: the next page begins strictly before the last one shown.
    shown = [line for line in found[:LINES] if line.at > cut] or found[:LINES]
    return tuple(reversed(shown)), shown[-1].at


_TURN = {Speaker.PERSON: 0, Speaker.STAFF: 1, Speaker.SYSTEM: 1, Speaker.COACH: 2}


def _order(line: Line) -> tuple[datetime, int, int]:
    """By time; at the same moment what was heard, then what it caused, then what was said. Then by id."""
    return line.at, _TURN[line.speaker], int(line.key.rpartition("-")[2])


def _newest(statement: Select[Any], at: Any, before: datetime | None) -> Select[Any]:  # noqa: ANN401 - a column
    bounded = statement if before is None else statement.where(at < before)
    return bounded.order_by(at.desc()).limit(LINES + 1)


def _received(connection: Connection, person: int, before: datetime | None) -> Iterator[Line]:
    i = t.inbound.c
    ours = (i.raw[MEDIA_FIELD].as_string().label("kinds"), i.raw[RECOVERED_FIELD].as_string().label("recovered"))
    statement = select(i.id, i.received_at, i.body, i.channel, i.carrier_id, i.reply, i.decided_at, i.media, *ours)
    for row in connection.execute(_newest(statement.where(i.participant_id == person), i.received_at, before)):
        yield Line(
            key=f"in-{row.id}",
            at=row.received_at,
            speaker=Speaker.PERSON,
            text=_with_notes(row),
            channel=row.channel,
            read=read_of(row.reply),
            undecided=row.decided_at is None,
        )


def _with_notes(row: AnyRow) -> str:
    """The words, and in brackets what they answered in a call, what came with them and whether they came late."""
    late = "[did not reach us by itself; found at the carrier later]" if row.recovered else ""
    asked = answer_note(row.channel, row.carrier_id)
    notes = "\n".join(note for note in (asked, media_note(row.media, row.kinds), late) if note)
    return f"{row.body}\n{notes}".strip() if notes else str(row.body)


def _sent(connection: Connection, person: int, before: datetime | None) -> Iterator[Line]:
    o = t.outbox.c
    statement = select(o.id, o.created_at, o.body, o.template, o.channel, o.because, o.state)
    rows = connection.execute(_newest(statement.where(o.participant_id == person), o.created_at, before)).all()
    attempts = _last_attempts(connection, [row.id for row in rows])
    passed_over = _passed_over(connection, person, rows)
    for row in rows:
        line = _sent_line(row, *attempts.get(row.id, (None, None)))
        yield replace(line, passed_over=passed_over.get((row.created_at, row.template), ()))


def _passed_over(
    connection: Connection, person: int, rows: Sequence[AnyRow]
) -> dict[tuple[datetime, str], tuple[PassedOver, ...]]:
    """What was passed over for each message, by its time and template: the fact of its choice was kept with both."""
    e = t.event.c
    times = {row.created_at for row in rows}
    queued = select(e.at, e.data).where(e.participant_id == person, e.kind == "MessageQueued", e.at.in_(times))
    found = connection.execute(queued) if times else ()
    return {(row.at, row.data["template"]): passed_over_of(row.data) for row in found}


def _last_attempts(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str | None, str | None]]:
    a = t.attempt.c
    statement = select(a.outbox_id, a.status, a.failure).where(a.outbox_id.in_(ids)).order_by(a.started_at, a.id)
    return {row.outbox_id: (row.status, row.failure) for row in connection.execute(statement)}


def _sent_line(row: AnyRow, status: str | None, failure: str | None) -> Line:
    said = row.state == OutboxState.SAID
    call = row.channel == "voice" and not said
    return Line(
        key=f"out-{row.id}",
        at=row.created_at,
        speaker=Speaker.COACH,
        text=call_in_words(row.template) if call else row.body,
        channel=row.channel,
        because="" if said else row.because,
        delivery=delivery_in_words(row.state, status, failure, row.channel),
    )


def _steps(connection: Connection, person: int, before: datetime | None) -> Iterator[Line]:
    s, e = t.escalation_step.c, t.escalation.c
    statement = select(s.id, s.step, s.at, s.staff, s.note, e.level, e.because, e.outcome).join(t.escalation)
    told = statement.where(e.participant_id == person, s.step.not_in(_BESIDE))
    for row in connection.execute(_newest(told, s.at, before)):
        yield Line(
            key=f"step-{row.id}",
            at=row.at,
            speaker=Speaker.STAFF if row.staff else Speaker.SYSTEM,
            text=_step_text(row),
            staff=row.staff or "",
        )


def _step_text(row: AnyRow) -> str:
    head = f"{step_in_words(row.step)}: {row.level} case, {row.because}"
    outcome = f". Outcome: {code_in_words(row.outcome)}" if row.step == "closed" and row.outcome else ""
    note = "" if row.step == CaseStepKind.PROMISED else row.note  # a moment; the message beside it says it in words
    return f"{head}{outcome}" + (f". “{note}”" if note else "")


def _tasks_done(connection: Connection, person: int, before: datetime | None) -> Iterator[Line]:
    k = t.task.c
    statement = select(k.id, k.kind, k.because, k.done_at, k.done_by)
    done = statement.where(k.participant_id == person, k.done_at.is_not(None))
    for row in connection.execute(_newest(done, k.done_at, before)):
        text = f"Task done: {row.because}"
        yield Line(f"task-{row.id}", row.done_at, Speaker.STAFF, text, staff=row.done_by or "")


def _consents(connection: Connection, person: int, before: datetime | None) -> Iterator[Line]:
    c = t.consent.c
    statement = select(c.id, c.step, c.at, c.staff, c.channel).where(c.participant_id == person)
    for row in connection.execute(_newest(statement, c.at, before)):
        text = f"Consent: {consent_in_words(row.step).lower()}"
        yield Line(f"consent-{row.id}", row.at, Speaker.SYSTEM, text, staff=row.staff or "")


def _statuses(connection: Connection, person: int, before: datetime | None) -> Iterator[Line]:
    e = t.event.c
    changed = select(e.id, e.at, e.data, e.staff).where(e.participant_id == person, e.kind == "StatusChanged")
    for row in connection.execute(_newest(changed, e.at, before)):
        text = f"Now: {status_in_words(str(row.data.get('status', ''))).lower()}"
        yield Line(f"event-{row.id}", row.at, Speaker.SYSTEM, text, staff=row.staff or "")
