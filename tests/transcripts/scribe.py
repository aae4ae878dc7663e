"""Writes down what happened, one line each, so that a nurse can read it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from coach.core.events import (
    CaseStepped,
    EscalationAcknowledged,
    EscalationClosed,
    EscalationContacted,
    EscalationPassed,
    EscalationRaised,
    EscalationRelevelled,
    EscalationReopened,
    Event,
    MessageQueued,
    PageQueued,
    TaskRaised,
)
from coach.core.model import CaseStepKind, Channel, Conversation, Lane
from coach.core.rota import Rota
from tests.transcripts.scripts import stamp

_SHOWN = 60
_LINK = re.compile(r"https://\S+")
_BY = {Channel.SMS: "text", Channel.VOICE: "call"}
_DONE: dict[type[Event], str] = {
    EscalationAcknowledged: "taken",
    EscalationPassed: "passed on",
    EscalationContacted: "the person was reached",
    EscalationClosed: "closed",
    EscalationReopened: "open again",
}


@dataclass
class Scribe:
    """Keeps the lines in the order in which things happened."""

    lines: list[str] = field(default_factory=list)
    _tasks: Counter[tuple[str, str]] = field(default_factory=Counter)  # written down: kind and reason
    _keys: set[str] = field(default_factory=set)  # of tasks, each of which is raised once

    def write(self, mark: str, at: datetime, words: str) -> None:
        """One line of any kind."""
        self.lines.append(f"{mark} {stamp(at)}{' ' + words if words else ''}")

    def heard(self, conversation: Conversation, events: tuple[Event, ...], rota: Rota, at: datetime) -> None:
        """The facts that somebody hears of; `conversation` is what is known once they are kept."""
        for event in events:
            line = None if self._is_known(event) else _line(conversation, event)
            if line:
                self.write(*line[:1], at, line[1])
        for page in _pages(events, rota):
            self.write("<", at, page)

    def work(self, kept: Iterable[tuple[str, str]], at: datetime) -> None:
        """Work for a coordinator, kind and reason, as it is kept: what is not written down yet was raised by tables."""
        for (kind, because), times in (Counter(kept) - self._tasks).items():
            self._tasks[kind, because] += times
            for _ in range(times):
                self.write("!", at, _work(kind, because))

    def _is_known(self, event: Event) -> bool:
        if not isinstance(event, TaskRaised):
            return False
        known = event.key in self._keys
        self._tasks[event.kind, event.because] += not known
        self._keys |= {event.key} if event.key else set()
        return known


def _pages(events: tuple[Event, ...], rota: Rota) -> Iterator[str]:
    """One line for all who get the same page; the address in it differs and is left out."""
    found: dict[tuple[bool, str], list[str]] = {}
    for event in events:
        if isinstance(event, PageQueued):
            is_page = event.lane is Lane.PAGE and event.escalation_id is not None
            who = rota.person(event.to)
            name = f"{who.name.split()[0] if who else '?'} by {_BY[event.channel]}"
            found.setdefault((is_page, _LINK.sub("", event.body).strip()), []).append(name)
    for (is_page, body), names in found.items():
        yield f"{'page' if is_page else 'word'} → {', '.join(names)}: {body}"


def _line(conversation: Conversation, event: Event) -> tuple[str, str] | None:
    match event:
        case MessageQueued():
            return "<", _said(conversation, event)
        case TaskRaised():
            return "!", _work(event.kind, event.because)
        case EscalationRaised():
            return "=", f"case {conversation.escalations[-1].id}: raised, {event.level}: {event.because}"
        case EscalationRelevelled():
            return "=", f"case {event.escalation_id}: now {event.level}: {event.because}"
        case CaseStepped():
            return "=", f"case {event.escalation_id}: {event.kind}{_beside(_readable(event))}"
        case _ if type(event) in _DONE:
            who: str | None = getattr(event, "staff", None)
            staff = f" by {who}" if who else ""
            case_id: int = getattr(event, "escalation_id", 0)
            note = getattr(event, "outcome", "") or getattr(event, "note", "") or getattr(event, "because", "")
            return "=", f"case {case_id}: {_DONE[type(event)]}{staff}{_beside(note)}"
    return None


def _said(conversation: Conversation, event: MessageQueued) -> str:
    name = conversation.participant.name.split()[0]
    if event.channel is Channel.VOICE:
        return f"coach → {name} [call] {event.template}"
    body = event.body
    if event.lane is Lane.PROMPT and len(body) > _SHOWN:
        body = body[:_SHOWN].rsplit(" ", 1)[0] + " …"
    return f"coach → {name} [{event.lane.name.lower()}] {body}"


def _readable(step: CaseStepped) -> str:
    """Its note; the moment that was promised by everybody's clock."""
    return f"by {stamp(datetime.fromisoformat(step.note))}" if step.kind is CaseStepKind.PROMISED else step.note


def _work(kind: str, because: str) -> str:
    return f"task for a coordinator: {kind}: {because}"


def _beside(note: str) -> str:
    return f" ({note})" if note else ""
