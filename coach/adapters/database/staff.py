"""Staff accounts and their sessions. A token is known to the browser only; the table has its hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, case, delete, insert, or_, select, update

from coach.adapters.database.statements import upsert
from coach.adapters.database.tables import staff, staff_session
from coach.adapters.passwords import Passwords
from coach.ports import Clock

SHORTEST_PASSWORD = 15
"""Characters, as NIST SP 800-63B-4 wants of a password that is the only factor; no rules about kinds of characters."""

_FAILURES_ALLOWED = 5
_LOCKED_FOR = timedelta(minutes=30)
_IDLE = timedelta(minutes=30)
_ABSOLUTE = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who may sign in."""

    id: int
    username: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the list shows it."""

    staff: Staff
    active: bool
    created_at: datetime


class AccountError(ValueError):
    """An account cannot be made or changed; the text is one plain sentence for the person who tried."""


class Accounts:
    """Adds accounts, signs people in and out."""

    def __init__(self, engine: Engine, clock: Clock, passwords: Passwords | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._passwords = passwords or Passwords()

    def add(self, username: str, name: str, role: str, password: str) -> Staff:
        """Make an account.

        Raises:
            AccountError: the name is taken or the password too short.
        """
        row = {
            "username": _plain(username),
            "name": name,
            "role": role,
            "password_hash": self._hashed(password),
            "active": True,
            "created_at": self._clock(),
        }
        with self._engine.begin() as connection:
            statement = upsert(connection, staff).values(**row).on_conflict_do_nothing().returning(staff.c.id)
            added = connection.execute(statement).scalar_one_or_none()
        if added is None:
            message = f"There is already an account named {row['username']}."
            raise AccountError(message)
        return Staff(added, _plain(username), name, role)

    def list(self) -> Sequence[Account]:
        """All accounts by username."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(staff).order_by(staff.c.username)).all()
        return [Account(_staff_of(row), row.active, row.created_at) for row in rows]

    def set_password(self, username: str, password: str) -> None:
        """Give a new password, which also lifts a lock and ends all sessions.

        Raises:
            AccountError: there is no such account, or the password is too short.
        """
        self._change(username, {"password_hash": self._hashed(password), "failures": 0, "failed_at": None})

    def disable(self, username: str) -> None:
        """Shut an account and end its sessions. AccountError when there is none."""
        self._change(username, {"active": False})

    def _change(self, username: str, changed: dict[str, Any]) -> None:
        mine = staff.c.username == _plain(username)
        with self._engine.begin() as connection:
            if connection.execute(update(staff).where(mine).values(changed)).rowcount == 0:
                message = f"There is no account named {_plain(username)}."
                raise AccountError(message)
            whose = select(staff.c.id).where(mine).scalar_subquery()
            connection.execute(delete(staff_session).where(staff_session.c.staff_id == whose))

    def sign_in(self, username: str, password: str) -> str | None:
        """A new session's token, or None.

        After five failures in a row an account rests for 30 minutes. Each try is counted before the password is
        looked at, so that many at once get no more tries than many in turn.
        """
        now = self._clock()
        with self._engine.begin() as connection:
            row = _count_try(connection, _plain(username), now)
        if not self._passwords.verify(row.password_hash if row else None, password) or row is None:
            return None
        with self._engine.begin() as connection:
            connection.execute(update(staff).where(staff.c.id == row.id).values(self._proved(row, password)))
            return _open_session(connection, row.id, now)

    def _proved(self, row: Row[Any], password: str) -> dict[str, Any]:
        """The failures are forgotten; a hash made with yesterday's parameters is made anew."""
        hashed = row.password_hash
        renewed = self._passwords.hash(password) if self._passwords.needs_rehash(hashed) else hashed
        return {"failures": 0, "failed_at": None, "password_hash": renewed}

    def _hashed(self, password: str) -> str:
        if len(password) < SHORTEST_PASSWORD:
            message = f"A password needs at least {SHORTEST_PASSWORD} characters."
            raise AccountError(message)
        return self._passwords.hash(password)

    def staff_of(self, token: str, *, by_hand: bool = True) -> Staff | None:
        """Whose session it is; None when it is unknown, idle for 30 minutes, or older than 12 hours.

        What a page asks for by itself (`by_hand` false) is no sign that somebody is there.
        """
        now = self._clock()
        with self._engine.begin() as connection:
            row = connection.execute(_session(token)).one_or_none()
            if row is None:
                return None
            if now - row.seen_at >= _IDLE or now - row.began_at >= _ABSOLUTE or not row.active:
                connection.execute(_ended(token))
                return None
            if by_hand and now - row.seen_at >= _SEEN_EVERY:
                mine = staff_session.c.token_hash == _hash(token)
                connection.execute(update(staff_session).where(mine).values(seen_at=now))
        return _staff_of(row)

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._engine.begin() as connection:
            connection.execute(_ended(token))


def _plain(username: str) -> str:
    return username.strip().casefold()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _staff_of(row: Row[Any]) -> Staff:
    return Staff(row.id, row.username, row.name, row.role)


def _count_try(connection: Connection, username: str, now: datetime) -> Row[Any] | None:
    """The account, if it may be tried now, with this try counted as failed until it proves right."""
    rested = or_(staff.c.failed_at.is_(None), staff.c.failed_at <= now - _LOCKED_FOR)
    free = or_(rested, staff.c.failures < _FAILURES_ALLOWED)
    counted = {"failures": case((rested, 1), else_=staff.c.failures + 1), "failed_at": now}
    mine = update(staff).where(staff.c.username == username, staff.c.active.is_(True), free)
    return connection.execute(mine.values(counted).returning(staff)).one_or_none()


def _open_session(connection: Connection, staff_id: int, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    connection.execute(delete(staff_session).where(staff_session.c.created_at <= now - _ABSOLUTE))
    session = {"token_hash": _hash(token), "staff_id": staff_id, "created_at": now, "seen_at": now}
    connection.execute(insert(staff_session).values(session))
    return token


def _session(token: str) -> Any:  # noqa: ANN401 - a statement over two tables
    columns = (staff, staff_session.c.created_at.label("began_at"), staff_session.c.seen_at)
    joined = select(*columns).join(staff_session, staff_session.c.staff_id == staff.c.id)
    return joined.where(staff_session.c.token_hash == _hash(token))


def _ended(token: str) -> Any:  # noqa: ANN401 - as above
    return delete(staff_session).where(staff_session.c.token_hash == _hash(token))
