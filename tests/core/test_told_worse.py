"""It got worse, told to a question about a case: never unread, a case of its own, and the question is not lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from coach.core.events import CheckInOpened, EscalationClosed, EscalationRaised, EscalationReopened, MessageQueued, Said
from coach.core.model import (
    Asked,
    CaseStepKind,
    Channel,
    Disposition,
    EscalationState,
    Kind,
    Language,
    Profile,
    Status,
)
from coach.core.rota import FIRST, OnCall, Rota, Shift
from tests.core.talking import Talk, meet, of, tasks, templates

MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # ten in New York
NEXT_MORNING = datetime(2026, 3, 3, 14, 30, tzinfo=UTC)
DAY_THREE = datetime(2026, 3, 5, 16, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANA = OnCall(7, "ana", "Ana Lopez", "+12025550107", Language.EN, "America/New_York", True, True, True, False)
ALWAYS = Shift(1, 7, FIRST, frozenset(range(7)), time(0), time(0), date(2026, 1, 1), None)
WORSE = {
    Language.EN: ("it got worse", "worse", "Worse!", "it is worse now", "weaker", "yes it got worse", "7 worse"),
    Language.ES: ("peor", "ha empeorado", "empeoró", "está peor", "sí, empeoró", "me siento peor", "7 peor"),
}
SAID = [(language, words) for language, all_of_them in WORSE.items() for words in all_of_them]


def told(words: str, name: str, **facts: object) -> Talk:
    """Somebody of New York has just told of a sign; Ana is on call day and night."""
    known = {"status": Status.ACTIVE, "zone": "America/New_York", "enrolled_on": MORNING.date(), "name": name}
    talk = meet(MORNING, **{**known, **facts})
    talk.rota = Rota((ANA,), (ALWAYS,), ())
    talk.says(words)
    return talk


def denise(**facts: object) -> Talk:
    """Denise should have been seen yesterday, and is asked whether she was."""
    talk = told("my pee looks like cola", "Denise Hall", **facts)
    assert talk.case.level is Disposition.URGENT
    return asked(talk.at(NEXT_MORNING), "followup.seen")


def harold(**facts: object) -> Talk:
    """Harold should have booked a visit three days ago, and is asked whether he has."""
    talk = told("I have a fever", "Harold Moss", **facts)
    assert talk.case.level is Disposition.ROUTINE
    return asked(talk.at(DAY_THREE), "followup.booked")


def edna(**facts: object) -> Talk:
    """Edna was told to call for help; Ana was to phone by now, and Edna is asked whether she has."""
    talk = told("I can't breathe", "Edna Price", **facts)
    assert talk.case.level is Disposition.EMERGENCY
    talk.says("CALLED")
    talk.taken("ana")
    return asked(talk.at(talk.now + 25 * MINUTE), "followup.reached")


def asked(talk: Talk, template: str) -> Talk:
    """The same talk, in which that question came last."""
    assert talk.queued[-1].template == template
    return talk


Begin = Callable[..., Talk]
EVERYBODY = pytest.mark.parametrize("begin", [denise, harold, edna])


# --- understood, told, paged ---


@EVERYBODY
@pytest.mark.parametrize(("language", "words"), SAID)
def test_it_got_worse_is_understood_and_is_a_case_of_its_own(begin: Begin, language: Language, words: str) -> None:
    """Urgent at least; after an emergency it is one again. The old case's trail says it too."""
    talk = begin(language=language)
    before = talk.case
    (case,) = of(talk.says(words), EscalationRaised)
    assert case.level is max(before.level, Disposition.URGENT, key=lambda level: level.rank)
    assert case.rules == (*before.rules, "worsened")
    assert "told that it got worse" in [step.note for step in talk.conversation.escalations[0].steps]


@pytest.mark.parametrize(
    ("begin", "language", "words", "first", "sign"),
    [
        (denise, Language.EN, "it got worse", "Get medical care today.", "brown or red urine, now worse"),
        (denise, Language.ES, "empeoró", "Busque atención médica hoy.", "y va peor"),
        (harold, Language.EN, "3 worse", "Get medical care today.", "fever, now worse"),
        (harold, Language.ES, "3 peor", "Busque atención médica hoy.", "fiebre, y va peor"),
        (edna, Language.EN, "much worse now", "Call 911 now.", "now worse"),
        (edna, Language.ES, "peor", "Llame al 911 ahora.", "dificultad para respirar, y va peor"),
    ],
)
def test_the_person_is_told_plainly_to_be_seen_today(
    begin: Begin, language: Language, words: str, first: str, sign: str
) -> None:
    """In one text, with the number for warning signs; whoever had an emergency is told to call now."""
    (message,) = of(begin(language=language).says(words), MessageQueued)
    assert message.body.startswith(first)
    assert sign in message.body
    assert "911" in message.body


@EVERYBODY
def test_whoever_is_on_call_is_paged_at_once(begin: Begin) -> None:
    """About the new case, also where somebody has the old one."""
    talk = begin()
    talk.says("it got worse")
    newest = talk.case.id
    talk.at(talk.now)
    pages = [page for page in talk.paged if page.escalation_id == newest]
    assert {(page.template, page.to) for page in pages} == {("page.new", ANA.id)}


@EVERYBODY
def test_it_is_never_answered_as_unread(begin: Begin) -> None:
    """Two such texts make no work of unread texts either."""
    talk = begin()
    talk.says("worse")
    talk.says("it got worse")
    assert "unread_text" not in talk.raised
    assert not [message for message in talk.queued if message.template.startswith("unclear")]


def test_told_once_more_while_nobody_has_it_the_advice_stands_and_no_second_case_is_opened() -> None:
    """The pages of the first go on."""
    talk = denise()
    talk.says("worse")
    facts = talk.says("it is worse")
    assert of(facts, EscalationRaised) == []
    assert templates(facts) == ["escalation.repeat_noted"]


def test_told_once_more_after_somebody_took_it_it_is_paged_again() -> None:
    """Ana may be on her way to the phone, or not."""
    talk = denise()
    talk.says("worse")
    talk.taken("ana")
    assert [case.level for case in of(talk.says("still worse"), EscalationRaised)] == [Disposition.URGENT]


def test_a_graver_sign_in_the_same_text_is_the_one_case() -> None:
    """One text, about the graver."""
    facts = denise().says("worse, and now my chest hurts")
    assert [(case.level, case.rules) for case in of(facts, EscalationRaised)] == [
        (Disposition.EMERGENCY, ("chest_pain",))
    ]
    assert templates(facts) == ["escalation.emergency"]


def test_a_milder_sign_in_the_same_text_is_part_of_it() -> None:
    """A fall told with it: one urgent case."""
    facts = denise().says("worse, I slipped and fell but I am not hurt")
    (case,) = of(facts, EscalationRaised)
    assert (case.level, set(case.rules)) == (Disposition.URGENT, {"brown_urine", "fall_no_injury", "worsened"})
    assert templates(facts) == ["escalation.urgent"]


def test_a_weak_leg_that_got_worse_waits_for_no_question() -> None:
    """The full text at once: when it began was asked days ago."""
    talk = told("my left leg is weaker than my right for months", "Harold Moss")
    asked(talk.at(DAY_THREE), "followup.booked")
    assert templates(talk.says("worse")) == ["escalation.urgent"]


def test_whoever_is_treated_for_cancer_is_sent_to_the_treatment_team() -> None:
    """The advice fits the sign and the person, as it did the first time."""
    profile = Profile(age=60, fluid_limit=False, medicines=frozenset({"chemo"}))
    talk = told("my foot went numb yesterday", "Harold Moss", profile=profile)
    asked(talk.at(NEXT_MORNING), "followup.seen")
    assert templates(talk.says("worse")) == ["escalation.urgent_team"]


def test_after_words_of_self_harm_worse_brings_the_crisis_line() -> None:
    """Not the advice for legs."""
    talk = told("I want to die", "Edna Price")
    talk.says("Y")
    talk.at(NEXT_MORNING)
    assert templates(talk.says("it got worse")) == ["escalation.self_harm"]


# --- the question is not lost ---


@pytest.mark.parametrize("words", ["worse", "yes it got worse", "sí, empeoró"])
def test_the_question_stays_open_and_can_still_be_answered(words: str) -> None:
    """A yes to “it got worse” is no yes to having been seen."""
    talk = denise()
    talk.says(words)
    assert Kind.SEEN not in {fact.kind for fact in talk.conversation.observations}
    talk.says("2")
    assert "has booked a visit" in [step.note for step in talk.conversation.escalations[0].steps]


def test_three_worse_is_the_third_answer_of_the_menu_and_a_worsening() -> None:
    """Not a score: the question was not about one."""
    talk = denise()
    facts = talk.says("3 worse")
    assert "not seen yet" in [step.note for step in talk.conversation.escalations[0].steps]
    assert "urgent_not_seen" in tasks(facts)
    assert len(of(facts, EscalationRaised)) == 1
    assert Kind.WEAKNESS not in {fact.kind for fact in talk.conversation.observations}


@pytest.mark.parametrize("words", ["1 worse", "I was seen but it got worse", "ya me vio pero empeoró"])
def test_seen_and_worse_since_are_both_heard(words: str) -> None:
    """The visit stands in the trail, and there is a new case."""
    talk = denise()
    facts = talk.says(words)
    assert "was seen by a clinician" in [step.note for step in talk.conversation.escalations[0].steps]
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.URGENT]


@pytest.mark.parametrize("words", ["yes it got worse", "worse", "1 worse", "sí, empeoró"])
def test_worse_is_never_taken_for_having_been_phoned(words: str) -> None:
    """That would end the pages of the case."""
    talk = edna()
    talk.says(words)
    assert talk.conversation.escalations[0].state is EscalationState.ACKNOWLEDGED
    talk.at(talk.now + timedelta(hours=2))
    assert "contact_unknown" in talk.raised


def test_nobody_phoned_and_it_is_worse_are_both_heard() -> None:
    """Ana is paged about the call that did not come, and about the new case."""
    talk = edna()
    talk.says("no, nobody called and I am worse")
    assert "not_reached" in [step.note for step in talk.conversation.escalations[0].steps]
    assert talk.case.rules == ("breathing_trouble", "worsened")


def test_a_score_with_it_is_the_days_score_where_one_was_asked_for() -> None:
    """“3 worse” while the check-in waits behind the question whether somebody phoned, whose menu has no 3."""
    talk = told("I can't breathe", "Edna Price")
    talk.says("CALLED")
    talk.keep((CheckInOpened(Asked.WEAKNESS, MORNING.date()),))
    talk.taken("ana")
    talk.at(talk.now + 25 * MINUTE)
    facts = talk.says("3 worse")
    scores = [fact.value for fact in talk.conversation.observations if fact.kind is Kind.WEAKNESS]
    assert scores == [3.0]
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.EMERGENCY]
    talk.says("no")
    assert "not_reached" in [step.note for step in talk.conversation.escalations[0].steps]


def test_told_a_minute_after_the_answer_it_counts_too() -> None:
    """“3”, and then “it got worse”."""
    talk = denise()
    talk.says("3")
    assert [case.level for case in of(talk.says("it got worse"), EscalationRaised)] == [Disposition.URGENT]


def test_a_case_that_staff_had_closed_is_opened_again_by_not_yet_and_has_the_new_one_beside_it() -> None:
    """Advice by telephone was no visit."""
    talk = told("my pee looks like cola", "Denise Hall")
    talk.keep((EscalationClosed(talk.case.id, "ana", "spoke_advised", ""),))
    talk.at(NEXT_MORNING)
    facts = talk.says("3 worse")
    assert len(of(facts, EscalationReopened)) == 1
    assert len(of(facts, EscalationRaised)) == 1


def test_the_next_morning_denise_is_asked_about_the_new_case() -> None:
    """It has its own follow-up."""
    talk = denise()
    talk.says("3 worse")
    later = talk.prompted(NEXT_MORNING + timedelta(days=1, hours=1))
    assert "followup.seen" in [message.template for message in later]


# --- what is no worsening ---


@pytest.mark.parametrize(
    "words",
    [
        "not worse",
        "no worse",
        "it hasn't got worse",
        "I will call if it gets worse",
        "it could be worse",
        "no better no worse",
        "yes, bad news",
        "2",
        "no estoy peor",
        "no ha empeorado",
        "ni mejor ni peor",
    ],
)
@EVERYBODY
def test_what_may_come_or_is_denied_is_no_worsening(begin: Begin, words: str) -> None:
    """Nobody is sent to care by that."""
    assert of(begin().says(words), EscalationRaised) == []


def test_worse_as_the_answer_of_the_week_is_left_to_the_rules_on_answers() -> None:
    """Something else was asked since."""
    talk = harold()
    talk.keep((CheckInOpened(Asked.TREND, talk.now.date()),))
    assert of(talk.says("worse"), EscalationRaised) == []


# --- by voice, and whoever has left ---


def test_in_a_call_it_is_said_and_the_call_ends() -> None:
    """The text goes out too; the step and the new morning remain."""
    talk = told("my pee looks like cola", "Denise Hall", channel=Channel.VOICE)
    talk.at(NEXT_MORNING)
    talk.keep((CheckInOpened(Asked.SEEN, talk.now.date(), scheduled=False, about=f"case/{talk.case.id}"),))
    facts = talk.says("it got worse", Channel.VOICE)
    assert [said.template for said in of(facts, Said)] == ["voice.urgent"]
    assert [message.template for message in of(facts, MessageQueued)] == ["escalation.urgent"]


def test_after_stop_staff_see_it_and_nothing_is_sent() -> None:
    """The case is there, and its pages."""
    talk = denise()
    talk.says("STOP")
    facts = talk.says("it got worse")
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.URGENT]
    assert of(facts, MessageQueued) == []


def test_another_person_at_the_number_opens_no_case_by_it() -> None:
    """Whoever has the number now speaks of something else."""
    talk = denise()
    person = replace(talk.conversation.participant, status=Status.WRONG_PERSON)
    talk.conversation = replace(talk.conversation, participant=person)
    facts = talk.says("it got worse")
    assert of(facts, EscalationRaised) == []
    assert CaseStepKind.ANSWERED not in [step.kind for step in talk.steps]
