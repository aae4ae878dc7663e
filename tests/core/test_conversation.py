"""What the coach answers, in the order that policy lays down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from coach.core.conversation import cannot_wait, respond
from coach.core.events import (
    CheckInClosed,
    CheckInOpened,
    ConsentRecorded,
    EscalationRaised,
    MessageQueued,
    Observed,
    PromptSkipped,
    Said,
    StatusChanged,
    TimersCleared,
    TimerSet,
)
from coach.core.model import (
    OF_CASES,
    Asked,
    Channel,
    CheckIn,
    Disposition,
    InboundMessage,
    Kind,
    Lane,
    Language,
    Status,
    TimerKind,
)
from tests.core.talking import HANDBOOK, Talk, groups, meet, of, tasks, templates

RUTH = "+12025550142"
MONDAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # ten in New York


def ruth(**facts: object) -> Talk:
    """Ruth takes part since this morning."""
    known = {"status": Status.ACTIVE, "zone": "America/New_York", "enrolled_on": MONDAY, "name": "Ruth"}
    return meet(MORNING, **{**known, **facts})


def asked_for_score() -> Talk:
    """Ruth has just been asked how weak her legs are."""
    talk = meet(MORNING)
    talk.says("LEGS")
    talk.says("Y")
    talk.says("1")
    return talk.at(MORNING.replace(hour=21, minute=31))


# --- Enrolment ---


def test_the_keyword_brings_one_invitation_and_nothing_else() -> None:
    """A stranger who texts LEGS is invited; the wording is kept as proof."""
    talk = meet(MORNING)
    facts = talk.says("legs!")
    assert templates(facts) == ["enrol.invitation"]
    assert [proof.step for proof in of(facts, ConsentRecorded)] == ["invited"]
    assert of(facts, ConsentRecorded)[0].wording == of(facts, MessageQueued)[0].body


def test_the_spanish_keyword_is_answered_in_spanish() -> None:
    """PIERNAS sets the language."""
    talk = meet(MORNING)
    invitation = of(talk.says("Piernas"), MessageQueued)[0]
    assert talk.conversation.participant.language is Language.ES
    assert "responda" in invitation.body.lower()


@pytest.mark.parametrize("answer", ["Y", "y", "Yes", "Sí", "ok yes please"])
def test_y_enrols_and_asks_for_the_time_zone(answer: str) -> None:
    """After Y the person is active, the proof is kept, and nothing is scheduled before the zone is known."""
    talk = meet(MORNING)
    talk.says("LEGS")
    facts = talk.says(answer)
    assert templates(facts) == ["enrol.welcome", "enrol.ask_zone"]
    assert [proof.step for proof in of(facts, ConsentRecorded)] == ["confirmed"]
    assert not [key for key in talk.timers if key.startswith("check-in")]


def test_the_zone_starts_the_programme_on_the_local_date() -> None:
    """Day 1 is today where the person lives, and each slot has its next firing."""
    talk = meet(MORNING)
    for text in ("LEGS", "Y", "1"):
        talk.says(text)
    assert talk.conversation.participant.enrolled_on == MONDAY
    assert "check-in/2026-03-02" in talk.timers


def test_a_zone_that_cannot_be_read_is_asked_once_more_then_told_to_staff() -> None:
    """Nobody is left unscheduled without a human knowing."""
    talk = meet(MORNING)
    for text in ("LEGS", "Y"):
        talk.says(text)
    assert templates(talk.says("by the sea")) == ["enrol.zone_again"]
    assert tasks(talk.says("near the pier")) == ["zone_unknown"]


def test_n_declines_and_ends_it() -> None:
    """One confirmation, then silence."""
    talk = meet(MORNING)
    talk.says("LEGS")
    facts = talk.says("N")
    assert templates(facts) == ["enrol.declined"]
    assert talk.conversation.participant.status is Status.OPTED_OUT
    assert templates(talk.says("who are you")) == []


def test_an_unclear_answer_to_the_invitation_sends_nothing() -> None:
    """Nothing but the one invitation before Y; a human reads what was said."""
    talk = meet(MORNING)
    talk.says("LEGS")
    facts = talk.says("my daughter told me about it")
    assert templates(facts) == []
    assert tasks(facts) == ["invitation_unclear"]


def test_staff_enrolment_at_night_waits_for_the_day() -> None:
    """The invitation is a prompt: it comes in the morning of every zone the person may be in."""
    talk = meet(MORNING.replace(hour=4))  # eleven in the evening in New York
    talk.invited()
    assert talk.queued == []
    invitations = talk.prompted(MORNING.replace(day=3, hour=23))
    assert [m.template for m in invitations] == ["enrol.invitation"]


def test_a_stranger_is_told_how_to_join_once_a_month() -> None:
    """An unknown number gets one neutral text and a task for staff, not a dialogue."""
    talk = meet(MORNING)
    assert templates(talk.says("who is this")) == ["stranger.hello"]
    second = talk.says("hello??")
    assert templates(second) == []
    assert tasks(second) == ["unknown_sender"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("me duele el pecho y no puedo respirar", "Llame al 911 ahora"),
        ("my chest hurts and I can't breathe", "Call 911 now"),
        ("hola, quien es usted", "mande PIERNAS"),
        ("hello who is it", "text LEGS"),
    ],
)
def test_a_stranger_is_answered_in_the_language_they_write(text: str, words: str) -> None:
    """Nobody has asked them yet which they speak."""
    assert words in of(meet(MORNING).says(text), MessageQueued)[0].body


# --- Safety ---


@pytest.mark.parametrize(
    "text",
    [
        "I can't pee and I'm numb between my legs",
        "no puedo orinar y tengo dormida la entrepierna",
        "7 and my chest hurts",
    ],
)
@pytest.mark.parametrize("status", list(Status))
def test_an_emergency_is_answered_whoever_writes(text: str, status: Status) -> None:
    """Enrolled or not, paused or gone: the emergency message goes out and a case opens."""
    talk = ruth(status=status)
    facts = talk.says(text)
    assert templates(facts)[0] == "escalation.emergency"
    assert of(facts, MessageQueued)[0].lane is Lane.EMERGENCY
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.EMERGENCY]
    assert of(facts, EscalationRaised)[0].quote == text


def test_the_emergency_message_is_the_only_one() -> None:
    """No acknowledgement, no next question beside it."""
    talk = asked_for_score()
    assert templates(talk.says("5 but I can't breathe")) == ["escalation.emergency"]


def test_the_score_of_an_emergency_text_is_still_kept() -> None:
    """The question is answered even when something graver came with the answer."""
    talk = asked_for_score()
    facts = talk.says("5 but I can't breathe")
    assert [closed.answered for closed in of(facts, CheckInClosed)] == [True]


def test_a_denied_sign_is_no_emergency() -> None:
    """'No chest pain' opens no case."""
    talk = asked_for_score()
    assert of(talk.says("3, no chest pain, breathing fine"), EscalationRaised) == []


def test_words_of_self_harm_bring_the_crisis_line() -> None:
    """The crisis text goes out, and the answer that nobody is there reaches staff."""
    talk = ruth()
    facts = talk.says("I want to die")
    assert templates(facts) == ["escalation.self_harm"]
    assert [question.asked for question in of(facts, CheckInOpened)] == [Asked.SAFE]
    assert "alone_and_unsafe" in tasks(talk.says("N"))


def test_a_fall_with_a_blow_to_the_head_gets_its_own_words() -> None:
    """Somebody on the floor is told to stay still."""
    assert templates(ruth().says("I fell and hit my head")) == ["escalation.emergency_fall"]


def test_an_urgent_sign_of_somebody_who_left_opens_a_case_without_a_message() -> None:
    """After an opt-out only an emergency is answered."""
    talk = ruth(status=Status.OPTED_OUT)
    facts = talk.says("my pee looks like cola")
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.URGENT]
    assert templates(facts) == []


@pytest.mark.parametrize("status", [Status.OPTED_OUT, Status.WRONG_PERSON])
@pytest.mark.parametrize(
    "text",
    [
        "my legs are 9 today",
        "what if I can't pee?",
        "one calf is swollen and hot",
        "STOP",
        "thanks",
        "HELP",
        "7",
        "hello",
    ],
)
def test_whoever_has_left_hears_nothing_but_an_emergency_message(status: Status, text: str) -> None:
    """No answer, no question and no confirmation goes to a number that has left."""
    facts = ruth(status=status).says(text)
    assert templates(facts) == []
    assert of(facts, CheckInOpened) == []


def test_falls_are_counted_also_when_answered_with_no() -> None:
    """The Sunday question set takes no, yes and a count alike."""
    talk = ruth()
    talk.conversation = replace(talk.conversation, check_ins=(CheckIn(1, Asked.FALLS, MORNING, MONDAY),))
    facts = talk.says("no")
    assert [o.observation.value for o in of(facts, Observed) if o.observation.kind is Kind.FALLS] == [0.0]
    assert templates(facts) != ["unclear.first"]


@pytest.mark.parametrize("text", ["Stop texting me, my legs are 9", "wrong number. my legs are 9"])
def test_a_text_that_leaves_puts_no_question(text: str) -> None:
    """Whoever leaves with a score in the same text gets one confirmation."""
    facts = ruth().says(text)
    assert len(templates(facts)) == 1
    assert of(facts, CheckInOpened) == []


@pytest.mark.parametrize("word", ["LEGS", "START", "resume", "LOG"])
def test_a_wrong_person_never_becomes_the_patient(word: str) -> None:
    """Another person on the number hears nothing of Ruth, and staff are told."""
    talk = ruth(status=Status.WRONG_PERSON)
    facts = talk.says(word)
    assert templates(facts) == []
    assert talk.conversation.participant.status is Status.WRONG_PERSON
    assert of(facts, Observed) == []


def test_a_wrong_person_who_says_stop_and_start_stays_the_wrong_person() -> None:
    """No detour makes another person the patient."""
    talk = ruth(status=Status.WRONG_PERSON)
    for word in ("STOP", "please stop texting me", "START", "LEGS"):
        assert templates(talk.says(word)) == []
    assert talk.conversation.participant.status is Status.WRONG_PERSON


@pytest.mark.parametrize("text", ["No, I can't breathe", "no puedo respirar"])
def test_an_emergency_in_the_answer_to_an_invitation_is_no_refusal(text: str) -> None:
    """Only the emergency message; the invitation stays open."""
    talk = meet(MORNING)
    talk.says("LEGS")
    assert templates(talk.says(text)) == ["escalation.emergency"]
    assert talk.conversation.participant.status is Status.INVITED


def test_every_text_that_cannot_be_read_reaches_a_person() -> None:
    """The replies stop after two; the tasks do not."""
    talk = asked_for_score()
    talk.says("asdf qwer")
    talk.says("zxcv")
    third = talk.says("hjkl")
    assert templates(third) == []
    assert tasks(third) == ["unread_text"]


def test_a_question_about_the_scale_is_no_score() -> None:
    """'Is 10 the worst?' just after an answer."""
    talk = asked_for_score()
    talk.says("4")
    facts = talk.says("is 10 the worst?")
    assert [o for o in of(facts, Observed) if o.observation.kind is Kind.WEAKNESS] == []
    assert of(facts, EscalationRaised) == []


def test_a_score_after_words_of_self_harm_is_still_heard() -> None:
    """The question that came between does not end the check-in."""
    talk = asked_for_score()
    talk.says("I want to die")
    talk.says("Y")
    facts = talk.says("7")
    assert [o.observation.value for o in of(facts, Observed) if o.observation.kind is Kind.WEAKNESS] == [7.0]


def test_a_pause_before_the_zone_is_known_ends_too() -> None:
    """After a week staff hear that the zone is missing; resuming by text asks for it."""
    talk = meet(MORNING)
    for text in ("LEGS", "Y", "pause"):
        talk.says(text)
    assert "enrol.ask_zone" in templates(talk.says("resume"))
    talk.says("pause")
    talk.at(MORNING + timedelta(days=8))
    assert talk.conversation.participant.status is Status.ACTIVE


@pytest.mark.parametrize("answer", ["1 please", "Eastern", "eastern time", "2", "option 3"])
def test_a_time_zone_may_be_named_or_numbered(answer: str) -> None:
    """Small words beside the choice do no harm."""
    talk = meet(MORNING)
    for text in ("LEGS", "Y", answer):
        talk.says(text)
    assert talk.conversation.participant.zone is not None


def test_an_urgent_sign_told_before_enrolment_is_no_repeat_after_it() -> None:
    """The programme begins with a clean record of what was told."""
    talk = meet(MORNING)
    talk.says("my pee looks like cola")
    talk.at(MORNING + timedelta(days=1))
    for text in ("LEGS", "Y", "1"):
        talk.says(text)
    talk.at(MORNING + timedelta(days=2))
    assert len(of(talk.says("my pee looks like cola"), EscalationRaised)) == 1


@pytest.mark.parametrize(
    ("speech", "grave"),
    [("my face is drooping", True), ("take me off your list", True), ("who is this", False), ("good afternoon", False)],
)
def test_what_is_said_before_a_call_begins_counts_when_it_cannot_wait(speech: str, grave: bool) -> None:  # noqa: FBT001
    """An alarm or a wish to be left alone; not a greeting."""
    talk = ruth(channel=Channel.VOICE)
    message = InboundMessage("CA1-ready-1", RUTH, "+1", speech, MORNING, Channel.VOICE)
    assert cannot_wait(talk.conversation, message, HANDBOOK, MORNING) is grave


def test_the_carriers_own_stop_counts_whatever_the_word() -> None:
    """Advanced opt-out knows words of many languages."""
    talk = ruth()
    assert templates(talk.says("arret", opt_out_type="STOP")) == []
    assert talk.conversation.participant.status is Status.OPTED_OUT


def test_a_start_decided_after_a_later_stop_changes_nothing() -> None:
    """The later word holds, in whatever order the two were decided."""
    talk = ruth()
    talk.says("STOP")
    late = InboundMessage("SM-late", RUTH, "+1", "START", talk.now - timedelta(minutes=5))
    facts = respond(talk.conversation, late, HANDBOOK, talk.now + timedelta(seconds=5))
    assert templates(facts) == []
    assert of(facts, StatusChanged) == []


def test_nobody_with_me_gets_the_lines_again_whoever_says_it() -> None:
    """Words of self-harm from a stranger are followed up like everybody's."""
    talk = meet(MORNING)
    talk.says("I want to die")
    facts = talk.says("N")
    assert templates(facts) == ["escalation.alone"]
    assert tasks(facts) == ["alone_and_unsafe"]


def test_a_stranger_with_an_urgent_sign_is_answered_again_after_days() -> None:
    """Days count from the first text when there is no enrolment."""
    talk = meet(MORNING)
    raised = []
    for day in (0, 5, 12):
        talk.now = MORNING + timedelta(days=day)
        raised.append(len(of(talk.says("my pee looks like cola"), EscalationRaised)))
    assert raised == [1, 1, 1]


def test_a_question_about_an_emergency_still_names_the_number() -> None:
    """What if: no case, but the emergency line goes with the answer."""
    facts = ruth().says("what if I can't pee?")
    assert of(facts, EscalationRaised) == []
    assert "emergency.line" in templates(facts)


def test_stop_with_an_emergency_does_both() -> None:
    """The person is helped and then left alone."""
    facts = ruth().says("stop texting me, I have chest pain")
    assert templates(facts)[0] == "escalation.emergency"
    assert of(facts, StatusChanged)[-1].status is Status.OPTED_OUT


# --- Leaving and coming back ---


def test_a_carrier_stop_is_not_confirmed_twice() -> None:
    """Twilio has confirmed a bare STOP; we send nothing."""
    talk = ruth()
    facts = talk.says("STOP")
    assert templates(facts) == []
    assert talk.conversation.participant.status is Status.OPTED_OUT
    assert of(facts, TimersCleared)


@pytest.mark.parametrize("text", ["STOP", "no me manden más mensajes", "wrong number"])
def test_whoever_leaves_has_no_timer_any_more(text: str) -> None:
    """Whatever was still to come: prompts, a reminder, the questions on joining."""
    talk = ruth()
    due = talk.now + timedelta(days=1)
    talk.keep(tuple(TimerSet(kind, kind.value, due) for kind in TimerKind))
    talk.says(text)
    assert talk.conversation.participant.status.has_left
    assert {timer.kind for timer in talk.timers.values()} == OF_CASES, "an open case is looked at all the same"


def test_whoever_declines_has_no_timer_any_more() -> None:
    """The invitation was answered."""
    talk = meet(MORNING)
    talk.invited()
    talk.says("LEGS")
    talk.says("N")
    assert talk.conversation.participant.status is Status.OPTED_OUT
    assert talk.timers == {}


@pytest.mark.parametrize("text", ["ALTO", "please stop texting me", "no me manden más mensajes"])
def test_other_wording_is_confirmed_once(text: str) -> None:
    """Any reasonable wording counts, and gets one confirmation."""
    talk = ruth()
    assert templates(talk.says(text)) == ["stop.done"]
    assert templates(talk.says(text)) == []


def test_start_comes_back_and_schedules_again() -> None:
    """START resumes the programme for somebody who had agreed before."""
    talk = ruth()
    talk.says("STOP")
    talk.timers.clear()
    assert templates(talk.says("START"))[0] == "start.back"
    assert talk.conversation.participant.status is Status.ACTIVE
    assert talk.timers


def test_opting_out_with_an_open_urgent_case_reaches_staff() -> None:
    """Somebody must still phone."""
    talk = ruth()
    talk.says("my pee looks like cola")
    assert "opted_out_with_open_case" in tasks(talk.says("STOP"))


def test_a_wrong_number_ends_everything_at_once() -> None:
    """Another person's phone gets one apology and no more."""
    talk = ruth()
    facts = talk.says("wrong number, there is no Ruth here")
    assert templates(facts) == ["wrong_person.done"]
    assert talk.conversation.participant.status is Status.WRONG_PERSON
    assert tasks(facts) == ["wrong_person"]


def test_a_pause_ends_by_itself_after_a_week() -> None:
    """No prompts for seven days, then the programme goes on."""
    talk = ruth()
    assert templates(talk.says("pause")) == ["pause.done"]
    assert [m.template for m in talk.prompted(MORNING + timedelta(days=6))] == []
    talk.at(MORNING + timedelta(days=8))
    assert talk.conversation.participant.status is Status.ACTIVE
    assert talk.queued


# --- Answers ---


@pytest.mark.parametrize(
    ("score", "ack"), [("2", "ack.score_low"), ("five", "ack.score_mid"), ("siete", "ack.score_high")]
)
def test_a_score_is_acknowledged_by_its_height(score: str, ack: str) -> None:
    """Digits and words, both languages."""
    assert groups(asked_for_score().says(score))[0] == ack


def test_a_text_that_cannot_be_read_is_asked_again_once_then_read_by_a_person() -> None:
    """Never silently lost."""
    talk = asked_for_score()
    assert templates(talk.says("asdf qwer")) == ["unclear.first"]
    facts = talk.says("zxcv")
    assert templates(facts) == ["unclear.second"]
    assert tasks(facts) == ["unread_text"]


def test_asking_for_a_person_reaches_staff() -> None:
    """A task, and an answer that promises no time."""
    facts = ruth().says("can somebody please call me")
    assert tasks(facts) == ["human"]
    assert templates(facts) == ["human.noted"]


def test_persistent_weakness_is_told_once_on_day_14() -> None:
    """Five days at 5, 5, 6, 5, 5 and so on: P1 on the fourteenth day, silent the day after."""
    talk = asked_for_score()
    told = []
    for day, score in enumerate((5, 5, 6, 5, 5, 4, 5, 5, 5, 6, 5, 5, 4, 5, 5), start=1):
        talk.at(MORNING.replace(hour=21, minute=35) + timedelta(days=day - 1))
        if "escalation.routine_trend" in templates(talk.says(str(score))):
            told.append(day)
    assert told == [14]


def test_a_score_can_be_corrected_for_some_minutes() -> None:
    """'Sorry, 9' is a score, not the cups of an older question."""
    talk = asked_for_score()
    talk.says("4")
    facts = talk.says("sorry, 9")
    assert [o.observation.value for o in of(facts, Observed) if o.observation.kind is Kind.WEAKNESS] == [9.0]


def test_an_older_question_does_not_come_back_to_life() -> None:
    """Once the newest question is answered, a number answers nothing."""
    talk = ruth()
    older = CheckIn(1, Asked.HYDRATION, MORNING, MONDAY)
    newer = CheckIn(2, Asked.TREND, MORNING, MONDAY, closed_at=MORNING, answered_at=MORNING)
    talk.conversation = replace(talk.conversation, check_ins=(older, newer))
    facts = talk.says("3")
    assert [o for o in of(facts, Observed) if o.observation.kind is Kind.CUPS] == []


def test_a_number_that_is_no_choice_leaves_the_onset_question_open() -> None:
    """Only an onset answers when it began."""
    talk = ruth()
    talk.conversation = replace(talk.conversation, check_ins=(CheckIn(1, Asked.ONSET, MORNING, MONDAY),))
    assert of(talk.says("4"), CheckInClosed) == []


def test_a_sentence_that_begins_with_a_number_sets_no_time_zone() -> None:
    """'3 weeks my legs are weak' is not Mountain Time."""
    talk = meet(MORNING)
    for text in ("LEGS", "Y", "3 weeks my legs are weak"):
        talk.says(text)
    assert talk.conversation.participant.zone is None


def test_a_second_pause_lasts_its_own_week() -> None:
    """The end of the first pause is forgotten when somebody comes back early."""
    talk = ruth()
    talk.says("pause")
    talk.at(MORNING + timedelta(days=1)).says("resume")
    talk.at(MORNING + timedelta(days=5)).says("pause")
    talk.at(MORNING + timedelta(days=9))
    assert talk.conversation.participant.status is Status.PAUSED


# --- Prompts ---


def test_a_prompt_says_why_it_was_not_sent() -> None:
    """After an emergency no coaching for a day; the reason is kept."""
    talk = asked_for_score()
    talk.says("I can't breathe")
    talk.at(MORNING + timedelta(days=1, hours=5))
    reasons = {skip.reason for skip in talk.skipped}
    assert "after_emergency" in reasons
    assert all(isinstance(skip, PromptSkipped) and skip.because for skip in talk.skipped)


def test_a_prompt_is_worth_nothing_after_its_time() -> None:
    """What comes too late is skipped, with the next one set."""
    talk = meet(MORNING)
    for text in ("LEGS", "Y", "1"):
        talk.says(text)
    timer = talk.timers["check-in/2026-03-02"]
    talk.now = timer.due_at + timedelta(hours=20)
    talk.at(talk.now)
    assert "too_late" in {skip.reason for skip in talk.skipped} or "quiet_hours" in {s.reason for s in talk.skipped}


def test_each_local_date_fires_once_over_two_weeks() -> None:
    """One check-in a day, also over the change of clocks."""
    talk = meet(MORNING)
    for text in ("LEGS", "Y", "1"):
        talk.says(text)
    talk.at(MORNING + timedelta(days=13, hours=12))
    days = [c.day for c in talk.conversation.check_ins if c.asked is Asked.WEAKNESS]
    assert days == [MONDAY + timedelta(days=n) for n in range(14)]


# --- Calls ---


def test_a_call_asks_score_then_warning_signs_then_ends() -> None:
    """The two questions of the first form, spoken, and a tip."""
    talk = ruth(channel=Channel.VOICE)
    assert templates(talk.call_opens()) == ["voice.ask_score"]
    assert templates(talk.says("4", Channel.VOICE)) == ["voice.ask_red_flag"]
    assert groups(talk.says("2", Channel.VOICE)) == ["voice.tips", "voice.goodbye"]
    assert talk.conversation.open_check_in is None


def test_yes_to_the_warning_signs_is_an_emergency() -> None:
    """It is spoken, texted, and a case."""
    talk = ruth(channel=Channel.VOICE)
    talk.call_opens()
    talk.says("4", Channel.VOICE)
    facts = talk.says("1", Channel.VOICE)
    assert [case.rules for case in of(facts, EscalationRaised)] == [("red_flag",)]
    assert [said.template for said in of(facts, Said)] == ["voice.emergency"]
    assert of(facts, MessageQueued)[0].lane is Lane.EMERGENCY
    assert talk.conversation.open_check_in is None


def test_a_warning_sign_told_in_words_is_one_case() -> None:
    """'Yes, chest pain' is not told twice."""
    talk = ruth(channel=Channel.VOICE)
    talk.call_opens()
    talk.says("4", Channel.VOICE)
    assert len(of(talk.says("yes chest pain", Channel.VOICE), EscalationRaised)) == 1


def test_a_jump_told_in_a_call_is_asked_about_and_the_call_goes_on() -> None:
    """When did it start, then the warning signs."""
    talk = ruth(channel=Channel.VOICE)
    for day in range(4):
        talk.at(MORNING + timedelta(days=day))
        talk.call_opens()
        talk.says("2", Channel.VOICE)
        talk.says("2", Channel.VOICE)
    talk.at(MORNING + timedelta(days=4))
    talk.call_opens()
    assert templates(talk.says("6", Channel.VOICE)) == ["voice.score_up", "voice.ask_onset"]
    assert "voice.ask_red_flag" in templates(talk.says("3", Channel.VOICE))


def test_a_spoken_stop_is_confirmed_in_the_call_and_ends_it() -> None:
    """No carrier has confirmed it."""
    talk = ruth(channel=Channel.VOICE)
    talk.call_opens()
    assert templates(talk.says("stop", Channel.VOICE)) == ["spoken.stop_done"]
    assert talk.conversation.open_check_in is None


def test_an_emergency_word_ends_the_menu() -> None:
    """Spoken chest pain at the score question is answered at once."""
    talk = ruth(channel=Channel.VOICE)
    talk.call_opens()
    facts = talk.says("uh my chest hurts real bad", Channel.VOICE)
    assert [said.template for said in of(facts, Said)] == ["voice.emergency"]


def test_whoever_chose_calls_is_asked_by_text_until_a_call_could_be_sure_of_them() -> None:
    """And staff hear what is missing."""
    talk = ruth(birth_year=None)
    talk.says("change")
    talk.says("2")
    facts = talk.says("2")
    assert (tasks(facts), templates(facts)) == (["identity_missing"], ["change.channel_later"])
    assert talk.conversation.participant.channel is Channel.VOICE
    assert not talk.conversation.participant.is_called
