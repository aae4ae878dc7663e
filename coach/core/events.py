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
    CaseStepKind,
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
    escalation_id: int | None = None  # the case that was there before and that it is about
    tells: bool = False  # it tells of the case of this same decision, which has no id yet


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
    clock: datetime | None = None  # when the reply behind it came in, if that was before the decision
    rules_version: str = ""
    explanation: Mapping[str, object] | None = None  # JSON; see coach.core.explain


@dataclass(frozen=True, slots=True)
class EscalationAcknowledged:
    """A coordinator took a case, and when they should have reached the person."""

    escalation_id: int
    staff: str
    contact_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class EscalationPassed:
    """Whoever had a case, or was asked to take it, gave it on: nobody has it now."""

    escalation_id: int
    staff: str


@dataclass(frozen=True, slots=True)
class EscalationContacted:
    """Somebody spoke with the person; no `staff` when the person told so."""

    escalation_id: int
    staff: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class EscalationClosed:
    """A coordinator ended a case with a coded outcome."""

    escalation_id: int
    staff: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class EscalationReopened:
    """A closed case is open again and nobody has it; no `staff` when the person's answer did it."""

    escalation_id: int
    staff: str | None
    because: str


@dataclass(frozen=True, slots=True)
class EscalationRelevelled:
    """An answer changed the level of an open case."""

    escalation_id: int
    level: Disposition
    because: str


@dataclass(frozen=True, slots=True)
class CaseStepped:
    """Something happened to a case that does not change its state."""

    escalation_id: int
    kind: CaseStepKind
    staff: str | None = None
    note: str = ""
    to: int | None = None  # participant id of the ON_CALL row it concerns
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class PageQueued:
    """A message to a number of staff; with a case it also is a step PAGED of that case.

    `to` is the participant id of the ON_CALL row, `recipient` its number. With channel VOICE it starts a call, and
    `body` is what the text of the same page says.
    """

    to: int
    recipient: str
    channel: Channel
    template: str
    body: str
    expires_at: datetime
    because: str
    escalation_id: int | None = None  # None: an alarm, the rota, or an answer to staff
    lane: Lane = Lane.PAGE


@dataclass(frozen=True, slots=True)
class TaskRaised:
    """Work for a coordinator that is no case: an unread text, an unanswered question, somebody asking for a person."""

    kind: str
    because: str
    key: str | None = None  # unique per participant for ever, so a repeat is harmless; None: every one counts
    explanation: Mapping[str, object] | None = None  # JSON; see coach.core.explain


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

    Out of `active` no prompt is queued or due any more; whoever has left has no timer but that of their cases.
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
    birth_year: int | None = None
    call_pin: str | None = field(default=None, repr=False)
    no_voicemail: bool | None = None


@dataclass(frozen=True, slots=True)
class TimerSet:
    """Something will be due. The key is unique per participant for ever, so a repeat is harmless."""

    kind: TimerKind
    key: str
    due_at: datetime
    payload: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimersCleared:
    """Pending timers of these kinds are cancelled; those of cases never are."""

    kinds: tuple[TimerKind, ...]


@dataclass(frozen=True, slots=True)
class OutboxCleared:
    """Messages not yet claimed in these lanes are cancelled."""

    lanes: tuple[Lane, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class PagesCleared:
    """Pages about a case that are not yet claimed are cancelled."""

    escalation_id: int
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
    | EscalationPassed
    | EscalationContacted
    | EscalationClosed
    | EscalationReopened
    | EscalationRelevelled
    | CaseStepped
    | PageQueued
    | TaskRaised
    | ConsentRecorded
    | StatusChanged
    | DetailsChanged
    | TimerSet
    | TimersCleared
    | OutboxCleared
    | PagesCleared
    | PromptSkipped
)
