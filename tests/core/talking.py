"""A conversation in memory: what the store would have kept after each decision, so that rules read as a dialogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from coach.adapters.library.handbook import load_handbook
from coach.core import conversation as core
from coach.core import escalation, paging
from coach.core.conversation import aftercare
from coach.core.conversation.case_look import look
from coach.core.conversation.memory import after, recalled
from coach.core.events import (
    Event,
    MessageQueued,
    PageQueued,
    PromptSkipped,
    Said,
    TaskRaised,
    TimersCleared,
    TimerSet,
)
from coach.core.model import (
    OF_CASES,
    CaseStep,
    Channel,
    Conversation,
    Escalation,
    InboundMessage,
    Language,
    Participant,
    Sent,
    Status,
    Timer,
    TimerKind,
)
from coach.core.rota import OnCall, Rota

HANDBOOK = load_handbook(Path(__file__).parents[2] / "messages", "Leg Coach", "+1 202-555-0199")
_E = TypeVar("_E")


@dataclass
class Talk:
    """Somebody who talks with the coach at moments that the test chooses."""

    now: datetime
    conversation: Conversation
    timers: dict[str, Timer] = field(default_factory=dict)
    last: tuple[Event, ...] = ()
    rota: Rota = field(default_factory=Rota)
    texts_arrive: bool = True  # and the carrier says so; else it says nothing

    def says(self, body: str, channel: Channel = Channel.SMS, opt_out_type: str | None = None) -> tuple[Event, ...]:
        """Let the person write or speak, a minute later; gives the facts of the decision."""
        self.now += timedelta(minutes=1)
        person = self.conversation.participant.phone
        message = InboundMessage(
            f"SM{self.now.timestamp():.0f}", person, "+12025550100", body, self.now, channel, opt_out_type
        )
        return self.keep(core.respond(self.known(), message, HANDBOOK, self.now))

    def known(self) -> Conversation:
        """What the store would load now."""
        self.conversation = recalled(self.conversation, self.now)
        return self.conversation

    def invited(self) -> tuple[Event, ...]:
        """Staff enrol the person."""
        return self.keep(core.invite_later(core.Moment(self.conversation, HANDBOOK, self.now)))

    def call_opens(self) -> tuple[Event, ...]:
        """A call reached the person and they pressed 1."""
        return self.keep(core.open_call(self.known(), HANDBOOK, self.now))

    def at(self, moment: datetime) -> Talk:
        """Let time pass, firing what comes due on the way, in order."""
        while due := sorted((t for t in self.timers.values() if t.due_at <= moment), key=_turn):
            timer = due[0]
            del self.timers[timer.key]
            self.fired.add(timer.key)
            self.now = max(self.now, timer.due_at)
            self.keep(self.fires(timer))
        self.now = moment
        return self

    def fires(self, timer: Timer) -> tuple[Event, ...]:
        """What a timer causes; a look at cases goes by the rota, as the service does it."""
        if timer.kind != TimerKind.CASE:
            return core.fire(self.known(), timer, HANDBOOK, self.now)
        self.known()
        return look(self.moment(), self.rota, self.link)

    def link(self, case_id: int, person: int) -> str:
        """An address that says what it opens."""
        return f"https://coach.example.org/page/{case_id}-{person}"

    def answers_page(self, body: str, who: OnCall) -> tuple[Event, ...] | escalation.Refusal | None:
        """Let somebody on call answer a page; None when it is no answer to one."""
        said = escalation.page_answer(body)
        if said is None:
            return None
        named = (c for c in self.known().escalations if said.code in (None, escalation.page_code(c.id)))
        case = next(iter(sorted(named, key=lambda c: (c.is_open, c.id), reverse=True)), None)
        answered = paging.answer(self.conversation, case, who, said, HANDBOOK, self.now)
        if isinstance(answered, escalation.Refusal):
            return answered
        return self.keep(aftercare.following(self.moment(), answered, who.handle, self.rota))

    def taken(self, staff: str) -> tuple[Event, ...]:
        """Somebody takes the newest case in the dashboard."""
        promise = paging.promised_by(HANDBOOK.policy.of(self.case.level), self.rota.named(staff), self.now)
        fact = escalation.acknowledge(self.case, staff, promise, self.now)
        assert not isinstance(fact, escalation.Refusal), fact.sentence
        return self.keep(aftercare.following(self.moment(), (fact,), staff, self.rota))

    @property
    def case(self) -> Escalation:
        """The newest case."""
        return self.conversation.escalations[-1]

    @property
    def steps(self) -> tuple[CaseStep, ...]:
        """Its trail."""
        return self.case.steps

    def prompted(self, moment: datetime) -> tuple[MessageQueued, ...]:
        """What is queued by time alone until a moment."""
        before = len(self.queued)
        self.at(moment)
        return tuple(self.queued[before:])

    fired: set[str] = field(default_factory=set)  # keys of timers that came due; but for cases, they are used up
    keys: set[str] = field(default_factory=set)  # of tasks, each of which is raised once
    queued: list[MessageQueued] = field(default_factory=list)
    skipped: list[PromptSkipped] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    paged: list[PageQueued] = field(default_factory=list)

    def moment(self) -> core.Moment:
        """Now, as every rule takes it."""
        return core.Moment(self.conversation, HANDBOOK, self.now)

    def keep(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """What the store would do with the facts of a decision."""
        self.conversation = after(self.conversation, events, self.now)
        self.conversation = replace(self.conversation, sent=tuple(map(self._confirmed, self.conversation.sent)))
        for event in events:
            if isinstance(event, MessageQueued):
                self.queued.append(event)
            if isinstance(event, PromptSkipped):
                self.skipped.append(event)
            if isinstance(event, TaskRaised) and event.key not in self.keys:
                self.raised.append(event.kind)
                self.keys |= {event.key} if event.key else set()
            if isinstance(event, PageQueued):
                self.paged.append(event)
            if isinstance(event, TimersCleared):
                cleared = set(event.kinds) - OF_CASES
                self.timers = {key: timer for key, timer in self.timers.items() if timer.kind not in cleared}
            if isinstance(event, TimerSet) and (event.kind in OF_CASES or event.key not in self.fired):
                self.timers[event.key] = Timer(0, 1, event.kind, event.key, event.due_at, event.payload)
        self.last = events
        return events

    def _confirmed(self, sent: Sent) -> Sent:
        now = sent.at == self.now and sent.channel is Channel.SMS
        return replace(sent, confirmed=True) if now and self.texts_arrive else sent


def _turn(timer: Timer) -> tuple[datetime, bool]:
    """What is due earliest, and of what is due at once the look at cases: the store claims them so."""
    return timer.due_at, timer.kind not in OF_CASES


def meet(now: datetime, **facts: object) -> Talk:
    """Somebody in New York, born in 1948; a stranger unless told otherwise."""
    person = Participant(1, "+12025550142", Status.STRANGER, Language.EN, "US", birth_year=1948)
    return Talk(now, Conversation(replace(person, **facts)))  # type: ignore[arg-type]  # facts of Participant


def of(events: Iterable[Event], kind: type[_E]) -> list[_E]:
    """The facts of one kind."""
    return [event for event in events if isinstance(event, kind)]


def templates(events: Iterable[Event]) -> list[str]:
    """The ids of what was queued or spoken, in order."""
    return [event.template for event in events if isinstance(event, MessageQueued | Said)]


def groups(events: Iterable[Event]) -> list[str]:
    """The same by the first group of each text, for answers of which there are several."""
    known = HANDBOOK.library.templates  # a call has no text
    return [min(known[template].groups) if template in known else template for template in templates(events)]


def tasks(events: Iterable[Event]) -> list[str]:
    """The kinds of work raised for coordinators."""
    return [task.kind for task in of(events, TaskRaised)]
