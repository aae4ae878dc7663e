"""What answers about stairs, the chair test and falls call for, and how such an answer is taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from coach.core.conversation.timetable import begin
from coach.core.events import (
    CaseStepped,
    CheckInOpened,
    EscalationRaised,
    EscalationRelevelled,
    Event,
    MessageQueued,
)
from coach.core.model import Asked, Disposition, Kind, Language, Profile, Status
from tests.core.talking import HANDBOOK, Talk, groups, meet, of, templates

SUNDAY_OF_WEEK_3 = datetime(2026, 3, 22, 20, 29, tzinfo=UTC)  # 16:29 in New York, in summer time
WEEK = timedelta(days=7)
HOLD = timedelta(minutes=30)
BOTH = pytest.mark.parametrize("language", list(Language))


def rosa(now: datetime = SUNDAY_OF_WEEK_3, language: Language = Language.EN, **profile: object) -> Talk:
    """Rosa takes part since Monday 2 March, in New York; she is 50 unless told otherwise."""
    known = Profile(**{"age": 50, "fluid_limit": False, **profile})  # type: ignore[arg-type]  # facts of Profile
    facts = {"status": Status.ACTIVE, "zone": "America/New_York", "enrolled_on": date(2026, 3, 2), "profile": known}
    return meet(now, language=language, **facts)


def answers(talk: Talk, asked: Asked, *given: str) -> tuple[Event, ...]:
    """She is asked once a week, and answers; the facts of the last answer."""
    for place, text in enumerate(given):
        talk.now += WEEK if place else timedelta(0)
        talk.keep((CheckInOpened(asked, talk.moment().today),))
        talk.says(text)
    return talk.last


def raised(facts: tuple[Event, ...]) -> list[tuple[Disposition, tuple[str, ...]]]:
    """The cases among facts, each as its level and its rules."""
    return [(case.level, case.rules) for case in of(facts, EscalationRaised)]


def sunday(*given: str) -> Talk:
    """Sunday of the third week, its questions answered in their order: trend, falls, stairs, side effects."""
    talk = rosa()
    talk.keep(begin(talk.moment(), talk.conversation.participant))
    talk.at(SUNDAY_OF_WEEK_3 + timedelta(minutes=2))
    for text in given:
        talk.says(text)
    return talk


def kept(talk: Talk, kind: Kind) -> list[float | None]:
    """The recorded answers of a kind, in their order."""
    return [fact.value for fact in talk.conversation.observations if fact.kind is kind]


# --- stairs ---


@BOTH
def test_stairs_that_are_newly_impossible_are_care_today(language: Language) -> None:
    """Told in the words of that level, with what she told; the set of questions ends there."""
    facts = answers(rosa(language=language), Asked.STAIRS, "1", "3")
    assert raised(facts) == [(Disposition.URGENT, ("stairs",))]
    (text,) = of(facts, MessageQueued)
    assert text.template == "escalation.urgent"
    assert {Language.EN: "stairs that got harder", Language.ES: "que le cuesta la escalera"}[language] in text.body


def test_the_case_says_in_words_which_answer_raised_it() -> None:
    """For staff: the reason, the rules in force, and the words of the answer."""
    (case,) = of(answers(rosa(), Asked.STAIRS, "1", "3"), EscalationRaised)
    assert case.because == "Stairs are newly impossible."
    assert case.quote == "3"
    assert case.explanation is not None
    assert "Rules version" in str(case.explanation["because"])


def test_stairs_harder_in_two_answers_running_are_a_visit_this_week() -> None:
    """One worse answer may be a bad week."""
    talk = rosa()
    assert raised(answers(talk, Asked.STAIRS, "0", "1")) == []
    assert raised(answers(talk.at(talk.now + WEEK), Asked.STAIRS, "1")) == [(Disposition.ROUTINE, ("stairs",))]
    assert templates(talk.last) == ["escalation.routine_sign"]


def test_what_lasts_is_not_told_again_each_week() -> None:
    """“Cannot” a second and a third time, the week after it was told."""
    talk = rosa()
    answers(talk, Asked.STAIRS, "2", "3")
    for _ in range(3):
        talk.at(talk.now + WEEK)
        assert raised(answers(talk, Asked.STAIRS, "3")) == []
        assert groups(talk.last) == ["side_effects"]


def test_a_first_answer_of_cannot_counts_as_new() -> None:
    """Nobody knows since when: the careful side."""
    assert raised(answers(rosa(), Asked.STAIRS, "3")) == [(Disposition.URGENT, ("stairs",))]


def test_who_does_not_walk_is_sent_nowhere_by_stairs() -> None:
    """Olga uses a wheelchair; that she cannot climb stairs is no news."""
    facts = answers(rosa(conditions=frozenset({"non_ambulatory"})), Asked.STAIRS, "3")
    assert raised(facts) == []


def test_a_number_that_is_no_choice_is_asked_about_again() -> None:
    """A seven is no “cannot”, and neither is it kept."""
    talk = rosa()
    assert raised(answers(talk, Asked.STAIRS, "7")) == []
    assert kept(talk, Kind.STAIRS) == []
    assert raised(talk.says("3")) == [(Disposition.URGENT, ("stairs",))]


def test_what_the_words_say_goes_before_the_figure() -> None:
    """One case for both, an emergency, whose text names the sign."""
    facts = answers(rosa(), Asked.STAIRS, "3 and my chest hurts")
    ((level, rules),) = raised(facts)
    assert level is Disposition.EMERGENCY
    assert rules == ("chest_pain", "stairs")
    (text,) = of(facts, MessageQueued)
    assert "chest" in text.body


def test_soon_after_an_operation_the_surgeons_team_is_named() -> None:
    """Rule D10: leg weakness is theirs."""
    facts = answers(rosa(conditions=frozenset({"surgery_12wk"})), Asked.STAIRS, "1", "3")
    assert templates(facts) == ["escalation.urgent_surgery"]


def test_sundays_questions_lead_to_the_case() -> None:
    """As they come from the programme."""
    talk = sunday("2", "0", "3")
    assert raised(talk.last) == [(Disposition.URGENT, ("stairs",))]
    assert of(talk.last, CheckInOpened) == []


# --- the chair test ---


def test_a_low_count_for_the_age_is_a_visit_and_a_note_on_falls() -> None:
    """Nora is 72: ten or more are usual for women of her age."""
    facts = answers(rosa(age=72, sex="f"), Asked.CHAIR_STANDS, "8")
    assert raised(facts) == [(Disposition.ROUTINE, ("chair_stands",))]
    assert templates(facts) == ["escalation.routine_sign", "function.fall_risk"]
    assert "8 chair stands" in of(facts, EscalationRaised)[0].because


@pytest.mark.parametrize(("sex", "cases"), [("f", 0), ("m", 1), (None, 1)])
def test_without_the_sex_the_higher_number_counts(sex: str | None, cases: int) -> None:
    """Eleven at 72 is usual for women, and low for men."""
    assert len(raised(answers(rosa(age=72, sex=sex), Asked.CHAIR_STANDS, "11"))) == cases


def test_without_the_age_it_counts_as_65() -> None:
    """What is not known is the careful side."""
    facts = answers(rosa(age=None, sex="f"), Asked.CHAIR_STANDS, "10")
    assert raised(facts) == [(Disposition.ROUTINE, ("chair_stands",))]


def test_a_clear_loss_is_a_visit_at_any_age() -> None:
    """Three fewer than the better of the first two, with no note on falls where the count is usual."""
    facts = answers(rosa(), Asked.CHAIR_STANDS, "16", "17", "14")
    assert raised(facts) == [(Disposition.ROUTINE, ("chair_stands",))]
    assert templates(facts) == ["escalation.routine_sign"]


def test_a_usual_count_is_only_noted() -> None:
    """Nothing is called for."""
    facts = answers(rosa(age=72, sex="f"), Asked.CHAIR_STANDS, "12")
    assert groups(facts) == ["ack.chair"]


@BOTH
def test_no_chair_stand_any_more_is_asked_about_first(language: Language) -> None:
    """The case is urgent at once, the question when it began comes with the emergency line, then the note on falls."""
    facts = answers(rosa(language=language), Asked.CHAIR_STANDS, "9", "0")
    assert raised(facts) == [(Disposition.URGENT, ("proximal_weakness",))]
    assert templates(facts) == ["ask_first.onset", "function.fall_risk"]
    assert [question.asked for question in of(facts, CheckInOpened)] == [Asked.ONSET]


def test_no_answer_to_it_is_care_today() -> None:
    """After half an hour the full text."""
    talk = rosa()
    answers(talk, Asked.CHAIR_STANDS, "9", "0")
    assert "escalation.urgent" in [text.template for text in talk.prompted(talk.now + HOLD + timedelta(minutes=1))]


@pytest.mark.parametrize(
    ("said", "level", "text"),
    [("2", Disposition.URGENT, "escalation.urgent"), ("3", Disposition.ROUTINE, "escalation.routine_sign")],
)
def test_its_answer_settles_the_level(said: str, level: Disposition, text: str) -> None:
    """New this week is care today; longer is a visit this week."""
    talk = rosa()
    answers(talk, Asked.CHAIR_STANDS, "9", "0")
    facts = talk.says(said)
    assert templates(facts) == [text]
    assert talk.case.level is level
    assert [change.level for change in of(facts, EscalationRelevelled)] == [level][: level is Disposition.ROUTINE]


def test_no_chair_stand_is_new_only_once() -> None:
    """The next test without one is a loss that lasts: no question and no care today."""
    talk = rosa()
    answers(talk, Asked.CHAIR_STANDS, "9", "0")
    talk.says("3")
    talk.at(talk.now + 4 * WEEK)
    assert raised(answers(talk, Asked.CHAIR_STANDS, "0")) == [(Disposition.ROUTINE, ("chair_stands",))]


# --- falls ---


@pytest.mark.parametrize(("count", "level"), [("1", Disposition.ROUTINE), ("2", Disposition.URGENT)])
def test_a_count_of_falls_is_a_sign(count: str, level: Disposition) -> None:
    """One is a visit, two are care today."""
    assert raised(answers(rosa(), Asked.FALLS, count)) == [(level, ("fall_no_injury",))]


# --- an answer taken back ---


def test_a_corrected_answer_takes_the_place_of_the_first() -> None:
    """Rosa meant 1: next week's 2 is the first harder answer, not the second after a 0."""
    talk = rosa()
    answers(talk, Asked.STAIRS, "0", "2")
    talk.says("sorry, 0")
    talk.at(talk.now + WEEK)
    assert raised(answers(talk, Asked.STAIRS, "2")) == []


def test_a_correction_to_cannot_raises_the_case() -> None:
    """What is graver counts whenever it is told."""
    talk = rosa()
    answers(talk, Asked.STAIRS, "1")
    assert raised(talk.says("I meant 3")) == [(Disposition.URGENT, ("stairs",))]


@pytest.mark.parametrize("words", ["2", "sorry, 2", "I meant 2"])
def test_a_milder_correction_leaves_the_case_to_staff(words: str) -> None:
    """It is in the trail; Rosa reads that the advice stands if any of it was so."""
    talk = rosa()
    answers(talk, Asked.STAIRS, "1", "3")
    facts = talk.says(words)
    assert templates(facts) == ["function.corrected"]
    assert [step.note for step in of(facts, CaseStepped)] == ["gave another answer: stairs 2"]
    assert talk.case.is_open
    assert talk.case.level is Disposition.URGENT


def test_a_count_taken_back_ends_the_question_when_it_began() -> None:
    """Nothing more is asked of it, and no urgent text follows for want of an answer; the case stays."""
    talk = rosa()
    answers(talk, Asked.CHAIR_STANDS, "9", "0")
    assert templates(talk.says("sorry, I meant 10")) == ["function.corrected"]
    texts = [text.template for text in talk.prompted(talk.now + HOLD + timedelta(minutes=1))]
    assert "escalation.urgent" not in texts
    assert talk.case.is_open


def test_sorry_with_a_choice_of_the_next_question_answers_that() -> None:
    """“Sorry, 1” tells that it began today, which must not be lost."""
    talk = rosa()
    answers(talk, Asked.CHAIR_STANDS, "9", "0")
    assert templates(talk.says("sorry, 1")) == ["escalation.urgent"]
    assert kept(talk, Kind.CHAIR_STANDS) == [9.0, 0.0]


def test_when_it_began_is_not_taken_for_a_count() -> None:
    """Once that question is answered, the chair test is over."""
    talk = rosa()
    answers(talk, Asked.CHAIR_STANDS, "9", "0")
    talk.says("3")
    talk.says("sorry 1")
    assert kept(talk, Kind.CHAIR_STANDS) == [9.0, 0.0]


def test_within_sundays_questions_the_next_one_is_put_again() -> None:
    """“I meant 1” is about the stairs, though side effects are asked now."""
    talk = sunday("2", "0", "2")
    facts = talk.says("I meant 1")
    assert kept(talk, Kind.STAIRS) == [2.0, 1.0]
    assert [question.asked for question in of(facts, CheckInOpened)] == [Asked.SIDE_EFFECTS]


def test_a_bare_figure_answers_the_question_put_last() -> None:
    """After the falls, 2 is the stairs."""
    talk = sunday("2", "0", "2")
    assert (kept(talk, Kind.FALLS), kept(talk, Kind.STAIRS)) == ([0.0], [2.0])


def test_a_bare_figure_goes_to_no_question_that_came_before() -> None:
    """The newest answer is corrected, whatever older question is open."""
    talk = rosa()
    talk.keep((CheckInOpened(Asked.HYDRATION, talk.moment().today),))
    talk.now += timedelta(minutes=30)
    answers(talk, Asked.CHAIR_STANDS, "12")
    talk.says("13")
    assert (kept(talk, Kind.CHAIR_STANDS), kept(talk, Kind.CUPS)) == ([12.0, 13.0], [])


def test_after_some_minutes_an_answer_stands() -> None:
    """A figure an hour later is no correction."""
    talk = rosa()
    answers(talk, Asked.STAIRS, "1")
    talk.at(talk.now + timedelta(hours=1)).says("3")
    assert kept(talk, Kind.STAIRS) == [1.0]


# --- why ---


@BOTH
def test_why_names_the_answer(language: Language) -> None:
    """In plain words, never a cause."""
    talk = rosa(language=language)
    answers(talk, Asked.STAIRS, "1", "3")
    (text,) = of(talk.says("WHY"), MessageQueued)
    words = HANDBOOK.library.templates["words.stairs"]
    assert text.template == "why.urgent"
    assert talk.moment().text(words.id) in text.body
