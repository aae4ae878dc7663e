"""Who is to be paged about one case at a moment, and when to look at it again.

Everything follows from the case, its steps, the policy, the rota and the time. Moments to look at are those of the
steps and the policy, never "so long from now", so that two looks at one case agree on the third.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cached_property

from coach.core.escalation import NOT_REACHED, denied_at
from coach.core.model import CaseStep, CaseStepKind, Channel, Escalation, EscalationState
from coach.core.paging.hours import first_working, later
from coach.core.policy import LevelPolicy, WorkingHours
from coach.core.rota import OnCall, Rota, backups, on_duty

LOOK_AT_LEAST = timedelta(hours=1)
"""An open case is looked at so often even when nothing is due, for the rota may change meanwhile."""

SILENT_AT_MOST = timedelta(days=7)
"""When nobody could be paged for so long within working hours, those hours do not count any more."""

_BY_DAY = WorkingHours(frozenset(range(7)), time(9), time(17))  # for what never wakes anybody


@dataclass(frozen=True, slots=True)
class Page:
    """One message to one person on call."""

    to: OnCall
    channel: Channel
    turn: int  # 0 is the first
    again: int  # how often this person was paged about the case before
    template: str = "page.new"


@dataclass(frozen=True, slots=True)
class Due:
    """The pages of this moment, and when to look again.

    While a case is open, now < next_at <= now + the longer of its repeat and an hour; while nobody has it, the shorter.
    """

    pages: tuple[Page, ...]
    next_at: datetime


@dataclass(frozen=True)
class _Round:
    """People who are paged turn by turn from a moment on."""

    case: Escalation
    policy: LevelPolicy
    now: datetime
    order: tuple[OnCall, ...]
    start: datetime
    first: str  # the wording
    again: str
    next_after: timedelta
    repeat: timedelta
    hours: WorkingHours | None = None
    counts_hours: bool = True  # the spans are working time; else plain time, moved into the hours
    gentle: bool = False  # a text alone, and no news makes it come sooner
    once: bool = False  # nobody is paged again
    since: datetime | None = None  # pages before do not count; None: the case's clock

    def pages(self) -> Iterator[Page]:
        """What is due now."""
        for turn, who in enumerate(self.order):
            at = self._at(turn)
            if at is not None and at <= self.now:
                yield from self._page(who, turn)

    def moments(self) -> Iterator[datetime]:
        """When something may be due next, all later than now."""
        for turn, who in enumerate(self.order):
            at = self._at(turn)
            moments = (self._begins(turn), at if at is None or at > self.now else self._after(self.now, who))
            yield from (moment for moment in moments if moment is not None and moment > self.now)

    def _at(self, turn: int) -> datetime | None:
        """When this person is to be paged next; None when others are."""
        who = self.order[turn]
        if self._begins(turn) > self.now:
            return None
        last = self._last(who)
        if last is None:
            return self._in_hours(self._begins(turn), who)
        if turn not in self._asked_again:
            return None
        if self._news_for(who) or self._other_way(who) is not None:
            return self._in_hours(self.now, who)
        return self._in_hours(self._after(last, who), who)

    def _in_hours(self, at: datetime, who: OnCall) -> datetime:
        return first_working(max(at, self.now) if at <= self.now else at, self.hours, who.zone)

    def _after(self, last: datetime, who: OnCall) -> datetime:
        return self._span(last, self.repeat, who)

    def _span(self, at: datetime, span: timedelta, who: OnCall) -> datetime:
        if self.counts_hours:
            return later(at, span, self.hours, who.zone)
        return first_working(at + span, self.hours, who.zone)

    @cached_property
    def _asked_again(self) -> frozenset[int]:
        """Those whose turns get repeats: the newest turn, and everybody once the last one has begun."""
        begun = [turn for turn in range(len(self.order)) if self._begins(turn) <= self.now and not self.once]
        return frozenset(begun if len(begun) == len(self.order) else begun[-1:])

    def _begins(self, turn: int) -> datetime:
        planned = self._span(self.start, turn * self.next_after, self.order[turn])
        failed = self._failed_at(self.order[turn - 1]) if turn else None
        return planned if failed is None else max(self.start, min(planned, failed))

    def _failed_at(self, who: OnCall) -> datetime | None:
        """When, for the first time, no way of paging this person had worked."""
        waiting: dict[Channel | None, bool] = {}
        for step in self._steps_to(who):
            waiting[step.channel] = step.kind is CaseStepKind.PAGED
            if not any(waiting.values()):
                return step.at
        return None

    def _other_way(self, who: OnCall) -> Channel | None:
        """A way that was not tried for a while, when the last page by another one has failed."""
        last: dict[Channel | None, CaseStep] = {step.channel: step for step in self._steps_to(who)}
        failed = {way for way, step in last.items() if step.kind is CaseStepKind.PAGE_FAILED}
        for way in _ways(who):
            tried = [s.at for s in self._steps_to(who) if s.kind is CaseStepKind.PAGED and s.channel is way]
            rested = not tried or self._after(tried[-1], who) <= self.now
            if failed - {way} and way not in failed and rested:
                return way
        return None

    def _steps_to(self, who: OnCall) -> list[CaseStep]:
        since = self.since or self.case.clock
        kinds = (CaseStepKind.PAGED, CaseStepKind.PAGE_FAILED)
        return [step for step in self.case.steps if step.to == who.id and step.kind in kinds and step.at >= since]

    def _last(self, who: OnCall) -> datetime | None:
        paged = [step.at for step in self._steps_to(who) if step.kind is CaseStepKind.PAGED]
        return max(paged, default=None)

    def _news_for(self, who: OnCall) -> list[CaseStep]:
        """What came after the last page to this person."""
        paged = [s.kind is CaseStepKind.PAGED and s.to == who.id for s in self.case.steps]
        return [] if self.gentle else _news(self.case, _place_of_last(paged))

    def _page(self, who: OnCall, turn: int) -> Iterator[Page]:
        before = {step.at for step in self._steps_to(who) if step.kind is CaseStepKind.PAGED}
        template = self._template(who, paged=bool(before))
        for way in self._channels(who, len(before)):
            yield Page(who, way, turn, len(before), template)

    def _template(self, who: OnCall, *, paged: bool) -> str:
        if not paged:
            return self.first
        news = self._news_for(who)
        return _WORDING_OF_NEWS[news[-1].kind] if news else self.again

    def _channels(self, who: OnCall, again: int) -> tuple[Channel, ...]:
        """By which ways, as far as this person can be reached by them; some way in any case."""
        wanted = (Channel.SMS,) if self.gentle else self.policy.channels
        if again < self.policy.voice_from_repeat:
            wanted = tuple(way for way in wanted if way is not Channel.VOICE)
        other = self._other_way(who) if again else None
        chosen = tuple(way for way in _ways(who) if way in wanted or way is other)
        return chosen or _ways(who)[:1]


def due(case: Escalation, policy: LevelPolicy, rota: Rota, now: datetime) -> Due:
    """What an open case calls for now."""
    rounds = tuple(_rounds(case, policy, rota, now))
    pages = [page for one in rounds for page in one.pages()]
    first_of_each = {(page.to.id, page.channel): page for page in reversed(pages)}
    moments = (moment for one in rounds for moment in one.moments())
    return Due(tuple(reversed(first_of_each.values())), min((_look(case, policy, now), *moments)))


def is_reachable(who: OnCall) -> bool:
    """Whether there is any way of paging them."""
    return who.active and (who.texts or who.calls)


def _ways(who: OnCall) -> tuple[Channel, ...]:
    ways = ((Channel.SMS, who.texts), (Channel.VOICE, who.calls))
    return tuple(way for way, works in ways if works)


def _look(case: Escalation, policy: LevelPolicy, now: datetime) -> datetime:
    """The next look when nothing calls for one."""
    is_nobodys = case.state is EscalationState.RAISED
    every = min(policy.repeat, LOOK_AT_LEAST) if is_nobodys else LOOK_AT_LEAST
    return case.clock + ((now - case.clock) // every + 1) * every


def _rounds(case: Escalation, policy: LevelPolicy, rota: Rota, now: datetime) -> Iterator[_Round]:
    order = _order(case, rota, now)
    base = _Round(
        case, policy, now, order, case.clock, "page.new", "page.again", policy.next_after, policy.repeat, policy.hours
    )
    if _was_silent(case, now):
        base = replace(base, hours=None)
    match case.state:
        case EscalationState.RAISED:
            yield replace(base, start=_counted(base, case.clock, policy.first_after))
        case EscalationState.ACKNOWLEDGED:
            yield from _late(base, rota)
        case EscalationState.CONTACTED:
            denied = denied_at(case)
            yield from _unclosed(base, rota) if denied is None else _denied(base, rota, denied)


def _late(base: _Round, rota: Rota) -> Iterator[_Round]:
    """Somebody has the case and has not spoken with the person in time: they hear of it, and then others do."""
    case, policy = base.case, base.policy
    owner = _owner(case, rota)
    taken = _last_of(case, CaseStepKind.ACKNOWLEDGED)
    promised = case.contact_by or _counted(base, taken, policy.contact_within)
    others = tuple(one for one in base.order if one not in owner)
    for step in _news(case, _place_of_last([s.kind is CaseStepKind.ACKNOWLEDGED for s in case.steps]))[-1:]:
        wording = _WORDING_OF_NEWS[step.kind]
        yield replace(base, order=owner or others[:1], start=step.at, since=step.at, first=wording, once=True)
    yield replace(base, order=owner, start=promised, since=promised, first="page.late", again="page.late")
    begins = _counted(base, promised, policy.contact_again) if owner else promised
    yield replace(base, order=others, start=begins, since=begins, first="page.not_reached", again="page.not_reached")


def _denied(base: _Round, rota: Rota, at: datetime) -> Iterator[_Round]:
    """The person says that nobody phoned, whatever was noted: whoever has the case hears at once, then others do."""
    owner = _owner(base.case, rota)
    others = tuple(one for one in base.order if one not in owner)
    begins = _counted(base, at, base.policy.contact_again) if owner else at
    told = replace(base, first="page.not_called", again="page.not_called")
    yield replace(told, order=owner, start=at, since=at)
    yield replace(told, order=others, start=begins, since=at)


def _unclosed(base: _Round, rota: Rota) -> Iterator[_Round]:
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


def _counted(base: _Round, at: datetime, span: timedelta) -> datetime:
    """So much of the policy's time after a moment; by the clock of whoever comes first, or plain without anybody."""
    zone = base.order[0].zone if base.order else "UTC"
    return later(at, span, base.hours, zone) if span else at


def _last_of(case: Escalation, kind: CaseStepKind) -> datetime:
    since = case.clock  # read once: it looks through the whole trail
    return max((step.at for step in case.steps if step.kind is kind and step.at >= since), default=since)


def _was_silent(case: Escalation, now: datetime) -> bool:
    return now - _last_of(case, CaseStepKind.PAGED) >= SILENT_AT_MOST


_WORDING_OF_NEWS = {CaseStepKind.SILENT: "page.silent", CaseStepKind.ANSWERED: "page.not_called"}


def _news(case: Escalation, after: int) -> list[CaseStep]:
    """Steps that make a page come at once: no word from the person, or their word that nobody has reached them."""
    told = (CaseStepKind.ANSWERED, NOT_REACHED)
    since = case.clock
    steps = (step for step in case.steps[after + 1 :] if step.at >= since)
    return [step for step in steps if step.kind is CaseStepKind.SILENT or (step.kind, step.note) == told]


def _place_of_last(marks: list[bool]) -> int:
    return max((place for place, mark in enumerate(marks) if mark), default=-1)
