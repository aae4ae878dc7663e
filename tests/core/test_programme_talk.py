"""What a person hears over the weeks: lessons that ask, silence, the first moves, wishes, the next programme."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from coach.core.conversation.timetable import begin
from coach.core.events import (
    CheckInOpened,
    ConsentRecorded,
    DetailsChanged,
    EscalationRaised,
    MessageQueued,
    PromptSkipped,
    TimerSet,
)
from coach.core.model import (
    Asked,
    Channel,
    CheckIn,
    Density,
    Disposition,
    Kind,
    Lane,
    Language,
    Observation,
    Profile,
    Status,
)
from coach.core.programme import SkipReason
from tests.core.talking import HANDBOOK, Talk, groups, meet, of, tasks, templates

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)
INSULIN = frozenset({"insulin_sulfonylurea"})
ON_DIALYSIS = frozenset({"dialysis"})
SUNDAY_OF_WEEK_3 = datetime(2026, 3, 22, 20, 29, tzinfo=UTC)  # 16:29 in New York, in summer time


def rosa(now: datetime, **facts: object) -> Talk:
    """Rosa takes part since Monday 2 March, in New York, and has no fluid limit and no illness."""
    known: dict[str, object] = {
        "status": Status.ACTIVE,
        "zone": "America/New_York",
        "enrolled_on": MONDAY,
        "profile": Profile(age=50, fluid_limit=False),
    }
    talk = meet(now, **{**known, **facts})
    talk.keep(begin(talk.moment(), talk.conversation.participant))
    return talk


def asked_about(sign: str, **profile: object) -> Talk:
    """A lesson has just asked Rosa about one sign."""
    talk = rosa(datetime(2026, 3, 10, 16, 0, tzinfo=UTC), profile=Profile(age=50, fluid_limit=False, **profile))  # type: ignore[arg-type]
    talk.keep((CheckInOpened(Asked.SYMPTOM, talk.now.date(), scheduled=False, about=sign),))
    return talk


# --- lessons that ask about one sign ---


def test_yes_to_a_lessons_question_shows_that_sign() -> None:
    """A yes to “one calf swollen, sore or warm?” is a sign like any other: care today."""
    facts = asked_about("one_leg_swelling").says("Y")
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.URGENT]


def test_yes_counts_with_the_persons_medicines() -> None:
    """Muscle pain on a statin is a call before the next dose (X5), and never “stop”."""
    facts = asked_about("muscle_pain", medicines=frozenset({"statin"})).says("yes")
    assert templates(facts) == ["escalation.urgent_medicine"]


def test_no_is_kept_as_a_denied_sign_and_thanked_for() -> None:
    """So that nobody asks again tomorrow."""
    talk = asked_about("one_leg_swelling")
    facts = talk.says("no")
    assert groups(facts) == ["ack.symptom_no"]
    assert "one_leg_swelling" in {o.code for o in talk.conversation.observations if o.kind is Kind.DENIED}


def test_words_outweigh_a_yes() -> None:
    """“Yes, and I cannot breathe” is an emergency, whatever was asked."""
    facts = asked_about("muscle_cramps").says("yes and I can't breathe")
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.EMERGENCY]


def test_no_with_another_sign_is_read_for_that_sign() -> None:
    """A no answers the question only."""
    facts = asked_about("muscle_cramps").says("no but my chest hurts")
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.EMERGENCY]


# --- the list of warning signs before the first moves ---


def test_the_list_of_warning_signs_comes_in_place_of_the_first_moves() -> None:
    """Rule D5: moves come from the next time on, once the person said no."""
    talk = rosa(datetime(2026, 3, 3, 12, 0, tzinfo=UTC))
    talk.conversation = replace(talk.conversation, observations=(scored(talk, 3),))
    sent = templates(talk.prompted(datetime(2026, 3, 4, 15, 31, tzinfo=UTC)))
    assert sent[-1] == "check_in.red_flag"
    assert groups(talk.says("N")) == ["ack.screened"]
    friday = talk.prompted(datetime(2026, 3, 6, 15, 31, tzinfo=UTC))
    assert "exercise" in groups(friday)


def test_yes_to_the_list_by_text_is_an_emergency() -> None:
    """The same as in a call."""
    talk = rosa(datetime(2026, 3, 3, 12, 0, tzinfo=UTC))
    talk.conversation = replace(talk.conversation, observations=(scored(talk, 3),))
    talk.at(datetime(2026, 3, 4, 15, 31, tzinfo=UTC))
    assert [case.level for case in of(talk.says("Y"), EscalationRaised)] == [Disposition.EMERGENCY]


def scored(talk: Talk, value: float) -> Observation:
    """A score given just now."""
    return Observation(Kind.WEAKNESS, talk.now, talk.now.date(), value=value)


# --- silence ---


def silent_week(**facts: object) -> Talk:
    """Rosa answered on Monday of week 3 and not again; check-ins come Monday, Wednesday and Friday."""
    talk = rosa(datetime(2026, 3, 16, 12, 0, tzinfo=UTC), **facts)
    talk.at(datetime(2026, 3, 16, 20, 31, tzinfo=UTC))
    talk.says("3")
    return talk


def check_ins(talk: Talk, until: datetime) -> list[str]:
    """The first group of the check-ins and reminders sent by time alone."""
    named = ("check_in", "check_in_short", "silence_offer", "silence_reminder")
    return [group for group in groups(talk.prompted(until)) if group in named]


def test_silence_brings_one_reminder_then_a_short_question_then_an_offer() -> None:
    """Wednesday and its reminder, Friday short, Monday the offer, then short again."""
    until = datetime(2026, 3, 26, 12, 0, tzinfo=UTC)
    sent = check_ins(silent_week(), until)
    assert sent == ["check_in", "silence_reminder", "check_in_short", "silence_offer", "check_in_short"]


def silent_tasks(talk: Talk) -> int:
    """How often a coordinator was told of silence, for whichever reason came first."""
    return sum(kind.startswith("silence") for kind in talk.raised)


def test_after_four_missed_check_ins_a_coordinator_finds_out_once() -> None:
    """And nothing but check-ins goes on."""
    talk = silent_week()
    talk.at(datetime(2026, 4, 9, 21, 0, tzinfo=UTC))
    assert silent_tasks(talk) == 1
    late = [skip for skip in talk.skipped if skip.day > date(2026, 3, 28)]
    assert {SkipReason.SILENT} <= {SkipReason(skip.reason) for skip in late}


def test_a_word_ends_the_silence() -> None:
    """“OK” is enough: the next question is an ordinary one."""
    talk = silent_week()
    talk.at(datetime(2026, 3, 20, 20, 31, tzinfo=UTC))
    talk.says("OK")
    assert check_ins(talk, datetime(2026, 3, 23, 20, 31, tzinfo=UTC)) == ["check_in"]


def test_no_reminder_to_somebody_who_answered() -> None:
    """The reminder is for silence only."""
    talk = silent_week()
    talk.at(datetime(2026, 3, 18, 20, 31, tzinfo=UTC))
    talk.says("4")
    assert check_ins(talk, datetime(2026, 3, 19, 3, 0, tzinfo=UTC)) == []


def test_a_reminder_says_which_texts_were_passed_over_for_it() -> None:
    """Rule D18 keeps the longer one back."""
    talk = silent_week(profile=Profile(age=50, fluid_limit=False, conditions=frozenset({"carer"})))
    sent = talk.prompted(datetime(2026, 3, 19, 3, 0, tzinfo=UTC))
    reminder = next(m for m in sent if m.template.startswith("silence.reminder"))
    assert {text.gate for text in reminder.passed_over} == {"D18"}


def test_a_reminder_never_breaks_the_days_cap() -> None:
    """Three texts a day were promised; in the first weeks the day may be full."""
    talk = rosa(datetime(2026, 3, 3, 12, 0, tzinfo=UTC))
    sent = talk.prompted(datetime(2026, 3, 4, 4, 0, tzinfo=UTC))
    assert len(sent) <= 3
    assert [skip.reason for skip in talk.skipped if skip.slot == "remind"] == ["daily_cap"]


# --- Sunday's questions and the week's summary ---


def test_sundays_questions_come_one_by_one_and_end_with_the_week_in_figures() -> None:
    """Compared with last week, falls, stairs, side effects, then the summary."""
    talk = rosa(datetime(2026, 3, 16, 12, 0, tzinfo=UTC))
    for day, score in ((16, "4"), (18, "2"), (20, "3")):
        talk.at(datetime(2026, 3, day, 20, 31, tzinfo=UTC))
        talk.says(score)
    talk.at(SUNDAY_OF_WEEK_3 + timedelta(minutes=2))
    asked = [groups(talk.says(answer)) for answer in ("2", "0", "1")]
    assert asked == [["falls"], ["stairs"], ["side_effects"]]
    summary = of(talk.says("N"), MessageQueued)[0]
    assert summary.template.startswith("summary.weekly")
    assert "3" in summary.body
    assert "2" in summary.body
    assert "4" in summary.body


def test_a_new_medicine_is_kept_as_a_sign_and_answered() -> None:
    """It makes check-ins daily for two weeks, and nobody is told to change it."""
    talk = rosa(SUNDAY_OF_WEEK_3)
    talk.keep((CheckInOpened(Asked.SIDE_EFFECTS, SUNDAY_OF_WEEK_3.date(), scheduled=False, about="medicine_changed"),))
    assert groups(talk.says("Y")) == ["ack.medicine_new"]
    assert "medicine_changed" in {o.code for o in talk.conversation.observations if o.kind is Kind.SIGN}


def test_somebody_on_a_blood_thinner_is_asked_about_the_head_first() -> None:
    """Rule D13."""
    on_thinner = Profile(age=50, fluid_limit=False, medicines=frozenset({"anticoagulant"}))
    talk = rosa(SUNDAY_OF_WEEK_3, profile=on_thinner)
    talk.at(SUNDAY_OF_WEEK_3 + timedelta(minutes=2))
    falls = of(talk.says("2"), MessageQueued)[0]
    assert "D13" in HANDBOOK.library.templates[falls.template].only
    assert {text.gate for text in falls.passed_over} == {"D13"}


# --- wishes ---


def test_less_and_more_change_the_timetable_one_degree_at_a_time() -> None:
    """And say so when there is no more to change."""
    talk = rosa(datetime(2026, 3, 17, 15, 0, tzinfo=UTC))
    assert templates(talk.says("LESS")) == ["less.done"]
    assert talk.conversation.participant.density is Density.LESS
    assert {timer.payload["slot"] for timer in talk.timers.values() if timer.kind == "prompt"} >= {"check-in", "weekly"}
    assert "hydration-morning" not in {timer.payload.get("slot") for timer in talk.timers.values()}
    assert templates(talk.says("LESS")) == ["less.least"]
    assert [templates(talk.says("MORE"))[0] for _ in range(3)] == ["more.done", "more.done", "more.most"]


@pytest.mark.parametrize(
    ("said", "hour"), [("11", 11), ("4 pm", 16), ("4", 16), ("18:00", 18), ("a las 5 de la tarde", 17), ("at 10", 10)]
)
def test_the_hour_of_check_ins_can_be_changed(said: str, hour: int) -> None:
    """By menu; the timers move at once."""
    talk = rosa(datetime(2026, 3, 17, 13, 30, tzinfo=UTC))
    assert templates(talk.says("can you text at a different time")) == ["change.menu"]
    assert templates(talk.says("1")) == ["change.hour"]
    facts = talk.says(said)
    assert templates(facts) == ["change.hour_done"]
    assert of(facts, DetailsChanged)[0].ask_at == time(hour)
    due = [t.due_at for t in of(facts, TimerSet) if t.payload.get("slot") == "check-in"]
    assert due == [datetime(2026, 3, 18, hour + 4, 0, tzinfo=UTC)]


@pytest.mark.parametrize("said", ["3 am", "23", "whenever", "99"])
def test_an_hour_at_night_is_asked_again_once_and_then_goes_to_staff(said: str) -> None:
    """Quiet hours are not for the asking."""
    talk = rosa(datetime(2026, 3, 17, 13, 30, tzinfo=UTC))
    for text in ("change the time please", "1"):
        talk.says(text)
    assert templates(talk.says(said)) == ["change.hour_again"]
    assert tasks(talk.says(said)) == ["change"]


def test_calls_instead_of_texts_are_asked_for_in_the_persons_own_words() -> None:
    """That text is the consent to calls."""
    talk = rosa(datetime(2026, 3, 17, 13, 30, tzinfo=UTC))
    for text in ("change the time please", "2"):
        talk.says(text)
    facts = talk.says("2")
    assert talk.conversation.participant.channel is Channel.VOICE
    assert [(proof.step, proof.channel) for proof in of(facts, ConsentRecorded)] == [("confirmed", Channel.VOICE)]


def test_the_language_can_be_changed_and_is_used_at_once() -> None:
    """The answer comes in the new one."""
    talk = rosa(datetime(2026, 3, 17, 13, 30, tzinfo=UTC))
    for text in ("change the time please", "3"):
        talk.says(text)
    facts = talk.says("2")
    assert talk.conversation.participant.language is Language.ES
    assert of(facts, MessageQueued)[0].body == HANDBOOK.library.templates["change.language_done"].text[Language.ES]


def test_an_emergency_in_the_middle_of_a_menu_is_an_emergency() -> None:
    """Safety comes before every menu."""
    talk = rosa(datetime(2026, 3, 17, 13, 30, tzinfo=UTC))
    talk.says("change the time please")
    facts = talk.says("I can't breathe")
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.EMERGENCY]


# --- answers to questions ---


def test_that_an_answer_is_no_diagnosis_is_said_once_a_week_at_most() -> None:
    """Said every time, nobody reads it."""
    talk = rosa(datetime(2026, 3, 17, 13, 30, tzinfo=UTC))
    words = HANDBOOK.library.templates["faq.general_info"].text[Language.EN]
    first, second = (of(talk.says("can dehydration cause this?"), MessageQueued)[0].body for _ in range(2))
    assert words in first
    assert words not in second


# --- praise ---


@pytest.mark.parametrize(
    ("asked", "said", "group"),
    [
        (Asked.EXERCISE, "DONE", "ack.exercise_done"),
        (Asked.EXERCISE, "8", "ack.exercise_count"),
        (Asked.EXERCISE, "no", "ack.exercise_not"),
        (Asked.HYDRATION, "done", "ack.water_done"),
        (Asked.HYDRATION, "4 cups", "ack.water_count"),
        (Asked.HYDRATION, "not yet", "ack.water_not"),
    ],
)
def test_what_a_person_did_is_answered_as_what_they_did(asked: Asked, said: str, group: str) -> None:
    """Not one thank-you for everything."""
    talk = rosa(datetime(2026, 3, 17, 15, 0, tzinfo=UTC))
    talk.keep((CheckInOpened(asked, MONDAY),))
    facts = talk.says(said)
    assert groups(facts) == [group]
    if "count" in group:
        assert said.split(maxsplit=1)[0] in of(facts, MessageQueued)[0].body


def test_over_the_limit_is_no_blame_and_no_word_of_drinking_more() -> None:
    """D1: within your limit? No."""
    talk = rosa(datetime(2026, 3, 17, 15, 0, tzinfo=UTC), profile=Profile(age=50, fluid_limit=True))
    talk.keep((CheckInOpened(Asked.HYDRATION, MONDAY),))
    answer = of(talk.says("N"), MessageQueued)[0]
    assert "D1" in HANDBOOK.library.templates[answer.template].only


# --- the end of the programme ---


def test_after_twelve_weeks_the_person_goes_on_with_fewer_texts() -> None:
    """The next programme counts from its own first day, and check-ins never stop."""
    talk = rosa(datetime(2026, 5, 24, 12, 0, tzinfo=UTC))
    sent = templates(talk.prompted(datetime(2026, 5, 26, 12, 0, tzinfo=UTC)))
    person = talk.conversation.participant
    assert "programme.maintenance" in sent
    assert (person.programme, person.programme_on, person.enrolled_on) == ("keep-going", date(2026, 5, 25), MONDAY)
    assert "check_in_short" in groups(talk.prompted(datetime(2026, 5, 27, 20, 31, tzinfo=UTC)))


def test_a_programme_that_ends_during_a_pause_goes_on_when_the_person_comes_back() -> None:
    """The end is not lost."""
    talk = rosa(datetime(2026, 5, 22, 15, 0, tzinfo=UTC))
    talk.says("PAUSE")
    talk.at(datetime(2026, 5, 30, 15, 0, tzinfo=UTC))
    assert talk.conversation.participant.programme == "keep-going"


def test_why_and_why_not_are_kept_with_every_prompt() -> None:
    """Which rule passed over which text, for the person's page."""
    talk = rosa(datetime(2026, 3, 19, 12, 0, tzinfo=UTC), profile=Profile(age=50, fluid_limit=True))
    drink = next(m for m in talk.prompted(datetime(2026, 3, 19, 15, 0, tzinfo=UTC)) if m.template.startswith("hydra"))
    assert {text.gate for text in drink.passed_over} >= {"D1"}
    assert "D1" in drink.because


def test_a_prompt_for_which_nothing_is_safe_names_every_rule() -> None:
    """“Why did I get nothing?” has an answer."""
    talk = rosa(datetime(2026, 3, 17, 12, 0, tzinfo=UTC))
    talk.conversation = replace(
        talk.conversation,
        check_ins=(CheckIn(1, Asked.WEAKNESS, talk.now, MONDAY, answered_at=talk.now, closed_at=talk.now),),
    )
    talk.at(datetime(2026, 3, 24, 12, 0, tzinfo=UTC))
    assert all(isinstance(skip, PromptSkipped) and skip.because for skip in talk.skipped)
    assert {"not_needed", "not_screened", "no_score"} & {skip.reason for skip in talk.skipped}


# --- what is told and calls for no care ---


@pytest.mark.parametrize(
    ("said", "profile", "template"),
    [
        ("my pee is dark yellow today", Profile(age=50, fluid_limit=False), "told.dry"),
        ("my pee is dark yellow today", Profile(age=50, fluid_limit=True), "told.dry_limit"),
        ("leg cramps again last night", Profile(age=50, fluid_limit=False, conditions=ON_DIALYSIS), "told.cramps_team"),
    ],
)
def test_what_is_told_is_answered_with_what_helps_that_person(said: str, profile: Profile, template: str) -> None:
    """Dark urine brings sips to one and the fluid plan to another."""
    talk = rosa(datetime(2026, 3, 17, 15, 0, tzinfo=UTC), profile=profile)
    assert templates(talk.says(said)) == [template]


def test_a_fall_on_a_blood_thinner_asks_for_the_head_whatever_came_before() -> None:
    """Rule D13: also when the same was told this week."""
    thinner = Profile(age=82, fluid_limit=False, medicines=frozenset({"anticoagulant"}))
    talk = rosa(datetime(2026, 3, 17, 15, 0, tzinfo=UTC), profile=thinner)
    first, second = (of(talk.says("I slipped in the kitchen but I'm ok"), MessageQueued) for _ in range(2))
    assert [message.template for message in first] == ["escalation.routine_fall_thinner"]
    assert [message.template for message in second] == ["told.fall_head"]


# --- a yes that may belong to another question ---


def lesson_then(asked: Asked, sign: str = "cauda_equina_signs") -> Talk:
    """A lesson asked about a sign in the morning, and another question came after it."""
    talk = asked_about(sign)
    talk.keep((MessageQueued("education.back_signs_ask", "…", Lane.PROMPT, talk.now + DAY, "lesson"),))
    talk.now += timedelta(hours=3)
    talk.keep((CheckInOpened(asked, talk.now.date()),))
    return talk


@pytest.mark.parametrize("said", ["Y", "yes", "Yes I do"])
def test_a_yes_that_is_no_answer_to_the_score_belongs_to_the_sign_asked_before(said: str) -> None:
    """The lesson's “Y” must not be lost because the check-in came in between."""
    facts = lesson_then(Asked.WEAKNESS).says(said)
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.EMERGENCY]


def test_a_yes_that_may_belong_to_two_questions_is_asked_again() -> None:
    """“Y” after a drink prompt answers that, and the question about the sign is put once more."""
    talk = lesson_then(Asked.HYDRATION)
    facts = talk.says("Y")
    assert groups(facts) == ["ack.water_done", "education.back_signs"]
    assert [case.level for case in of(talk.says("Y"), EscalationRaised)] == [Disposition.EMERGENCY]


def test_a_score_with_a_yes_keeps_the_score_and_asks_again() -> None:
    """Neither of the two is lost."""
    talk = lesson_then(Asked.WEAKNESS)
    facts = talk.says("yes 5")
    assert [o.value for o in talk.conversation.observations if o.kind is Kind.WEAKNESS] == [5]
    assert "education.back_signs_ask" in templates(facts)


@pytest.mark.parametrize("said", ["not sure", "no sé", "no estoy seguro", "no idea", "no but yesterday yes"])
def test_doubt_denies_no_sign(said: str) -> None:
    """Only a plain no does."""
    talk = asked_about("cauda_equina_signs")
    facts = talk.says(said)
    assert "cauda_equina_signs" not in {o.code for o in talk.conversation.observations if o.kind is Kind.DENIED}
    assert groups(facts) != ["ack.symptom_no"]


# --- “are you OK?” ---


def asked_how_she_is() -> Talk:
    """Rosa missed a check-in and is asked whether she is all right."""
    talk = silent_week()
    return talk.at(datetime(2026, 3, 20, 20, 31, tzinfo=UTC))


@pytest.mark.parametrize("said", ["not ok", "no", "No I'm not OK", "mal", "no estoy bien"])
def test_not_ok_is_work_for_a_person_and_names_the_emergency_number(said: str) -> None:
    """The one question for people who may be in trouble must not be answered with a pleasantry."""
    facts = asked_how_she_is().says(said)
    assert tasks(facts) == ["not_fine"]
    assert "911" in of(facts, MessageQueued)[0].body


@pytest.mark.parametrize("said", ["OK", "yes", "fine", "bien", "I'm ok"])
def test_ok_is_taken_for_ok(said: str) -> None:
    """And closes the question."""
    assert templates(asked_how_she_is().says(said)) == ["silence.fine"]


# --- timers ---


def test_a_later_hour_on_a_day_that_was_asked_already_begins_the_day_after() -> None:
    """One firing a date; and the chain of check-ins goes on."""
    talk = rosa(datetime(2026, 3, 16, 12, 0, tzinfo=UTC))
    talk.at(datetime(2026, 3, 16, 21, 5, tzinfo=UTC))
    for text in ("3", "change", "1"):
        talk.says(text)
    due = [t.due_at for t in of(talk.says("18"), TimerSet) if t.payload.get("slot") == "check-in"]
    assert due == [datetime(2026, 3, 18, 22, 0, tzinfo=UTC)]


def test_the_next_programme_is_not_announced_at_night() -> None:
    """Back from a pause at 23:30, the message waits for the morning."""
    talk = rosa(datetime(2026, 5, 24, 3, 29, tzinfo=UTC))
    talk.says("PAUSE")
    talk.at(datetime(2026, 5, 31, 4, 0, tzinfo=UTC))
    assert "programme.maintenance" not in templates(talk.queued)
    assert "programme.maintenance" in templates(talk.prompted(datetime(2026, 5, 31, 23, 0, tzinfo=UTC)))
    assert talk.conversation.participant.programme_on == date(2026, 5, 31)


def test_silence_on_calls_is_found_out_too() -> None:
    """A coordinator hears of missed calls as of missed texts."""
    talk = rosa(datetime(2026, 3, 16, 12, 0, tzinfo=UTC), channel=Channel.VOICE)
    talk.at(datetime(2026, 4, 9, 12, 0, tzinfo=UTC))
    assert silent_tasks(talk) == 1


def test_heat_never_takes_the_place_of_a_check_in() -> None:
    """After an urgent case the extra check-in goes, whatever the day."""
    talk = rosa(datetime(2026, 4, 6, 12, 0, tzinfo=UTC))
    tuesday = date(2026, 4, 7)
    talk.says("my calf is swollen and hot")
    talk.conversation = replace(talk.conversation, hot_days=frozenset({tuesday}))
    sent = groups(talk.prompted(datetime(2026, 4, 7, 21, 0, tzinfo=UTC)))
    assert "check_in" in sent


# --- several signs in one text ---


def test_the_special_wording_of_one_sign_gives_way_when_another_is_as_grave() -> None:
    """Low sugar and cola urine: the text must not speak of sugar alone."""
    talk = rosa(datetime(2026, 3, 17, 15, 0, tzinfo=UTC), profile=Profile(age=50, medicines=INSULIN))
    assert templates(talk.says("my sugar is 58")) == ["escalation.urgent_sugar"]
    both = rosa(datetime(2026, 3, 17, 15, 0, tzinfo=UTC), profile=Profile(age=50, medicines=INSULIN))
    assert templates(both.says("my sugar is 58 and my pee looks like cola")) != ["escalation.urgent_sugar"]


# --- a yes, a no and a figure never go to the wrong question ---


@pytest.mark.parametrize("said", ["ok", "Ok thanks", "sure", "got it", "gracias", "vale"])
def test_taking_note_is_no_yes_to_a_sign(said: str) -> None:
    """A polite word under a lesson must not send an ambulance."""
    facts = asked_about("cauda_equina_signs").says(said)
    assert of(facts, EscalationRaised) == []


@pytest.mark.parametrize("said", ["Yes I am tired", "Yes I'm here", "yes 3", "Yes, later"])
def test_a_yes_with_more_behind_it_asks_again_instead_of_raising_an_alarm(said: str) -> None:
    """It may belong to anything."""
    facts = lesson_then(Asked.WEAKNESS).says(said)
    assert of(facts, EscalationRaised) == []
    assert "education.back_signs_ask" in templates(facts) or tasks(facts) == ["unsettled_yes"]


@pytest.mark.parametrize("asked", [Asked.WEAKNESS, Asked.FALLS, Asked.STAIRS, Asked.CHAIR_STANDS, Asked.TREND])
def test_a_no_to_a_newer_question_denies_no_older_sign(asked: Asked) -> None:
    """Nobody is cleared for moves by a no that was meant for the stairs."""
    talk = rosa(datetime(2026, 3, 10, 16, 0, tzinfo=UTC))
    talk.keep((CheckInOpened(Asked.RED_FLAG, talk.now.date(), about="screen"),))
    talk.now += timedelta(hours=2)
    talk.keep((CheckInOpened(asked, talk.now.date()),))
    talk.says("no")
    assert Kind.SCREENED not in {fact.kind for fact in talk.conversation.observations}


def test_a_figure_by_text_never_answers_the_list_of_warning_signs() -> None:
    """It is asked with Y or N; a figure belongs to something else."""
    talk = rosa(datetime(2026, 3, 10, 16, 0, tzinfo=UTC))
    talk.keep((CheckInOpened(Asked.RED_FLAG, talk.now.date(), about="screen"),))
    assert of(talk.says("1"), EscalationRaised) == []
    talk.says("2")
    assert Kind.SCREENED not in {fact.kind for fact in talk.conversation.observations}


def test_the_older_sign_is_asked_again_once_and_then_a_person_asks() -> None:
    """No endless asking."""
    talk = lesson_then(Asked.HYDRATION)
    assert "education.back_signs" in groups(talk.says("Y"))
    talk.now += timedelta(hours=1)
    talk.keep((CheckInOpened(Asked.HYDRATION, talk.now.date()),))
    assert tasks(talk.says("Y")) == ["unsettled_yes"]


def test_a_question_about_another_sign_does_not_make_the_first_one_unanswerable() -> None:
    """The gravest that waits is asked about again."""
    talk = lesson_then(Asked.HYDRATION)
    talk.keep((CheckInOpened(Asked.SYMPTOM, talk.now.date(), scheduled=False, about="muscle_cramps"),))
    assert "education.back_signs_ask" in templates(talk.says("yes"))


def test_an_alarm_in_the_same_text_leaves_the_open_yes_to_a_person() -> None:
    """“Yes, and my calf is swollen”: the calf is urgent, and somebody asks what the yes was for."""
    facts = lesson_then(Asked.HYDRATION).says("yes and my calf is swollen and hot")
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.URGENT]
    assert tasks(facts) == ["unsettled_yes"]


@pytest.mark.parametrize("said", ["sorry, I meant yes", "oops, Y", "Y", "perdón, quise decir sí"])
def test_a_no_to_a_sign_can_be_taken_back_for_some_minutes(said: str) -> None:
    """A slip of the thumb must not hide an emergency."""
    talk = asked_about("cauda_equina_signs")
    talk.says("N")
    assert [case.level for case in of(talk.says(said), EscalationRaised)] == [Disposition.EMERGENCY]


@pytest.mark.parametrize("said", ["Not at all", "nope all good", "none", "ninguno", "no señora", "No pain"])
def test_the_usual_ways_of_saying_no_are_a_no(said: str) -> None:
    """And thanked for."""
    assert groups(asked_about("cauda_equina_signs").says(said)) == ["ack.symptom_no"]


@pytest.mark.parametrize("said", ["awful", "so so", "No me siento bien", "not too good"])
def test_whatever_is_not_ok_counts_as_not_ok(said: str) -> None:
    """The careful side of “are you OK?”."""
    assert "not_fine" in tasks(asked_how_she_is().says(said))


def test_yes_to_are_you_ok_is_never_a_yes_to_an_older_sign() -> None:
    """Whatever a lesson asked before."""
    talk = asked_how_she_is()
    older = CheckInOpened(Asked.SYMPTOM, talk.now.date(), scheduled=False, about="cauda_equina_signs")
    short = talk.conversation.check_ins[-1]
    talk.conversation = replace(talk.conversation, check_ins=talk.conversation.check_ins[:-1])
    talk.keep((older,))
    talk.conversation = replace(talk.conversation, check_ins=(*talk.conversation.check_ins, short))
    assert templates(talk.says("Yes")) == ["silence.fine"]


@pytest.mark.parametrize("last_heard", range(7))
def test_silence_becomes_one_task_whatever_the_day_it_began(last_heard: int) -> None:
    """Sunday's questions must not hide it."""
    talk = rosa(datetime(2026, 3, 23, 12, 0, tzinfo=UTC) + last_heard * DAY)
    talk.says("3")
    talk.at(talk.now + 40 * DAY)
    assert silent_tasks(talk) == 1


@pytest.mark.parametrize(
    ("facts", "said", "template"),
    [
        ({"conditions": frozenset({"pregnant"})}, "one calf is swollen", "escalation.urgent_maternity"),
        ({"medicines": INSULIN}, "my sugar is low and I have been vomiting", "escalation.urgent_sugar"),
    ],
)
def test_what_belongs_to_a_special_case_does_not_push_its_wording_aside(
    facts: dict[str, frozenset[str]], said: str, template: str
) -> None:
    """The parts of a combination are no other sign."""
    talk = rosa(datetime(2026, 3, 17, 15, 0, tzinfo=UTC), profile=Profile(age=40, fluid_limit=False, **facts))  # type: ignore[arg-type]
    assert templates(talk.says(said)) == [template]


@pytest.mark.parametrize("said", ["Y 👍", "Y thanks", "Y, thank you", "S gracias"])
def test_a_yes_with_thanks_is_a_yes(said: str) -> None:
    """Politeness must not hide an emergency."""
    assert [case.level for case in of(asked_about("cauda_equina_signs").says(said), EscalationRaised)] == [
        Disposition.EMERGENCY
    ]


@pytest.mark.parametrize("said", ["yes I do have that", "yes thanks", "yes please call me"])
def test_a_yes_that_also_asks_for_something_leaves_the_open_question_to_a_person(said: str) -> None:
    """The wish is answered, and somebody asks what the yes was for."""
    assert "unsettled_yes" in tasks(lesson_then(Asked.WEAKNESS).says(said))


def test_a_second_yes_to_another_question_takes_back_no_sign() -> None:
    """It was for the drink."""
    talk = asked_about("cauda_equina_signs")
    talk.says("N")
    talk.keep((CheckInOpened(Asked.HYDRATION, talk.now.date()),))
    talk.says("Y")
    assert of(talk.says("yes"), EscalationRaised) == []


def test_taking_back_a_no_is_asked_about_when_another_question_waits_for_a_yes() -> None:
    """“Sorry, I meant yes” may be about either; two turns later it is plain."""
    talk = asked_about("cauda_equina_signs")
    talk.keep((MessageQueued("education.back_signs_ask", "…", Lane.PROMPT, talk.now + DAY, "lesson"),))
    talk.says("N")
    talk.keep((CheckInOpened(Asked.HYDRATION, talk.now.date()),))
    facts = talk.says("sorry, I meant yes")
    assert "education.back_signs_ask" in templates(facts)
    assert [case.level for case in of(talk.says("Y"), EscalationRaised)] == [Disposition.EMERGENCY]
