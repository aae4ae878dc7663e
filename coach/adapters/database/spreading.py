"""A crowd of prompts of one minute: those that the line cannot take at once have places in the minutes after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from coach.adapters.database.wanted import wait
from coach.core import schedule
from coach.core.model import Lane


def put_off(connection: Connection, rows: Sequence[Row[Any]], now: datetime, within: timedelta) -> list[Row[Any]]:
    """Give each prompt that must wait for the first time its place; returns those that are due all the same.

    Only what time has caused: whatever answers somebody waits for nothing but room.
    """
    places = {row.id: _place(row, within) for row in rows if within and _is_fresh(row)}
    later = {number: at for number, at in places.items() if at > now}
    wait(connection, later)
    return [row for row in rows if row.id not in later]


def _is_fresh(row: Row[Any]) -> bool:
    timed = row.lane == Lane.PROMPT and row.timer_id is not None
    return timed and row.tries == 0 and row.not_before == row.created_at


def _place(row: Row[Any], within: timedelta) -> datetime:
    day = schedule.local(row.created_at, row.zone).date()
    return schedule.spread(row.created_at, row.expires_at, row.participant_id, day, within)
