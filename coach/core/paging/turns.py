"""People who are paged about one case turn by turn: who is next, by which way, in which words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import takewhile

from coach.core.escalation import NOT_REACHED
from coach.core.model import CaseStep, CaseStepKind, Channel, Escalation
from coach.core.paging.hours import first_working, later
from coach.core.policy import LevelPolicy, WorkingHours
from coach.core.rota import OnCall

_RINGS = timedelta(minutes=1)
"""So long a call about a case may still ring; news of that time come by text alone, and the call says them."""

NO_WORD = frozenset({CaseStepKind.SILENT, CaseStepKind.UNREACHED})
"""Nothing was heard of the person, or nothing can have reached them."""

_WORDING: Mapping[CaseStepKind, str] = {
    CaseStepKind.SILENT: "page.silent",
    CaseStepKind.UNREACHED: "page.unreached",
    CaseStepKind.ANSWERED: "page.not_called",
}
_WORDING_TO_TAKE = {CaseStepKind.SILENT: "page.silent_take", CaseStepKind.UNREACHED: "page.unreached_take"}
"""Where nobody has the case, the same page also says so and how to take it."""


def wording_of_news(case: Escalation, kind: CaseStepKind) -> str:
    """How a page begins that news made come."""
    to_take = _WORDING_TO_TAKE.get(kind) if case.owner is None else None
    return to_take or _WORDING[kind]


@dataclass(frozen=True, slots=True)
class Page:
    """One message to one person on call."""

    to: OnCall
    channel: Channel
    turn: int  # 0 is the first
    again: int  # how often this person was paged about the case before
    template: str = "page.new"


@dataclass(frozen=True)
class Turns:
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
        for way in _ways(who) if failed else ():
            tried = [s.at for s in self._steps_to(who) if s.kind is CaseStepKind.PAGED and s.channel is way]
            rested = not tried or self._after(tried[-1], who) <= self.now
            if failed - {way} and way not in failed and rested:
                return way
        return None

    def _steps_to(self, who: OnCall) -> Sequence[CaseStep]:
        return self._steps.get(who.id, ())

    @cached_property
    def _steps(self) -> Mapping[int | None, Sequence[CaseStep]]:
        """What was sent to each person, and what failed; found once, for trails grow long."""
        since = self.since or self.case.clock
        kinds = (CaseStepKind.PAGED, CaseStepKind.PAGE_FAILED)
        found: defaultdict[int | None, list[CaseStep]] = defaultdict(list)
        for step in self.case.steps:
            if step.kind in kinds and step.at >= since:
                found[step.to].append(step)
        return found

    def _last(self, who: OnCall) -> datetime | None:
        paged = [step.at for step in self._steps_to(who) if step.kind is CaseStepKind.PAGED]
        return max(paged, default=None)

    def _news_for(self, who: OnCall) -> list[CaseStep]:
        """What came after the last page to this person."""
        return [] if self.gentle else news(self.case, lambda s: s.kind is CaseStepKind.PAGED and s.to == who.id)

    def _page(self, who: OnCall, turn: int) -> Iterator[Page]:
        before = {step.at for step in self._steps_to(who) if step.kind is CaseStepKind.PAGED}
        template = self._template(who, paged=bool(before))
        for way in self._channels(who, len(before)):
            yield Page(who, way, turn, len(before), template)

    def _template(self, who: OnCall, *, paged: bool) -> str:
        came = self._news_for(who)
        if not paged:
            just_found = self.case.owner is None and any(self._is_found_now(step) for step in came)
            return wording_of_news(self.case, CaseStepKind.UNREACHED) if just_found else self.first
        no_word = bool(came) and came[-1].kind in NO_WORD
        may_take_over = self.again == "page.not_reached" and not no_word  # that says why, and how to take it
        return wording_of_news(self.case, came[-1].kind) if came and not may_take_over else self.again

    def _is_found_now(self, step: CaseStep) -> bool:
        return step.kind is CaseStepKind.UNREACHED and step.at == self.now

    def _channels(self, who: OnCall, again: int) -> tuple[Channel, ...]:
        """By which ways, as far as this person can be reached by them; some way in any case."""
        wanted = (Channel.SMS,) if self.gentle else self.policy.channels
        if again < self.policy.voice_from_repeat:
            wanted = tuple(way for way in wanted if way is not Channel.VOICE)
        other = self._other_way(who) if again else None
        chosen = tuple(way for way in _ways(who) if way in wanted or way is other)
        if self._still_rings(who):  # and then says what the text says
            chosen = tuple(way for way in chosen if way is not Channel.VOICE) or chosen
        return chosen or _ways(who)[:1]

    def _still_rings(self, who: OnCall) -> bool:
        rang = (s for s in self._steps_to(who) if s.channel is Channel.VOICE)
        last = max(rang, key=lambda step: step.at, default=None)
        return last is not None and last.kind is CaseStepKind.PAGED and self.now - last.at < _RINGS


def is_reachable(who: OnCall) -> bool:
    """Whether there is any way of paging them."""
    return who.active and (who.texts or who.calls)


def _ways(who: OnCall) -> tuple[Channel, ...]:
    ways = ((Channel.SMS, who.texts), (Channel.VOICE, who.calls))
    return tuple(way for way, works in ways if works)


def news(case: Escalation, is_last_known: Callable[[CaseStep], bool]) -> list[CaseStep]:
    """Steps that make a page come at once: no word from the person or to them, or that nobody has phoned them.

    Those after the last step that is known; all of them when none is.
    """
    told = (CaseStepKind.ANSWERED, NOT_REACHED)
    since = case.clock
    unknown = takewhile(lambda step: not is_last_known(step), reversed(case.steps))
    steps = [step for step in unknown if step.at >= since]
    return [step for step in reversed(steps) if step.kind in NO_WORD or (step.kind, step.note) == told]
