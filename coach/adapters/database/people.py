"""Participants: enrolled people, and strangers who wrote first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select, update

from coach.adapters.database.encoding import encode_profile
from coach.adapters.database.loading import participant_of
from coach.adapters.database.statements import upsert
from coach.adapters.database.tables import escalation, participant
from coach.core.model import Language, Participant, Status
from coach.ports import Duplicate


def hold(connection: Connection, ids: Collection[int]) -> list[Participant]:
    """The participants, held until the transaction ends. Statements are made once, for that is not cheap."""
    return _held(connection, _WITH_IDS, {"ids": ids})


def hold_of_case(connection: Connection, escalation_id: int) -> list[Participant]:
    """The participant a case belongs to, held; nobody when there is no such case."""
    return _held(connection, _OF_CASE, {"case": escalation_id})


def meet(connection: Connection, phone: str, country: str, now: datetime) -> list[Participant]:
    """The participant with this number, held; an unknown number becomes a stranger first."""
    known = _held(connection, _WITH_NUMBER, {"phone": phone})
    if known:
        return known
    stranger = Participant(id=0, phone=phone, status=Status.STRANGER, language=Language.EN, country=country)
    _insert_or_ignore(connection, stranger, now)
    return _held(connection, _WITH_NUMBER, {"phone": phone})


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


def _held(connection: Connection, statement: Select[Any], whom: dict[str, Any]) -> list[Participant]:
    return [participant_of(row) for row in connection.execute(statement, whom)]


def _holding(where: ColumnElement[bool]) -> Select[Any]:
    """NO KEY UPDATE, so that rows which merely point at the participant can be added by others meanwhile."""
    return select(participant).where(where).order_by(participant.c.id).with_for_update(key_share=True)


_WITH_IDS = _holding(participant.c.id.in_(bindparam("ids", expanding=True)))
_WITH_NUMBER = _holding(participant.c.phone == bindparam("phone"))
_OF_CASE = _holding(
    participant.c.id
    == select(escalation.c.participant_id).where(escalation.c.id == bindparam("case")).scalar_subquery()
)


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
        "birth_year": person.birth_year,
        "call_pin": person.call_pin,
        "no_voicemail": person.no_voicemail,
        "changed_at": now,
    }
