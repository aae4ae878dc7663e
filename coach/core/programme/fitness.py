"""Whether moves are safe for a person today (rules D5 and D6), asked in the order staff would ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from coach.core.model import Asked, Conversation, EscalationState, Kind
from coach.core.programme.lately import last_score, shows, since
from coach.core.programme.reasons import SkipReason, Suppression
from coach.core.programme.timetable import Limits


def unfit(limits: Limits, conversation: Conversation, now: datetime) -> Suppression | None:
    """The first thing that speaks against moves now, or None."""
    return next((held for check in _CHECKS if (held := check(limits, conversation, now))), None)


def asks_first(limits: Limits, conversation: Conversation, now: datetime) -> bool:
    """Whether the list of warning signs is to be sent in place of the moves: nothing worse stands against them."""
    held = unfit(limits, conversation, now)
    asked = [q.opened_at for q in conversation.check_ins if q.asked is Asked.RED_FLAG]
    lately = bool(asked) and now - asked[-1] < limits.screen_again
    return held is not None and held.reason is SkipReason.NOT_SCREENED and not lately


def _open_case(_limits: Limits, conversation: Conversation, _now: datetime) -> Suppression | None:
    cases = (case for case in conversation.escalations if case.level.is_serious)
    is_open = any(case.state is not EscalationState.CLOSED for case in cases)
    return Suppression(SkipReason.OPEN_CASE, "an urgent or emergency case is open") if is_open else None


def _not_screened(_limits: Limits, conversation: Conversation, _now: datetime) -> Suppression | None:
    if any(fact.kind is Kind.SCREENED for fact in conversation.observations):
        return None
    return Suppression(SkipReason.NOT_SCREENED, "has not yet said no to the list of warning signs")


def _score(limits: Limits, conversation: Conversation, now: datetime) -> Suppression | None:
    last = last_score(conversation)
    if last is None or now - last.at > limits.score_fresh:
        return Suppression(SkipReason.NO_SCORE, "there is no recent score to tell whether exercise is safe")
    if (last.value or 0) >= limits.score_high:
        return Suppression(SkipReason.SCORE_HIGH, f"the last score was {last.value or 0:g}")
    return None


def _fall(limits: Limits, conversation: Conversation, now: datetime) -> Suppression | None:
    recent = since(conversation, now - limits.fall)
    fell = any((o.kind is Kind.FALLS and o.value) or shows(o, limits.fall_codes) for o in recent)
    return Suppression(SkipReason.RECENT_FALL, "there was a fall in the last days") if fell else None


def _sick(limits: Limits, conversation: Conversation, now: datetime) -> Suppression | None:
    ill = any(shows(o, limits.sick_codes) for o in since(conversation, now - limits.sick))
    return Suppression(SkipReason.SICK, "the person wrote of being unwell in the last days") if ill else None


def _crash(limits: Limits, conversation: Conversation, now: datetime) -> Suppression | None:
    prone = conversation.participant.profile.has(*limits.crash_conditions)
    begin = now - (limits.crash_longer if prone else limits.crash)
    crashed = any(shows(o, limits.crash_codes) for o in since(conversation, begin))
    return Suppression(SkipReason.CRASH, "activity made the person worse not long ago") if crashed else None


def _not_cleared(limits: Limits, conversation: Conversation, _now: datetime) -> Suppression | None:
    """Chest pain ends exercise prompts until a clinician has seen the person after it."""
    shown = [o.at for o in conversation.observations if shows(o, limits.clearance_codes)]
    seen = [o.at for o in conversation.observations if o.kind is Kind.SEEN and o.code == "yes"]
    if not shown or (seen and max(seen) > max(shown)):
        return None
    return Suppression(SkipReason.NOT_CLEARED, "no clinician has cleared exercise since chest pain was reported")


_Check = Callable[[Limits, Conversation, datetime], Suppression | None]
_CHECKS: tuple[_Check, ...] = (_open_case, _not_cleared, _not_screened, _score, _fall, _sick, _crash)
