"""What the person hears after a case: who will phone, whether it happened, whether they were seen, and while silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from coach.core import escalation
from coach.core.conversation import aftercare, fire, follow_up, greeting
from coach.core.conversation.timetable import begin as begin_programme
from coach.core.events import (
    CaseStepped,
    CheckInOpened,
    EscalationAcknowledged,
    EscalationClosed,
    EscalationContacted,
    EscalationPassed,
    EscalationRaised,
    EscalationRelevelled,
    EscalationReopened,
    Event,
    MessageQueued,
    Observed,
    PromptSkipped,
    ReplyRead,
    Said,
    TaskRaised,
    TimerSet,
)
from coach.core.model import (
    Asked,
    CaseStepKind,
    Channel,
    Disposition,
    EscalationState,
    Kind,
    Lane,
    Language,
    QuietHours,
    Status,
    Timer,
    TimerKind,
)
from coach.core.rota import FIRST, OnCall, Rota, Shift
from tests.core.talking import HANDBOOK, Talk, meet, of, tasks, templates

MONDAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # ten in New York
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))
ANA = OnCall(7, "ana", "Ana Lopez", "+12025550107", Language.EN, "America/New_York", True, True, True, False)
ROTA = Rota((ANA,), (Shift(1, 7, FIRST, EVERY_DAY, time(0), time(0), date(2026, 1, 1), None),), ())


def ruth(**facts: object) -> Talk:
    """Ruth takes part since this morning; Ana is on call day and night."""
    known = {"status": Status.ACTIVE, "zone": "America/New_York", "enrolled_on": MONDAY, "name": "Ruth Ames"}
    talk = meet(MORNING, **{**known, **facts})
    talk.rota = ROTA
    return talk


def in_danger(words: str = "I can't breathe", **facts: object) -> Talk:
    """Ruth has just told of an emergency, at one past ten."""
    talk = ruth(**facts)
    talk.says(words)
    assert talk.case.level is Disposition.EMERGENCY
    return talk


def needs_care(**facts: object) -> Talk:
    """Ruth has just told of a sign that must be seen today."""
    talk = ruth(**facts)
    talk.says("my pee looks like cola")
    assert talk.case.level is Disposition.URGENT
    return talk


def should_book(**facts: object) -> Talk:
    """Ruth has just told of a sign that should be seen this week."""
    talk = ruth(**facts)
    talk.says("I have a fever")
    assert talk.case.level is Disposition.ROUTINE
    return talk


def heard_after(talk: Talk, span: timedelta) -> list[str]:
    """What the person gets until so long after now, by id."""
    return [message.template for message in talk.prompted(talk.now + span)]


def steps(talk: Talk, kind: CaseStepKind) -> list[str]:
    """The notes of the newest case's steps of one kind."""
    return [step.note for step in talk.steps if step.kind is kind]


# --- who will phone, and by when ---


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.EN, "Ana from our team plans to phone you by 10:20 am. Do not wait"),
        (Language.ES, "Ana, de nuestro equipo, piensa llamarle antes de las 10:20. No espere"),
    ],
)
def test_once_somebody_has_the_case_the_person_is_told_who_plans_to_phone_by_when(
    language: Language, words: str
) -> None:
    """By their own clock, as a plan and with the emergency number, never as help that is on its way."""
    talk = in_danger(language=language)
    talk.now += 4 * MINUTE
    (told,) = of(talk.taken("ana"), MessageQueued)
    assert told.body.startswith(words)
    assert "911" in told.body
    assert told.lane is Lane.URGENT
    assert steps(talk, CaseStepKind.TOLD) == ["escalation.emergency", "follow_up.call_by"]
    assert steps(talk, CaseStepKind.PROMISED) == [talk.case.contact_by.isoformat()]  # type: ignore[union-attr]


def test_a_promise_for_another_day_names_the_day() -> None:
    """A routine case may be taken with two working days to phone."""
    talk = should_book()
    facts = aftercare.told_who(talk.moment(), talk.case, "Ana", talk.now + 2 * DAY)
    assert "by 4 Mar." in of(facts, MessageQueued)[0].body


def test_a_stranger_whose_clock_is_not_known_is_told_in_minutes() -> None:
    """A wall time would be that of nobody."""
    talk = meet(MORNING)
    talk.says("I can't breathe")
    (told,) = of(talk.taken("maria.p@example.org"), MessageQueued)
    assert told.body.startswith("Maria from our team plans to phone you within 15 minutes.")


def test_whoever_takes_several_cases_at_once_is_named_once() -> None:
    """With the earliest promise; each case keeps its own."""
    talk = needs_care()
    talk.says("I can't breathe")
    older, newer = talk.conversation.escalations
    taken = (
        EscalationAcknowledged(older.id, "ana", talk.now + HOUR),
        EscalationAcknowledged(newer.id, "ana", talk.now + 15 * MINUTE),
    )
    facts = talk.keep(aftercare.following(talk.moment(), taken, "ana", talk.rota))
    assert [told.escalation_id for told in of(facts, MessageQueued)] == [newer.id]
    assert {s.escalation_id for s in of(facts, CaseStepped) if s.kind is CaseStepKind.PROMISED} == {older.id, newer.id}


def test_a_case_that_can_wait_is_told_of_after_the_night() -> None:
    """Staff may take it at six in the morning of the person; nobody is woken by that."""
    talk = should_book()
    talk.at(datetime(2026, 3, 3, 11, 0, tzinfo=UTC))  # six in New York
    assert of(talk.taken("ana"), MessageQueued) == []
    words = talk.prompted(datetime(2026, 3, 3, 14, 5, tzinfo=UTC))
    assert "follow_up.call_by" in " ".join(word.template for word in words)


# --- whether it happened ---


def promised() -> Talk:
    """Ana took the case; the time by which she was to phone is over, and Ruth was asked about it."""
    talk = in_danger()
    talk.says("CALLED")
    talk.taken("ana")
    return talk.at(talk.now + 25 * MINUTE)


def test_ten_minutes_past_the_promise_the_person_is_asked_whether_somebody_phoned() -> None:
    """At any hour, as the case is one of today."""
    talk = in_danger()
    talk.says("CALLED")
    talk.taken("ana")
    assert "followup.reached" not in heard_after(talk, 24 * MINUTE)
    assert heard_after(talk, MINUTE) == ["followup.reached"]


@pytest.mark.parametrize(
    "words", ["1", "Y", "yes", "Sí", "yes, she did", "they called me", "ya me llamaron", "we spoke"]
)
def test_a_yes_says_that_the_person_was_reached(words: str) -> None:
    """Then nobody asks again, and the case waits only for its end."""
    talk = promised()
    facts = talk.says(words)
    assert talk.case.state is EscalationState.CONTACTED
    assert of(facts, EscalationContacted)[0].staff is None
    assert templates(facts) == ["reached.yes"]
    assert "followup.reached" not in heard_after(talk, 6 * HOUR)
    assert "contact_unknown" not in talk.raised


@pytest.mark.parametrize(
    "words",
    ["2", "N", "no", "No one called", "nobody called me", "nadie me llamó", "todavía no", "not yet", "no, nobody"],
)
def test_a_no_pages_whoever_has_the_case(words: str) -> None:
    """Also in words that elsewhere mean a wrong number. The person is told not to wait."""
    talk = promised()
    facts = talk.says(words)
    assert talk.conversation.participant.status is Status.ACTIVE
    assert talk.case.state is EscalationState.ACKNOWLEDGED
    assert steps(talk, CaseStepKind.ANSWERED)[-1] == "not_reached"
    assert [timer.due_at for timer in of(facts, TimerSet) if timer.kind is TimerKind.CASE] == [talk.now]
    assert templates(facts) == ["reached.no"]
    talk.at(talk.now)
    assert "page.not_called" in [page.template for page in talk.paged]


@pytest.mark.parametrize("words", ["ok", "maybe", "yes but I missed it?", "CALLED", "gracias", "is she coming"])
def test_nothing_in_doubt_is_taken_for_having_been_reached(words: str) -> None:
    """A yes ends the paging, so it must be plain."""
    talk = promised()
    talk.says(words)
    assert talk.case.state is EscalationState.ACKNOWLEDGED


def test_a_new_emergency_told_to_that_question_comes_first() -> None:
    """The alarm alone is said, and there is a new case."""
    talk = promised()
    facts = talk.says("no and now my chest hurts badly")
    assert of(facts, EscalationRaised)[0].level is Disposition.EMERGENCY
    assert [t for t in templates(facts) if t.startswith("reached")] == []


def test_without_an_answer_a_coordinator_asks_and_the_owner_is_paged() -> None:
    """Two hours later; once."""
    talk = promised()
    talk.at(talk.now + 3 * HOUR)
    assert talk.raised.count("contact_unknown") == 1
    assert "did not say whether somebody phoned" in steps(talk, CaseStepKind.SILENT)


def test_a_yes_about_one_call_says_nothing_of_a_newer_case() -> None:
    """Ana phoned about the swelling; the chest pain told a minute ago is another matter, and its pages go on."""
    talk = needs_care()
    talk.taken("ana")
    assert "followup.reached" in heard_after(talk, 71 * MINUTE)
    talk.says("my chest hurts")
    talk.taken("ana")
    talk.says("1")
    urgent, emergency = talk.conversation.escalations
    assert (urgent.state, emergency.state) == (EscalationState.CONTACTED, EscalationState.ACKNOWLEDGED)


def test_a_call_for_help_in_the_answer_is_heard() -> None:
    """Ruth says that nobody phoned and calls for help: both count."""
    talk = in_danger()
    talk.taken("ana")
    talk.now += 26 * MINUTE
    talk.at(talk.now)
    facts = talk.says("no, help me")
    assert steps(talk, CaseStepKind.ANSWERED)[-1] == "not_reached"
    assert "asked_for_help" in tasks(facts)
    assert "reached.no" not in templates(facts)


def test_to_have_been_seen_for_one_case_says_nothing_of_a_newer_one() -> None:
    """The question of the morning was about the older case; the newer one is asked about on its own."""
    talk = needs_care()
    assert "followup.seen" in heard_after(talk, 24 * HOUR - 25 * MINUTE)
    talk.says("my chest hurts")
    talk.says("1")
    assert "followup.seen" in heard_after(talk, 26 * HOUR)


def test_nobody_is_asked_whom_staff_have_reached() -> None:
    """The trail says it already."""
    talk = in_danger()
    talk.says("CALLED")
    talk.taken("ana")
    talk.keep((EscalationContacted(talk.case.id, "ana"),))
    assert "followup.reached" not in heard_after(talk, 2 * HOUR)


def test_a_case_that_is_passed_on_is_asked_about_all_the_same() -> None:
    """The person was told that somebody would phone, and nobody has."""
    talk = in_danger()
    talk.says("CALLED")
    talk.taken("ana")
    talk.keep((EscalationPassed(talk.case.id, "ana"),))
    assert "followup.reached" in heard_after(talk, 26 * MINUTE)


def test_a_newer_promise_takes_the_place_of_the_older_one() -> None:
    """One question, past the newer one."""
    talk = in_danger()
    talk.says("CALLED")
    talk.taken("ana")
    talk.keep((EscalationPassed(talk.case.id, "ana"),))
    talk.at(talk.now + 10 * MINUTE)
    talk.taken("ben")
    assert "followup.reached" not in heard_after(talk, 24 * MINUTE)
    assert heard_after(talk, 2 * MINUTE).count("followup.reached") == 1


def test_a_score_is_still_a_score_while_that_question_is_open() -> None:
    """Today's check-in waits behind it, and a figure that is no answer to it is the day's."""
    talk = in_danger()
    talk.says("CALLED")
    talk.keep((CheckInOpened(Asked.WEAKNESS, MONDAY),))
    talk.taken("ana")
    talk.at(talk.now + 25 * MINUTE)
    facts = talk.says("4")
    assert [o.observation.value for o in of(facts, Observed) if o.observation.kind is Kind.WEAKNESS] == [4.0]


# --- were you seen ---


@pytest.mark.parametrize("begin", [in_danger, needs_care])
def test_the_next_morning_the_person_is_asked_whether_they_were_seen(begin: object) -> None:
    """At half past nine by their clock, once; not in the lane of alarms."""
    talk: Talk = begin()  # type: ignore[operator]
    talk.says("CALLED")
    asked = [m for m in talk.prompted(datetime(2026, 3, 4, 20, 0, tzinfo=UTC)) if m.template == "followup.seen"]
    assert [m.lane for m in asked] == [Lane.REPLY]
    (step,) = [step for step in talk.steps if step.note == "followup.seen"]
    assert (step.kind, step.at) == (CaseStepKind.FOLLOWED_UP, datetime(2026, 3, 3, 14, 30, tzinfo=UTC))


def the_morning_after(talk: Talk) -> Talk:
    """The question of the next morning was just put."""
    if talk.case.level is Disposition.EMERGENCY:
        talk.says("CALLED")
    return talk.at(datetime(2026, 3, 3, 14, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("words", "note", "answer"),
    [
        ("1", "was seen by a clinician", "ack.seen"),
        ("SEEN", "was seen by a clinician", "ack.seen"),
        ("ya me vio", "was seen by a clinician", "ack.seen"),
        ("2", "has booked a visit", "ack.booked"),
        ("BOOKED", "has booked a visit", "ack.booked"),
        ("tengo cita", "has booked a visit", "ack.booked"),
        ("I have an appointment on Tuesday", "has booked a visit", "ack.booked"),
        ("no tengo cita", "not seen yet", "ack.not_yet"),
        ("I haven't booked", "not seen yet", "ack.not_yet"),
        ("3", "not seen yet", "ack.not_yet"),
        ("todavía no", "not seen yet", "ack.not_yet"),
    ],
)
def test_the_answer_stands_in_the_trail_of_its_case(words: str, note: str, answer: str) -> None:
    """It closes nothing: staff do that."""
    talk = the_morning_after(needs_care())
    facts = talk.says(words)
    assert steps(talk, CaseStepKind.ANSWERED) == [note]
    assert templates(facts) == [answer]
    assert talk.case.is_open


def test_somebody_who_was_not_seen_is_work_for_a_coordinator_at_once() -> None:
    """And under the key of what would be found a day after the case, so that it is there once."""
    talk = the_morning_after(needs_care())
    (at_once,) = of(talk.says("3"), TaskRaised)
    due = next(t for t in talk.timers.values() if t.payload.get("step") == "seen_task")
    (later,) = of(fire(talk.known(), due, HANDBOOK, due.due_at), TaskRaised)
    assert (at_once.kind, at_once.key) == (later.kind, later.key) == ("urgent_not_seen", at_once.key)


def test_without_an_answer_a_coordinator_asks_a_day_after_the_case() -> None:
    """Under a key of its own, so that a timer that comes twice raises nothing more."""
    talk = the_morning_after(needs_care())
    due = next(t for t in talk.timers.values() if t.payload.get("step") == "seen_task")
    (task,) = of(fire(talk.known(), due, HANDBOOK, due.due_at), TaskRaised)
    assert (task.kind, task.key) == ("urgent_not_seen", f"urgent_not_seen/{talk.case.id}/0")
    assert due.due_at >= talk.case.clock + DAY


def test_whoever_was_seen_already_is_not_asked() -> None:
    """The word SEEN is an answer at any time."""
    talk = needs_care()
    facts = talk.says("SEEN")
    assert templates(facts) == ["ack.seen"]
    assert "followup.seen" not in heard_after(talk, 2 * DAY)
    assert "urgent_not_seen" not in talk.raised


def test_called_is_a_step_of_the_newest_emergency() -> None:
    """Paging goes on: that help was called says nothing of how it went."""
    talk = in_danger()
    older = talk.case.id
    talk.says("I slipped and fell but I am not hurt")
    talk.says("LLAMÉ")
    cases = {
        case.id: [s.note for s in case.steps if s.kind is CaseStepKind.ANSWERED] for case in talk.known().escalations
    }
    assert cases[older] == ["has called for help"]
    assert all(not notes for case_id, notes in cases.items() if case_id != older)
    assert talk.case.is_open


@pytest.mark.parametrize(("outcome", "asked"), [("spoke_advised", True), ("seen_by_clinician", False), ("died", False)])
def test_a_closed_case_is_asked_about_unless_its_end_says_all(outcome: str, *, asked: bool) -> None:
    """Advice is no visit; and nobody writes to the family of somebody who has died."""
    talk = needs_care()
    talk.keep((EscalationClosed(talk.case.id, "ana", outcome, ""),))
    assert ("followup.seen" in heard_after(talk, DAY)) is asked


def test_not_seen_yet_opens_a_closed_case_again() -> None:
    """Paging begins anew, and its own next morning follows."""
    talk = needs_care()
    talk.keep((EscalationClosed(talk.case.id, "ana", "spoke_advised", ""),))
    the_morning_after(talk)
    facts = talk.says("3")
    assert of(facts, EscalationReopened)[0].staff is None
    assert (talk.case.state, talk.case.clock) == (EscalationState.RAISED, talk.now)
    assert talk.timers[f"case/{talk.now.isoformat()}"].due_at == talk.now
    later = talk.prompted(datetime(2026, 3, 4, 14, 30, tzinfo=UTC))
    assert [m.template for m in later].count("followup.seen") == 1


def test_two_cases_of_one_morning_are_asked_about_once() -> None:
    """The answer is that of both; each has its step."""
    talk = needs_care()
    talk.says("I fainted")
    first, second = talk.conversation.escalations
    assert heard_after(talk, DAY).count("followup.seen") == 1
    asked = [[s.note for s in c.steps if s.kind is CaseStepKind.FOLLOWED_UP] for c in talk.conversation.escalations]
    assert sorted(map(len, asked)) == [1, 1]
    assert first.id != second.id


def test_a_case_in_the_small_hours_is_asked_about_the_same_morning() -> None:
    """A night lies between; one of the early morning waits for the next day."""
    talk = ruth()
    talk.at(datetime(2026, 3, 3, 6, 0, tzinfo=UTC))  # one in New York
    talk.says("my pee looks like cola")
    assert "followup.seen" in [m.template for m in talk.prompted(datetime(2026, 3, 3, 14, 31, tzinfo=UTC))]


def test_a_question_that_comes_late_waits_for_the_end_of_the_night() -> None:
    """After an outage, or by another zone than it was planned for."""
    talk = needs_care()
    talk.at(talk.now + HOUR)
    due = next(t for t in talk.timers.values() if t.payload.get("step") == "seen")
    night = datetime(2026, 3, 4, 7, 0, tzinfo=UTC)  # two in New York
    facts = fire(talk.known(), due, HANDBOOK, night)
    assert of(facts, MessageQueued) == []
    assert [t.due_at for t in of(facts, TimerSet) if t.kind is TimerKind.FOLLOW] == [night + 7 * HOUR]


def test_somebody_on_a_pause_is_asked_all_the_same() -> None:
    """A pause is of prompts; what is asked after a case is none."""
    talk = needs_care()
    talk.says("PAUSE")
    assert "followup.seen" in heard_after(talk, DAY)
    assert templates(talk.says("1")) == ["ack.seen"]


def test_who_is_reached_by_calls_only_is_asked_in_a_call() -> None:
    """And answers by a key."""
    talk = needs_care(channel=Channel.VOICE)
    (call,) = [m for m in talk.prompted(talk.now + DAY) if m.template == "voice.follow_up"]
    assert (call.channel, call.body) == (Channel.VOICE, "")
    assert greeting(talk.known(), HANDBOOK, talk.now).template == "voice.follow_up"
    assert templates(talk.call_opens()) == ["voice.ask_seen"]
    facts = talk.says("1", Channel.VOICE)
    assert templates(facts) == ["ack.seen", "voice.goodbye"]
    assert steps(talk, CaseStepKind.ANSWERED) == ["was seen by a clinician"]


def test_a_stranger_is_asked_no_question_of_the_next_days() -> None:
    """They agreed to nothing; the case and the unknown sender are with the staff."""
    talk = meet(MORNING)
    talk.says("my pee looks like cola")
    assert heard_after(talk, 9 * DAY) == []


# --- have you booked ---


def test_after_three_and_seven_days_the_person_is_asked_whether_they_have_booked() -> None:
    """At eleven by their clock, also across the change to summer time."""
    talk = should_book()
    talk.at(talk.now + 9 * DAY)
    asked = [step.at for step in talk.steps if step.note == "followup.booked"]
    assert asked == [datetime(2026, 3, 5, 16, 0, tzinfo=UTC), datetime(2026, 3, 9, 15, 0, tzinfo=UTC)]
    assert talk.raised.count("routine_not_booked") == 1


@pytest.mark.parametrize("words", ["BOOKED", "CITA", "2", "1"])
def test_whoever_has_booked_is_not_asked_again(words: str) -> None:
    """Nor is it work for anybody."""
    talk = should_book()
    talk.at(datetime(2026, 3, 5, 16, 1, tzinfo=UTC))
    talk.says(words)
    assert "followup.booked" not in heard_after(talk, 9 * DAY)
    assert "routine_not_booked" not in talk.raised


def test_booked_is_a_step_of_the_routine_case_rather_than_of_a_graver_one() -> None:
    """A visit that is to come ends no case of today."""
    talk = should_book()
    routine = talk.case.id
    talk.says("my pee looks like cola")
    talk.says("BOOKED")
    notes = {c.id: [s.note for s in c.steps if s.kind is CaseStepKind.ANSWERED] for c in talk.conversation.escalations}
    assert notes.pop(routine) == ["has booked a visit"]
    assert list(notes.values()) == [[]]


def test_that_question_keeps_the_quiet_hours_of_the_person() -> None:
    """Somebody who sleeps until noon is asked at noon."""
    talk = should_book(quiet=QuietHours(time(2), time(12)))
    talk.at(datetime(2026, 3, 5, 18, 0, tzinfo=UTC))
    assert [s.at for s in talk.steps if s.note == "followup.booked"] == [datetime(2026, 3, 5, 17, 0, tzinfo=UTC)]


def test_a_case_that_turns_out_to_be_old_is_asked_about_as_a_routine_one() -> None:
    """The level that holds when the timer comes due decides."""
    talk = needs_care()
    talk.at(talk.now)
    talk.keep(escalation.watch((EscalationRelevelled(talk.case.id, Disposition.ROUTINE, "longer"),), talk.now))
    talk.at(talk.now + 4 * DAY)
    assert [s.note for s in talk.steps if s.kind is CaseStepKind.FOLLOWED_UP] == ["followup.booked"]


# --- no word since an emergency ---


def test_without_a_word_the_alarm_comes_again_then_a_call_then_a_page() -> None:
    """After fifteen, twenty and twenty-five minutes, at any hour."""
    talk = ruth()
    talk.at(datetime(2026, 3, 3, 7, 0, tzinfo=UTC))  # two at night
    talk.says("I can't breathe")
    assert heard_after(talk, 14 * MINUTE) == []
    assert heard_after(talk, MINUTE) == ["escalation.emergency_again"]
    assert heard_after(talk, 5 * MINUTE) == ["voice.alarm"]
    assert talk.queued[-1].channel is Channel.VOICE
    assert steps(talk, CaseStepKind.SILENT) == []
    assert heard_after(talk, 5 * MINUTE) == []
    assert steps(talk, CaseStepKind.SILENT) == ["no word since the alarm"]
    assert "page.silent_take" in [page.template for page in talk.paged]


@pytest.mark.parametrize("words", ["CALLED", "ok", "4", "asdf", "gracias"])
def test_anything_heard_ends_that(words: str) -> None:
    """Whatever it is; paging goes on until somebody has the case."""
    talk = in_danger()
    talk.says(words)
    after = heard_after(talk, HOUR)
    assert "escalation.emergency_again" not in after
    assert "voice.alarm" not in after
    assert steps(talk, CaseStepKind.SILENT) == []
    assert talk.case.state is EscalationState.RAISED


def test_it_goes_on_when_somebody_has_the_case_until_they_have_spoken() -> None:
    """To take a case is not yet to have reached anybody."""
    talk = in_danger()
    talk.taken("ana")
    assert heard_after(talk, 16 * MINUTE) == ["escalation.emergency_again"]
    talk.keep((EscalationContacted(talk.case.id, "ana"),))
    assert heard_after(talk, HOUR) == []


@pytest.mark.parametrize(("language", "words"), [(Language.EN, "You deserve"), (Language.ES, "Usted merece")])
def test_words_of_self_harm_have_their_own_text(language: Language, words: str) -> None:
    """With the crisis line first, and the question whether somebody is there, in text and call."""
    talk = in_danger("I want to kill myself", language=language)
    again = [m for m in talk.prompted(talk.now + 20 * MINUTE) if m.channel is Channel.SMS][-1]
    assert again.template == "follow_up.still_unsafe"
    assert "988" in again.body
    assert "911" in again.body
    said = of(talk.call_opens(), Said)[-1]
    assert said.body.startswith(words)
    assert tasks(talk.says("N")) == ["alone_and_unsafe"]


def test_words_of_self_harm_are_followed_by_the_word_that_a_person_was_asked_to_phone() -> None:
    """Once, and only when somebody is on duty."""
    talk = in_danger("I want to kill myself")
    assert heard_after(talk, 10 * MINUTE) == ["follow_up.staffed"]
    alone = in_danger("I want to kill myself")
    alone.rota = Rota()
    assert heard_after(alone, 10 * MINUTE) == []


def test_the_call_says_nothing_of_health_before_a_key_and_then_the_alarm() -> None:
    """The first words name the emergency number; after key 1 the alarm is said, and the call ends."""
    talk = in_danger()
    talk.at(talk.now + 20 * MINUTE)
    first = greeting(talk.known(), HANDBOOK, talk.now)
    assert first.template == "voice.alarm"
    assert "9 1 1" in first.body
    assert "breath" not in first.body
    (said,) = of(talk.call_opens(), Said)
    assert said.template == "voice.emergency"
    assert "9 1 1" in said.body


def test_who_is_reached_by_calls_only_gets_the_call_with_the_repeated_text() -> None:
    """A text may reach nobody there."""
    talk = in_danger(channel=Channel.VOICE)
    assert heard_after(talk, 15 * MINUTE) == ["escalation.emergency_again", "voice.alarm"]


def test_a_stranger_in_danger_gets_the_text_again_and_no_call() -> None:
    """We could say nothing personal to that number; a person on call finds out."""
    talk = meet(MORNING)
    talk.rota = ROTA
    talk.says("I can't breathe")
    assert heard_after(talk, HOUR) == ["escalation.emergency_again"]
    assert steps(talk, CaseStepKind.SILENT) == ["no word since the alarm"]
    assert "ack.called" in templates(talk.says("CALLED"))


def test_after_two_emergencies_only_the_newer_is_waited_for() -> None:
    """What was said in between was a word."""
    talk = in_danger()
    talk.at(talk.now + 5 * MINUTE)
    talk.says("chest pain too")
    assert heard_after(talk, 40 * MINUTE).count("escalation.emergency_again") == 1


def test_after_an_outage_of_hours_no_old_alarm_is_said_again() -> None:
    """A person finds out all the same."""
    talk = in_danger()
    talk.at(talk.now)
    due = {t.payload["step"]: t for t in talk.timers.values() if t.kind == TimerKind.FOLLOW}
    late = talk.now + 5 * HOUR
    assert of(fire(talk.known(), due["silent"], HANDBOOK, late), MessageQueued) == []
    assert of(fire(talk.known(), due["silent_call"], HANDBOOK, late), MessageQueued) == []
    silent = of(fire(talk.known(), due["silent_human"], HANDBOOK, late), CaseStepped)
    assert [step.kind for step in silent] == [CaseStepKind.SILENT]


# --- whoever has left ---


@pytest.mark.parametrize("words", ["STOP", "wrong number", "no me manden más mensajes"])
@pytest.mark.parametrize("begin", [in_danger, needs_care, should_book])
def test_after_stop_nothing_more_comes_and_the_pages_go_on(begin: object, words: str) -> None:
    """Decision 2: no repeat, no call, no question, no word who will phone. Staff are paged until somebody has it."""
    talk: Talk = begin()  # type: ignore[operator]
    talk.says(words)
    assert talk.conversation.participant.status.has_left
    before = len(talk.paged)
    assert heard_after(talk, 2 * HOUR) == []
    assert len(talk.paged) > before or talk.case.level is Disposition.ROUTINE
    assert of(talk.taken("ana"), MessageQueued) == []
    talk.keep((EscalationContacted(talk.case.id, "ana"),))
    assert heard_after(talk, 9 * DAY) == []


def test_a_timer_that_was_due_already_when_somebody_left_does_nothing() -> None:
    """The decision reads who they are now."""
    talk = in_danger()
    talk.at(talk.now)
    timers = [t for t in talk.timers.values() if t.kind == TimerKind.FOLLOW]
    talk.says("STOP")
    assert timers
    assert all(fire(talk.known(), timer, HANDBOOK, timer.due_at) == () for timer in timers)


# --- a call for help ---


@pytest.mark.parametrize("words", ["HELP", "ayuda", "help me please", "911", "auxilio"])
def test_a_call_for_help_brings_the_number_and_one_closed_question(words: str) -> None:
    """The number first; who we are only for those who asked with the carriers' word."""
    facts = ruth().says(words)
    assert templates(facts)[-1] == "distress.ask"
    assert ("help.text" in templates(facts)) is (words in ("HELP", "ayuda"))
    assert "911" in of(facts, MessageQueued)[-1].body
    assert tasks(facts) == ["asked_for_help"]


@pytest.mark.parametrize("words", ["1", "Y", "yes", "sí"])
@pytest.mark.parametrize("status", [Status.ACTIVE, Status.PAUSED, Status.STRANGER, Status.INVITED])
def test_yes_is_an_emergency_whoever_says_it(words: str, status: Status) -> None:
    """At once, with the alarm."""
    talk = ruth(status=status)
    talk.says("help me please")
    facts = talk.says(words)
    assert of(facts, EscalationRaised)[0].level is Disposition.EMERGENCY
    assert templates(facts) == ["escalation.emergency"]


@pytest.mark.parametrize("words", ["2", "N", "no"])
@pytest.mark.parametrize("status", [Status.ACTIVE, Status.STRANGER])
def test_no_is_no_emergency_and_no_answer_to_the_list_of_warning_signs(words: str, status: Status) -> None:
    """So no moves begin because of it."""
    talk = ruth(status=status)
    talk.says("help me please")
    facts = talk.says(words)
    assert templates(facts) == ["distress.no"]
    assert Kind.SCREENED not in [o.observation.kind for o in of(facts, Observed)]
    talk.at(talk.now + HOUR)
    assert not talk.conversation.escalations


@pytest.mark.parametrize("words", [None, "what do you mean", "thanks"])
def test_without_a_yes_or_no_a_call_for_help_is_a_case_after_a_quarter_of_an_hour(words: str | None) -> None:
    """Urgent, with the number once more; somebody on call finds out what it is."""
    talk = ruth()
    talk.says("auxilio")
    asked = talk.now
    if words:
        talk.says(words)
    later = follow_up_of_help(talk, asked + 15 * MINUTE)
    assert [event.level for event in of(later, EscalationRaised)] == [Disposition.URGENT]
    (told,) = of(later, MessageQueued)
    assert told.body.startswith("If you are in danger or very unwell, call 911 now.")
    assert told.tells


def follow_up_of_help(talk: Talk, at: datetime) -> tuple[Event, ...]:
    """What the timer behind a call for help causes when it comes due."""
    timer = next(t for t in talk.timers.values() if t.kind == TimerKind.HELD)
    assert (timer.due_at, timer.payload["about"]) == (at, "distress")
    talk.at(at - MINUTE)
    talk.now = at
    del talk.timers[timer.key]
    return talk.keep(follow_up.distress(talk.moment(), timer))


def test_a_second_call_for_help_is_a_case_at_once() -> None:
    """Nobody has to learn how to answer while they are in need; the timer then adds nothing."""
    talk = ruth()
    talk.says("HELP")
    facts = talk.says("help me")
    assert of(facts, EscalationRaised)[0].rules == ("distress",)
    assert templates(facts) == ["distress.unanswered"]
    timer = next(t for t in talk.timers.values() if t.kind == TimerKind.HELD)
    assert follow_up.distress(replace(talk.moment(), now=timer.due_at), timer) == ()
    assert templates(talk.says("1")) == ["escalation.emergency"]


def test_whoever_left_after_a_call_for_help_gets_no_more_of_it() -> None:
    """STOP ends the question with all others."""
    talk = ruth()
    talk.says("auxilio")
    timer = next(t for t in talk.timers.values() if t.kind == TimerKind.HELD)
    talk.says("STOP")
    assert timer.key not in talk.timers
    assert follow_up.distress(replace(talk.moment(), now=timer.due_at), timer) == ()


def test_help_in_a_call_asks_for_the_warning_signs() -> None:
    """A key is enough, and silence is a case as it is by text."""
    talk = ruth()
    talk.call_opens()
    facts = talk.says("help me", Channel.VOICE)
    assert templates(facts)[:2] == ["spoken.help_text", "voice.ask_red_flag"]
    assert [t.payload["about"] for t in of(facts, TimerSet) if t.kind is TimerKind.HELD] == ["distress"]


# --- a word of staff from another number ---


@pytest.mark.parametrize("words", ["ACK 4821", "ack4821", "TOMO 4821", "PASS 4821", "SPOKE 4821", "hablé 4821", "ack"])
@pytest.mark.parametrize("status", [Status.ACTIVE, Status.PAUSED, Status.STRANGER])
def test_an_answer_to_a_page_from_another_number_is_refused_plainly(words: str, status: Status) -> None:
    """Nothing changes, nothing is asked of staff, and nothing is written down as a figure."""
    talk = ruth(status=status)
    talk.keep((CheckInOpened(Asked.HYDRATION, MONDAY),))
    facts = talk.says(words)
    assert templates(facts) == ["page.not_on_call"]
    assert tasks(facts) == []
    assert [o.observation.kind for o in of(facts, Observed)] == [Kind.HEARD]
    assert of(facts, ReplyRead)


def test_that_word_takes_no_case() -> None:
    """Not even the sender's own, and an emergency told in the same breath comes first."""
    talk = in_danger()
    talk.says(f"ACK {escalation.page_code(talk.case.id)}")
    assert (talk.case.state, talk.case.owner) == (EscalationState.RAISED, None)


@pytest.mark.parametrize("words", ["pass", "paso", "tomo"])
def test_everyday_words_are_no_answer_to_a_page(words: str) -> None:
    """Only with a code."""
    assert "page.not_on_call" not in templates(ruth().says(words))


def test_whoever_has_left_is_not_even_told_that() -> None:
    """Decision 2."""
    talk = ruth(status=Status.OPTED_OUT)
    assert templates(talk.says("ACK 4821")) == []


# --- and no longer than that ---


def test_questions_after_an_emergency_do_not_prolong_the_day_without_lessons() -> None:
    """Twenty-four hours after the alarm the programme goes on, though a question came that morning."""
    talk = in_danger()
    talk.at(talk.now + 25 * HOUR)
    later = [message for message in talk.conversation.sent if message.at > talk.case.raised_at]
    assert {"escalation.emergency_again", "voice.alarm", "followup.seen"} <= {message.template for message in later}
    assert Lane.EMERGENCY not in {message.lane for message in later}


def test_no_lesson_comes_within_a_day_of_an_emergency() -> None:
    """Whatever was asked and answered since."""
    talk = in_danger()
    talk.keep(begin_programme(talk.moment(), talk.conversation.participant))
    talk.says("CALLED")
    talk.at(talk.case.raised_at + 24 * HOUR)
    assert {slot.reason for slot in talk.skipped} == {"after_emergency"}
    assert isinstance(talk.skipped[0], PromptSkipped)


def test_a_look_that_comes_twice_asks_nothing_twice() -> None:
    """Each timer has its key; the keys of a case opened again are others."""
    talk = needs_care()
    talk.at(talk.now)
    once = follow_up.begin(talk.moment(), staffed=True)
    assert once == follow_up.begin(talk.moment(), staffed=True)
    keys = {event.key for event in of(once, TimerSet)}
    talk.keep(
        (EscalationClosed(talk.case.id, "ana", "other", ""), EscalationReopened(talk.case.id, "ana", "came back"))
    )
    assert keys.isdisjoint(event.key for event in of(follow_up.begin(talk.moment(), staffed=True), TimerSet))


def test_cases_of_long_ago_are_not_asked_about_now() -> None:
    """A case from before there were such questions gets none of them days late."""
    talk = needs_care()
    talk.now += 5 * DAY
    assert follow_up.begin(talk.moment(), staffed=True) == ()


def test_a_timer_of_a_case_that_is_not_known_does_nothing() -> None:
    """Closed cases are forgotten after some weeks."""
    timer = Timer(1, 1, TimerKind.FOLLOW, "follow/9.0/seen", MORNING, {"case": "9", "round": "0", "step": "seen"})
    assert fire(ruth().known(), timer, HANDBOOK, MORNING) == ()


def test_pages_say_nothing_of_what_the_person_is_asked() -> None:
    """Questions go to the person alone."""
    talk = needs_care()
    talk.at(talk.now + DAY)
    assert {(page.to, page.recipient) for page in talk.paged} == {(ANA.id, ANA.phone)}
