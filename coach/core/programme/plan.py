"""From the timetable to moments: when a slot fires for one person, and which prompts of a day fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from coach.core import schedule
from coach.core.model import Participant
from coach.core.programme.timetable import PRIORITY, Programme, PromptKind, Slot

_WEEK = 7 * schedule.DAY
_LAST_MINUTE = 24 * 60 - 1


@dataclass(frozen=True, slots=True)
class Due:
    """One firing of a slot. It may be sent from `at` until `useful_until`, which never lies in quiet hours."""

    slot: Slot
    day: date
    at: datetime
    useful_until: datetime


def first_day(participant: Participant) -> date | None:
    """Day 1 of the programme the person is in now; None before enrolment."""
    return participant.programme_on or participant.enrolled_on


def week_of(participant: Participant, day: date) -> int:
    """The programme week of a date, from 1; 0 or less before it began, and 0 without a first day."""
    first = first_day(participant)
    return (day - first).days // 7 + 1 if first else 0


def due_on(slot: Slot, participant: Participant, day: date, at: datetime) -> Due:
    """The firing of a slot at a known moment, useful until its time is over or quiet hours begin."""
    zone = participant.zone or "UTC"
    night = schedule.quiet_starts_after(at, zone, participant.quiet)
    midnight = schedule.to_utc(day + schedule.DAY, time(0), zone)
    return Due(slot, day, at, max(at, min(at + slot.useful, night - schedule.SECOND, midnight - schedule.SECOND)))


def next_due(programme: Programme, slot: Slot, participant: Participant, after: datetime) -> Due | None:
    """The slot's next firing strictly after a moment; None when the weeks are over, or the zone is not known."""
    first = first_day(participant)
    if participant.zone is None or first is None or not _wanted(slot, participant):
        return None
    day = max(schedule.local(after, participant.zone).date(), first + (slot.weeks.first - 1) * _WEEK)
    for later in _days(day, first + slot.weeks.last * _WEEK):
        due = firing(programme, slot, participant, later)
        if due is not None and due.at > after:
            return due
    return None


def first_timers(programme: Programme, participant: Participant, after: datetime) -> tuple[Due, ...]:
    """The next firing of every slot, earliest first: what to set when somebody starts or comes back."""
    found = (next_due(programme, slot, participant, after) for slot in programme.slots)
    return tuple(sorted((due for due in found if due is not None), key=_by_time))


def calendar(programme: Programme, participant: Participant, after: datetime, days: int) -> tuple[Due, ...]:
    """What is planned to be sent from a moment on for so many local dates, if nothing holds it back."""
    if participant.zone is None or first_day(participant) is None:
        return ()
    first = schedule.local(after, participant.zone).date()
    planned = [
        due
        for day in _days(first, first + days * schedule.DAY)
        for due in fitting(programme, participant, day, _usual(programme, participant, day))
    ]
    return tuple(sorted((due for due in planned if due.at > after), key=_by_time))


def _days(first: date, end: date) -> Iterator[date]:
    return (first + offset * schedule.DAY for offset in range(max(0, (end - first).days)))


def _by_time(due: Due) -> tuple[datetime, int, str]:
    return due.at, PRIORITY[due.slot.kind], due.slot.id


def firing(programme: Programme, slot: Slot, participant: Participant, day: date) -> Due | None:
    """The firing of a date. In quiet hours it stays where it is, to be recorded as held back by them."""
    if participant.zone is None or day.weekday() not in slot.weekdays or not slot.comes_in(week_of(participant, day)):
        return None
    if not _wanted(slot, participant):
        return None
    at = hour_for(programme, slot, participant)
    moved = schedule.occurrence(day, at, participant.zone, participant.quiet, programme.limits.move)
    found = moved or schedule.occurrence(day, at, participant.zone)
    return due_on(slot, participant, day, found.at) if found else None


def _wanted(slot: Slot, participant: Participant) -> bool:
    """Whether the slot is for people with these facts, and who want so many texts."""
    fits = not slot.only_for or participant.profile.has(*slot.only_for)
    return fits and slot.density.rank <= participant.density.rank


def hour_for(programme: Programme, slot: Slot, participant: Participant) -> time:
    """The slot's local hour for this person: check-ins keep their distance from the hour they chose."""
    if participant.ask_at is None or slot.kind is not PromptKind.CHECK_IN:
        return slot.at
    minutes = _minutes(slot.at) + _minutes(participant.ask_at) - _minutes(programme.ask_at)
    return time(*divmod(min(max(minutes, 0), _LAST_MINUTE), 60))


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def of_day(programme: Programme, participant: Participant, day: date) -> Iterator[Due]:
    """Every firing of a date, whether or not it will be sent."""
    weekday, week = day.weekday(), week_of(participant, day)
    coming = (slot for slot in programme.slots if weekday in slot.weekdays and slot.comes_in(week))
    found = (firing(programme, slot, participant, day) for slot in coming)
    return (due for due in found if due is not None)


def _usual(programme: Programme, participant: Participant, day: date) -> Iterator[Due]:
    zone = participant.zone or "UTC"
    for due in of_day(programme, participant, day):
        if not due.slot.is_extra and not schedule.is_quiet(due.at, zone, participant.quiet):
            yield due


def rank(due: Due) -> tuple[int, bool, bool, datetime, str]:
    """Sorts the more important prompt first: kind, planned before extra, then the clock.

    What a told sign or the heat calls for comes right after every check-in, of whatever kind it is.
    """
    called_for = bool(due.slot.only_after) or due.slot.only_in_heat
    place = PRIORITY[PromptKind.CHECK_IN] if called_for else PRIORITY[due.slot.kind]
    return place, called_for, due.slot.is_extra, due.at, due.slot.id


def fitting(programme: Programme, participant: Participant, day: date, wanted: Iterable[Due]) -> tuple[Due, ...]:
    """Those of a day's prompts that fit: the more important first, none too near another, none above the cap."""
    cap = programme.cap(week_of(participant, day), participant.density)
    kept: list[Due] = []
    for due in sorted(wanted, key=rank):
        full = cap is not None and len(kept) >= cap.per_day
        if not full and neighbour(programme, due, kept) is None:
            kept.append(due)
    return tuple(kept)


def neighbour(programme: Programme, due: Due, others: Iterable[Due]) -> Due | None:
    """Another prompt so near that the two must become one."""
    return next((o for o in others if o is not due and abs(o.at - due.at) < programme.limits.merge), None)


def check_ins_left(programme: Programme, participant: Participant, day: date) -> int:
    """How many planned check-ins the programme week still has after a date."""
    week = week_of(participant, day)
    later = (day + offset * schedule.DAY for offset in range(1, 7))
    asked = [slot for slot in programme.slots if slot.kind is PromptKind.CHECK_IN and not slot.is_extra]
    days = [d for d in later if week_of(participant, d) == week]
    return sum(d.weekday() in slot.weekdays and slot.comes_in(week) for slot in asked for d in days)
