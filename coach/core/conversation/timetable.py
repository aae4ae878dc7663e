"""The timers of a programme: setting them for a person as they are now, and handing over to the next programme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time

from coach.core import schedule
from coach.core.conversation.moment import Moment
from coach.core.events import DetailsChanged, Event, TaskRaised, TimersCleared, TimerSet
from coach.core.model import Participant, Status, TimerKind
from coach.core.programme import Due, Programme, firing, first_day, first_timers, next_due

EXTRA = "extra"
_AT_THE_END = time(10)


def begin(moment: Moment, person: Participant) -> tuple[Event, ...]:
    """Set the timers anew for somebody whose programme, hours or wishes have changed. Those waiting are dropped."""
    return (TimersCleared((TimerKind.PROMPT, TimerKind.PROGRAMME_END)), *timers(moment, person))


def timers(moment: Moment, person: Participant) -> tuple[TimerSet, ...]:
    """The next firing of each slot, and the end of the programme."""
    if person.zone is None:
        return ()
    programme = moment.handbook.programmes[person.programme]
    prompts = tuple(prompt_timer(due) for due in _first(moment, programme, person))
    end = _end(programme, person, person.zone, moment.now)
    if end is None:
        return prompts
    return (*prompts, _end_timer(programme, str(moment.today), end))


def _first(moment: Moment, programme: Programme, person: Participant) -> Iterator[Due]:
    """The next firing of each slot; not on a date on which it has fired by the hours that held until now."""
    for due in first_timers(programme, person, moment.now):
        fired = firing(programme, due.slot, moment.participant, due.day)
        if fired is None or fired.at > moment.now or moment.participant.programme != person.programme:
            yield due
            continue
        tomorrow = schedule.to_utc(due.day + schedule.DAY, time(0), person.zone or "UTC") - schedule.SECOND
        later = next_due(programme, due.slot, person, tomorrow)
        if later is not None:
            yield later


def prompt_timer(due: Due) -> TimerSet:
    """The timer of one firing; it says whether something must call for the prompt, so that lists can leave it out."""
    payload = {"slot": due.slot.id, "day": due.day.isoformat()} | ({EXTRA: "yes"} if due.slot.is_extra else {})
    return TimerSet(TimerKind.PROMPT, f"{due.slot.id}/{due.day}", due.at, payload)


def _end_timer(programme: Programme, day: str, at: datetime) -> TimerSet:
    return TimerSet(TimerKind.PROGRAMME_END, f"{TimerKind.PROGRAMME_END}/{programme.id}/{day}", at)


def _end(programme: Programme, person: Participant, zone: str, now: datetime) -> datetime | None:
    first = first_day(person)
    if first is None:
        return None
    over = schedule.to_utc(first + programme.last_week * 7 * schedule.DAY, _AT_THE_END, zone)
    return schedule.first_allowed(max(over, now), zone, person.quiet)


def next_programme(moment: Moment) -> tuple[Event, ...]:
    """The programme is over: go on with the one that follows and say so, or tell staff that there is none."""
    person = moment.participant
    programme = moment.handbook.programmes[person.programme]
    if person.status is not Status.ACTIVE or person.zone is None:
        return ()
    if schedule.is_quiet(moment.now, person.zone, person.quiet):
        morning = schedule.first_allowed(moment.now, person.zone, person.quiet)
        return (_end_timer(programme, morning.isoformat(), morning),)
    if programme.next_programme is None:
        return (TaskRaised("programme_over", f"the programme {programme.id} is over and none follows"),)
    changed = replace(person, programme=programme.next_programme, programme_on=moment.today)
    night = schedule.quiet_starts_after(moment.now, person.zone, person.quiet)
    because = f"the programme {programme.id} is over and {programme.next_programme} begins"
    word = moment.prompt(moment.named("programme.maintenance"), night - schedule.SECOND, because)
    details = DetailsChanged(programme=programme.next_programme, programme_on=moment.today)
    return (details, *begin(moment, changed), word)
