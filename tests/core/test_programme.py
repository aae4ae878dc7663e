"""When prompts are due, which of them go out, and what holds one back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from coach.core.model import (
    Asked,
    Conversation,
    Disposition,
    Escalation,
    EscalationState,
    Kind,
    Lane,
    Language,
    Observation,
    Participant,
    Profile,
    QuietHours,
    Sent,
    Status,
)
from coach.core.programme import (
    Cap,
    Due,
    Limits,
    Programme,
    PromptKind,
    SkipReason,
    Slot,
    Weeks,
    calendar,
    due_on,
    first_timers,
    group_for,
    next_due,
    suppression,
    week_of,
)
from coach.core.schedule import is_quiet, to_utc

ZONE = "America/New_York"
MONDAY = date(2026, 11, 23)
DAILY = frozenset(range(7))
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

LIMITS = Limits(
    merge=HOUR,
    move=3 * HOUR,
    after_emergency=DAY,
    score_high=7,
    easy_from=5,
    score_fresh=7 * DAY,
    fall=2 * DAY,
    fall_codes=frozenset({"fall_no_injury"}),
    sick=2 * DAY,
    sick_codes=frozenset({"fever"}),
    crash=7 * DAY,
    crash_longer=28 * DAY,
    crash_codes=frozenset({"post_exertion_crash"}),
    crash_conditions=frozenset({"mecfs"}),
    clearance_codes=frozenset({"chest_pain"}),
    step_up_rise=2,
    step_up=7 * DAY,
    step_up_codes=frozenset({"medicine_changed"}),
    step_up_longer=14 * DAY,
)


def a_slot(name: str, kind: PromptKind, at: str, **changes: Any) -> Slot:
    """A daily slot of both weeks, useful for three hours."""
    plain = Slot(name, kind, kind.value, Asked.NOTHING, Weeks(1, 2), DAILY, time.fromisoformat(at), 3 * HOUR)
    return replace(plain, **changes)


CHECK_IN = a_slot("check-in", PromptKind.CHECK_IN, "16:30")
EXTRA = a_slot("extra", PromptKind.CHECK_IN, "18:00", stepped_up=True)
MORNING = a_slot("morning", PromptKind.HYDRATION, "10:00")
AFTERNOON = a_slot("afternoon", PromptKind.HYDRATION, "14:00")
EXERCISE = a_slot("exercise", PromptKind.EXERCISE, "10:30", weekdays=frozenset({0}), easy_group="easy")
LESSON = a_slot("lesson", PromptKind.EDUCATION, "11:45", weekdays=frozenset({0, 1}))
PLAN = Programme(
    "two-weeks", "1", (CHECK_IN, EXTRA, MORNING, AFTERNOON, EXERCISE, LESSON), (Cap(Weeks(1, 2), 3, 20),), LIMITS
)

JUAN = Participant(
    id=1,
    phone="+15550100002",
    status=Status.ACTIVE,
    language=Language.ES,
    country="US",
    zone=ZONE,
    enrolled_on=MONDAY,
    profile=Profile(age=60),
)


def at(clock: str, day: date = MONDAY) -> datetime:
    """A moment by Juan's wall clock."""
    return to_utc(day, time.fromisoformat(clock), ZONE)


def due(slot: Slot, day: date = MONDAY) -> Due:
    """The slot's firing on a date."""
    return due_on(slot, JUAN, day, to_utc(day, slot.at, ZONE))


def scored(value: float, when: datetime) -> Observation:
    """A score Juan gave."""
    return Observation(Kind.WEAKNESS, when, when.date(), value=value)


def sign(code: str, when: datetime) -> Observation:
    """A sign Juan told of."""
    return Observation(Kind.SIGN, when, when.date(), code=code)


def a_case(level: Disposition, raised: datetime, state: EscalationState = EscalationState.RAISED) -> Escalation:
    """A case of Juan's."""
    return Escalation(1, JUAN.id, level, ("x",), "because", "quote", raised, state)


WELL = Conversation(JUAN, observations=(scored(3, at("17:00", MONDAY - DAY)),))


def reason(
    slot: Slot, conversation: Conversation = WELL, now: datetime | None = None, day: date = MONDAY
) -> str | None:
    """Why the slot is held back at its own time, or at another moment."""
    held = suppression(PLAN, due(slot, day), conversation, now or to_utc(day, slot.at, ZONE))
    return held.reason if held else None


# --- when ---------------------------------------------------------------------------------------------------------


def test_week_one_begins_on_the_enrolment_day() -> None:
    """Seven days each."""
    assert [week_of(JUAN, MONDAY + n * DAY) for n in (-1, 0, 6, 7)] == [0, 1, 1, 2]


def test_the_next_firing_is_strictly_after_now() -> None:
    """A timer that has just fired sets tomorrow's."""
    first = next_due(PLAN, CHECK_IN, JUAN, at("16:29"))
    second = next_due(PLAN, CHECK_IN, JUAN, at("16:30"))
    assert first is not None
    assert second is not None
    assert (first.day, second.day) == (MONDAY, MONDAY + DAY)


def test_nothing_is_due_before_enrolment_after_the_last_week_or_without_a_zone() -> None:
    """Exactly fourteen check-ins in two weeks."""
    days, after = [], at("00:00", MONDAY - 5 * DAY)
    while (one := next_due(PLAN, CHECK_IN, JUAN, after)) is not None:
        days.append(one.day)
        after = one.at
    assert days == [MONDAY + n * DAY for n in range(14)]
    assert next_due(PLAN, CHECK_IN, replace(JUAN, zone=None), after) is None
    assert next_due(PLAN, CHECK_IN, replace(JUAN, enrolled_on=None), after) is None


def test_a_start_sets_one_timer_for_every_slot_earliest_first() -> None:
    """At noon the morning's prompts are tomorrow's or next week's."""
    found = first_timers(PLAN, JUAN, at("12:00"))
    assert [d.slot.id for d in found] == ["afternoon", "check-in", "extra", "morning", "lesson", "exercise"]
    assert found[-1].day == MONDAY + 7 * DAY


def test_a_prompt_is_useful_for_its_time_but_never_into_the_night() -> None:
    """A 16:30 prompt for three hours; one at 18:00 only until 20:00."""
    assert due(CHECK_IN).useful_until == at("19:30")
    assert at("19:59") < due(EXTRA).useful_until < at("20:00")


def test_a_prompt_just_before_the_end_of_the_night_moves_to_the_morning() -> None:
    """Juan sleeps until 12:00: 10:00 is two hours away and 08:00 four."""
    sleeper = replace(JUAN, quiet=QuietHours(time(22), time(12)))
    moved = next_due(PLAN, MORNING, sleeper, at("00:00"))
    assert moved is not None
    assert moved.at == at("12:00")
    early = a_slot("early", PromptKind.HYDRATION, "08:00")
    left_out = next_due(PLAN, early, sleeper, at("00:00"))
    assert left_out is not None
    held = suppression(PLAN, left_out, Conversation(sleeper), left_out.at)
    assert held is not None
    assert held.reason is SkipReason.QUIET_HOURS


# --- what goes out of a day ---------------------------------------------------------------------------------------


def test_the_calendar_shows_what_goes_out_near_prompts_made_one_and_the_cap_kept() -> None:
    """Monday: exercise takes the morning drink's place; the lesson is third; the afternoon drink is one too many."""
    shown = calendar(PLAN, JUAN, at("00:00"), 2)
    assert [d.slot.id for d in shown if d.day == MONDAY] == ["exercise", "lesson", "check-in"]
    assert [d.slot.id for d in shown if d.day == MONDAY + DAY] == ["morning", "lesson", "check-in"]


def test_a_prompt_gives_way_to_a_more_important_one_within_the_hour() -> None:
    """One text instead of two."""
    assert reason(MORNING) == SkipReason.MERGED
    assert reason(MORNING, day=MONDAY + DAY) is None


def test_it_does_not_give_way_to_one_that_is_held_back_itself() -> None:
    """With a score of 8 there is no exercise, so the drink goes."""
    tired = replace(WELL, observations=(scored(8, at("17:00", MONDAY - DAY)),))
    assert reason(EXERCISE, tired) == SkipReason.SCORE_HIGH
    assert reason(MORNING, tired) is None


def test_the_days_cap_keeps_room_for_the_check_in() -> None:
    """Two were sent; the third place is the check-in's."""
    sent = (Sent("a", Lane.PROMPT, at("10:30")), Sent("b", Lane.PROMPT, at("11:45")))
    assert reason(AFTERNOON, replace(WELL, sent=sent)) == SkipReason.DAILY_CAP
    assert reason(CHECK_IN, replace(WELL, sent=sent)) is None


def test_the_weeks_cap_keeps_room_for_the_check_ins_to_come() -> None:
    """On Wednesday 15 were sent and five check-ins are left: twenty, so no drink."""
    sent = tuple(Sent("a", Lane.PROMPT, at("08:00") + n * timedelta(minutes=1)) for n in range(15))
    assert reason(MORNING, replace(WELL, sent=sent), day=MONDAY + 2 * DAY) == SkipReason.WEEKLY_CAP
    assert reason(MORNING, replace(WELL, sent=sent[1:]), day=MONDAY + 2 * DAY) is None


def test_answers_and_alarms_do_not_count_towards_the_caps() -> None:
    """Only unsolicited texts do."""
    sent = tuple(Sent("a", Lane.REPLY, at("08:00")) for _ in range(30))
    assert reason(LESSON, replace(WELL, sent=sent)) is None


def test_a_late_prompt_does_not_follow_another_within_the_hour_but_a_check_in_does() -> None:
    """After an outage."""
    day = MONDAY + 2 * DAY
    earlier, just = (Sent("a", Lane.PROMPT, at(clock, day)) for clock in ("15:30", "16:20"))
    assert reason(AFTERNOON, replace(WELL, sent=(earlier,)), at("16:40", day), day) is None
    assert reason(AFTERNOON, replace(WELL, sent=(just,)), at("16:40", day), day) == SkipReason.MERGED
    assert reason(CHECK_IN, replace(WELL, sent=(just,)), at("16:40", day), day) is None


# --- what holds one back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.ACTIVE])
def test_only_active_people_are_prompted(status: Status) -> None:
    """Not strangers, not the invited, not after STOP, not the wrong person."""
    assert reason(CHECK_IN, replace(WELL, participant=replace(JUAN, status=status))) == SkipReason.NOT_ACTIVE


def test_without_a_zone_nothing_is_sent() -> None:
    """We would not know the hour."""
    assert reason(CHECK_IN, replace(WELL, participant=replace(JUAN, zone=None))) == SkipReason.NO_ZONE


def test_nothing_is_sent_in_the_night_and_nothing_too_late() -> None:
    """A reminder of 16:30 at 19:40 is of no use; at 20:10 it is a disturbance."""
    assert reason(CHECK_IN, now=at("19:40")) == SkipReason.TOO_LATE
    assert reason(CHECK_IN, now=at("20:10")) == SkipReason.QUIET_HOURS


@pytest.mark.parametrize("hours", [1, 23])
def test_no_coaching_for_a_day_after_an_emergency_but_check_ins_go_on(hours: int) -> None:
    """Whether it is told by the case or by the message."""
    then = at("10:30") - hours * HOUR
    case = replace(WELL, escalations=(a_case(Disposition.EMERGENCY, then, EscalationState.CLOSED),))
    told = replace(WELL, sent=(Sent("escalation.emergency", Lane.EMERGENCY, then),))
    for conversation in (case, told):
        assert reason(LESSON, conversation, at("11:45") if hours == 1 else at("10:30")) == SkipReason.AFTER_EMERGENCY
        assert reason(CHECK_IN, conversation) is None
    assert reason(LESSON, replace(WELL, escalations=(a_case(Disposition.URGENT, then),))) is None


def test_no_exercise_while_an_urgent_case_is_open() -> None:
    """Until a coordinator closes it."""
    then = at("10:30", MONDAY - 5 * DAY)
    assert reason(EXERCISE, replace(WELL, escalations=(a_case(Disposition.URGENT, then),))) == SkipReason.OPEN_CASE
    closed = a_case(Disposition.URGENT, then, EscalationState.CLOSED)
    assert reason(EXERCISE, replace(WELL, escalations=(closed,))) is None
    assert reason(EXERCISE, replace(WELL, escalations=(a_case(Disposition.ROUTINE, then),))) is None


@pytest.mark.parametrize(("score", "held"), [(6, None), (7, "score_high"), (10, "score_high")])
def test_no_exercise_from_a_score_of_seven(score: int, held: str | None) -> None:
    """The last score counts."""
    scores = (scored(2, at("17:00", MONDAY - 2 * DAY)), scored(score, at("17:00", MONDAY - DAY)))
    assert reason(EXERCISE, replace(WELL, observations=scores)) == held


def test_no_exercise_without_a_recent_score() -> None:
    """Nobody is told to move before we know how weak they are."""
    assert reason(EXERCISE, Conversation(JUAN)) == SkipReason.NO_SCORE
    assert reason(EXERCISE, Conversation(JUAN, observations=(scored(2, at("10:00", MONDAY - 8 * DAY)),))) == "no_score"


@pytest.mark.parametrize(
    ("code", "days", "held"),
    [
        ("fall_no_injury", 1, "recent_fall"),
        ("fall_no_injury", 3, None),
        ("fever", 1, "sick"),
        ("fever", 3, None),
        ("post_exertion_crash", 6, "crash"),
        ("post_exertion_crash", 8, None),
        ("chest_pain", 30, "not_cleared"),
    ],
)
def test_no_exercise_after_a_fall_when_ill_after_a_crash_or_with_chest_pain(
    code: str, days: int, held: str | None
) -> None:
    """Each for its own time; chest pain until a clinician was seen."""
    facts = (sign(code, at("10:00", MONDAY - days * DAY)), *WELL.observations)
    assert reason(EXERCISE, replace(WELL, observations=facts)) == held


def test_a_fall_told_as_a_number_counts_too() -> None:
    """The weekly question."""
    fall = Observation(Kind.FALLS, at("17:00", MONDAY - DAY), MONDAY - DAY, value=1)
    none = replace(fall, value=0)
    assert reason(EXERCISE, replace(WELL, observations=(*WELL.observations, fall))) == SkipReason.RECENT_FALL
    assert reason(EXERCISE, replace(WELL, observations=(*WELL.observations, none))) is None


def test_being_seen_after_chest_pain_clears_exercise() -> None:
    """Seen before it does not."""
    pain = sign("chest_pain", at("10:00", MONDAY - 4 * DAY))
    seen = Observation(Kind.SEEN, at("10:00", MONDAY - 3 * DAY), MONDAY - 3 * DAY, code="yes")
    assert reason(EXERCISE, replace(WELL, observations=(pain, seen, *WELL.observations))) is None
    before = replace(seen, at=at("10:00", MONDAY - 5 * DAY))
    assert reason(EXERCISE, replace(WELL, observations=(before, pain, *WELL.observations))) == SkipReason.NOT_CLEARED


def test_people_prone_to_crashes_rest_for_longer() -> None:
    """Four weeks."""
    facts = (sign("post_exertion_crash", at("10:00", MONDAY - 20 * DAY)), *WELL.observations)
    prone = replace(JUAN, profile=Profile(conditions=frozenset({"mecfs"})))
    assert reason(EXERCISE, Conversation(prone, observations=facts)) == SkipReason.CRASH
    assert reason(EXERCISE, Conversation(JUAN, observations=facts)) is None


def test_weaker_days_get_the_easier_moves() -> None:
    """From a score of five."""
    easier = replace(WELL, observations=(scored(5, at("17:00", MONDAY - DAY)),))
    assert group_for(PLAN, due(EXERCISE), WELL) == "exercise"
    assert group_for(PLAN, due(EXERCISE), easier) == "easy"
    assert group_for(PLAN, due(LESSON), easier) == "education"


def test_the_extra_check_in_goes_only_while_something_calls_for_it() -> None:
    """A case, a new medicine, or a score well above the usual."""
    usual = tuple(scored(2, at("17:00", MONDAY - n * DAY)) for n in (9, 8, 7, 6))
    higher = (*usual, scored(4, at("17:00", MONDAY - DAY)))
    medicine = (sign("medicine_changed", at("10:00", MONDAY - 13 * DAY)), *WELL.observations)
    case = a_case(Disposition.ROUTINE, at("10:00", MONDAY - 6 * DAY))
    assert reason(EXTRA) == SkipReason.NOT_NEEDED
    assert reason(EXTRA, replace(WELL, observations=usual)) == SkipReason.NOT_NEEDED
    for conversation in (
        replace(WELL, observations=higher),
        replace(WELL, observations=medicine),
        replace(WELL, escalations=(case,)),
    ):
        assert reason(EXTRA, conversation) is None


def test_every_reason_comes_with_a_clause_for_people() -> None:
    """Staff read it under "why was nothing sent"."""
    held = suppression(PLAN, due(EXERCISE), Conversation(JUAN), at("10:30"))
    assert held is not None
    assert held.because == "there is no recent score to tell whether exercise is safe"
    assert not is_quiet(at("10:30"), ZONE, JUAN.quiet)
