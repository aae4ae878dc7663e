"""What is done about it: alarms are opened and ended, and whoever runs the program is paged about them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from coach.core import paging, schedule
from coach.core.events import PageQueued, TaskRaised
from coach.core.handbook import Handbook
from coach.core.model import Channel, Disposition
from coach.core.policy import WorkingHours
from coach.core.rota import OnCall, Rota, on_duty, operators
from coach.ports import Alarm, Cause, Clock, Heartbeat, Store
from coach.watching.checks import AlarmKind, Checks, Found, Stopwatch, read_rota, record

log = logging.getLogger(__name__)

_PAGE_OF_OTHERS = "alarm.other"


class NoHeartbeat:
    """Nobody outside watches."""

    def beat(self, *, well: bool) -> None:
        """Nothing to tell."""
        del well


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
        found = tuple(Checks(self.store, self.handbook, self.stopwatch).found(now))
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

    def _raise(self, one: Found, now: datetime) -> None:
        """A person nobody writes to is also work for a coordinator; the task first, since a day has only one of it."""
        if one.kind is AlarmKind.NO_CONTACT and one.participant_id is not None:
            task = TaskRaised(one.kind, one.because, key=f"{one.kind}/{now.date()}")
            record(self.store, one.participant_id, (task,), now)
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
        rota, by = read_rota(self.store), self._channel()
        for kind in dict.fromkeys(alarm.kind for alarm in due):
            told = [who for who in _for_alarms(rota, by) if self._may_be_paged(kind, who, rota, now)]
            for who in told:
                self._page_one(f"alarm.{kind}", who, by, now)
            for alarm in due if told else ():
                if alarm.kind == kind:
                    self.store.alarm_paged(alarm.id, now)

    def _channel(self) -> Channel:
        """By text; by call while no text leaves."""
        stopped = any(line.channel is Channel.SMS for line in self.store.stopped_lines())
        return Channel.VOICE if stopped else Channel.SMS

    def _may_be_paged(self, kind: str, who: OnCall, rota: Rota, now: datetime) -> bool:
        """What can wait for the morning does: whoever is woken for nothing reads the next page less gladly."""
        waits = kind == AlarmKind.NO_CONTACT or (kind == AlarmKind.ROTA and bool(on_duty(rota, now)))
        return not waits or _in_hours(self.handbook.policy.of(Disposition.ROUTINE).hours, who.zone, now)

    def _page_one(self, template: str, who: OnCall, by: Channel, now: datetime) -> None:
        """One page of its kind an hour to each, however often an alarm comes and goes."""
        name = template if template in self.handbook.library.templates else _PAGE_OF_OTHERS
        repeat = self.handbook.policy.operator.repeat
        body = paging.text(name, self.handbook, who)
        page = PageQueued(who.id, who.phone, by, name, body, now + repeat, "an alarm about the program")
        with self.store.begin() as tx:
            known = tx.conversation(who.id, now)
            if not any(sent.template == name and now - sent.at < repeat for sent in known.sent):
                tx.record(known, (page,), Cause(), now)


def _for_alarms(rota: Rota, by: Channel) -> Iterable[OnCall]:
    """Who hears of alarms and can be reached so; everybody who can, when the operators cannot."""

    def can(one: OnCall) -> bool:
        return one.calls if by is Channel.VOICE else one.texts

    return [*filter(can, operators(rota))] or [*filter(can, rota.active)]


def _in_hours(hours: WorkingHours | None, zone: str, now: datetime) -> bool:
    at = schedule.local(now, zone)
    return hours is None or (at.weekday() in hours.days and hours.start <= at.time() < hours.end)
