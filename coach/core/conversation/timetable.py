"""The timers of a programme: setting them for a person as they are now, and handing over to the next programme."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

from coach.core import schedule
from coach.core.conversation.moment import Moment
from coach.core.events import DetailsChanged, Event, MessageQueued, TaskRaised, TimersCleared, TimerSet
from coach.core.model import Lane, Participant, Status
from coach.core.programme import Due, Programme, first_day, first_timers

PROMPT = "prompt"
PROGRAMME_END = "programme_end"

EXTRA = "extra"
_AT_THE_END = time(10)


def begin(moment: Moment, person: Participant) -> tuple[Event, ...]:
    """Set the timers anew for somebody whose programme, hours or wishes have changed. Those waiting are dropped."""
    return (TimersCleared((PROMPT, PROGRAMME_END)), *timers(moment, person))


def timers(moment: Moment, person: Participant) -> tuple[TimerSet, ...]:
    """The next firing of each slot, and the end of the programme."""
    if person.zone is None:
        return ()
    programme = moment.handbook.programmes[person.programme]
    prompts = tuple(map(prompt_timer, first_timers(programme, person, moment.now)))
    end = _end(programme, person, person.zone)
    return (
        prompts
        if end is None
        else (*prompts, TimerSet(PROGRAMME_END, f"{PROGRAMME_END}/{programme.id}/{moment.today}", end))
    )


def prompt_timer(due: Due) -> TimerSet:
    """The timer of one firing; it says whether something must call for the prompt, so that lists can leave it out."""
    payload = {"slot": due.slot.id, "day": due.day.isoformat()} | ({EXTRA: "yes"} if due.slot.is_extra else {})
    return TimerSet(PROMPT, f"{due.slot.id}/{due.day}", due.at, payload)


def _end(programme: Programme, person: Participant, zone: str) -> datetime | None:
    first = first_day(person)
    if first is None:
        return None
    after = first + programme.last_week * 7 * schedule.DAY
    return schedule.first_allowed(schedule.to_utc(after, _AT_THE_END, zone), zone, person.quiet)


def next_programme(moment: Moment) -> tuple[Event, ...]:
    """The programme is over: go on with the one that follows and say so, or tell staff that there is none."""
    person = moment.participant
    programme = moment.handbook.programmes[person.programme]
    if person.status is not Status.ACTIVE or person.zone is None:
        return ()
    if programme.then is None:
        return (TaskRaised("programme_over", f"the programme {programme.id} is over and none follows"),)
    changed = replace(person, programme=programme.then, programme_on=moment.today)
    night = schedule.quiet_starts_after(moment.now, person.zone, person.quiet)
    word = MessageQueued(
        "programme.maintenance",
        moment.text("programme.maintenance"),
        Lane.PROMPT,
        night - schedule.SECOND,
        f"the programme {programme.id} is over and {programme.then} begins",
    )
    details = DetailsChanged(programme=programme.then, programme_on=moment.today)
    return (details, *begin(moment, changed), word)
