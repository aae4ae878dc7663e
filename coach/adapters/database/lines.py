"""Lines that stop: nothing more is posted from a number or service that the carrier refuses, until it works again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from coach.adapters.database.tables import send_rate
from coach.core.model import Channel
from coach.ports import Pace, StoppedLine

_NOTHING_MORE = {"stopped_at": None, "stop_reason": None, "tried_at": None, "paused_until": None, "pause_reason": None}


def stop(connection: Connection, line: str | None, code: int | None, now: datetime) -> None:
    """Nothing more leaves from it, but one message now and then to see whether it works again."""
    what = "Calls" if _channel(line or "") is Channel.VOICE else "Texts"
    reason = f"{what} have stopped: the carrier refuses the number or service they leave from (code {code}). "
    reason += f"Mend it at the carrier, then run: coach lines resume {line}"
    mine = update(send_rate).where(send_rate.c.line == line, send_rate.c.stopped_at.is_(None))
    connection.execute(mine.values(stopped_at=now, stop_reason=reason))


def resume(connection: Connection, line: str, begun_at: datetime | None = None) -> bool:
    """It works again: a person says so, or a message that was begun after it stopped has arrived."""
    mine = update(send_rate).where(send_rate.c.line == line, send_rate.c.stopped_at.is_not(None))
    if begun_at is not None:
        mine = mine.where(send_rate.c.stopped_at < begun_at)
    return connection.execute(mine.values(_NOTHING_MORE)).rowcount == 1


def refuse_account(connection: Connection, code: int | None, now: datetime) -> None:
    """The carrier refuses our account, whatever the line."""
    connection.execute(update(send_rate).values(refused_at=now, refused_code=code))


def account_refused(connection: Connection, since: datetime) -> int | None:
    """The code of the last refusal since then; 0 when it had none."""
    newest = select(func.coalesce(send_rate.c.refused_code, 0)).where(send_rate.c.refused_at >= since)
    code: int | None = connection.scalar(newest.order_by(send_rate.c.refused_at.desc()).limit(1))
    return code


def stopped_lines(connection: Connection) -> Sequence[StoppedLine]:
    """All of them, by name."""
    rows = connection.execute(select(send_rate).where(send_rate.c.stopped_at.is_not(None)).order_by(send_rate.c.line))
    return [StoppedLine(row.line, _channel(row.line), row.stop_reason, row.stopped_at) for row in rows]


def _channel(line: str) -> Channel:
    return Channel.VOICE if line.startswith(f"{Channel.VOICE}:") else Channel.SMS


def stopped_channels(connection: Connection, pace: Pace) -> Mapping[Channel, datetime]:
    """The channels whose line is stopped, and since when."""
    names = {pace.of(channel).name: channel for channel in Channel}
    columns = (send_rate.c.line, send_rate.c.stopped_at)
    stopped = select(*columns).where(send_rate.c.line.in_(names), send_rate.c.stopped_at.is_not(None))
    return {names[row.line]: row.stopped_at for row in connection.execute(stopped)}
