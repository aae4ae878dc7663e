"""When prompts are due, which of them go out, and what holds one back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from coach.core.model import (
    Asked,
    CheckIn,
    Conversation,
    Density,
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
    MOVE,
    Cap,
    Due,
    Limits,
    Programme,
    Progression,
    PromptKind,
    SkipReason,
    Slot,
    Weeks,
    calendar,
    due_on,
    first_timers,
    group_for,
    next_due,
    step_of,
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
    one_picture=2 * DAY,
    alarm_again=2 * HOUR,
    score_high=7,
    score_middle=4,
    score_drop=2,
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
    usual_scores_least=3,
    usual_scores_most=5,
    step_up=7 * DAY,
    step_up_codes=frozenset({"medicine_changed"}),
    step_up_longer=14 * DAY,
    screen_again=7 * DAY,
    reported=3 * DAY,
    repeat=21 * DAY,
    remind=3 * HOUR,
    short_from=2,
    offer_from=3,
    silent_from=4,
    silent=7 * DAY,
    earliest_hour=10,
    latest_hour=18,
)
PROGRESSION = Progression((1, 1, 2), sessions=2, rise=2, within=36 * HOUR)


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
    id="two-weeks",
    version="1",
    slots=(CHECK_IN, EXTRA, MORNING, AFTERNOON, EXERCISE, LESSON),
    caps=(Cap(Weeks(1, 2), 3, 20),),
    limits=LIMITS,
    progression=PROGRESSION,
    ask_at=time(16, 30),
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


SCREENED = Observation(Kind.SCREENED, at("12:00", MONDAY - 7 * DAY), MONDAY - 7 * DAY, value=1)
WELL = Conversation(JUAN, observations=(scored(3, at("17:00", MONDAY - DAY)),))


def reason(
    slot: Slot, conversation: Conversation = WELL, now: datetime | None = None, day: date = MONDAY
) -> str | None:
    """Why the slot is held back at its own time, or at another moment. Juan has been asked for warning signs."""
    screened = replace(conversation, observations=(SCREENED, *conversation.observations))
    held = suppression(PLAN, due(slot, day), screened, now or to_utc(day, slot.at, ZONE))
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
    held = suppression(PLAN, due(EXERCISE), Conversation(JUAN, observations=(SCREENED,)), at("10:30"))
    assert held is not None
    assert held.because == "there is no recent score to tell whether exercise is safe"
    assert not is_quiet(at("10:30"), ZONE, JUAN.quiet)


# --- the list of warning signs, silence, heat and wishes ----------------------------------------------------------


def test_no_exercise_before_the_person_said_no_to_the_warning_signs() -> None:
    """Rule D5; the list itself is sent in place of the first moves."""
    held = suppression(PLAN, due(EXERCISE), WELL, at("10:30"))
    assert held is not None
    assert (held.reason, held.gate) == (SkipReason.NOT_SCREENED, "D5")


def missed(count: int) -> Conversation:
    """Juan was well, and has not answered so many check-ins since."""
    heard = Observation(Kind.HEARD, at("17:00", MONDAY - 9 * DAY), MONDAY - 9 * DAY, code="answer")
    opened = [at("16:30", MONDAY - (count - n) * DAY) for n in range(count)]
    questions = tuple(CheckIn(n, Asked.WEAKNESS, when, when.date()) for n, when in enumerate(opened, start=1))
    score = scored(3, at("17:00", MONDAY - 2 * DAY))
    return Conversation(JUAN, questions, (heard, score))


@pytest.mark.parametrize(
    ("count", "group"), [(0, "check_in"), (1, "check_in_short"), (2, "silence_offer"), (3, "check_in_short")]
)
def test_somebody_who_falls_silent_is_asked_less(count: int, group: str) -> None:
    """The second question in a row is short, the third offers a pause, then short again."""
    asking = replace(CHECK_IN, asked=Asked.WEAKNESS)
    assert group_for(PLAN, due(asking), missed(count)) == group


@pytest.mark.parametrize(
    ("slot", "count", "held"),
    [(LESSON, 1, None), (LESSON, 2, "silent"), (AFTERNOON, 3, None), (AFTERNOON, 4, "silent"), (CHECK_IN, 6, None)],
)
def test_after_two_missed_check_ins_lessons_wait_after_four_everything_but_check_ins(
    slot: Slot, count: int, held: str | None
) -> None:
    """Silence is often burden or feeling worse, so the rest stops but the questions go on."""
    assert reason(slot, missed(count)) == held


def test_an_extra_prompt_comes_only_after_its_sign_and_then_outranks_exercise() -> None:
    """Dark urine brings a drink forward: it takes the place of the moves of that hour."""
    forward = a_slot("forward", PromptKind.HYDRATION, "10:15", only_after=frozenset({"mild_dehydration"}))
    plan = replace(PLAN, slots=(*PLAN.slots, forward))
    told = replace(
        WELL, observations=(SCREENED, *WELL.observations, sign("mild_dehydration", at("19:00", MONDAY - DAY)))
    )
    quiet = replace(WELL, observations=(SCREENED, *WELL.observations))
    nothing_told = suppression(plan, due(forward), quiet, at("10:15"))
    assert nothing_told is not None
    assert nothing_told.reason is SkipReason.NOT_NEEDED
    assert suppression(plan, due(forward), told, at("10:15")) is None
    moves = suppression(plan, due(EXERCISE), told, at("10:30"))
    assert moves is not None
    assert moves.reason is SkipReason.MERGED


def test_an_extra_prompt_for_hot_days_comes_on_those_days_only() -> None:
    """Staff say that it is hot; nothing here knows the weather."""
    cool = a_slot("cool", PromptKind.HYDRATION, "12:00", only_in_heat=True)
    assert reason(cool, replace(WELL, hot_days=frozenset({MONDAY}))) is None
    assert reason(cool, replace(WELL, hot_days=frozenset({MONDAY + DAY}))) == "not_needed"


def test_less_keeps_the_check_ins_and_more_adds_what_is_meant_for_more() -> None:
    """The rules on scores need at least three check-ins a week."""
    always, extra = replace(CHECK_IN, density=Density.LESS), replace(AFTERNOON, density=Density.MORE)
    plan = replace(PLAN, slots=(always, MORNING, extra))
    by_density = {
        density: {one.slot.id for one in first_timers(plan, replace(JUAN, density=density), at("00:00"))}
        for density in Density
    }
    assert by_density == {
        Density.LESS: {"check-in"},
        Density.USUAL: {"check-in", "morning"},
        Density.MORE: {"check-in", "morning", "afternoon"},
    }


def test_more_may_have_a_higher_cap_and_everybody_else_keeps_the_usual_one() -> None:
    """Both stand in the programme file."""
    plan = replace(PLAN, caps=(Cap(Weeks(1, 2), 2, 10), Cap(Weeks(1, 2), 3, 14, Density.MORE)))
    assert [plan.cap(1, density).per_week for density in Density if plan.cap(1, density)] == [10, 10, 14]  # type: ignore[union-attr]


def test_check_ins_move_to_the_hour_the_person_chose_and_nothing_else_does() -> None:
    """An extra one keeps its distance."""
    early = replace(JUAN, ask_at=time(11))
    moments = {one.slot.id: one.at for one in first_timers(PLAN, early, at("00:00"))}
    assert moments["check-in"] == at("11:00")
    assert moments["extra"] == at("12:30")
    assert moments["morning"] == at("10:00")


def test_a_slot_for_people_with_a_condition_is_not_there_for_others() -> None:
    """The weekly look at the feet is for those it may save."""
    feet = a_slot("feet", PromptKind.EDUCATION, "12:00", only_for=frozenset({"diabetes"}))
    assert next_due(PLAN, feet, JUAN, at("00:00")) is None
    assert next_due(PLAN, feet, replace(JUAN, profile=Profile(conditions=frozenset({"diabetes"}))), at("00:00"))


def test_a_slot_may_come_every_so_many_weeks() -> None:
    """Counted from its first week."""
    monthly = a_slot("monthly", PromptKind.EDUCATION, "12:00", weeks=Weeks(3, 12), every=4)
    assert [week for week in range(1, 13) if monthly.comes_in(week)] == [3, 7, 11]


def test_a_later_programme_counts_its_weeks_from_its_own_first_day() -> None:
    """Day 1 of the rules on scores stays where it was."""
    later = replace(JUAN, programme_on=MONDAY + 84 * DAY)
    assert week_of(later, MONDAY + 84 * DAY) == 1


# --- how hard the moves may be ------------------------------------------------------------------------------------


def did(day: int) -> Observation:
    """Juan did the moves on a day of the programme, counted from 0."""
    when = at("11:00", MONDAY + day * DAY)
    return Observation(Kind.DONE, when, when.date(), code=MOVE, value=1, asked=Asked.EXERCISE)


def step(*facts: Observation, day: int = 10) -> int:
    """Juan's step on a day."""
    return step_of(PLAN, Conversation(JUAN, observations=facts), MONDAY + day * DAY)


def test_the_step_rises_after_enough_good_sessions_and_never_before_its_week() -> None:
    """Two sessions a step in this plan; the third step waits for week 2."""
    assert [step(*(did(n) for n in range(sessions))) for sessions in (0, 1, 2, 4, 9)] == [1, 1, 2, 3, 3]
    assert step(*(did(n) for n in range(4)), day=5) == 2


def test_a_session_after_which_the_score_rose_does_not_count() -> None:
    """It was too much: two points above the last score before it, within a day and a half."""
    before, after = scored(3, at("16:30", MONDAY)), scored(5, at("16:30", MONDAY + 2 * DAY))
    assert step(before, did(1), after, did(3)) == 1
    assert step(before, did(1), scored(4, after.at), did(3)) == 2


def test_rest_and_plans_of_others_train_nothing() -> None:
    """“DONE” to “rest today, it is hot” is no session."""
    rested = [replace(did(n), code=None) for n in range(6)]
    assert step(*rested) == 1


def test_after_a_crash_or_a_fall_the_steps_begin_anew() -> None:
    """A crash stops progression."""
    for code in ("post_exertion_crash", "fall_no_injury"):
        assert step(did(0), did(1), sign(code, at("12:00", MONDAY + 2 * DAY)), did(3)) == 1
