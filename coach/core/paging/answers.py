"""What an answer to a page does, by text or by key, and the word back; who else is told that a case is taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from coach.core import escalation
from coach.core.content import Numbers
from coach.core.escalation import PageAnswer, PageVerb, Refusal, page_code
from coach.core.events import Event, PageQueued
from coach.core.handbook import Handbook
from coach.core.model import CaseStepKind, Conversation, Escalation, EscalationState
from coach.core.paging.hours import days_later, later
from coach.core.paging.ringing import first_words
from coach.core.paging.texts import Link, at_the_clock, of_case, of_code, text, word
from coach.core.policy import LevelPolicy
from coach.core.rota import OnCall, Rota

_LISTED = 4  # codes in one text


@dataclass(frozen=True, slots=True)
class Unchanged(Refusal):
    """An answer that changes nothing; the sentence is in the language of whoever answered."""

    template: str = "page.unknown"


def no_link(case_id: int, person: int) -> str:
    """No address."""
    del case_id, person
    return ""


def answer(  # noqa: PLR0913, PLR0917 - everything an answer to a page is about
    conversation: Conversation,
    case: Escalation | None,
    who: OnCall,
    said: PageAnswer,
    handbook: Handbook,
    now: datetime,
    link: Link = no_link,
) -> tuple[Event, ...] | Unchanged:
    """What an answer to a page does to the case, with the word back to whoever answered.

    Taking a case takes the older ones of the same person that nobody has; a newer one is another page. To have spoken
    with the person holds for the older ones too.
    """
    if case is None:
        return unchanged("page.unknown", who, handbook, code=said.code or "")
    return Answering(conversation, case, who, handbook, now).decided(said.verb, link)


def unchanged(template: str, who: OnCall, handbook: Handbook, **values: str) -> Unchanged:
    """An answer that changes nothing, in the words of a template."""
    return Unchanged(text(template, handbook, who, **values), template)


def which(cases: Iterable[Escalation], who: OnCall, handbook: Handbook) -> Unchanged:
    """A bare answer while several cases wait, or none: their codes."""
    codes = [page_code(case.id) for case in cases][-_LISTED:]
    if not codes:
        return unchanged("page.none", who, handbook)
    return unchanged("page.list", who, handbook, choices=", ".join(codes))


def help_of(who: OnCall, numbers: Numbers, handbook: Handbook) -> Unchanged:
    """The word to whatever is no answer; whoever is on call no more is told so."""
    template = "page.help" if who.active else "page.not_on_call"
    return unchanged(template, who, handbook, em=numbers.emergency)


def waiting_for(cases: Iterable[Escalation], who: OnCall, verb: PageVerb) -> tuple[Escalation, ...]:
    """Of the cases somebody was paged about or has, those that a bare answer may mean, oldest first."""
    known = sorted((case for case in cases if case.is_open), key=lambda case: case.id)
    own = tuple(case for case in known if case.owner == who.handle)
    nobodys = tuple(case for case in known if case.state is EscalationState.RAISED)
    match verb:
        case PageVerb.ACK:
            return nobodys or tuple(known)
        case PageVerb.PASS:
            return own or nobodys or tuple(known)
        case PageVerb.SPOKE:
            unreached = tuple(case for case in own if case.state is EscalationState.ACKNOWLEDGED)
            return unreached or own  # never what nobody has: it would end the pages of a case that was not meant


def stand_down(case: Escalation, by: str, rota: Rota, handbook: Handbook, now: datetime) -> tuple[PageQueued, ...]:
    """One text to every other person who was paged about this case, and to who had it: who has it now, or closed it.

    `by` is a handle or username.
    """
    paged = {step.to for step in case.steps if step.kind is CaseStepKind.PAGED and step.at >= case.clock}
    others = (one for one in rota.active if one.handle != by and one.texts)
    told = (one for one in others if one.id in paged or one.handle == case.owner)
    return tuple(_taken_by(case, by, one, handbook, now) for one in told)


def _taken_by(case: Escalation, by: str, to: OnCall, handbook: Handbook, now: datetime) -> PageQueued:
    since = at_the_clock(now, to, now)
    template = "page.taken" if case.is_open else "page.closed"
    return word(template, handbook, to, now, **of_code(case, handbook, to), owner=by, time=since)


def promised_by(policy: LevelPolicy, who: OnCall | None, now: datetime) -> datetime:
    """By when the person is to be phoned if a case is taken now, by this number on call or from the dashboard."""
    if who is None:
        return days_later(now, policy.contact_within, policy.hours)
    return later(now, policy.contact_within, policy.hours, who.zone)


@dataclass(frozen=True, slots=True)
class Answering:
    """Somebody on call and the case they are asked about, at a moment."""

    conversation: Conversation
    case: Escalation
    who: OnCall
    handbook: Handbook
    now: datetime

    def decided(self, verb: PageVerb, link: Link) -> tuple[Event, ...] | Unchanged:
        """What an answer does, with the word back; or why it does nothing."""
        refusal = self._refusal(verb)
        if refusal is not None:
            return refusal
        facts = tuple(step for step in self._steps(verb) if not isinstance(step, Refusal))
        return (*facts, self._word_back(verb, link)) if self.who.texts else facts

    def first_words(self) -> tuple[str, bool]:
        """What a call about the case says first, and whether it waits for a key."""
        template = first_words(self.case, self.who, self.now)
        return (self._text(template), True) if template else (self.as_it_is().sentence, False)

    def last_words(self, verb: PageVerb) -> str:
        """What it says once a key was taken."""
        if verb is PageVerb.PASS:
            return self._text("page.call_passed")
        values = self._values(self._gravest) | {"time": self._clock(self._first_until)}
        return text("page.call_yours", self.handbook, self.who, **values)

    def as_it_is(self) -> Unchanged:
        """A case that is closed, or that somebody has."""
        case = self.case
        if not case.is_open:
            by, at = _closed(case)
            return self._unchanged("page.closed", owner=by, time=self._clock(at))
        if case.owner == self.who.handle:
            return self._unchanged("page.yours_already")
        return self._unchanged("page.taken", time=self._clock(_had_since(case)))

    def _refusal(self, verb: PageVerb) -> Unchanged | None:
        """Why an answer changes nothing, by the rules of a case's life."""
        if not any(isinstance(step, Refusal) for step in self._steps(verb)[-1:]):
            return None
        if verb is PageVerb.SPOKE and self.case.is_open:
            return self._unchanged("page.spoke_already")
        return self.as_it_is()

    def _steps(self, verb: PageVerb) -> list[Event | Refusal]:
        """The step of this case comes last, after those of older ones that go with it."""
        match verb:
            case PageVerb.PASS:
                return [escalation.pass_on(self.case, self.who.handle)]
            case PageVerb.ACK:
                return [self._taken(one) for one in self._together]
            case PageVerb.SPOKE:
                own = (c for c in self._older if c.owner in (None, self.who.handle))
                return [escalation.contacted(one, self.who.handle) for one in (*own, self.case)]

    @property
    def _older(self) -> list[Escalation]:
        return [case for case in self.conversation.escalations if case.is_open and case.id < self.case.id]

    @property
    def _together(self) -> list[Escalation]:
        """What is taken together: the older ones that nobody has, and this case."""
        return [*(case for case in self._older if case.state is EscalationState.RAISED), self.case]

    @property
    def _gravest(self) -> Escalation:
        """The one of those that must be told, the newest of equals."""
        return max(self._together, key=lambda case: (case.level.rank, case.id))

    @property
    def _first_until(self) -> datetime:
        return min(map(self._until, self._together))

    def _taken(self, case: Escalation) -> Event | Refusal:
        return escalation.acknowledge(case, self.who.handle, self._until(case), self.now)

    def _until(self, case: Escalation) -> datetime:
        return promised_by(self.handbook.policy.of(case.level), self.who, self.now)

    def _word_back(self, verb: PageVerb, link: Link) -> PageQueued:
        template = {PageVerb.ACK: "page.yours", PageVerb.PASS: "page.passed", PageVerb.SPOKE: "page.spoke"}[verb]
        case = self._gravest if verb is PageVerb.ACK else self.case
        values = {"time": self._clock(self._first_until), "link": link(case.id, self.who.id), **self._values(case)}
        return word(template, self.handbook, self.who, self.now, **values)

    def _text(self, template: str, **more: str) -> str:
        return text(template, self.handbook, self.who, **{**self._values(self.case), **more})

    def _unchanged(self, template: str, **more: str) -> Unchanged:
        return Unchanged(self._text(template, **more), template)

    def _values(self, case: Escalation) -> dict[str, str]:
        known = of_case(self.conversation.participant, case, self.handbook, self.who)
        return known | {"owner": case.owner or ""}

    def _clock(self, at: datetime) -> str:
        return at_the_clock(at, self.who, self.now)


def _closed(case: Escalation) -> tuple[str, datetime]:
    steps = [step for step in case.steps if step.kind is CaseStepKind.CLOSED]
    by, at = (steps[-1].staff, steps[-1].at) if steps else (None, case.raised_at)
    return by or case.owner or "?", at


def _had_since(case: Escalation) -> datetime:
    """When the one who has a case took it, or spoke with the person without taking it first."""
    kinds = (CaseStepKind.ACKNOWLEDGED, CaseStepKind.CONTACTED)
    own = (step.at for step in case.steps if step.kind in kinds and step.staff == case.owner and step.at >= case.clock)
    return min(own, default=case.raised_at)
