"""Heat alerts: staff say on which days it is dangerously hot in a time zone. Nothing here knows the weather."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, insert, select, update

from coach.adapters.database.tables import event, heat_alert
from coach.core import schedule

BACK, AHEAD = timedelta(days=1), timedelta(days=14)
"""The days around the local today whose heat a decision can look at."""
_OLDEST = timedelta(days=2)


def declare(connection: Connection, zone: str, days: tuple[date, date], staff: str, now: datetime) -> int | None:
    """Add an alert from the first to the last day; None when one that has not ended holds on all of them."""
    first_day, last_day = days
    covers = and_(heat_alert.c.first_day <= first_day, heat_alert.c.last_day >= last_day)
    same = select(heat_alert.c.id).where(heat_alert.c.zone == zone, covers, _not_ended())
    if connection.scalars(same.limit(1)).first() is not None:
        return None
    row = {"zone": zone, "first_day": first_day, "last_day": last_day, "staff": staff, "at": now}
    number: int = connection.execute(insert(heat_alert).values(**row).returning(heat_alert.c.id)).scalar_one()
    told = {"alert_id": number, "zone": zone, "first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    _note(connection, "HeatAlertDeclared", told, staff, now)
    return number


def end(connection: Connection, alert_id: int, staff: str, now: datetime) -> bool:
    """End an alert; False when there is none or it was ended before."""
    mine = update(heat_alert).where(heat_alert.c.id == alert_id, _not_ended())
    if connection.execute(mine.values(ended_at=now)).rowcount == 0:
        return False
    _note(connection, "HeatAlertEnded", {"alert_id": alert_id}, staff, now)
    return True


def hot_days(connection: Connection, zones: Collection[str], now: datetime) -> Mapping[str, frozenset[date]]:
    """The local dates with an alert by zone, from yesterday to two weeks ahead."""
    found: defaultdict[str, set[date]] = defaultdict(set)
    asked = {"zones": sorted(zones), "oldest": (now - _OLDEST).date()}
    for row in connection.execute(_ALERTS, asked) if zones else ():
        today = schedule.local(now, row.zone).date()
        first, last = max(row.first_day, today - BACK), min(row.last_day, today + AHEAD)
        found[row.zone].update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return {zone: frozenset(days) for zone, days in found.items()}


def not_over(now: datetime) -> ColumnElement[bool]:
    """SQL: not ended, and its last day may still be today, or yesterday, on some clock of the world."""
    return _not_over_since((now - _OLDEST).date())


def _not_over_since(oldest: date | BindParameter[date]) -> ColumnElement[bool]:
    return and_(_not_ended(), heat_alert.c.last_day >= oldest)


def _not_ended() -> ColumnElement[bool]:
    return heat_alert.c.ended_at.is_(None)


def _note(connection: Connection, kind: str, told: Mapping[str, Any], staff: str, now: datetime) -> None:
    """A fact of nobody in particular, with the name of who made it one."""
    connection.execute(insert(event).values(participant_id=None, at=now, kind=kind, data=told, staff=staff))


_ALERTS = select(heat_alert.c.zone, heat_alert.c.first_day, heat_alert.c.last_day).where(
    heat_alert.c.zone.in_(bindparam("zones", expanding=True)), _not_over_since(bindparam("oldest"))
)
