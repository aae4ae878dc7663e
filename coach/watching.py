"""Looking after the program itself: jobs that stopped, work that waits, cases nobody looks at, people nobody writes to.

What is found amiss is an alarm. Whoever runs the program is paged about it every hour until it is over or somebody sees
to it, and meanwhile the heartbeat to the watcher outside stops.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from coach.core import paging, schedule
from coach.core.escalation import case_timer
from coach.core.events import Event, PageQueued, TaskRaised
from coach.core.handbook import Handbook
from coach.core.model import Channel, Disposition
from coach.core.policy import WorkingHours
from coach.core.rota import OnCall, Rota, on_duty, operators, problems
from coach.ports import Alarm, Cause, Clock, Heartbeat, JobMark, Store

log = logging.getLogger(__name__)

INTERVALS: Mapping[str, timedelta] = {
    "plan": timedelta(seconds=1),
    "dispatch": timedelta(seconds=0.5),
    "recover": timedelta(seconds=5),
    "reconcile": timedelta(seconds=30),
    "watch": timedelta(seconds=30),
}
"""How often each recurring job is to run."""

BACKLOG_LASTS = timedelta(minutes=1)
"""Work that waits too long is no alarm before it has done so for this long: a moment's rush ends by itself."""

_AT_ONCE = 1000


class AlarmKind(StrEnum):
    """What the watch itself finds; each has its page, `alarm.` and this word."""

    LATE_JOB = "late_job"
    BACKLOG = "backlog"
    LOST_WAKEUP = "lost_wakeup"
    NO_CONTACT = "no_contact"
    ROTA = "rota"
    DEAD_NUMBER = "dead_number"
    BROKEN_CHECK = "broken_check"


_PAGE_OF_OTHERS = "alarm.other"


class NoHeartbeat:
    """Nobody outside watches."""

    def beat(self, *, well: bool) -> None:
        """Nothing to tell."""
        del well


@dataclass(frozen=True, slots=True)
class Found:
    """Something amiss. One that is not yet an alarm keeps an alarm open, but opens none."""

    key: str
    kind: AlarmKind
    because: str
    participant_id: int | None = None
    is_alarm: bool = True


@dataclass
class Stopwatch:
    """For how long something has been seen unchanged, by this process's own time: wall clocks leap and differ."""

    elapsed: Callable[[], float] = time.monotonic  # seconds
    _seen: dict[str, tuple[object, float]] = field(default_factory=dict)

    def unchanged(self, name: str, value: object) -> timedelta:
        """How long this name has had this value; nothing when it is new."""
        now = self.elapsed()
        known, since = self._seen.get(name, (None, None))
        if since is None or known != value:
            self._seen[name] = (value, now)
            return timedelta(0)
        return timedelta(seconds=now - since)


@dataclass(frozen=True, slots=True)
class Watching:
    """The watch over the program. All that matters is in the store; several processes may watch at once."""

    store: Store
    handbook: Handbook
    clock: Clock
    heartbeat: Heartbeat
    stopwatch: Stopwatch = field(default_factory=Stopwatch)

    def mark(self, job: str, error: str | None, process: str) -> None:
        """A job did its work just now, or failed with an error of this kind."""
        self.store.mark_job(job, self.clock(), error, process)

    def watch(self) -> int:
        """Look once: mend what can be mended, open and end alarms, page, and beat when all is well.

        Returns how many alarms are open.
        """
        now = self.clock()
        found = tuple(self._found(now))
        known = {alarm.key for alarm in self.store.open_alarms()}
        for one in found:
            if one.is_alarm and one.key not in known:
                self._raise(one, now)
        self._end(found, now)
        alarms = self.store.open_alarms()
        unseen = [alarm for alarm in alarms if alarm.seen_by is None]
        self._page(unseen, now)
        self.heartbeat.beat(well=not unseen)
        return len(alarms)

    # What is looked for ----------------------------------------------------------------------------------------------

    def _found(self, now: datetime) -> Iterator[Found]:
        """Everything amiss; a check that fails is itself amiss, and hinders no other."""
        for name, check in self._checks().items():
            try:
                yield from tuple(check(now))
            except Exception:
                log.exception("a check failed", extra={"job": name})
                yield Found(f"check/{name}", AlarmKind.BROKEN_CHECK, f"The check of {name} itself fails; see the log.")

    def _checks(self) -> Mapping[str, Callable[[datetime], Iterable[Found]]]:
        return {
            "jobs": self._late_jobs,
            "backlog": self._backlog,
            "cases": self._lost_wakeups,
            "people": self._without_contact,
            "rota": self._rota,
            "numbers": self._dead_numbers,
        }

    def _late_jobs(self, now: datetime) -> Iterator[Found]:
        """Jobs whose mark has not moved for too long. An alarm lasts until the job has worked since."""
        del now
        watch = self.handbook.policy.watch
        marks = {mark.name: mark for mark in self.store.jobs_marked()}
        alarms = {alarm.key: alarm for alarm in self.store.open_alarms()}
        for name, every in INTERVALS.items():
            mark = marks.get(name, JobMark(name))
            still = self.stopwatch.unchanged(f"job/{name}", mark.ok_at)
            late = still > max(every * watch.late_factor, watch.late)
            if late or _not_since(alarms.get(f"job/{name}"), mark):
                yield Found(f"job/{name}", AlarmKind.LATE_JOB, _late_because(mark), is_alarm=late)

    def _backlog(self, now: datetime) -> Iterator[Found]:
        late = self.handbook.policy.watch.late
        is_late = self.store.oldest_due(now) > late.total_seconds()
        lasts = self.stopwatch.unchanged("backlog", is_late)
        if is_late:
            because = f"Work has been waiting for more than {late.total_seconds():.0f} s; is a worker running?"
            yield Found("backlog", AlarmKind.BACKLOG, because, is_alarm=lasts >= BACKLOG_LASTS)

    def _lost_wakeups(self, now: datetime) -> Iterator[Found]:
        """Every open case gets its next look back."""
        forgotten = self.store.cases_without_wakeup(_AT_ONCE)
        for participant_id in forgotten:
            self._record(participant_id, (case_timer(now),), now)
        if forgotten:
            because = f"People with an open case and no next look at it: {len(forgotten)}. They have one now."
            yield Found("lost_wakeup", AlarmKind.LOST_WAKEUP, because)

    def _without_contact(self, now: datetime) -> Iterator[Found]:
        contact = self.handbook.policy.watch.contact
        because = f"nothing was sent, skipped or heard for {contact.days} days"
        for participant_id in self.store.overdue_people(now - contact, _AT_ONCE):
            yield Found(f"contact/{participant_id}", AlarmKind.NO_CONTACT, because, participant_id)

    def _rota(self, now: datetime) -> Iterator[Found]:
        wrong = problems(self._read_rota(), now)
        if wrong:
            yield Found("rota", AlarmKind.ROTA, wrong[0])

    def _dead_numbers(self, now: datetime) -> Iterator[Found]:
        failing = set(self.store.failing_numbers(now))
        for one in self._read_rota().active:
            if one.id in failing:
                yield Found(f"number/{one.id}", AlarmKind.DEAD_NUMBER, f"Pages to {one.handle} do not arrive.", one.id)

    # What is done about it -------------------------------------------------------------------------------------------

    def _raise(self, one: Found, now: datetime) -> None:
        """A person nobody writes to is also work for a coordinator; the task first, since a day has only one of it."""
        if one.kind is AlarmKind.NO_CONTACT and one.participant_id is not None:
            task = TaskRaised(one.kind, one.because, key=f"{one.kind}/{now.date()}")
            self._record(one.participant_id, (task,), now)
        if self.store.raise_alarm(one.key, one.kind, one.because, now, one.participant_id):
            log.error("an alarm was raised", extra={"code": one.kind, "participant_id": one.participant_id})

    def _end(self, found: Collection[Found], now: datetime) -> None:
        """What the watch finds, it also ends; alarms that others raised are theirs."""
        still = {one.key for one in found}
        for alarm in self.store.open_alarms():
            if alarm.kind in set(AlarmKind) and alarm.key not in still:
                self.store.end_alarm(alarm.key, now)

    def _page(self, unseen: Sequence[Alarm], now: datetime) -> None:
        repeat = self.handbook.policy.operator.repeat
        due = [alarm for alarm in unseen if alarm.paged_at is None or now - alarm.paged_at >= repeat]
        if not due:
            return
        rota = self._read_rota()
        for kind in dict.fromkeys(alarm.kind for alarm in due):
            told = [who for who in _for_alarms(rota) if self._may_be_paged(kind, who, rota, now)]
            for who in told:
                self._page_one(f"alarm.{kind}", who, now)
            for alarm in due if told else ():
                if alarm.kind == kind:
                    self.store.alarm_paged(alarm.id, now)

    def _may_be_paged(self, kind: str, who: OnCall, rota: Rota, now: datetime) -> bool:
        """What can wait for the morning does: whoever is woken for nothing reads the next page less gladly."""
        waits = kind == AlarmKind.NO_CONTACT or (kind == AlarmKind.ROTA and bool(on_duty(rota, now)))
        return not waits or _in_hours(self.handbook.policy.of(Disposition.ROUTINE).hours, who.zone, now)

    def _page_one(self, template: str, who: OnCall, now: datetime) -> None:
        """One text of its kind an hour to each, however often an alarm comes and goes."""
        name = template if template in self.handbook.library.templates else _PAGE_OF_OTHERS
        repeat = self.handbook.policy.operator.repeat
        body = paging.text(name, self.handbook, who)
        page = PageQueued(who.id, who.phone, Channel.SMS, name, body, now + repeat, "an alarm about the program")
        with self.store.begin() as tx:
            known = tx.conversation(who.id, now)
            if not any(sent.template == name and now - sent.at < repeat for sent in known.sent):
                tx.record(known, (page,), Cause(), now)

    def _record(self, participant_id: int, events: tuple[Event, ...], now: datetime) -> None:
        with self.store.begin() as tx:
            tx.record(tx.conversation(participant_id, now), events, Cause(), now)

    def _read_rota(self) -> Rota:
        with self.store.begin() as tx:
            return tx.rota()


def _not_since(alarm: Alarm | None, mark: JobMark) -> bool:
    """Whether a job has not worked since it was found late, perhaps by another process."""
    return alarm is not None and (mark.ok_at is None or mark.ok_at <= alarm.raised_at)


def _late_because(mark: JobMark) -> str:
    worked = f"last worked {mark.ok_at:%d %b %H:%M} UTC" if mark.ok_at else "has never worked"
    failed = mark.error if mark.failed_at and (mark.ok_at is None or mark.failed_at > mark.ok_at) else None
    return f"The job {mark.name} {worked}{f' and fails with {failed}' if failed else ''}; is a worker running?"


def _for_alarms(rota: Rota) -> Iterable[OnCall]:
    """Who hears of alarms and can be texted; everybody who can, when the operators cannot."""
    return [one for one in operators(rota) if one.texts] or [one for one in rota.active if one.texts]


def _in_hours(hours: WorkingHours | None, zone: str, now: datetime) -> bool:
    at = schedule.local(now, zone)
    return hours is None or (at.weekday() in hours.days and hours.start <= at.time() < hours.end)
