"""A look at all open cases of a person: their pages and exactly one next look."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from coach.core.escalation import case_timer
from coach.core.events import CaseStepped, Event, PageQueued, PagesCleared
from coach.core.handbook import Handbook
from coach.core.model import CaseStepKind, Channel, Conversation, Escalation, EscalationState
from coach.core.paging.stages import due, seen_to_at
from coach.core.paging.texts import Link, of_code, page
from coach.core.paging.turns import Page, is_reachable
from coach.core.rota import OnCall, Rota

_MERGED = {"page.again": "page.again_all"}
_REPEATS = frozenset({"page.again", "page.late", "page.not_reached", "page.close_remind"})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A page that is due, and the case it is about."""

    case: Escalation
    page: Page

    @property
    def line(self) -> tuple[int, Channel, str]:
        """What repeats must share to become one message."""
        return self.page.to.id, self.page.channel, self.page.template

    @property
    def repeats(self) -> bool:
        """Whether it says again what was said before, so that it may be merged with others."""
        return self.page.template in _REPEATS and self.page.again > 0


def wake(conversation: Conversation, handbook: Handbook, rota: Rota, link: Link, now: datetime) -> tuple[Event, ...]:
    """Look at all open cases of a person: their pages, and exactly one next CASE timer while any is open."""
    looked = [(case, due(case, handbook.policy.of(case.level), rota, now)) for case in _open(conversation)]
    if not looked:
        return ()
    wanted = [_Wanted(case, one) for case, found in looked for one in found.pages]
    pages = _Pages(conversation, handbook, link, now)
    return (*pages.events(wanted), case_timer(min(found.next_at for _, found in looked)))


def anybody_to_page(rota: Rota) -> bool:
    """Whether there is a single number that can be reached, on duty or not."""
    return any(map(is_reachable, rota.people))


@dataclass(frozen=True, slots=True)
class _Pages:
    conversation: Conversation
    handbook: Handbook
    link: Link
    now: datetime

    def events(self, wanted: list[_Wanted]) -> Iterator[Event]:
        """Each page by itself; repeats to one number about several cases as one message."""
        merged: set[tuple[int, Channel, str]] = set()
        for one in wanted:
            if not one.repeats:
                yield self._page(one.case, one.page, one.page.template)
            elif one.line not in merged:
                merged.add(one.line)
                yield from self._repeat(one, [other for other in wanted if other.repeats and other.line == one.line])

    def _repeat(self, one: _Wanted, together: list[_Wanted]) -> Iterator[Event]:
        """One message of the newest case; all others were paged by it too."""
        cases = {other.case.id: other.case for other in together}
        if one.page.template in _MERGED:
            cases |= {case.id: case for case in self._soon_due(one.page.to)}
        newest = cases.pop(max(cases))
        if not cases:
            yield self._page(newest, one.page, one.page.template)
            return
        highest = max((newest, *cases.values()), key=lambda case: case.level.rank)
        wording = _MERGED.get(one.page.template, one.page.template)
        yield self._page(newest, one.page, wording, highest, len(cases) + 1)
        for number in sorted(cases):
            to, channel = one.page.to.id, one.page.channel
            yield CaseStepped(number, CaseStepKind.PAGED, note=wording, to=to, channel=channel)

    def _soon_due(self, to: OnCall) -> Iterator[Escalation]:
        """Other cases that nobody has and that this person knows of: their repeats come along, a little early."""
        for case in _open(self.conversation):
            since = case.clock
            paged = (s.kind is CaseStepKind.PAGED and s.to == to.id and s.at >= since for s in case.steps)
            if case.state is EscalationState.RAISED and any(paged):
                yield case

    def _page(
        self, case: Escalation, one: Page, template: str, level_of: Escalation | None = None, amount: int = 1
    ) -> PageQueued:
        person, link = self.conversation.participant, self.link(case.id, one.to.id)
        more = {"amount": str(amount)}
        if level_of is not None:
            more["level"] = of_code(level_of, self.handbook, one.to)["level"]
        return page(person, case, one.to, one.channel, self.handbook, self.now, link, template, **more)


def cleared(conversation: Conversation, seen_to: Collection[int]) -> Iterator[PagesCleared]:
    """Pages that nobody needs once somebody sees to these cases.

    A repeat may stand for several cases; it goes out while nobody sees to one of them.
    """
    cases = _open(conversation)
    stood_for = {mark for case in cases if case.id in seen_to for mark in _marks(case, case.clock)}
    needed = {mark for case in cases if case.id not in seen_to for mark in _marks(case, seen_to_at(case))}
    for case in cases:
        marks = _marks(case, case.clock)
        if needed.isdisjoint(marks) and (case.id in seen_to or not stood_for.isdisjoint(marks)):
            yield PagesCleared(case.id, "somebody sees to the case")


def _marks(case: Escalation, since: datetime) -> set[tuple[datetime, int | None, Channel | None]]:
    """What its steps share with those of other cases that the same page is about."""
    paged = (step for step in case.steps if step.kind is CaseStepKind.PAGED and step.at >= since)
    return {(step.at, step.to, step.channel) for step in paged}


def plain_pages(conversation: Conversation, handbook: Handbook, rota: Rota, now: datetime) -> tuple[PageQueued, ...]:
    """The page of last resort, when looking at the cases failed: everybody active, from the rows of the cases alone.

    Whoever was paged about a case within its repeat is left alone, since the look is tried again every minute. Who
    takes no texts is called.
    """
    waiting = [case for case in conversation.escalations if case.is_open and case.owner is None]
    return tuple(
        page(conversation.participant, case, who, _way(who), handbook, now, "")
        for case in waiting
        for who in rota.active
        if is_reachable(who) and not _was_paged(case, who, now - handbook.policy.of(case.level).repeat)
    )


def _way(who: OnCall) -> Channel:
    return Channel.SMS if who.texts else Channel.VOICE


def _open(conversation: Conversation) -> list[Escalation]:
    return [case for case in conversation.escalations if case.is_open]


def _was_paged(case: Escalation, who: OnCall, since: datetime) -> bool:
    return any(step.kind is CaseStepKind.PAGED and step.to == who.id and step.at > since for step in case.steps)
