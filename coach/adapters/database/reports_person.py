"""Everything the page of one person shows, in a fixed number of statements."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, func, select

from coach.adapters.database import tables as t
from coach.adapters.database.loading import participant_of
from coach.adapters.database.reports_cases import read_cases
from coach.adapters.database.reports_rows import passed_over_of
from coach.adapters.database.reports_thread import read_lines
from coach.adapters.database.reports_values import (
    CHART_DAYS,
    CaseHistory,
    ConsentStep,
    Marker,
    OpenTask,
    PersonPage,
    Skipped,
    Upcoming,
)
from coach.adapters.database.reports_words import code_in_words
from coach.adapters.database.reports_worklist import open_tasks, scores_of, task_of
from coach.adapters.database.states import TimerState
from coach.core import schedule
from coach.core.model import Kind, Status

SKIPPED_SHOWN = 30
UPCOMING_SHOWN = 20


def read_person(connection: Connection, person: int, now: datetime, before: datetime | None) -> PersonPage | None:
    """The page of a person, or None when there is no such person; a number of staff on call is none."""
    p = t.participant.c
    known = select(t.participant).where(p.id == person, p.status != Status.ON_CALL)
    row = connection.execute(known).one_or_none()
    if row is None:
        return None
    participant = participant_of(row)
    cases = read_cases(connection, person, now)
    since = now - timedelta(days=CHART_DAYS)
    lines, earlier = read_lines(connection, person, before)
    return PersonPage(
        participant=participant,
        at=now,
        today=schedule.local(now, participant.zone).date(),
        lines=lines,
        earlier=earlier,
        scores=scores_of(connection, [person], since)[person],
        markers=(*_observed_markers(connection, person, since), *_case_markers(cases, participant.zone, since)),
        cases=cases,
        tasks=_tasks(connection, person),
        consents=_consents(connection, person),
        upcoming=_upcoming(connection, person),
        skipped=_skipped(connection, person),
        last_heard=connection.scalar(
            select(func.max(t.inbound.c.received_at)).where(t.inbound.c.participant_id == person)
        ),
    )


def _case_markers(cases: tuple[CaseHistory, ...], zone: str | None, since: datetime) -> tuple[Marker, ...]:
    recent = (case for case in cases if case.raised_at >= since)
    return tuple(
        Marker(schedule.local(case.raised_at, zone).date(), "case", f"{case.level} case: {case.because}")
        for case in recent
    )


def _observed_markers(connection: Connection, person: int, since: datetime) -> tuple[Marker, ...]:
    o = t.observation.c
    rows = connection.execute(
        select(o.day, o.kind, o.code, o.value)
        .where(o.participant_id == person, o.kind.in_((Kind.SIGN, Kind.FALLS)), o.at >= since)
        .order_by(o.at, o.id)
    )
    found = (_observed_marker(row.day, row.kind, row.code, row.value) for row in rows)
    return tuple(dict.fromkeys(marker for marker in found if marker))


def _observed_marker(day: date, kind: str, code: str | None, value: float | None) -> Marker | None:
    if kind == Kind.SIGN:
        return Marker(day, "fall" if "fall" in (code or "") else "sign", code_in_words(code or "sign"))
    return Marker(day, "fall", "1 fall" if value == 1 else f"{value:g} falls") if value else None


def _tasks(connection: Connection, person: int) -> tuple[OpenTask, ...]:
    rows = connection.execute(open_tasks().where(t.task.c.participant_id == person))
    return tuple(task_of(row) for row in rows)


def _consents(connection: Connection, person: int) -> tuple[ConsentStep, ...]:
    c = t.consent.c
    rows = connection.execute(select(t.consent).where(c.participant_id == person).order_by(c.at, c.id))
    return tuple(
        ConsentStep(r.step, r.wording_id, r.wording_version, r.wording, r.channel, r.at, r.staff or "") for r in rows
    )


def _upcoming(connection: Connection, person: int) -> tuple[Upcoming, ...]:
    m = t.timer.c
    pending = select(m.kind, m.due_at, m.payload).where(m.participant_id == person, m.state == TimerState.PENDING)
    rows = connection.execute(pending.order_by(m.due_at, m.id))
    planned = (row for row in rows if "extra" not in row.payload)  # what must be called for may never come
    return tuple(Upcoming(row.payload.get("slot", row.kind), row.due_at) for row in islice(planned, UPCOMING_SHOWN))


def _skipped(connection: Connection, person: int) -> tuple[Skipped, ...]:
    e = t.event.c
    rows = connection.execute(
        select(e.at, e.data)
        .where(e.participant_id == person, e.kind == "PromptSkipped")
        .order_by(e.id.desc())
        .limit(SKIPPED_SHOWN)
    )
    return tuple(
        Skipped(
            slot=str(row.data.get("slot", "")),
            day=date.fromisoformat(row.data["day"]) if row.data.get("day") else None,
            reason=str(row.data.get("reason", "")),
            because=str(row.data.get("because", "")),
            at=row.at,
            passed_over=passed_over_of(row.data),
        )
        for row in rows
    )
