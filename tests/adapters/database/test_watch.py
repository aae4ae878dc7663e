"""What the program keeps about itself: marks of jobs, alarms, cases nobody looks at, people nobody hears of."""

from __future__ import annotations

from datetime import date, timedelta

from coach.adapters.database.processes import ProcessSeen, processes_problem, read_processes
from coach.adapters.database.tables import process_mark
from coach.core.escalation import case_timer
from coach.core.events import EscalationClosed, EscalationRaised
from coach.core.model import Disposition, Status
from coach.ports import Forgotten, JobMark
from tests.adapters.database.scene import Scene

RAISED = EscalationRaised(Disposition.URGENT, ("a",), "b", "c")


def test_a_mark_says_when_a_job_last_worked_and_last_failed(scene: Scene) -> None:
    """One does not wipe out the other."""
    began = scene.now
    scene.store.mark_job("plan", began, None, "worker")
    later = scene.clock.advance(minutes=1)
    scene.store.mark_job("plan", later, "OperationalError", "web")
    assert scene.store.jobs_marked() == [JobMark("plan", began, later, "OperationalError", "web")]


def test_a_process_that_died_is_seen_although_another_does_its_job(scene: Scene) -> None:
    """The mark of the job moves on; the one of the process stays where it was."""
    began = scene.now
    for process in ("one/11", "two/22"):
        scene.store.mark_job("plan", began, None, process)
    later = scene.clock.advance(minutes=5)
    scene.store.mark_job("plan", later, None, "two/22")
    assert [(mark.ok_at, mark.process) for mark in scene.store.jobs_marked()] == [(later, "two/22")]
    with scene.engine.begin() as connection:
        assert read_processes(connection, later) == [ProcessSeen("two/22", later), ProcessSeen("one/11", began)]
    url = scene.engine.url.render_as_string(hide_password=False)
    assert processes_problem(url, later) == (
        "1 at work; stopped: one/11 (last seen 24 Nov 15:00 UTC). Unless that was on purpose, see their logs."
    )


def test_no_process_at_all_is_named_with_what_to_start(scene: Scene) -> None:
    """One that still leaves marks is well, whichever of its jobs it did last, and however that went."""
    url = scene.engine.url.render_as_string(hide_password=False)
    start = "start coach serve, or coach web and coach worker."
    assert processes_problem(url, scene.now) == f"no process has been at work; {start}"
    scene.store.mark_job("plan", scene.now, None, "one/11")
    scene.store.mark_job("watch", scene.clock.advance(seconds=100), "OperationalError", "one/11")
    assert processes_problem(url, scene.clock.advance(seconds=100)) is None
    later = scene.clock.advance(hours=1)
    assert processes_problem(url, later) == f"no process has been at work since 24 Nov 15:01 UTC; {start}"
    assert processes_problem(url, scene.clock.advance(days=2)) == f"no process has been at work; {start}"


def test_marks_of_processes_that_are_no_more_go(scene: Scene) -> None:
    """Every start has a new name, so they would pile up."""
    scene.store.mark_job("plan", scene.now, None, "one/11")
    week = timedelta(days=7)
    now = scene.clock.advance(days=8)
    scene.store.mark_job("plan", now, None, "two/22")
    assert [scene.store.forget(Forgotten.PROCESSES, now - week, now, 10) for _ in range(2)] == [1, 0]
    assert scene.column(process_mark, "process") == ["two/22"]
    assert len(scene.store.jobs_marked()) == 1


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
