"""What the rules on scores decide by time alone happens at its minute, once, whatever becomes of the timer."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from coach.core import schedule
from coach.core.conversation import fire, history
from coach.core.conversation.timetable import begin
from coach.core.events import CaseStepped, EscalationRaised, Event, MessageQueued, TaskRaised, TimerSet
from coach.core.model import Asked, CaseStepKind, CheckIn, Kind, Observation, Profile, Status, Timer, TimerKind
from coach.core.trend import Action, Decision, advance, decide, hear, next_moment, passed, start
from tests.core.talking import HANDBOOK, Talk, meet, of, tasks, templates

ZONE = "America/New_York"
MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
COURSES = tomllib.loads((Path(__file__).parent / "vectors" / "trajectories.toml").read_text("utf-8"))["course"]
WRITES = {
    "proximal_weakness": "stairs are hard now, since yesterday",
    "sudden_weakness": "since lunch my left leg suddenly stopped working",
    "back_or_shooting_pain": "dolor que baja por la pierna izquierda",
    "cauda_equina_signs": "no puedo orinar desde anoche y tengo dormida la entrepierna",
    "fall_no_injury": "I had a fall yesterday but did not hurt myself",
    "medicine_changed": "I started atorvastatin today",
    "muscle_pain": "my thighs ache and are sore, did nothing special",
    "brown_urine": "my pee looks like cola",
}
ANSWERS = {"today": "1", "this_week": "2", "longer": "3"}


def rosa(**facts: object) -> Talk:
    """Rosa takes part since Monday 2 March, in New York."""
    known: dict[str, object] = {
        "status": Status.ACTIVE,
        "zone": ZONE,
        "enrolled_on": MONDAY,
        "profile": Profile(age=50, fluid_limit=False, medicines=frozenset({"statin"})),
    }
    talk = meet(datetime(2026, 3, 2, 13, 0, tzinfo=UTC), **{**known, **facts})
    talk.keep(begin(talk.moment(), talk.conversation.participant))
    return talk


def wall(day: int, at: str) -> datetime:
    """The moment of a wall time on a programme day."""
    return schedule.to_utc(MONDAY + (day - 1) * DAY, time.fromisoformat(at), ZONE)


class Diary:
    """Everything a talk led to, with the programme day."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.raised: list[tuple[int, str, str | None, frozenset[str]]] = []
        kept = talk.keep
        keys: set[str] = set()

        def keep(events: tuple[Event, ...]) -> tuple[Event, ...]:
            # What falls due at midnight belongs to the day that ends.
            day = history.minute(talk.conversation, talk.now - timedelta(seconds=1)) // 1440
            for event in events:
                if isinstance(event, EscalationRaised):
                    self.raised.append((day, "escalate", event.level.value, frozenset(event.rules)))
                if isinstance(event, TaskRaised) and (event.key or "").startswith("trend/") and event.key not in keys:
                    keys.add(event.key or "")
                    self.raised.append((day, "task", None, frozenset({event.kind})))
            return kept(events)

        talk.keep = keep  # type: ignore[method-assign]


def happenings(course: dict[str, Any]) -> list[tuple[datetime, str]]:
    """What the person of a course writes, and when."""
    said: dict[datetime, str] = {}
    for day, mark in enumerate(course["scores"].split(), start=1):
        if mark not in "?-":
            said[wall(day, "16:39")] = mark
    for entry in course.get("also", []):
        at = wall(entry["day"], entry["at"]) - timedelta(minutes=1) if "at" in entry else wall(entry["day"], "16:39")
        words = [said.get(at, ""), ANSWERS.get(entry.get("onset", ""), ""), WRITES.get(entry.get("sign", ""), "")]
        said[at] = " ".join(word for word in words if word)
    return sorted(said.items())


def lived(course: dict[str, Any]) -> Diary:
    """A course lived through day by day, up to the end of its last day."""
    talk = rosa()
    diary = Diary(talk)
    for at, words in happenings(course):
        talk.at(at)
        talk.says(words)
    talk.at(wall(len(course["scores"].split()) + 1, "00:00"))
    return diary


def listed(course: dict[str, Any]) -> list[tuple[int, str, str | None]]:
    """The escalations and tasks that the file expects: day, action, level."""
    found: list[tuple[int, str, str | None]] = []
    for line in course["expect"]:
        day, _, rest = line.removeprefix("day ").partition(": ")
        action, *words = rest.split()
        if action in ("escalate", "task"):
            found.append((int(day), action, words[0] if action == "escalate" else None))
    return sorted(found, key=str)


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course["name"])
def test_a_course_lived_day_by_day_raises_what_assess_prints(course: dict[str, Any]) -> None:
    """No case and no task more or less, each on its day."""
    diary = lived(course)
    assert sorted(((day, action, level) for day, action, level, _ in diary.raised), key=str) == listed(course)

    known = diary.talk.conversation
    printed = decide(history.rows(known), history.person_of(known.participant), HANDBOOK.trend)
    wanted = [d for d in printed if d.action in (Action.ESCALATE, Action.TASK)]
    assert len(diary.raised) == len(wanted)
    for day, action, _, rules in diary.raised:
        assert any(d.day == day and d.action.value == action and rules <= {*d.rules} for d in wanted)


# --- the timer itself ---


def jumped() -> Talk:
    """Rosa's score jumped on day 7; she was asked at 16:40 when it began and said no more: four waking hours end."""
    talk = rosa()
    for day, score in enumerate("2232226", start=1):
        talk.at(wall(day, "16:39"))
        talk.says(score)
    assert templates(talk.last) == ["recheck.j1"]
    return talk


def trend_timers(talk: Talk) -> list[Timer]:
    """What waits besides the ends of days."""
    waiting = (t for t in talk.timers.values() if t.kind == TimerKind.TREND and not t.payload)
    return sorted(waiting, key=lambda t: t.due_at)


def test_an_unanswered_question_is_a_task_when_its_minute_is_over() -> None:
    """Asked at 16:40; until 20:00 are 200 waking minutes, the other 40 end at 9:40 the next morning."""
    talk = jumped()
    assert [t.due_at for t in trend_timers(talk)] == [wall(8, "09:41")]
    talk.at(wall(8, "09:40"))
    assert "J1" not in talk.raised
    talk.at(wall(8, "09:41"))
    assert talk.raised.count("J1") == 1


def test_an_answer_at_that_very_minute_is_in_time() -> None:
    """The timer finds nothing due."""
    talk = jumped()
    talk.at(wall(8, "09:39"))
    talk.says("3")
    talk.at(wall(9, "09:00"))
    assert "J1" not in talk.raised


def test_a_timer_that_comes_twice_raises_its_task_under_one_key() -> None:
    """The store keeps one task a key."""
    talk = jumped()
    (timer,) = trend_timers(talk)
    talk.at(wall(8, "09:41"))
    again = fire(talk.known(), timer, HANDBOOK, talk.now)
    keys = {task.key for task in of((*talk.last, *again), TaskRaised)}
    assert keys == {"trend/J1/2026-03-09"}


def test_a_late_timer_raises_what_fell_due_at_its_minute() -> None:
    """Three days without the program: the task comes although an answer came meanwhile, as the rules print it."""
    talk = jumped()
    (timer,) = trend_timers(talk)
    talk.timers.clear()
    talk.now = wall(8, "12:00")
    talk.says("3")
    talk.now = wall(11, "12:00")
    assert "J1" in tasks(fire(talk.known(), timer, HANDBOOK, talk.now))


def test_a_lost_timer_is_set_again_by_the_next_words() -> None:
    """And fires at once, as its minute is past."""
    talk = jumped()
    (timer,) = trend_timers(talk)
    del talk.timers[timer.key]
    talk.at(wall(8, "12:00"))
    talk.says("thanks")
    assert timer.key in talk.timers
    talk.at(talk.now)
    assert talk.raised.count("J1") == 1


def test_silence_is_found_although_a_timer_of_it_was_lost() -> None:
    """The next check-in sets the end of its own day, and what fell due within two days is raised then."""
    talk = rosa()
    for day in (3, 6):
        talk.at(wall(day, "16:39"))
        talk.says("4")
    talk.at(wall(10, "23:59"))
    talk.timers = {key: timer for key, timer in talk.timers.items() if timer.kind != TimerKind.TREND}
    talk.at(wall(12, "12:00"))
    assert talk.raised.count("silence-4") == 1


def test_words_after_the_day_take_no_late_task_away() -> None:
    """Four days were silent when the program stood still; the morning after she wrote."""
    talk = rosa()
    talk.at(wall(4, "23:59"))
    late = next(t for t in talk.timers.values() if t.kind == TimerKind.TREND)
    del talk.timers[late.key]
    talk.now = wall(5, "08:00")
    talk.says("thanks")
    assert tasks(fire(talk.known(), late, HANDBOOK, wall(5, "08:30"))) == ["silence-4"]


def test_a_zone_that_changed_judges_no_day_before_its_end() -> None:
    """A timer set for midnight in New York finds the day not over in Los Angeles, and waits for it."""
    talk = rosa()
    talk.at(wall(1, "16:39"))
    talk.says("4")
    talk.at(wall(5, "23:00"))
    person = talk.conversation.participant
    talk.conversation = replace(talk.conversation, participant=replace(person, zone="America/Los_Angeles"))
    talk.at(wall(6, "00:01"))
    assert "silence-4" not in talk.raised
    talk.at(wall(6, "03:01"))
    assert talk.raised.count("silence-4") == 1


def test_a_day_on_which_something_was_heard_costs_no_look_at_the_history() -> None:
    """Its timer causes nothing and sets nothing: what was heard has set what is to come."""
    talk = rosa()
    talk.at(wall(1, "16:39"))
    talk.says("4")
    talk.at(wall(2, "00:00"))
    assert talk.last == ()


def test_silence_after_an_urgent_message_marks_the_case_so_that_its_owner_is_paged() -> None:
    """Twelve waking hours: a task, the step SILENT, and a look at the cases; once."""
    talk = rosa()
    talk.at(wall(2, "11:59"))
    talk.says("my calf is swollen and hot")
    talk.at(wall(3, "13:00"))
    assert talk.raised.count("silence-urgent") == 0
    talk.at(wall(3, "13:01"))
    assert talk.raised.count("silence-urgent") == 1
    assert [step.kind for step in talk.steps].count(CaseStepKind.SILENT) == 1
    again = fire(talk.known(), Timer(0, 1, TimerKind.TREND, "x", talk.now), HANDBOOK, talk.now)
    assert of(again, CaseStepped) == []


def test_nothing_is_raised_for_whoever_has_left() -> None:
    """After STOP nobody watches."""
    talk = jumped()
    (timer,) = trend_timers(talk)
    talk.says("STOP")
    assert trend_timers(talk) == []
    assert fire(talk.known(), timer, HANDBOOK, wall(8, "09:41")) == ()


def test_in_a_pause_an_open_question_is_a_task_and_silence_is_none() -> None:
    """A pause was wished for."""
    talk = jumped()
    talk.says("PAUSE")
    talk.at(wall(13, "12:00"))
    assert talk.raised.count("J1") == 1
    assert not any(kind.startswith("silence") for kind in talk.raised)


def test_nothing_is_sent_to_the_person_by_it() -> None:
    """It makes work for coordinators only."""
    talk = jumped()
    (timer,) = trend_timers(talk)
    facts = fire(talk.known(), timer, HANDBOOK, wall(8, "09:41"))
    assert of(facts, MessageQueued) == []
    assert {type(fact) for fact in facts} <= {TaskRaised, TimerSet}


def test_what_is_kept_of_a_case_names_replies_dates_version_and_the_nearest_change() -> None:
    """The short sentence stays as it is."""
    talk = rosa()
    for day, score in enumerate("2232226", start=1):
        talk.at(wall(day, "16:39"))
        talk.says(score)
    (case,) = of(talk.says("2"), EscalationRaised)
    assert case.explanation is not None
    text = str(case.explanation["because"])
    assert text.startswith(case.because)
    assert "6 (Sunday 8 March)" in text
    assert "Rules version" in text
    assert "would not have come" in text


# --- the moments of the rules ---


def test_moments_lead_to_the_same_decisions_as_going_through_the_days() -> None:
    """For every course, whatever the steps in between."""
    for course in COURSES:
        diary_rows = history.rows(lived(course).talk.conversation)
        state = start(history.person_of(rosa().conversation.participant), HANDBOOK.trend)
        for row in diary_rows:
            _, plain = advance(state, row.moment)
            later, found = passed(state, row.moment)
            assert tuple(decision for _, decision in found) == plain
            coming = next_moment(state)
            assert all(coming is not None and coming <= minute <= row.moment for minute, _ in found)
            state, _ = hear(later, row)


def test_what_was_folded_before_is_taken_up_without_a_difference() -> None:
    """Rosa tells her score on most days of half a year, and now and then leaves the question open for ten days."""
    known, rules = rosa().conversation, HANDBOOK.trend
    state, found = start(history.person_of(known.participant), rules), list[tuple[int, Decision]]()
    for day in range(1, 180):
        date_of_day, at = MONDAY + (day - 1) * DAY, wall(day, "16:40")
        if day % 25 > 9:
            told = Observation(Kind.WEAKNESS, at, date_of_day, value=day % 7, asked=Asked.WEAKNESS)
            known = replace(known, observations=(*known.observations, told))
        else:
            known = replace(known, check_ins=(*known.check_ins, CheckIn(day, Asked.WEAKNESS, at, date_of_day)))
        row = history.rows(known)[-1]
        state, earlier = passed(state, row.moment)
        state, _ = hear(state, row)
        found += earlier
        assert history.course(known, rules) == history.Course(state, tuple(found))
    assert found
