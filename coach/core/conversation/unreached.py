"""Whether anything about a case has reached the person, and what is done at once when nothing has.

The store notes a message that did not arrive as a step of its case; what that calls for is decided here, at the next
look at the case. Several messages that are lost, or one that is lost twice, call for one call and one page.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from coach.core.conversation.case_answers import knows_what_to_do
from coach.core.conversation.moment import Moment
from coach.core.events import CaseStepped, Event
from coach.core.model import CaseStep, CaseStepKind, Channel, Escalation, EscalationState, Sent
from coach.core.policy import WhenUndelivered

ALARM_CALL = "voice.alarm"
"""The call that says an alarm."""

STILL_USEFUL = timedelta(hours=2)
"""So long after an alarm it may be said again, and a call is about it."""

_WAITING = (EscalationState.RAISED, EscalationState.ACKNOWLEDGED)
_WHO_WILL_PHONE = frozenset(
    {"follow_up.call_by", "follow_up.call_by_day", "follow_up.call_within", "follow_up.staffed"}
)
"""Texts about a case that do not say what to do about it."""
_SAID_AGAIN = frozenset({"escalation.emergency_again", "follow_up.still_unsafe"})
_SPOKEN = frozenset(
    {"voice.emergency", "voice.self_harm", "voice.self_harm_alone", "voice.urgent", "spoken.escalation_urgent"}
)


def noted(moment: Moment, case: Escalation) -> Iterator[Event]:
    """That nothing about a case has reached the person, where that is news to whoever is paged."""
    wanted = moment.handbook.policy.of(case.level).when_undelivered is not WhenUndelivered.TASK
    if wanted and is_unreached(moment, case) and _is_news(case):
        yield CaseStepped(case.id, CaseStepKind.UNREACHED)


def wants_call(moment: Moment, case: Escalation) -> bool:
    """Whether the words that did not arrive are to be said in a call now: once, while they are of use."""
    wanted = moment.handbook.policy.of(case.level).when_undelivered is WhenUndelivered.CALL
    return wanted and is_unreached(moment, case) and is_useful(moment, case) and called_at(case) is None


def is_unreached(moment: Moment, case: Escalation) -> bool:
    """Whether a text about a case was lost and none is known to have arrived; not once anybody has spoken with them.

    A person who says that they have called, or were seen, needs no text about it any more.
    """
    lost = any(step.at >= case.clock for step in case.steps if _is_lost_text(step))
    waits = case.state in _WAITING and lost and not knows_what_to_do(case)
    return waits and not was_told(moment, case)


def was_told(moment: Moment, case: Escalation) -> bool:
    """Whether it is known that the person has been told what to do: the text is on their phone, or a call said it."""
    told = told_text(case)
    spoken = _SPOKEN | {told, moment.spoken_form(told)}
    own = {(step.note, step.at) for step in case.steps if _says_what_to_do(step) or _says_it_again(step)}
    since = (sent for sent in moment.conversation.sent if sent.at >= case.clock)
    return any(sent.template in spoken if sent.channel is Channel.VOICE else _arrived(sent, own) for sent in since)


def is_useful(moment: Moment, case: Escalation) -> bool:
    """Whether the words about a case are still worth saying in a call."""
    last = max((step.at for step in case.steps if _says_what_to_do(step)), default=case.raised_at)
    return moment.now - last <= STILL_USEFUL


def told_text(case: Escalation) -> str | None:
    """The text that said what to do about a case, by the id of its template: the first one, which says all of it."""
    return next((step.note for step in case.steps if step.at >= case.clock and _says_what_to_do(step)), None)


def called_at(case: Escalation) -> datetime | None:
    """When the person was last called about a case."""
    calls = (s for s in case.steps if s.kind is CaseStepKind.FOLLOWED_UP and s.note == ALARM_CALL)
    return max((step.at for step in calls if step.at >= case.clock), default=None)


def _arrived(sent: Sent, own: AbstractSet[tuple[str, datetime]]) -> bool:
    """Only the words about this very case count: those about another say nothing of what to do about it."""
    return sent.confirmed and (sent.template, sent.at) in own


def _says_what_to_do(step: CaseStep) -> bool:
    told = step.kind is CaseStepKind.TOLD and step.channel is Channel.SMS
    return told and step.note not in _WHO_WILL_PHONE


def _says_it_again(step: CaseStep) -> bool:
    followed_up = step.kind is CaseStepKind.FOLLOWED_UP and step.channel is Channel.SMS
    return followed_up and step.note in _SAID_AGAIN


def _is_lost_text(step: CaseStep) -> bool:
    return step.kind is CaseStepKind.NOT_DELIVERED and step.channel is Channel.SMS


def _is_news(case: Escalation) -> bool:
    """Once, and once more for whoever has taken the case meanwhile and then sends them a word in vain."""
    taken = (place for place, step in enumerate(case.steps) if step.kind is CaseStepKind.ACKNOWLEDGED)
    since = [step for step in case.steps[max(taken, default=-1) + 1 :] if step.at >= case.clock]
    return any(map(_is_lost_text, since)) and all(step.kind is not CaseStepKind.UNREACHED for step in since)
