"""A look at all open cases of a person: what became of the words to them, their pages, and what is asked after them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coach.core import paging
from coach.core.conversation import follow_up, unheard, unreached
from coach.core.conversation.memory import after
from coach.core.conversation.moment import Moment
from coach.core.events import Event
from coach.core.rota import Rota, on_duty


def look(moment: Moment, rota: Rota, link: paging.Link) -> tuple[Event, ...]:
    """Everything that the open cases of a person call for now, and exactly one next look while any is open.

    What is found out about the person comes first, so that the pages of the same look say it.
    """
    found = tuple(_found(moment))
    known = replace(moment, conversation=after(moment.conversation, found, moment.now))
    calls = tuple(_calls(known))
    asked = follow_up.begin(known, staffed=any(map(paging.is_reachable, on_duty(rota, moment.now))))
    return (*found, *calls, *asked, *paging.wake(known.conversation, moment.handbook, rota, link, moment.now))


def _found(moment: Moment) -> Iterator[Event]:
    for case in moment.conversation.escalations:
        yield from tuple(unreached.noted(moment, case)) or unheard.foreseen(moment, case)


def _calls(moment: Moment) -> list[Event]:
    """One call at most: it says the gravest, and of others the newest."""
    cases = sorted(moment.conversation.escalations, key=lambda case: (-case.level.rank, -case.id))
    calls = (unheard.undelivered(moment, case) for case in cases)
    return list(next((call for call in calls if call), ()))
