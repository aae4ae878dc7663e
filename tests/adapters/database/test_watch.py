"""What the program keeps about itself: marks of jobs, alarms, cases nobody looks at, people nobody hears of."""

from __future__ import annotations

from datetime import date, timedelta

from coach.core.escalation import case_timer
from coach.core.events import EscalationClosed, EscalationRaised
from coach.core.model import Disposition, Status
from coach.ports import JobMark
from tests.adapters.database.scene import Scene

RAISED = EscalationRaised(Disposition.URGENT, ("a",), "b", "c")


def test_a_mark_says_when_a_job_last_worked_and_last_failed(scene: Scene) -> None:
    """One does not wipe out the other."""
    began = scene.now
    scene.store.mark_job("plan", began, None, "worker")
    later = scene.clock.advance(minutes=1)
    scene.store.mark_job("plan", later, "OperationalError", "web")
    assert scene.store.jobs_marked() == [JobMark("plan", began, later, "OperationalError", "web")]


def test_an_alarm_is_open_once_for_its_key_until_it_is_over(scene: Scene) -> None:
    """Then the same may come again."""
    store, now = scene.store, scene.now
    assert [store.raise_alarm("job/plan", "late_job", "plan is late", now) for _ in range(2)] == [True, False]
    (alarm,) = store.open_alarms()
    store.alarm_paged(alarm.id, now)
    assert [store.see_alarm(alarm.id, who, now) for who in ("ana", "ben")] == [True, False]
    (alarm,) = store.open_alarms()
    assert (alarm.paged_at, alarm.seen_by) == (now, "ana")
    assert [store.end_alarm("job/plan", now) for _ in range(2)] == [True, False]
    assert store.open_alarms() == []
    assert store.raise_alarm("job/plan", "late_job", "plan is late", now)


def test_an_open_case_without_a_look_is_found(scene: Scene) -> None:
    """One with a look ahead is not, nor one that is closed."""
    rosa, walter, june = scene.enrol("Rosa"), scene.enrol("Walter"), scene.enrol("June")
    for person in (rosa, walter, june):
        scene.decide(person, RAISED)
    scene.decide(walter, case_timer(scene.now))
    scene.decide(june, EscalationClosed(3, "ana", "seen", ""))
    assert scene.store.cases_without_wakeup(10) == [rosa]


def test_active_people_of_whom_nothing_is_heard_or_sent_are_found(scene: Scene) -> None:
    """Whoever has paused, or got a text or wrote one since, is not."""
    day = date(2026, 11, 20)
    silent = scene.enrol("Rosa", enrolled_on=day)
    scene.enrol("Walter", Status.PAUSED, enrolled_on=day)
    june = scene.enrol("June", enrolled_on=day)
    sam = scene.enrol("Sam", enrolled_on=day)
    scene.clock.advance(days=5)
    scene.queue(june)
    scene.receive("Sam", "4")
    assert sam
    assert scene.store.overdue_people(scene.now - timedelta(days=4), 10) == [silent]
