"""What was heard of a person lately, as far as it bears on the next prompt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from coach.core.model import Asked, Conversation, Kind, Observation


def reported(conversation: Conversation, now: datetime, within: timedelta) -> frozenset[str]:
    """The signs told in a time before now."""
    facts = (fact for fact in conversation.observations if fact.kind is Kind.SIGN and now - fact.at <= within)
    return frozenset(fact.code for fact in facts if fact.code)


def scores(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """The weakness scores among observations, in their order."""
    return tuple(fact for fact in observations if fact.kind is Kind.WEAKNESS and fact.value is not None)


def last_heard(observations: Iterable[Observation]) -> datetime | None:
    """When anything at all was received last."""
    return max((fact.at for fact in observations if fact.kind is Kind.HEARD), default=None)


def missed_in_a_row(conversation: Conversation) -> int:
    """How many planned check-ins went without an answer since the person was last heard, the newest included."""
    heard = last_heard(conversation.observations)
    return sum(
        question.scheduled and question.asked is Asked.WEAKNESS and question.answered_at is None
        for question in conversation.check_ins
        if heard is None or question.opened_at > heard
    )


def silent_for(conversation: Conversation, now: datetime) -> timedelta:
    """How long nothing was heard after a question was put; zero while nothing waits for an answer."""
    heard = last_heard(conversation.observations)
    waiting = [q.opened_at for q in conversation.check_ins if q.scheduled and (heard is None or q.opened_at > heard)]
    return now - waiting[0] if waiting else timedelta(0)


def last_score(conversation: Conversation) -> Observation | None:
    """The newest weakness score."""
    given = scores(conversation.observations)
    return given[-1] if given else None


def since(conversation: Conversation, at: datetime) -> tuple[Observation, ...]:
    """What was observed after a moment."""
    return tuple(fact for fact in conversation.observations if fact.at > at)


def shows(fact: Observation, codes: frozenset[str]) -> bool:
    """Whether an observation is one of these signs."""
    return fact.kind is Kind.SIGN and fact.code in codes
