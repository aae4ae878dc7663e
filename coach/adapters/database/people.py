"""Participants: enrolled people, and strangers who wrote first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from coach.adapters.database.encoding import encode_profile
from coach.adapters.database.statements import upsert
from coach.adapters.database.tables import participant
from coach.core.model import Language, Participant, Status
from coach.ports import Duplicate


def meet(connection: Connection, phone: str, country: str, now: datetime) -> None:
    """Make sure the number is known; a new one is a stranger."""
    if connection.scalar(select(participant.c.id).where(participant.c.phone == phone)) is None:
        stranger = Participant(id=0, phone=phone, status=Status.STRANGER, language=Language.EN, country=country)
        _insert_or_ignore(connection, stranger, now)


def enrol(connection: Connection, person: Participant, now: datetime) -> int:
    """Store a new participant; a stranger with this number becomes them.

    Raises:
        Duplicate: the number is known and not a stranger's.
    """
    added = _insert_or_ignore(connection, person, now)
    if added is not None:
        return added
    stranger = update(participant).where(participant.c.phone == person.phone, participant.c.status == Status.STRANGER)
    row = connection.execute(stranger.values(_columns(person, now)).returning(participant.c.id)).one_or_none()
    if row is None:
        message = "the number is already enrolled"
        raise Duplicate(message)
    known: int = row.id
    return known


def _insert_or_ignore(connection: Connection, person: Participant, now: datetime) -> int | None:
    statement = upsert(connection, participant).values(**_columns(person, now), created_at=now)
    added = connection.execute(statement.on_conflict_do_nothing(index_elements=["phone"]).returning(participant.c.id))
    return added.scalar_one_or_none()


def _columns(person: Participant, now: datetime) -> dict[str, Any]:
    return {
        "phone": person.phone,
        "name": person.name,
        "status": person.status,
        "status_at": now,
        "language": person.language,
        "country": person.country,
        "zone": person.zone,
        "quiet_start": person.quiet.start,
        "quiet_end": person.quiet.end,
        "channel": person.channel,
        "programme": person.programme,
        "enrolled_on": person.enrolled_on,
        "programme_on": person.programme_on,
        "density": person.density,
        "ask_at": person.ask_at,
        "profile": encode_profile(person.profile),
        "changed_at": now,
    }
