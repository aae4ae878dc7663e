"""Double opt-in: one invitation, nothing more until the person answers Y, and a proof of every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from coach.core import schedule
from coach.core.content import ZoneChoice
from coach.core.conversation.answers import close_question
from coach.core.conversation.hearing import Heard
from coach.core.conversation.meaning import plain
from coach.core.conversation.moment import Moment
from coach.core.conversation.timetable import begin
from coach.core.events import (
    CheckInOpened,
    ConsentRecorded,
    DetailsChanged,
    Event,
    MessageQueued,
    StatusChanged,
    TaskRaised,
    TimersCleared,
    TimerSet,
)
from coach.core.model import OF_THE_PERSON, Asked, Lane, Language, Status, TimerKind
from coach.core.sms import numbered

_ZONE_PATIENCE = timedelta(hours=24)
_INVITATION_USEFUL = timedelta(hours=3)
_FILLERS = frozenset("please thanks option number time its it is the por favor gracias opcion numero es la el".split())  # noqa: SIM905
_ONE_INVITATION = timedelta(days=35)


def invite_later(moment: Moment) -> tuple[Event, ...]:
    """Staff enrolled somebody: the invitation waits for an hour that is day in every zone the person may be in."""
    due = _daytime(moment)
    return (StatusChanged(Status.INVITED), TimerSet(TimerKind.INVITE, f"{TimerKind.INVITE}/{due.isoformat()}", due))


def invite_when_due(moment: Moment) -> tuple[Event, ...]:
    """The hour of an invitation by staff has come: send it once, by day, or put it off."""
    if moment.participant.status is not Status.INVITED or moment.already_sent("enrol.invitation", _ONE_INVITATION):
        return ()
    if _daytime(moment) > moment.now:
        return invite_later(moment)
    night = min(schedule.quiet_starts_after(moment.now, zone, moment.participant.quiet) for zone in _zones(moment))
    return _invite(moment, min(moment.now + _INVITATION_USEFUL, night - schedule.SECOND))


def invite(moment: Moment) -> tuple[Event, ...]:
    """The one invitation, as the answer to a text just received."""
    return _invite(moment, moment.now + _INVITATION_USEFUL)


def _invite(moment: Moment, expires_at: datetime) -> tuple[Event, ...]:
    """The invitation, with the consent wording as it was sent."""
    body = moment.text("enrol.invitation")
    return (
        StatusChanged(Status.INVITED),
        _consent(moment, "invited", "enrol.invitation", body),
        MessageQueued("enrol.invitation", body, Lane.REPLY, expires_at, "the one invitation"),
        CheckInOpened(Asked.JOIN, moment.today, scheduled=False),
    )


def join_by_text(moment: Moment, language: Language) -> tuple[Event, ...]:
    """A stranger, or somebody who left, texted the keyword."""
    speaking = moment.of(replace(moment.participant, language=language))
    return (DetailsChanged(language=language.value), *invite(speaking))


def answer_invitation(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """Y enrols, N declines; anything else sends nothing and is shown to staff."""
    if heard.reply.yes is True:
        return _confirmed(moment, heard)
    if heard.reply.yes is False:
        return _declined(moment, heard)
    return (TaskRaised("invitation_unclear", "the answer to the invitation could not be read"),)


def _confirmed(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    welcome = moment.reply("enrol.welcome", "agreed to take part")
    return (
        *close_question(heard),
        _consent(moment, "confirmed", "enrol.invitation", heard.message.body),
        StatusChanged(Status.ACTIVE),
        welcome,
        *_zone_or_start(moment),
    )


def _declined(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    return (
        *close_question(heard),
        _consent(moment, "declined", "enrol.invitation", heard.message.body),
        TimersCleared(OF_THE_PERSON),
        moment.reply("enrol.declined", "declined the invitation"),
        StatusChanged(Status.OPTED_OUT),
    )


def _zone_or_start(moment: Moment) -> tuple[Event, ...]:
    choices = moment.handbook.library.zone_choices(moment.participant.country)
    if moment.participant.zone is not None:
        return start_programme(moment, moment.participant.zone)
    if len(choices) == 1:
        return start_programme(moment, choices[0].zone)
    due = moment.now + _ZONE_PATIENCE
    return (
        CheckInOpened(Asked.ZONE, moment.today, scheduled=False),
        moment.reply("enrol.ask_zone", "no time zone is known", choices=_listed(moment)),
        TimerSet(TimerKind.ZONE_UNANSWERED, f"{TimerKind.ZONE_UNANSWERED}/{moment.today}", due),
    )


def move_to(moment: Moment) -> tuple[Event, ...]:
    """Somebody lives in another country than we thought: a zone that is not there becomes its only one, or is asked."""
    person = moment.participant
    zones = [choice.zone for choice in moment.handbook.library.zone_choices(person.country)]
    if not zones or person.zone in zones:
        return ()
    if len(zones) == 1:
        return (DetailsChanged(zone=zones[0]), *begin(moment, replace(person, zone=zones[0])))
    asked = moment.reply("enrol.ask_zone", "lives in another country", choices=_listed(moment))
    return (CheckInOpened(Asked.ZONE, moment.today, scheduled=False), asked)


def _listed(moment: Moment) -> str:
    choices = moment.handbook.library.zone_choices(moment.participant.country)
    return numbered(choice.label(moment.language) for choice in choices)


def answer_zone(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """A number of the list sets the zone and starts the programme; else ask once more, then staff find out."""
    choices = moment.handbook.library.zone_choices(moment.participant.country)
    picked = _picked(choices, heard)
    if picked is not None:
        started = moment.reply("enrol.started", "told the time zone")
        return (*close_question(heard), *start_programme(moment, picked.zone), started)
    if moment.already_sent("enrol.zone_again", timedelta(days=7)):
        return (TaskRaised("zone_unknown", "the answer to the time-zone question could not be read"),)
    return (moment.reply("enrol.zone_again", "the time zone could not be read", choices=_listed(moment)),)


def _picked(choices: Sequence[ZoneChoice], heard: Heard) -> ZoneChoice | None:
    """The choice whose number or name is the whole text; a sentence that begins with a number is something else."""
    said = " ".join(word for word in plain(heard.message.body).split() if word not in _FILLERS)
    for number, choice in enumerate(choices, start=1):
        names = [plain(label).removesuffix(" time") for label in choice.labels.values()]
        if said in (str(number), *names, *(f"{number} {name}" for name in names)):
            return choice
    return None


def start_programme(moment: Moment, zone: str) -> tuple[Event, ...]:
    """Day 1 is today in the person's zone; one timer per slot of the timetable."""
    today = schedule.local(moment.now, zone).date()
    day_one = moment.participant.enrolled_on or today
    person = replace(moment.participant, zone=zone, enrolled_on=day_one, status=Status.ACTIVE)
    return (DetailsChanged(zone=zone, enrolled_on=day_one), *begin(moment, person))


def restart(moment: Moment) -> tuple[Event, ...]:
    """Back from a pause or an opt-out: the timetable goes on from now."""
    return start_programme(moment, moment.participant.zone) if moment.participant.zone else _zone_or_start(moment)


def _consent(moment: Moment, step: str, template: str, wording: str) -> ConsentRecorded:
    version = moment.handbook.library.templates[template].version
    return ConsentRecorded(step, template, version, wording, moment.channel)


def record_consent(moment: Moment, step: str, wording: str) -> ConsentRecorded:
    """Proof of a later step, in the person's own words."""
    return _consent(moment, step, "enrol.invitation", wording)


def _daytime(moment: Moment) -> datetime:
    zones, at = _zones(moment), moment.now
    for _ in range(len(zones) + 2):
        later = max(schedule.first_allowed(at, zone, moment.participant.quiet) for zone in zones)
        if later == at:
            break
        at = later
    return at


def _zones(moment: Moment) -> Sequence[str]:
    """Where the person may live."""
    person = moment.participant
    choices = moment.handbook.library.zone_choices(person.country)
    return [person.zone] if person.zone else [choice.zone for choice in choices] or ["UTC"]
