"""What pages are told: on SQLite and PostgreSQL alike, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta

import pytest
from sqlalchemy import Engine, event

from coach.adapters.database import tables as t
from coach.adapters.database.reports import Reports
from coach.adapters.database.reports_thread import LINES
from coach.adapters.database.reports_values import Speaker
from coach.core.model import Disposition, Lane, PassedOver
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import Panel, add, busy_morning


@pytest.fixture
def panel(engine: Engine, clock: StoppedClock) -> Panel:
    """An empty panel in an empty database."""
    return Panel(engine, clock())


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The SELECT statements made meanwhile."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_worst_case_is_first_and_the_oldest_of_its_level(engine: Engine, panel: Panel) -> None:
    """Level before age; whether somebody has taken a case does not move it."""
    busy_morning(panel)
    worklist = Reports(engine).worklist(panel.now)
    assert [case.level.value for case in worklist.cases] == [
        "emergency", "emergency", "urgent", "urgent", "routine", "routine",
    ]  # fmt: skip
    assert [case.name.split(" ")[0] for case in worklist.cases] == ["Inez", "Rosa", "Walter", "", "Harold", "Grace"]
    assert (worklist.unowned, worklist.at_level(Disposition.URGENT)) == (4, 2)


def test_a_closed_case_and_a_finished_task_are_not_on_the_worklist(engine: Engine, panel: Panel) -> None:
    """The worklist is what still waits."""
    walter = panel.person("Walter", 12)
    panel.case(walter, "urgent", "new rise", "6", timedelta(hours=1), state="closed")
    panel.task(walter, "silence", "silent for 7 days", timedelta(hours=1), done_at=panel.now, done_by="ana")
    worklist = Reports(engine).worklist(panel.now)
    assert (worklist.cases, worklist.tasks) == ((), ())


def test_a_task_without_a_person_is_still_on_the_worklist(engine: Engine, panel: Panel) -> None:
    """A text of an unknown number may be an emergency too."""
    panel.task(None, "unread_text", "the text could not be read", timedelta(hours=1))
    (task,) = Reports(engine).worklist(panel.now).tasks
    assert (task.participant_id, task.name) == (None, "")


def test_a_row_of_the_worklist_has_the_last_score_of_each_day_of_two_weeks(engine: Engine, panel: Panel) -> None:
    """A person who corrects a score means the correction."""
    walter = panel.person("Walter", 12)
    panel.case(walter, "urgent", "new rise", "6", timedelta(hours=1))
    panel.scores(walter, 9, *[None] * 15, 2, 3)
    panel.score(walter, panel.now.date(), 5)
    (case,) = Reports(engine).worklist(panel.now).cases
    assert [score.score for score in case.scores] == [2, 5]


def test_no_page_asks_more_of_the_database_when_there_are_more_people(engine: Engine, panel: Panel) -> None:
    """The number of statements is fixed: pages stay quick with thousands of people."""
    reports = Reports(engine)
    busy_morning(panel)
    with counted(engine) as few:
        reports.worklist(panel.now)
        reports.people("", panel.now)
        reports.person(1, panel.now)
    for digits in range(30, 60):
        person = panel.person(f"Person {digits}", digits)
        panel.case(person, "routine", "slowly worse", "5", timedelta(hours=digits))
        panel.scores(person, 4, 5)
        panel.received(person, "5", panel.now)
    with counted(engine) as many:
        reports.worklist(panel.now)
        reports.people("", panel.now)
        reports.person(1, panel.now)
    assert len(many) == len(few) <= 33


@pytest.mark.parametrize("lane", [Lane.REPLY, Lane.PROMPT])
def test_what_is_sent_and_what_is_not_say_what_was_passed_over(engine: Engine, panel: Panel, lane: Lane) -> None:
    """Each its own, found again by its moment: answers, prompts, and prompts that were skipped."""
    walter = panel.person("Walter", 12)
    at, later = panel.now - timedelta(hours=3), panel.now - timedelta(hours=2)
    over = {"passed_over": [{"template": "hydration.glass", "gate": "D1"}]}
    for when, passed in ((at, over), (later, {"passed_over": []})):
        panel.sent(walter, "Sip with each meal.", when, lane=lane, template="hydration.meals")
        data = {"template": "hydration.meals"} | passed
        add(engine, t.event, participant_id=walter, at=when, kind="MessageQueued", data=data)
    skipped = {"slot": "hydration", "day": "2026-11-24", "reason": "gate", "because": "none was safe"} | over
    add(engine, t.event, participant_id=walter, at=panel.now, kind="PromptSkipped", data=skipped)
    page = Reports(engine).person(walter, panel.now)
    assert page is not None
    glass = (PassedOver("hydration.glass", "D1"),)
    assert [line.passed_over for line in page.lines] == [glass, ()]
    assert [one.passed_over for one in page.skipped] == [glass]


def test_a_conversation_is_merged_by_time_with_what_came_of_each_message(engine: Engine, panel: Panel) -> None:
    """Texts, calls, steps of staff and facts of the system make one thread."""
    rosa = busy_morning(panel)["Rosa"]
    page = Reports(engine).person(rosa, panel.now)
    assert page is not None
    assert [line.at for line in page.lines] == sorted(line.at for line in page.lines)
    assert {line.speaker for line in page.lines} == set(Speaker)
    last = page.lines[-1]
    assert last.text == "¿Ya llamó?"
    assert last.delivery is not None
    assert (last.delivery.words, last.delivery.trouble) == ("Not delivered: this number cannot take texts", True)
    call = next(line for line in page.lines if line.channel == "voice")
    assert call.delivery is not None
    assert (call.text, call.delivery.words) == ("Phone call: daily call", "Nobody answered")


def test_what_was_read_from_a_text_stands_with_it(engine: Engine, panel: Panel) -> None:
    """Coordinators see what the coach understood, in codes with their evidence left out."""
    rosa = busy_morning(panel)["Rosa"]
    page = Reports(engine).person(rosa, panel.now)
    assert page is not None
    heard = [line.read for line in page.lines if line.speaker is Speaker.PERSON][-1]
    assert heard is not None
    assert (heard.intent, heard.signs, heard.denied) == ("report", ("cauda_equina_signs",), ("chest_pain",))
    assert heard.disposition is Disposition.EMERGENCY


def test_a_text_nobody_has_read_says_so(engine: Engine, panel: Panel) -> None:
    """A stored text without a decision is visible, and counted once it has waited for minutes."""
    walter = panel.person("Walter", 12)
    panel.received(walter, "help", panel.now - timedelta(minutes=5), decided_at=None)
    page = Reports(engine).person(walter, panel.now)
    assert page is not None
    assert page.lines[-1].undecided
    assert Reports(engine).worklist(panel.now).counts.unread == 1


def test_a_long_conversation_is_read_back_page_by_page(engine: Engine, panel: Panel) -> None:
    """The newest lines come first; going back shows every line once."""
    walter = panel.person("Walter", 12)
    for minute in range(LINES + 10):
        panel.received(walter, f"text {minute}", panel.now - timedelta(minutes=minute))
    reports = Reports(engine)
    newest = reports.person(walter, panel.now)
    assert newest is not None
    assert (len(newest.lines), newest.lines[-1].text) == (LINES, "text 0")
    older = reports.person(walter, panel.now, newest.earlier)
    assert older is not None
    assert (len(older.lines), older.lines[0].text, older.earlier) == (10, f"text {LINES + 9}", None)


def test_lines_of_one_moment_are_never_lost_between_two_pages(engine: Engine, panel: Panel) -> None:
    """A text and the answers to it are often recorded at the same instant."""
    walter = panel.person("Walter", 12)
    for minute in range(LINES // 2 + 5):
        at = panel.now - timedelta(minutes=minute)
        panel.received(walter, f"text {minute}", at)
        panel.sent(walter, f"answer {minute}", at)
    panel.received(walter, "newest", panel.now + timedelta(seconds=1))
    reports, seen, before = Reports(engine), list[str](), None
    for _ in range(3):
        page = reports.person(walter, panel.now, before)
        assert page is not None
        seen += [line.text for line in page.lines]
        before = page.earlier
        if before is None:
            break
    assert len(seen) == len(set(seen)) == LINES + 11


def test_open_cases_come_before_closed_ones_with_all_their_steps(engine: Engine, panel: Panel) -> None:
    """What is to be done is above what was done."""
    rosa = busy_morning(panel)["Rosa"]
    page = Reports(engine).person(rosa, panel.now)
    assert page is not None
    assert [case.state.value for case in page.cases] == ["raised", "closed"]
    assert [(step.step, step.staff) for step in page.cases[1].steps] == [
        ("raised", ""), ("acknowledged", "ana"), ("closed", "ana"),
    ]  # fmt: skip
    assert page.cases[1].outcome == "reached_care"


def test_falls_signs_and_cases_are_marked_on_their_local_day(engine: Engine, panel: Panel) -> None:
    """A case raised after midnight UTC belongs to the evening before in New York."""
    walter = panel.person("Walter", 12)
    panel.case(walter, "urgent", "new rise", "6", timedelta(hours=13))  # 02:00 UTC
    panel.observed(walter, panel.now.date(), kind="falls", value=2)
    panel.observed(walter, panel.now.date(), kind="falls", value=0)
    page = Reports(engine).person(walter, panel.now)
    assert page is not None
    assert [(m.kind, m.words, (panel.now.date() - m.day).days) for m in page.markers] == [
        ("fall", "2 falls", 0), ("case", "urgent case: new rise", 1),
    ]  # fmt: skip


def test_skipped_prompts_say_why(engine: Engine, panel: Panel) -> None:
    """A message that did not come is explained as well as one that did."""
    rosa = busy_morning(panel)["Rosa"]
    page = Reports(engine).person(rosa, panel.now)
    assert page is not None
    assert [(s.slot, s.because) for s in page.skipped] == [("exercise", "a case was open")]
    assert [u.kind for u in page.upcoming] == ["follow"]


def test_there_is_no_page_of_nobody(engine: Engine, panel: Panel) -> None:
    """An id that was never given has no page."""
    assert Reports(engine).person(4711, panel.now) is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ángel Núñez", "Zoë Adams"]), ("angel", ["Ángel Núñez"]), ("NUNEZ ang", ["Ángel Núñez"]),
        ("zoe", ["Zoë Adams"]), ("0142", ["Ángel Núñez"]), ("(202) 555-0143", ["Zoë Adams"]), ("42", []),
        ("%", []), ("_", []), ("' OR 1=1 --", []), ("\x00", []),
    ],
)  # fmt: skip
def test_people_are_found_by_name_or_number(engine: Engine, panel: Panel, query: str, found: list[str]) -> None:
    """Accents, capitals and the way a number is written do not matter; nothing is a wildcard."""
    panel.person("Zoë Adams", 43)
    panel.person("Ángel Núñez", 42)
    assert [row.name for row in Reports(engine).people(query, panel.now).rows] == found


def test_the_list_shows_the_last_score_last_text_and_worst_case(engine: Engine, panel: Panel) -> None:
    """One line tells whether somebody needs a look."""
    walter = panel.person("Walter", 12)
    panel.scores(walter, 2, 7, None)
    panel.received(walter, "7", panel.now - timedelta(days=1))
    panel.case(walter, "routine", "a", "", timedelta(hours=1))
    panel.case(walter, "urgent", "b", "", timedelta(hours=1))
    (row,) = Reports(engine).people("", panel.now).rows
    assert row.last_score is not None
    assert (row.last_score.score, row.open_level) == (7, Disposition.URGENT)
    assert row.last_heard == panel.now - timedelta(days=1)


def test_a_long_list_has_pages_and_a_page_too_far_is_the_last(engine: Engine, panel: Panel) -> None:
    """Every person is on exactly one page."""
    for number in range(99):
        panel.person(f"Person {number:03}", number)
    add(engine, t.participant, **_bulk(panel, 100))
    add(engine, t.participant, **_bulk(panel, 101))
    reports = Reports(engine)
    first, last = reports.people("", panel.now), reports.people("", panel.now, 99)
    assert (first.total, first.pages, len(first.rows)) == (101, 2, 100)
    assert (last.number, len(last.rows)) == (2, 1)


def _bulk(panel: Panel, number: int) -> dict[str, object]:
    return {
        "phone": f"+1303555{number:04}", "name": f"Person {number}", "status": "active", "language": "en",
        "country": "US", "quiet_start": time(20), "quiet_end": time(9), "channel": "sms", "programme": "legs-12-weeks",
        "profile": {}, "created_at": panel.now, "changed_at": panel.now,
    }  # fmt: skip


def test_gauges_count_what_waits_and_name_nobody(engine: Engine, panel: Panel) -> None:
    """The operator sees how much and how late, not whose."""
    walter = panel.person("Walter", 12)
    panel.sent(walter, "How are your legs?", panel.now - timedelta(seconds=90), status=None, state="pending", lane=4)
    panel.case(walter, "urgent", "new rise", "6", timedelta(hours=1))
    gauges = Reports(engine).gauges(panel.now)
    waiting = {lane.lane: lane.waiting for lane in gauges.lanes}
    assert waiting == {"emergency": 0, "urgent": 0, "page": 0, "reply": 0, "prompt": 1}
    assert gauges.oldest_due_seconds == 90
    urgent = next(cases for cases in gauges.cases if cases.level == "urgent")
    assert (urgent.open, urgent.unowned, gauges.tasks) == (1, 1, 0)
    assert Reports(engine).backlog_age(panel.now) == 90


def test_nothing_late_is_no_age(engine: Engine, panel: Panel) -> None:
    """A timer of tomorrow is not late."""
    walter = panel.person("Walter", 12)
    tomorrow = panel.now + timedelta(days=1)
    add(engine, t.timer, participant_id=walter, kind="check_in", key="k", due_at=tomorrow, payload={}, state="pending")
    assert Reports(engine).backlog_age(panel.now) == 0
