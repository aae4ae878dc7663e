"""What is looked for: late jobs, waiting work, cases nobody looks at, silent people, the rota, dead numbers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from coach.core.escalation import case_timer
from coach.core.events import Event
from coach.core.handbook import Handbook
from coach.core.rota import Rota, problems
from coach.ports import Alarm, Cause, JobMark, Store

log = logging.getLogger(__name__)

INTERVALS: Mapping[str, timedelta] = {
    "plan": timedelta(seconds=1),
    "dispatch": timedelta(seconds=0.5),
    "recover": timedelta(seconds=5),
    "reconcile": timedelta(seconds=30),
    "replay": timedelta(seconds=5),
    "catch_up": timedelta(seconds=5),
    "watch": timedelta(seconds=30),
}
"""How often each recurring job is to run."""

BACKLOG_LASTS = timedelta(minutes=1)
"""Work that waits too long is no alarm before it has done so for this long: a moment's rush ends by itself."""

_AT_ONCE = 1000
_CLOCKS_DIFFER = timedelta(minutes=1)
"""Less than this between the clocks of several machines is ordinary."""

_REFUSED_LASTS = timedelta(minutes=5)
"""The account is tried each minute, so after this it is no longer refused."""


class AlarmKind(StrEnum):
    """What the watch itself finds; each has its page, `alarm.` and this word."""

    LATE_JOB = "late_job"
    BACKLOG = "backlog"
    LOST_WAKEUP = "lost_wakeup"
    NO_CONTACT = "no_contact"
    ROTA = "rota"
    DEAD_NUMBER = "dead_number"
    BROKEN_CHECK = "broken_check"
    LINE_STOPPED = "line_stopped"
    ACCOUNT_REFUSED = "account_refused"
    CLOCK_SET_BACK = "clock_set_back"


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
class Checks:
    """Everything that is looked for, over the store. What can be mended at once is mended."""

    store: Store
    handbook: Handbook
    stopwatch: Stopwatch

    def found(self, now: datetime) -> Iterator[Found]:
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
            "lines": self._stopped_lines,
            "clock": self._set_back,
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
            record(self.store, participant_id, (case_timer(now),), now)
        if forgotten:
            because = f"People with an open case and no next look at it: {len(forgotten)}. They have one now."
            yield Found("lost_wakeup", AlarmKind.LOST_WAKEUP, because)

    def _without_contact(self, now: datetime) -> Iterator[Found]:
        contact = self.handbook.policy.watch.contact
        because = f"nothing was sent, skipped or heard for {contact.days} days"
        for participant_id in self.store.overdue_people(now - contact, _AT_ONCE):
            yield Found(f"contact/{participant_id}", AlarmKind.NO_CONTACT, because, participant_id)

    def _rota(self, now: datetime) -> Iterator[Found]:
        wrong = problems(read_rota(self.store), now)
        if wrong:
            yield Found("rota", AlarmKind.ROTA, wrong[0])

    def _dead_numbers(self, now: datetime) -> Iterator[Found]:
        failing = set(self.store.failing_numbers(now))
        for one in read_rota(self.store).active:
            if one.id in failing:
                yield Found(f"number/{one.id}", AlarmKind.DEAD_NUMBER, f"Pages to {one.handle} do not arrive.", one.id)

    def _stopped_lines(self, now: datetime) -> Iterator[Found]:
        """What the carrier refuses us as a whole, until it works again."""
        for line in self.store.stopped_lines():
            yield Found(f"line/{line.name}", AlarmKind.LINE_STOPPED, line.because)
        code = self.store.account_refused(now - _REFUSED_LASTS)
        if code is not None:
            because = (
                f"The carrier refuses our account or credentials (code {code}); nothing can be sent until it is mended."
            )
            yield Found("account", AlarmKind.ACCOUNT_REFUSED, because)

    def _set_back(self, now: datetime) -> Iterator[Found]:
        """Cases whose next page waits for a time that was there once already."""
        ahead = self.store.cases_ahead(now + _CLOCKS_DIFFER)
        if ahead:
            because = (
                f"The clock was set back. Open cases with times still to come: {ahead}. Their next pages may come late:"
                " look after them by hand, and see that a time server sets the clock."
            )
            yield Found("clock", AlarmKind.CLOCK_SET_BACK, because)


def record(store: Store, participant_id: int, events: tuple[Event, ...], now: datetime) -> None:
    """Facts about a person that the watch itself has caused."""
    with store.begin() as tx:
        tx.record(tx.conversation(participant_id, now), events, Cause(), now)


def read_rota(store: Store) -> Rota:
    """As it stands now."""
    with store.begin() as tx:
        return tx.rota()


def _not_since(alarm: Alarm | None, mark: JobMark) -> bool:
    """Whether a job has not worked since it was found late, perhaps by another process."""
    return alarm is not None and (mark.ok_at is None or mark.ok_at <= alarm.raised_at)


def _late_because(mark: JobMark) -> str:
    worked = f"last worked {mark.ok_at:%d %b %H:%M} UTC" if mark.ok_at else "has never worked"
    failed = mark.error if mark.failed_at and (mark.ok_at is None or mark.failed_at > mark.ok_at) else None
    return f"The job {mark.name} {worked}{f' and fails with {failed}' if failed else ''}; is a worker running?"
