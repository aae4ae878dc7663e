"""Who is paged about open cases, when and in which words, computed from the case, its steps, the policy and the rota.

Nothing is remembered between looks: a look that is lost, doubled or late does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from coach.core.content import render
from coach.core.escalation import PageAnswer, Refusal, page_code
from coach.core.events import Event, PageQueued
from coach.core.handbook import Handbook
from coach.core.model import CaseStepKind, Channel, Conversation, Escalation, Participant
from coach.core.policy import LevelPolicy
from coach.core.rota import OnCall, Rota

Link: TypeAlias = Callable[[int, int], str]
"""The signed address of a case for one person on call: (case id, OnCall.id) -> address, "" when there is none."""

_USEFUL_AT_LEAST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Page:
    """One message to one person on call."""

    to: OnCall
    channel: Channel
    turn: int  # 0 is the first
    again: int  # how often this person was paged about the case before


@dataclass(frozen=True, slots=True)
class Due:
    """The pages of this moment, and when to look again. While a case is open, now < next_at <= now + longest repeat."""

    pages: tuple[Page, ...]
    next_at: datetime


def due(case: Escalation, policy: LevelPolicy, rota: Rota, now: datetime) -> Due:
    """What an open case calls for now."""
    del case, rota
    return Due((), now + policy.repeat)


def wake(conversation: Conversation, handbook: Handbook, rota: Rota, link: Link, now: datetime) -> tuple[Event, ...]:
    """Look at all open cases of a person: their pages, and exactly one next CASE timer while any is open."""
    del conversation, handbook, rota, link, now
    return ()


def answer(  # noqa: PLR0913, PLR0917 - everything an answer to a page is about
    conversation: Conversation,
    case: Escalation | None,
    who: OnCall,
    said: PageAnswer,
    handbook: Handbook,
    now: datetime,
) -> tuple[Event, ...] | Refusal:
    """What an answer to a page does to the case, with the word back to whoever answered. Nothing without a case."""
    del conversation, case, who, said, handbook, now
    return ()


def stand_down(case: Escalation, by: str, rota: Rota, handbook: Handbook, now: datetime) -> tuple[PageQueued, ...]:
    """One text to every other person who was paged about this case: who has it. `by` is a handle or username."""
    del case, by, rota, handbook, now
    return ()


def promised_by(case: Escalation, policy: LevelPolicy, who: OnCall | None, now: datetime) -> datetime:
    """By when the person is to be phoned if the case is taken now, by this number on call or from the dashboard."""
    del case, who
    return now + policy.contact_within


def plain_pages(conversation: Conversation, handbook: Handbook, rota: Rota, now: datetime) -> tuple[PageQueued, ...]:
    """The page of last resort, when looking at the cases failed: everybody active, from the rows of the cases alone.

    Whoever was paged about a case within its repeat is left alone, since the look is tried again every minute.
    """
    waiting = [case for case in conversation.escalations if case.is_open and case.owner is None]
    return tuple(
        page(conversation.participant, case, who, Channel.SMS, handbook, now, "")
        for case in waiting
        for who in rota.active
        if not _was_paged(case, who, now - handbook.policy.of(case.level).repeat)
    )


def page(  # noqa: PLR0913, PLR0917 - everything a page says
    person: Participant, case: Escalation, to: OnCall, channel: Channel, handbook: Handbook, now: datetime, link: str
) -> PageQueued:
    """The first page about a case to one number. It says no name, number, sign or word of the person."""
    body = text("page.new", handbook, to, **of_case(person, case, handbook, to), link=link)
    until = now + 2 * max(handbook.policy.of(case.level).repeat, _USEFUL_AT_LEAST)
    return PageQueued(to.id, to.phone, channel, "page.new", body, until, f"a case is open: {case.because}", case.id)


def text(template: str, handbook: Handbook, to: OnCall, **values: str) -> str:
    """The wording of a text to staff, in their language, without a gap where a link is left out."""
    return render(handbook.library.templates[template], to.language, values, "").strip()


def of_case(person: Participant, case: Escalation, handbook: Handbook, to: OnCall) -> dict[str, str]:
    """What the placeholders of a page stand for."""
    level = text(f"words.{case.level}", handbook, to)
    return {"level": level, "initials": initials(person.name), "code": page_code(case.id)}


def initials(name: str) -> str:
    """The first letters of a name's words; "?" when there is none."""
    return " ".join(f"{word[0].upper()}." for word in name.split()) or "?"


def _was_paged(case: Escalation, who: OnCall, since: datetime) -> bool:
    return any(step.kind is CaseStepKind.PAGED and step.to == who.id and step.at > since for step in case.steps)
