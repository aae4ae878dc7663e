"""What holds a prompt back: not now, not safe for this person today, or another prompt takes its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from statistics import median

from coach.core import schedule
from coach.core.model import (
    Conversation,
    Disposition,
    EscalationState,
    Kind,
    Lane,
    Observation,
    Status,
)
from coach.core.programme.plan import Due, check_ins_left, fitting, neighbour, of_day, rank, week_of
from coach.core.programme.timetable import Limits, Programme, PromptKind

_ENOUGH_TO_COMPARE = 3  # scores before the last one
_COMPARED = 5


class SkipReason(StrEnum):
    """Why a prompt is not sent: held back when it came due, or dropped when it was about to leave."""

    NOT_ACTIVE = "not_active"
    NO_ZONE = "no_zone"
    QUIET_HOURS = "quiet_hours"
    TOO_LATE = "too_late"
    NOT_NEEDED = "not_needed"  # an extra check-in, and nothing calls for one
    AFTER_EMERGENCY = "after_emergency"
    OPEN_CASE = "open_case"
    NO_SCORE = "no_score"
    SCORE_HIGH = "score_high"
    RECENT_FALL = "recent_fall"
    SICK = "sick"
    CRASH = "crash"
    NOT_CLEARED = "not_cleared"
    MERGED = "merged"
    DAILY_CAP = "daily_cap"
    WEEKLY_CAP = "weekly_cap"
    NO_TEXT_CHANNEL = "no_text_channel"  # only check-ins can be made by call
    BLOCKED_BY_GATE = "blocked_by_gate"  # no text of the group is safe for this profile
    EXPIRED = "expired"  # waited in the outbox until it was of no use
    OPTED_OUT = "opted_out"  # this and the next two: between the decision and the sending
    WRONG_PERSON = "wrong_person"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a prompt is held back: a code, and one plain clause for people."""

    reason: SkipReason
    because: str


def group_for(programme: Programme, due: Due, conversation: Conversation) -> str:
    """The texts to draw from: the easier ones when the last score is raised but not high enough to hold back."""
    last = _last_score(conversation)
    easier = last is not None and (last.value or 0) >= programme.limits.easy_from
    return due.slot.easy_group if easier and due.slot.easy_group else due.slot.group


def suppression(programme: Programme, due: Due, conversation: Conversation, now: datetime) -> Suppression | None:
    """Why this prompt must not be sent now, or None. The checks run in the order a coordinator would ask them."""
    held = _not_now(due, conversation, now) or _unsafe(programme, due, conversation, now)
    return held or _gives_way(programme, due, conversation, now)


# --- what holds a prompt back -------------------------------------------------------------------------------------


def _not_now(due: Due, conversation: Conversation, now: datetime) -> Suppression | None:
    person = conversation.participant
    if person.status is not Status.ACTIVE:
        return Suppression(SkipReason.NOT_ACTIVE, f"is {person.status.value.replace('_', ' ')}")
    if person.zone is None:
        return Suppression(SkipReason.NO_ZONE, "has not said which time zone they live in")
    if schedule.is_quiet(due.at, person.zone, person.quiet) or schedule.is_quiet(now, person.zone, person.quiet):
        return Suppression(SkipReason.QUIET_HOURS, "it would come in the person's quiet hours")
    if now > due.useful_until:
        return Suppression(SkipReason.TOO_LATE, "it would come too late to be of use")
    return None


def _unsafe(programme: Programme, due: Due, conversation: Conversation, now: datetime) -> Suppression | None:
    """Whether what is known of the person speaks against this kind of prompt."""
    limits = programme.limits
    if due.slot.kind is PromptKind.CHECK_IN:
        idle = due.slot.stepped_up and not _stepped_up(limits, conversation, now)
        return Suppression(SkipReason.NOT_NEEDED, "nothing calls for an extra check-in") if idle else None
    if _had_emergency(limits, conversation, now):
        return Suppression(SkipReason.AFTER_EMERGENCY, "an emergency message was sent less than a day ago")
    if due.slot.kind is PromptKind.EXERCISE:
        return next((held for check in _EXERCISE if (held := check(limits, conversation, now))), None)
    return None


def _had_emergency(limits: Limits, conversation: Conversation, now: datetime) -> bool:
    raised = [case.raised_at for case in conversation.escalations if case.level is Disposition.EMERGENCY]
    told = [message.at for message in conversation.sent if message.lane is Lane.EMERGENCY]
    return any(now - at < limits.after_emergency for at in raised + told)


def _open_case(_limits: Limits, conversation: Conversation, _now: datetime) -> Suppression | None:
    cases = (case for case in conversation.escalations if case.level.is_serious)
    is_open = any(case.state is not EscalationState.CLOSED for case in cases)
    return Suppression(SkipReason.OPEN_CASE, "an urgent or emergency case is open") if is_open else None


def _score(limits: Limits, conversation: Conversation, now: datetime) -> Suppression | None:
    last = _last_score(conversation)
    if last is None or now - last.at > limits.score_fresh:
        return Suppression(SkipReason.NO_SCORE, "there is no recent score to tell whether exercise is safe")
    if (last.value or 0) >= limits.score_high:
        return Suppression(SkipReason.SCORE_HIGH, f"the last score was {last.value or 0:g}")
    return None


def _fall(limits: Limits, conversation: Conversation, now: datetime) -> Suppression | None:
    recent = _since(conversation, now - limits.fall)
    fell = any((o.kind is Kind.FALLS and o.value) or _shows(o, limits.fall_codes) for o in recent)
    return Suppression(SkipReason.RECENT_FALL, "there was a fall in the last days") if fell else None


def _sick(limits: Limits, conversation: Conversation, now: datetime) -> Suppression | None:
    ill = any(_shows(o, limits.sick_codes) for o in _since(conversation, now - limits.sick))
    return Suppression(SkipReason.SICK, "the person wrote of being unwell in the last days") if ill else None


def _crash(limits: Limits, conversation: Conversation, now: datetime) -> Suppression | None:
    prone = conversation.participant.profile.has(*limits.crash_conditions)
    since = now - (limits.crash_longer if prone else limits.crash)
    crashed = any(_shows(o, limits.crash_codes) for o in _since(conversation, since))
    return Suppression(SkipReason.CRASH, "activity made the person worse not long ago") if crashed else None


def _not_cleared(limits: Limits, conversation: Conversation, _now: datetime) -> Suppression | None:
    """Chest pain ends exercise prompts until a clinician has seen the person after it."""
    shown = [o.at for o in conversation.observations if _shows(o, limits.clearance_codes)]
    seen = [o.at for o in conversation.observations if o.kind is Kind.SEEN and o.code == "yes"]
    if not shown or (seen and max(seen) > max(shown)):
        return None
    return Suppression(SkipReason.NOT_CLEARED, "no clinician has cleared exercise since chest pain was reported")


_Check = Callable[[Limits, Conversation, datetime], Suppression | None]
_EXERCISE: tuple[_Check, ...] = (_open_case, _not_cleared, _score, _fall, _sick, _crash)


def _shows(observation: Observation, codes: frozenset[str]) -> bool:
    return observation.kind is Kind.SIGN and observation.code in codes


def _since(conversation: Conversation, at: datetime) -> tuple[Observation, ...]:
    return tuple(o for o in conversation.observations if o.at > at)


def _scores(conversation: Conversation) -> tuple[Observation, ...]:
    return tuple(o for o in conversation.observations if o.kind is Kind.WEAKNESS and o.value is not None)


def _last_score(conversation: Conversation) -> Observation | None:
    scores = _scores(conversation)
    return scores[-1] if scores else None


def _stepped_up(limits: Limits, conversation: Conversation, now: datetime) -> bool:
    """Daily check-ins are on: after a case, a new medicine, or a score well above the usual."""
    since = now - limits.step_up
    cases = any(c.raised_at > since and c.level is not Disposition.SELF_CARE for c in conversation.escalations)
    medicine = any(_shows(o, limits.step_up_codes) for o in _since(conversation, now - limits.step_up_longer))
    return cases or medicine or _rose(limits, conversation, since)


def _rose(limits: Limits, conversation: Conversation, since: datetime) -> bool:
    scores = _scores(conversation)
    for place in range(_ENOUGH_TO_COMPARE, len(scores)):
        usual = median(s.value or 0 for s in scores[max(0, place - _COMPARED) : place])
        if scores[place].at > since and (scores[place].value or 0) >= usual + limits.step_up_rise:
            return True
    return False


def _gives_way(programme: Programme, due: Due, conversation: Conversation, now: datetime) -> Suppression | None:
    """Whether a more important prompt of the day takes this one's place."""
    rivals = [other for other in of_day(programme, conversation.participant, due.day) if other.slot != due.slot]
    going = [other for other in rivals if _will_go(programme, other, conversation, now)]
    plan = fitting(programme, conversation.participant, due.day, [*going, due])
    if due in plan:
        return _crowded(programme, due, conversation, now) or _capped(programme, due, conversation, plan)
    near = neighbour(programme, due, plan)
    if near is None:
        return Suppression(SkipReason.DAILY_CAP, "the day has as many texts as it may")
    kind = near.slot.kind.value.replace("_", "-")
    return Suppression(SkipReason.MERGED, f"the {kind} prompt of that hour goes instead")


def _will_go(programme: Programme, other: Due, conversation: Conversation, now: datetime) -> bool:
    """Whether another prompt of the day is not held back itself, as far as is known now."""
    return not (_not_now(other, conversation, other.at) or _unsafe(programme, other, conversation, now))


def _crowded(programme: Programme, due: Due, conversation: Conversation, now: datetime) -> Suppression | None:
    """A late prompt may meet one that was just sent. Check-ins go all the same."""
    just_now = now - programme.limits.merge
    prompts = (message.at for message in conversation.sent if message.lane is Lane.PROMPT)
    if due.slot.kind is PromptKind.CHECK_IN or not any(just_now < at <= now for at in prompts):
        return None
    return Suppression(SkipReason.MERGED, "another prompt was sent within the hour")


def _capped(programme: Programme, due: Due, conversation: Conversation, plan: tuple[Due, ...]) -> Suppression | None:
    """Count what was really sent, and keep room for what is more important and still to come. Check-ins always go."""
    person = conversation.participant
    week = week_of(person, due.day)
    cap = programme.cap(week)
    if cap is None or due.slot.kind is PromptKind.CHECK_IN:
        return None
    kept_free = sum(other.at > due.at and rank(other) < rank(due) for other in plan)
    days = _sent_days(conversation, person.zone or "UTC")
    if days.count(due.day) + kept_free >= cap.per_day:
        return Suppression(SkipReason.DAILY_CAP, "the day has as many texts as it may")
    reserved = kept_free + check_ins_left(programme, person, due.day)
    if sum(week_of(person, day) == week for day in days) + reserved >= cap.per_week:
        return Suppression(SkipReason.WEEKLY_CAP, "the week has as many texts as it may")
    return None


def _sent_days(conversation: Conversation, zone: str) -> list[date]:
    return [schedule.local(message.at, zone).date() for message in conversation.sent if message.lane is Lane.PROMPT]
