"""The wording of pages: initials, level and code of a case, never a name, number, sign or word of the person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from coach.core.content import render
from coach.core.escalation import page_code
from coach.core.events import PageQueued
from coach.core.handbook import Handbook
from coach.core.model import Channel, Escalation, Participant
from coach.core.rota import OnCall
from coach.core.schedule import local

Link: TypeAlias = Callable[[int, int], str]
"""The signed address of a case for one person on call: (case id, OnCall.id) -> address, "" when there is none."""

ANSWERS_LAST = timedelta(minutes=30)
"""How long the word back to whoever answered is worth sending."""

_USEFUL_AT_LEAST = timedelta(minutes=5)
_TRIES_LAST = timedelta(minutes=15)


def page(  # noqa: PLR0913, PLR0917 - everything a page says
    person: Participant,
    case: Escalation,
    to: OnCall,
    channel: Channel,
    handbook: Handbook,
    now: datetime,
    link: str,
    template: str = "page.new",
    **more: str,
) -> PageQueued:
    """A page about a case to one number. It lasts for two repeats, so that it never comes after those that follow."""
    values = {"owner": case.owner or "", **of_case(person, case, handbook, to), **more}
    body = text(template, handbook, to, **values, link=link)
    until = now + 2 * max(handbook.policy.of(case.level).repeat, _USEFUL_AT_LEAST)
    return PageQueued(to.id, to.phone, channel, template, body, until, f"a case is open: {case.because}", case.id)


def word(template: str, handbook: Handbook, to: OnCall, now: datetime, **values: str) -> PageQueued:
    """A text to somebody on call that is no page: what became of their answer, or who has a case."""
    body = text(template, handbook, to, **values)
    because = "it answers or follows what staff did"
    return PageQueued(to.id, to.phone, Channel.SMS, template, body, now + ANSWERS_LAST, because)


def page_to_try(to: OnCall, handbook: Handbook, now: datetime, because: str) -> PageQueued:
    """A page about no case, to see that a number works: a text, or a call to whoever takes no texts."""
    channel = Channel.SMS if to.texts else Channel.VOICE
    body = text("page.test", handbook, to)
    return PageQueued(to.id, to.phone, channel, "page.test", body, now + _TRIES_LAST, because)


def text(template: str, handbook: Handbook, to: OnCall, **values: str) -> str:
    """The wording of a text to staff, in their language, without a gap where a link is left out."""
    known = {"org": handbook.organisation, **values}
    return render(handbook.library.templates[template], to.language, known, "").strip()


def of_case(person: Participant, case: Escalation, handbook: Handbook, to: OnCall) -> dict[str, str]:
    """What the placeholders of a page stand for."""
    return {**of_code(case, handbook, to), "initials": initials(person.name)}


def of_code(case: Escalation, handbook: Handbook, to: OnCall) -> dict[str, str]:
    """The same without the person."""
    return {"level": text(f"words.{case.level}", handbook, to), "code": page_code(case.id)}


def initials(name: str) -> str:
    """The first letters of a name's words; "?" when there is none."""
    return " ".join(f"{word[0].upper()}." for word in name.split()) or "?"


def at_the_clock(at: datetime, who: OnCall, now: datetime) -> str:
    """A moment by the clock of whoever reads it, with the date when that is another than today's."""
    wall = local(at, who.zone)
    return f"{wall:%H:%M}" if wall.date() == local(now, who.zone).date() else f"{wall:%Y-%m-%d %H:%M}"
