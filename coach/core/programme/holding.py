"""What holds a prompt back: not now, not safe for this person today, or another prompt takes its place."""

from __future__ import annotations

from datetime import date, datetime
from statistics import median

from coach.core import schedule
from coach.core.model import Asked, Channel, Conversation, Disposition, Fate, Lane, Status
from coach.core.programme.fitness import asks_first, unfit
from coach.core.programme.lately import last_score, missed_in_a_row, reported, scores, shows, silent_for, since
from coach.core.programme.plan import Due, check_ins_left, fitting, neighbour, of_day, rank, week_of
from coach.core.programme.reasons import SkipReason, Suppression
from coach.core.programme.timetable import Limits, Programme, PromptKind

SHORT = "check_in_short"
"""The texts that ask a silent person no more than whether they are all right; what such a check-in is about."""


def group_for(programme: Programme, due: Due, conversation: Conversation) -> str:
    """The texts to draw from: the easier ones when the last score is raised but not high enough to hold back."""
    if due.slot.asked is Asked.WEAKNESS:
        return _check_in_group(programme.limits, due, conversation)
    last = last_score(conversation)
    easier = last is not None and (last.value or 0) >= programme.limits.easy_from
    return due.slot.easy_group if easier and due.slot.easy_group else due.slot.group


def _check_in_group(limits: Limits, due: Due, conversation: Conversation) -> str:
    """Ask less of somebody who falls silent; the one that is due now would be the next to be missed."""
    place = missed_in_a_row(conversation) + 1
    if place == limits.offer_from:
        return offer_group(conversation)
    return SHORT if place >= limits.short_from else due.slot.group


def offer_group(conversation: Conversation) -> str:
    """What is offered to somebody who falls silent, in words that fit how they are asked and whether it arrives."""
    if conversation.participant.is_called:
        return "silence_offer_calls"
    known = (s for s in reversed(conversation.sent) if s.channel is Channel.SMS and s.fate is not Fate.UNKNOWN)
    lost = next((sent.fate is Fate.NOT_DELIVERED for sent in known), False)
    return "silence_offer_undelivered" if lost else "silence_offer"


def suppression(programme: Programme, due: Due, conversation: Conversation, now: datetime) -> Suppression | None:
    """Why this prompt must not be sent now, or None. The checks run in the order a coordinator would ask them."""
    held = _not_now(due, conversation, now) or _unsafe(programme, due, conversation, now)
    return held or displaced(programme, due, conversation, now)


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
    if due.slot.is_extra and not _called_for(limits, due, conversation, now):
        return Suppression(SkipReason.NOT_NEEDED, "nothing calls for it")
    if due.slot.kind is PromptKind.CHECK_IN:
        return None
    if _silent(limits, due, conversation, now):
        return Suppression(SkipReason.SILENT, "the last check-ins were not answered")
    if had_emergency(limits, conversation, now):
        return Suppression(SkipReason.AFTER_EMERGENCY, "an emergency message was sent less than a day ago")
    if due.slot.kind is PromptKind.EXERCISE:
        return unfit(limits, conversation, now)
    return None


def _called_for(limits: Limits, due: Due, conversation: Conversation, now: datetime) -> bool:
    """Whether an extra prompt has its cause: check-ins that became daily, a sign told lately, or heat."""
    if due.slot.stepped_up and _stepped_up(limits, conversation, now):
        return True
    if due.slot.only_after & reported(conversation, now, limits.reported):
        return True
    return due.slot.only_in_heat and due.day in conversation.hot_days


def _silent(limits: Limits, due: Due, conversation: Conversation, now: datetime) -> bool:
    """Lessons wait first; after more silence everything but the check-ins does."""
    missed = missed_in_a_row(conversation)
    if due.slot.kind is PromptKind.EDUCATION and missed >= limits.short_from:
        return True
    return missed >= limits.silent_from or silent_for(conversation, now) >= limits.silent


def had_emergency(limits: Limits, conversation: Conversation, now: datetime) -> bool:
    """Whether an emergency was raised, or told, so lately that nothing of the programme comes yet."""
    raised = [case.raised_at for case in conversation.escalations if case.level is Disposition.EMERGENCY]
    told = [message.at for message in conversation.sent if message.lane is Lane.EMERGENCY]
    return any(now - at < limits.after_emergency for at in raised + told)


def _stepped_up(limits: Limits, conversation: Conversation, now: datetime) -> bool:
    """Daily check-ins are on: after a case, a new medicine, or a score well above the usual."""
    begin = now - limits.step_up
    cases = any(c.raised_at > begin and c.level is not Disposition.SELF_CARE for c in conversation.escalations)
    medicine = any(shows(o, limits.step_up_codes) for o in since(conversation, now - limits.step_up_longer))
    return cases or medicine or _rose(limits, conversation, begin)


def _rose(limits: Limits, conversation: Conversation, begin: datetime) -> bool:
    given = scores(conversation.observations)
    for place in range(limits.usual_scores_least, len(given)):
        usual = median(s.value or 0 for s in given[max(0, place - limits.usual_scores_most) : place])
        if given[place].at > begin and (given[place].value or 0) >= usual + limits.step_up_rise:
            return True
    return False


def displaced(programme: Programme, due: Due, conversation: Conversation, now: datetime) -> Suppression | None:
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
    if _not_now(other, conversation, other.at):
        return False
    return not _unsafe(programme, other, conversation, now) or screens(programme, other, conversation, now)


def screens(programme: Programme, due: Due, conversation: Conversation, now: datetime) -> bool:
    """Whether the list of warning signs goes out in the place of these moves (rule D5)."""
    texted = not conversation.participant.is_called
    return texted and due.slot.kind is PromptKind.EXERCISE and asks_first(programme.limits, conversation, now)


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
    cap = programme.cap(week, person.density)
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


def has_room(programme: Programme, conversation: Conversation, day: date, kept_free: int = 0) -> bool:
    """Whether one more unsolicited text stays within the day's and the week's cap, with room kept free that day."""
    person = conversation.participant
    cap = programme.cap(week := week_of(person, day), person.density)
    if cap is None:
        return True
    days = _sent_days(conversation, person.zone or "UTC")
    return days.count(day) + kept_free < cap.per_day and sum(week_of(person, d) == week for d in days) < cap.per_week


def _sent_days(conversation: Conversation, zone: str) -> list[date]:
    return [schedule.local(message.at, zone).date() for message in conversation.sent if message.lane is Lane.PROMPT]
