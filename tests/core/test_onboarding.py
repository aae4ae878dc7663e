"""The questions on joining: one a message, for a week, each free to be left out, and unknown is the careful side."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from coach.core import schedule
from coach.core.content import Careful, Gate
from coach.core.conversation.asking import current, missing
from coach.core.conversation.meaning import plain
from coach.core.events import CheckInOpened, DetailsChanged, EscalationRaised, MessageQueued, Observed, TaskRaised
from coach.core.model import (
    Asked,
    Channel,
    CheckIn,
    Disposition,
    Intent,
    Kind,
    Lane,
    Language,
    Profile,
    QuietHours,
    Status,
)
from coach.core.onboarding import Answer, Form
from coach.core.reading import read
from coach.core.triage import assess
from tests.core.talking import HANDBOOK, Talk, meet, of, tasks, templates

VECTORS: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "vectors" / "onboarding.toml").read_text("utf-8"))
MONDAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # ten in New York
HOUR = timedelta(hours=1)
TOLD = Profile(
    conditions=frozenset({"arthritis"}),
    medicines=frozenset({"none"}),
    age=70,
    sex="m",
    lives_alone=False,
    fluid_limit=False,
)


def joined(**facts: object) -> Talk:
    """Ruth has joined by text just now; the first question is open."""
    talk = meet(MORNING, **facts)
    for text in ("LEGS", "Y", "1"):
        talk.says(text)
    return talk


def at_question(question: str) -> Talk:
    """Ruth has left out everything before one question."""
    talk = joined()
    while open_question(talk) != question:
        talk.says("skip")
    return talk


def enrolled_by_staff(**facts: object) -> Talk:
    """A nurse filled in the form, with the zone; Ruth has the invitation."""
    talk = meet(MORNING, **{"zone": "America/New_York", "profile": TOLD, **facts})
    talk.invited()
    return talk.at(MORNING + HOUR)


def open_question(talk: Talk) -> str | None:
    """The question on joining that a text now would answer."""
    found = current(talk.moment(), talk.moment().question())
    return found.id if found else None


# --- How answers are read ---


def _answers() -> Iterator[tuple[str, str, str]]:
    for entry in VECTORS["answer"]:
        for text in entry["texts"]:
            yield entry["question"], text, entry["means"]


@pytest.mark.parametrize(("question", "text", "means"), sorted(_answers()))
def test_an_answer_means_what_the_vectors_say(question: str, text: str, means: str) -> None:
    """Numbers, words of the options, none, skip; anything else is not taken for an answer."""
    asked = HANDBOOK.onboarding.questions[question]
    assert _in_words(asked.form, HANDBOOK.onboarding.read(asked, plain(text), text)) == means


def _in_words(form: Form, answer: Answer | None) -> str:
    if answer is None:
        return "not read"
    if answer.skipped:
        return "skipped"
    if form is Form.YES_NO:
        return "yes" if answer.yes else "no"
    return " ".join(option.code for option in answer.options) if form is Form.MANY else answer.value


def _names() -> Iterator[tuple[str, str]]:
    for question in HANDBOOK.onboarding.questions.values():
        for option in question.options:
            for name in (*option.labels.values(), *option.words):
                yield question.id, name


@pytest.mark.parametrize(("question", "name"), sorted(_names()))
def test_the_name_of_an_option_is_an_answer_and_no_alarm(question: str, name: str) -> None:
    """Whoever writes the words instead of the number is understood, and no sign is read into a word of ours."""
    asked = HANDBOOK.onboarding.questions[question]
    answer = HANDBOOK.onboarding.read(asked, plain(name), name)
    reply = read(name, Asked.PROFILE, Language.EN, Channel.SMS, HANDBOOK.lexicon)
    assert answer is not None
    assert name in {*answer.options[0].labels.values(), *answer.options[0].words}
    assert assess(reply, Profile(), HANDBOOK.triage, frozenset()).disposition is Disposition.SELF_CARE
    assert reply.intent not in (Intent.STOP, Intent.WRONG_PERSON, Intent.HELP)


# --- Whole talks ---


@pytest.mark.parametrize("script", VECTORS["talk"], ids=lambda script: script["rule"])
def test_a_talk_goes_as_written(script: Mapping[str, Any]) -> None:
    """The transcripts of the vectors, line by line, and what is known after them."""
    talk = meet(MORNING)
    for line in script["talk"]:
        facts = talk.says(line["says"])
        alarms = [case.level.value for case in of(facts, EscalationRaised)]
        assert templates(facts) == line["gets"]
        assert tasks(facts) == line.get("raises", [])
        assert alarms == ([line["alarms"]] if "alarms" in line else [])
    _check_end(talk, script)


def _check_end(talk: Talk, script: Mapping[str, Any]) -> None:
    person = talk.conversation.participant
    for name, value in script.get("known", {}).items():
        known = getattr(person.profile, name)
        assert known == (frozenset(value) if isinstance(value, list) else value)
    assert person.country == script.get("country", "US")
    assert person.zone == script.get("zone", person.zone)
    screened = [fact for fact in talk.conversation.observations if fact.kind is Kind.SCREENED]
    assert not (script.get("not_screened") and screened)
    assert script.get("still_open") in (None, open_question(talk))


# --- Who is asked, and when ---


def test_facts_that_staff_told_are_not_asked_again() -> None:
    """The form told age, sex, company, fluids and the lists; what only the person knows is asked."""
    talk = enrolled_by_staff()
    assert templates(talk.says("Y")) == ["enrol.welcome", "check_in.red_flag"]
    put = []
    while (question := open_question(talk)) is not None:
        put.append(question)
        talk.says("skip")
    assert put == ["red_flag", "first_score", "since_when", "walking_aid", "clinician_phone"]


def test_a_form_left_wholly_empty_told_nothing() -> None:
    """Somebody enrolled with a phone number only is asked everything."""
    talk = enrolled_by_staff(profile=Profile())
    assert templates(talk.says("Y")) == ["enrol.welcome", "onboarding.emergency_number"]
    assert "heart_failure" in talk.conversation.participant.profile.untold


def test_people_on_calls_are_not_asked_by_text() -> None:
    """Staff fill in the form instead, and are told that it is empty; until then everything is unknown."""
    talk = enrolled_by_staff(profile=Profile(), channel=Channel.VOICE)
    facts = talk.says("Y")
    assert templates(facts) == ["enrol.welcome"]
    assert tasks(facts) == ["profile_incomplete"]
    assert "heart_failure" in talk.conversation.participant.profile.untold


def test_a_filled_form_of_somebody_on_calls_raises_no_work() -> None:
    """Nothing is missing that gates depend on."""
    talk = enrolled_by_staff(channel=Channel.VOICE)
    assert tasks(talk.says("Y")) == []


def test_a_call_does_not_answer_a_question_put_by_text() -> None:
    """A key pressed in a call belongs to the call."""
    talk = at_question("first_score")
    talk.call_opens()
    facts = talk.says("4", Channel.VOICE)
    assert templates(facts)[-1] == "voice.ask_red_flag"
    assert of(facts, DetailsChanged) == []


@pytest.mark.parametrize(("sex", "age", "asked"), [("2", "30", False), ("1", "56", False), ("1", "55", True)])
def test_pregnancy_is_asked_only_where_it_may_be(sex: str, age: str, asked: bool) -> None:  # noqa: FBT001
    """Not of men, nor above 55; and then it is not unknown either."""
    talk = at_question("age")
    talk.says(age)
    talk.says(sex)
    assert ("pregnant" in talk.conversation.participant.profile.untold) is asked
    assert any("pregnant" in fact for fact in missing(talk.moment())) is asked


def test_only_somebody_in_a_wheelchair_is_asked_whether_they_walk() -> None:
    """A plain no makes them somebody who does not walk; nothing else does."""
    talk = at_question("walking_aid")
    assert templates(talk.says("4")) == ["onboarding.walks"]
    talk.says("N")
    assert talk.conversation.participant.profile.has("non_ambulatory")


def test_a_carer_who_may_be_told_is_work_for_a_coordinator() -> None:
    """Their consent and number are recorded by a person."""
    talk = at_question("carer")
    facts = talk.says("Y")
    assert tasks(facts) == ["carer_consent", "profile_incomplete"]
    assert talk.conversation.participant.profile.has("carer")


def test_a_medicine_started_lately_is_a_change_of_medicine() -> None:
    """It is on record as the sign that makes check-ins daily, without an alarm."""
    talk = at_question("medicine_new")
    facts = talk.says("1")
    signs = [fact.observation.code for fact in of(facts, Observed) if fact.observation.kind is Kind.SIGN]
    assert signs == ["medicine_changed"]
    assert of(facts, EscalationRaised) == []
    assert talk.conversation.participant.profile.has("bp_medicine_new")


# --- What comes between ---


def test_numbers_belong_to_the_question_put_last() -> None:
    """A check-in came while a list was open: 5 is the score, and the list is put again after it."""
    talk = at_question("conditions_heart")
    talk.at(MORNING.replace(hour=21, minute=31))
    facts = talk.says("5")
    assert [o.observation.value for o in of(facts, Observed) if o.observation.kind is Kind.WEAKNESS] == [5.0]
    assert templates(facts)[-1] == "onboarding.conditions_heart"
    assert of(facts, DetailsChanged) == []
    talk.says("1")
    assert talk.conversation.participant.profile.has("heart_failure")


def test_a_score_can_still_be_corrected_while_a_question_waits() -> None:
    """'Sorry, 9' takes back the score; it is not option 9."""
    talk = at_question("conditions_heart")
    talk.at(MORNING.replace(hour=21, minute=31))
    talk.says("5")
    facts = talk.says("sorry, 9")
    assert [o.observation.value for o in of(facts, Observed) if o.observation.kind is Kind.WEAKNESS] == [9.0]
    assert talk.conversation.participant.profile.conditions == frozenset()


def test_the_first_score_is_an_ordinary_score() -> None:
    """The rules on scores hear it, and no answer is missed when it is left out."""
    talk = at_question("first_score")
    facts = talk.says("6")
    assert [o.observation.value for o in of(facts, Observed) if o.observation.kind is Kind.WEAKNESS] == [6.0]
    assert not any(c.scheduled for c in talk.conversation.check_ins)


def test_after_an_emergency_the_questions_wait_for_a_day() -> None:
    """The person has other things to do; then the question comes again."""
    talk = joined()
    talk.says("I can't breathe")
    assert _asked_by_time(talk, MORNING + 24 * HOUR) == []
    assert [m.template for m in _asked_by_time(talk, MORNING + 48 * HOUR)] == ["onboarding.emergency_number"]


def test_the_person_may_go_on_at_any_time() -> None:
    """RESUME puts the open question again."""
    talk = joined()
    talk.at(MORNING + 3 * 24 * HOUR)
    assert templates(talk.says("resume")) == ["onboarding.emergency_number"]


def test_coming_back_from_a_pause_goes_on_where_they_were() -> None:
    """The welcome back is followed by the open question."""
    talk = at_question("age")
    talk.says("pause")
    talk.at(MORNING + 2 * 24 * HOUR)
    assert templates(talk.says("resume"))[-1] == "onboarding.age"


def test_nothing_is_asked_after_stop() -> None:
    """No reminder, no task that needs them; START takes the questions up again."""
    talk = at_question("age")
    talk.says("STOP")
    assert talk.prompted(MORNING + 4 * 24 * HOUR) == ()
    assert templates(talk.says("START")) == ["start.back", "onboarding.age"]


def test_the_last_word_is_said_once() -> None:
    """A check-in answered after the last question is only acknowledged."""
    talk = at_question("carer")
    assert templates(talk.says("N"))[-1] == "onboarding.done"
    talk.at(MORNING.replace(hour=21, minute=31))
    assert not any(text.startswith("onboarding.") for text in templates(talk.says("2")))


# --- Time ---


def _asked_by_time(talk: Talk, until: datetime) -> list[MessageQueued]:
    return [message for message in talk.prompted(until) if message.template.startswith("onboarding.")]


def test_an_open_question_is_put_again_after_a_day_and_after_three() -> None:
    """Twice and no more; later only where the caps or another question just put leave no room."""
    talk = joined()
    asked = _asked_by_time(talk, MORNING + timedelta(days=6))
    first, second, third = (c.opened_at for c in talk.conversation.check_ins if c.about == "emergency_number")
    assert [message.template for message in asked] == ["onboarding.emergency_number"] * 2
    assert 24 * HOUR <= second - first <= 48 * HOUR
    assert 72 * HOUR <= third - first <= 96 * HOUR


def test_a_reminder_leaves_a_question_just_put_its_time() -> None:
    """The check-in of that hour is answered first: its number must not be taken for another answer."""
    talk = joined()
    talk.at(MORNING.replace(hour=20, minute=30))
    talk.says("resume")
    talk.at(MORNING.replace(day=3, hour=21, minute=35))
    assert [o.observation.value for o in of(talk.says("6"), Observed) if o.observation.kind is Kind.WEAKNESS] == [6.0]


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_no_question_is_put_again_at_night(hour: int) -> None:
    """Whatever the hour of the last answer, the reminder comes by day and as a prompt that counts under the caps."""
    talk = joined()
    talk.at(MORNING.replace(hour=hour) + timedelta(days=1))
    talk.says("resume")
    asked = _asked_by_time(talk, talk.now + timedelta(days=5))
    quiet = QuietHours()
    put = [c.opened_at for c in talk.conversation.check_ins if c.about and c.opened_at > talk.now - timedelta(days=4.9)]
    assert asked
    assert all(message.lane is Lane.PROMPT for message in asked)
    assert not any(schedule.is_quiet(at, "America/New_York", quiet) for at in put[1:])


def test_no_day_gets_more_texts_than_its_cap() -> None:
    """Reminders count: three unsolicited texts a day in the first weeks."""
    talk = joined()
    sent: list[date] = []
    moment = MORNING
    while moment < MORNING + timedelta(days=7):
        moment += HOUR
        texts = [message for message in talk.prompted(moment) if message.channel is Channel.SMS]
        sent += [schedule.local(moment, "America/New_York").date() for _ in texts]
    assert max(sent.count(day) for day in sent) <= 3


def test_after_a_week_what_was_not_answered_stays_unknown_and_staff_know() -> None:
    """The question is closed, and a task says what is missing."""
    talk = at_question("conditions_heart")
    talk.at(MORNING + timedelta(days=6, hours=20))
    closes = next(timer.due_at for timer in talk.timers.values() if timer.kind == "onboarding")
    talk.at(closes)
    raised = of(talk.last, TaskRaised)
    assert [task.kind for task in raised] == ["profile_incomplete"]
    assert "conditions of heart, vessels and kidneys" in raised[0].because
    assert open_question(talk) is None
    assert "heart_failure" in talk.conversation.participant.profile.untold


def test_after_the_week_nothing_more_is_put() -> None:
    """An answered check-in is only acknowledged, and RESUME is the ordinary one."""
    talk = joined()
    talk.at(MORNING + timedelta(days=8, hours=7))
    assert not any(text.startswith("onboarding.") for text in templates(talk.says("2")))
    assert not any(text.startswith("onboarding.") for text in templates(talk.says("resume")))


# --- Unknown is the careful side ---


def test_a_gate_that_blocks_keeps_its_texts_back_until_told() -> None:
    """Neither the texts it forbids nor those for the people it is about."""
    gate = Gate("D7", "leg arteries", conditions=frozenset({"pad"}), careful=Careful.BLOCKS)
    untold = Profile(untold=frozenset({"pad", "ckd"}))
    assert gate.blocks(untold)
    assert not gate.applies(untold)
    assert not gate.blocks(Profile())


def test_a_gate_that_applies_holds_until_told() -> None:
    """The texts for these people are safe for everybody, so they are used."""
    gate = Gate("D1", "fluids", conditions=frozenset({"ckd"}), careful=Careful.APPLIES)
    assert gate.applies(Profile(untold=frozenset({"ckd"})))
    assert not gate.applies(Profile(untold=frozenset({"pad"})))


def test_a_gate_on_told_signs_waits_for_them_also_in_doubt() -> None:
    """Unknown medicines matter for sick days only when somebody is sick."""
    gate = Gate("D4", "", medicines=frozenset({"sglt2"}), with_signs=frozenset({"fever"}), careful=Careful.APPLIES)
    untold = Profile(untold=frozenset({"sglt2"}))
    assert not gate.blocks(untold)
    assert gate.blocks(untold, reported=frozenset({"fever"}))


@pytest.mark.parametrize("group", ["exercise", "exercise_easy"])
def test_no_move_reaches_somebody_who_skipped_the_lists(group: str) -> None:
    """Until the person or staff have told, every text that a safety rule may forbid is held back."""
    talk = joined()
    profile = talk.conversation.participant.profile
    blocked = {gate.id for gate in HANDBOOK.library.gates.values() if gate.blocks(profile)}
    assert {"D1", "D2", "D6", "D7", "D8", "D10", "D11", "D17", "seated_only"} <= blocked
    picked = talk.moment().choose(group).template
    assert picked is None or picked.gates.isdisjoint(blocked)


@pytest.mark.parametrize("group", ["exercise", "hydration"])
def test_whoever_told_everything_is_blocked_by_nothing_more(group: str) -> None:
    """People enrolled on the form get what they got before."""
    talk = enrolled_by_staff()
    talk.says("Y")
    assert talk.conversation.participant.profile.untold == frozenset()
    assert talk.moment().choose(group).template is not None


def test_every_fact_that_a_careful_gate_needs_is_asked() -> None:
    """A rule that waits for an answer nobody is asked for would never open, one that needs no answer never wait."""
    asked = HANDBOOK.onboarding.codes
    for gate in HANDBOOK.library.gates.values():
        if gate.careful is not None:
            assert asked & (gate.conditions | gate.medicines), gate.id


def test_one_question_a_message() -> None:
    """No message puts two questions, and every question that is put has its text in the same decision."""
    talk = joined()
    while open_question(talk) is not None:
        facts = talk.says("skip")
        assert len(of(facts, CheckInOpened)) <= 1
        assert len(of(facts, MessageQueued)) == 1


def test_every_status_but_active_is_left_alone() -> None:
    """Nobody is asked before they agreed or after they left."""
    for status in (Status.STRANGER, Status.INVITED, Status.OPTED_OUT, Status.WRONG_PERSON):
        talk = meet(MORNING, status=status)
        assert not any(text.startswith("onboarding.") for text in templates(talk.says("Y")))


def test_a_list_without_a_mark_was_not_asked_and_one_with_none_was() -> None:
    """An importer who fills in one column has not told that there are no illnesses."""
    talk = enrolled_by_staff(profile=Profile(age=50))
    talk.says("Y")
    assert {"heart_failure", "statin"} <= talk.conversation.participant.profile.untold
    marked = enrolled_by_staff(profile=Profile(conditions=frozenset({"none"}), medicines=frozenset({"none"})))
    marked.says("Y")
    assert marked.conversation.participant.profile.untold == frozenset()


def test_a_figure_that_is_no_age_is_the_days_score() -> None:
    """A ten is “cannot stand”, not a child."""
    talk = at_question("age")
    talk.conversation = replace(
        talk.conversation,
        check_ins=(CheckIn(90, Asked.WEAKNESS, talk.now, talk.now.date()), *talk.conversation.check_ins),
    )
    facts = talk.says("10")
    assert [o.observation.value for o in of(facts, Observed) if o.observation.kind is Kind.WEAKNESS] == [10.0]
    assert talk.conversation.participant.profile.age is None


def test_a_wrong_emergency_number_is_never_named_again() -> None:
    """From the moment the person says that it is not theirs."""
    talk = at_question("emergency_number")
    talk.says("N")
    alarm = of(talk.says("chest pain"), MessageQueued)[0]
    assert "911" not in alarm.body
