"""Changes of the rota by staff, with what is refused: hours nobody would cover, numbers that are somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from coach.core import paging
from coach.core.events import PageQueued
from coach.core.handbook import Handbook
from coach.core.model import Channel, EscalationState, Status
from coach.core.rota import BACKUP, FIRST, LOOK_AHEAD, SECOND, Gap, Leave, OnCall, Rota, Shift, gaps
from coach.core.schedule import local
from coach.duty import Done, Refused
from coach.ports import Cause, Clock, Duplicate, Store, Transaction

_COUNTRY = "US"  # of a row made and taken over at once; what is kept is what the rota says
_TEST_USEFUL = timedelta(minutes=15)

Refusing: TypeAlias = Callable[[Rota, datetime], str | None]
"""Why a change of this rota is not possible now, in one sentence; None when it is."""


@dataclass(frozen=True, slots=True)
class Rostering:
    """Everything that changes who is on call. Thread-safe: all state is in the store."""

    store: Store
    clock: Clock
    handbook: Handbook

    def rota(self) -> Rota:
        """As it stands now."""
        with self.store.begin() as tx:
            return tx.rota()

    def add(self, person: OnCall, staff: str) -> Done | Refused:
        """A number of staff that may be paged from now on."""
        now = self.clock()
        try:
            with self.store.begin() as tx:
                refusal = _unreachable(person) or _taken(tx, person, now)
                return Refused(refusal) if refusal else Done(tx.add_on_call(person, staff, now))
        except Duplicate:
            return Refused("This number or this name is already taken; a number on call is nobody else's.")

    def change(self, person: OnCall, staff: str) -> Done | Refused:
        """Other details of a number of staff, also whether they are active."""
        return self._carried_out(
            lambda rota, now: _change_refusal(rota, person, now),
            lambda tx, now: Done(person.id) if tx.change_on_call(person, staff, now) else _NOBODY,
        )

    def take_off(self, person_id: int, staff: str) -> Done | Refused:
        """Somebody is paged no more: their shifts and leave end, and their number stays known."""

        def off(tx: Transaction, now: datetime) -> Done | Refused:
            rota = tx.rota()
            known = rota.person(person_id)
            if known is None or not tx.change_on_call(replace(known, active=False), staff, now):
                return _NOBODY
            for shift in (one for one in rota.shifts if one.person == person_id):
                tx.end_shift(shift.id, staff, now)
            for leave in (one for one in rota.leaves if one.person == person_id):
                tx.end_leave(leave.id, staff, now)
            return Done(person_id)

        return self._carried_out(lambda rota, now: _off_refusal(rota, person_id, now), off)

    def put_back(self, person_id: int, staff: str) -> Done | Refused:
        """Somebody may be paged again; their hours are given to them anew."""
        known = self.rota().person(person_id)
        return self.change(replace(known, active=True), staff) if known else _NOBODY

    def add_shift(self, shift: Shift, staff: str) -> Done | Refused:
        """A shift more; never refused for what it leaves open."""
        return self._carried_out(
            lambda rota, now: _shift_refusal(rota, shift, now), lambda tx, now: Done(tx.add_shift(shift, staff, now))
        )

    def end_shift(self, shift_id: int, staff: str) -> Done | Refused:
        """A shift less; refused when it would leave hours of the next 14 days without anybody."""
        return self._carried_out(
            lambda rota, now: _end_refusal(rota, shift_id, now),
            lambda tx, now: Done(shift_id) if tx.end_shift(shift_id, staff, now) else Refused(_SHIFT_OVER),
        )

    def add_leave(self, leave: Leave, staff: str) -> Done | Refused:
        """A leave; refused when it would leave hours of the next 14 days without anybody and names no cover."""
        return self._carried_out(
            lambda rota, now: _leave_refusal(rota, leave, now), lambda tx, now: Done(tx.add_leave(leave, staff, now))
        )

    def end_leave(self, leave_id: int, staff: str) -> Done | Refused:
        """The person is back."""
        with self.store.begin() as tx:
            ended = tx.end_leave(leave_id, staff, self.clock())
        return Done(leave_id) if ended else Refused("This leave has already ended.")

    def page_me(self, person_id: int, staff: str) -> Done | Refused:
        """A page without a case, to see that a number works: a text, or a call to who takes no texts."""
        now = self.clock()
        with self.store.begin() as tx:
            to = tx.rota().person(person_id)
            if to is None or not to.active:
                return _NOBODY
            tx.record(tx.conversation(person_id, now), (self._test_page(to, staff, now),), Cause(staff=staff), now)
        return Done(person_id)

    def see_alarm(self, alarm_id: int, staff: str) -> Done | Refused:
        """Say that somebody looks after an alarm; the first one counts."""
        seen = self.store.see_alarm(alarm_id, staff, self.clock())
        return Done(alarm_id) if seen else Refused("This alarm is over, or somebody looks after it already.")

    def _carried_out(
        self, refusing: Refusing, act: Callable[[Transaction, datetime], Done | Refused]
    ) -> Done | Refused:
        now = self.clock()
        with self.store.begin() as tx:
            refusal = refusing(tx.rota(), now)
            return Refused(refusal) if refusal else act(tx, now)

    def _test_page(self, to: OnCall, staff: str, now: datetime) -> PageQueued:
        channel = Channel.SMS if to.texts else Channel.VOICE
        body = paging.text("page.test", self.handbook, to)
        because = f"{staff} asked for a test page"
        return PageQueued(to.id, to.phone, channel, "page.test", body, now + _TEST_USEFUL, because)


_NOBODY = Refused("There is nobody on call with this number.")
_SHIFT_OVER = "This shift has already ended."
_OTHERS_FIRST = "Give these hours to somebody else first."


def newly_open(before: Rota, after: Rota, now: datetime) -> Gap | None:
    """The first stretch of the next 14 days that is covered before a change and by nobody after it."""
    was = gaps(before, now, now + LOOK_AHEAD)
    return next((part for gap in gaps(after, now, now + LOOK_AHEAD) if (part := _beyond(gap, was))), None)


def _beyond(gap: Gap, was: tuple[Gap, ...]) -> Gap | None:
    at = gap.start
    for old in was:
        if old.start > at:
            break
        at = max(at, old.end)
    ends = min((old.start for old in was if at < old.start < gap.end), default=gap.end)
    return Gap(at, ends) if at < ends else None


def gap_in_words(gap: Gap, zone: str) -> str:
    """Such as "Tue 24 Nov 20:00 to Wed 25 Nov 08:00 (America/Chicago)", by the clock of a zone."""
    start, end = local(gap.start, zone), local(gap.end, zone)
    return f"{start:%a %d %b %H:%M} to {end:%a %d %b %H:%M} ({zone.replace('_', ' ')})"


def _open_refusal(before: Rota, after: Rota, now: datetime, zone: str, advice: str) -> str | None:
    gap = newly_open(before, after, now)
    return f"Then nobody would be on call from {gap_in_words(gap, zone)}. {advice}" if gap else None


def _taken(tx: Transaction, person: OnCall, now: datetime) -> str | None:
    known = tx.conversation_of_number(person.phone, _COUNTRY, now)
    status = known.participant.status
    if status is Status.ON_CALL:
        return "This number is already on call."
    if status is not Status.STRANGER:
        return "This number belongs to somebody in the programme; a number on call must be nobody else's."
    if any(case.state is not EscalationState.CLOSED for case in known.escalations):
        return "There is an open case about this number; see to it first."
    return None


def _unreachable(person: OnCall) -> str | None:
    return None if person.texts or person.calls else "Choose texts, calls or both; else they could not be paged."


def _change_refusal(rota: Rota, person: OnCall, now: datetime) -> str | None:
    known = rota.person(person.id)
    if known is None:
        return _NOBODY.sentence
    if known.active and not person.active and rota.active == (known,):
        return f"{known.name} is the last one on call: nobody would be paged. Add somebody else first."
    after = replace(rota, people=tuple(person if one.id == person.id else one for one in rota.people))
    return _unreachable(person) or _open_refusal(rota, after, now, person.zone, _OTHERS_FIRST)


def _off_refusal(rota: Rota, person_id: int, now: datetime) -> str | None:
    known = rota.person(person_id)
    if known is not None and not known.active:
        return f"{known.name} is not on call any more."
    return _change_refusal(rota, replace(known, active=False), now) if known else _NOBODY.sentence


def _shift_refusal(rota: Rota, shift: Shift, now: datetime) -> str | None:
    who = rota.person(shift.person)
    if who is None or not who.active:
        return "Nobody who is on call has this name; add them first."
    if shift.layer not in (FIRST, SECOND, BACKUP) or not shift.weekdays:
        return "Choose at least one day of the week, and first, second or backup."
    if shift.last_day is not None and shift.last_day < max(shift.first_day, local(now, who.zone).date()):
        return "The last day is over, or lies before the first; choose a later one, or none."
    if any(replace(shift, id=one.id) == one for one in rota.shifts):
        return f"{who.name} has this shift already."
    return None


def _end_refusal(rota: Rota, shift_id: int, now: datetime) -> str | None:
    shift = next((one for one in rota.shifts if one.id == shift_id), None)
    if shift is None:
        return _SHIFT_OVER
    who = rota.person(shift.person)
    after = replace(rota, shifts=tuple(one for one in rota.shifts if one.id != shift_id))
    return _open_refusal(rota, after, now, who.zone if who else "UTC", _OTHERS_FIRST)


def _leave_refusal(rota: Rota, leave: Leave, now: datetime) -> str | None:
    who = rota.person(leave.person)
    if who is None or not who.active:
        return "Nobody who is on call has this name."
    if leave.last_day < leave.first_day:
        return "The last day lies before the first; choose the same day or a later one."
    if leave.last_day < local(now, who.zone).date():
        return "These days are over; choose today or later."
    cover = rota.person(leave.cover) if leave.cover is not None else None
    wrong = _wrong_cover(rota, leave, cover) or _away_already(rota, leave, who)
    advice = f"{cover.name} cannot cover all of it." if cover else "Name somebody to cover."
    after = replace(rota, leaves=(*rota.leaves, leave))
    return wrong or _open_refusal(rota, after, now, who.zone, advice)


def _wrong_cover(rota: Rota, leave: Leave, cover: OnCall | None) -> str | None:
    if leave.cover is None:
        return None
    if cover is None or not cover.active:
        return "Whoever covers must be on call too; add them first."
    if cover.id == leave.person:
        return "Nobody can cover for themselves; choose somebody else."
    if any(_overlap(leave, other) for other in rota.leaves if other.person == cover.id):
        return f"{cover.name} is away then too; choose somebody else."
    return None


def _away_already(rota: Rota, leave: Leave, who: OnCall) -> str | None:
    away = any(_overlap(leave, other) for other in rota.leaves if other.person == who.id)
    return f"{who.name} is away on some of these days already; end that leave first." if away else None


def _overlap(one: Leave, other: Leave) -> bool:
    return one.first_day <= other.last_day and other.first_day <= one.last_day
