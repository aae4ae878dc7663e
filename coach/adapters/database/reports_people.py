"""The list of people, searched by name or number."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from coach.adapters.database import tables as t
from coach.adapters.database.reports_values import DayScore, PeoplePage, PersonRow
from coach.core.model import Disposition, EscalationState, Kind, Status

ROWS = 100
"""People on one page of the list."""
FEWEST_DIGITS = 3
"""Shorter numbers in a search are looked for in names only."""


def read_people(connection: Connection, query: str, number: int) -> PeoplePage:
    """One page of the people whose name or number holds the query; everybody when it is empty. By name.

    Numbers of staff on call are no people of the programme and are never among them. Accents and capitals do not
    matter. Names are compared here, not in SQL: no two databases agree on it.
    """
    p = t.participant.c
    everybody = connection.execute(select(p.id, p.name, p.phone).where(p.status != Status.ON_CALL)).all()
    matching = (row for row in everybody if _matches(row.name, row.phone, query))
    found = sorted(matching, key=lambda row: (fold(row.name), row.phone))
    pages = max(1, -(-len(found) // ROWS))
    number = min(max(1, number), pages)
    shown = [row.id for row in found[(number - 1) * ROWS : number * ROWS]]
    return PeoplePage(_rows(connection, shown), len(found), number, pages)


def fold(text: str) -> str:
    """The text without accents and capitals, for comparing names."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c))


def _matches(name: str, phone: str, query: str) -> bool:
    words = fold(query).split()
    folded = fold(name)
    if all(word in folded for word in words):
        return True
    digits = "".join(c for c in query if c.isdigit())
    only_number = not any(c.isalpha() for c in query)
    return only_number and len(digits) >= FEWEST_DIGITS and digits in phone


def _rows(connection: Connection, ids: Sequence[int]) -> tuple[PersonRow, ...]:
    heard, scores, levels = _heard(connection, ids), _last_scores(connection, ids), _open_levels(connection, ids)
    found = connection.execute(select(t.participant).where(t.participant.c.id.in_(ids)))
    people = {
        row.id: PersonRow(
            id=row.id,
            name=row.name,
            phone=row.phone,
            status=Status(row.status),
            zone=row.zone,
            last_heard=heard.get(row.id),
            last_score=scores.get(row.id),
            open_level=levels.get(row.id),
        )
        for row in found
    }
    return tuple(people[i] for i in ids if i in people)


def _heard(connection: Connection, ids: Sequence[int]) -> dict[int, datetime]:
    i = t.inbound.c
    rows = connection.execute(
        select(i.participant_id, func.max(i.received_at).label("at"))
        .where(i.participant_id.in_(ids))
        .group_by(i.participant_id)
    )
    return {row.participant_id: row.at for row in rows}


def _last_scores(connection: Connection, ids: Sequence[int]) -> dict[int, DayScore]:
    o = t.observation.c
    newest = (
        select(
            o.participant_id,
            o.day,
            o.value,
            func.row_number().over(partition_by=o.participant_id, order_by=(o.at.desc(), o.id.desc())).label("place"),
        )
        .where(o.participant_id.in_(ids), o.kind == Kind.WEAKNESS, o.value.is_not(None))
        .subquery()
    )
    rows = connection.execute(select(newest).where(newest.c.place == 1))
    return {row.participant_id: DayScore(row.day, row.value) for row in rows}


def _open_levels(connection: Connection, ids: Sequence[int]) -> dict[int, Disposition]:
    e = t.escalation.c
    still_open = select(e.participant_id, e.level).where(e.participant_id.in_(ids), e.state != EscalationState.CLOSED)
    worst: dict[int, Disposition] = {}
    for row in connection.execute(still_open):
        level = Disposition(row.level)
        worst[row.participant_id] = max(level, worst.get(row.participant_id, level), key=lambda d: d.rank)
    return worst
