"""What comes of a step that staff take with a case: the person and the others who were paged hear who has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from coach.core import escalation, paging, schedule
from coach.core.conversation import follow_plan
from coach.core.conversation.moment import Moment
from coach.core.events import (
    CaseStepped,
    EscalationAcknowledged,
    EscalationClosed,
    EscalationContacted,
    Event,
    MessageQueued,
)
from coach.core.model import CaseStepKind, Escalation, EscalationState, Lane, Language
from coach.core.rota import Rota

_SEEN_TO = (EscalationAcknowledged, EscalationContacted, EscalationClosed)
_MINUTE = timedelta(minutes=1)
_MOST_MINUTES = 120
"""A promise up to so far ahead is told by the clock, a later one by its day."""
_NOON = 12
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_MONTHS = {
    Language.EN: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    Language.ES: "ene feb mar abr may jun jul ago sep oct nov dic",
}


def following(moment: Moment, facts: tuple[Event, ...], staff: str, rota: Rota) -> tuple[Event, ...]:
    """The facts with what comes of them, and a look at the person's cases where they changed one.

    `staff` is the handle or username of whoever took the step. Whoever takes several cases at once is named once, with
    the earliest promise.
    """
    taken = [fact for fact in facts if isinstance(fact, EscalationAcknowledged)]
    cases = {case.id: case for case in moment.conversation.escalations}
    promised = sorted((fact.contact_by, fact.escalation_id) for fact in taken if fact.contact_by is not None)
    more: list[Event] = []
    for place, (contact_by, case_id) in enumerate(promised):
        told = told_who(moment, cases[case_id], _first_name(rota, staff), contact_by)
        more += told if not place else (fact for fact in told if not isinstance(fact, MessageQueued))
    more += _stood_down(moment, facts, staff, rota)
    return escalation.watch((*facts, *more), moment.now)


def _stood_down(moment: Moment, facts: tuple[Event, ...], staff: str, rota: Rota) -> Iterator[Event]:
    """Who else was paged hears who has a case now, or that it is closed; pages not yet sent are not sent any more."""
    cases = {case.id: case for case in moment.conversation.escalations}
    seen_to = [fact for fact in facts if isinstance(fact, _SEEN_TO)]
    for fact in seen_to:
        case = cases[fact.escalation_id]
        if isinstance(fact, EscalationAcknowledged) or case.owner is None:
            now = replace(case, state=EscalationState.CLOSED) if isinstance(fact, EscalationClosed) else case
            yield from paging.stand_down(now, staff, rota, moment.handbook, moment.now)
    yield from paging.cleared(moment.conversation, {fact.escalation_id for fact in seen_to})


def told_who(moment: Moment, case: Escalation, first_name: str, contact_by: datetime) -> tuple[Event, ...]:
    """Who plans to phone by when, with the step PROMISED and the question whether it happened.

    Nothing for whoever has left.
    """
    if moment.participant.status.has_left:
        return ()
    if not case.level.is_serious and _is_night(moment):
        word: tuple[Event, ...] = (_later(moment, case, first_name, contact_by),)
    else:
        word = this_word(moment, case, first_name, contact_by)
    asked_at = contact_by + moment.handbook.policy.follow_up.contact.ask_after
    return (
        *word,
        CaseStepped(case.id, CaseStepKind.PROMISED, note=contact_by.isoformat()),
        follow_plan.reached(case, contact_by, asked_at),
    )


def _is_night(moment: Moment) -> bool:
    person = moment.participant
    return person.zone is not None and schedule.is_quiet(moment.now, person.zone, person.quiet)


def _later(moment: Moment, case: Escalation, who: str, contact_by: datetime) -> Event:
    """The word on a case that can wait comes once the person's night is over."""
    person = moment.participant
    morning = schedule.first_allowed(moment.now, person.zone or "UTC", person.quiet)
    return follow_plan.told(case, contact_by, who, morning)


def this_word(moment: Moment, case: Escalation, who: str, contact_by: datetime) -> tuple[Event, ...]:
    """The text: by the person's own clock, as so many minutes while their zone is not known."""
    zone = moment.participant.zone
    local = schedule.local(contact_by, zone)
    minutes = -(-(contact_by - moment.now) // _MINUTE)
    if zone is None and minutes > _MOST_MINUTES:
        return ()
    if zone is None:
        text = "follow_up.call_within", {"amount": str(minutes)}
    elif local.date() == moment.today or minutes <= _MOST_MINUTES:
        text = "follow_up.call_by", {"time": _clock(moment, local)}
    else:
        text = "follow_up.call_by_day", {"until": _date(moment, local)}
    lane = Lane.URGENT if case.level.is_serious else Lane.REPLY
    words = moment.alarm(text[0], lane, "somebody from the team has the case", who=who, **text[1])
    return (replace(words, expires_at=contact_by, escalation_id=case.id, tells=True),)


def _clock(moment: Moment, local: datetime) -> str:
    if moment.language is Language.ES:
        return f"{local:%H:%M}"
    return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < _NOON else 'pm'}"


def _date(moment: Moment, local: datetime) -> str:
    return f"{local.day} {_MONTHS[moment.language].split()[local.month - 1]}"


def _first_name(rota: Rota, staff: str) -> str:
    """How the person is told who plans to phone: the first name of somebody on call, else that of the account."""
    known = rota.named(staff)
    words = known.name.split() if known else _NOT_LETTERS.split(staff.partition("@")[0])
    name = next((word for word in words if word), staff)
    return name if known else name.capitalize()
