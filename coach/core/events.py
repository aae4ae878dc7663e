"""Past-tense facts that a decision returns; the store records them in one transaction.

A fact says everything needed to record it. Ids are given by the store, so facts name things that are new by value and
things that exist by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeAlias

from coach.core.model import (
    Asked,
    Assessment,
    Channel,
    Density,
    Disposition,
    Lane,
    Observation,
    PassedOver,
    Profile,
    Reply,
    Status,
    TimerKind,
)


@dataclass(frozen=True, slots=True)
class ReplyRead:
    """A received text was read and triaged."""

    reply: Reply
    assessment: Assessment
    asked: Asked


@dataclass(frozen=True, slots=True)
class Observed:
    """A dated fact about the participant became known."""

    observation: Observation


@dataclass(frozen=True, slots=True)
class MessageQueued:
    """A message is to be sent. With channel VOICE it starts a call, and `body` is empty."""

    template: str
    body: str
    lane: Lane
    expires_at: datetime
    because: str  # one plain clause for "why did I get this"
    channel: Channel = Channel.SMS
    passed_over: tuple[PassedOver, ...] = ()  # texts of the same group that were not safe for this person


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence to be spoken in the call that is going on."""

    template: str
    body: str


@dataclass(frozen=True, slots=True)
class CheckInOpened:
    """A question was put; it replaces an open one that asked the same."""

    asked: Asked
    day: date
    scheduled: bool = True
    base: float | None = None
    need: float | None = None
    about: str | None = None  # the sign that a yes shows, or the fact that is asked for


@dataclass(frozen=True, slots=True)
class CheckInClosed:
    """An open question was answered, replaced or given up."""

    check_in_id: int
    answered: bool


@dataclass(frozen=True, slots=True)
class EscalationRaised:
    """A case opens. `rules` are the codes and rule ids, `quote` the words that caused it."""

    level: Disposition
    rules: tuple[str, ...]
    because: str
    quote: str


@dataclass(frozen=True, slots=True)
class EscalationAcknowledged:
    """A coordinator took a case."""

    escalation_id: int
    staff: str


@dataclass(frozen=True, slots=True)
class EscalationClosed:
    """A coordinator ended a case with a coded outcome."""

    escalation_id: int
    staff: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class TaskRaised:
    """Work for a coordinator that is no case: an unread text, an unanswered question, somebody asking for a person."""

    kind: str
    because: str


@dataclass(frozen=True, slots=True)
class ConsentRecorded:
    """Append-only proof: what was asked or answered, in which words. `step`: invited, confirmed, declined, revoked."""

    step: str
    wording_id: str
    wording_version: str
    wording: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The participant's standing changed.

    Out of `active` no prompt is queued or due any more; whoever has left has no timer at all.
    """

    status: Status


@dataclass(frozen=True, slots=True)
class DetailsChanged:
    """Facts about the participant changed; None leaves a field as it is."""

    name: str | None = None
    language: str | None = None
    zone: str | None = None
    country: str | None = None
    channel: Channel | None = None
    enrolled_on: date | None = None
    programme: str | None = None
    programme_on: date | None = None
    density: Density | None = None
    ask_at: time | None = None
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class TimerSet:
    """Something will be due. The key is unique per participant for ever, so a repeat is harmless."""

    kind: TimerKind
    key: str
    due_at: datetime
    payload: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimersCleared:
    """Pending timers of these kinds are cancelled."""

    kinds: tuple[TimerKind, ...]


@dataclass(frozen=True, slots=True)
class OutboxCleared:
    """Messages not yet claimed in these lanes are cancelled."""

    lanes: tuple[Lane, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class PromptSkipped:
    """A scheduled prompt was not sent; `reason` is a SkipReason of coach.core.programme, `because` a plain clause."""

    slot: str
    day: date
    reason: str
    because: str
    passed_over: tuple[PassedOver, ...] = ()


Event: TypeAlias = (
    ReplyRead
    | Observed
    | MessageQueued
    | Said
    | CheckInOpened
    | CheckInClosed
    | EscalationRaised
    | EscalationAcknowledged
    | EscalationClosed
    | TaskRaised
    | ConsentRecorded
    | StatusChanged
    | DetailsChanged
    | TimerSet
    | TimersCleared
    | OutboxCleared
    | PromptSkipped
)
