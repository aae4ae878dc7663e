"""Who is on call, as pages show it, and what is wrong with it or with the program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from coach.adapters.database import tables as t
from coach.adapters.database.on_call import read_rota
from coach.adapters.database.reports_values import Attention, LastPage, RotaPage
from coach.adapters.database.reports_words import delivery_in_words
from coach.adapters.database.watch import open_alarms
from coach.core.rota import LOOK_AHEAD, Rota, backups, gaps, on_duty, problems


def read_attention(connection: Connection, now: datetime) -> Attention:
    """What is wrong with the rota, and alarms that are open."""
    return _attention(connection, read_rota(connection), now)


def read_rota_page(connection: Connection, now: datetime) -> RotaPage:
    """Everybody on call, their hours and leave, and the hours nobody covers."""
    rota = read_rota(connection)
    return RotaPage(
        at=now,
        rota=rota,
        attention=_attention(connection, rota, now),
        on_duty=on_duty(rota, now),
        backups=backups(rota, now),
        gaps=gaps(rota, now, now + LOOK_AHEAD),
        last_pages=_last_pages(connection, [one.id for one in rota.people]),
    )


def _attention(connection: Connection, rota: Rota, now: datetime) -> Attention:
    return Attention(problems(rota, now), tuple(open_alarms(connection)))


def _last_pages(connection: Connection, ids: Sequence[int]) -> dict[int, LastPage]:
    o, a = t.outbox.c, t.attempt.c
    newest = select(func.max(o.id)).where(o.participant_id.in_(ids)).group_by(o.participant_id)
    sent = (
        select(o.participant_id, o.created_at, o.channel, o.state, a.status, a.failure)
        .select_from(t.outbox.outerjoin(t.attempt, a.outbox_id == o.id))
        .where(o.id.in_(newest))
        .order_by(a.started_at, a.id)
    )
    return {
        row.participant_id: LastPage(
            row.created_at, row.channel, delivery_in_words(row.state, row.status, row.failure, row.channel)
        )
        for row in connection.execute(sent)
    }
