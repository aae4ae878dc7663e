"""Who is to be paged about one case at a moment, and when to look at it again.

Everything follows from the case, its steps, the policy, the rota and the time. Moments to look at are those of the
steps and the policy, never "so long from now", so that two looks at one case agree on the third.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from coach.core.escalation import denied_at
from coach.core.model import CaseStepKind, Escalation, EscalationState
from coach.core.paging.hours import later
from coach.core.paging.turns import Page, Turns, is_reachable, news, wording_of_news
from coach.core.policy import LevelPolicy, WorkingHours
from coach.core.rota import OnCall, Rota, backups, on_duty

LOOK_AT_LEAST = timedelta(hours=1)
"""An open case is looked at so often even when nothing is due, for the rota may change meanwhile."""

SILENT_AT_MOST = timedelta(days=7)
"""When nobody could be paged for so long within working hours, those hours do not count any more."""

_BY_DAY = WorkingHours(frozenset(range(7)), time(9), time(17))  # for what never wakes anybody


@dataclass(frozen=True, slots=True)
class Due:
    """The pages of this moment, and when to look again.

    While a case is open, now < next_at <= now + the longer of its repeat and an hour; while nobody has it, the shorter.
    """

    pages: tuple[Page, ...]
    next_at: datetime


def due(case: Escalation, policy: LevelPolicy, rota: Rota, now: datetime) -> Due:
    """What an open case calls for now."""
    turns = tuple(_turns(case, policy, rota, now))
    pages = [page for one in turns for page in one.pages()]
    first_of_each = {(page.to.id, page.channel): page for page in reversed(pages)}
    moments = (moment for one in turns for moment in one.moments())
    return Due(tuple(reversed(first_of_each.values())), min((_look(case, policy, now), *moments)))


def _look(case: Escalation, policy: LevelPolicy, now: datetime) -> datetime:
    """The next look when nothing calls for one."""
    is_nobodys = case.state is EscalationState.RAISED
    every = min(policy.repeat, LOOK_AT_LEAST) if is_nobodys else LOOK_AT_LEAST
    return case.clock + ((now - case.clock) // every + 1) * every


def _turns(case: Escalation, policy: LevelPolicy, rota: Rota, now: datetime) -> Iterator[Turns]:
    order = _order(case, rota, now)
    base = Turns(
        case, policy, now, order, case.clock, "page.new", "page.again", policy.next_after, policy.repeat, policy.hours
    )
    if _was_silent(case, now):
        base = replace(base, hours=None)
    match case.state:
        case EscalationState.RAISED:
            yield replace(base, start=_counted(base, case.clock, policy.first_after), since=seen_to_at(case))
        case EscalationState.ACKNOWLEDGED:
            yield from _late(base, rota)
        case EscalationState.CONTACTED:
            denied = denied_at(case)
            yield from _unclosed(base, rota) if denied is None else _denied(base, rota, denied)


def _late(base: Turns, rota: Rota) -> Iterator[Turns]:
    """Somebody has the case and has not spoken with the person in time: they hear of it, and then others do."""
    case, policy = base.case, base.policy
    owner = _owner(case, rota)
    taken = _last_of(case, CaseStepKind.ACKNOWLEDGED)
    promised = case.contact_by or _counted(base, taken, policy.contact_within)
    others = tuple(one for one in base.order if one not in owner)
    for step in news(case, lambda step: step.kind is CaseStepKind.ACKNOWLEDGED)[-1:]:
        wording = wording_of_news(case, step.kind)
        yield replace(base, order=owner or others[:1], start=step.at, since=step.at, first=wording, once=True)
    yield replace(base, order=owner, start=promised, since=promised, first="page.late", again="page.late")
    begins = _counted(base, promised, policy.contact_again) if owner else promised
    yield replace(base, order=others, start=begins, since=begins, first="page.not_reached", again="page.not_reached")


def _denied(base: Turns, rota: Rota, at: datetime) -> Iterator[Turns]:
    """The person says that nobody phoned, whatever was noted: whoever has the case hears, then others may take it."""
    owner = _owner(base.case, rota)
    others = tuple(one for one in base.order if one not in owner)
    begins = _counted(base, at, base.policy.contact_again) if owner else at
    yield replace(base, order=owner, start=at, since=at, first="page.not_called", again="page.not_called")
    yield replace(base, order=others, start=begins, since=at, first="page.not_reached", again="page.not_reached")


def _unclosed(base: Turns, rota: Rota) -> Iterator[Turns]:
    """The person was reached: whoever has the case is reminded to close it, by day, and in the end others are too."""
    policy = base.policy
    reached = _last_of(base.case, CaseStepKind.CONTACTED)
    gentle = replace(
        base,
        first="page.close_remind",
        again="page.close_remind",
        next_after=policy.close_remind,
        repeat=policy.close_remind,
        hours=policy.hours or _BY_DAY,
        counts_hours=False,
        gentle=True,
        since=reached,
    )
    owner = _owner(base.case, rota)
    others = tuple(one for one in base.order if one not in owner)
    yield replace(gentle, order=owner, start=reached + policy.close_remind)
    yield replace(gentle, order=others, start=reached + (policy.close_give_up if owner else policy.close_remind))


def _order(case: Escalation, rota: Rota, now: datetime) -> tuple[OnCall, ...]:
    """Whose turns they are, first to last: those on duty, then the backups; everybody when there are none.

    Whoever passed the case on has no turn while there is anybody else.
    """
    people = dict.fromkeys((*on_duty(rota, now), *backups(rota, now)))
    order = [one for one in people if is_reachable(one)] or [one for one in rota.active if is_reachable(one)]
    passed = {s.staff for s in case.steps if s.kind is CaseStepKind.PASSED and s.at >= case.clock}
    everybody = [one for one in rota.active if is_reachable(one)]
    willing = ([one for one in people if one.handle not in passed] for people in (order, everybody))
    return tuple(next((some for some in willing if some), order))


def _owner(case: Escalation, rota: Rota) -> tuple[OnCall, ...]:
    who = rota.named(case.owner) if case.owner else None
    return (who,) if who and is_reachable(who) else ()


def _counted(base: Turns, at: datetime, span: timedelta) -> datetime:
    """So much of the policy's time after a moment; by the clock of whoever comes first, or plain without anybody."""
    zone = base.order[0].zone if base.order else "UTC"
    return later(at, span, base.hours, zone) if span else at


def _last_of(case: Escalation, kind: CaseStepKind) -> datetime:
    since = case.clock  # read once: it looks through the whole trail
    return max((step.at for step in case.steps if step.kind is kind and step.at >= since), default=since)


def seen_to_at(case: Escalation) -> datetime:
    """When somebody last took a case or spoke with the person, else its clock: then the others stood down.

    Once it is given back, pages from before count no more.
    """
    return max(_last_of(case, kind) for kind in (CaseStepKind.ACKNOWLEDGED, CaseStepKind.CONTACTED))


def _was_silent(case: Escalation, now: datetime) -> bool:
    return now - _last_of(case, CaseStepKind.PAGED) >= SILENT_AT_MOST
