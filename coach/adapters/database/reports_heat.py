"""Heat alerts as pages show them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from coach.adapters.database import tables as t
from coach.adapters.database.heat import not_over
from coach.adapters.database.reports_rows import AnyRow
from coach.adapters.database.reports_values import HeatAlert, HeatPage
from coach.core import schedule
from coach.core.model import Status

_LIVING_THERE = (Status.INVITED, Status.ACTIVE, Status.PAUSED)


def read_heat(connection: Connection, now: datetime) -> HeatPage:
    """Alerts that are not over, and the time zones of the people an alert could be about."""
    p = t.participant.c
    people = select(p.zone, func.count()).where(p.zone.is_not(None), p.status.in_(_LIVING_THERE)).group_by(p.zone)
    zones = ((row[0], row[1]) for row in connection.execute(people))
    return HeatPage(read_alerts(connection, now), tuple(sorted(zones, key=lambda zone: (-zone[1], zone[0]))))


def read_alerts(connection: Connection, now: datetime) -> tuple[HeatAlert, ...]:
    """Alerts that are in force or still to come on the clock of their zone, the first to begin first."""
    h = t.heat_alert.c
    rows = connection.execute(select(t.heat_alert).where(not_over(now)).order_by(h.first_day, h.zone, h.id))
    alerts = (_alert(row, now) for row in rows)
    return tuple(alert for alert in alerts if alert.last_day >= alert.today)


def _alert(row: AnyRow, now: datetime) -> HeatAlert:
    return HeatAlert(
        id=row.id,
        zone=row.zone,
        first_day=row.first_day,
        last_day=row.last_day,
        staff=row.staff,
        at=row.at,
        today=schedule.local(now, row.zone).date(),
    )
